//! MedicationRequest.

use super::claim;
use crate::chart::{Chart, Link};
use crate::codes::{Code, RXNORM};
use crate::visit::{Case, Visit};
use fhir::json;

/// Writes a prescription for a condition, and the claim for it.
pub(crate) fn put(
    chart: &mut Chart,
    case: &Case<'_>,
    visit: &Visit,
    medication: Code,
    reason: (&Link, Code),
    is_current: bool,
) {
    let times = chart.random.between(1, 3);
    let practitioner = &case.practice.practitioners[visit.practitioner];
    let link = chart.link("MedicationRequest");
    let body = json!({
        "resourceType": "MedicationRequest",
        "status": (if is_current { "active" } else { "stopped" }),
        "intent": "order",
        "medicationCodeableConcept": (medication.concept(RXNORM)),
        "subject": (chart.named(&case.patient, &case.name)),
        "encounter": (chart.reference(&visit.encounter)),
        "authoredOn": (visit.at.date_time()),
        "requester": (chart.named(&practitioner.link, &practitioner.name)),
        "reasonReference": [(chart.named(reason.0, reason.1.display))],
        "dosageInstruction": [{
            "sequence": 1i64,
            "text": (format!("1 dose, {times} times a day")),
            "timing": { "repeat": { "frequency": times, "period": 1i64, "periodUnit": "d" } },
            "asNeededBoolean": false
        }]
    });
    chart.put(&link, body);
    claim::of_prescription(chart, case, visit, &link, medication);
}
