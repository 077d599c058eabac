//! Settings as written, and what is wrong with them.

use super::*;
use fhir::json;

/// Parses `text` and returns the problems as they are shown.
fn problems(text: &str) -> Vec<String> {
    match Clinic::parse(text) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|p| p.to_string().replace("line ", "")).collect(),
    }
}

#[test]
fn an_empty_file_is_the_default_clinic() {
    assert_eq!(Clinic::parse(""), Ok(Clinic::default()));
    assert_eq!(Clinic::default().default_appointment_type().unwrap().name, "Office Visit");
}

#[test]
fn settings_are_read() {
    let clinic = Clinic::parse(demo::CLINIC_TOML).unwrap();
    assert_eq!(clinic.time_zone.iana_name(), Some("America/Los_Angeles"));
    assert!(!clinic.double_booking && clinic.structured_reason_for_visit);
    assert_eq!((clinic.slot_grid_minutes, clinic.slot_minutes), (15, 20));
    let telemedicine = clinic.appointment_type("http://snomed.info/sct", "448337001").unwrap();
    assert!(telemedicine.telehealth && telemedicine.patient == PatientUse::Required);
    assert_eq!(telemedicine.display, "Telemedicine");
    let meeting = clinic.appointment_type("INTERNAL", "TEAM_MEETING").unwrap();
    assert_eq!((meeting.kind, meeting.patient), (TypeKind::Event, PatientUse::None));
    assert_eq!(clinic.reasons_with_code("162673000").count(), 2);
    assert_eq!(clinic.pharmacy("1123152").unwrap().specialty.as_deref(), Some("Retail"));
    assert_eq!(clinic.contact_category(CONTACT_CATEGORY_SYSTEM, "EMC").unwrap().display, "Emergency contact");
}

#[test]
fn what_records_draw_on_is_read() {
    let clinic = Clinic::parse(demo::CLINIC_TOML).unwrap();
    assert_eq!(clinic.allergen("6-2754").unwrap().rxnorm, ["6979"]);
    assert_eq!(clinic.medication("449732").unwrap().rxnorm.len(), 2);
    assert_eq!(clinic.care_team_role("http://snomed.info/sct", "17561000").unwrap().display, "Cardiologist");
    let expires: Vec<ConsentExpiry> = clinic.consents.iter().map(|consent| consent.expires).collect();
    assert_eq!(expires, [ConsentExpiry::EndOfYear, ConsentExpiry::InAYear, ConsentExpiry::Never]);
    assert_eq!(clinic.claim_queues[0].code, "SecondLook");
    let (asked, answered) = (clinic.payer("00060").unwrap(), clinic.payer("62308").unwrap());
    assert!(asked.asked_by_provider && !asked.answers_from_record && answered.answers_from_record);
    assert_eq!(clinic.payer_of(&asked.organization), Some(asked));
    assert_eq!(clinic.claim_queue("ZeroBalance"), Some("History"));
    assert_eq!(clinic.claim_queue("SecondLook"), Some("Second look"));
    assert_eq!(clinic.claim_queue("Nowhere"), None);
    let author = clinic.automation_user_reference();
    assert_eq!(author.str("reference"), Some(&*format!("Practitioner/{}", demo::AUTOMATION_USER)));
    assert_eq!(Clinic::default().automation_user_reference().str("display"), Some("Canvas Bot"));
}

#[test]
fn problems_of_what_records_draw_on_are_told() {
    let text = "automation_user = \"no id!\"\n[[allergen]]\nfdb = \"6/2\"\nname = \"x\"\nrxnorm = [\"1\", \"1\", 2]\n\
                [[medication]]\nfdb = \"1\"\nname = \"m\"\nsnomed = [\"1\"]\n\
                [[consent]]\nsystem = \"s\"\ncode = \"c\"\ndisplay = \"d\"\nexpires = \"soon\"\n\
                [[payer]]\nid = \"1\"\n[[payer]]\nid = \"1\"\norganization = \"o\"\n";
    assert_eq!(
        problems(text),
        [
            "1: automation_user is 'no id!', expected the id of a resource: up to 64 letters, digits, hyphens and dots",
            "2: allergen.fdb is '6/2', expected digits and hyphens in quotes",
            "5: allergen.rxnorm lists '1' twice",
            "5: allergen.rxnorm is 2, expected a list of texts in quotes, such as [\"6979\"]",
            "9: unknown setting 'medication.snomed'; known are fdb, name, rxnorm",
            "14: consent.expires is 'soon', expected 'never', 'in a year' or 'end of year'",
            "15: payer.organization is required",
            "17: the payer '1' is there twice",
        ]
    );
}

#[test]
fn every_problem_is_told_with_its_line() {
    let text = "time_zone = \"Mars/Olympus\"\ndoublebooking = true\nslot_minutes = 0\nslot_grid_minutes = \"15\"\n\
                [[note_type]]\nname = \"Visit\"\ncode = \"1\"\ndefault = true\nscheduleable = false\ndurations = [20, 20, \"x\"]\n";
    assert_eq!(
        problems(text),
        [
            "1: time_zone is 'Mars/Olympus', expected an IANA time zone, such as 'America/Los_Angeles'",
            "2: unknown setting 'doublebooking'; did you mean 'double_booking'?",
            "3: slot_minutes is 0, expected a whole number of minutes from 1 to 1440",
            "4: slot_grid_minutes is '15', expected a whole number of minutes from 1 to 1440",
            "5: note_type.system is required",
            "5: the default note_type 'Visit' must be scheduleable and active",
            "10: note_type.durations lists 20 twice",
            "10: note_type.durations is 'x', expected a whole number of minutes from 1 to 1440",
        ]
    );
}

#[test]
fn syntax_errors_are_told_with_their_line() {
    let problems = problems("double_booking = false\nslot_minutes = = 3\n");
    assert!(
        problems.iter().all(|problem| problem.starts_with("2: ")) && !problems.is_empty(),
        "{problems:?}"
    );
}

#[test]
fn a_key_that_is_there_twice_is_refused() {
    assert!(problems("slot_minutes = 20\nslot_minutes = 30\n")[0].starts_with("2: "), "a TOML error");
}

#[test]
fn exactly_one_note_type_is_the_default() {
    let note = |code: &str, default: bool| {
        format!("[[note_type]]\nname = \"N\"\nsystem = \"s\"\ncode = \"{code}\"\ndefault = {default}\n")
    };
    assert_eq!(problems(&note("1", false)), ["1: no note_type has default = true; exactly one must"]);
    let two = note("1", true) + &note("2", true);
    assert_eq!(problems(&two), ["6: more than one note_type has default = true; exactly one must"]);
}

#[test]
fn codings_are_unique_among_types_in_use() {
    let note = |extra: &str| format!("[[note_type]]\nname = \"N\"\nsystem = \"s\"\ncode = \"1\"\n{extra}\n");
    let twice = note("default = true") + &note("");
    assert_eq!(problems(&twice), ["6: the active appointment type 's|1' is there twice"]);
    let retired = note("active = false\nscheduleable = false") + &note("default = true");
    let clinic = Clinic::parse(&retired).unwrap();
    assert!(clinic.appointment_type("s", "1").unwrap().active, "the one in use comes first");
}

#[test]
fn events_have_no_settings_of_notes() {
    let text = "[[note_type]]\nname = \"N\"\nsystem = \"s\"\ncode = \"1\"\ndefault = true\n\
                [[event_type]]\nname = \"E\"\nsystem = \"s\"\ncode = \"2\"\ntelehealth = true\npatient = \"maybe\"\n";
    assert_eq!(
        problems(text),
        [
            "10: unknown setting 'event_type.telehealth'; known are name, system, code, display, patient, durations, active",
            "11: event_type.patient is 'maybe', expected 'required', 'optional' or 'none'",
        ]
    );
}

#[test]
fn lists_must_be_lists_of_tables_without_repetitions() {
    assert_eq!(problems("role = \"MD\"\n"), ["1: role is 'MD', expected tables, each headed [[role]]"]);
    let pharmacy = "[[pharmacy]]\nncpdp_id = \"12a\"\nname = \"P\"\n";
    assert_eq!(
        problems(&pharmacy.repeat(2)),
        [
            "1: pharmacy.ncpdp_id is '12a', expected digits in quotes",
            "4: pharmacy.ncpdp_id is '12a', expected digits in quotes",
            "4: the pharmacy '12a' is there twice",
        ]
    );
    let role = "[[role]]\ncode = \"MD\"\ndisplay = \"Physician\"\n";
    assert_eq!(problems(&role.repeat(2)), ["4: the role 'MD' is there twice"]);
}

#[test]
fn the_grid_divides_a_day_evenly() {
    assert_eq!(
        problems("double_booking = true\n\nslot_grid_minutes = 7\n"),
        ["3: slot_grid_minutes is 7, which does not divide a day evenly; try 15 or 20"]
    );
}

#[test]
fn reasons_count_only_where_they_are_structured() {
    let clinic = Clinic { structured_reason_for_visit: false, ..Clinic::demo() };
    assert_eq!(clinic.reasons_with_code("INIV").count(), 0);
}

#[test]
fn who_only_has_roles_that_see_no_patients_is_not_schedulable() {
    let clinic = Clinic::demo();
    let with = |codes: &[&str]| {
        let parts: Vec<Json> =
            codes.iter().map(|code| json!({ "url": "code", "valueCoding": { "code": (*code) } })).collect();
        let url = "http://schemas.canvasmedical.com/fhir/extensions/roles";
        json!({ "resourceType": "Practitioner", "extension": [{ "url": url, "extension": (parts) }] })
    };
    assert!(clinic.is_schedulable(&json!({ "resourceType": "Practitioner" })));
    assert!(clinic.is_schedulable(&with(&["CC", "MD"])));
    assert!(clinic.is_schedulable(&with(&["of its own"])));
    assert!(!clinic.is_schedulable(&with(&["CC"])));
}

#[test]
fn documents_lines_of_business_and_questionnaires_are_read() {
    let clinic = Clinic::parse(demo::CLINIC_TOML).unwrap();
    assert!(
        !clinic.document_type("53245-7").unwrap().active && clinic.document_type("64299-1").unwrap().active
    );
    assert!(clinic.has_business_line("virtual-care") && !clinic.has_business_line("nowhere"));
    assert!(Clinic::default().has_business_line("nowhere"));
    let scored = clinic.questionnaires.iter().find(|known| known.id == demo::SCORED_QUESTIONNAIRE).unwrap();
    let scores: Vec<Option<u32>> = scored.questions[0].options.iter().map(|option| option.score).collect();
    assert_eq!(scores, [Some(0), Some(1), Some(2), Some(3)]);
}

#[test]
fn a_questionnaire_becomes_a_resource() {
    let text = "[[questionnaire]]\nid = \"q\"\nname = \"Q\"\nversion = \"7\"\nactive = false\nsystem = \"http://s\"\ncode = \"c\"\n\
                [[questionnaire.question]]\nsystem = \"http://s\"\ncode = \"1\"\ntext = \"Which?\"\nkind = \"multiple\"\n\
                option = [{ system = \"http://s\", code = \"a\", display = \"A\", score = 2 }]\n\
                [[questionnaire.question]]\nsystem = \"http://s\"\ncode = \"2\"\ntext = \"Why?\"\nkind = \"text\"\nlink_id = \"why\"\n";
    let resource = Clinic::parse(text).unwrap().questionnaires[0].to_resource();
    let expected = json!({
        "resourceType": "Questionnaire", "id": "q", "version": "7", "name": "Q", "status": "retired",
        "code": [{ "system": "http://s", "code": "c" }],
        "item": [
            { "linkId": "1", "code": [{ "system": "http://s", "code": "1" }], "text": "Which?", "type": "choice",
              "repeats": true, "answerOption": [{
                "extension": [{ "url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 2 }],
                "valueCoding": { "system": "http://s", "code": "a", "display": "A" }
              }] },
            { "linkId": "why", "code": [{ "system": "http://s", "code": "2" }], "text": "Why?", "type": "text",
              "repeats": false }
        ]
    });
    assert_eq!(resource, expected);
}

#[test]
fn problems_of_documents_lines_of_business_and_questionnaires_are_told() {
    let text = "[[document_type]]\ncode = \"1\"\n[[document_type]]\ncode = \"1\"\ntitle = \"t\"\n\
                [[business_line]]\nid = \"a line\"\nname = \"n\"\n\
                [[questionnaire]]\nid = \"q\"\nname = \"Q\"\nsystem = \"s\"\ncode = \"c\"\n\
                [[questionnaire]]\nid = \"r\"\nname = \"R\"\nsystem = \"s\"\ncode = \"c\"\n\
                [[questionnaire.question]]\nsystem = \"s\"\ncode = \"1\"\ntext = \"?\"\nkind = \"many\"\n\
                [[questionnaire.question]]\nsystem = \"s\"\ncode = \"1\"\ntext = \"?\"\nkind = \"text\"\n\
                option = [{ system = \"s\", code = \"a\", display = \"A\", score = -1 }, { system = \"s\", code = \"a\", display = \"B\" }]\n";
    assert_eq!(
        problems(text),
        [
            "1: document_type.title is required",
            "3: the document_type '1' is there twice",
            "7: business_line.id is 'a line', expected the id of a resource: up to 64 letters, digits, hyphens and dots",
            "9: questionnaire.question is required: [[questionnaire.question]] tables",
            "19: the question '1' has no options; kind = \"text\" needs none",
            "23: question.kind is 'many', expected 'single', 'multiple' or 'text'",
            "24: the question '1' is answered by text and has options",
            "24: the question '1' is there twice",
            "24: the link_id '1' is there twice",
            "29: option.score is -1, expected a whole number from 0 on",
            "29: the option 'a' is there twice",
        ]
    );
}
