//! The vendor's own examples, for every type: what is created and updated is accepted once what it refers to exists, what
//! is read has the vendor's shape.

use crate::cases::{CASES, ELSEWHERE, case};
use crate::support::{Door, fact, facts, parse, set};
use canvas::contract::{Contract, NOTE_ID};
use canvas::types::TYPES;
use fhir::{Json, Reference, ResourceType};
use interactions::Interaction;
use std::collections::BTreeSet;

/// The contracts whose examples are sent here.
pub fn contracts() -> impl Iterator<Item = &'static Contract> {
    let contracts = TYPES.iter().map(|served| served.contract());
    contracts.filter(|contract| ELSEWHERE.iter().all(|(name, _)| *name != contract.name))
}

/// One of the vendor's examples of a type, if it is there.
pub fn example(contract: &Contract, name: &str) -> Option<Json> {
    let path = format!("examples/{}/{name}.json", contract.name);
    facts()?.join(&path).is_file().then(|| fact(&path).unwrap())
}

/// The vendor's example of what is read; where there is none, the first that a search finds.
pub fn shown(contract: &Contract) -> Option<Json> {
    let found = || {
        let found = example(contract, "search-response")?;
        Some(found.at(&["entry", "0", "resource"]).unwrap_or(&found).clone())
    };
    example(contract, "read-response").or_else(found)
}

/// Stores a placeholder for everything that an example refers to, in one note and of one patient.
pub fn place_what_it_refers_to(door: &Door, example: &Json) {
    let mut targets = BTreeSet::new();
    references(example, &mut targets);
    if let Some(name) = example.str("resourceType") {
        (case(name).place)(door, example);
    }
    let subject = ["patient", "subject"].into_iter().find_map(|name| example.get(name));
    let extensions = example.get("extension").map(Json::items).unwrap_or_default();
    let note = extensions.iter().find(|extension| extension.str("url") == Some(NOTE_ID));
    let with = |mut placeholder: Json, names: &[&str]| {
        for name in names {
            let value = match *name {
                "extension" => note.map(|note| Json::from(vec![note.clone()])),
                _ => subject.cloned(),
            };
            if let (Some(placeholder), Some(value)) = (placeholder.as_object_mut(), value) {
                placeholder.insert(name, value);
            }
        }
        placeholder
    };
    let has_encounter = targets.iter().any(|(resource_type, _)| *resource_type == ResourceType::ENCOUNTER);
    for (resource_type, id) in &targets {
        let placeholder = parse(&format!(r#"{{"resourceType":"{resource_type}"}}"#));
        let placeholder = match *resource_type {
            ResourceType::ENCOUNTER => with(placeholder, &["extension", "subject"]),
            _ => placeholder,
        };
        if !door.exists(*resource_type, id) {
            door.put(*resource_type, id, placeholder);
        }
    }
    if let Some(id) = note.filter(|_| !has_encounter).and_then(|note| note.str("valueId")) {
        let composition = with(parse(r#"{"resourceType":"Composition","status":"final"}"#), &["subject"]);
        door.put(ResourceType::COMPOSITION, id, composition);
    }
}

fn references(value: &Json, found: &mut BTreeSet<(ResourceType, String)>) {
    match value {
        Json::Object(object) => {
            for (name, member) in object.iter() {
                match member.as_str().filter(|_| name == "reference").and_then(Reference::local) {
                    Some(Reference::Local { resource_type, id, .. }) => {
                        found.insert((resource_type, id.to_owned()));
                    }
                    _ => references(member, found),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// The keys of a value as paths without indices, those of extensions with their urls.
fn keys(value: &Json, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Json::Object(object) => {
            for (name, member) in object.iter() {
                let below = format!("{path}.{name}");
                found.insert(below.clone());
                keys(member, &below, found);
            }
        }
        Json::Array(items) => {
            for item in items {
                let url = item.str("url").filter(|_| path.ends_with("extension"));
                keys(item, &url.map_or_else(|| path.to_owned(), |url| format!("{path}({url})")), found);
            }
        }
        _ => {}
    }
}

/// The keys that only one of both has.
fn differences(name: &str, read: &Json, example: &Json) -> Vec<String> {
    let (mut ours, mut theirs) = (BTreeSet::new(), BTreeSet::new());
    keys(read, name, &mut ours);
    keys(example, name, &mut theirs);
    ours.symmetric_difference(&theirs).cloned().collect()
}

fn explains(path: &str, key: &str) -> bool {
    key.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Stores the vendor's example as the R4 door takes it, and what it refers to; what is derived is there already. Returns
/// the id.
pub fn put(door: &Door, contract: &Contract, mut shown: Json) -> String {
    let id = shown.str("id").unwrap().to_owned();
    if !contract.is_stored {
        return id;
    }
    let case = case(contract.name);
    place_what_it_refers_to(door, &shown);
    for other in case.others.iter().map(|other| parse(other)) {
        let resource_type = ResourceType::from_name(other.str("resourceType").unwrap()).unwrap();
        let id = other.str("id").unwrap().to_owned();
        door.put(resource_type, &id, other);
    }
    (case.as_stored)(&mut shown);
    if contract.is_read_only() {
        let problems = interactions::validation::validate(&shown, &Default::default());
        assert!(problems.is_empty(), "the R4 door refuses {}: {problems:#?}", contract.name);
    }
    door.put(contract.resource_type, &id, shown);
    id
}

/// Creates the vendor's example; one of a type that is not created is put. Returns the id.
fn store(door: &Door, contract: &Contract, change: fn(&mut Json)) -> Option<String> {
    let Some(mut request) = example(contract, "create-request") else {
        return Some(put(door, contract, shown(contract)?));
    };
    (case(contract.name).before_create)(&mut request);
    change(&mut request);
    place_what_it_refers_to(door, &request);
    Some(door.create(&request).unwrap_or_else(|refusal| panic!("{}: {refusal}", contract.name)))
}

#[test]
fn what_the_vendor_creates_is_accepted_and_read_in_the_vendors_shape() {
    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    for contract in contracts().filter(|contract| contract.offers(Interaction::Read)) {
        let door = Door::of_demo_clinic();
        let (Some(id), Some(example)) = (store(&door, contract, |_| {}), shown(contract)) else { continue };
        let read = door.read(contract.resource_type, &id).unwrap_or_else(|refusal| panic!("{refusal}"));
        for key in differences(contract.name, &read, &example) {
            match case(contract.name).shapes.iter().find(|(path, _)| explains(path, &key)) {
                Some((path, _)) => drop(used.insert(*path)),
                None => problems.push(key),
            }
        }
    }
    assert_eq!(problems, Vec::<String>::new(), "explain them in the case of the type, or mend them");
    if facts().is_some() {
        let explained = CASES.iter().flat_map(|case| case.shapes).map(|(path, _)| *path);
        let idle: Vec<&str> = explained.filter(|path| !used.contains(path)).collect();
        assert_eq!(idle, Vec::<&str>::new(), "they differ no more: strike them from the case");
    }
}

#[test]
fn what_is_read_only_is_read_with_the_vendors_values() {
    for contract in contracts().filter(|contract| contract.is_read_only()) {
        let Some(mut example) = shown(contract) else { continue };
        let door = Door::of_demo_clinic();
        let id = put(&door, contract, example.clone());
        let mut read = door.read(contract.resource_type, &id).unwrap_or_else(|refusal| panic!("{refusal}"));
        for (member, _) in case(contract.name).values {
            let values = [&mut read, &mut example]
                .map(|resource| resource.as_object_mut().and_then(|resource| resource.remove(member)));
            assert_ne!(values[0], values[1], "{}.{member}: strike it from the case", contract.name);
        }
        assert!(read.same_content(&example), "{}: {read}", contract.name);
    }
}

#[test]
fn what_the_vendor_updates_is_accepted() {
    for contract in contracts().filter(|contract| contract.offers(Interaction::Update)) {
        let Some(mut update) = example(contract, "update-request") else { continue };
        let door = Door::of_demo_clinic();
        let change = case(contract.name).before_update;
        let Some(id) = store(&door, contract, change) else { continue };
        if update.get("id").is_some() {
            set(&mut update, "id", Json::from(id.as_str()));
        }
        place_what_it_refers_to(&door, &update);
        if let Some(update) = update.as_object_mut().filter(|update| update.contains("id")) {
            update.insert("id", id.as_str());
        }
        door.update(&id, &update).unwrap_or_else(|refusal| panic!("{}: {refusal}", contract.name));
        door.read(contract.resource_type, &id).unwrap();
    }
}
