//! Allergies: what they are called, and what of a request is kept.

use crate::support::{Door, changed, parse, set};
use canvas::types::allergy_intolerance::CONTRACT;
use fhir::{Json, ResourceType};

const ALLERGY: ResourceType = ResourceType::ALLERGY_INTOLERANCE;

fn created(members: &[(&str, &str)]) -> Json {
    let door = Door::of_demo_clinic();
    let mut body = changed(CONTRACT.minimal, &[], "");
    members.iter().for_each(|(path, value)| set(&mut body, path, parse(value)));
    let id = door.create(&body).unwrap_or_else(|refusal| panic!("{refusal}"));
    door.read(ALLERGY, &id).unwrap()
}

fn text<'a>(json: &'a Json, path: &str) -> Option<&'a str> {
    json.at(&path.split('.').collect::<Vec<_>>()).and_then(Json::as_str)
}

#[test]
fn an_allergen_of_the_catalogue_is_called_as_the_catalogue_calls_it() {
    let read = created(&[("code.coding.0.display", "\"Harmless\"")]);
    assert_eq!(text(&read, "code.coding.0.display"), Some("Allergy Medicine"));
    assert_eq!(text(&read, "code.text"), Some("Allergy Medicine"));
    let unknown = r#"{"system":"http://www.fdbhealth.com/","code":"9-9","display":"Own"}"#;
    let read = created(&[("code.coding.0", unknown), ("code.text", "\"Mine\"")]);
    assert_eq!((text(&read, "code.coding.0.display"), text(&read, "code.text")), (Some("Own"), Some("Mine")));
}

#[test]
fn what_a_manifestation_is_called_on_a_create_has_no_effect() {
    let reaction = r#"[{"manifestation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown","display":"Hives"}],"text":"Hives"}],"severity":"mild"}]"#;
    let read = created(&[("reaction", reaction)]);
    assert_eq!(text(&read, "reaction.0.manifestation.0.coding.0.display"), Some("Unknown"));
    assert_eq!(text(&read, "reaction.0.manifestation.0.text"), Some("Unknown"));
    assert_eq!(text(&read, "reaction.0.severity"), Some("mild"));
}

#[test]
fn it_is_recorded_when_it_is_created() {
    let read = created(&[("recordedDate", "\"2001-01-01\"")]);
    let recorded = text(&read, "recordedDate").unwrap();
    assert!(recorded.ends_with("+00:00") && !recorded.starts_with("2001"), "{recorded}");
}

#[test]
fn what_the_contract_does_not_list_is_not_stored_at_any_depth() {
    let door = Door::of_demo_clinic();
    let mut body = changed(CONTRACT.minimal, &[], "");
    set(&mut body, "patient.display", Json::from("Somebody else"));
    set(&mut body, "note", parse(r#"[{"text":"hives","time":"2024-01-01","authorString":"me"}]"#));
    let reaction = r#"[{"manifestation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown"}]}],"description":"x","onset":"2024-01-01"}]"#;
    set(&mut body, "reaction", parse(reaction));
    let stored = door.stored(ALLERGY, &door.create(&body).unwrap());
    assert_eq!(stored.at(&["patient", "display"]), None);
    assert_eq!(stored.get("note"), Some(&parse(r#"[{"text":"hives"}]"#)));
    let reaction = stored.at(&["reaction", "0"]).unwrap();
    assert_eq!((reaction.get("description"), reaction.get("onset")), (None, None));
}
