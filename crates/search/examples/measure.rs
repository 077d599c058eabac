//! How long indexing and reading a search take: `cargo run --release -p search --example measure`. With a folder of
//! Bundles as argument, how many index rows their resources have, too.

use fhir::{Json, Reference, ResourceType};
use jiff::tz::TimeZone;
use search::{IndexRow, Registry, SearchOptions, Total, extract, from_url};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

const OBSERVATION: &str = r#"{
    "resourceType": "Observation", "id": "a47c7b0e-bbb4-42cd-bc4a-df259d148ea1",
    "meta": { "profile": ["http://hl7.org/fhir/StructureDefinition/bodyweight"], "lastUpdated": "2024-03-15T10:00:00Z" },
    "status": "final",
    "category": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs", "display": "vital-signs" }] }],
    "code": { "coding": [{ "system": "http://loinc.org", "code": "29463-7", "display": "Body Weight" }], "text": "Body Weight" },
    "subject": { "reference": "Patient/0b1d4a7a-0e0f-4a3b-8b7e-0d7d5e9f2f11" },
    "encounter": { "reference": "Encounter/9d3a6a0f-3c34-4f6b-8d58-35a1fd4b2c11" },
    "effectiveDateTime": "2011-07-28T15:02:18-04:00", "issued": "2011-07-28T15:02:18.512-04:00",
    "valueQuantity": { "value": 71.30, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg" }
}"#;

const PATIENT: &str = r#"{
    "resourceType": "Patient", "id": "0b1d4a7a-0e0f-4a3b-8b7e-0d7d5e9f2f11",
    "meta": { "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"] },
    "extension": [{ "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "M" }],
    "identifier": [
        { "system": "https://github.com/synthetichealth/synthea", "value": "0b1d4a7a-0e0f-4a3b-8b7e-0d7d5e9f2f11" },
        { "type": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "SS" }] }, "system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-76-3236" }
    ],
    "active": true,
    "name": [{ "use": "official", "family": "Schmitt836", "given": ["Aaron697", "José"], "prefix": ["Mr."] }],
    "telecom": [{ "system": "phone", "value": "555-677-3119", "use": "home" }, { "system": "email", "value": "a@example.org" }],
    "gender": "male", "birthDate": "1945-12-16",
    "address": [{ "line": ["1087 Halvorson Light"], "city": "Boston", "state": "Massachusetts", "postalCode": "02108", "country": "US" }],
    "maritalStatus": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M" }] },
    "communication": [{ "language": { "coding": [{ "system": "urn:ietf:bcp:47", "code": "en-US" }] } }],
    "generalPractitioner": [{ "reference": "Practitioner/7" }], "managingOrganization": { "reference": "Organization/9" }
}"#;

/// The time that this thread has been on a processor, where the system tells; else the time of the day.
fn on_processor(start: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|line| line.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.unwrap_or_else(|| start.elapsed().as_nanos() as f64)
}

fn measure<T>(name: &str, rounds: u32, mut work: impl FnMut() -> T) {
    (0..rounds / 10).for_each(|_| drop(black_box(work())));
    let clock = Instant::now();
    let start = on_processor(clock);
    (0..rounds).for_each(|_| drop(black_box(work())));
    println!("{name:40}{:>10.2} µs", (on_processor(clock) - start) / 1e3 / f64::from(rounds));
}

/// About how many bytes of disk a row takes.
fn bytes(row: &IndexRow) -> usize {
    match row {
        IndexRow::Key { .. } => 24,
        IndexRow::Text { folded, .. } => 24 + folded.len(),
        IndexRow::Span { .. } | IndexRow::Number { .. } => 40,
    }
}

/// References within a Bundle, `urn:uuid:…`, as they are once it is stored.
fn resolve(json: &mut Json, places: &BTreeMap<String, String>) {
    match json {
        Json::Object(object) => {
            for (name, value) in object.iter_mut() {
                match (name, value.as_str().and_then(|text| places.get(text))) {
                    ("reference", Some(place)) => *value = place.clone().into(),
                    _ => resolve(value, places),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| resolve(item, places)),
        _ => {}
    }
}

/// The rows of the resources in a folder of Bundles, by type.
fn rows(folder: &str, registry: &Registry) {
    let mut types: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Some(mut bundle) =
            std::fs::read(file.path()).ok().and_then(|text| fhir::json::parse(&text, 50).ok())
        else {
            continue;
        };
        let entries = bundle.get("entry").map(Json::items).unwrap_or_default().iter();
        let place = |entry: &Json| {
            let resource = entry.get("resource")?;
            let place = format!("{}/{}", resource.str("resourceType")?, resource.str("id")?);
            Reference::local(&place).is_some().then(|| Some((entry.str("fullUrl")?.to_owned(), place)))?
        };
        let places: BTreeMap<String, String> = entries.filter_map(place).collect();
        resolve(&mut bundle, &places);
        for resource in bundle.get("entry").map(Json::items).unwrap_or_default() {
            let Some(resource) = resource.get("resource") else { continue };
            let Some(resource_type) = resource.str("resourceType").and_then(ResourceType::from_name) else {
                continue;
            };
            let found = extract(registry, resource_type, resource, &TimeZone::UTC).rows;
            let counts = types.entry(resource_type.name()).or_default();
            *counts =
                (counts.0 + 1, counts.1 + found.len(), counts.2 + found.iter().map(bytes).sum::<usize>());
        }
    }
    let all = types.values().fold((0, 0, 0), |all, one| (all.0 + one.0, all.1 + one.1, all.2 + one.2));
    println!("{:28}{:>10}{:>10}{:>10}", "rows per resource", "resources", "rows", "bytes");
    for (name, (resources, rows, bytes)) in types.into_iter().chain([("all", all)]) {
        let each = |count: usize| count as f64 / resources.max(1) as f64;
        println!("{name:28}{resources:>10}{:>10.1}{:>10.0}", each(rows), each(bytes));
    }
}

fn main() {
    let (registry, zone) = (Registry::r4(Vec::new()), TimeZone::UTC);
    measure("registry of R4", 50, || Registry::r4(Vec::new()));
    for (resource_type, text) in [(ResourceType::OBSERVATION, OBSERVATION), (ResourceType::PATIENT, PATIENT)]
    {
        let Ok(resource) = fhir::json::parse(text.as_bytes(), 50) else { continue };
        println!("{resource_type}: {} rows", extract(&registry, resource_type, &resource, &zone).rows.len());
        let name = format!("extraction of {resource_type}");
        measure(&name, 100_000, || extract(&registry, resource_type, &resource, &zone));
    }
    let options = SearchOptions {
        zone: &zone,
        now: 0,
        default_count: 20,
        max_count: 1000,
        default_total: Total::None,
        ignored: &[],
        lenient: false,
        internal: false,
        terminology: None,
    };
    let parameters = [
        ("patient", "Patient/1"),
        ("code", "http://loinc.org|29463-7"),
        ("date", "ge2024-01-01"),
        ("_sort", "-date"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    measure("Observation?patient&code&date&_sort", 100_000, || {
        from_url(&registry, ResourceType::OBSERVATION, &parameters, &options).is_ok()
    });
    if let Some(folder) = std::env::args().nth(1) {
        rows(&folder, &registry);
    }
}
