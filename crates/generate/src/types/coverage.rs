//! Who pays: Coverage.

use crate::chart::Chart;
use crate::codes::terminology;
use crate::visit::Case;
use fhir::json;

/// Writes the Coverage of a patient.
pub(crate) fn put(chart: &mut Chart, case: &Case<'_>) {
    let (from, _) = case.person.recorded();
    let (member, group) = (chart.random.digits(9), format!("G{}", chart.random.digits(5)));
    let body = json!({
        "resourceType": "Coverage",
        "identifier": [{ "system": "http://example.org/synthetic/member", "value": (format!("M{member}")) }],
        "status": "active",
        "type": (terminology("v3-ActCode", "EHCPOL", "extended healthcare")),
        "subscriber": (chart.reference(&case.patient)),
        "subscriberId": (format!("M{member}")),
        "beneficiary": (chart.named(&case.patient, &case.name)),
        "relationship": (terminology("subscriber-relationship", "self", "Self")),
        "period": { "start": (from.date()) },
        "payor": [(chart.reference(&case.practice.payer))],
        "class": [{ "type": (terminology("coverage-class", "group", "Group")), "value": group, "name": "Group plan" }]
    });
    chart.put(&case.coverage, body);
}
