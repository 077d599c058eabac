//! Types that are read-only at this door: what is refused, what is hidden, what is derived.

use crate::support::{BASE, Door, NOW, block_on, parse};
use canvas::types::TYPES;
use fhir::{Json, ResourceType};

/// Stores `stored` (without `resourceType`) at the R4 door and reads it at this one.
fn read(door: &Door, name: &str, stored: &str) -> Json {
    let resource_type = ResourceType::from_name(name).unwrap();
    door.put(resource_type, "1", parse(&format!(r#"{{"resourceType":"{name}",{stored}}}"#)));
    door.read(resource_type, "1").unwrap()
}

fn check(name: &str, stored: &str, expected: &str) {
    let expected = parse(&format!(r#"{{"resourceType":"{name}","id":"1",{expected}}}"#));
    let found = read(&Door::empty(), name, stored);
    assert!(found.same_content(&expected), "{found}");
}

fn read_only() -> impl Iterator<Item = ResourceType> {
    let contracts = TYPES.iter().map(|served| served.contract());
    contracts
        .filter(|contract| contract.is_read_only() && contract.is_stored)
        .map(|contract| contract.resource_type)
}

#[test]
fn they_cannot_be_written_here() {
    let door = Door::empty();
    for resource_type in read_only() {
        let body = parse(&format!(r#"{{"resourceType":"{resource_type}"}}"#));
        for refusal in [door.create(&body).unwrap_err(), door.update("1", &body).unwrap_err()] {
            assert_eq!(refusal.row().status, 405, "{resource_type}");
            assert_eq!(refusal.issues()[0].text, "Operation is not supported");
            assert_eq!(refusal.headers(), [("allow", "GET, HEAD".to_owned())]);
        }
    }
}

#[test]
fn one_that_does_not_exist_is_unknown() {
    let door = Door::empty();
    for resource_type in read_only() {
        let refusal = door.read(resource_type, "nothing").unwrap_err();
        assert_eq!(refusal.row().status, 404);
        assert_eq!(refusal.issues()[0].text, format!("Unknown {resource_type} resource 'nothing'"));
    }
}

#[test]
fn what_has_no_patient_where_the_vendor_has_none_without_is_unknown() {
    let door = Door::empty();
    let request = |id: &str, subject: &str| {
        let body = format!(
            r#"{{"resourceType":"MedicationRequest","contained":[{{"resourceType":"Patient","id":"p"}}],"status":"active","intent":"order","medicationCodeableConcept":{{"text":"x"}},"subject":{subject}}}"#
        );
        door.put(ResourceType::MEDICATION_REQUEST, id, parse(&body));
    };
    let shown = ["local", "absolute", "typed", "contained"];
    request("local", r#"{"reference":"Patient/a"}"#);
    request("absolute", r#"{"reference":"https://other.example/fhir/Patient/a"}"#);
    request("typed", r#"{"type":"Patient","identifier":{"value":"1"}}"#);
    request("contained", r##"{"reference":"#p"}"##);
    request("group", r#"{"reference":"Group/a"}"#);
    request("display", r#"{"display":"Cube"}"#);
    for id in ["local", "absolute", "typed", "contained", "group", "display"] {
        let read = door.read(ResourceType::MEDICATION_REQUEST, id);
        // A read and a search tell the same.
        let found = door.found(ResourceType::MEDICATION_REQUEST, &format!("_id={id}"));
        assert_eq!(read.is_ok(), shown.contains(&id), "{id}");
        assert_eq!(!found.is_empty(), shown.contains(&id), "{id}");
    }
    door.put(ResourceType::DEVICE, "d", parse(r#"{"resourceType":"Device","lotNumber":"1"}"#));
    assert_eq!(door.read(ResourceType::DEVICE, "d").unwrap_err().row().status, 404);
}

#[test]
fn an_encounter_shows_the_vendors_status_and_what_was_found_in_it() {
    let door = Door::empty();
    let condition = r#"{"resourceType":"Condition","subject":{"reference":"Patient/a"},"encounter":{"reference":"Encounter/1"}}"#;
    door.put(ResourceType::CONDITION, "found", parse(condition));
    let practitioner =
        r#"{"resourceType":"Practitioner","name":[{"family":"Weed","given":["Larry"],"suffix":["MD"]}]}"#;
    door.put(ResourceType::PRACTITIONER, "p", parse(practitioner));
    let stored = r#""status":"arrived","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},
        "statusHistory":[{"status":"planned","period":{"start":"2024"}}],
        "participant":[{"individual":{"reference":"Practitioner/p"}},{"individual":{"reference":"RelatedPerson/r"}},{"individual":{"reference":"Practitioner/p"}}],
        "period":{"start":"2024-01-16T09:00:00-08:00"},
        "diagnosis":[{"condition":{"reference":"Condition/diagnosed"}},{"condition":{"reference":"Condition/found"}}],
        "reasonReference":[{"reference":"Observation/o"},{"reference":"Condition/diagnosed"}]"#;
    let encounter = read(&door, "Encounter", stored);
    assert_eq!(encounter.str("status"), Some("in-progress"));
    assert_eq!(
        encounter.get("class"),
        Some(&parse(r#"{"system":"https://www.hl7.org/fhir/v3/ActEncounterCode/vs.html","code":"AMB"}"#))
    );
    let expected = r#"[{"type":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"PART","display":"Participation"}]}],
        "period":{"start":"2024-01-16T17:00:00+00:00"},
        "individual":{"reference":"Practitioner/p","type":"Practitioner","display":"Larry Weed MD"}}]"#;
    assert!(encounter.get("participant").unwrap().same_content(&parse(expected)), "{encounter}");
    let expected = r#"[{"reference":"Condition/diagnosed","type":"Condition"},{"reference":"Condition/found","type":"Condition"}]"#;
    assert!(encounter.get("reasonReference").unwrap().same_content(&parse(expected)), "{encounter}");
    assert_eq!(encounter.get("statusHistory"), None);
    let note = r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/note-id","valueId":"1"}]"#;
    assert_eq!(encounter.get("extension"), Some(&parse(note)));
}

#[test]
fn a_planned_encounter_shows_no_period() {
    let stored = r#""status":"planned","class":{"code":"AMB"},"period":{"start":"2024-01-16"},"participant":[{"individual":{"reference":"Practitioner/p"}}]"#;
    let encounter = read(&Door::empty(), "Encounter", stored);
    assert_eq!(encounter.get("period"), None);
    assert_eq!(encounter.at(&["participant", "0", "period"]), None);
    assert_eq!(encounter.get("reasonReference"), None);
    let deleted = read(&Door::empty(), "Encounter", r#""status":"entered-in-error","class":{"code":"AMB"}"#);
    assert_eq!(deleted.str("status"), Some("cancelled"));
}

#[test]
fn a_care_plan_names_its_patient() {
    let door = Door::empty();
    let stored = r#""status":"revoked","intent":"plan","title":"x","subject":{"reference":"Patient/a"}"#;
    let name = |plan: &Json| -> String {
        let div = plan.at(&["text", "div"]).and_then(Json::as_str).unwrap();
        let (_, rest) = div.split_once("<span>").unwrap();
        rest.split_once("</span>").unwrap().0.to_owned()
    };
    let plan = read(&door, "CarePlan", stored);
    assert_eq!((name(&plan), plan.str("status"), plan.get("title")), (String::new(), Some("revoked"), None));
    let patients = [
        (
            r#"[{"use":"usual","family":"X"},{"use":"official","family":"Smith <&>","given":["Ann"]}]"#,
            "Smith &lt;&amp;&gt;, Ann",
        ),
        (
            r#"[{"family":"Cube","given":["Rubik","Nob","Ö"]},{"use":"nickname","given":["Nick"]}]"#,
            "Cube, Rubik N. Ö. (Nick)",
        ),
        (r#"[{"family":"Cube"}]"#, "Cube"),
        (r#"[{"given":["Rubik"]}]"#, "Rubik"),
    ];
    for (names, expected) in patients {
        door.put(
            ResourceType::PATIENT,
            "a",
            parse(&format!(r#"{{"resourceType":"Patient","name":{names}}}"#)),
        );
        assert_eq!(name(&door.read(ResourceType::CARE_PLAN, "1").unwrap()), expected);
    }
}

#[test]
fn a_goal_shows_one_target_with_a_due_date() {
    let stored = r#""lifecycleStatus":"proposed","description":{"coding":[{"system":"http://snomed.info/sct","code":"289169006","display":"Drink more"}]},
        "subject":{"reference":"Patient/a"},
        "target":[{"measure":{"text":"x"}},{"dueDate":"2024-03-01"},{"dueDate":"2024-04-01"}]"#;
    let expected = r#""lifecycleStatus":"proposed","description":{"text":"Drink more"},
        "subject":{"reference":"Patient/a","type":"Patient"},"target":[{"dueDate":"2024-03-01"}]"#;
    check("Goal", stored, expected);
    let stored = r#""lifecycleStatus":"active","description":{"text":"x"},"subject":{"reference":"Patient/a"},"target":[{"measure":{"text":"x"}}]"#;
    let expected = r#""lifecycleStatus":"active","description":{"text":"x"},"subject":{"reference":"Patient/a","type":"Patient"}"#;
    check("Goal", stored, expected);
}

#[test]
fn a_device_shows_dates_without_time() {
    let stored = r#""manufactureDate":"2021-02-15T10:00:00Z","expirationDate":"2023","patient":{"reference":"Patient/a"}"#;
    let expected = r#""manufactureDate":"2021-02-15","expirationDate":"2023","patient":{"reference":"Patient/a","type":"Patient"}"#;
    check("Device", stored, expected);
}

#[test]
fn what_is_stored_is_no_entry_of_a_catalogue() {
    let door = Door::empty();
    door.put(ResourceType::BASIC, "x", parse(r#"{"resourceType":"Basic","code":{"text":"x"}}"#));
    assert_eq!(door.read(ResourceType::BASIC, "x").unwrap_err().row().status, 404, "an Allergen");
    let stored = r#"{"resourceType":"Medication","code":{"coding":[{"system":"http://www.fdbhealth.com/","code":"2"}],"text":"of one patient"}}"#;
    for id in ["2", "fdb-2", "fdb-449732"] {
        door.put(ResourceType::MEDICATION, id, parse(stored));
    }
    for id in ["2", "fdb-2"] {
        assert_eq!(door.read(ResourceType::MEDICATION, id).unwrap_err().row().status, 404, "{id}");
    }
    assert_eq!(door.found(ResourceType::MEDICATION, "_text=patient"), Vec::<String>::new());
    let entry = door.read(ResourceType::MEDICATION, "fdb-449732").unwrap();
    assert_eq!(
        entry.at(&["code", "text"]).and_then(Json::as_str),
        Some("Tylenol PM Extra Strength 25 mg-500 mg tablet")
    );
}

#[test]
fn a_prescription_shows_its_medication_and_pharmacy_inline() {
    let door = Door::empty();
    let medication = r#"{"resourceType":"Medication","code":{"coding":[{"system":"http://www.fdbhealth.com/","code":"2","display":"b"}]}}"#;
    door.put(ResourceType::MEDICATION, "fdb-2", parse(medication));
    let pharmacy = r#"{"resourceType":"Organization","name":"Corner Pharmacy","identifier":[{"system":"http://terminology.hl7.org/CodeSystem/NCPDPProviderIdentificationNumber","value":"1234567"}],
        "address":[{"line":["1 Main St"],"city":"Oakland","state":"CA","postalCode":"94601"}],"telecom":[{"system":"fax","value":"5550000001"}]}"#;
    door.put(ResourceType::ORGANIZATION, "o", parse(pharmacy));
    let stored = r#""status":"on-hold","intent":"order","medicationReference":{"reference":"Medication/fdb-2"},"subject":{"reference":"Patient/a"},
        "performer":{"reference":"Organization/o"},"dispenseRequest":{"numberOfRepeatsAllowed":1,"performer":{"reference":"Organization/o"}}"#;
    let request = read(&door, "MedicationRequest", stored);
    let expected = r#"{"resourceType":"MedicationRequest","id":"1","status":"on-hold","intent":"order","reportedBoolean":false,
        "medicationCodeableConcept":{"coding":[{"system":"http://www.fdbhealth.com/","code":"2","display":"b"}]},
        "subject":{"reference":"Patient/a","type":"Patient"},
        "dispenseRequest":{"numberOfRepeatsAllowed":1,"performer":{"display":"Name: Corner Pharmacy|NCPDP ID: 1234567|Address: 1 Main St, Oakland, CA, 94601|Fax: 5550000001"}}}"#;
    assert!(request.same_content(&parse(expected)), "{request}");
    let stored = r##""contained":[{"resourceType":"Medication","id":"m","code":{"text":"b"}}],"status":"active","intent":"order",
        "medicationReference":{"reference":"#m"},"subject":{"reference":"Patient/a"},"reportedReference":{"reference":"Patient/a"},
        "dispenseRequest":{"performer":{"reference":"Organization/o","display":"as said"}}"##;
    let expected = r#""status":"active","intent":"order","reportedBoolean":true,"medicationCodeableConcept":{"coding":[{"display":"b"}]},
        "subject":{"reference":"Patient/a","type":"Patient"},"dispenseRequest":{"performer":{"display":"as said"}}"#;
    check("MedicationRequest", stored, expected);
}

#[test]
fn a_prescription_shows_its_medication_of_the_catalogue() {
    let stored = r#""status":"active","intent":"order","medicationReference":{"reference":"Medication/fdb-158361","display":"x"},"subject":{"reference":"Patient/a"}"#;
    let expected = r#""status":"active","intent":"order","reportedBoolean":false,"medicationCodeableConcept":{"coding":[
        {"system":"http://www.fdbhealth.com/","code":"158361","display":"lisinopril 10 mg tablet"},
        {"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"314076","display":"lisinopril 10 mg tablet"}]},
        "subject":{"reference":"Patient/a","type":"Patient"}"#;
    check("MedicationRequest", stored, expected);
}

#[test]
fn a_dispense_shows_its_medication_inline() {
    let stored = r#""status":"completed","medicationReference":{"reference":"Medication/gone","display":"b"},"subject":{"reference":"Patient/a"},
        "performer":[{"function":{"text":"x"},"actor":{"reference":"Practitioner/p"}}],"whenPrepared":"2024-01-01","whenHandedOver":"2024-01-02""#;
    let expected = r#""status":"completed","medicationCodeableConcept":{"coding":[{"display":"b"}]},"subject":{"reference":"Patient/a","type":"Patient"},
        "performer":[{"actor":{"reference":"Practitioner/p","type":"Practitioner"}}],"whenHandedOver":"2024-01-02""#;
    check("MedicationDispense", stored, expected);
}

#[test]
fn a_procedure_has_one_time_and_a_coding() {
    let stored = r#""status":"completed","code":{"text":"Wound care"},"subject":{"reference":"Patient/a"},"basedOn":[{"reference":"ServiceRequest/s"}],
        "performedPeriod":{"start":"2024-01-01T10:00:00Z","end":"2024-01-01T11:00:00Z"}"#;
    let expected = r#""basedOn":[{"reference":"ServiceRequest/s","type":"ServiceRequest"}],"status":"completed","code":{"coding":[{"system":"unstructured","display":"Wound care"}]},
        "subject":{"reference":"Patient/a","type":"Patient"},"performedDateTime":"2024-01-01T10:00:00Z""#;
    check("Procedure", stored, expected);
}

#[test]
fn a_related_person_has_a_text_or_parts_of_a_name() {
    let stored = r#""patient":{"reference":"Patient/a"},"telecom":[{"system":"phone","value":"1"}],
        "name":[{"use":"usual","text":"Ann Cube","family":"Cube"},{"family":"Cube","given":["Ann"]}]"#;
    let expected = r#""active":true,"patient":{"reference":"Patient/a","type":"Patient"},"name":[{"text":"Ann Cube"},{"family":"Cube","given":["Ann"]}]"#;
    check("RelatedPerson", stored, expected);
    let stored = r#""active":false,"patient":{"reference":"Patient/a"}"#;
    check("RelatedPerson", stored, r#""active":false,"patient":{"reference":"Patient/a","type":"Patient"}"#);
}

#[test]
fn a_request_has_a_window_of_time() {
    let stored = r#""status":"active","intent":"proposal","subject":{"reference":"Patient/a"},"occurrenceDateTime":"2024-02-01","requester":{"reference":"Practitioner/p","display":"x"}"#;
    let expected = r#""status":"active","intent":"proposal","subject":{"reference":"Patient/a","type":"Patient"},
        "occurrencePeriod":{"start":"2024-02-01","end":"2024-02-01"},"requester":{"reference":"Practitioner/p","type":"Practitioner"}"#;
    check("ServiceRequest", stored, expected);
}

#[test]
fn a_specimen_is_of_a_type_by_text() {
    let stored = r#""type":{"coding":[{"code":"SER","display":"Serum"}]},"subject":{"reference":"Patient/a"},"status":"available""#;
    check(
        "Specimen",
        stored,
        r#""type":{"text":"Serum"},"subject":{"reference":"Patient/a","type":"Patient"}"#,
    );
}

#[test]
fn a_retired_questionnaire_has_its_version_after_its_name() {
    let shown = |status: &str, name: &str, version: &str| {
        let stored = format!(r#""status":"{status}","name":"{name}","version":"{version}","title":"x""#);
        let questionnaire = read(&Door::empty(), "Questionnaire", &stored);
        assert_eq!(questionnaire.str("description"), Some("No Description Provided"));
        questionnaire.str("name").unwrap().to_owned()
    };
    assert_eq!(shown("retired", "PHQ-9", "7"), "PHQ-9 (v7)");
    assert_eq!(shown("retired", "PHQ-9", "v7"), "PHQ-9 (v7)");
    assert_eq!(shown("retired", "PHQ-9 (v7)", "7"), "PHQ-9 (v7)");
    assert_eq!(shown("active", "PHQ-9", "7"), "PHQ-9");
}

#[test]
fn an_insurer_is_shown_by_its_payor_id() {
    let door = Door::empty();
    let insurer = r#"{"resourceType":"Organization","name":"Payer","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"},{"system":"https://payers.example","value":"1111"}]}"#;
    door.put(ResourceType::ORGANIZATION, "o", parse(insurer));
    let shown = |insurer: &str| {
        let stored = format!(
            r#""status":"active","purpose":["benefits"],"patient":{{"reference":"Patient/a"}},"created":"2023-09-19","request":{{"reference":"CoverageEligibilityRequest/x"}},"outcome":"queued","insurer":{insurer}"#
        );
        read(&door, "CoverageEligibilityResponse", &stored).get("insurer").cloned()
    };
    let expected = Some(parse(r#"{"identifier":"1111","display":"Payer ID: 1111"}"#));
    assert_eq!(shown(r#"{"reference":"Organization/o"}"#), expected);
    assert_eq!(
        shown(r#"{"reference":"Organization/x","identifier":{"system":"x","value":"1111"}}"#),
        expected
    );
    assert_eq!(shown(r#"{"display":"Payer"}"#), Some(parse(r#"{"display":"Payer"}"#)));
    assert_eq!(shown(r#"{"reference":"Organization/gone"}"#), None);
}

#[test]
fn a_report_shows_its_document_and_practitioners() {
    let door = Door::empty();
    let report = |members: &str| {
        read(&door, "DiagnosticReport", &format!(r#""status":"preliminary","code":{{"text":"x"}},{members}"#))
    };
    let shown = report(
        r#""effectivePeriod":{"start":"2024-01-01T00:00:00Z"},"performer":[{"reference":"Organization/o"},{"reference":"Practitioner/p"}],
        "category":[{"coding":[{"system":"s","code":"LAB"}]},{"coding":[{"system":"s","code":"LAB"},{"system":"s","code":"HM"}]},{"coding":[{"system":"s","code":"LAB"}]}],
        "presentedForm":[{"url":"https://other.example/x.pdf"},{"contentType":"application/pdf","data":"JVBERi0xLjIg"}]"#,
    );
    let expected = format!(
        r#"{{"resourceType":"DiagnosticReport","id":"1","status":"preliminary","category":[{{"coding":[{{"system":"s","code":"LAB"}}]}},{{"coding":[{{"system":"s","code":"HM"}}]}}],
        "code":{{"text":"x"}},"effectiveDateTime":"2024-01-01T00:00:00+00:00","performer":[{{"reference":"Practitioner/p","type":"Practitioner"}}],
        "presentedForm":[{{"extension":[{{"url":"http://schemas.canvasmedical.com/fhir/extensions/deprecated-url",
        "valueUri":"{BASE}/DiagnosticReport/1/files/presentedForm?expires={NOW}"}}],
        "url":"{BASE}/DiagnosticReport/1/files/presentedForm"}}]}}"#
    );
    assert!(shown.same_content(&parse(&expected)), "{shown}");
    let file =
        block_on(door.canvas.file(ResourceType::DIAGNOSTIC_REPORT, "1", "presentedForm")).unwrap().unwrap();
    assert_eq!(
        (file.content_type.as_str(), file.content.as_slice()),
        ("application/pdf", b"%PDF-1.2 ".as_slice())
    );
    let elsewhere = report(r#""presentedForm":[{"url":"https://other.example/x.pdf","title":"x"}]"#);
    assert_eq!(elsewhere.get("presentedForm"), Some(&parse(r#"[{"url":"https://other.example/x.pdf"}]"#)));
    assert_eq!(report(r#""presentedForm":[{"title":"x"}]"#).get("presentedForm"), None);
    assert!(block_on(door.canvas.file(ResourceType::DIAGNOSTIC_REPORT, "1", "presentedForm")).is_err());
}

#[test]
fn a_medication_that_is_referred_to_by_name_or_identifier_is_told() {
    let shown = |text: &str| format!(r#""medicationCodeableConcept":{{"coding":[{{"display":"{text}"}}]}}"#);
    let rest = r#""status":"completed""#;
    for (reference, text) in [
        (r#"{"display":"Advil"}"#, "Advil"),
        (
            r#"{"identifier":{"system":"http://hl7.org/fhir/sid/ndc","value":"0573-0164"}}"#,
            "http://hl7.org/fhir/sid/ndc|0573-0164",
        ),
        (r#"{"reference":"Medication/none","display":"Advil"}"#, "Advil"),
    ] {
        check(
            "MedicationDispense",
            &format!(r#"{rest},"medicationReference":{reference}"#),
            &format!("{rest},{}", shown(text)),
        );
        let stored = format!(
            r#""intent":"order","subject":{{"reference":"Patient/a"}},{rest},"medicationReference":{reference}"#
        );
        let read = read(&Door::empty(), "MedicationRequest", &stored);
        assert_eq!(
            read.at(&["medicationCodeableConcept", "coding", "0", "display"]),
            Some(&Json::from(text))
        );
        let statement = crate::read_only::read(
            &Door::empty(),
            "MedicationStatement",
            &format!(r#"{rest},"medicationReference":{reference}"#),
        );
        assert_eq!(statement.at(&["medicationCodeableConcept", "text"]), Some(&Json::from(text)));
    }
}

#[test]
fn indications_are_shown_under_icd_10_cm() {
    let stored = r#""status":"active","intent":"order","subject":{"reference":"Patient/a"},
        "medicationCodeableConcept":{"coding":[{"code":"1"}]},
        "reasonCode":[{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"I10"}]}]"#;
    let read = read(&Door::empty(), "MedicationRequest", stored);
    let system = read.at(&["reasonCode", "0", "coding", "0", "system"]);
    assert_eq!(system, Some(&Json::from("http://hl7.org/fhir/sid/icd-10-cm")));
}

#[test]
fn a_question_that_is_answered_by_text_has_its_text_as_the_one_option() {
    let stored = r#""status":"active","item":[{"linkId":"1","text":"Why?","type":"text"}]"#;
    let read = read(&Door::empty(), "Questionnaire", stored);
    let options = read.at(&["item", "0", "answerOption"]);
    assert_eq!(options, Some(&parse(r#"[{"valueCoding":{"display":"Why?"}}]"#)));
}
