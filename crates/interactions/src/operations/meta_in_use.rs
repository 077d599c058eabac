//! `$meta` of a type or of the server (<http://hl7.org/fhir/R4/resource-operations.html#meta>): the profiles, tags and
//! security labels in use.
//!
//! The index holds hashes of labels, not the labels, so the resources that have any are read.

use super::meta::returned;
use super::{Request, Task};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::stored_json;
use fhir::{Issue, IssueCode, Json, Object, ResourceType, json};
use search::{Query, Registry, presence_criterion};
use std::collections::{BTreeMap, BTreeSet};
use storage::Reader;

/// The most resources with labels that are looked at.
const LOOKED_AT: u64 = 100_000;

/// How many are read at a time.
const PAGE: u64 = 1_000;

/// The search parameters of labels.
const PARAMETERS: [&str; 3] = ["_profile", "_security", "_tag"];

/// Says that there are no labels: FHIR has no empty objects, and the operation returns a Meta whatever there is.
const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

/// Labels, each once. Of codings with one system and code the first is kept: version and display do not count.
#[derive(Default)]
struct Labels {
    profiles: BTreeSet<String>,
    security: BTreeMap<(String, String), Json>,
    tags: BTreeMap<(String, String), Json>,
}

/// Reads what is asked: the labels of the current resources of a type, or of all types that the caller may read, in
/// Parameters.
///
/// # Errors
///
/// 403 when the caller may not read whatever there is of the type; 400 when parameters are given. Later 400 when more
/// than [`LOOKED_AT`] resources have labels.
pub(super) fn read(engine: &Engine, request: &Request) -> Result<Task, Refusal> {
    let types: Vec<ResourceType> = match request.resource_type {
        Some(resource_type) => {
            request.caller.may_search(resource_type)?;
            vec![resource_type]
        }
        None => {
            let readable = request.caller.readable();
            ResourceType::all().filter(|one| readable.allows(*one)).collect()
        }
    };
    request.input.check("meta", &[], &[])?;
    let registry = engine.registry();
    let queries: Vec<Query> = types.into_iter().filter_map(|one| labelled(&registry, one, PAGE)).collect();
    Ok(Task::look(move |reader| Ok(returned(labels(&queries, LOOKED_AT, reader)?.meta()))))
}

/// The search for the resources of a type that have labels, some at a time.
fn labelled(registry: &Registry, resource_type: ResourceType, page: u64) -> Option<Query> {
    let has_labels = presence_criterion(registry, resource_type, &PARAMETERS)?;
    Some(Query { limit: page, ..Query::all(resource_type).and(has_labels) })
}

/// The labels of what the queries find, which may be so many resources at most.
fn labels(queries: &[Query], most: u64, reader: &mut dyn Reader) -> Result<Labels, Refusal> {
    let (mut labels, mut looked_at) = (Labels::default(), 0);
    for query in queries {
        let mut query = query.clone();
        loop {
            let matches = reader.search(&query)?;
            looked_at += matches.resources.len() as u64;
            if looked_at > most {
                return Err(too_many(most));
            }
            for version in &matches.resources {
                labels.add(&stored_json(version)?);
            }
            if !matches.has_more {
                break;
            }
            query.offset += query.limit;
        }
    }
    Ok(labels)
}

fn too_many(most: u64) -> Refusal {
    let text = format!(
        "more than {most} resources have labels, too many to look at; ask for one type, or search with \
         _profile, _security and _tag for the labels of interest"
    );
    Refusal::invalid(vec![Issue::error(IssueCode::TooCostly, text)])
}

impl Labels {
    fn add(&mut self, resource: &Json) {
        let Some(meta) = resource.get("meta") else { return };
        let all = |name: &str| meta.get(name).map(Json::items).unwrap_or_default();
        for profile in all("profile").iter().filter_map(Json::as_str) {
            if !self.profiles.contains(profile) {
                self.profiles.insert(profile.to_owned());
            }
        }
        for (name, known) in [("security", &mut self.security), ("tag", &mut self.tags)] {
            for coding in all(name) {
                // A label without a code is told by its display.
                let code = coding.str("code").or_else(|| coding.str("display")).unwrap_or_default();
                let key = (coding.str("system").unwrap_or_default().to_owned(), code.to_owned());
                known.entry(key).or_insert_with(|| coding.clone());
            }
        }
    }

    fn meta(self) -> Json {
        let mut meta = Object::new();
        let profiles: Vec<Json> = self.profiles.into_iter().map(Json::from).collect();
        let lists = [
            ("profile", profiles),
            ("security", self.security.into_values().collect()),
            ("tag", self.tags.into_values().collect()),
        ];
        for (name, labels) in lists.into_iter().filter(|(_, labels)| !labels.is_empty()) {
            meta.insert(name, labels);
        }
        if meta.is_empty() {
            meta.insert("extension", vec![json!({ "url": (ABSENT), "valueCode": "not-applicable" })]);
        }
        meta.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Settings;
    use crate::hooks::NoRules;
    use storage::{Location, OpenOptions, Store};

    /// Five labelled resources and one that has no labels.
    async fn engine() -> Engine {
        let registry = Registry::r4(Vec::new());
        let settings = Settings {
            zone: jiff::tz::TimeZone::UTC,
            rules: Box::new(NoRules),
            registry,
            base_url: "http://test/fhir".to_owned(),
            max_depth: 100,
        };
        let engine = Engine::new(Store::open(OpenOptions::new(Location::SqliteMemory)).unwrap(), settings);
        for number in 0..5 {
            let tag = json!({ "code": (format!("t{number}")) });
            let basic = json!({ "resourceType": "Basic", "meta": { "tag": [tag] }, "code": { "text": "x" } });
            engine.create(ResourceType::BASIC, basic, None).await.unwrap();
        }
        let plain = json!({ "resourceType": "Basic", "code": { "text": "x" } });
        engine.create(ResourceType::BASIC, plain, None).await.unwrap();
        engine
    }

    #[tokio::test]
    async fn all_pages_are_looked_at_and_no_more_than_so_many_resources() {
        let engine = engine().await;
        for (most, expected) in [(5, Some(5)), (4, None)] {
            let queries: Vec<Query> =
                labelled(&engine.registry(), ResourceType::BASIC, 2).into_iter().collect();
            let found = engine.snapshot(move |reader| labels(&queries, most, reader)).await;
            match (found, expected) {
                (Ok(labels), Some(number)) => assert_eq!(labels.tags.len(), number),
                (Err(refusal), None) => {
                    assert_eq!((refusal.row().status, refusal.row().id), (400, "invalid"));
                    assert!(refusal.to_string().contains("more than 4 resources have labels"), "{refusal}");
                }
                (Ok(_), None) => panic!("{most} are too few"),
                (Err(refusal), Some(_)) => panic!("{refusal}"),
            }
        }
    }
}
