//! Creates that are refused: a Patient of about 1 KB with eight problems of different kinds.

use crate::Result;
use crate::driver::template::Template;
use crate::world::World;
use serde_json::{Value, json};

/// Creates a patient that is none.
#[expect(clippy::unnecessary_wraps, reason = "cases are prepared by functions of one type")]
pub fn prepare(world: &World) -> Result<Template> {
    Ok(Template::new("POST", "/fhir/Patient", world.token(), Some(&patient().to_string())))
}

/// The eight: a boolean as text, a code outside its value set, a date that is none, an unknown element, an object
/// where a list belongs, a code outside the value set of a contact, an empty text, a number that is not positive.
fn patient() -> Value {
    json!({
        "resourceType": "Patient",
        "identifier": [
            { "use": "usual", "system": "http://example.org/mrn", "value": "4711-0815" },
            { "use": "secondary", "system": "http://example.org/member", "value": "" }
        ],
        "active": "yes",
        "name": [
            { "use": "official", "family": "Lindenbaum", "given": ["Marguerite", "Anne"], "prefix": ["Ms."] },
            { "use": "nickname", "given": ["Maggie"], "middle": "A." }
        ],
        "telecom": [
            { "system": "telepathy", "value": "+1 510 555 0188", "use": "mobile" },
            { "system": "email", "value": "marguerite.lindenbaum@example.org", "use": "home", "rank": 0 }
        ],
        "gender": "woman",
        "birthDate": "17.04.1969",
        "deceasedBoolean": false,
        "address": {
            "use": "home", "type": "both", "line": ["77 Piedmont Avenue", "Apt 4"],
            "city": "Oakland", "state": "CA", "postalCode": "94611", "country": "US"
        },
        "maritalStatus": { "coding": [
            { "system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M" }
        ] },
        "communication": [{ "language": { "coding": [
            { "system": "urn:ietf:bcp:47", "code": "en-US", "display": "English (United States)" }
        ] }, "preferred": true }]
    })
}
