//! Locations and organizations, which are read-only at this door.

use crate::support::{Door, block_on, parse};
use canvas::clinic::demo;
use fhir::{Json, ResourceType};

#[test]
fn they_cannot_be_written_here() {
    let door = Door::of_demo_clinic();
    for (name, id) in [("Location", demo::LOCATION), ("Organization", demo::ORGANIZATION)] {
        let body = parse(&format!(r#"{{"resourceType":"{name}","name":"x"}}"#));
        for refusal in [door.create(&body).unwrap_err(), door.update(id, &body).unwrap_err()] {
            assert_eq!(refusal.row().status, 405);
            assert_eq!(refusal.issues()[0].text, "Operation is not supported");
            assert_eq!(refusal.headers(), [("allow", "GET, HEAD".to_owned())]);
        }
    }
}

#[test]
fn a_location_without_description_is_described_by_its_organization() {
    let door = Door::empty();
    let organization =
        r#"{"resourceType":"Organization","id":"o","name":"Bay Clinic","partOf":{"display":"x"}}"#;
    door.put(ResourceType::ORGANIZATION, "o", parse(organization));
    let location = r#"{"resourceType":"Location","id":"l","name":"Oakland","managingOrganization":{"reference":"Organization/o"}}"#;
    door.put(ResourceType::LOCATION, "l", parse(location));
    let read = door.read(ResourceType::LOCATION, "l").unwrap();
    assert_eq!(
        read,
        parse(r#"{"resourceType":"Location","id":"l","name":"Oakland","description":"Bay Clinic: Oakland"}"#)
    );
    let read = door.read(ResourceType::ORGANIZATION, "o").unwrap();
    assert_eq!(read.get("partOf"), None::<&Json>, "what the contract does not list is not shown");
}

#[test]
fn what_is_shown_again_follows_all_that_it_is_made_of() {
    let door = Door::empty();
    let organization = |name: &str| parse(&format!(r#"{{"resourceType":"Organization","name":"{name}"}}"#));
    let location = |name: &str| {
        parse(&format!(
            r#"{{"resourceType":"Location","status":"active","name":"{name}","managingOrganization":{{"reference":"Organization/o"}}}}"#
        ))
    };
    door.put(ResourceType::LOCATION, "l", location("North"));
    let shown = || {
        let read = || door.read(ResourceType::LOCATION, "l").unwrap();
        let (first, again) = (read(), read());
        assert_eq!(first, again);
        again.str("description").map(str::to_owned)
    };
    assert_eq!(shown(), None);
    door.put(ResourceType::ORGANIZATION, "o", organization("Clinic"));
    assert_eq!(shown().as_deref(), Some("Clinic: North"));
    door.put(ResourceType::ORGANIZATION, "o", organization("Practice"));
    assert_eq!(shown().as_deref(), Some("Practice: North"));
    door.put(ResourceType::LOCATION, "l", location("South"));
    assert_eq!(shown().as_deref(), Some("Practice: South"));
}

#[test]
fn what_was_erased_is_not_shown_from_memory() {
    let door = Door::of_demo_clinic();
    let name = |name: &str| {
        let location = parse(&format!(
            r#"{{"resourceType":"Location","name":"{name}","description":"d","status":"active"}}"#
        ));
        door.put(ResourceType::LOCATION, "again", location);
        let read = door.read(ResourceType::LOCATION, "again").unwrap();
        read.get("name").and_then(Json::as_str).unwrap().to_owned()
    };
    assert_eq!(name("Before"), "Before");
    block_on(door.engine.write(|unit| unit.erase_everything())).unwrap();
    assert_eq!(name("After"), "After");
}

#[test]
fn identifiers_of_the_listed_systems_are_shown_in_their_order() {
    let door = Door::empty();
    let organization = r#"{"resourceType":"Organization","name":"Bay Clinic","identifier":[
        {"system":"https://www.claim.md/services/era/","value":"60054"},
        {"system":"urn:oid:2.16.840.1.113883.4.4","value":"12-3456789"},
        {"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893","type":{"text":"NPI"}}]}"#;
    door.put(ResourceType::ORGANIZATION, "o", parse(organization));
    let shown = r#"[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"},
        {"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"TAX","display":"Tax ID number"}]},
         "system":"urn:oid:2.16.840.1.113883.4.4","value":"12-3456789"}]"#;
    assert_eq!(door.read(ResourceType::ORGANIZATION, "o").unwrap().get("identifier"), Some(&parse(shown)));
    let location = r#"{"resourceType":"Location","name":"Oakland","identifier":[{"system":"http://example.com","value":"1"}]}"#;
    door.put(ResourceType::LOCATION, "l", parse(location));
    assert_eq!(door.read(ResourceType::LOCATION, "l").unwrap().get("identifier"), None);
}
