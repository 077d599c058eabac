//! Required bindings (<http://hl7.org/fhir/R4/terminologies.html#required>), as far as their codes can be listed.

use crate::place::Place;
use crate::walk::Walk;
use fhir::definitions::{Binding, BindingStrength, ElementDefinition, TypeDefinition, ValueSet};
use fhir::outcome::{did_you_mean, quoted};
use fhir::{IssueCode, Json, Object};
use terminology::grammar::{is_language, is_media_type};

/// Value sets of at most this many codes have them listed.
const LISTED_CODES: usize = 12;

/// Languages: BCP 47, which no list exhausts.
const LANGUAGES: &str = "http://hl7.org/fhir/ValueSet/all-languages";

/// Media types: BCP 13, likewise.
const MEDIA_TYPES: &str = "http://hl7.org/fhir/ValueSet/mimetypes";

impl<'r> Walk<'r> {
    /// Checks a code against its binding. Whether it is decided: then its format needs no further word.
    pub(crate) fn bound_code(&mut self, element: &ElementDefinition, code: &str, place: &Place<'_>) -> bool {
        let Some(value_set) = required(element) else { return false };
        let problem = if value_set.is_complete {
            if value_set.contains_code(code) {
                return true;
            }
            format!("is not {}", listed(value_set, code))
        } else {
            match value_set.url {
                LANGUAGES if is_language(code) => return false,
                LANGUAGES => String::from("is not a language (a BCP 47 tag such as en or pt-BR)"),
                MEDIA_TYPES if is_media_type(code) || is_short_format(place, code) => return false,
                MEDIA_TYPES => {
                    String::from("is not a media type (such as application/pdf or text/plain; charset=utf-8)")
                }
                // Whatever else cannot be listed is asked of the terminology.
                _ => match self.document.is_member(value_set.url, None, code) {
                    Some(false) => format!("is not a code of {}", value_set.url),
                    _ => return false,
                },
            }
        };
        self.findings.add(
            IssueCode::CodeInvalid,
            place,
            format!("{} {} {problem}", place.path(), quoted(code)),
        );
        true
    }

    /// Checks a Coding against its binding.
    pub(crate) fn bound_coding(
        &mut self,
        element: &ElementDefinition,
        coding: &'r Object,
        place: &Place<'_>,
    ) {
        if let Some(value_set) = required(element).filter(|set| set.is_complete)
            && !is_in(value_set, coding)
            && !coding.contains("extension")
        {
            self.no_code(value_set, std::slice::from_ref(coding).iter(), place);
        }
    }

    /// Checks a CodeableConcept against its binding: one of its codings must be in the value set. One that says by an
    /// extension why it has no coding passes.
    pub(crate) fn bound_concept(
        &mut self,
        element: &ElementDefinition,
        concept: &'r Object,
        place: &Place<'_>,
    ) {
        let Some(value_set) = required(element).filter(|set| set.is_complete) else { return };
        let codings = concept.get("coding");
        if codings.is_none() && concept.contains("extension")
            || codings.is_some_and(|codings| !matches!(codings, Json::Array(_)))
        {
            return;
        }
        let codings = || concept.items("coding").iter().filter_map(Json::as_object);
        if !codings().any(|coding| is_in(value_set, coding)) {
            self.no_code(value_set, codings(), place);
        }
    }

    /// Checks a value of a type that R4 binds as such: the units of an Age, a Duration, a Distance. Whether nothing was
    /// wrong. What has no code says nothing that could be wrong.
    pub(crate) fn bound_type(
        &mut self,
        definition: &TypeDefinition,
        value: &'r Object,
        place: &Place<'_>,
    ) -> bool {
        let Some(value_set) = definition.binding().and_then(outermost) else { return true };
        let Some(code) = value.str("code") else { return true };
        let system = value.str("system").unwrap_or_default();
        if self.document.is_member(value_set.url, Some(system), code) != Some(false) {
            return true;
        }
        let text = format!("{} has the code {}, not one of {}", place.path(), quoted(code), value_set.url);
        self.findings.add(IssueCode::CodeInvalid, place, text);
        false
    }

    fn no_code<'c>(
        &mut self,
        value_set: &'static ValueSet,
        mut codings: impl Iterator<Item = &'c Object>,
        place: &Place<'_>,
    ) {
        let (code, has_system) = match codings.find(|coding| coding.str("code").is_some()) {
            Some(coding) => (coding.str("code"), coding.contains("system")),
            None => (None, false),
        };
        let systems: Vec<&str> = value_set.systems.iter().map(|codes| codes.system).collect();
        let systems = systems.join(", ");
        let path = place.path();
        let text = match code {
            None => format!("{path} has no code; expected {} of {systems}", listed(value_set, "")),
            Some(code) if value_set.contains_code(code) => {
                let problem = if has_system { "of another system than" } else { "without its system," };
                format!("{path} has the code {} {problem} {systems}", quoted(code))
            }
            Some(code) => {
                format!("{path} has the code {}, not {} of {systems}", quoted(code), listed(value_set, code))
            }
        };
        self.findings.add(IssueCode::CodeInvalid, place, text);
    }
}

/// The value set that the codes of an element must not leave.
fn required(element: &ElementDefinition) -> Option<&'static ValueSet> {
    outermost(element.binding()?)
}

/// The value set that codes must not leave, whatever the binding's strength.
fn outermost(binding: Binding) -> Option<&'static ValueSet> {
    match binding.strength {
        BindingStrength::Required => Some(binding.value_set.definition()),
        _ => binding.max_value_set.map(|value_set| value_set.definition()),
    }
}

/// Whether a Coding is in the set. Without a system nothing says what its code means.
fn is_in(value_set: &ValueSet, coding: &Object) -> bool {
    matches!((coding.str("system"), coding.str("code")), (Some(system), Some(code)) if value_set.contains(system, code))
}

/// The codes, when they are few; else the value set and the nearest code.
fn listed(value_set: &'static ValueSet, code: &str) -> String {
    let codes = || value_set.codes().map(|(_, code)| code);
    if codes().nth(LISTED_CODES).is_none() {
        let mut names: Vec<&str> = Vec::new();
        for code in codes() {
            if !names.contains(&code) {
                names.push(code);
            }
        }
        return match names.as_slice() {
            [name] => (*name).to_owned(),
            names => format!("one of {}", names.join(", ")),
        };
    }
    match did_you_mean(code, codes()) {
        Some(near) => format!("a code of {}; did you mean '{near}'?", value_set.url),
        None => format!("a code of {}", value_set.url),
    }
}

/// Whether a CapabilityStatement or an action of a TestScript names a format by FHIR's own short names
/// (<http://hl7.org/fhir/R4/http.html#parameters>).
fn is_short_format(place: &Place<'_>, code: &str) -> bool {
    let path = place.path().to_string();
    let says_format = ["operation.accept", "operation.contentType", "assert.contentType"];
    let says_format = says_format.iter().any(|name| path.ends_with(name));
    (path == "format" || says_format) && matches!(code, "json" | "xml" | "ttl" | "none")
}
