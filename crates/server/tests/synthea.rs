//! Real input: 60 synthetic patients, 15,244 resources. Skipped where the data is not beside the checkout.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use fhir::{Json, ResourceType};
use interactions::bundle::EntryReturn;
use interactions::operations::{Input, Operation, Request};
use interactions::{Caller, Engine, NoRules, Preconditions, Refusal, Settings};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use storage::{Location, OpenOptions, Store};

/// What `easel check` refuses of the data, with the reason that the specification confirms. Nothing is.
const REFUSED: &[(&str, &str)] = &[];

/// How many resources the data has.
const RESOURCES: usize = 15_244;

fn unpacked() -> Option<PathBuf> {
    let archive =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/synthea-r4-60-patients.tar.xz");
    if !archive.exists() {
        println!("skipped: {} is not there", archive.display());
        return None;
    }
    let folder = std::env::temp_dir().join(format!(
        "easel-synthea-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    std::fs::create_dir_all(&folder).unwrap();
    let status = Command::new("tar").arg("xJf").arg(&archive).arg("-C").arg(&folder).status().unwrap();
    assert!(status.success());
    Some(folder)
}

fn bundles(folder: &Path) -> Vec<Json> {
    let files = server::import::read::files(folder).unwrap();
    files.iter().map(|path| fhir::json::parse(&std::fs::read(path).unwrap(), 100).unwrap()).collect()
}

fn resources(folder: &Path) -> Vec<Json> {
    let entries = |bundle: &Json| bundle.get("entry").unwrap().items().to_vec();
    let resource = |entry: Json| entry.get("resource").cloned();
    bundles(folder).iter().flat_map(entries).filter_map(resource).collect()
}

#[test]
fn every_resource_is_accepted_or_refused_for_a_listed_reason() {
    let Some(folder) = unpacked() else { return };
    let resources = resources(&folder);
    assert_eq!(resources.len(), RESOURCES);
    let mut refused = Vec::new();
    for resource in &resources {
        let issues = validation::validate(resource, &validation::Options::default());
        if !issues.is_empty() {
            refused.push((resource.str("id").unwrap_or_default().to_owned(), issues));
        }
    }
    let unlisted: Vec<_> =
        refused.iter().filter(|(id, _)| !REFUSED.iter().any(|(known, _)| known == id)).collect();
    assert!(unlisted.is_empty(), "{unlisted:#?}");
    assert_eq!(refused.len(), REFUSED.len());
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn every_accepted_resource_can_be_put_and_is_read_back_equal() {
    let Some(folder) = unpacked() else { return };
    let store = Store::open(OpenOptions::new(Location::SqliteMemory)).unwrap();
    let engine = engine(store);
    let resources = resources(&folder);
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().build().unwrap();
    let checked = runtime.block_on(put_and_read(&engine, resources));
    assert_eq!(checked, RESOURCES - REFUSED.len());
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn every_bundle_goes_in_as_a_transaction_unchanged_and_comes_out_as_everything_of_its_patient() {
    let Some(folder) = unpacked() else { return };
    let engine = engine(Store::open(OpenOptions::new(Location::SqliteMemory)).unwrap());
    let mut bundles = bundles(&folder);
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for resource in resources(&folder) {
        *expected.entry(resource.str("resourceType").unwrap().to_owned()).or_default() += 1;
    }
    // Two largest ones in one are larger than any that Synthea makes of one patient.
    bundles.sort_by_key(|bundle| std::cmp::Reverse(bundle.get("entry").unwrap().items().len()));
    let second = bundles.remove(1);
    let first = bundles[0].as_object_mut().unwrap().get_mut("entry").unwrap().as_array_mut().unwrap();
    first.extend_from_slice(second.get("entry").unwrap().items());
    assert!(first.len() >= 1_244, "{}", first.len());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut records = Vec::new();
    for bundle in bundles {
        let entries = bundle.get("entry").unwrap().items().len();
        let bundle = engine.read_bundle(bundle, Arc::new(Anyone), false, 0).unwrap();
        let answer = runtime.block_on(engine.carry_out(bundle, EntryReturn::Minimal)).unwrap();
        let answer = fhir::json::parse(&answer, 100).unwrap();
        let created = answer.get("entry").unwrap().items().iter();
        let created = created.filter(|e| e.at(&["response", "status"]) == Some(&"201 Created".into()));
        let record: BTreeSet<String> = created.map(location).collect();
        assert_eq!(record.len(), entries);
        records.push(record);
    }
    let stored = runtime.block_on(stored(&engine));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let known: HashSet<String> =
        stored.iter().map(|(resource_type, id, _)| format!("{resource_type}/{id}")).collect();
    for (resource_type, id, resource) in &stored {
        *counts.entry(resource_type.name().to_owned()).or_default() += 1;
        each_reference(resource, &mut |text| {
            assert!(text.starts_with('#') || known.contains(text), "{resource_type}/{id}: {text}");
        });
    }
    assert_eq!(counts, expected);
    for record in &records {
        runtime.block_on(everything_is(&engine, record));
    }
    let _ = std::fs::remove_dir_all(folder);
}

/// `Type/id` of what an entry created.
fn location(entry: &Json) -> String {
    let location = entry.at(&["response", "location"]).and_then(Json::as_str).unwrap();
    let path = location.strip_prefix("http://test/fhir/").unwrap();
    path.split("/_history/").next().unwrap().to_owned()
}

/// `$everything` of the record's patients, walked in small pages, is the record: each resource of a compartment once, and
/// with them whatever they refer to.
async fn everything_is(engine: &Engine, record: &BTreeSet<String>) {
    let (mut found, mut matches) = (BTreeSet::new(), 0);
    let resource_type = ResourceType::PATIENT;
    let operation = Operation::at("everything", Some(resource_type), true).unwrap();
    for patient in record.iter().filter_map(|place| place.strip_prefix("Patient/")) {
        let mut query = vec![("_count".to_owned(), "100".to_owned())];
        loop {
            let request = Request {
                resource_type: Some(resource_type),
                id: Some(patient.to_owned()),
                input: Input::of_url(&query, &[]),
                caller: Arc::new(Anyone),
                lenient: false,
                version: None,
                preconditions: Preconditions::default(),
                now: 0,
            };
            let page = engine.operate(operation, request).await.unwrap();
            let page = fhir::json::parse(&page, 100).unwrap();
            for entry in page.get("entry").unwrap().items() {
                let is_match = entry.at(&["search", "mode"]) == Some(&"match".into());
                let is_new = found.insert(entry.str("fullUrl").unwrap().replace("http://test/fhir/", ""));
                assert!(is_new || !is_match, "{entry} comes twice");
                matches += usize::from(is_match);
            }
            let links = page.get("link").unwrap().items();
            let Some(next) = links.iter().find(|link| link.str("relation") == Some("next")) else { break };
            let (_, text) = next.str("url").unwrap().split_once('?').unwrap();
            query = text.split('&').filter_map(|pair| pair.split_once('=')).map(owned).collect();
        }
    }
    assert_eq!(&found, record);
    assert!(matches > record.len() / 2, "{matches} of {}", record.len());
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

async fn stored(engine: &Engine) -> Vec<(ResourceType, String, Json)> {
    let all = engine.snapshot(|reader| {
        let mut all = Vec::new();
        reader.each_current(None, &mut |version| {
            all.push(version);
            Ok(())
        })?;
        Ok(all)
    });
    let parsed = |version: storage::Version| {
        let body = fhir::json::parse(&version.body.unwrap(), 100).unwrap();
        (version.resource_type, version.id, body)
    };
    all.await.unwrap().into_iter().map(parsed).collect()
}

fn each_reference(value: &Json, each: &mut dyn FnMut(&str)) {
    value.items().iter().for_each(|item| each_reference(item, each));
    for (name, value) in value.as_object().into_iter().flat_map(fhir::Object::iter) {
        match value {
            Json::String(text) if name == "reference" => each(text),
            other => each_reference(other, each),
        }
    }
}

/// A caller who may do everything.
struct Anyone;

impl Caller for Anyone {
    fn identity(&self) -> &str {
        "anyone"
    }

    fn may_read(&self, _: ResourceType) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_search(&self, _: ResourceType) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_see(&self, _: &storage::Version) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_write(&self, _: ResourceType) -> Result<(), Refusal> {
        Ok(())
    }
}

/// Many at once, so that commits are shared.
async fn put_and_read(engine: &Engine, resources: Vec<Json>) -> usize {
    let mut checked = 0;
    for batch in resources.chunks(200) {
        let tasks: Vec<_> = batch
            .iter()
            .cloned()
            .map(|resource| {
                let engine = engine.clone();
                tokio::spawn(async move { round_trip(&engine, resource).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
            checked += 1;
        }
    }
    checked
}

async fn round_trip(engine: &Engine, sent: Json) {
    let resource_type = ResourceType::from_name(sent.str("resourceType").unwrap()).unwrap();
    let id = sent.str("id").unwrap().to_owned();
    engine.update(resource_type, &id, sent.clone(), Preconditions::default()).await.unwrap();
    let version = engine.read(resource_type, &id).await.unwrap();
    let mut read = fhir::json::parse(&version.body.unwrap(), 100).unwrap();
    let mut expected = sent;
    for side in [&mut read, &mut expected] {
        without_version(side);
    }
    assert!(read.same_content(&expected), "{resource_type}/{id}\nsent {expected}\nread {read}");
}

/// Version and time are the server's.
fn without_version(resource: &mut Json) {
    let object = resource.as_object_mut().unwrap();
    let Some(Json::Object(meta)) = object.get_mut("meta") else { return };
    meta.remove("versionId");
    meta.remove("lastUpdated");
    if meta.is_empty() {
        object.remove("meta");
    }
}

fn engine(store: Store) -> Engine {
    let settings = Settings {
        zone: jiff::tz::TimeZone::UTC,
        rules: Box::new(NoRules),
        registry: search::Registry::r4(Vec::new()),
        base_url: "http://test/fhir".into(),
        max_depth: 100,
    };
    Engine::new(store, settings)
}
