//! A stored encounter in the vendor's shape (Encounter.json, `behaviours`; examples).

use crate::note;
use crate::scheduling::names::credentialed;
use crate::search::Reading;
use crate::types::condition;
use fhir::{Json, Object, Reference, ResourceType, json};
use interactions::Refusal;
use interactions::search::{Query, reference_criterion};
use interactions::unit::stored_json;
use std::collections::HashSet;

/// Gives it the vendor's shape.
pub fn present(encounter: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
    let id = encounter.str("id").unwrap_or_default().to_owned();
    encounter.insert(
        "identifier",
        vec![json!({ "id": (id.as_str()), "system": "http://canvasmedical.com", "value": (id.as_str()) })],
    );
    if let Some(note) = note::id_of_encounter(encounter).map(str::to_owned) {
        note::show_id(encounter, &note);
    }
    if let Some(status) = encounter.str("status").and_then(status) {
        encounter.insert("status", status);
    }
    if encounter.str("status") == Some("planned") {
        encounter.remove("period");
        if is_called_off(encounter, reading)? {
            encounter.insert("status", "cancelled");
        }
    }
    if let Some(class) = encounter.get_mut("class").and_then(Json::as_object_mut) {
        class.insert("system", "https://www.hl7.org/fhir/v3/ActEncounterCode/vs.html");
    }
    let participants = participants(encounter, reading)?;
    encounter.insert("participant", participants);
    let reasons = reasons(encounter, &id, reading)?;
    encounter.insert("reasonReference", reasons);
    encounter.insert(
        "reasonCode",
        vec![concept("http://snomed.info/sct", "308335008", "Patient encounter procedure (procedure)")],
    );
    let disposition = concept("http://terminology.hl7.org/CodeSystem/discharge-disposition", "oth", "Other");
    encounter.insert("hospitalization", json!({ "dischargeDisposition": disposition }));
    Ok(())
}

/// Whether the appointment of a planned encounter, the last one where it was moved, does not take place.
fn is_called_off(encounter: &Object, reading: &mut Reading<'_>) -> Result<bool, Refusal> {
    let Some(id) = note::last_appointment(encounter) else { return Ok(false) };
    let found = reading.reader.resource(ResourceType::APPOINTMENT, id)?;
    let found = found.filter(|version| version.body.is_some());
    Ok(found
        .as_ref()
        .map(stored_json)
        .transpose()?
        .is_some_and(|appointment| note::is_called_off(&appointment)))
}

/// The vendor's status for one of R4's that the vendor does not have.
fn status(status: &str) -> Option<&'static str> {
    match status {
        "arrived" | "triaged" | "onleave" => Some("in-progress"),
        "entered-in-error" => Some("cancelled"),
        _ => None,
    }
}

fn concept(system: &str, code: &str, display: &str) -> Json {
    json!({ "coding": [{ "system": system, "code": code, "display": display }] })
}

/// The practitioners who take part, each with the period of the encounter.
fn participants(encounter: &Object, reading: &mut Reading<'_>) -> Result<Vec<Json>, Refusal> {
    let period: Object = ["start", "end"]
        .into_iter()
        .filter_map(|end| Some((end, encounter.get("period")?.get(end)?.clone())))
        .collect();
    let mut seen = HashSet::new();
    let mut shown = Vec::new();
    for individual in
        encounter.items("participant").iter().filter_map(|participant| participant.get("individual"))
    {
        let Some(Reference::Local { resource_type: ResourceType::PRACTITIONER, id, .. }) =
            individual.str("reference").and_then(Reference::local)
        else {
            continue;
        };
        if !seen.insert(id) {
            continue;
        }
        let found = reading.reader.resource(ResourceType::PRACTITIONER, id)?;
        let found = found.filter(|version| version.body.is_some());
        let name =
            found.as_ref().map(stored_json).transpose()?.map(|practitioner| credentialed(&practitioner));
        let mut individual = individual.as_object().cloned().unwrap_or_default();
        if let Some(name) = name {
            individual.insert("display", name);
        }
        let part =
            concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "PART", "Participation");
        let mut participant: Object = [("type", Json::from(vec![part]))].into_iter().collect();
        if !period.is_empty() {
            participant.insert("period", period.clone());
        }
        participant.insert("individual", individual);
        shown.push(participant.into());
    }
    Ok(shown)
}

/// The conditions that the encounter was about.
fn reasons(encounter: &Object, id: &str, reading: &mut Reading<'_>) -> Result<Vec<Json>, Refusal> {
    let diagnosed = encounter.items("diagnosis").iter().filter_map(|diagnosis| diagnosis.get("condition"));
    let said = encounter.items("reasonReference").iter().chain(diagnosed);
    let mut seen: HashSet<String> = HashSet::new();
    let mut ids: Vec<String> = Vec::new();
    for reference in said {
        if let Some(Reference::Local { resource_type: ResourceType::CONDITION, id, .. }) =
            reference.str("reference").and_then(Reference::local)
            && seen.insert(id.to_owned())
        {
            let found = reading.reader.resource(ResourceType::CONDITION, id)?;
            let found = found.filter(|version| version.body.is_some());
            if !found.as_ref().map(stored_json).transpose()?.is_some_and(|condition| is_mistaken(&condition))
            {
                ids.push(id.to_owned());
            }
        }
    }
    for id in conditions_of(id, reading)? {
        if seen.insert(id.clone()) {
            ids.push(id);
        }
    }
    let shown = |id: String| json!({ "reference": (format!("Condition/{id}")), "type": "Condition" });
    Ok(ids.into_iter().map(shown).collect())
}

/// The Conditions that say that they were found in the encounter.
fn conditions_of(id: &str, reading: &mut Reading<'_>) -> Result<Vec<String>, Refusal> {
    let registry = &reading.engine.registry();
    let value = format!("Encounter/{id}");
    let Ok(criterion) = reference_criterion(registry, ResourceType::CONDITION, "encounter", &value) else {
        return Ok(Vec::new());
    };
    let found = reading.reader.search(&Query::all(ResourceType::CONDITION).and(criterion))?;
    let mut ids = Vec::with_capacity(found.resources.len());
    for version in found.resources {
        if !is_mistaken(&stored_json(&version)?) {
            ids.push(version.id);
        }
    }
    Ok(ids)
}

/// Whether a Condition was entered in error.
fn is_mistaken(condition: &Json) -> bool {
    let mark = condition::CONTRACT.mark;
    condition.as_object().is_some_and(|condition| mark.is_some_and(|mark| mark.is_on(condition)))
}
