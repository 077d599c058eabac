//! CarePlan.

use super::{Case, take};

pub const CASE: Case = Case {
    name: "CarePlan",
    stored: &[
        ("1", r#""status":"active","intent":"plan","subject":{"reference":"Patient/a"}"#),
        (
            "2",
            r#""status":"revoked","intent":"plan","category":[{"coding":[{"system":"x","code":"y"}]}],"subject":{"reference":"Patient/b"}"#,
        ),
    ],
    found: &[
        ("", &["1", "2"]),
        ("patient=Patient/a", &["1"]),
        ("patient=b", &["2"]),
        ("patient=Patient/c", &[]),
        ("category=assess-plan", &["1", "2"]),
        ("category=http://hl7.org/fhir/us/core/CodeSystem/careplan-category|assess-plan", &["1", "2"]),
        ("category=http://snomed.info/sct|734163000", &["1", "2"]),
        ("category=http://snomed.info/sct|", &["1", "2"]),
        ("category=http://snomed.info/sct|assess-plan", &[]),
        ("category=|assess-plan", &[]),
        ("category=y", &[]),
        ("category=x|y", &[]),
        ("category=y,734163000", &["1", "2"]),
        ("category=y&patient=a", &[]),
        ("category=assess-plan&patient=a", &["1"]),
        ("_id=2", &["2"]),
    ],
    finding: &["_id={id}"],
    missing: &["_id={other}"],
    as_stored: |plan| take(plan, &["text", "category"]),
    others: &[
        r#"{"resourceType":"Patient","id":"a1197fa9e65b4a5195af15e0234f61c2","name":[{"use":"official","family":"Cube","given":["Rubik","Nob"]},{"use":"nickname","given":["Nick Name"]}]}"#,
    ],
    ..Case::NEW
};
