//! Extraction takes whatever it is given: resources with parts exchanged, removed and made nonsense.

use super::{REGISTRY, parse, zone};
use crate::extract;
use fhir::{Json, Object, ResourceType};

const SEEDS: &[&str] = &[
    r#"{ "resourceType": "Patient", "id": "p", "active": true, "birthDate": "1974-12-25", "_birthDate": { "id": "b" },
         "name": [{ "family": "Du Marché", "given": ["Éve", null], "_given": [null, { "id": "g" }] }],
         "telecom": [{ "system": "phone", "value": "1" }], "identifier": [{ "system": "http://a", "value": "1" }],
         "generalPractitioner": [{ "reference": "Practitioner/1" }], "contact": [{ "name": { "family": "X" } }] }"#,
    r#"{ "resourceType": "Observation", "status": "final", "code": { "coding": [{ "system": "http://l", "code": "1" }] },
         "effectiveTiming": { "event": ["2024"], "repeat": { "boundsPeriod": { "start": "2024", "end": "2023" } } },
         "valueQuantity": { "value": 1.5 }, "subject": { "reference": "Patient/1" }, "component": [{ "valueString": "x" }] }"#,
    r#"{ "resourceType": "Bundle", "type": "document", "timestamp": "2024-01-01T00:00:00Z",
         "entry": [{ "resource": { "resourceType": "Composition", "id": "c" } }] }"#,
];

/// A generator of numbers that is the same on every run (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn nonsense(&mut self) -> Json {
        const TEXTS: &[&str] = &[
            "",
            "#",
            "?",
            "Patient/",
            "urn:",
            "a:b",
            "2024-",
            "9999-12-31",
            "\u{0}",
            "é",
            "|",
            "/_history/",
        ];
        match self.roll(9) {
            0 => Json::Null,
            1 => Json::Bool(true),
            2 => Json::from(-1i64),
            3 => Json::Array(vec![Json::Null, Json::from("x"), Json::Array(Vec::new())]),
            4 => Json::Object(Object::new()),
            5 => Json::from("9999"),
            6 => Json::from("é".repeat(300)),
            _ => Json::from(TEXTS[self.roll(TEXTS.len())]),
        }
    }

    /// Changes something somewhere below `json`.
    fn mutate(&mut self, json: &mut Json) {
        let here = self.roll(4) == 0;
        match json {
            Json::Object(object) if !here && !object.is_empty() => {
                let place = self.roll(object.len());
                if let Some((_, value)) = object.iter_mut().nth(place) {
                    self.mutate(value);
                }
            }
            Json::Array(items) if !here && !items.is_empty() => {
                let place = self.roll(items.len());
                self.mutate(&mut items[place]);
            }
            json => *json = self.nonsense(),
        }
    }
}

#[test]
fn extraction_never_panics_and_is_always_sorted() {
    let mut dice = Dice(1);
    for round in 0..6_000 {
        let mut resource = parse(SEEDS[round % SEEDS.len()]);
        for _ in 0..1 + dice.roll(6) {
            dice.mutate(&mut resource);
        }
        // Any type, whatever the resource says it is.
        let stated = resource.str("resourceType").and_then(ResourceType::from_name);
        let any = ResourceType::from_index(dice.roll(ResourceType::COUNT) as u8).unwrap();
        for resource_type in stated.into_iter().chain([any]) {
            let rows = extract(&REGISTRY, resource_type, &resource, zone()).rows;
            assert!(rows.is_sorted(), "{resource}");
        }
    }
}
