//! Condition.

use crate::chart::{Chart, Link, add};
use crate::codes::{Code, ICD10, SNOMED, terminology};
use crate::moment::{Moment, TODAY};
use crate::visit::{Case, Visit};
use fhir::json;

/// Writes a Condition that a visit found. It ends when `until` is not in the future.
pub(crate) fn put(
    chart: &mut Chart,
    case: &Case<'_>,
    visit: &Visit,
    link: &Link,
    (code, icd): (Code, &str),
    until: Option<Moment>,
) {
    let until = until.filter(|until| *until <= case.person.death.unwrap_or(TODAY));
    let status = if until.is_some() { ("resolved", "Resolved") } else { ("active", "Active") };
    let practitioner = &case.practice.practitioners[visit.practitioner];
    let mut body = json!({
        "resourceType": "Condition",
        "clinicalStatus": (terminology("condition-clinical", status.0, status.1)),
        "verificationStatus": (terminology("condition-ver-status", "confirmed", "Confirmed")),
        "category": [(terminology("condition-category", "encounter-diagnosis", "Encounter Diagnosis"))],
        "code": {
            "coding": [(code.coding(SNOMED)), { "system": ICD10, "code": icd }], "text": (code.display)
        },
        "subject": (chart.named(&case.patient, &case.name)),
        "encounter": (chart.reference(&visit.encounter)),
        "onsetDateTime": (visit.at.date_time()),
        "recordedDate": (visit.at.date_time()),
        "recorder": (chart.reference(&practitioner.link))
    });
    add(&mut body, "abatementDateTime", until.map(|until| until.date_time().into()));
    chart.put(link, body);
}
