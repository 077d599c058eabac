//! Claim and ExplanationOfBenefit.

use crate::chart::{Chart, Link, add};
use crate::codes::{Code, RXNORM, SNOMED, decimal, terminology};
use crate::visit::{Case, Visit};
use fhir::{Json, json};

fn dollars(cents: i64) -> Json {
    json!({ "value": (decimal(cents as f64 / 100.0, 2)), "currency": "USD" })
}

/// Writes the Claim for a prescription.
pub(crate) fn of_prescription(
    chart: &mut Chart,
    case: &Case<'_>,
    visit: &Visit,
    prescription: &Link,
    medication: Code,
) {
    let price = chart.random.between(400, 9_000);
    let link = chart.link("Claim");
    let mut body = claim(chart, case, visit, "pharmacy", price);
    add(&mut body, "prescription", Some(chart.reference(prescription)));
    let item = json!([{
        "sequence": 1i64,
        "productOrService": (medication.concept(RXNORM)),
        "encounter": [(chart.reference(&visit.encounter))]
    }]);
    add(&mut body, "item", Some(item));
    chart.put(&link, body);
}

/// Writes the Claim for a visit and what came of it.
pub(crate) fn of_visit(chart: &mut Chart, case: &Case<'_>, visit: &Visit, reason: Option<(&Link, Code)>) {
    let price = visit.kind.price() + chart.random.between(0, 60) * 25;
    let link = chart.link("Claim");
    let mut body = claim(chart, case, visit, "professional", price);
    let items = items(chart, visit, reason, None);
    add(&mut body, "diagnosis", diagnosis(chart, reason));
    add(&mut body, "item", Some(items));
    chart.put(&link, body);
    benefit(chart, case, visit, &link, price, reason);
}

fn claim(chart: &mut Chart, case: &Case<'_>, visit: &Visit, kind: &str, price: i64) -> Json {
    let serial = chart.random.digits(11);
    json!({
        "resourceType": "Claim",
        "identifier": [{ "system": "http://example.org/synthetic/claim", "value": serial }],
        "status": "active",
        "type": { "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": kind
        }] },
        "use": "claim",
        "patient": (chart.named(&case.patient, &case.name)),
        "billablePeriod": { "start": (visit.at.date_time()), "end": (visit.end().date_time()) },
        "created": (visit.end().date_time()),
        "provider": (chart.reference(&case.practice.organization)),
        "priority": (terminology("processpriority", "normal", "Normal")),
        "insurance": [{ "sequence": 1i64, "focal": true, "coverage": (chart.reference(&case.coverage)) }],
        "total": (dollars(price))
    })
}

fn diagnosis(chart: &Chart, reason: Option<(&Link, Code)>) -> Option<Json> {
    let (condition, _) = reason?;
    Some(json!([{ "sequence": 1i64, "diagnosisReference": (chart.reference(condition)) }]))
}

/// What is charged for: the visit, and what it was about.
fn items(chart: &Chart, visit: &Visit, reason: Option<(&Link, Code)>, adjudicated: Option<i64>) -> Json {
    let mut first = json!({
        "sequence": 1i64,
        "productOrService": (visit.kind.code().concept(SNOMED)),
        "encounter": [(chart.reference(&visit.encounter))]
    });
    if let Some(price) = adjudicated {
        let period = json!({ "start": (visit.at.date_time()), "end": (visit.end().date_time()) });
        add(&mut first, "servicedPeriod", Some(period));
        add(&mut first, "adjudication", Some(adjudication(price).into()));
    }
    let mut items = vec![first];
    if let Some((_, code)) = reason {
        items.push(json!({
            "sequence": 2i64, "diagnosisSequence": [1i64], "productOrService": (code.concept(SNOMED))
        }));
    }
    items.into()
}

/// Four fifths are paid.
fn adjudication(price: i64) -> Vec<Json> {
    let paid = price * 4 / 5;
    let part = |code: &str, display: &str, cents: i64| json!({ "category": (terminology("adjudication", code, display)), "amount": (dollars(cents)) });
    vec![
        part("submitted", "Submitted Amount", price),
        part("copay", "CoPay", price - paid),
        part("benefit", "Benefit Amount", paid),
    ]
}

fn benefit(
    chart: &mut Chart,
    case: &Case<'_>,
    visit: &Visit,
    claim: &Link,
    price: i64,
    reason: Option<(&Link, Code)>,
) {
    let decided = visit.end().plus_days(chart.random.between(3, 20));
    let practitioner = &case.practice.practitioners[visit.practitioner];
    let serial = chart.random.digits(11);
    let link = chart.link("ExplanationOfBenefit");
    let mut body = json!({
        "resourceType": "ExplanationOfBenefit",
        "identifier": [{ "system": "http://example.org/synthetic/benefit", "value": serial }],
        "status": "active",
        "type": (terminology("claim-type", "professional", "Professional")),
        "use": "claim",
        "patient": (chart.named(&case.patient, &case.name)),
        "billablePeriod": { "start": (visit.at.date_time()), "end": (visit.end().date_time()) },
        "created": (decided.date_time()),
        "insurer": (chart.reference(&case.practice.payer)),
        "provider": (chart.named(&practitioner.link, &practitioner.name)),
        "claim": (chart.reference(claim)),
        "outcome": "complete",
        "careTeam": [{
            "sequence": 1i64,
            "provider": (chart.reference(&practitioner.link)),
            "role": (terminology("claimcareteamrole", "primary", "Primary provider"))
        }],
        "insurance": [{ "focal": true, "coverage": (chart.reference(&case.coverage)) }],
        "item": (items(chart, visit, reason, Some(price))),
        "total": (adjudication(price)),
        "payment": { "date": (decided.date()), "amount": (dollars(price * 4 / 5)) }
    });
    let principal = terminology("ex-diagnosistype", "principal", "Principal Diagnosis");
    let diagnosis = reason.map(|(condition, _)| {
        json!([{ "sequence": 1i64, "diagnosisReference": (chart.reference(condition)), "type": [principal] }])
    });
    add(&mut body, "diagnosis", diagnosis);
    chart.put(&link, body);
}
