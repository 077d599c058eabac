//! The CoverageEligibilityResponse that a request leaves (CoverageEligibilityRequest.json and
//! CoverageEligibilityResponse.json, `behaviours`).

use super::Eligibility;
use crate::references::typed;
use crate::time;
use crate::write::Write;
use fhir::{Json, Object, ResourceType, json};
use interactions::{Refusal, State};

/// The system of the clearinghouse's payer ids (Coverage.json, `payor.identifier.system`).
const PAYER_ID: &str = "https://www.claim.md/services/era/";
/// The extension that names the plan (CoverageEligibilityResponse.json, `extensions`).
const PLAN: &str =
    "http://schemas.canvasmedical.com/fhir/extensions/active-health-benefit-plan-coverage-description";

/// Stores the answer to `request`, which is stored under the id of the write.
///
/// # Errors
///
/// The store's failures.
pub fn store(
    request: &Object,
    eligibility: &Eligibility<'_>,
    write: &mut Write<'_, '_>,
) -> Result<(), Refusal> {
    let today = time::date(write.unit.now(), &write.sent.clinic.time_zone);
    let answer = answer(write.id, request, eligibility, &today, write.unit.now());
    let id = uuid::Uuid::new_v4().to_string();
    let resource_type = ResourceType::COVERAGE_ELIGIBILITY_RESPONSE;
    let prepared = write.unit.prepare(resource_type, &id, answer);
    write.unit.put(State::Absent, &prepared)?;
    Ok(())
}

fn answer(id: &str, request: &Object, eligibility: &Eligibility<'_>, today: &str, now: i64) -> Json {
    let part = |name: &str| request.get(name).cloned().unwrap_or(Json::Null);
    let request_reference = typed(&json!({ "reference": (format!("CoverageEligibilityRequest/{id}")) }));
    let (outcome, disposition) = match eligibility.payer {
        None => (
            "error",
            "The insurer is none of those that clinic.toml names by their payer id, so nobody can be asked.",
        ),
        Some(payer) if payer.answers_from_record => {
            ("complete", "Told from the stored Coverage; no insurer was asked.")
        }
        Some(_) => ("queued", "The insurer has not been asked yet."),
    };
    let mut answer = json!({
        "resourceType": "CoverageEligibilityResponse",
        "status": "active",
        "purpose": (part("purpose")),
        "patient": (part("patient")),
        "created": (fhir::datetime::instant(now)),
        "request": (request_reference),
        "outcome": outcome,
        "disposition": disposition,
        "insurer": (insurer(request, eligibility)),
        "insurance": [(insurance(request, eligibility, outcome == "complete", today))]
    });
    if let (true, Some(answer)) = (outcome == "error", answer.as_object_mut()) {
        answer.insert("error", vec![json!({ "code": { "text": disposition } })]);
    }
    answer
}

/// The insurer with its payer id.
fn insurer(request: &Object, eligibility: &Eligibility<'_>) -> Json {
    let mut insurer = request.get("insurer").cloned().unwrap_or(Json::Null);
    if let (Some(payer), Some(insurer)) = (eligibility.payer, insurer.as_object_mut()) {
        let id = payer.id.as_str();
        insurer.insert("identifier", json!({ "system": PAYER_ID, "value": id }));
        insurer.insert("display", format!("Payer ID: {id}"));
    }
    insurer
}

/// The coverage; when the record answers, whether it is in force, and its plan.
fn insurance(request: &Object, eligibility: &Eligibility<'_>, told: bool, today: &str) -> Json {
    let coverage = request.items("insurance").first().and_then(|insurance| insurance.get("coverage"));
    let mut insurance = json!({ "coverage": (coverage.cloned().unwrap_or(Json::Null)) });
    let Some(object) = insurance.as_object_mut().filter(|_| told) else { return insurance };
    let in_force = is_in_force(eligibility.coverage, today);
    if let Some(plan) = plan(eligibility.coverage).filter(|_| in_force) {
        object.insert_at(0, "extension", vec![json!({ "url": PLAN, "valueString": plan })]);
    }
    object.insert("inforce", in_force);
    let benefit = if in_force { "Active Coverage" } else { "Inactive (Incomplete information)" };
    // R4 demands a category of an item (ces-1); the vendor shows its name.
    let category = json!({
        "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/ex-benefitcategory",
            "code": "30",
            "display": "Health Benefit Plan Coverage"
        }]
    });
    object.insert(
        "item",
        vec![json!({
            "category": category,
            "name": "Health Benefit Plan Coverage",
            "benefit": [{ "type": { "text": benefit } }]
        })],
    );
    insurance
}

/// Whether a coverage is active and its period has `today` in it.
fn is_in_force(coverage: &Object, today: &str) -> bool {
    let period = coverage.get("period");
    let date = |name: &str| period.and_then(|period| period.str(name)).unwrap_or_default();
    // A year or month lasts to its end: as much of today is compared as is said.
    let told = |date: &str| today.get(..date.len().min(today.len())).unwrap_or_default().to_owned();
    let (start, end) = (date("start"), date("end"));
    let starts = start.is_empty() || start.get(..10).unwrap_or(start) <= told(start).as_str();
    let ends = !end.is_empty() && end.get(..10).unwrap_or(end) < told(end).as_str();
    coverage.str("status") == Some("active") && starts && !ends
}

/// What the plan is called.
fn plan(coverage: &Object) -> Option<&str> {
    let is_plan = |class: &&Json| {
        let codings = class.get("type").and_then(|concept| concept.get("coding")).map(Json::items);
        codings.unwrap_or_default().iter().any(|coding| coding.str("code") == Some("plan"))
    };
    coverage.items("class").iter().find(is_plan)?.str("value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coverage_is_in_force_from_its_start_to_its_end() {
        let in_force = |status: &str, period: Json| {
            let coverage = json!({ "status": status, "period": period });
            is_in_force(coverage.as_object().unwrap(), "2024-05-06")
        };
        for (period, expected) in [
            (json!({}), true),
            (json!({ "start": "2024-05-06", "end": "2024-05-06" }), true),
            (json!({ "start": "2024-05-07" }), false),
            (json!({ "end": "2024-05-05" }), false),
            (json!({ "start": "2024-05", "end": "2024" }), true),
            (json!({ "start": "2024-06" }), false),
            (json!({ "end": "2023" }), false),
            (json!({ "start": "2024-05-06T23:00:00Z" }), true),
        ] {
            assert_eq!(in_force("active", period.clone()), expected, "{period}");
        }
        assert!(!in_force("cancelled", json!({})));
    }
}
