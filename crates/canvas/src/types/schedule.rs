//! Schedule (Schedule.json): who sees patients where. Derived from PractitionerRoles, not stored.

use crate::canvas_type::CanvasType;
use crate::contract::{Contract, IdForm, SearchFacts, decision, element};
use crate::scheduling::schedules;
use crate::search::{Asked, Reading};
use crate::text::escaped;
use fhir::{Json, ResourceType, json};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Schedule;

/// What the vendor's page says of it.
pub static CONTRACT: Contract = Contract {
    is_stored: false,
    interactions: &[Interaction::SearchType],
    elements: &[
        element("id", "id").read_only().format("Location.{location key}-Staff.{practitioner id}"),
        element("text", "Narrative").read_only(),
        element("text.status", "code").read_only().one_of(&["generated"]),
        element("text.div", "xhtml")
            .read_only()
            .format("<div>{comment}</div>")
            .note("no xmlns in the examples"),
        element("actor", "Reference")
            .list()
            .read_only()
            .note("the practitioner; the location is only in the id and the comment"),
        element("actor.reference", "string").read_only().format("Practitioner/{id}"),
        element("actor.type", "uri").read_only().one_of(&["Practitioner"]),
        element("comment", "string")
            .read_only()
            .format("Schedule for {practitioner credentialed name} at {location}"),
    ],
    search: SearchFacts { parameters: &[], ..SearchFacts::NONE },
    indexed: schedules::INDEXED,
    behaviours: &[
        "not stored: one entry per practice location and practitioner; availability is kept separately per location",
        "takes no parameters and answers with the whole list in one bundle without links, by location key",
        "the id is what Slot search takes as its schedule parameter",
    ],
    decisions: DECISIONS,
    ..Contract::of(
        "Schedule",
        ResourceType::SCHEDULE,
        IdForm::Derived("Location.{location key}-Staff.{practitioner id}"),
    )
};

const DECISIONS: &[crate::contract::Decision] = &[
    decision(
        "which locations and practitioners have a Schedule",
        "one for each active Location and each schedulable Practitioner who has a PractitionerRole with availableTime there, or one without location, which counts for all of them; roles whose period is over don't count",
        "the page does not say who is listed; its sample looks like a cross product with a gap. A Schedule that can never have a Slot helps no client.",
    ),
    decision(
        "who is schedulable",
        "an active practitioner, unless all of the practitioner's roles are roles that clinic.toml marks schedulable = false",
        "the vendor hides non-schedulable staff without saying what makes them so",
    ),
    decision(
        "location keys",
        "Locations are numbered 1, 2, 3, … in the order in which they were first stored, at whichever door; a Location keeps its number for ever",
        "the page shows small integers and does not say where they come from; clients keep Schedule ids",
    ),
    decision(
        "credentialed name",
        "given names, family name and the credential: the name's suffix, else the code of a qualification from HL7's table of degrees, else a qualification's text other than License",
        "the page names the credentialed name without defining it",
    ),
];

impl CanvasType for Schedule {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn find(&self, asked: &Asked<'_>, reading: &mut Reading<'_>) -> Result<Option<Vec<Json>>, Refusal> {
        Ok(Some(schedules::all(reading, asked.now)?.iter().map(shown).collect()))
    }
}

fn shown(schedule: &schedules::Schedule) -> Json {
    let comment = schedule.comment.as_str();
    json!({
        "resourceType": "Schedule",
        "id": (schedule.id.to_string()),
        "text": { "status": "generated", "div": (format!("<div>{}</div>", escaped(comment))) },
        "actor": [{ "reference": (format!("Practitioner/{}", schedule.id.practitioner)), "type": "Practitioner" }],
        "comment": comment
    })
}
