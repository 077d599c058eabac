//! AllergyIntolerance.

use crate::chart::Chart;
use crate::codes::problems::ALLERGIES;
use crate::codes::{SNOMED, terminology};
use crate::visit::{Case, Visit};
use fhir::json;

/// Writes an allergy that a visit recorded.
pub(crate) fn put(chart: &mut Chart, case: &Case<'_>, visit: &Visit) {
    let (code, category, reaction) = chart.random.pick(&ALLERGIES);
    let severity = *chart.random.pick(&["mild", "mild", "moderate", "severe"]);
    let criticality = if severity == "severe" { "high" } else { "low" };
    let link = chart.link("AllergyIntolerance");
    let body = json!({
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": (terminology("allergyintolerance-clinical", "active", "Active")),
        "verificationStatus": (terminology("allergyintolerance-verification", "confirmed", "Confirmed")),
        "type": "allergy",
        "category": [(*category)],
        "criticality": criticality,
        "code": (code.concept(SNOMED)),
        "patient": (chart.named(&case.patient, &case.name)),
        "encounter": (chart.reference(&visit.encounter)),
        "recordedDate": (visit.at.date_time()),
        "reaction": [{ "manifestation": [(reaction.concept(SNOMED))], "severity": severity }]
    });
    chart.put(&link, body);
}
