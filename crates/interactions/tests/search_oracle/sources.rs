//! Where the resources come from, and what is put into them so that every parameter has values.

use crate::{lists, places};
use fhir::{Json, ResourceType, json};
use generate::{Form, Population};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// How many resources of a type are taken.
const OF_A_TYPE: usize = 40;

/// The largest resource that is taken, in bytes.
const LARGEST: u64 = 200_000;

/// How many generated patients there are.
const PATIENTS: u64 = 4;

/// How many of Synthea's patients are taken: those whose records are neither small nor large.
const SYNTHEA_PATIENTS: usize = 4;

pub type Resources = BTreeMap<ResourceType, BTreeMap<String, Json>>;

/// Adds a resource unless there are `most` of its type.
fn add(resources: &mut Resources, resource: Json, most: usize) {
    let (Some(name), Some(id)) = (resource.str("resourceType"), resource.str("id")) else { return };
    let Some(resource_type) = ResourceType::from_name(name) else { return };
    let id = id.to_owned();
    let of_type = resources.entry(resource_type).or_default();
    if of_type.len() < most {
        of_type.insert(id, resource);
    }
}

/// Adds resources however many there are.
pub fn insert(resources: &mut Resources, some: Vec<Json>) {
    for resource in some {
        let resource_type = ResourceType::from_name(resource.str("resourceType").unwrap()).unwrap();
        let id = resource.str("id").unwrap().to_owned();
        resources.entry(resource_type).or_default().insert(id, resource);
    }
}

/// The files of the unpacked npm package `hl7.fhir.r4.examples@4.0.1`, in order.
fn example_files() -> Option<&'static [PathBuf]> {
    static LISTED: OnceLock<Option<Vec<PathBuf>>> = OnceLock::new();
    LISTED.get_or_init(list_examples).as_deref()
}

fn list_examples() -> Option<Vec<PathBuf>> {
    let folder = std::env::var_os("EASEL_TEST_R4_EXAMPLES")?;
    let folder = Path::new(&folder);
    let folder = if folder.join("package").is_dir() { folder.join("package") } else { folder.to_owned() };
    let mut files = Vec::new();
    list(&folder, &mut files);
    files.sort();
    Some(files)
}

/// The official examples.
pub fn examples() -> Option<Resources> {
    let Some(files) = example_files() else {
        println!(
            "skipped: EASEL_TEST_R4_EXAMPLES names no folder with the npm package hl7.fhir.r4.examples@4.0.1"
        );
        return None;
    };
    let mut found = Resources::new();
    for path in files.iter().filter(|path| std::fs::metadata(path).unwrap().len() <= LARGEST) {
        let Ok(json) = fhir::json::parse(&std::fs::read(path).unwrap(), 100) else { continue };
        add(&mut found, json, OF_A_TYPE);
    }
    Some(found)
}

/// The official definitions of a type; none where they are not at hand.
fn definitions(of: &str) -> Vec<Json> {
    let start = format!("{of}-");
    let is_one = |path: &&PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(&start))
    };
    let files = example_files().unwrap_or_default().iter().filter(is_one);
    files.filter_map(|path| fhir::json::parse(&std::fs::read(path).unwrap(), 100).ok()).collect()
}

/// The official code systems, read once.
pub fn code_systems() -> &'static [Json] {
    static READ: OnceLock<Vec<Json>> = OnceLock::new();
    READ.get_or_init(|| definitions("CodeSystem"))
}

/// The official value sets, read once.
pub fn value_sets() -> &'static [Json] {
    static READ: OnceLock<Vec<Json>> = OnceLock::new();
    READ.get_or_init(|| definitions("ValueSet"))
}

/// The official definition of a type; none where it is not at hand.
pub fn structure(of: ResourceType) -> Option<Json> {
    let name = format!("StructureDefinition-{of}.json");
    let path =
        example_files()?.iter().find(|path| path.file_name().is_some_and(|found| found == name.as_str()))?;
    fhir::json::parse(&std::fs::read(path).unwrap(), 100).ok()
}

/// Records of the crate `generate`, and a few resources that are awkward to search for.
pub fn generated() -> Resources {
    let mut found = Resources::new();
    for (index, record) in Population::new(7).records(PATIENTS, Form::Resources).enumerate() {
        let most = OF_A_TYPE * (index + 1) / (PATIENTS as usize + 1);
        record.resources.into_iter().for_each(|resource| add(&mut found, resource.body, most));
    }
    insert(&mut found, awkward());
    insert(&mut found, places::awkward());
    insert(&mut found, lists::awkward());
    found
}

/// Synthea's records; nothing where they are not beside the checkout.
pub fn synthea() -> Option<Resources> {
    let archive =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/synthea-r4-60-patients.tar.xz");
    if !archive.exists() {
        println!("skipped: {} is not there", archive.display());
        return None;
    }
    let folder = std::env::temp_dir().join(format!("easel-oracle-synthea-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let status = Command::new("tar").arg("xJf").arg(&archive).arg("-C").arg(&folder).status().unwrap();
    assert!(status.success());
    let mut files = Vec::new();
    list(&folder, &mut files);
    files.sort();
    files.sort_by_key(|path| std::fs::metadata(path).unwrap().len());
    let middle = (files.len() - SYNTHEA_PATIENTS) / 2;
    let mut found = Resources::new();
    for (index, path) in files[middle..].iter().take(SYNTHEA_PATIENTS).enumerate() {
        let bundle = fhir::json::parse(&std::fs::read(path).unwrap(), 100).unwrap();
        let entries = bundle.get("entry").map(Json::items).unwrap_or_default();
        let most = OF_A_TYPE * (index + 1) / SYNTHEA_PATIENTS;
        with_ids(entries).into_iter().for_each(|resource| add(&mut found, resource, most));
    }
    let _ = std::fs::remove_dir_all(folder);
    Some(found)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

/// The resources of a transaction, references among them being by type and id.
fn with_ids(entries: &[Json]) -> Vec<Json> {
    let mut places = BTreeMap::new();
    for entry in entries {
        let resource = entry.get("resource").unwrap();
        if let (Some(url), Some(name), Some(id)) =
            (entry.str("fullUrl"), resource.str("resourceType"), resource.str("id"))
        {
            places.insert(url.to_owned(), format!("{name}/{id}"));
        }
    }
    let mut resources: Vec<Json> =
        entries.iter().filter_map(|entry| entry.get("resource")).cloned().collect();
    resources.iter_mut().for_each(|resource| point(resource, &places));
    resources
}

fn point(value: &mut Json, places: &BTreeMap<String, String>) {
    match value {
        Json::Array(items) => items.iter_mut().for_each(|item| point(item, places)),
        Json::Object(members) => {
            for (name, value) in members.iter_mut() {
                match value.as_str().and_then(|text| places.get(text)) {
                    Some(place) if name == "reference" => *value = place.as_str().into(),
                    _ => point(value, places),
                }
            }
        }
        _ => {}
    }
}

/// Tags, labels, profiles and sources, of which most resources have none.
pub fn mark(resources: &mut Resources) {
    let all = resources.values_mut().flat_map(BTreeMap::values_mut);
    for (index, resource) in all.enumerate() {
        let Some(resource) = resource.as_object_mut() else { continue };
        let mut meta = resource.get("meta").cloned().unwrap_or_else(|| json!({}));
        let Some(members) = meta.as_object_mut() else { continue };
        if index % 3 == 0 {
            members.insert(
                "tag",
                json!([
                    { "system": "http://tags/a|b", "code": (format!("t{}", index % 5)), "display": "Tag, marked" },
                    { "code": "x,y$z" }
                ]),
            );
        }
        if index % 4 == 1 {
            members.insert(
                "security",
                json!([{ "system": "http://labels", "code": "R", "display": "Restricted" }]),
            );
        }
        if index % 5 == 2 {
            members.insert("source", format!("http://sources/a/b/{}", index % 3));
        }
        if index % 4 == 3 {
            let version = if index % 8 == 3 { "|2.0" } else { "" };
            members.insert("profile", json!([(format!("http://profiles/p/{}{version}", index % 3))]));
        }
        if !members.is_empty() {
            resource.remove("meta");
            resource.insert_at(2, "meta", meta);
        }
    }
}

/// What only escapes can ask for, several values in one element, values of several kinds, and what is absent.
fn awkward() -> Vec<Json> {
    let patients = (0..6).map(|n| {
        json!({
            "resourceType": "Patient", "id": (format!("odd{n}")), "active": (n % 2 == 0),
            "identifier": [
                {
                    "system": "http://ids/a,b", "value": (format!("v,{n}|w$\\x")),
                    "type": { "text": "Odd, number", "coding": [{ "system": "http://types|x", "code": "MR,1", "display": "Record" }] }
                },
                { "value": (format!("plain{n}")) }
            ],
            "name": [
                { "family": (format!("O'Neil, {n}")), "given": ["Zoë", "A$b|c\\d"], "text": "Dr. Zoë  O'Neil" },
                { "family": (["Ångström", "Carreno Quinones", "de la Cruz-Smyth"][n % 3]) }
            ],
            "telecom": [{ "system": "email", "value": (format!("a|b{n}@example.org")) }],
            "birthDate": (["1950", "1950-03", "1950-03-07", "1951-12-31", "1949-01", "1951"][n]),
            "link": [{ "other": { "reference": (format!("Patient/odd{}", (n + 1) % 6)) }, "type": "seealso" }],
            "managingOrganization": {
                "reference": (format!("Organization/odd{}", n % 4)),
                "identifier": { "system": "http://orgs", "value": "o|1" }, "display": "Elsewhere"
            }
        })
    });
    let observations = (0..8).map(|n| {
        let code = |code: &str| {
            json!({ "coding": [{ "system": "http://codes/$", "code": code, "display": "Some, code" }], "text": "Some text" })
        };
        json!({
            "resourceType": "Observation", "id": (format!("odd{n}")), "status": "final", "code": (code(["a$1", "b,2"][n % 2])),
            "text": {
                "status": "generated",
                "div": (format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p title=\"tip\">&lt;{n} caf&#233; &#x41;ngle</p><p>H&amp;H</p></div>"))
            },
            "note": [{ "text": (format!("<{n} mg of caffeine")) }, { "text": "<b>bold</b> words" }],
            "subject": { "reference": (format!("Patient/odd{}", n % 6)) },
            "effectivePeriod": { "start": (format!("2020-0{}-01", n + 1)), "end": (["2020-11", "9999-12-31T23:59:59Z"][n / 7]) },
            "valueQuantity": {
                "value": (n as i64 * 500), "unit": (["mg", "g"][n % 2]), "system": "http://unitsofmeasure.org", "code": (["mg", "g"][n % 2])
            },
            "component": [
                { "code": (code("a$1")), "valueQuantity": { "value": (n as i64), "system": "http://unitsofmeasure.org", "code": "g" } },
                { "code": (code("b,2")), "valueCodeableConcept": (code("high|low")) },
                { "code": (code("b,2")), "valueQuantity": { "value": 7, "comparator": ">", "system": "http://units", "code": "u|v" } }
            ],
            "hasMember": [{ "reference": (format!("Observation/odd{}", (n + 3) % 8)) }]
        })
    });
    let mimes = ["text/xml", "text/xml; charset=UTF-8", "text/plain"].into_iter().enumerate();
    let documents = mimes.map(|(n, mime)| {
        json!({
            "resourceType": "DocumentReference", "id": (format!("odd{n}")), "status": "current",
            "content": [{ "attachment": { "contentType": mime, "url": "http://documents" } }]
        })
    });
    // What only a chain into contained resources finds.
    let within = (0..4).map(|n| {
        json!({
            "resourceType": "MedicationRequest", "id": (format!("odd{n}")), "status": "active", "intent": "order",
            "medicationReference": { "reference": "#m" }, "subject": { "reference": (["#p", "Patient/odd1"][n % 2]) },
            "contained": [
                {
                    "resourceType": "Medication", "id": "m", "status": "active",
                    "code": { "coding": [{ "system": "http://codes/$", "code": (["a$1", "b,2"][n % 2]) }] },
                    "manufacturer": { "reference": (["#o", "Organization/odd0"][n / 2]) }
                },
                { "resourceType": "Organization", "id": "o", "name": (format!("Maker {n}")) },
                { "resourceType": "Patient", "id": "p", "gender": (["male", "female"][n / 2]), "name": [{ "family": "Ångström" }] }
            ]
        })
    });
    // Longer than what is indexed of a text.
    let long = (0..4).map(|n| {
        json!({
            "resourceType": "Organization", "id": (format!("odd{n}")), "active": true,
            "name": (format!("{} Zürich, {}", "Krankenhaus ".repeat(24), ["North", "South", "East", "West"][n])),
            // One after the other, and the last part of itself.
            "partOf": { "reference": (format!("Organization/odd{}", [1, 2, 2, 3][n])) }
        })
    });
    patients.chain(within).chain(long).chain(observations).chain(documents).collect()
}
