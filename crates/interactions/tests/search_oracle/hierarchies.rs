//! `:below` and `:above` of tokens, and `ss` and `sb` of filters: codes that subsume one another
//! (<http://hl7.org/fhir/R4/search.html#token>), as the code systems among the official examples have them.

use crate::conditions::Oracle;
use crate::meaning::{escaped, systems_of};
use fhir::definitions::{SearchParameter, SearchParameterType, search_parameters_of};
use fhir::{Json, ResourceType};
use fhirpath::Item;
use std::collections::{BTreeSet, HashMap};

/// The codes right above a code, by the code system and itself.
#[derive(Default)]
pub struct Hierarchies {
    above: HashMap<(String, String), BTreeSet<String>>,
    /// The code systems that are known.
    known: BTreeSet<String>,
    /// The code systems whose hierarchy is not one of generality.
    grouped: BTreeSet<String>,
}

impl Hierarchies {
    /// Reads the code systems that are whole.
    pub fn of<'j>(code_systems: impl Iterator<Item = &'j Json>) -> Self {
        let mut found = Hierarchies::default();
        for system in code_systems.filter(|system| system.str("content") == Some("complete")) {
            let Some(url) = system.str("url") else { continue };
            found.known.insert(url.to_owned());
            if system.str("hierarchyMeaning").is_some_and(|meaning| meaning != "is-a") {
                found.grouped.insert(url.to_owned());
            }
            system.get("concept").map(Json::items).unwrap_or_default().iter().for_each(|concept| {
                found.add(url, concept, None);
            });
        }
        found
    }

    fn add(&mut self, url: &str, concept: &Json, parent: Option<&str>) {
        let Some(code) = concept.str("code") else { return };
        self.above.entry((url.to_owned(), code.to_owned())).or_default().extend(parent.map(str::to_owned));
        // What has several parents stands below one, and is named by the others, or names them.
        for property in concept.get("property").map(Json::items).unwrap_or_default() {
            let Some(other) = property.str("valueCode") else { continue };
            let (child, parent) = match property.str("code") {
                Some("child") => (other, code),
                Some("parent") => (code, other),
                _ => continue,
            };
            self.above.entry((url.to_owned(), child.to_owned())).or_default().insert(parent.to_owned());
        }
        for child in concept.get("concept").map(Json::items).unwrap_or_default() {
            self.add(url, child, Some(code));
        }
    }

    /// A code and all that subsume it; nothing of a code that is not known.
    fn ancestors(&self, system: &str, code: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut next = vec![code.to_owned()];
        while let Some(code) = next.pop() {
            if let Some(parents) = self.above.get(&(system.to_owned(), code.clone())) {
                next.extend(parents.iter().filter(|parent| !found.contains(*parent)).cloned());
                found.insert(code);
            }
        }
        found
    }

    /// The codes of a system that pass the filters of a value set; nothing of a system that is not known, and where
    /// the filters are others than those on what subsumes a code.
    pub fn passing(&self, system: &str, filters: &[Json]) -> Option<BTreeSet<String>> {
        if !self.known.contains(system) {
            return None;
        }
        let codes = self.above.keys().filter(|(of, _)| of == system).map(|(_, code)| code.clone());
        let mut codes: BTreeSet<String> = codes.collect();
        for filter in filters {
            let is_asked = filter.str("property") == Some("concept") && !self.grouped.contains(system);
            let value = filter.str("value").filter(|_| is_asked)?;
            let itself = match filter.str("op") {
                Some("is-a") => true,
                Some("descendent-of") => false,
                _ => return None,
            };
            codes.retain(|code| (itself || code != value) && self.ancestors(system, code).contains(value));
        }
        Some(codes)
    }

    /// Whether any code of the system has another above it.
    fn is_deep(&self, system: &str, code: &str) -> bool {
        self.ancestors(system, code).len() > 1
            || self.above.iter().any(|((of, _), parents)| of == system && parents.contains(code))
    }

    /// What can be asked: a parameter, a name and a value, and what is found.
    pub fn questions(&self, oracle: &mut Oracle) -> Vec<(ResourceType, (String, String), Vec<&'static str>)> {
        let mut all = Vec::new();
        let types: Vec<ResourceType> = oracle.world.types.keys().copied().collect();
        for of in types {
            for parameter in search_parameters_of(of).filter(|one| one.kind == SearchParameterType::Token) {
                self.about(oracle, of, parameter, &mut all);
            }
        }
        all
    }

    fn about(
        &self,
        oracle: &mut Oracle,
        of: ResourceType,
        parameter: &'static SearchParameter,
        all: &mut Vec<(ResourceType, (String, String), Vec<&'static str>)>,
    ) {
        let Oracle { world, meaning, .. } = oracle;
        let mut each: Vec<(&'static str, BTreeSet<(String, String)>)> = Vec::new();
        for stored in world.of(of) {
            let values = meaning.values(stored.json, parameter);
            each.push((stored.id, values.iter().flat_map(codes).collect()));
        }
        let known: BTreeSet<(String, String)> = each.iter().flat_map(|(_, codes)| codes).cloned().collect();
        let mut wanted = BTreeSet::new();
        for (system, code) in known.iter().filter(|(system, code)| self.is_deep(system, code)) {
            wanted.extend(self.ancestors(system, code).into_iter().map(|code| (system.clone(), code)));
        }
        for (index, (system, code)) in wanted.iter().enumerate() {
            let above = self.ancestors(system, code);
            let is_below =
                |(of, found): &(String, String)| of == system && self.ancestors(of, found).contains(code);
            let is_above = |(of, found): &(String, String)| of == system && above.contains(found);
            let finds = |passes: &dyn Fn(&(String, String)) -> bool| {
                let found = each.iter().filter(|(_, codes)| codes.iter().any(passes));
                found.map(|(id, _)| *id).collect::<Vec<_>>()
            };
            let token = format!("{}|{}", escaped(system), escaped(code));
            let filter = |operator| {
                let value = String::from_utf8(Json::from(token.as_str()).to_bytes()).unwrap();
                (String::from("_filter"), format!("{} {operator} {value}", parameter.code))
            };
            let (below, above) = match index % 3 {
                0 => (filter("ss"), filter("sb")),
                _ => (
                    (format!("{}:below", parameter.code), token.clone()),
                    (format!("{}:above", parameter.code), token.clone()),
                ),
            };
            all.push((of, below, finds(&is_below)));
            all.push((of, above, finds(&is_above)));
        }
    }
}

/// Systems and codes of a value.
pub fn codes(item: &Item<'static>) -> Vec<(String, String)> {
    let of = |coding: &Json| Some((coding.str("system")?.to_owned(), coding.str("code")?.to_owned()));
    match (item.item_type.name(), item.json()) {
        ("Coding", Some(json)) => of(json).into_iter().collect(),
        ("CodeableConcept", Some(json)) => {
            json.get("coding").map(Json::items).unwrap_or_default().iter().filter_map(of).collect()
        }
        ("code", _) => {
            let code = item.as_str().unwrap_or_default();
            systems_of(item, code).into_iter().map(|system| (system.to_owned(), code.to_owned())).collect()
        }
        _ => Vec::new(),
    }
}
