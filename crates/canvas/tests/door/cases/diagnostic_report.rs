//! DiagnosticReport.

use super::Case;
use crate::support::set;

pub const CASE: Case = Case {
    name: "DiagnosticReport",
    stored: &[
        (
            "1",
            r#""status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0074","code":"LAB"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"6690-2"},{"system":"http://loinc.org","code":"785-6"}]},"subject":{"reference":"Patient/a"},"effectiveDateTime":"2022-04-01T07:00:00+00:00""#,
        ),
        (
            "2",
            r#""status":"final","category":[{"coding":[{"system":"http://loinc.org","code":"LP29684-5"}]}],"code":{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"73562"}]},"subject":{"reference":"Patient/b"},"effectiveDateTime":"2023-09-15""#,
        ),
        ("3", r#""status":"final","code":{"text":"x"},"subject":{"reference":"Patient/b"}"#),
    ],
    found: &[
        ("category=LAB", &["1"]),
        ("category=http://loinc.org|LP29684-5", &["2"]),
        ("category=http://loinc.org|LAB", &[]),
        ("code=785-6", &["1"]),
        ("code=http://loinc.org|73562", &[]),
        ("code=http://www.ama-assn.org/go/cpt|73562", &["2"]),
        ("date=2022-04-01", &["1"]),
        ("date=ge2023-09-15", &["2"]),
        ("date=gt2023-09-15", &[]),
        ("date=ge2022-01-01&date=le2022-12-31", &["1"]),
        ("patient=Patient/b", &["2", "3"]),
        ("_id=3", &["3"]),
    ],
    finding: &["_id={id}"],
    missing: &["_id={other}"],
    values: &[("presentedForm", "URLs of this server")],
    elements: &[
        ("identifier", "its one member was removed"),
        ("identifier.id", "removed"),
        ("presentedForm.extension.url", "said with the extension"),
        ("presentedForm.extension.valueUri", "said with the extension"),
    ],
    as_stored: |report| {
        let form = fhir::json!([{ "contentType": "application/pdf", "data": "JVBERi0xLjIg" }]);
        set(report, "presentedForm", form);
    },
    ..Case::NEW
};
