//! Questionnaire.

use super::Case;
use crate::support::set;
use fhir::Json;

pub const CASE: Case = Case {
    name: "Questionnaire",
    stored: &[
        (
            "1",
            r#""name":"Exercise","status":"active","code":[{"system":"http://snomed.info/sct","code":"404684003"}],"item":[{"linkId":"1","type":"choice","code":[{"system":"http://snomed.info/sct","code":"228448000"}]}]"#,
        ),
        (
            "2",
            r#""name":"PHQ-9","status":"retired","version":"7","code":[{"system":"http://loinc.org","code":"44249-1"}],"item":[{"linkId":"g","type":"group","code":[{"system":"http://loinc.org","code":"group"}],"item":[{"linkId":"1","type":"choice","code":[{"system":"http://loinc.org","code":"44250-9"}]}]}]"#,
        ),
    ],
    found: &[
        ("", &["1", "2"]),
        ("code=228448000", &["1"]),
        ("code=404684003", &[]),
        ("code=http://loinc.org|44250-9", &["2"]),
        ("code=group", &[]),
        ("questionnaire-code=404684003", &["1"]),
        ("questionnaire-code=40468", &[]),
        ("questionnaire-code=228448000", &[]),
        ("questionnaire-code=http://loinc.org|44249-1", &["2"]),
        ("name=exercise", &["1"]),
        ("name=phq-9", &["2"]),
        ("name=9", &[]),
        ("status=retired", &["2"]),
        ("_id=1", &["1"]),
    ],
    finding: &["_id={id}"],
    missing: &["_id={other}"],
    as_stored: |questionnaire| {
        // An option of a text question (que-5).
        set(questionnaire, "item.3.type", Json::from("string"));
    },
    ..Case::NEW
};
