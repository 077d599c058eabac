//! Encounter.

use crate::chart::{Chart, Link, add};
use crate::codes::{Code, ICD10, SNOMED, terminology};
use crate::visit::{Case, Visit};
use fhir::json;

/// Writes the Encounter of a visit, with the condition that is its reason.
pub(crate) fn put(chart: &mut Chart, case: &Case<'_>, visit: &Visit, reason: Option<(&Link, Code, &str)>) {
    let class = visit.kind.class();
    let (start, end) = (visit.at.date_time(), visit.end().date_time());
    let practitioner = &case.practice.practitioners[visit.practitioner];
    let location = &case.practice.locations[visit.practitioner % case.practice.locations.len()];
    let serial = chart.random.digits(10);
    let mut body = json!({
        "resourceType": "Encounter",
        "identifier": [{ "use": "official", "system": "http://example.org/synthetic/encounter", "value": serial }],
        "status": "finished",
        "class": (class.coding("http://terminology.hl7.org/CodeSystem/v3-ActCode")),
        "type": [(visit.kind.code().concept(SNOMED))],
        "subject": (chart.named(&case.patient, &case.name)),
        "participant": [{
            "type": [(terminology("v3-ParticipationType", "PPRF", "primary performer"))],
            "period": { "start": (start.clone()), "end": (end.clone()) },
            "individual": (chart.named(&practitioner.link, &practitioner.name))
        }],
        "period": { "start": start, "end": end }
    });
    if let Some((condition, code, icd)) = reason {
        let mut concept = code.concept(SNOMED);
        let coded = vec![code.coding(SNOMED), json!({ "system": ICD10, "code": icd })];
        add(&mut concept, "coding", Some(coded.into()));
        add(&mut body, "reasonCode", Some(vec![concept].into()));
        let diagnosis = json!([{ "condition": (chart.reference(condition)), "rank": 1i64 }]);
        add(&mut body, "diagnosis", Some(diagnosis));
    }
    add(&mut body, "location", Some(json!([{ "location": (chart.reference(location)) }])));
    add(&mut body, "serviceProvider", Some(chart.reference(&case.practice.organization)));
    chart.put(&visit.encounter, body);
}
