//! Procedure.

use crate::chart::{Chart, Link, add};
use crate::codes::procedures::Procedure;
use crate::codes::{Code, SNOMED};
use crate::visit::{Case, Visit};
use fhir::json;

/// Writes what was done at a visit, and why.
pub(crate) fn put(
    chart: &mut Chart,
    case: &Case<'_>,
    visit: &Visit,
    (code, minutes): &Procedure,
    reason: Option<(&Link, Code)>,
) {
    let start = visit.at.plus_minutes(chart.random.between(5, 15));
    let practitioner = &case.practice.practitioners[visit.practitioner];
    let link = chart.link("Procedure");
    let mut body = json!({
        "resourceType": "Procedure",
        "status": "completed",
        "code": (code.concept(SNOMED)),
        "subject": (chart.named(&case.patient, &case.name)),
        "encounter": (chart.reference(&visit.encounter)),
        "performedPeriod": { "start": (start.date_time()), "end": (start.plus_minutes(*minutes).date_time()) },
        "performer": [{ "actor": (chart.named(&practitioner.link, &practitioner.name)) }]
    });
    let reason = reason.map(|(condition, code)| json!([(chart.named(condition, code.display))]));
    add(&mut body, "reasonReference", reason);
    chart.put(&link, body);
}
