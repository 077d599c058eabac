//! The rules of Appointment (Appointment.json, `rules`), in the order of the facts; those that are not the vendor's last.

use super::{body_rules as body, write_rules as write};
use crate::rule::{Check, Rule, remove, rule, set};
use crate::scheduling::NO_LONGER_AVAILABLE;
use fhir::IssueCode::{self, BusinessRule, Required, Value};
use interactions::Interaction;

const ON_UPDATE: &[Interaction] = &[Interaction::Update];

/// Types of the demo clinic, for examples.
const UNKNOWN_TYPE: &str = r#"{"coding":[{"system":"http://snomed.info/sct","code":"185418009"}]}"#;
const CHART_REVIEW: &str = r#"{"coding":[{"system":"INTERNAL","code":"CHART_REVIEW"}]}"#;
const TEAM_MEETING: &str = r#"{"coding":[{"system":"INTERNAL","code":"TEAM_MEETING"}]}"#;
const OUT_OF_OFFICE: &str = r#"{"coding":[{"system":"INTERNAL","code":"OUT_OF_OFFICE"}]}"#;
const TELEMEDICINE: &str = r#"{"coding":[{"system":"http://snomed.info/sct","code":"448337001"}]}"#;

/// An Endpoint, and how it is referred to.
const ENDPOINT: &str = r##"[{"resourceType":"Endpoint","id":"appointment-meeting-endpoint","status":"active","connectionType":{},"payloadType":[{"coding":[]}],"address":"https://url-for-video-chat.example.com?meeting=abc123"}]"##;
const LINK: &str = r##"{"reference":"#appointment-meeting-endpoint"}"##;

/// Whole lists of participants.
const PRACTITIONER_ONLY: &str =
    r#"[{"actor":{"reference":"Practitioner/{demo-practitioner}"},"status":"accepted"}]"#;
const PATIENT_ONLY: &str = r#"[{"actor":{"reference":"Patient/{demo-patient}"},"status":"accepted"}]"#;

/// The rules.
pub const RULES: &[Rule] = &[
    rule("appointment-type-exists", BusinessRule, "Appointment Type does not exist with code: {code} and system: {system}")
        .documented()
        .when("appointmentType.coding system+code matches no configured note/event type")
        .check(Check::Write(write::type_exists))
        .broken_by(
            &[set("appointmentType", UNKNOWN_TYPE)],
            "Appointment.appointmentType.coding[0].code",
            "Appointment Type does not exist with code: 185418009 and system: http://snomed.info/sct",
        )
        .kept_by(&[set("appointmentType", TELEMEDICINE)]),
    rule("appointment-type-scheduleable", BusinessRule, "Note type: {name} is not scheduleable")
        .documented()
        .when("matched note type is not flagged scheduleable")
        .check(Check::Write(write::type_is_scheduleable))
        .broken_by(
            &[set("appointmentType", CHART_REVIEW)],
            "Appointment.appointmentType.coding[0].code",
            "Note type: Chart Review is not scheduleable",
        )
        .kept_by(&[set("appointmentType", TELEMEDICINE)]),
    rule("appointment-reason-exists", BusinessRule, "structured reason for visit with code {code} does not exist")
        .documented()
        .when("reasonCode[0].coding[0].code is not a configured reason-for-visit coding, or the clinic's reasons are not structured")
        .check(Check::Write(write::reason_exists))
        .broken_by(
            &[set("reasonCode", r#"[{"coding":[{"system":"INTERNAL","code":"NOPE"}]}]"#)],
            "Appointment.reasonCode[0].coding[0].code",
            "structured reason for visit with code NOPE does not exist",
        )
        .kept_by(&[set("reasonCode", r#"[{"coding":[{"system":"INTERNAL","code":"INIV"}]}]"#)]),
    rule("appointment-reason-unique", BusinessRule, "structured reason for visit with code {code} is not unique")
        .when("reasonCode[0].coding[0].code matches more than one configured reason-for-visit coding")
        .check(Check::Write(write::reason_is_unique))
        .broken_by(
            &[set("reasonCode", r#"[{"coding":[{"system":"SNOMED","code":"162673000"}]}]"#)],
            "Appointment.reasonCode[0].coding[0].code",
            "structured reason for visit with code 162673000 is not unique",
        )
        .kept_by(&[set("reasonCode", r#"[{"coding":[{"code":"FUP"}]}]"#)]),
    rule("appointment-time-available", BusinessRule, NO_LONGER_AVAILABLE)
        .documented()
        .when("double booking disabled and the practitioner already has an appointment that takes a part of that time; cancelled, noshow and entered-in-error ones take none, and touching ends do not overlap")
        .check(Check::EveryDoor)
        .after(&[&[], &[set("start", r#""2031-03-03T16:00:00Z""#), set("end", r#""2031-03-03T16:20:00Z""#)]])
        .broken_by(
            &[set("start", r#""2031-03-03T07:10:00-08:00""#), set("end", r#""2031-03-03T07:40:00-08:00""#)],
            "",
            NO_LONGER_AVAILABLE,
        )
        .kept_by(&[set("start", r#""2031-03-03T15:20:00Z""#), set("end", r#""2031-03-03T16:00:00Z""#)]),
    rule("appointment-duration", BusinessRule, "Appointment duration must be greater than 0 minutes")
        .when("end minus start is not greater than 0 minutes")
        .check(Check::Write(write::has_duration))
        .broken_by(
            &[set("end", r#""2031-03-03T10:00:00-05:00""#)],
            "Appointment.end",
            "Appointment duration must be greater than 0 minutes",
        )
        .kept_by(&[set("end", r#""2031-03-03T10:01:00-05:00""#)]),
    rule("appointment-year", Value, "{element} must be before the year 9999")
        .when("start or end is in the year 9999, which not every time of can be represented")
        .check(Check::Body(body::years))
        .broken_by(
            &[set("end", r#""9999-12-31T23:59:59-07:00""#)],
            "Appointment.end",
            "end must be before the year 9999",
        )
        .kept_by(&[])
        .note("not the vendor's: its last hours lie beyond the times that can be told apart"),
    rule("appointment-time", Value, "{element} must be a date and time with at least minute precision")
        .when("start or end not a dateTime, or less precise than YYYY-MM-DDTHH:MM")
        .check(Check::Body(body::times))
        .broken_by(
            &[set("start", r#""2031-03-03""#)],
            "Appointment.start",
            "start must be a date and time with at least minute precision",
        )
        .kept_by(&[set("start", r#""2031-03-03T15:00Z""#)])
        .note("where start or end is absent, appointment-required says so"),
    rule("appointment-status-mistake", Value, "Appointment status entered-in-error is not accepted")
        .when("status is entered-in-error")
        .check(Check::Body(body::mistaken_status))
        .broken_by(
            &[set("status", r#""entered-in-error""#)],
            "Appointment.status",
            "Appointment status entered-in-error is not accepted",
        )
        .kept_by(&[set("status", r#""noshow""#)]),
    rule("appointment-status", Value, "Appointment status is not supported: {status}")
        .when("status outside the closed set")
        .check(Check::Listed(&["status"]))
        .broken_by(&[set("status", r#""waitlist""#)], "Appointment.status", "Appointment status is not supported: waitlist")
        .kept_by(&[set("status", r#""checked-in""#)]),
    Rule { on: ON_UPDATE, ..rule("appointment-stays-cancelled", BusinessRule, "{status} appointment cannot be updated to a different status") }
        .in_place_of("A cancelled appointment cannot be updated to a different status")
        .when("stored appointment is cancelled, or entered in error, and the body carries another status (it must first be reverted in the chart)")
        .check(Check::Write(write::stays_cancelled))
        .after(&[&[set("status", r#""cancelled""#)]])
        .broken_by(&[], "Appointment.status", "A cancelled appointment cannot be updated to a different status")
        .kept_by(&[set("status", r#""cancelled""#)]),
    Rule { on: ON_UPDATE, ..rule("appointment-event-type", Required, "appointmentType is required when updating an event that has no patient") }
        .when("stored appointment uses an event type that does not require a patient and appointmentType is omitted")
        .check(Check::Write(write::event_names_its_type))
        .after(&[&[set("appointmentType", OUT_OF_OFFICE)]])
        .broken_by(&[], "Appointment.appointmentType", "appointmentType is required when updating an event that has no patient")
        .kept_by(&[set("appointmentType", OUT_OF_OFFICE)]),
    rule("appointment-required", Required, "{element} is required")
        .when("a required element is absent: status, supportingInformation, supportingInformation.reference, start, end, participant, participant.actor, participant.actor.reference, participant.status")
        .check(Check::Required(&[
            "status",
            "supportingInformation",
            "supportingInformation.reference",
            "start",
            "end",
            "participant",
            "participant.actor",
            "participant.actor.reference",
            "participant.status",
        ]))
        .broken_by(&[remove("status")], "Appointment.status", "status is required")
        .kept_by(&[]),
    rule("appointment-practitioner", Required, "Appointment must have a Practitioner participant")
        .when("no participant references a Practitioner")
        .check(Check::Body(body::practitioner_is_there))
        .broken_by(
            &[set("participant", PATIENT_ONLY)],
            "Appointment.participant",
            "Appointment must have a Practitioner participant",
        )
        .kept_by(&[]),
    rule("appointment-patient-required", BusinessRule, "Appointment type {name} requires a Patient participant")
        .when("the type requires a patient and no participant references a Patient")
        .check(Check::Write(write::patient_is_there))
        .after(&[&[
            set("appointmentType", OUT_OF_OFFICE),
            set("participant", PRACTITIONER_ONLY),
            set("start", r#""2031-03-04T15:00:00Z""#),
            set("end", r#""2031-03-04T15:20:00Z""#),
        ]])
        .broken_by(
            &[set("participant", PRACTITIONER_ONLY), set("appointmentType", TELEMEDICINE)],
            "Appointment.participant",
            "Appointment type Telemedicine requires a Patient participant",
        )
        .kept_by(&[set("participant", PRACTITIONER_ONLY), set("appointmentType", OUT_OF_OFFICE)]),
    rule("appointment-patient-allowed", BusinessRule, "Appointment type {name} does not allow a Patient participant")
        .when("a Patient participant is given for a type that does not allow one")
        .check(Check::Write(write::patient_is_allowed))
        .broken_by(
            &[set("appointmentType", TEAM_MEETING)],
            "Appointment.participant[1].actor.reference",
            "Appointment type Team Meeting does not allow a Patient participant",
        )
        .kept_by(&[set("appointmentType", OUT_OF_OFFICE)]),
    rule("appointment-participant-type", Value, "participant.actor must reference a Practitioner or a Patient")
        .when("participant references neither Practitioner nor Patient")
        .check(Check::Body(body::participant_types))
        .broken_by(
            &[set("participant.1.actor.reference", r#""Location/{demo-location}""#)],
            "Appointment.participant[1].actor.reference",
            "participant.actor must reference a Practitioner or a Patient",
        )
        .kept_by(&[]),
    rule("appointment-contained", Value, "contained must hold exactly one Endpoint")
        .when("contained has more than one resource, or one that is not an Endpoint")
        .check(Check::Body(body::one_endpoint))
        .broken_by(
            &[
                set("contained", r#"[{"resourceType":"Basic","id":"appointment-meeting-endpoint","code":{"text":"x"}}]"#),
                set("supportingInformation.1", LINK),
            ],
            "Appointment.contained",
            "contained must hold exactly one Endpoint",
        )
        .kept_by(&[set("contained", ENDPOINT), set("supportingInformation.1", LINK)]),
    rule("appointment-endpoint", Required, "contained Endpoint requires id and address")
        .when("contained Endpoint lacks id or address")
        .check(Check::Body(body::endpoint_has_link))
        .broken_by(
            &[set("contained", ENDPOINT), set("supportingInformation.1", LINK), remove("contained.0.address")],
            "Appointment.contained[0].address",
            "contained Endpoint requires id and address",
        )
        .kept_by(&[set("contained", ENDPOINT), set("supportingInformation.1", LINK)]),
    rule("appointment-link", Value, "supportingInformation reference {reference} does not match a contained resource")
        .when("supportingInformation has a #fragment reference that matches no contained.id")
        .check(Check::Body(body::links))
        .broken_by(
            &[set("supportingInformation.1", LINK)],
            "Appointment.supportingInformation[1].reference",
            "supportingInformation reference #appointment-meeting-endpoint does not match a contained resource",
        )
        .kept_by(&[set("contained", ENDPOINT), set("supportingInformation.1", LINK)]),
    rule("appointment-location", Required, "supportingInformation must include a Location reference")
        .when("supportingInformation has no Location reference")
        .check(Check::Body(body::location_is_there))
        .broken_by(
            &[set("contained", ENDPOINT), set("supportingInformation.0", LINK)],
            "Appointment.supportingInformation",
            "supportingInformation must include a Location reference",
        )
        .kept_by(&[set("supportingInformation.0.reference", r#""Location/1""#)]),
    rule("appointment-wrapped", IssueCode::Structure, "Request body must be an Appointment resource")
        .when("body nests the resource under a top-level key named resource (old API form)")
        .check(Check::Envelope(body::wrapped))
        .broken_by(&[set("resource", "{}")], "", "Request body must be an Appointment resource")
        .kept_by(&[]),
    Rule { on: ON_UPDATE, ..rule("appointment-patient-stays", BusinessRule, "The patient of an appointment cannot be changed") }
        .when("the Patient participant differs from the stored one")
        .check(Check::Write(write::patient_stays))
        .broken_by(
            &[set("participant.1.actor.reference", r#""Patient/7162fd82487e4dc8aa2581ddbca91892""#)],
            "Appointment.participant",
            "The patient of an appointment cannot be changed",
        )
        .kept_by(&[])
        .note("correction path: cancel, then create for the right patient"),
    rule("appointment-one-of-each", Value, "participant must be one Practitioner and at most one Patient")
        .when("more than one participant references a Practitioner, or a Patient")
        .check(Check::Body(body::one_of_each))
        .broken_by(
            &[set("participant.2", r#"{"actor":{"reference":"Practitioner/55096fbcdfb240fd8c999c325304de03"},"status":"accepted"}"#)],
            "Appointment.participant[2]",
            "participant must be one Practitioner and at most one Patient",
        )
        .kept_by(&[])
        .note("not in the facts as a rule; they say so of the element"),
    rule("appointment-one-location", Value, "supportingInformation must include only one Location reference")
        .when("more than one entry references a Location")
        .check(Check::Body(body::one_location))
        .broken_by(
            &[set("supportingInformation.1", r#"{"reference":"Location/95b9ac2d-e963-4d7a-b165-7901870f1663"}"#)],
            "Appointment.supportingInformation[1].reference",
            "supportingInformation must include only one Location reference",
        )
        .kept_by(&[])
        .note("not in the facts: an appointment is at one place"),
    rule("appointment-one-type", Value, "appointmentType must have exactly one coding, with system and code")
        .when("appointmentType has no coding, several, or one without system or code")
        .check(Check::Body(body::one_type))
        .broken_by(
            &[set("appointmentType", r#"{"text":"Office Visit"}"#)],
            "Appointment.appointmentType.coding",
            "appointmentType must have exactly one coding, with system and code",
        )
        .kept_by(&[set("appointmentType", TELEMEDICINE)])
        .note("not in the facts as a rule; the migration guide asks for it"),
    rule("appointment-location-exists", IssueCode::NotFound, "'{reference}' does not exist")
        .when("a Location reference of the legacy form Location/{location key} names no location")
        .check(Check::Write(write::location_exists))
        .broken_by(
            &[set("supportingInformation.0.reference", r#""Location/99""#)],
            "Appointment.supportingInformation[0].reference",
            "'Location/99' does not exist",
        )
        .kept_by(&[set("supportingInformation.0.reference", r#""Location/2""#)])
        .note("not in the facts: every reference at this door must lead to something that exists"),
];
