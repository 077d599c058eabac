//! Immunization.

use crate::chart::Chart;
use crate::codes::{CVX, Code};
use crate::visit::{Case, Visit};
use fhir::json;

/// Writes a vaccination.
pub(crate) fn put(chart: &mut Chart, case: &Case<'_>, visit: &Visit, vaccine: Code) {
    let lot = format!("{}-{}", chart.random.digits(4), chart.random.digits(3));
    let practitioner = &case.practice.practitioners[visit.practitioner];
    let location = &case.practice.locations[visit.practitioner % case.practice.locations.len()];
    let link = chart.link("Immunization");
    let body = json!({
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": (vaccine.concept(CVX)),
        "patient": (chart.named(&case.patient, &case.name)),
        "encounter": (chart.reference(&visit.encounter)),
        "occurrenceDateTime": (visit.at.plus_minutes(15).date_time()),
        "primarySource": true,
        "location": (chart.reference(location)),
        "lotNumber": lot,
        "performer": [{ "actor": (chart.reference(&practitioner.link)) }]
    });
    chart.put(&link, body);
}
