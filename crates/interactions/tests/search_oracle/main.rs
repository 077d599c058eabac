//! Searches of real resources by every parameter, answered twice: by the server over its index, and by a slow
//! evaluation of the resources themselves.
//!
//! The resources are those of the unpacked npm package `hl7.fhir.r4.examples@4.0.1`; `EASEL_TEST_R4_EXAMPLES` names its
//! folder. `EASEL_ORACLE_EVERY=1` asks all questions; else one in five is asked.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod meaning;
mod questions;

use fhir::definitions::{SearchParameter, SearchParameterType, search_parameters_of};
use fhir::{Json, Reference, ResourceType};
use interactions::{Engine, NoRules, Preconditions, Settings};
use jiff::tz::TimeZone;
use meaning::{Meaning, Question};
use search::{Query, Registry, SearchOptions, Total};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use storage::{Location, OpenOptions, Store};

/// How many resources of a type are taken.
const OF_A_TYPE: usize = 40;

/// The largest resource that is taken, in bytes.
const LARGEST: u64 = 200_000;

type Resources = BTreeMap<ResourceType, BTreeMap<String, Json>>;

fn examples() -> Option<Resources> {
    let Some(folder) = std::env::var_os("EASEL_TEST_R4_EXAMPLES") else {
        println!(
            "skipped: EASEL_TEST_R4_EXAMPLES names no folder with the npm package hl7.fhir.r4.examples@4.0.1"
        );
        return None;
    };
    let folder = Path::new(&folder);
    let folder = if folder.join("package").is_dir() { folder.join("package") } else { folder.to_owned() };
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).collect();
    paths.sort_by_key(std::fs::DirEntry::path);
    let mut found = Resources::new();
    for entry in paths {
        let path = entry.path();
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        if !is_json || entry.metadata().unwrap().len() > LARGEST {
            continue;
        }
        let Ok(json) = fhir::json::parse(&std::fs::read(&path).unwrap(), 100) else { continue };
        let (Some(name), Some(id)) = (json.str("resourceType"), json.str("id")) else { continue };
        let Some(resource_type) = ResourceType::from_name(name) else { continue };
        let of_type = found.entry(resource_type).or_default();
        if of_type.len() < OF_A_TYPE {
            of_type.insert(id.to_owned(), json);
        }
    }
    Some(found)
}

fn stores() -> Vec<(&'static str, Location)> {
    let mut all = vec![("SQLite", Location::SqliteMemory)];
    match std::env::var("EASEL_TEST_POSTGRES").ok().filter(|url| !url.is_empty()) {
        Some(url) => {
            let separator = if url.contains('?') { '&' } else { '?' };
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let schema = format!("easel_oracle_{}_{number}", std::process::id());
            all.push(("PostgreSQL", Location::Postgres(format!("{url}{separator}schema={schema}"))));
        }
        None => {
            println!("skipped on PostgreSQL: EASEL_TEST_POSTGRES is not set; scripts/with-postgres sets it")
        }
    }
    all
}

fn engine(location: Location) -> Engine {
    let settings = Settings {
        zone: TimeZone::UTC,
        rules: Box::new(NoRules),
        registry: Registry::r4(Vec::new()),
        base_url: "http://test/fhir".into(),
        max_depth: 200,
    };
    Engine::new(Store::open(OpenOptions::new(location)).unwrap(), settings)
}

async fn fill(engine: &Engine, resources: &Resources) {
    for (resource_type, of_type) in resources {
        let prepared: Vec<_> =
            of_type.iter().map(|(id, json)| engine.prepare(*resource_type, id, json.clone())).collect();
        engine
            .write(move |unit| prepared.iter().try_for_each(|one| unit.create(one).map(drop)))
            .await
            .unwrap();
    }
}

fn query(engine: &Engine, resource_type: ResourceType, pairs: &[(String, String)]) -> Result<Query, String> {
    let options = SearchOptions {
        zone: engine.zone(),
        now: 0,
        default_count: u64::MAX,
        max_count: u64::MAX,
        default_total: Total::None,
        ignored: &[],
        lenient: false,
        internal: false,
        terminology: None,
    };
    search::from_url(&engine.registry(), resource_type, pairs, &options)
        .map(|request| request.query)
        .map_err(|issues| issues.iter().map(|issue| issue.text.as_str()).collect::<Vec<_>>().join("; "))
}

async fn found(engine: &Engine, query: Query) -> BTreeSet<String> {
    let matches = engine.snapshot(move |reader| Ok(reader.search(&query)?)).await.unwrap();
    matches.resources.into_iter().map(|version| version.id).collect()
}

/// What a search finds that it should not, and what it does not find.
fn difference(found: &BTreeSet<String>, expected: &BTreeSet<String>) -> Option<String> {
    let wrong: Vec<&String> = found.difference(expected).collect();
    let missing: Vec<&String> = expected.difference(found).collect();
    (!wrong.is_empty() || !missing.is_empty()).then(|| format!("wrong {wrong:?}, missing {missing:?}"))
}

fn expected(
    meaning: &mut Meaning,
    resources: &BTreeMap<String, Json>,
    questions: &[&Question],
) -> BTreeSet<String> {
    let holds =
        |meaning: &mut Meaning, json: &Json| questions.iter().all(|question| meaning.holds(json, question));
    resources.iter().filter(|(_, json)| holds(meaning, json)).map(|(id, _)| id.clone()).collect()
}

/// All questions about the resources, in a fixed order.
fn all_questions(meaning: &mut Meaning, resources: &Resources) -> Vec<Question> {
    let every =
        std::env::var("EASEL_ORACLE_EVERY").ok().and_then(|text| text.parse().ok()).unwrap_or(5_usize);
    let mut all = Vec::new();
    for (resource_type, of_type) in resources {
        let jsons: Vec<&Json> = of_type.values().collect();
        for parameter in search_parameters_of(*resource_type) {
            let is_composite = parameter.kind == SearchParameterType::Composite;
            if parameter.expression.is_empty()
                || is_composite
                || matches!(parameter.code, "_id" | "_lastUpdated")
            {
                continue;
            }
            all.extend(questions::about(meaning, *resource_type, parameter, &jsons));
        }
    }
    all.into_iter().step_by(every.max(1)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_finds_what_the_resources_say() {
    let Some(resources) = examples() else { return };
    let mut meaning = Meaning::default();
    let questions = all_questions(&mut meaning, &resources);
    for (name, location) in stores() {
        let engine = engine(location);
        fill(&engine, &resources).await;
        let (mut asked, mut nonempty, mut wrong) = (0, 0, Vec::new());
        for (index, question) in questions.iter().enumerate() {
            let of_type = &resources[&question.resource_type];
            // Now and then two conditions at once.
            let other = questions
                .get(index + 1)
                .filter(|other| index % 4 == 0 && other.resource_type == question.resource_type);
            let both: Vec<&Question> = std::iter::once(question).chain(other).collect();
            let pairs: Vec<(String, String)> = both.iter().map(|question| question.pair()).collect();
            let shown = || {
                let shown: Vec<String> =
                    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
                format!("{}?{}", question.resource_type, shown.join("&"))
            };
            let query = match query(&engine, question.resource_type, &pairs) {
                Ok(query) => query,
                // A `|` where no value has a system is refused, and so are canonicals that are no URLs.
                Err(text) if text.contains("its values have no system") || text.contains("is not a URI") => {
                    continue;
                }
                Err(text) => {
                    wrong.push(format!("{}: refused: {text}", shown()));
                    continue;
                }
            };
            let expected = expected(&mut meaning, of_type, &both);
            asked += 1;
            nonempty += usize::from(!expected.is_empty());
            if let Some(difference) = difference(&found(&engine, query).await, &expected) {
                wrong.push(format!("{}: {difference}", shown()));
            }
        }
        println!("{name}: {asked} searches, {nonempty} of which find something");
        wrong.truncate(40);
        assert!(wrong.is_empty(), "on {name}:\n{}", wrong.join("\n"));
        assert!(asked > 1_000 && nonempty > 500, "{asked} {nonempty}");
    }
}

/// What a resource refers to under a parameter: by type and id, or by canonical URL.
fn references(
    meaning: &mut Meaning,
    resources: &Resources,
    resource: &Json,
    parameter: &'static SearchParameter,
) -> Vec<(ResourceType, String)> {
    let mut found = Vec::new();
    for item in meaning.values(resource, parameter) {
        match meaning::reference_text(&item).and_then(Reference::parse) {
            Some(Reference::Local { resource_type, id, .. }) => found.push((resource_type, id.to_owned())),
            Some(Reference::Absolute(canonical)) if item.as_str().is_some() => {
                let (url, version) =
                    canonical.split_once('|').map_or((canonical, None), |(a, b)| (a, Some(b)));
                let is_meant = |json: &Json| {
                    json.str("url") == Some(url)
                        && version.is_none_or(|version| json.str("version") == Some(version))
                };
                for (resource_type, of_type) in resources {
                    let meant = of_type.iter().filter(|(_, json)| is_meant(json));
                    found.extend(meant.map(|(id, _)| (*resource_type, id.clone())));
                }
            }
            _ => {}
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn chains_and_reverse_chains_find_what_the_references_say() {
    let Some(resources) = examples() else { return };
    let mut meaning = Meaning::default();
    let questions = all_questions(&mut meaning, &resources);
    for (name, location) in stores() {
        let engine = engine(location);
        fill(&engine, &resources).await;
        let (mut asked, mut nonempty, mut wrong) = (0, 0, Vec::new());
        for (source, of_source) in &resources {
            for parameter in search_parameters_of(*source).filter(|one| !one.targets.is_empty()) {
                let mut pointed: BTreeSet<ResourceType> = BTreeSet::new();
                for json in of_source.values() {
                    let found = references(&mut meaning, &resources, json, parameter);
                    pointed.extend(found.into_iter().map(|(target, _)| target));
                }
                pointed.retain(|target| resources.contains_key(target) && parameter.targets.contains(target));
                for target in pointed {
                    // A question about what is pointed to, and one about what points.
                    let about = |wanted: ResourceType| {
                        let mut fitting = questions.iter().filter(move |one| one.resource_type == wanted);
                        fitting.nth(asked % 7)
                    };
                    let (Some(ahead), Some(behind)) = (about(target), about(*source)) else { continue };
                    let (ahead_name, ahead_value) = ahead.pair();
                    let (behind_name, behind_value) = behind.pair();
                    let chain = (format!("{}:{target}.{ahead_name}", parameter.code), ahead_value);
                    let has = (format!("_has:{source}:{}:{behind_name}", parameter.code), behind_value);
                    let (Ok(chained), Ok(reversed)) = (
                        query(&engine, *source, std::slice::from_ref(&chain)),
                        query(&engine, target, std::slice::from_ref(&has)),
                    ) else {
                        continue;
                    };
                    let of_target = &resources[&target];
                    let targets = expected(&mut meaning, of_target, &[ahead]);
                    let mut chained_to = BTreeSet::new();
                    let mut pointed_at = BTreeSet::new();
                    for (id, json) in of_source {
                        let found = references(&mut meaning, &resources, json, parameter);
                        let to_target = found.into_iter().filter(|(found, _)| *found == target);
                        let to_target: Vec<String> = to_target.map(|(_, id)| id).collect();
                        if to_target.iter().any(|id| targets.contains(id)) {
                            chained_to.insert(id.clone());
                        }
                        if meaning.holds(json, behind) {
                            pointed_at.extend(to_target.into_iter().filter(|id| of_target.contains_key(id)));
                        }
                    }
                    asked += 2;
                    nonempty += usize::from(!chained_to.is_empty()) + usize::from(!pointed_at.is_empty());
                    for (what, (name, value), query, expected) in
                        [(*source, chain, chained, chained_to), (target, has, reversed, pointed_at)]
                    {
                        if let Some(difference) = difference(&found(&engine, query).await, &expected) {
                            wrong.push(format!("{what}?{name}={value}: {difference}"));
                        }
                    }
                }
            }
        }
        println!("{name}: {asked} searches, {nonempty} of which find something");
        wrong.truncate(40);
        assert!(wrong.is_empty(), "on {name}:\n{}", wrong.join("\n"));
        assert!(asked > 300 && nonempty > 100, "{asked} {nonempty}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_over_pages_shows_what_matched_when_it_began_whatever_is_written_meanwhile() {
    const PATIENTS: u64 = 150;
    let patient = |id: u64, round: u64| {
        let text = format!(
            r#"{{"resourceType":"Patient","id":"p{id}","gender":"{}","birthDate":"{}","name":[{{"family":"F{}"}}]}}"#,
            if (id + round).is_multiple_of(3) { "male" } else { "female" },
            1950 + (id * 7 + round * 13) % 60,
            (id * 31 + round) % 17
        );
        fhir::json::parse(text.as_bytes(), 10).unwrap()
    };
    for (name, location) in stores() {
        let engine = engine(location);
        let mut resources = Resources::new();
        let all = (0..PATIENTS).map(|id| (format!("p{id}"), patient(id, 0))).collect();
        resources.insert(ResourceType::PATIENT, all);
        fill(&engine, &resources).await;
        let writer = {
            let engine = engine.clone();
            tokio::spawn(async move {
                for step in 0_u64.. {
                    let (id, round) = ((step * 37) % (PATIENTS + 40), 1 + step / 50);
                    let name = format!("p{id}");
                    // Some go, some come back, some are new, most change.
                    if step % 5 == 0 {
                        let _ = engine.delete(ResourceType::PATIENT, &name, Preconditions::default()).await;
                    } else {
                        let json = patient(id, round);
                        engine
                            .update(ResourceType::PATIENT, &name, json, Preconditions::default())
                            .await
                            .unwrap();
                    }
                }
            })
        };
        for (pairs, limit) in [
            (vec![], 7),
            (vec![("gender", "female")], 10),
            (vec![("_sort", "-birthdate,family")], 13),
            (vec![("gender", "male"), ("_sort", "gender,_id")], 3),
            (vec![("birthdate", "ge1970"), ("_sort", "family")], 25),
        ] {
            let pairs: Vec<(String, String)> =
                pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let all = query(&engine, ResourceType::PATIENT, &pairs).unwrap();
            let first = Query { limit, total: Total::Accurate, ..all.clone() };
            let mut walk = first.clone();
            let (mut seen, mut expected) = (Vec::new(), None);
            loop {
                let page = walk.clone();
                let matches = engine.snapshot(move |reader| Ok(reader.search(&page)?)).await.unwrap();
                if expected.is_none() {
                    let (mark, total) = (matches.mark, matches.total.unwrap());
                    let whole = Query { as_of: Some(mark), ..all.clone() };
                    expected = Some((found(&engine, whole).await, total));
                    walk.as_of = Some(mark);
                }
                seen.extend(matches.resources.into_iter().map(|version| version.id));
                walk.offset += limit;
                if !matches.has_more {
                    break;
                }
            }
            let (expected, total) = expected.unwrap();
            let once: BTreeSet<String> = seen.iter().cloned().collect();
            assert_eq!(seen.len(), once.len(), "{pairs:?} on {name}: something came twice");
            assert_eq!(once, expected, "{pairs:?} on {name}");
            assert_eq!(once.len() as u64, total, "{pairs:?} on {name}");
        }
        assert!(!writer.is_finished(), "the writer failed: nothing was written meanwhile");
        writer.abort();
    }
}
