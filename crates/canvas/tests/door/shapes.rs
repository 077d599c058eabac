//! Values of the vendor's examples, beyond their shape (vendor.rs).

use crate::support::{BASE, Door, fact};
use canvas::clinic::demo;
use fhir::{Json, ResourceType};

#[test]
fn the_vendors_patient_is_read_with_the_vendors_values() {
    let (Some(request), Some(example)) =
        (fact("examples/Patient/create-request.json"), fact("examples/Patient/read-response.json"))
    else {
        return;
    };
    let door = Door::of_demo_clinic();
    let id = door.create(&request).unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(ResourceType::PATIENT, &id).unwrap();
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
