//! ServiceRequest.

use super::Case;

pub const CASE: Case = Case {
    name: "ServiceRequest",
    stored: &[
        (
            "1",
            r#""status":"active","intent":"order","category":[{"coding":[{"system":"http://snomed.info/sct","code":"363679005"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"24627-2"}]},"subject":{"reference":"Patient/a"},"authoredOn":"2025-09-30T19:12:25.100394+00:00""#,
        ),
        (
            "2",
            r#""status":"completed","intent":"order","category":[{"coding":[{"system":"http://snomed.info/sct","code":"108252007"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"6690-2"}]},"subject":{"reference":"Patient/b"},"authoredOn":"2025-10-02T08:00:00+00:00""#,
        ),
    ],
    found: &[
        ("authored=ge2025-09-30T19:12:25.100394+00:00", &["1", "2"]),
        ("authored=gt2025-09-30", &["2"]),
        ("authored=2025-10-02", &["2"]),
        ("category=363679005", &["1"]),
        ("category=http://snomed.info/sct|108252007", &["2"]),
        ("code=http://loinc.org|24627-2", &["1"]),
        ("code=http://snomed.info/sct|24627-2", &[]),
        ("patient=Patient/a", &["1"]),
        ("_id=2", &["2"]),
    ],
    ..Case::NEW
};
