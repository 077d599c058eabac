//! How appointments are searched (Appointment.json, `search`; capability.json).

use crate::contract::{Finds, ID_PARAMETER, ParameterFact, SearchFacts, SortBy, SortFact, parameter};
use crate::search::{Asked, Reading};
use fhir::definitions::SearchParameterType::{self, Date, Reference, Token};
use fhir::{Issue, ResourceType};
use interactions::Refusal;
use interactions::search::{Criterion, ExtraParameter, ParameterId, reference_criterion};

const PATIENT_TEXT: &str = "canvas-patient-text";
const PRACTITIONER_TEXT: &str = "canvas-practitioner-text";

/// What is indexed for it: what to sort by.
pub const INDEXED: &[ExtraParameter] = &[
    text(100, PATIENT_TEXT, "Appointment.participant.actor.where(resolve() is Patient).reference"),
    text(101, PRACTITIONER_TEXT, "Appointment.participant.actor.where(resolve() is Practitioner).reference"),
];

const fn text(number: u16, code: &'static str, expression: &'static str) -> ExtraParameter {
    ExtraParameter {
        number: ParameterId::FIRST_EXTRA + number,
        code,
        resource_type: ResourceType::APPOINTMENT,
        kind: SearchParameterType::String,
        expression,
        targets: &[],
    }
}

/// The search.
pub const SEARCH: SearchFacts = SearchFacts { sort: SORT, ..SearchFacts::by(PARAMETERS) };

const PARAMETERS: &[ParameterFact] = &[
    parameter("appointment-type", Token, Finds::Token("appointment-type"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Appointment-appointment-type")
        .note("code or system|code, e.g. http://snomed.info/sct|308335008"),
    parameter("date", Date, Finds::Date("date"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Appointment-date")
        .note("start; repeat it for a range"),
    parameter("identifier", Token, Finds::Token("identifier"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Appointment-identifier")
        .note("value or system|value"),
    parameter("location", Reference, Finds::By(at_location))
        .defined_by("http://hl7.org/fhir/SearchParameter/Appointment-location")
        .note("Location/{id}"),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Appointment-patient")
        .note("Patient/{id}"),
    parameter("practitioner", Reference, Finds::Reference("practitioner"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Appointment-practitioner")
        .note("Practitioner/{id}"),
    parameter("status", Token, Finds::Token("status"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Appointment-status")
        .one_of(&[
            "proposed",
            "pending",
            "booked",
            "arrived",
            "checked-in",
            "fulfilled",
            "noshow",
            "cancelled",
        ]),
    ID_PARAMETER,
];

const SORT: &[SortFact] = &[
    SortFact { name: "date", by: SortBy::Date("date") },
    SortFact { name: "patient", by: SortBy::Text(PATIENT_TEXT) },
    SortFact { name: "practitioner", by: SortBy::Text(PRACTITIONER_TEXT) },
];

/// At this door the location is supporting information; R4 clients put it among the participants. Ids, which are all that a
/// value may hold, have neither commas nor escapes.
fn at_location(_: &Asked<'_>, value: &str, reading: &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal> {
    let registry = &reading.engine.registry();
    let mut any = Vec::new();
    for one in value.split(',') {
        let location = if one.contains('/') { one.to_owned() } else { format!("Location/{one}") };
        for code in ["supporting-info", "location"] {
            let criterion = reference_criterion(registry, ResourceType::APPOINTMENT, code, &location);
            any.push(criterion.map_err(|issue| Refusal::invalid(vec![told_of_location(issue, code)]))?);
        }
    }
    Ok(vec![Criterion::Either(any)])
}

/// The client asked for `location`.
fn told_of_location(issue: Issue, code: &str) -> Issue {
    Issue { text: issue.text.replace(&format!("'{code}'"), "'location'"), ..issue }
}
