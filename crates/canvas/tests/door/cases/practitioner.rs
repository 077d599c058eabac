//! Practitioner.

use super::Case;
use crate::support::{parse, set};

pub const CASE: Case = Case {
    name: "Practitioner",
    finding: &[
        "_id={id}&include-non-schedulable-practitioners=true",
        "active=true&include-non-schedulable-practitioners=true",
        "email=samantha.jones@example.com&include-non-schedulable-practitioners=true",
        "name=ones&include-non-schedulable-practitioners=true",
        "npi-number=1920301155&include-non-schedulable-practitioners=true",
    ],
    missing: &[
        "_id={other}&include-non-schedulable-practitioners=true",
        "active=false&include-non-schedulable-practitioners=true",
        "email=nobody@example.com&include-non-schedulable-practitioners=true",
        "name=nobody&include-non-schedulable-practitioners=true",
        "npi-number=9&include-non-schedulable-practitioners=true",
    ],
    shapes: &[("Practitioner.address.type", "the example lacks what its request has")],
    elements: &[
        ("qualification.code.text", "without effect, as qualification.code"),
        ("http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "refused since 2026-02-16"),
    ],
    // Emails cannot be changed, so the stored practitioner has those of the update.
    before_update: |request| {
        let second = r#"{"system":"email","value":"samantha.jones2@example.com","use":"work","rank":2}"#;
        set(request, "telecom.3", parse(second));
    },
    ..Case::NEW
};
