//! The vendor's own examples: what is created is accepted, what is read has the vendor's shape.

use crate::support::{BASE, Door, fact};
use canvas::clinic::demo;
use fhir::{Json, ResourceType};
use std::collections::BTreeSet;

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

/// Where what is read differs from the vendor's example, and why.
const EXPLAINED: &[(&str, &str)] = &[
    ("Patient.photo.extension", "deprecated-url: there is no pre-signed URL"),
    ("Patient.photo.extension(http://schemas.canvasmedical.com/fhir/extensions/deprecated-url)", "the same"),
    ("Patient.contact.extension", "removed by the vendor on 2025-09-30"),
    (
        "Patient.contact.extension(http://schemas.canvasmedical.com/fhir/extensions/emergency-contact)",
        "the same",
    ),
    (
        "Patient.contact.extension(http://schemas.canvasmedical.com/fhir/extensions/authorized-for-release-of-information)",
        "the same",
    ),
    ("Patient.contact.relationship.text", "removed by the vendor on 2025-09-30"),
    (
        "Patient.extension(http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy).extension(pharmacyName)",
        "shown since 2024-08-15, the example is older",
    ),
    (
        "Patient.extension(http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy).extension(pharmacyAddress)",
        "the same",
    ),
    (
        "Patient.extension(http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy).extension(pharmacyPhoneNumber)",
        "the same",
    ),
    (
        "Patient.extension(http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy).extension(pharmacyFaxNumber)",
        "the same",
    ),
    (
        "Practitioner.extension(http://schemas.canvasmedical.com/fhir/extensions/practitioner-signature).valueAttachment.extension",
        "deprecated-url: there is no pre-signed URL",
    ),
    (
        "Practitioner.extension(http://schemas.canvasmedical.com/fhir/extensions/practitioner-signature).valueAttachment.extension(http://schemas.canvasmedical.com/fhir/extensions/deprecated-url)",
        "the same",
    ),
    ("Practitioner.address.type", "the example lacks what its request has"),
    ("DiagnosticReport.presentedForm.extension", "deprecated-url: there is no pre-signed URL"),
    (
        "DiagnosticReport.presentedForm.extension(http://schemas.canvasmedical.com/fhir/extensions/deprecated-url)",
        "the same",
    ),
];

fn assert_same_keys(name: &str, read: &Json, example: &Json) {
    let (mut ours, mut theirs) = (BTreeSet::new(), BTreeSet::new());
    keys(read, name, &mut ours);
    keys(example, name, &mut theirs);
    let explained = |key: &&String| {
        EXPLAINED.iter().any(|(path, _)| key.as_str() == *path || key.starts_with(&format!("{path}.")))
    };
    let differing: Vec<&String> = ours.symmetric_difference(&theirs).filter(|key| !explained(key)).collect();
    assert!(differing.is_empty(), "{name}: {differing:#?}");
}

#[test]
fn the_vendors_patient_is_created_and_read_in_the_vendors_shape() {
    let (Some(request), Some(example)) =
        (fact("examples/Patient/create-request.json"), fact("examples/Patient/read-response.json"))
    else {
        return;
    };
    let door = Door::of_demo_clinic();
    let id = door.create(&request).unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(ResourceType::PATIENT, &id).unwrap();
    assert_same_keys("Patient", &read, &example);
    for same in ["name", "gender", "birthDate", "active", "deceasedBoolean", "communication"] {
        assert_eq!(read.get(same), example.get(same), "{same}");
    }
    let urls = |patient: &Json| -> Vec<String> {
        let extensions = patient.get("extension").unwrap().items().iter();
        extensions.map(|extension| extension.str("url").unwrap().to_owned()).collect()
    };
    assert_eq!(urls(&read), urls(&example));
    assert_eq!(
        read.at(&["photo", "0", "url"]),
        Some(&Json::from(format!("{BASE}/Patient/{id}/files/photo")))
    );
    let race = |patient: &Json| patient.get("extension").unwrap().items()[3].clone();
    assert!(race(&read).same_content(&race(&example)), "{}", race(&read));
}

#[test]
fn the_vendors_update_of_a_patient_is_accepted() {
    let Some(request) = fact("examples/Patient/update-request.json") else { return };
    let door = Door::of_demo_clinic();
    door.update(demo::PATIENTS[1], &request).unwrap_or_else(|refusal| panic!("{refusal}"));
}

#[test]
fn the_vendors_practitioner_is_created_and_read_in_the_vendors_shape() {
    let (Some(request), Some(example)) = (
        fact("examples/Practitioner/create-request.json"),
        fact("examples/Practitioner/search-response.json"),
    ) else {
        return;
    };
    let door = Door::of_demo_clinic();
    let id = door.create(&request).unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(ResourceType::PRACTITIONER, &id).unwrap();
    assert_same_keys("Practitioner", &read, &example);
}

#[test]
fn the_vendors_update_of_a_practitioner_is_accepted() {
    let (Some(request), Some(update)) = (
        fact("examples/Practitioner/create-request.json"),
        fact("examples/Practitioner/update-request.json"),
    ) else {
        return;
    };
    let door = Door::of_demo_clinic();
    // The stored practitioner has the emails of the update, which cannot be changed.
    let mut request = request;
    let second = crate::support::parse(
        r#"{"system":"email","value":"samantha.jones2@example.com","use":"work","rank":2}"#,
    );
    crate::support::set(&mut request, "telecom.3", second);
    let id = door.create(&request).unwrap_or_else(|refusal| panic!("{refusal}"));
    door.update(&id, &update).unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(ResourceType::PRACTITIONER, &id).unwrap();
    let signature = read.get("extension").unwrap().items().iter().any(|extension| {
        extension.str("url").unwrap().ends_with("/practitioner-signature")
            && extension.get("valueAttachment").unwrap().str("url").is_some()
    });
    assert!(signature, "{read}");
}

/// What the R4 door takes of a vendor's example: what R4 does not allow is put as R4 has it, what is derived is left out.
fn stored(name: &str, example: &Json) -> Json {
    let mut stored = example.clone();
    let derived: &[&str] = match name {
        "CarePlan" => &["text", "category"],
        "Encounter" => &["identifier", "reasonCode", "hospitalization"],
        "Medication" => &["text"],
        _ => &[],
    };
    let object = stored.as_object_mut().unwrap();
    derived.iter().for_each(|element| drop(object.remove(element)));
    match name {
        "CoverageEligibilityResponse" => {
            crate::support::set(&mut stored, "insurer", fhir::json!({ "identifier": { "value": "1111" } }));
            let items = stored.at(&["insurance", "0", "item"]).map_or(0, |items| items.items().len());
            for index in 0..items {
                let category = format!("insurance.0.item.{index}.category");
                crate::support::set(&mut stored, &category, fhir::json!({ "text": "x" }));
            }
        }
        // An option of a text question (que-5).
        "Questionnaire" => crate::support::set(&mut stored, "item.3.type", Json::from("string")),
        "DiagnosticReport" => {
            let form = fhir::json!([{ "contentType": "application/pdf", "data": "JVBERi0xLjIg" }]);
            crate::support::set(&mut stored, "presentedForm", form);
        }
        _ => {}
    }
    stored
}

#[test]
fn read_only_types_of_the_r4_door_read_as_the_vendors() {
    let names = [
        "CarePlan",
        "CoverageEligibilityResponse",
        "Device",
        "DiagnosticReport",
        "Encounter",
        "Goal",
        "Medication",
        "Procedure",
        "Questionnaire",
    ];
    let door = Door::empty();
    let patient = r#"{"resourceType":"Patient","name":[{"use":"official","family":"Cube","given":["Rubik","Nob"]},{"use":"nickname","given":["Nick Name"]}]}"#;
    door.put(ResourceType::PATIENT, "a1197fa9e65b4a5195af15e0234f61c2", crate::support::parse(patient));
    let practitioner =
        r#"{"resourceType":"Practitioner","name":[{"family":"Support","given":["Canvas"],"suffix":["MD"]}]}"#;
    door.put(
        ResourceType::PRACTITIONER,
        "4150cd20de8a470aa570a852859ac87e",
        crate::support::parse(practitioner),
    );
    for name in names {
        let Some(example) = fact(&format!("examples/{name}/read-response.json")) else { return };
        let resource_type = ResourceType::from_name(name).unwrap();
        let id = example.str("id").unwrap();
        let stored = stored(name, &example);
        let problems = interactions::validation::validate(&stored, &Default::default());
        assert!(problems.is_empty(), "the R4 door refuses {name}: {problems:#?}");
        door.put(resource_type, id, stored);
        let read = door.read(resource_type, id).unwrap();
        assert_same_keys(name, &read, &example);
        if name == "DiagnosticReport" {
            let url = read.at(&["presentedForm", "0", "url"]);
            assert_eq!(url, Some(&Json::from(format!("{BASE}/DiagnosticReport/{id}/files/presentedForm"))));
        } else {
            assert!(read.same_content(&example), "{name}: {read}");
        }
        let query = if name == "Medication" { "_text=tylenol".to_owned() } else { format!("_id={id}") };
        let found = crate::support::entries(&door.search(resource_type, &query).unwrap());
        assert_eq!(found, [read], "{name}: a search shows what a read does");
    }
}

#[test]
fn locations_and_organizations_of_the_r4_door_read_as_the_vendors() {
    let door = Door::empty();
    for (resource_type, name) in
        [(ResourceType::LOCATION, "Location"), (ResourceType::ORGANIZATION, "Organization")]
    {
        let Some(example) = fact(&format!("examples/{name}/read-response.json")) else { return };
        let id = example.str("id").unwrap().to_owned();
        door.put(resource_type, &id, example.clone());
        assert!(door.read(resource_type, &id).unwrap().same_content(&example), "{name}");
    }
}
