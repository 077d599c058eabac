//! CarePlan, CareTeam and Goal: what is meant to be done about a problem that stays, by whom, to what end.

use crate::chart::{Chart, Link, add};
use crate::codes::problems::Chronic;
use crate::codes::{SNOMED, code, terminology};
use crate::visit::{Case, Visit};
use fhir::json;

/// Writes all three; the Goal only where there is one.
pub(crate) fn put(chart: &mut Chart, case: &Case<'_>, visit: &Visit, problem: &Chronic, condition: &Link) {
    let team = care_team(chart, case, visit, condition, problem.code.display);
    let goal = problem.goal.map(|text| goal(chart, case, visit, condition, text));
    let name = problem.code.display;
    let activity = |code: &str, display: &str| {
        json!({ "detail": {
            "code": { "coding": [{ "system": SNOMED, "code": code, "display": display }], "text": display },
            "status": "in-progress"
        } })
    };
    let link = chart.link("CarePlan");
    let mut body = json!({
        "resourceType": "CarePlan",
        "text": { "status": "generated", "div": (format!(
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Care plan for {name}</p>\
             <ul><li>Self-monitoring</li><li>Healthy diet</li></ul></div>"
        )) },
        "status": "active",
        "intent": "plan",
        "category": [(code("736372004", "Discharge care plan").concept(SNOMED))],
        "title": (format!("Care plan for {name}")),
        "subject": (chart.named(&case.patient, &case.name)),
        "encounter": (chart.reference(&visit.encounter)),
        "period": { "start": (visit.at.date()) },
        "careTeam": [(chart.reference(&team))],
        "addresses": [(chart.named(condition, name))],
        "activity": [
            (activity("386453008", "Self-monitoring")),
            (activity("226234005", "Healthy diet"))
        ]
    });
    add(&mut body, "goal", goal.map(|goal| json!([(chart.reference(&goal))])));
    chart.put(&link, body);
}

fn care_team(chart: &mut Chart, case: &Case<'_>, visit: &Visit, condition: &Link, name: &str) -> Link {
    let practitioner = &case.practice.practitioners[visit.practitioner];
    let role = |code: &str, display: &str| json!([{ "coding": [{ "system": SNOMED, "code": code, "display": display }], "text": display }]);
    let link = chart.link("CareTeam");
    let body = json!({
        "resourceType": "CareTeam",
        "status": "active",
        "name": (format!("Care team for {name}")),
        "subject": (chart.named(&case.patient, &case.name)),
        "encounter": (chart.reference(&visit.encounter)),
        "period": { "start": (visit.at.date()) },
        "participant": [
            { "role": (role("116154003", "Patient")), "member": (chart.named(&case.patient, &case.name)) },
            {
                "role": (role("223366009", "Healthcare professional")),
                "member": (chart.named(&practitioner.link, &practitioner.name)),
                "onBehalfOf": (chart.reference(&case.practice.organization))
            }
        ],
        "reasonReference": [(chart.reference(condition))],
        "managingOrganization": [(chart.reference(&case.practice.organization))]
    });
    chart.put(&link, body);
    link
}

fn goal(chart: &mut Chart, case: &Case<'_>, visit: &Visit, condition: &Link, text: &str) -> Link {
    let link = chart.link("Goal");
    let body = json!({
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "achievementStatus": (terminology("goal-achievement", "in-progress", "In Progress")),
        "description": { "text": text },
        "subject": (chart.named(&case.patient, &case.name)),
        "startDate": (visit.at.date()),
        "target": [{ "dueDate": (visit.at.plus_days(365).date()) }],
        "addresses": [(chart.reference(condition))]
    });
    chart.put(&link, body);
    link
}
