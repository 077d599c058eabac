//! What searches ask of code systems and value sets (`:in`, `:not-in`, `:above`, `:below`), from the definitions in
//! force.

use crate::definitions::Definitions;
use crate::engine::Engine;
use fhir::outcome::quoted;
use std::fmt;
use std::sync::Arc;
use terminology::{Canonical, Problem};

/// The codes that are known at one moment.
pub(crate) struct Codes {
    definitions: Arc<Definitions>,
    base_url: String,
}

impl fmt::Debug for Codes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Codes").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl search::Terminology for Codes {
    fn members(&self, value_set: &str) -> Result<Vec<(String, String)>, String> {
        let Definitions { terminology, stored_value_sets, .. } = &*self.definitions;
        // Where a stored value set is comes before what URLs value sets have.
        let below_base =
            value_set.strip_prefix(&*self.base_url).and_then(|relative| relative.strip_prefix('/'));
        let id = below_base.unwrap_or(value_set).strip_prefix("ValueSet/");
        let expansion = match id.and_then(|id| stored_value_sets.get(id)) {
            Some(stored) => terminology.expansion_of_resource(stored),
            None if id.is_some() && below_base.is_none() => {
                return Err(format!("{} is not stored here", quoted(value_set)));
            }
            None => terminology.expansion(Canonical::parse(value_set)),
        };
        let member = |member: &terminology::Member| (member.system.url.to_string(), member.code.to_string());
        Ok(expansion.map_err(told)?.members().iter().map(member).collect())
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

    fn ignores_case(&self, system: &str) -> bool {
        self.definitions.caseless_systems.contains(system)
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
        Codes { definitions: self.definitions(), base_url: self.base_url().to_owned() }
    }
}
