//! Bodies of every kind: what is no resource is refused as such, and nothing that a client sends makes the server fail.

use crate::cases::case;
use crate::support::{Door, block_on, changed, told};
use canvas::clinic::demo;
use canvas::types::TYPES;
use fhir::{Json, ResourceType};
use interactions::{Interaction, validation};

fn create(door: &Door, body: &[u8]) -> (u16, Vec<(String, String, String)>) {
    told(&block_on(door.canvas.create(ResourceType::PATIENT, body)).unwrap_err())
}

#[test]
fn what_is_no_patient_is_refused_once() {
    let door = Door::empty();
    for body in [&b""[..], b"{", b"[]", b"null", b"\"Patient\"", b"{\"a\":1,\"a\":2}", b"{} x", b"\xff"] {
        let (status, problems) = create(&door, body);
        assert_eq!((status, problems.len()), (400, 1), "{body:?}: {problems:#?}");
    }
    let (status, problems) = create(&door, br#"{"resourceType":"Practitioner","gender":"x"}"#);
    assert_eq!((status, problems[0].2.as_str()), (400, "Practitioner.resourceType"));
    assert!(
        problems.iter().all(|(_, text, _)| text != "birthDate is required"),
        "rules of another type: {problems:#?}"
    );
    let (status, problems) = create(&door, br#"{"resource":{"resourceType":"Patient"}}"#);
    assert_eq!((status, problems[0].2.as_str()), (400, "Patient.resourceType"));
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % sides as u64) as usize
    }
}

/// The number of values in a tree.
fn size(value: &Json) -> usize {
    1 + match value {
        Json::Array(items) => items.iter().map(size).sum(),
        Json::Object(object) => object.iter().map(|(_, member)| size(member)).sum(),
        _ => 0,
    }
}

/// The value number `index` of a tree, counted from the root.
fn value_at(value: &mut Json, index: usize) -> &mut Json {
    if index == 0 {
        return value;
    }
    let mut left = index - 1;
    let children: Vec<&mut Json> = match value {
        Json::Array(items) => items.iter_mut().collect(),
        Json::Object(object) => object.iter_mut().map(|(_, member)| member).collect(),
        _ => unreachable!("a value without children has the index 0"),
    };
    for child in children {
        let size = size(child);
        if left < size {
            return value_at(child, left);
        }
        left -= size;
    }
    unreachable!("the index is within the tree")
}

fn mutate(body: &mut Json, dice: &mut Dice) {
    const VALUES: [&str; 16] = [
        "null",
        "true",
        "0",
        "-1",
        "1.5",
        "\"\"",
        "\"x\"",
        "\"Patient/1\"",
        "\"2024\"",
        "[]",
        "{}",
        "[null]",
        "[\"\"]",
        "[{}]",
        "{\"url\":\"x\"}",
        "[[1]]",
    ];
    let index = 1 + dice.roll(size(body) - 1);
    let other = dice.roll(size(body));
    let copy = value_at(body, other).clone();
    let target = value_at(body, index);
    match (dice.roll(4), target) {
        (0, Json::Array(items)) if !items.is_empty() => items.extend_from_within(..1),
        (1, Json::Object(object)) if !object.is_empty() => {
            let place = dice.roll(object.len());
            let name = object.iter().nth(place).unwrap().0.to_owned();
            object.remove(&name);
        }
        (2, target) => *target = copy,
        (_, target) => *target = crate::support::parse(VALUES[dice.roll(VALUES.len())]),
    }
}

#[test]
fn no_body_makes_the_server_fail_and_whatever_is_stored_is_valid_and_readable() {
    let door = Door::of_demo_clinic();
    let mut dice = Dice(7);
    for served in TYPES {
        let contract = served.contract();
        if contract.is_read_only() {
            continue;
        }
        let creates = contract.offers(Interaction::Create);
        let resource_type = contract.resource_type;
        let examples =
            contract.all_rules().map(|rule| changed(contract.minimal, rule.kept.changes, demo::PATIENT));
        let bodies: Vec<Json> = examples.collect();
        let (mut accepted, mut id) = (0, case(contract.name).updated.to_owned());
        for round in 0..1500 {
            let mut body = bodies[dice.roll(bodies.len())].clone();
            for _ in 0..=dice.roll(2) {
                mutate(&mut body, &mut dice);
            }
            let bytes = body.to_bytes();
            let create =
                creates && (id.is_empty() || round % 2 == 0 || !contract.offers(Interaction::Update));
            let outcome = match create {
                true => block_on(door.canvas.create(resource_type, &bytes)).map(|new| id = new),
                false => block_on(door.canvas.update(resource_type, &id, &bytes, None)),
            };
            match outcome {
                Ok(()) => {
                    accepted += 1;
                    let stored = door.stored(resource_type, &id);
                    let options = validation::Options { expected: Some(resource_type), ..Default::default() };
                    let problems = validation::validate(&stored, &options);
                    assert!(problems.is_empty(), "{body}\nis stored as\n{stored}\n{problems:#?}");
                    door.read(resource_type, &id).unwrap();
                }
                Err(refusal) => assert!(matches!(refusal.row().status, 400 | 422), "{body}\n{refusal}"),
            }
        }
        assert!(accepted > 0, "{resource_type}: none was accepted");
    }
}
