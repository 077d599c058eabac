//! Appointment (<https://docs.canvasmedical.com/api/appointment/>).

mod body_rules;
mod elements;
mod endpoint;
mod identifiers;
mod parameters;
mod parts;
mod present;
mod reason;
mod rules;
mod settle;
mod store;
mod time;
mod write_rules;

use crate::canvas_type::CanvasType;
use crate::clinic::Clinic;
use crate::contract::{Contract, Decision, IdForm, decision};
use crate::references::Target;
use crate::scheduling::schedule_id::parse_key;
use crate::search::Reading;
use crate::sent::Sent;
use crate::write::Write;
use fhir::{Json, Object, ResourceType};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Appointment;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    elements: elements::ELEMENTS,
    extensions: elements::EXTENSIONS,
    search: parameters::SEARCH,
    indexed: parameters::INDEXED,
    rules: rules::RULES,
    minimal: r#"{"resourceType":"Appointment","status":"booked","supportingInformation":[{"reference":"Location/{demo-location}"}],"start":"2031-03-03T15:00:00Z","end":"2031-03-03T15:20:00Z","participant":[{"actor":{"reference":"Practitioner/{demo-practitioner}"},"status":"accepted"},{"actor":{"reference":"Patient/{demo-patient}"},"status":"accepted"}]}"#,
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("Appointment", ResourceType::APPOINTMENT, IdForm::Uuid)
};

const BEHAVIOURS: &[&str] = &[
    "create accepts every status but entered-in-error; a cancelled appointment is history and takes no time",
    "create does not require the time to be a free Slot: availability limits Slot search alone",
    "without appointmentType, create uses the clinic's default type",
    "with neither reasonCode nor description, create says No description given; update leaves the reason as it is",
    "update changes only what the body carries; omitted optional elements keep their stored value",
    "identifiers that are sent replace the stored ones whose period is not over; one with an id changes that entry",
    "a telehealth appointment without a link of its own shows the practitioner's personal meeting room",
    "a read shows supportingInformation as Location, Endpoint, Encounter, Appointment; participants as Practitioner, Patient",
    "an Encounter is shown once one refers to the appointment (Encounter.appointment, written at the R4 door)",
    "start and end are compared as instants, whatever their offset, and read back with +00:00",
];

const DECISIONS: &[Decision] = &[
    decision(
        "double booking",
        "Refused unless clinic.toml says double_booking = true, at both doors. Cancelled, noshow and entered-in-error appointments take no time; all others do, R4's waitlist with a start and an end included. A participant who declined is not held.",
        "ARCHITECTURE.md, against the vendor's default; the page does not say how statuses and events count.",
    ),
    decision(
        "An update that leaves practitioner, start and end as they are",
        "Is not refused for an overlap that it did not make.",
        "What was double booked while that was allowed can still be checked in or cancelled.",
    ),
    decision(
        "note-id",
        "Not shown.",
        "The Note API is not served yet; an id that leads nowhere helps no client.",
    ),
    decision(
        "start and end without an offset",
        "Taken in the clinic's zone.",
        "The format allows them; all other times without a zone are the clinic's.",
    ),
    decision(
        "start or end absent",
        "'start is required', and not the text on precision as well.",
        "Two rules name the case; one issue with the finer code is enough.",
    ),
    decision(
        "A reason for visit with a code in a clinic whose reasons are not structured",
        "Refused: the code does not exist.",
        "The setting is off by default at the vendor's, and then there are no codes.",
    ),
    decision(
        "Codes that are not in use any more, of types and of reasons",
        "Accepted.",
        "Deactivating a type does not stop programmatic use; reading a reason shows whether it is in use (userSelected).",
    ),
    decision(
        "reasonCode with a code and neither text nor description",
        "Has no text.",
        "The default text is for an appointment of which nothing was said.",
    ),
    decision(
        "Other entries of supportingInformation",
        "References to Encounters and Appointments must exist and are otherwise ignored on write, those to other types too; what is stored of them stays.",
        "They are derived; a client that writes back what it read must not fail.",
    ),
    decision(
        "A patient added to an event that has none",
        "Allowed; taking the patient away is not.",
        "The rule protects an appointment from moving to another patient.",
    ),
    decision(
        "The id of an identifier that matches no stored entry",
        "The entry is new and gets a fresh id.",
        "As with Patient.",
    ),
    decision(
        "_sort by patient and practitioner",
        "By the id of the resource that is referred to.",
        "The page does not say by what; an appointment holds no name.",
    ),
    decision(
        "An update of an appointment that is entered in error",
        "Is refused, as that of a cancelled one is (422).",
        "The page: it comes of deleting the note and is never written; restoring happens in the chart.",
    ),
    decision(
        "location",
        "Found in supportingInformation, and, for appointments of the R4 door, among the participants.",
        "At R4 the parameter looks at participants only.",
    ),
    decision(
        "Appointments of the R4 door with more participants",
        "One Practitioner and one Patient are shown; an update replaces those and keeps the others, but for a Location, in whose place the one that is sent stands.",
        "The vendor's shape has room for two.",
    ),
    decision(
        "A telehealth appointment written with the link of the practitioner's own meeting room",
        "Stores no link; a read shows the meeting room of its practitioner.",
        "A client that writes back what it read must not pin the room to the appointment.",
    ),
    decision(
        "Location/{location key}",
        "Accepted on write, stored as Location/{id}; a Location whose id is that number goes before.",
        "The legacy form has no end date yet.",
    ),
];

impl CanvasType for Appointment {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn normalise(&self, body: &mut Object, clinic: &Clinic) {
        time::normalise(body, clinic);
        endpoint::normalise(body);
        accept_active(body);
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        // Nothing is stored whose time could be compared with the time of the write.
        store::compose(sent.body, None, 0, sent.clinic)
    }

    fn merge(&self, stored: &Object, write: &Write<'_, '_>) -> Object {
        store::compose(write.sent.body, Some(stored), write.unit.now(), write.sent.clinic)
    }

    fn leaves_open(&self, target: &Target) -> bool {
        target.resource_type == ResourceType::LOCATION && parse_key(&target.id).is_some()
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        settle::settle(resource, write)
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        present::present(resource, reading)
    }
}

/// The vendor's migration guide suggests the participant status `active`, which R4 does not have.
fn accept_active(body: &mut Object) {
    let Some(Json::Array(participants)) = body.get_mut("participant") else { return };
    for participant in participants.iter_mut().filter_map(Json::as_object_mut) {
        if participant.str("status") == Some("active") {
            participant.insert("status", "accepted");
        }
    }
}
