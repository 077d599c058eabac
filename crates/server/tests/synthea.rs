//! Real input: 60 synthetic patients, 15,244 resources. Skipped where the data is not beside the checkout.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use fhir::{Json, ResourceType};
use interactions::{Engine, NoRules, Preconditions, Settings};
use std::path::{Path, PathBuf};
use std::process::Command;
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

fn resources(folder: &Path) -> Vec<Json> {
    let mut all = Vec::new();
    for path in server::import::read::files(folder).unwrap() {
        let bundle = fhir::json::parse(&std::fs::read(path).unwrap(), 100).unwrap();
        all.extend(
            bundle.get("entry").unwrap().items().iter().filter_map(|entry| entry.get("resource").cloned()),
        );
    }
    all
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
