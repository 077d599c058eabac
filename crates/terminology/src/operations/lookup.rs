//! `CodeSystem/$lookup` (<http://hl7.org/fhir/R4/codesystem-operation-lookup.html>).

use super::parameters::Parameters;
use super::{Coding, Source, display_in, is_language};
use crate::canonical::Canonical;
use crate::code_system::{CodeSystem, Concept, Property, Role};
use crate::problem::Problem;
use crate::terminology::Terminology;
use fhir::Json;
use std::sync::Arc;

/// What `$lookup` is asked for besides the code.
#[derive(Clone, Debug, Default)]
pub struct LookupOptions {
    /// The language of the display. Without a display in that language, the usual one is told.
    pub display_language: Option<String>,
    /// The properties to tell: those of the code system, `parent`, `child`, `inactive`, `definition`, `designation`,
    /// `lang.X`. All if empty. Name, version and display are told in any case.
    pub properties: Vec<String>,
}

impl LookupOptions {
    fn wants(&self, property: &str) -> bool {
        self.properties.is_empty() || self.properties.iter().any(|wanted| wanted == property)
    }

    fn wants_language(&self, language: Option<&str>) -> bool {
        let languages = || self.properties.iter().filter_map(|wanted| wanted.strip_prefix("lang."));
        self.wants("designation") || languages().any(|wanted| is_language(language, wanted))
    }
}

impl Terminology {
    /// What a code system says of a code, as Parameters. `source` is the code system itself where the request names
    /// one; else it is that of the coding.
    ///
    /// # Errors
    ///
    /// The code system is unknown or has no such code.
    pub fn lookup(
        &self,
        source: Option<Source<'_>>,
        coding: Coding<'_>,
        options: &LookupOptions,
    ) -> Result<Json, Problem> {
        let code_system = self.code_system_for(source, &coding)?;
        let place = code_system.place(coding.code);
        let found = place.and_then(|place| Some((place, code_system.concepts().get(place)?)));
        let Some((place, concept)) = found else { return Err(code_system.no_code(coding.code)) };
        let name = code_system.name.as_deref().unwrap_or(&code_system.url);
        let mut answer =
            Parameters::default().string("name", name).optional("version", code_system.version.as_deref());
        answer = answer.string("display", code_system.display(concept, options.display_language.as_deref()));
        for designation in &concept.designations {
            if options.wants_language(designation.language.as_deref()) {
                answer = answer.designation(designation);
            }
        }
        if let Some(definition) = concept.definition.as_deref().filter(|_| options.wants("definition")) {
            let parts = Parameters::default().code("code", "definition").string("value", definition);
            answer = answer.parts("property", parts);
        }
        if options.wants("inactive") {
            let parts = Parameters::default().code("code", "inactive").boolean("value", concept.is_inactive);
            answer = answer.parts("property", parts);
        }
        Ok(code_system.properties_of(place, concept, options, answer).resource())
    }

    /// The code system that an operation works on, which a coding must be of.
    pub(super) fn code_system_for(
        &self,
        source: Option<Source<'_>>,
        coding: &Coding<'_>,
    ) -> Result<Arc<CodeSystem>, Problem> {
        let Some(source) = source else {
            let system = coding.system.ok_or_else(|| {
                Problem::Invalid(String::from("a code says nothing without its system; give both"))
            })?;
            return self.code_system(Canonical::new(system, coding.version));
        };
        let code_system = self.code_system_of(source)?;
        match coding.system {
            Some(system) if system != &*code_system.url => Err(Problem::Invalid(format!(
                "the code is of {}, not of the code system {}",
                fhir::outcome::quoted(system),
                fhir::outcome::quoted(&code_system.url)
            ))),
            _ => Ok(code_system),
        }
    }
}

impl CodeSystem {
    /// Why a code is not found: it is none, or not all codes are here.
    pub(super) fn no_code(&self, code: &str) -> Problem {
        match self.is_complete() {
            true => Problem::unknown_code(self, code),
            false => Problem::not_loaded(self),
        }
    }

    /// The display in a language, else the usual one, else the code.
    pub(super) fn display<'c>(&'c self, concept: &'c Concept, language: Option<&str>) -> &'c str {
        let usual = concept.display.as_deref();
        let own = (self.language.as_deref(), usual);
        let asked = language.and_then(|asked| display_in(asked, own, concept.designations.iter()));
        asked.or(usual).unwrap_or(&concept.code)
    }

    /// Adds the concepts right above and below, then the properties as they are defined.
    fn properties_of(
        &self,
        place: usize,
        concept: &Concept,
        options: &LookupOptions,
        mut answer: Parameters,
    ) -> Parameters {
        let related = [("parent", self.hierarchy.parents(place)), ("child", self.hierarchy.children(place))];
        for (name, places) in related.into_iter().filter(|(name, _)| options.wants(name)) {
            for other in places.iter().filter_map(|place| self.concepts().get(*place)) {
                let parts = Parameters::default().code("code", name).code("value", &other.code);
                answer = answer.parts("property", parts.optional("description", other.display.as_deref()));
            }
        }
        let is_told = |property: &&Property| {
            let role = self.roles.role(&property.code);
            let is_told_above = matches!(role, Some(Role::Parent | Role::Child | Role::Inactive));
            !is_told_above && options.wants(&property.code)
        };
        for property in concept.properties.iter().filter(is_told) {
            let value = property.value.clone();
            let parts =
                Parameters::default().code("code", &property.code).value("value", &property.member, value);
            let named = property.text().filter(|_| &*property.member == "valueCode");
            let display = named.and_then(|code| self.find(code)?.display.as_deref());
            answer = answer.parts("property", parts.optional("description", display));
        }
        answer
    }
}
