//! DiagnosticReport: panels of laboratory tests.

use super::observation;
use crate::chart::Chart;
use crate::codes::labs::Panel;
use crate::codes::{LOINC, terminology};
use crate::visit::{Case, Visit};
use fhir::{Json, json};

/// Writes the results of a panel and the report of them.
pub(crate) fn put(chart: &mut Chart, case: &Case<'_>, visit: &Visit, panel: &Panel, raised: f64) {
    let results: Vec<Json> = panel
        .labs
        .iter()
        .map(|lab| {
            let result = observation::lab(chart, case, visit, lab, raised);
            chart.named(&result, lab.code.display)
        })
        .collect();
    let reported = visit.at.plus_minutes(chart.random.between(60, 600));
    let issued = reported.instant(chart.random.between(0, 999));
    let link = chart.link("DiagnosticReport");
    let body = json!({
        "resourceType": "DiagnosticReport",
        "status": "final",
        "category": [(terminology("v2-0074", "LAB", "Laboratory"))],
        "code": (panel.code.concept(LOINC)),
        "subject": (chart.named(&case.patient, &case.name)),
        "encounter": (chart.reference(&visit.encounter)),
        "effectiveDateTime": (visit.at.date_time()),
        "issued": issued,
        "performer": [(chart.reference(&case.practice.organization))],
        "result": results
    });
    chart.put(&link, body);
}
