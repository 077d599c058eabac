//! The pack of the crate `terminology`: every CodeSystem, ValueSet and ConceptMap of the package, with what computing
//! with them needs and none of the prose. Its format is told in `crates/terminology/src/pack.rs`.

use std::collections::BTreeSet;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Map, Value};

use super::package::{Package, array, text};
use crate::Result;

/// An expansion as long as this was cut by the publisher's tool, which does not always say so: each system that it does
/// not hold whole contributes this many codes at most.
const PUBLISHER_LIMIT: usize = 1000;

const CODE_SYSTEM: &[&str] = &[
    "resourceType",
    "language",
    "url",
    "version",
    "name",
    "title",
    "status",
    "caseSensitive",
    "valueSet",
    "hierarchyMeaning",
    "content",
];
const VALUE_SET: &[&str] = &["resourceType", "url", "version", "name", "title", "status"];
const CONCEPT_MAP: &[&str] = &[
    "resourceType",
    "url",
    "version",
    "name",
    "title",
    "status",
    "sourceCanonical",
    "sourceUri",
    "targetCanonical",
    "targetUri",
];

/// The pack's text, compressed.
pub fn read(package: &Package) -> Result<Vec<u8>> {
    let mut lines = String::new();
    for code_system in package.code_systems.values() {
        add_line(&mut lines, &trimmed_code_system(code_system))?;
    }
    let carried = Carried { package };
    // Some value sets are expanded in the package and defined nowhere.
    let urls: BTreeSet<&String> = package.value_sets.keys().chain(package.expansions.keys()).collect();
    for url in urls {
        if let Some(value_set) = package.value_sets.get(url).or_else(|| package.expansions.get(url)) {
            add_line(&mut lines, &carried.trimmed_value_set(value_set)?)?;
        }
    }
    for value_set in undefined_value_sets(package) {
        add_line(&mut lines, &value_set)?;
    }
    for concept_map in package.concept_maps.values() {
        add_line(&mut lines, &trimmed_concept_map(concept_map))?;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(lines.as_bytes())?;
    Ok(encoder.finish()?)
}

/// Whether two packs hold the same text. Compressors may differ in the bytes.
pub fn same_text(one: &[u8], other: &[u8]) -> bool {
    let decoded = |bytes: &[u8]| {
        let mut text = Vec::new();
        GzDecoder::new(bytes).read_to_end(&mut text).map(|_| text)
    };
    matches!((decoded(one), decoded(other)), (Ok(one), Ok(other)) if one == other)
}

fn add_line(lines: &mut String, resource: &Value) -> Result<()> {
    let (resource_type, url) = (text(resource, "resourceType")?, text(resource, "url")?);
    lines.push_str(&format!("{resource_type}\t{url}\t{resource}\n"));
    Ok(())
}

fn picked(value: &Value, keys: &[&str]) -> Map<String, Value> {
    let pick = |key: &&str| value.get(*key).map(|member| ((*key).to_owned(), member.clone()));
    keys.iter().filter_map(pick).collect()
}

/// Adds the items of an array, each made smaller, if there are any.
fn add_items(into: &mut Map<String, Value>, from: &Value, key: &str, smaller: impl Fn(&Value) -> Value) {
    let items: Vec<Value> = array(from, key).map(smaller).collect();
    if !items.is_empty() {
        into.insert(key.to_owned(), items.into());
    }
}

fn trimmed_code_system(code_system: &Value) -> Value {
    let mut result = picked(code_system, CODE_SYSTEM);
    add_items(&mut result, code_system, "property", |item| picked(item, &["code", "uri", "type"]).into());
    add_items(&mut result, code_system, "concept", trimmed_concept);
    result.into()
}

/// A concept with what is below it, of a CodeSystem or listed in a ValueSet.
fn trimmed_concept(concept: &Value) -> Value {
    let mut result = picked(concept, &["code", "display", "property"]);
    let designations: Vec<Value> = array(concept, "designation")
        .filter(|designation| designation["use"]["code"] != "definition")
        .map(|designation| picked(designation, &["language", "use", "value"]).into())
        .collect();
    if !designations.is_empty() {
        result.insert("designation".to_owned(), designations.into());
    }
    add_items(&mut result, concept, "concept", trimmed_concept);
    result.into()
}

/// The value sets of all codes that code systems name and the package does not define.
fn undefined_value_sets(package: &Package) -> Vec<Value> {
    let undefined = package.code_systems.values().filter_map(|code_system| {
        let url = code_system["valueSet"].as_str().filter(|url| !package.value_sets.contains_key(*url))?;
        Some(serde_json::json!({
            "resourceType": "ValueSet",
            "url": url,
            "version": code_system["version"],
            "status": code_system["status"],
            "compose": { "include": [{ "system": code_system["url"], "version": code_system["version"] }] }
        }))
    });
    undefined.collect()
}

fn trimmed_concept_map(concept_map: &Value) -> Value {
    let mut result = picked(concept_map, CONCEPT_MAP);
    add_items(&mut result, concept_map, "group", |group| {
        let mut result = picked(group, &["source", "sourceVersion", "target", "targetVersion", "unmapped"]);
        add_items(&mut result, group, "element", |element| {
            let mut result = picked(element, &["code", "display"]);
            add_items(&mut result, element, "target", |target| {
                picked(target, &["code", "display", "equivalence", "dependsOn", "product"]).into()
            });
            result.into()
        });
        result.into()
    });
    result.into()
}

/// Knows which value sets cannot be computed, so that their published expansions are carried.
struct Carried<'p> {
    package: &'p Package,
}

impl Carried<'_> {
    fn trimmed_value_set(&self, value_set: &Value) -> Result<Value> {
        let mut result = picked(value_set, VALUE_SET);
        if value_set["compose"].is_object() {
            let mut compose = picked(&value_set["compose"], &["inactive"]);
            for part in ["include", "exclude"] {
                add_items(&mut compose, &value_set["compose"], part, |include| {
                    let mut result = picked(include, &["system", "version", "filter", "valueSet"]);
                    add_items(&mut result, include, "concept", trimmed_concept);
                    result.into()
                });
            }
            result.insert("compose".to_owned(), compose.into());
        }
        let url = text(value_set, "url")?;
        if let Some(expansion) = self.expansion(url) {
            result.insert("expansion".to_owned(), expansion);
        }
        Ok(result.into())
    }

    /// The published expansion of a value set that cannot be computed, if it is whole.
    fn expansion(&self, url: &str) -> Option<Value> {
        let basis = self.basis(url, &mut Vec::new());
        let expansion = &self.package.expansions.get(url).filter(|_| basis != Basis::Here)?["expansion"];
        let count = array(expansion, "contains").count();
        if count == 0 || count >= PUBLISHER_LIMIT || is_flagged(expansion, "valueset-toocostly") {
            return None;
        }
        let mut result = picked(expansion, &["timestamp"]);
        add_items(&mut result, expansion, "contains", |item| {
            picked(item, &["system", "version", "code", "display", "abstract", "inactive"]).into()
        });
        if basis == Basis::Open || is_flagged(expansion, "valueset-unclosed") {
            let url = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed";
            result.insert("extension".to_owned(), serde_json::json!([{"url": url, "valueBoolean": true}]));
        }
        Some(result.into())
    }

    /// What a value set is made of. `path` holds the value sets that are being looked at.
    fn basis<'v>(&'v self, url: &'v str, path: &mut Vec<&'v str>) -> Basis {
        let url = url.split('|').next().unwrap_or(url);
        if path.contains(&url) {
            return Basis::Open;
        }
        let Some(value_set) = self.package.value_sets.get(url) else { return Basis::Elsewhere };
        path.push(url);
        let compose = &value_set["compose"];
        let parts = array(compose, "include").chain(array(compose, "exclude"));
        let worst = parts.map(|part| self.part(part, path)).max().unwrap_or(Basis::Here);
        path.pop();
        worst
    }

    fn part<'v>(&'v self, part: &'v Value, path: &mut Vec<&'v str>) -> Basis {
        let of_system = match part["system"].as_str() {
            _ if part["concept"].is_array() => Basis::Here,
            None => Basis::Here,
            Some(system) => match self.package.code_systems.get(system) {
                Some(code_system) if code_system["content"] == "complete" => Basis::Here,
                None if part["filter"].is_null() => Basis::Elsewhere,
                _ => Basis::Open,
            },
        };
        let nested = array(part, "valueSet").filter_map(Value::as_str);
        nested.map(|url| self.basis(url, path)).fold(of_system, Basis::max)
    }
}

/// Where the codes of a value set come from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Basis {
    /// Lists, and code systems that the package holds whole: it can be computed.
    Here,
    /// Code systems that the package does not have: the published expansion holds their codes of its day.
    Elsewhere,
    /// Code systems of which the package has a part, and conditions on those that it does not have: SNOMED CT, whose
    /// expressions no list exhausts.
    Open,
}

fn is_flagged(expansion: &Value, extension: &str) -> bool {
    array(expansion, "extension").any(|item| {
        item["url"].as_str().is_some_and(|url| url.ends_with(extension)) && item["valueBoolean"] == true
    })
}
