//! `$validate-code` of CodeSystem (<http://hl7.org/fhir/R4/codesystem-operation-validate-code.html>) and of ValueSet
//! (<http://hl7.org/fhir/R4/valueset-operation-validate-code.html>).

use super::parameters::Parameters;
use super::{Coding, Source, few};
use crate::canonical::Canonical;
use crate::code_system::{CodeSystem, Concept, Designation};
use crate::expansion::Member;
use crate::grammar::Grammar;
use crate::membership::Membership;
use crate::problem::Problem;
use crate::terminology::Terminology;
use crate::value_set::ValueSet;
use fhir::Json;
use fhir::outcome::quoted;
use std::sync::Arc;

/// What `$validate-code` is asked for besides the codes.
#[derive(Clone, Debug, Default)]
pub struct ValidateCodeOptions {
    /// Whether an abstract code is valid. Where nothing is said it is, and the message tells that it is abstract.
    pub is_abstract_valid: Option<bool>,
    /// The language of the display that is told.
    pub display_language: Option<String>,
}

/// What is found of one coding.
struct Verdict {
    is_valid: bool,
    /// Errors if it is not valid, else hints.
    messages: Vec<String>,
    display: Option<String>,
}

impl Verdict {
    fn invalid(message: String) -> Self {
        Verdict { is_valid: false, messages: vec![message], display: None }
    }

    fn parameters(self) -> Json {
        let message = Some(self.messages.join("; ")).filter(|message| !message.is_empty());
        let answer = Parameters::default().boolean("result", self.is_valid);
        answer.optional("message", message.as_deref()).optional("display", self.display.as_deref()).resource()
    }
}

impl Terminology {
    /// Whether one of the codings (one, or those of a CodeableConcept) is in the code system, with its display, as
    /// Parameters. `source` is the code system where the request names one; else each is looked for in its own.
    ///
    /// # Errors
    ///
    /// The code system is unknown, or the code is not among those of it that are loaded.
    pub fn validate_code_in_system(
        &self,
        source: Option<Source<'_>>,
        codings: &[Coding<'_>],
        options: &ValidateCodeOptions,
    ) -> Result<Json, Problem> {
        best(codings, |coding| {
            let code_system = match self.code_system_for(source, coding) {
                Err(Problem::Invalid(text)) => return Ok(Verdict::invalid(text)),
                Err(problem) => {
                    let asked = match source {
                        Some(Source::Canonical(asked)) => Some(asked),
                        _ => coding.system.map(Canonical::parse),
                    };
                    let grammar = asked.and_then(|asked| Grammar::instead_of(&problem, asked));
                    return grammar.map(|grammar| verdict_by(grammar, coding)).ok_or(problem);
                }
                Ok(code_system) => code_system,
            };
            match code_system.find(coding.code) {
                Some(concept) => Ok(verdict_on_concept(coding, &code_system, concept, options)),
                None if code_system.is_complete() => {
                    Ok(Verdict::invalid(code_system.no_code(coding.code).to_string()))
                }
                None => Err(code_system.no_code(coding.code)),
            }
        })
    }

    /// Whether one of the codings (one, or those of a CodeableConcept) is in the value set, with its display, as
    /// Parameters.
    ///
    /// # Errors
    ///
    /// The value set is unknown, or what would tell is not loaded.
    pub fn validate_code_in_value_set(
        &self,
        source: Source<'_>,
        codings: &[Coding<'_>],
        options: &ValidateCodeOptions,
    ) -> Result<Json, Problem> {
        let value_set = self.value_set_of(source)?;
        best(codings, |coding| {
            let Some(system) = coding.system else {
                let text =
                    format!("the code {} has no system, so nothing says what it means", quoted(coding.code));
                return Ok(Verdict::invalid(text));
            };
            match self.membership_in(&value_set, Some(system), coding.code) {
                Membership::Member(member) => Ok(self.verdict_on_member(coding, &member, options)),
                Membership::NotMember => Ok(self.not_member(coding, system, &value_set)),
                Membership::Unknown(problem) => Err(problem),
            }
        })
    }

    fn not_member(&self, coding: &Coding<'_>, system: &str, value_set: &Arc<ValueSet>) -> Verdict {
        let mut text = format!(
            "the code {} of {} is not in the value set {}",
            quoted(coding.code),
            quoted(system),
            quoted(&value_set.url)
        );
        let code_system = self.code_system(Canonical::parse(system));
        if let Err(problem) = &code_system
            && let Some(grammar) = Grammar::instead_of(problem, Canonical::parse(system))
            && !grammar.has(coding.code)
        {
            text.push_str(&format!("; {}", grammar.refused(coding.code)));
        }
        let code_system = code_system.ok();
        let Some(code_system) = code_system.filter(|code_system| code_system.is_complete()) else {
            return Verdict::invalid(text);
        };
        if code_system.find(coding.code).is_none() {
            text.push_str(&format!("; {}", code_system.no_code(coding.code)));
        }
        Verdict::invalid(text)
    }

    fn verdict_on_member(
        &self,
        coding: &Coding<'_>,
        member: &Member,
        options: &ValidateCodeOptions,
    ) -> Verdict {
        let asked = Canonical { url: &member.system.url, version: member.system.version.as_deref() };
        let code_system = self.code_system(asked).ok();
        let concept = code_system.as_ref().and_then(|code_system| code_system.find(&member.code));
        let of_concept = concept.map(|concept| concept.designations.as_slice()).unwrap_or_default();
        let designations = member.designations.iter().chain(of_concept);
        let language = options.display_language.as_deref();
        let own = code_system.as_ref().zip(concept).map(|(all, concept)| all.display(concept, language));
        let listed = member.display.as_deref();
        let facts = Facts {
            code: &member.code,
            display: if language.is_some() { own.or(listed) } else { listed.or(own) },
            version: member.system.version.as_deref(),
            is_abstract: member.is_abstract,
            is_inactive: member.is_inactive,
        };
        let displays = listed.into_iter().chain(concept.and_then(|concept| concept.display.as_deref()));
        facts.verdict(coding, displays, designations, options)
    }
}

/// The first coding that is valid decides; else the first that cannot be told; else all that is wrong.
fn best(
    codings: &[Coding<'_>],
    mut verdict_on: impl FnMut(&Coding<'_>) -> Result<Verdict, Problem>,
) -> Result<Json, Problem> {
    few(codings)?;
    let mut invalid = Verdict { is_valid: false, messages: Vec::new(), display: None };
    let mut unknown = None;
    for coding in codings {
        match verdict_on(coding) {
            Ok(verdict) if verdict.is_valid => return Ok(verdict.parameters()),
            Ok(verdict) => {
                invalid.messages.extend(verdict.messages);
                invalid.display = invalid.display.or(verdict.display);
            }
            Err(problem) => unknown = unknown.or(Some(problem)),
        }
    }
    if codings.is_empty() {
        invalid.messages.push(String::from("there is no code to validate"));
    }
    unknown.map_or_else(|| Ok(invalid.parameters()), Err)
}

fn verdict_by(grammar: Grammar, coding: &Coding<'_>) -> Verdict {
    match grammar.has(coding.code) {
        true => Verdict { is_valid: true, messages: Vec::new(), display: None },
        false => Verdict::invalid(grammar.refused(coding.code)),
    }
}

fn verdict_on_concept(
    coding: &Coding<'_>,
    code_system: &CodeSystem,
    concept: &Concept,
    options: &ValidateCodeOptions,
) -> Verdict {
    let facts = Facts {
        code: &concept.code,
        display: Some(code_system.display(concept, options.display_language.as_deref())),
        version: code_system.version.as_deref(),
        is_abstract: concept.is_abstract,
        is_inactive: concept.is_inactive,
    };
    facts.verdict(coding, concept.display.as_deref().into_iter(), concept.designations.iter(), options)
}

/// What is known of a code that exists.
struct Facts<'f> {
    code: &'f str,
    display: Option<&'f str>,
    version: Option<&'f str>,
    is_abstract: bool,
    is_inactive: bool,
}

impl Facts<'_> {
    /// Whether what the coding says of the code is so.
    fn verdict<'d>(
        &self,
        coding: &Coding<'_>,
        displays: impl Iterator<Item = &'d str>,
        designations: impl Iterator<Item = &'d Designation>,
        options: &ValidateCodeOptions,
    ) -> Verdict {
        let code = quoted(coding.code);
        let (mut errors, mut hints) = (Vec::new(), Vec::new());
        if let Some(given) = coding.display {
            let mut known = displays.chain(designations.map(|designation| &*designation.value)).peekable();
            let has_any = known.peek().is_some();
            if has_any && !known.any(|display| same_display(display, given)) {
                let right =
                    self.display.map_or(String::new(), |display| format!("; it is {}", quoted(display)));
                errors.push(format!("{} is not a display of the code {code}{right}", quoted(given)));
            }
        }
        if self.is_abstract {
            let text = format!("the code {code} is abstract: it groups codes and is not for use in data");
            if options.is_abstract_valid == Some(false) { errors.push(text) } else { hints.push(text) }
        }
        if self.is_inactive {
            hints.push(format!("the code {code} is no longer to be used"));
        }
        if self.code != coding.code {
            hints.push(format!("the code {code} is written {}", quoted(self.code)));
        }
        if let (Some(asked), Some(known)) = (coding.version, self.version)
            && asked != known
        {
            let (asked, known) = (quoted(asked), quoted(known));
            hints.push(format!("the code is of version {asked}; it was validated against version {known}"));
        }
        let is_valid = errors.is_empty();
        let messages = if is_valid { hints } else { errors };
        Verdict { is_valid, messages, display: self.display.map(str::to_owned) }
    }
}

/// Whether two displays differ in nothing but case and space.
fn same_display(one: &str, other: &str) -> bool {
    let folded = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    folded(one) == folded(other)
}
