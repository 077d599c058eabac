//! Value sets that elements are bound to, and their codes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::package::{Package, array, text};
use super::types::Model;
use crate::Result;

/// Value sets with an extensible binding are listed up to this many codes.
const EXTENSIBLE_LIMIT: usize = 500;

pub struct ValueSet {
    pub url: String,
    pub is_complete: bool,
    pub systems: Systems,
}

/// Code systems in the order of the value set, each with its codes in the order of the definition.
type Systems = Vec<(String, Vec<String>)>;

/// Reads the value sets of all bindings, ordered by URL.
pub fn read(package: &Package, model: &Model) -> Result<Vec<ValueSet>> {
    let mut strengths: BTreeMap<&str, Strength> = BTreeMap::new();
    for binding in model.bindings() {
        let strength = Strength::parse(&binding.strength)?;
        let known = strengths.entry(&binding.value_set).or_default();
        *known = strength.max(*known);
        if let Some(max) = &binding.max_value_set {
            // What may never be left is as good as required.
            strengths.insert(max, Strength::Required);
        }
    }
    strengths.into_iter().map(|(url, strength)| read_one(package, url, strength)).collect()
}

#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    #[default]
    Weak,
    Extensible,
    Required,
}

impl Strength {
    fn parse(strength: &str) -> Result<Self> {
        match strength {
            "required" => Ok(Self::Required),
            "extensible" => Ok(Self::Extensible),
            "preferred" | "example" => Ok(Self::Weak),
            other => Err(format!("unknown binding strength: {other}").into()),
        }
    }
}

fn read_one(package: &Package, url: &str, strength: Strength) -> Result<ValueSet> {
    let limit = match strength {
        Strength::Weak => 0,
        Strength::Extensible => EXTENSIBLE_LIMIT,
        Strength::Required => usize::MAX,
    };
    let systems = match package.expansions.get(url) {
        _ if limit == 0 => None,
        Some(expanded) => expansion(expanded)?,
        None => package.value_sets.get(url).and_then(|value_set| computed(package, value_set)),
    };
    let systems = systems.filter(|systems| {
        let count: usize = systems.iter().map(|(_, codes)| codes.len()).sum();
        0 < count && count <= limit
    });
    Ok(ValueSet { url: url.to_owned(), is_complete: systems.is_some(), systems: systems.unwrap_or_default() })
}

/// The codes of an expansion, unless it says itself that it is not all of them.
fn expansion(value_set: &Value) -> Result<Option<Systems>> {
    let expansion = &value_set["expansion"];
    let is_partial = array(expansion, "extension").any(|item| {
        let url = item["url"].as_str().unwrap_or_default();
        (url.ends_with("/valueset-toocostly") || url.ends_with("/valueset-unclosed"))
            && item["valueBoolean"] == true
    });
    if is_partial {
        return Ok(None);
    }
    let mut systems = Systems::new();
    for item in array(expansion, "contains") {
        if item["contains"].is_array() || item["abstract"] == true {
            return Err(format!("the expansion of {} is not a flat list", value_set["url"]).into());
        }
        add(&mut systems, text(item, "system")?, text(item, "code")?);
    }
    Ok(Some(systems))
}

/// The codes of a value set that includes nothing but whole code systems and explicit lists.
fn computed(package: &Package, value_set: &Value) -> Option<Systems> {
    let compose = &value_set["compose"];
    if !compose["exclude"].is_null() {
        return None;
    }
    let mut systems = Systems::new();
    for include in array(compose, "include") {
        if !include["filter"].is_null() || !include["valueSet"].is_null() {
            return None;
        }
        let system = include["system"].as_str()?;
        if include["concept"].is_array() {
            add_concepts(&mut systems, system, include)?;
        } else {
            let code_system = package.code_systems.get(system)?;
            if code_system["content"] != "complete" {
                return None;
            }
            add_concepts(&mut systems, system, code_system)?;
        }
    }
    Some(systems)
}

fn add_concepts(systems: &mut Systems, system: &str, parent: &Value) -> Option<()> {
    for concept in array(parent, "concept") {
        add(systems, system, concept["code"].as_str()?);
        add_concepts(systems, system, concept)?;
    }
    Some(())
}

fn add(systems: &mut Systems, system: &str, code: &str) {
    let place = systems.iter().position(|(known, _)| known == system).unwrap_or_else(|| {
        systems.push((system.to_owned(), Vec::new()));
        systems.len() - 1
    });
    let codes = &mut systems[place].1;
    if !codes.iter().any(|known| known == code) {
        codes.push(code.to_owned());
    }
}
