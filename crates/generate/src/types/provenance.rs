//! Provenance.

use crate::chart::Chart;
use crate::codes::terminology;
use crate::moment::TODAY;
use crate::visit::Case;
use fhir::{Json, json};

/// Writes where a record comes from: of the Patient and of all Encounters, once they are written.
pub(crate) fn put(chart: &mut Chart, case: &Case<'_>, encounters: &[crate::chart::Link]) {
    let targets: Vec<Json> =
        [&case.patient].into_iter().chain(encounters).map(|link| chart.reference(link)).collect();
    let practitioner = &case.practice.practitioners[case.practitioner];
    let recorded = TODAY.instant(chart.random.between(0, 999));
    let link = chart.link("Provenance");
    let body = json!({
        "resourceType": "Provenance",
        "target": targets,
        "recorded": recorded,
        "agent": [
            {
                "type": (terminology("provenance-participant-type", "author", "Author")),
                "who": (chart.named(&practitioner.link, &practitioner.name)),
                "onBehalfOf": (chart.reference(&case.practice.organization))
            },
            {
                "type": (terminology("provenance-participant-type", "custodian", "Custodian")),
                "who": (chart.reference(&case.practice.organization))
            }
        ]
    });
    chart.put(&link, body);
}
