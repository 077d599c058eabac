//! What searches of the types that are read-only at this door find.

/// Of one type: what is stored, by id without `resourceType` and `id`, and which ids queries find.
pub struct Case {
    /// The type.
    pub name: &'static str,
    /// What is stored.
    pub stored: &'static [(&'static str, &'static str)],
    /// What is found.
    pub found: &'static [(&'static str, &'static [&'static str])],
}

/// One for each type.
pub const CASES: &[Case] = &[
    Case {
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
    },
    Case {
        name: "CoverageEligibilityResponse",
        stored: &[
            (
                "1",
                r#""status":"active","purpose":["benefits"],"patient":{"reference":"Patient/a"},"created":"2023-09-19","request":{"reference":"CoverageEligibilityRequest/x"},"outcome":"complete","insurer":{"identifier":{"value":"1111"}}"#,
            ),
            (
                "2",
                r#""status":"active","purpose":["benefits"],"patient":{"reference":"Patient/b"},"created":"2023-09-19","request":{"reference":"CoverageEligibilityRequest/y"},"outcome":"error","insurer":{"display":"x"}"#,
            ),
        ],
        found: &[
            ("patient=Patient/a", &["1"]),
            ("request=CoverageEligibilityRequest/y", &["2"]),
            ("request=CoverageEligibilityRequest/z", &[]),
            ("request=Patient/x", &[]),
            ("_id=1,2", &["1", "2"]),
        ],
    },
    Case {
        name: "Device",
        stored: &[
            ("1", r#""patient":{"reference":"Patient/a"}"#),
            ("2", r#""patient":{"reference":"Patient/b"}"#),
            ("none", r#""serialNumber":"of the practice""#),
        ],
        found: &[
            ("", &["1", "2"]),
            ("patient=Patient/a", &["1"]),
            ("_id=2", &["2"]),
            ("_id=none", &[]),
            ("_id=none,1", &["1"]),
        ],
    },
    Case {
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
    },
    Case {
        name: "Encounter",
        stored: &[
            (
                "1",
                r#""status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/a"},"period":{"start":"2023-09-20T18:41:54Z","end":"2023-09-20T18:57:47Z"}"#,
            ),
            (
                "2",
                r#""status":"in-progress","class":{"code":"AMB"},"subject":{"reference":"Patient/a"},"period":{"start":"2023-10-02T17:00:00Z"}"#,
            ),
            (
                "3",
                r#""status":"planned","class":{"code":"AMB"},"subject":{"reference":"Patient/b"},"period":{"start":"2023-10-02T17:00:00Z"},"appointment":[{"reference":"Appointment/x"},{"reference":"Appointment/y"}]"#,
            ),
        ],
        found: &[
            ("appointment=Appointment/y", &["3"]),
            ("appointment=x", &["3"]),
            ("appointment=z", &[]),
            ("date=2023-09-20", &["1"]),
            ("date=2023-10-02", &["2"]),
            ("date=ge2023-09-21", &["2"]),
            ("date=le2023-10-02", &["1", "2"]),
            ("date=lt2023-10-02", &["1"]),
            ("patient=Patient/a", &["1", "2"]),
            ("subject=Patient/b", &["3"]),
            ("patient=Patient/a&date=gt2023-10-01", &["2"]),
            ("_id=3", &["3"]),
        ],
    },
    Case {
        name: "Goal",
        stored: &[
            (
                "1",
                r#""lifecycleStatus":"active","description":{"text":"x"},"subject":{"reference":"Patient/a"}"#,
            ),
            (
                "2",
                r#""lifecycleStatus":"active","description":{"text":"x"},"subject":{"reference":"Patient/b"}"#,
            ),
        ],
        found: &[("patient=Patient/b", &["2"]), ("_id=1", &["1"])],
    },
    Case {
        name: "Medication",
        stored: &[
            (
                "fdb-1",
                r#""code":{"coding":[{"system":"http://www.fdbhealth.com/","code":"1"},{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1092189"}],"text":"Tylenol PM Extra Strength 25 mg-500 mg tablet"}"#,
            ),
            (
                "fdb-2",
                r#""code":{"coding":[{"system":"http://www.fdbhealth.com/","code":"2","display":"Lisinopril 10 mg tablet"},{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"314076","display":"lisinopril 10 MG Oral Tablet"}]}"#,
            ),
            (
                "fdb-3",
                r#""text":{"status":"additional","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">tylenol is not in here</div>"},"code":{"coding":[{"system":"http://www.fdbhealth.com/","code":"3"}]}"#,
            ),
        ],
        found: &[
            ("_text=tylenol", &["fdb-1"]),
            ("_text=EXTRA strength", &["fdb-1"]),
            ("_text=ablet", &["fdb-1", "fdb-2"]),
            ("_text=lisinopril", &["fdb-2"]),
            ("_text=oral", &[]),
            ("_text=div", &[]),
            ("code=1092189", &["fdb-1"]),
            ("code=http://www.nlm.nih.gov/research/umls/rxnorm|314076", &["fdb-2"]),
            ("code=http://www.fdbhealth.com/|314076", &[]),
            ("code=1092189&_text=tylenol", &["fdb-1"]),
            ("code=1092189&_text=lisinopril", &[]),
        ],
    },
    Case {
        name: "MedicationDispense",
        stored: &[
            (
                "1",
                r#""status":"completed","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/a"}"#,
            ),
            (
                "2",
                r#""status":"completed","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/b"}"#,
            ),
        ],
        found: &[("patient=Patient/a", &["1"]), ("_id=2", &["2"])],
    },
    Case {
        name: "MedicationRequest",
        stored: &[
            (
                "1",
                r#""status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/a"},"requester":{"reference":"Practitioner/p"}"#,
            ),
            (
                "2",
                r#""status":"cancelled","intent":"filler-order","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/b"},"requester":{"reference":"Practitioner/q"}"#,
            ),
            (
                "group",
                r#""status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Group/g"},"requester":{"reference":"Practitioner/p"}"#,
            ),
            (
                "nobody",
                r#""status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},"subject":{"display":"somebody"}"#,
            ),
        ],
        found: &[
            ("", &["1", "2"]),
            ("intent=order", &["1"]),
            ("intent=filler-order,order", &["1", "2"]),
            ("status=active", &["1"]),
            ("status=entered-in-error", &[]),
            ("patient=Patient/b", &["2"]),
            ("requester=Practitioner/p", &["1"]),
            ("requester=q", &["2"]),
            ("_id=1", &["1"]),
            ("_id=group,nobody", &[]),
        ],
    },
    Case {
        name: "Procedure",
        stored: &[
            ("1", r#""status":"unknown","subject":{"reference":"Patient/a"}"#),
            ("2", r#""status":"completed","subject":{"reference":"Patient/b"}"#),
        ],
        found: &[("patient=Patient/a", &["1"]), ("_id=2", &["2"])],
    },
    Case {
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
    },
    Case {
        name: "RelatedPerson",
        stored: &[
            ("1", r#""patient":{"reference":"Patient/a"}"#),
            ("2", r#""patient":{"reference":"Patient/b"}"#),
        ],
        found: &[("patient=Patient/b", &["2"]), ("_id=1", &["1"])],
    },
    Case {
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
    },
    Case {
        name: "Specimen",
        stored: &[
            ("1", r#""subject":{"reference":"Patient/a"}"#),
            ("2", r#""subject":{"reference":"Patient/b"}"#),
        ],
        found: &[("patient=Patient/b", &["2"]), ("_id=1", &["1"])],
    },
];
