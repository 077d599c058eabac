//! `ValueSet/$expand` (<http://hl7.org/fhir/R4/valueset-operation-expand.html>).
//!
//! Expansions are flat lists in the order of the definition, so that they can be read in pages.

use super::parameters::Parameters;
use super::{Source, display_in, is_language};
use crate::canonical::Canonical;
use crate::code_system::{CodeSystem, Designation};
use crate::expansion::{Expansion, Member, System};
use crate::limits::EXPANSION_CODES;
use crate::problem::Problem;
use crate::terminology::Terminology;
use crate::value_set::ValueSet;
use fhir::{Json, Object, json};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// What `$expand` is asked for besides the value set. Parameters of the operation that are not here are not offered.
#[derive(Clone, Debug, Default)]
pub struct ExpandOptions {
    /// Words: a code is kept if each of them begins a word of its display, or if its code begins with the whole.
    pub filter: Option<String>,
    /// How many codes to leave out at the start.
    pub offset: Option<usize>,
    /// How many codes to list at most; 0 asks for their number alone.
    pub count: Option<usize>,
    /// Leaves inactive codes out.
    pub active_only: bool,
    /// Lists the designations of each code.
    pub include_designations: bool,
    /// Which designations: `system|code` of their use, `urn:ietf:bcp:47|language`, or one of them alone. All if empty.
    pub designations: Vec<String>,
    /// Answers with the definition of the value set too.
    pub include_definition: bool,
    /// Whether nested lists are unwanted. None is ever nested; it is told in the answer.
    pub exclude_nested: Option<bool>,
    /// Leaves abstract codes out.
    pub exclude_not_for_ui: bool,
    /// The language of displays. A code without a display in that language has its usual one.
    pub display_language: Option<String>,
    /// When the expansion is made: a dateTime, for `ValueSet.expansion.timestamp`.
    pub timestamp: String,
}

impl Terminology {
    /// The value set with its expansion.
    ///
    /// # Errors
    ///
    /// It is unknown, cannot be computed, or has more codes than an answer may list
    /// ([`EXPANSION_CODES`](crate::limits::EXPANSION_CODES)).
    pub fn expand(&self, value_set: Source<'_>, options: &ExpandOptions) -> Result<Json, Problem> {
        let value_set = self.value_set_of(value_set)?;
        let expansion = self.expansion_of(&value_set)?;
        let texts = Texts::new(self, &expansion, options);
        let words = options.filter.as_deref().map(TextFilter::new);
        let kept: Vec<&Member> = expansion
            .members()
            .iter()
            .filter(|member| !(options.active_only && member.is_inactive))
            .filter(|member| !(options.exclude_not_for_ui && member.is_abstract))
            .filter(|member| words.as_ref().is_none_or(|words| words.accepts(member, texts.display(member))))
            .collect();
        let page = page(&kept, options, &value_set)?;
        let contains: Vec<Json> = page.iter().map(|member| texts.rendered(member)).collect();
        Ok(rendered(&value_set, &expansion, options, kept.len(), contains))
    }
}

/// The codes that are asked for.
fn page<'m>(
    kept: &'m [&'m Member],
    options: &ExpandOptions,
    value_set: &ValueSet,
) -> Result<&'m [&'m Member], Problem> {
    let rest = kept.get(options.offset.unwrap_or(0)..).unwrap_or_default();
    let page = rest.get(..options.count.unwrap_or(usize::MAX)).unwrap_or(rest);
    if page.len() > EXPANSION_CODES {
        let value_set = value_set.url.to_string();
        return Err(Problem::TooCostly { value_set, limit: EXPANSION_CODES, has_pages: true });
    }
    Ok(page)
}

/// The words of a text filter.
struct TextFilter {
    whole: String,
    words: Vec<String>,
}

impl TextFilter {
    fn new(text: &str) -> Self {
        let whole = text.trim().to_lowercase();
        Self { words: whole.split_whitespace().map(str::to_owned).collect(), whole }
    }

    fn accepts(&self, member: &Member, display: Option<&str>) -> bool {
        let display = display.unwrap_or_default().to_lowercase();
        let is_separator = |character: char| !character.is_alphanumeric();
        let begins = |word: &String| {
            let is_start = |(place, _): (usize, &str)| {
                display.get(..place).is_none_or(|before| before.is_empty() || before.ends_with(is_separator))
            };
            display.match_indices(word.as_str()).any(is_start)
        };
        self.words.iter().all(begins) || member.code.to_lowercase().starts_with(&self.whole)
    }
}

/// Renders members, with what their code systems add to them.
struct Texts<'t> {
    options: &'t ExpandOptions,
    /// The code systems, where designations or another language are asked for.
    code_systems: HashMap<*const System, Option<Arc<CodeSystem>>>,
}

impl<'t> Texts<'t> {
    fn new(terminology: &Terminology, expansion: &Expansion, options: &'t ExpandOptions) -> Self {
        let mut code_systems = HashMap::new();
        let are_needed = options.include_designations || options.display_language.is_some();
        for member in expansion.members().iter().filter(|_| are_needed) {
            let system = &member.system;
            if let Entry::Vacant(entry) = code_systems.entry(Arc::as_ptr(system)) {
                let asked = Canonical { url: &system.url, version: system.version.as_deref() };
                entry.insert(terminology.code_system(asked).ok());
            }
        }
        Self { options, code_systems }
    }

    fn code_system(&self, member: &Member) -> Option<&CodeSystem> {
        self.code_systems.get(&Arc::as_ptr(&member.system))?.as_deref()
    }

    /// The value set's own designations, then those of the code system.
    fn designations<'m>(&'m self, member: &'m Member) -> impl Iterator<Item = &'m Designation> + Clone {
        let concept = self.code_system(member).and_then(|code_system| code_system.find(&member.code));
        let of_concept = concept.map(|concept| concept.designations.as_slice()).unwrap_or_default();
        member.designations.iter().chain(of_concept)
    }

    fn display<'m>(&'m self, member: &'m Member) -> Option<&'m str> {
        let usual = member.display.as_deref();
        let Some(asked) = self.options.display_language.as_deref() else { return usual };
        let language = self.code_system(member).and_then(|code_system| code_system.language.as_deref());
        display_in(asked, (language, usual), self.designations(member)).or(usual)
    }

    fn rendered(&self, member: &Member) -> Json {
        let mut result = Object::new();
        result.insert("system", &*member.system.url);
        for (name, holds) in [("abstract", member.is_abstract), ("inactive", member.is_inactive)] {
            if holds {
                result.insert(name, true);
            }
        }
        result.insert("code", &*member.code);
        if let Some(display) = self.display(member) {
            result.insert("display", display);
        }
        if self.options.include_designations {
            let wanted = self.designations(member).filter(|designation| self.options.wants(designation));
            let designations: Vec<Json> = wanted.map(designation).collect();
            if !designations.is_empty() {
                result.insert("designation", designations);
            }
        }
        result.into()
    }
}

impl ExpandOptions {
    fn wants(&self, designation: &Designation) -> bool {
        let language = designation.language.as_deref();
        let usage = |name| designation.usage.as_ref().and_then(|usage| usage.str(name));
        let is_wanted = |token: &String| match token.split_once('|') {
            Some(("urn:ietf:bcp:47", wanted)) => is_language(language, wanted),
            Some((system, code)) => usage("system") == Some(system) && usage("code") == Some(code),
            None => is_language(language, token) || usage("code") == Some(token),
        };
        self.designations.is_empty() || self.designations.iter().any(is_wanted)
    }

    /// What decided the contents of the expansion.
    fn parameters(&self, expansion: &Expansion) -> Vec<Json> {
        let mut used = Parameters::default();
        let mut versions: Vec<String> = Vec::new();
        for system in expansion.members().iter().map(|member| &member.system) {
            let Some(version) = &system.version else { continue };
            let version = format!("{}|{version}", system.url);
            if versions.last() != Some(&version) && !versions.contains(&version) {
                used = used.uri("version", &version);
                versions.push(version);
            }
        }
        used = used.optional("filter", self.filter.as_deref());
        for (name, number) in [("offset", self.offset), ("count", self.count)] {
            if let Some(number) = number.and_then(|number| i64::try_from(number).ok()) {
                used = used.value(name, "valueInteger", number);
            }
        }
        let flags = [
            ("activeOnly", self.active_only),
            ("includeDesignations", self.include_designations),
            ("excludeNested", self.exclude_nested.is_some()),
            ("excludeNotForUI", self.exclude_not_for_ui),
        ];
        for (name, _) in flags.into_iter().filter(|(_, is_set)| *is_set) {
            used = used.boolean(name, true);
        }
        for token in &self.designations {
            used = used.string("designation", token);
        }
        match &self.display_language {
            Some(language) => used.code("displayLanguage", language).items(),
            None => used.items(),
        }
    }
}

fn designation(designation: &Designation) -> Json {
    let mut result = Object::new();
    if let Some(language) = &designation.language {
        result.insert("language", &**language);
    }
    if let Some(usage) = &designation.usage {
        result.insert("use", usage.clone());
    }
    result.insert("value", &*designation.value);
    result.into()
}

fn rendered(
    value_set: &ValueSet,
    expansion: &Expansion,
    options: &ExpandOptions,
    total: usize,
    contains: Vec<Json>,
) -> Json {
    let mut result: Object = [("resourceType", "ValueSet")].into_iter().collect();
    let texts = [
        ("url", Some(&value_set.url).filter(|url| !url.is_empty())),
        ("version", value_set.version.as_ref()),
        ("name", value_set.name.as_ref()),
        ("title", value_set.title.as_ref()),
        ("status", Some(&value_set.status)),
    ];
    for (name, text) in texts {
        text.into_iter().for_each(|text| result.insert(name, &**text));
    }
    if let Some(compose) = value_set.compose_json.as_ref().filter(|_| options.include_definition) {
        result.insert("compose", compose.clone());
    }
    let mut made = Object::new();
    if !expansion.is_closed() {
        let url = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed";
        made.insert("extension", json!([{ "url": url, "valueBoolean": true }]));
    }
    made.insert("timestamp", options.timestamp.as_str());
    let integer = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    made.insert("total", integer(total));
    if options.offset.is_some() || options.count.is_some() {
        made.insert("offset", integer(options.offset.unwrap_or(0)));
    }
    for (name, items) in [("parameter", options.parameters(expansion)), ("contains", contains)] {
        if !items.is_empty() {
            made.insert(name, items);
        }
    }
    result.insert("expansion", made);
    result.into()
}
