//! The elements of Appointment (Appointment.json, `elements`).

use crate::contract::{ElementFact, ExtensionFact, WRITES, element, extension};
use interactions::Interaction;

/// The vendor's `note-id`.
pub const NOTE_ID: &str = "http://schemas.canvasmedical.com/fhir/extensions/note-id";

/// The statuses that a client may write, and the one that it only reads.
pub const STATUSES: &[&str] = &[
    "arrived",
    "booked",
    "cancelled",
    "checked-in",
    "fulfilled",
    "noshow",
    "pending",
    "proposed",
    "entered-in-error",
];

/// The id that the contained Endpoint is stored and read with.
pub const ENDPOINT_ID: &str = "appointment-meeting-endpoint-0";

/// The elements, in the order in which they are read.
pub const ELEMENTS: &[ElementFact] = &[
    element("id", "id")
        .required_on(&[Interaction::Update])
        .ignored_on(&[Interaction::Create])
        .read_only()
        .format("UUID with hyphens")
        .note("the id in the URL is enough"),
    element("contained", "Endpoint").list().note("the meeting link of a telehealth appointment; at most one"),
    element("contained.resourceType", "code").required().one_of(&["Endpoint"]),
    element("contained.id", "string").required().note("any id that supportingInformation refers to; read back as appointment-meeting-endpoint-0"),
    element("contained.status", "code").ignored_on(WRITES).one_of(&["active"]),
    element("contained.connectionType", "Coding").ignored_on(WRITES).note("{} is accepted"),
    element("contained.connectionType.code", "code").ignored_on(WRITES).one_of(&["https"]),
    element("contained.payloadType", "CodeableConcept").list().ignored_on(WRITES).note("[] and [{\"coding\":[]}] are accepted"),
    element("contained.payloadType.coding", "Coding").list().ignored_on(WRITES),
    element("contained.payloadType.coding.code", "code").ignored_on(WRITES).one_of(&["video-call"]),
    element("contained.address", "url").required().note("the meeting link"),
    element("extension", "Extension").list().ignored_on(WRITES),
    element("identifier", "Identifier").list().note("ids of other systems"),
    element("identifier.id", "string").ignored_on(&[Interaction::Create]).note("issued by the server; on update it selects the stored entry"),
    element("identifier.use", "code").one_of(&["usual", "official", "temp", "secondary", "old"]).default("usual"),
    element("identifier.system", "uri"),
    element("identifier.value", "string"),
    element("identifier.assigner", "Reference").write_only(),
    element("identifier.assigner.display", "string").write_only().note("the organisation; when absent, identifier.system"),
    element("identifier.period", "Period"),
    element("identifier.period.start", "dateTime").default("1970-01-01"),
    element("identifier.period.end", "dateTime").default("2100-12-31"),
    element("status", "code").required().one_of(STATUSES).note("entered-in-error is only read"),
    element("appointmentType", "CodeableConcept").note("when absent on create, the clinic's default type; on update it is kept, but must be sent for an event type that does not require a patient"),
    element("appointmentType.coding", "Coding").list().note("one"),
    element("appointmentType.coding.system", "uri"),
    element("appointmentType.coding.code", "code").note("with its system, one of the clinic's appointment types that may be scheduled"),
    element("appointmentType.coding.display", "string").ignored_on(WRITES).note("read: the type's display"),
    element("reasonCode", "CodeableConcept").list().note("the reason for visit; only the first is used"),
    element("reasonCode.coding", "Coding").list().note("a structured reason; leave it out for free text"),
    element("reasonCode.coding.system", "uri").ignored_on(WRITES),
    element("reasonCode.coding.code", "code").note("coding[0].code is looked up among the clinic's reasons for visit"),
    element("reasonCode.coding.display", "string").ignored_on(WRITES),
    element("reasonCode.coding.userSelected", "boolean").ignored_on(WRITES).note("read: whether the reason is in use"),
    element("reasonCode.text", "string").default("No description given").note("the default holds on create when neither reasonCode nor description is sent"),
    element("description", "string").note("read: the same as reasonCode.text"),
    element("supportingInformation", "Reference").list().required().note("the Location and the link to the contained Endpoint; the others are the server's"),
    element("supportingInformation.reference", "string").required().format("Location/{id} | #appointment-meeting-endpoint-0 | Appointment/{id} | Encounter/{id}").note("on create and update also the legacy Location/{location key}"),
    element("supportingInformation.type", "uri").one_of(&["Location", "Endpoint", "Encounter", "Appointment"]),
    element("supportingInformation.display", "string").ignored_on(WRITES).one_of(&[
        "Previously Rescheduled Appointment",
        "Rescheduled Replacement Appointment",
        "Co-scheduled Appointment",
    ]),
    element("start", "instant").required().format("YYYY-MM-DDThh:mm[:ss[.sss]][Z|+hh:mm]").note("read with the offset +00:00"),
    element("end", "instant").required().format("YYYY-MM-DDThh:mm[:ss[.sss]][Z|+hh:mm]"),
    element("participant", "BackboneElement").list().required().note("one Practitioner, and one Patient when the type allows or requires it"),
    element("participant.actor", "Reference").required(),
    element("participant.actor.reference", "string").required().format("Practitioner/{id} | Patient/{id}"),
    element("participant.actor.type", "uri").one_of(&["Practitioner", "Patient"]).note("filled in on read"),
    element("participant.status", "code").required().one_of(&["accepted"]).note("not stored: read back as accepted"),
];

/// The extensions.
pub const EXTENSIONS: &[ExtensionFact] = &[extension("Appointment", NOTE_ID, "valueId")
    .read_only()
    .note("not shown: the Note API is not served, and an id that leads nowhere helps nobody")];
