//! Observation.

use super::Case;
use crate::support::{Door, parse};
use fhir::{Json, ResourceType};

/// The panel that the vendor's reading joins.
fn panel(door: &Door, example: &Json) {
    let Some(id) = example.at(&["derivedFrom", "0", "reference"]).and_then(Json::as_str) else { return };
    let Some(id) = id.strip_prefix("Observation/") else { return };
    let mut panel = parse(
        r#"{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85353-1"}]}}"#,
    );
    let subject = example.get("subject").unwrap().clone();
    panel.as_object_mut().unwrap().insert("subject", subject);
    door.put(ResourceType::OBSERVATION, id, panel);
}

pub const CASE: Case = Case {
    name: "Observation",
    finding: &[
        "_id={id}",
        "category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs",
        "code=85353-1",
        "date=ge2022-06-28&date=le2022-06-29",
        "patient=Patient/a1197fa9e65b4a5195af15e0234f61c2",
    ],
    missing: &[
        "_id={other}",
        "category=laboratory",
        "code=http://loinc.org|29463-7",
        "date=gt2022-06-29",
        "derived-from=Observation/{other}",
        "patient=Patient/{other}",
    ],
    finding_nothing: &["derived-from"],
    shapes: &[
        ("Observation.hasMember", "the example of a read is a panel, that of a create a reading"),
        ("Observation.dataAbsentReason", "the example of a read is a panel, that of a create a reading"),
        ("Observation.valueQuantity", "the example of a read is a panel, that of a create a reading"),
        ("Observation.derivedFrom", "the example of a read is a panel, that of a create a reading"),
        ("Observation.code.coding.display", "the panel of the example lacks it, those of a search have it"),
    ],
    place: panel,
    ..Case::NEW
};
