//! CareTeam (<https://docs.canvasmedical.com/api/careteam/>): one for each patient and status of its members.
//!
//! The active team is the one with the patient's id; members of another status are in `{patient id}.{status}`. Every patient
//! has an active team, stored or not.

mod find;
mod members;
mod rules;

pub use find::with_member;

use crate::Clinic;
use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, IdForm, ParameterFact, SearchFacts, SortBy, decision, element,
    extension, parameter,
};
use crate::display;
use crate::search::{Asked, Reading};
use crate::stored::in_contract_order;
use crate::write::Write;
use fhir::definitions::SearchParameterType::{Reference, Token};
use fhir::{Json, Object, ResourceType, json};
use interactions::unit::stored_json;
use interactions::{Interaction, Refusal, State, Unit};

/// The type.
pub struct CareTeam;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-careteam"],
    elements: ELEMENTS,
    extensions: &[extension("CareTeam.participant", LEAD, "valueBoolean").note("always shown")],
    search: SearchFacts { order: &[(SortBy::Id, false)], ..SearchFacts::by(PARAMETERS) },
    rules: rules::RULES,
    // The page names no author.
    authors: Some(&[]),
    rules_the_id: true,
    minimal: r#"{"resourceType":"CareTeam","subject":{"reference":"Patient/{demo-patient}"},"participant":[{"role":[{"coding":[{"system":"http://snomed.info/sct","code":"453231000124104","display":"Primary care provider"}]}],"member":{"reference":"Practitioner/{demo-practitioner}"}}]}"#,
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("CareTeam", ResourceType::CARE_TEAM, IdForm::Hex32)
};

/// The extension that says who leads the team.
const LEAD: &str = "http://schemas.canvasmedical.com/fhir/extensions/careteam-lead";

const STATUSES: &[&str] = &["proposed", "active", "suspended", "inactive", "entered-in-error"];
const ON_UPDATE: &[Interaction] = &[Interaction::Update];

const ELEMENTS: &[ElementFact] = &[
    element("id", "id")
        .read_only()
        .format("{patient id}, for other members than active ones {patient id}.{status}"),
    element("status", "code").ignored_on(ON_UPDATE).one_of(STATUSES),
    element("name", "string").read_only().format("Care Team for {last name}, {first name}"),
    element("subject", "Reference").required_on(ON_UPDATE),
    element("subject.reference", "string").required_on(ON_UPDATE).format("Patient/{id}"),
    element("subject.type", "uri").one_of(&["Patient"]),
    element("subject.display", "string").read_only().format("{last name}, {first name}"),
    element("participant", "BackboneElement").list().note("left out or [] makes every member inactive"),
    element("participant.extension", "Extension").list(),
    element("participant.role", "CodeableConcept").list().required_on(ON_UPDATE).note("one"),
    element("participant.role.coding", "Coding").list().required_on(ON_UPDATE).note("a role of clinic.toml"),
    element("participant.role.coding.system", "uri").required_on(ON_UPDATE),
    element("participant.role.coding.code", "code").required_on(ON_UPDATE),
    element("participant.role.coding.display", "string").required_on(ON_UPDATE),
    element("participant.member", "Reference").required_on(ON_UPDATE),
    element("participant.member.reference", "string").required_on(ON_UPDATE).format("Practitioner/{id}"),
    element("participant.member.type", "uri").one_of(&["Practitioner"]),
    element("participant.member.display", "string").read_only(),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("participant", Reference, Finds::Reference("participant"))
        .defined_by("http://hl7.org/fhir/SearchParameter/CareTeam-participant")
        .note("Practitioner/{id}"),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    parameter("status", Token, Finds::Token("status"))
        .defined_by("http://hl7.org/fhir/SearchParameter/CareTeam-status")
        .one_of(STATUSES)
        .note("without it the teams of every status are found"),
];

const BEHAVIOURS: &[&str] = &[
    "Every patient has an active team, whose id is the patient's; there is no create.",
    "update makes those who are listed the active members; active ones who are not listed become inactive, all of them when participant is left out or [].",
    "Where no participant says who leads, who led before still does.",
    "Members of another status are read under {patient id}.{status}.",
    "A search finds an entry for each patient and status.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "participant.role",
        "Is stored with the display of clinic.toml, and without the text that was sent.",
        "The role is the clinic's; a client must not call it otherwise.",
    ),
    decision(
        "name, subject.display",
        "{last name}, {first name}.",
        "The table has it so; the examples, which have it otherwise, rank lower.",
    ),
    decision(
        "status of an update",
        "May be missing and has no effect.",
        "The table leaves it out of updates; the older migration guide requires it.",
    ),
    decision(
        "total",
        "Counts entries.",
        "Elsewhere it is the number of matches; the one example that has it otherwise would break paging.",
    ),
    decision(
        "Teams that nobody was ever on",
        "Are read, and found by their patient. Searches without patient leave them out.",
        "They say nothing but that there are patients.",
    ),
    decision(
        "Teams of other statuses without members",
        "Do not exist: 404.",
        "They are groups of members. The active team exists without any.",
    ),
    decision(
        "Update of {patient id}.{status}",
        "422: the subject is not the id of the URL.",
        "An update sets the active members; the others follow from it.",
    ),
    decision(
        "External members",
        "Are practitioners like others. Members of another type that the R4 door stored are shown, and an update may keep them.",
        "The form in which the vendor shows and takes them is not known.",
    ),
    decision(
        "One practitioner, one role",
        "A practitioner who is listed twice is refused, with one role or two; so is a participant with two roles.",
        "The vendor's guide has a member once per patient.",
    ),
    decision(
        "If-Unmodified-Since",
        "Of a team that is not stored, the patient's time counts; of any other, its own, also when the R4 door emptied it.",
        "The vendor falls back to the patient where it knows no time of the team.",
    ),
    decision(
        "Teams that the R4 door stored under other ids",
        "Are shown as they are; a search by patient finds the patient's own beside them unless one of them is active.",
        "What is known of a patient's team must not be hidden by an empty one.",
    ),
];

impl CanvasType for CareTeam {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn normalise(&self, body: &mut Object, _clinic: &Clinic) {
        if body.get("participant").and_then(Json::as_array).is_some_and(|all| all.is_empty()) {
            body.remove("participant");
        }
    }

    fn merge(&self, stored: &Object, write: &Write<'_, '_>) -> Object {
        let mut team = stored.clone();
        team.insert("status", "active");
        team.insert("subject", subject(write.id));
        members::set(&mut team, members::active(stored, write.sent.body, write.sent.clinic));
        in_contract_order(&CONTRACT, team)
    }

    fn unstored(&self, id: &str, unit: &mut Unit<'_>) -> Result<Option<Object>, Refusal> {
        Ok(unit.resource(ResourceType::PATIENT, id)?.map(|_| empty(id)))
    }

    fn dated_as(&self, id: &str, unit: &mut Unit<'_>) -> Result<State, Refusal> {
        unit.state(ResourceType::PATIENT, id)
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        members::move_others(resource, write)?;
        Ok(None)
    }

    fn present(&self, team: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        let patient = team.get("subject").and_then(|subject| subject.str("reference")).map(str::to_owned);
        let patient = patient.as_deref().and_then(|reference| reference.strip_prefix("Patient/"));
        if let Some(name) = patient.map(|id| name_of(id, reading)).transpose()?.flatten() {
            team.insert("name", format!("Care Team for {name}"));
            if let Some(subject) = team.get_mut("subject").and_then(Json::as_object_mut) {
                subject.insert("type", "Patient");
                subject.insert("display", name);
            }
        }
        if let Some(Json::Array(participants)) = team.get_mut("participant") {
            for participant in participants.iter_mut().filter_map(Json::as_object_mut) {
                members::show_lead(participant);
                display::add(participant.get_mut("member"), reading)?;
            }
        }
        *team = in_contract_order(&CONTRACT, std::mem::take(team));
        Ok(())
    }

    fn looks_up<'a>(&self, team: &'a Object) -> Option<Vec<&'a str>> {
        let subject = team.get("subject").and_then(|subject| subject.str("reference"));
        let members = team.items("participant").iter().filter_map(members::member);
        Some(subject.into_iter().chain(members).collect())
    }

    fn find(&self, asked: &Asked<'_>, reading: &mut Reading<'_>) -> Result<Option<Vec<Json>>, Refusal> {
        find::of_patients(asked, reading)
    }

    fn get(&self, id: &str, reading: &mut Reading<'_>) -> Result<Option<Json>, Refusal> {
        if !find::is_patient(id, reading)? {
            return Ok(None);
        }
        let mut team = empty(id);
        self.present(&mut team, reading)?;
        Ok(Some(team.into()))
    }
}

/// The active team of a patient as it is before anybody is on it.
fn empty(patient: &str) -> Object {
    let members = [
        ("resourceType", Json::from("CareTeam")),
        ("id", Json::from(patient)),
        ("status", Json::from("active")),
        ("subject", subject(patient)),
    ];
    members.into_iter().collect()
}

fn subject(patient: &str) -> Json {
    json!({ "reference": (format!("Patient/{patient}")), "type": "Patient" })
}

/// What a patient is called here: `{last name}, {first name}`.
fn name_of(patient: &str, reading: &mut Reading<'_>) -> Result<Option<String>, Refusal> {
    let found = reading.reader.resource(ResourceType::PATIENT, patient)?;
    let Some(version) = found.filter(|version| version.body.is_some()) else { return Ok(None) };
    let patient = stored_json(&version)?;
    let names = patient.get("name").map(Json::items).unwrap_or_default();
    let official = names.iter().find(|name| name.str("use") == Some("official"));
    let Some(name) = official.or(names.first()) else { return Ok(None) };
    let first = name.get("given").map(Json::items).unwrap_or_default().first().and_then(Json::as_str);
    let parts: Vec<&str> = name.str("family").into_iter().chain(first).collect();
    Ok(match parts.is_empty() {
        true => name.str("text").map(str::to_owned),
        false => Some(parts.join(", ")),
    })
}
