//! What searches ask of code systems and value sets (`:in`, `:not-in`, `:above`, `:below`), from the definitions in
//! force.

use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::stored_json;
use fhir::ResourceType;
use fhir::outcome::quoted;
use std::collections::BTreeMap;
use std::fmt;
use terminology::{Canonical, Problem, Terminology};

/// Names of stored value sets, `ValueSet/id`, each with its canonical URL.
pub(crate) type ValueSets = BTreeMap<String, String>;

/// The codes that are known at one moment.
pub(crate) struct Codes {
    terminology: Terminology,
    value_sets: ValueSets,
}

impl fmt::Debug for Codes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Codes").field("value_sets", &self.value_sets).finish_non_exhaustive()
    }
}

impl search::Terminology for Codes {
    fn members(&self, value_set: &str) -> Result<Vec<(String, String)>, String> {
        let url = match value_set.strip_prefix("ValueSet/") {
            Some(_) => self.value_sets.get(value_set).ok_or_else(|| {
                format!(
                    "{} is not stored here, or has no URL; name it by its canonical URL",
                    quoted(value_set)
                )
            })?,
            None => value_set,
        };
        let expansion = self.terminology.expansion(Canonical::parse(url)).map_err(told)?;
        let member = |member: &terminology::Member| (member.system.url.to_string(), member.code.to_string());
        Ok(expansion.members().iter().map(member).collect())
    }

    fn descendants(&self, system: &str, code: &str) -> Result<Vec<String>, String> {
        let code_system = self.terminology.code_system(Canonical::parse(system)).map_err(told)?;
        let below = code_system.descendants(code).map_err(told)?;
        Ok(with(code, below.into_iter().map(|concept| concept.code.to_string())))
    }

    fn ancestors(&self, system: &str, code: &str) -> Result<Vec<String>, String> {
        let code_system = self.terminology.code_system(Canonical::parse(system)).map_err(told)?;
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
    /// The codes that are known now, and the value sets of these names.
    pub(crate) fn codes(&self, value_sets: ValueSets) -> Codes {
        Codes { terminology: self.definitions().terminology.clone(), value_sets }
    }

    /// The canonical URLs of the stored value sets that parameters name as `ValueSet/id`.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub(crate) async fn named_value_sets(
        &self,
        parameters: &[(String, String)],
    ) -> Result<ValueSets, Refusal> {
        let mut found = ValueSets::new();
        let asks = |name: &str| name.ends_with(":in") || name.ends_with(":not-in") || name == "_filter";
        let values = parameters.iter().filter(|(name, _)| asks(name)).map(|(_, value)| value);
        let words = values.flat_map(|value| value.split([',', ' ', ')', '"']));
        for name in words.filter(|word| word.starts_with("ValueSet/")) {
            let id = name.trim_start_matches("ValueSet/");
            if found.len() >= NAMED || !fhir::primitive::is_id(id) {
                continue;
            }
            let stored = self.store.read_resource(ResourceType::VALUE_SET, id).await?;
            if let Some(version) = stored.filter(|version| version.body.is_some())
                && let Some(url) = stored_json(&version)?.str("url")
            {
                found.insert(name.to_owned(), url.to_owned());
            }
        }
        Ok(found)
    }
}

/// The most value sets that one search names by their ids.
const NAMED: usize = 20;
