//! Payments against what a patient owes.

use crate::support::{Door, changed, parse, set, told};
use canvas::clinic::demo;
use canvas::types::{claim, payment_notice};
use fhir::{Json, ResourceType};

const NOTICE: ResourceType = ResourceType::PAYMENT_NOTICE;
/// A patient of the demo clinic who owes nothing.
const PATIENT: &str = demo::PATIENTS[3];
const EXCEEDS: &str = "Payment amount exceeds the patient's account balance";

/// A claim of the patient in a queue, of a date, for an amount. Without insurance unless it is insured.
fn claim(door: &Door, queue: &str, created: &str, price: &str, is_insured: bool) -> String {
    let mut body = changed(claim::CONTRACT.minimal, &[], "");
    set(&mut body, "patient.reference", Json::from(format!("Patient/{PATIENT}")));
    set(&mut body, "created", Json::from(created));
    set(&mut body, "item.0.unitPrice.value", parse(price));
    set(&mut body, "extension", queued(queue));
    if is_insured {
        let beneficiary = format!(r#"{{"reference":"Patient/{PATIENT}"}}"#);
        let coverage = format!(
            r#"{{"resourceType":"Coverage","status":"active","beneficiary":{beneficiary},"payor":[{{"display":"x"}}]}}"#
        );
        door.put(ResourceType::COVERAGE, "own", parse(&coverage));
        set(&mut body, "insurance.0.coverage.reference", Json::from("Coverage/own"));
    } else {
        set(
            &mut body,
            "insurance",
            parse(r#"[{"sequence":1,"focal":false,"coverage":{"display":"No Coverage"}}]"#),
        );
    }
    door.create(&body).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn queued(queue: &str) -> Json {
    parse(&format!(
        r#"[{{"url":"http://schemas.canvasmedical.com/fhir/extensions/claim-queue","valueCoding":{{"system":"http://canvasmedical.com","code":"{queue}"}}}}]"#
    ))
}

fn requeue(door: &Door, id: &str, queue: &str) {
    let mut body = changed(claim::CONTRACT.minimal, &[], "");
    set(&mut body, "extension", queued(queue));
    door.update(id, &body).unwrap_or_else(|refusal| panic!("{refusal}"));
}

/// Pays; the id of the notice, or the text of the refusal.
fn pay(door: &Door, amount: &str, copayment_of: Option<&str>) -> Result<String, String> {
    let mut body = changed(payment_notice::CONTRACT.minimal, &[], "");
    set(&mut body, "request.reference", Json::from(format!("Patient/{PATIENT}")));
    set(&mut body, "amount.value", parse(amount));
    if let Some(claim) = copayment_of {
        let extension = format!(
            r#"[{{"url":"http://schemas.canvasmedical.com/fhir/copayment-claims","extension":[{{"url":"claim","valueReference":{{"reference":"Claim/{claim}"}}}}]}}]"#
        );
        set(&mut body, "extension", parse(&extension));
    }
    door.create(&body).map_err(|refusal| {
        assert_eq!(told(&refusal).0, 422, "{refusal}");
        told(&refusal).1[0].1.clone()
    })
}

/// What a payment is applied to: claims and amounts.
fn applied(door: &Door, notice: &str) -> Vec<(String, String)> {
    let stored = door.stored(NOTICE, notice);
    let options = interactions::validation::Options { expected: Some(NOTICE), ..Default::default() };
    assert_eq!(interactions::validation::validate(&stored, &options), [], "{stored}");
    let details = stored.at(&["contained", "0", "detail"]).map(Json::items).unwrap_or_default();
    let part = |detail: &Json| {
        let claim = detail.at(&["request", "reference"]).unwrap().as_str().unwrap();
        let amount = detail.at(&["amount", "value"]).unwrap().as_number().unwrap().as_str();
        (claim.strip_prefix("Claim/").unwrap().to_owned(), amount.to_owned())
    };
    details.iter().map(part).collect()
}

#[test]
fn a_payment_takes_no_more_than_the_patient_owes() {
    let door = Door::of_demo_clinic();
    assert_eq!(pay(&door, "0.01", None).unwrap_err(), EXCEEDS);
    claim(&door, "PatientBalance", "2024-01-01", "100.10", true);
    assert_eq!(pay(&door, "100.11", None).unwrap_err(), EXCEEDS);
    pay(&door, "0.10", None).unwrap();
    assert_eq!(pay(&door, "100.01", None).unwrap_err(), EXCEEDS);
    pay(&door, "100", None).unwrap();
    assert_eq!(pay(&door, "0.01", None).unwrap_err(), EXCEEDS);
}

#[test]
fn claims_are_the_patients_to_pay_by_their_queue_and_insurance() {
    for (queue, is_insured, owes) in [
        ("PatientBalance", true, true),
        ("NeedsCodingReview", true, false),
        ("FiledAwaitingResponse", true, false),
        ("NeedsCodingReview", false, true),
        ("SecondLook", false, true),
        ("ZeroBalance", false, false),
        ("Trash", false, false),
        ("Appointment", false, false),
    ] {
        let door = Door::of_demo_clinic();
        claim(&door, queue, "2024-01-01", "50", is_insured);
        assert_eq!(pay(&door, "50", None).is_ok(), owes, "{queue} {is_insured}");
    }
}

#[test]
fn payments_go_to_the_oldest_claims_first() {
    let door = Door::of_demo_clinic();
    let newer = claim(&door, "PatientBalance", "2024-02-02", "30", true);
    let older = claim(&door, "PatientBalance", "2024-01-01", "50", true);
    let first = pay(&door, "20", None).unwrap();
    assert_eq!(applied(&door, &first), [(older.clone(), "20.0".to_owned())]);
    let second = pay(&door, "35.5", None).unwrap();
    assert_eq!(applied(&door, &second), [(older, "30.0".to_owned()), (newer, "5.5".to_owned())]);
}

#[test]
fn a_copayment_goes_to_its_claim_and_is_a_credit_until_that_is_the_patients_to_pay() {
    let door = Door::of_demo_clinic();
    let insured = claim(&door, "FiledAwaitingResponse", "2024-01-01", "100", true);
    let copayment = pay(&door, "25", Some(&insured)).unwrap();
    assert_eq!(applied(&door, &copayment), [(insured.clone(), "25.0".to_owned())]);
    claim(&door, "PatientBalance", "2024-02-02", "40", true);
    assert_eq!(pay(&door, "15.01", None).unwrap_err(), EXCEEDS, "40 less the credit of 25");
    pay(&door, "15", None).unwrap();
    requeue(&door, &insured, "PatientBalance");
    assert_eq!(pay(&door, "100.01", None).unwrap_err(), EXCEEDS, "25 of 40 and 75 of 100 are left");
    pay(&door, "100", None).unwrap();
}

#[test]
fn what_was_paid_for_a_settled_claim_does_not_count_for_another() {
    let door = Door::of_demo_clinic();
    let settled = claim(&door, "PatientBalance", "2024-01-01", "60", true);
    pay(&door, "60", None).unwrap();
    requeue(&door, &settled, "ZeroBalance");
    claim(&door, "PatientBalance", "2024-02-02", "10", true);
    pay(&door, "10", None).unwrap();
    assert_eq!(pay(&door, "0.01", None).unwrap_err(), EXCEEDS);
}

#[test]
fn payments_of_the_r4_door_count_while_they_are_active() {
    let door = Door::of_demo_clinic();
    claim(&door, "PatientBalance", "2024-01-01", "60", true);
    let notice = |status: &str| {
        parse(&format!(
            r#"{{"resourceType":"PaymentNotice","status":"{status}","request":{{"reference":"Patient/{PATIENT}"}},"created":"2024-03-03","payment":{{"display":"x"}},"recipient":{{"display":"x"}},"amount":{{"value":50}}}}"#
        ))
    };
    door.put(NOTICE, "desk", notice("active"));
    assert_eq!(pay(&door, "10.01", None).unwrap_err(), EXCEEDS);
    door.put(NOTICE, "desk", notice("entered-in-error"));
    pay(&door, "60", None).unwrap();
}

#[test]
fn a_payment_is_read_as_the_vendor_shows_it() {
    let door = Door::of_demo_clinic();
    let mut body = changed(payment_notice::CONTRACT.minimal, &[], "");
    set(&mut body, "amount", parse(r#"{"value":12,"currency":"EUR"}"#));
    set(&mut body, "payment", parse(r#"{"reference":"PaymentReconciliation/gone"}"#));
    let id = door.create(&body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(NOTICE, &id).unwrap();
    assert_eq!(read.get("amount"), Some(&parse(r#"{"value":12.0,"currency":"USD"}"#)));
    assert_eq!(read.get("payment"), Some(&parse(r#"{"display":"Unused"}"#)));
    assert_eq!(read.at(&["paymentStatus", "coding", "0", "code"]), Some(&Json::from("paid")));
    let created = read.str("created").unwrap();
    assert!(created.ends_with("+00:00") && !created.starts_with("2024-05-06"), "{created}");
    let stored = door.stored(NOTICE, &id);
    let provider = format!("Practitioner/{}", demo::AUTOMATION_USER);
    assert_eq!(stored.at(&["provider", "reference"]), Some(&Json::from(provider)));
    assert_eq!(door.update(&id, &body).unwrap_err().row().status, 405);
}

#[test]
fn the_claim_of_a_copayment_must_exist() {
    let door = Door::of_demo_clinic();
    let mut body = changed(payment_notice::CONTRACT.minimal, &[], "");
    let extension = r#"[{"url":"http://schemas.canvasmedical.com/fhir/copayment-claims","extension":[{"url":"claim","valueReference":{"reference":"Claim/gone"}}]}]"#;
    set(&mut body, "extension", parse(extension));
    let (status, issues) = told(&door.create(&body).unwrap_err());
    assert_eq!((status, issues.len()), (400, 1));
    assert_eq!(issues[0].2, "PaymentNotice.extension[0].extension[0].valueReference.reference");
}
