//! What searches ask of code systems and value sets (`:in`, `:not-in`, `:above`, `:below`), from the definitions in
//! force.

use crate::definitions::Definitions;
use crate::engine::Engine;
use fhir::ResourceType;
use fhir::outcome::quoted;
use std::fmt;
use std::sync::Arc;
use terminology::{Canonical, Problem};

/// The codes that are known at one moment.
pub(crate) struct Codes {
    engine: Engine,
    definitions: Arc<Definitions>,
}

impl fmt::Debug for Codes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Codes").finish_non_exhaustive()
    }
}

impl Codes {
    /// The canonical URL of a value set, which may be named as a resource of this server.
    fn canonical<'a>(&'a self, value_set: &'a str) -> Result<&'a str, String> {
        let Some((ResourceType::VALUE_SET, id)) = self.engine.own_resource(value_set) else {
            return Ok(value_set);
        };
        match self.definitions.value_sets.get(&id) {
            Some(url) => Ok(url),
            // It may be the canonical URL of one that is stored under another id, or comes with a package.
            None if value_set.starts_with(self.engine.base_url()) => Ok(value_set),
            None => Err(format!(
                "{} is not stored here, or has no URL; name it by its canonical URL",
                quoted(value_set)
            )),
        }
    }
}

impl search::Terminology for Codes {
    fn members(&self, value_set: &str) -> Result<Vec<(String, String)>, String> {
        let url = self.canonical(value_set)?;
        let expansion = self.definitions.terminology.expansion(Canonical::parse(url)).map_err(told)?;
        let member = |member: &terminology::Member| (member.system.url.to_string(), member.code.to_string());
        Ok(expansion.members().iter().map(member).collect())
    }

    fn descendants(&self, system: &str, code: &str) -> Result<Vec<String>, String> {
        let code_system = self.definitions.terminology.code_system(Canonical::parse(system)).map_err(told)?;
        let below = code_system.descendants(code).map_err(told)?;
        Ok(with(code, below.into_iter().map(|concept| concept.code.to_string())))
    }

    fn ancestors(&self, system: &str, code: &str) -> Result<Vec<String>, String> {
        let code_system = self.definitions.terminology.code_system(Canonical::parse(system)).map_err(told)?;
        let above = code_system.ancestors(code).map_err(told)?;
        Ok(with(code, above.into_iter().map(|concept| concept.code.to_string())))
    }
}

fn with(code: &str, others: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once(code.to_owned()).chain(others).collect()
}

fn told(problem: Problem) -> String {
    problem.to_string()
}

impl Engine {
    /// The codes that are known now.
    pub(crate) fn codes(&self) -> Codes {
        Codes { engine: self.clone(), definitions: self.definitions() }
    }
}
