//! How long indexing and reading a search take: `cargo run --release -p search --example measure`.

use fhir::ResourceType;
use jiff::tz::TimeZone;
use search::{Registry, SearchOptions, Total, extract, from_url};
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

fn main() {
    let (registry, zone) = (Registry::r4(Vec::new()), TimeZone::UTC);
    measure("registry of R4", 50, || Registry::r4(Vec::new()));
    for (resource_type, text) in [(ResourceType::OBSERVATION, OBSERVATION), (ResourceType::PATIENT, PATIENT)]
    {
        let Ok(resource) = fhir::json::parse(text.as_bytes(), 50) else { continue };
        println!("{resource_type}: {} rows", extract(&registry, resource_type, &resource, &zone).len());
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
}
