//! Notes: what the records of one visit, or of one import, have in common.
//!
//! Encounters come from notes, so an encounter has one: that of its note-id extension, else one with the
//! encounter's own id. A note without an encounter (what an import lands in) is a Composition, stored in the same
//! write; its id is the note's. What a resource shows follows from its encounter, so all resources of one show the same.

use crate::clinic::Clinic;
use crate::contract::{Contract, NoteFact};
use crate::finding::Findings;
use crate::references::id_of;
use crate::search::{Reading, escaped};
use crate::sent::{Sent, extension};
use crate::write::Write;
use fhir::definitions::SearchParameterType;
use fhir::{Json, Object, Reference, ResourceType, json};
use interactions::search::{ExtraParameter, ParameterId, Query, token_criterion};
use interactions::unit::stored_json;
use interactions::{Engine, Refusal, State, Unit};

pub use crate::contract::NOTE_ID;

/// What is called so in the vendor's timeline.
const DATA_IMPORT: &str = "Data Import";

/// The parameter under which encounters are found by their note.
const INDEX: &str = "canvas-note";

/// What notes need indexed.
pub const INDEXED: &[ExtraParameter] = &[ExtraParameter {
    number: ParameterId::FIRST_EXTRA,
    code: INDEX,
    resource_type: ResourceType::ENCOUNTER,
    kind: SearchParameterType::Token,
    expression: "Encounter.extension.where(url = 'http://schemas.canvasmedical.com/fhir/extensions/note-id').value.ofType(id)",
    targets: &[],
}];

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: String,
    /// The id of its encounter, if it has one.
    pub encounter: Option<String>,
    /// Whose it is: `Patient/{id}`.
    patient: Option<String>,
    /// Whether records may still land in it: not when it is deleted or cancelled.
    is_open: bool,
}

impl Note {
    fn of_encounter(id: &str, encounter: &Object) -> Self {
        Note {
            id: id_of_encounter(encounter).unwrap_or(id).to_owned(),
            encounter: Some(id.to_owned()),
            patient: subject(encounter),
            is_open: !matches!(encounter.str("status"), Some("cancelled" | "entered-in-error")),
        }
    }

    fn of_composition(id: &str, composition: &Object) -> Self {
        Note {
            id: id.to_owned(),
            encounter: local(composition, "encounter").map(|(_, id)| id.to_owned()),
            patient: subject(composition),
            is_open: composition.str("status") != Some("entered-in-error"),
        }
    }
}

/// The note of a stored encounter: what its extension says, else its own id.
pub fn id_of_encounter(encounter: &Object) -> Option<&str> {
    extension(encounter, NOTE_ID).and_then(|note| note.str("valueId")).or_else(|| encounter.str("id"))
}

/// The id of the appointment of an encounter: the last, where it was moved.
pub fn last_appointment(encounter: &Object) -> Option<&str> {
    id_of(encounter.items("appointment").last(), ResourceType::APPOINTMENT)
}

/// Whether an appointment does not take place.
pub fn is_called_off(appointment: &Json) -> bool {
    matches!(appointment.str("status"), Some("cancelled" | "noshow" | "entered-in-error"))
}

/// The note of the encounter, if there is such an encounter.
fn of_encounter(unit: &mut Unit<'_>, id: &str) -> Result<Option<Note>, Refusal> {
    match unit.resource(ResourceType::ENCOUNTER, id)? {
        Some(Json::Object(encounter)) => note_of(unit, id, &encounter).map(Some),
        _ => Ok(None),
    }
}

/// The note of a stored encounter. A planned one is cancelled with its appointment.
fn note_of(unit: &mut Unit<'_>, id: &str, encounter: &Object) -> Result<Note, Refusal> {
    let mut note = Note::of_encounter(id, encounter);
    if let Some(appointment) =
        last_appointment(encounter).filter(|_| encounter.str("status") == Some("planned"))
    {
        let appointment = unit.resource(ResourceType::APPOINTMENT, appointment)?;
        note.is_open &= !appointment.is_some_and(|appointment| is_called_off(&appointment));
    }
    Ok(note)
}

/// The note with this id, if there is one.
///
/// # Errors
///
/// The store's failures.
pub fn find(unit: &mut Unit<'_>, engine: &Engine, id: &str) -> Result<Option<Note>, Refusal> {
    let composition = unit.resource(ResourceType::COMPOSITION, id)?;
    if let Some(composition) = composition.as_ref().and_then(Json::as_object) {
        return Ok(Some(Note::of_composition(id, composition)));
    }
    let criterion = token_criterion(&engine.registry(), ResourceType::ENCOUNTER, INDEX, &escaped(id));
    // The parameter and the form of the value are ours: a problem with them is a mistake of the program.
    let criterion = criterion.map_err(|issue| Refusal::failed(issue.text))?;
    let query = Query { limit: 1, ..Query::all(ResourceType::ENCOUNTER).and(criterion) };
    if let Some(version) = unit.search(&query)?.first() {
        let encounter = stored_json(version)?;
        return encounter.as_object().map(|encounter| note_of(unit, &version.id, encounter)).transpose();
    }
    // An encounter whose extension names another note is not the note of its own id.
    Ok(of_encounter(unit, id)?.filter(|note| note.id == id))
}

/// What a create names as its note.
struct Named {
    /// By the extension: where, and the id.
    by_id: Option<(String, String)>,
    /// By the encounter: where, and the encounter's id.
    by_encounter: Option<(String, String)>,
}

impl Named {
    fn of(sent: &Sent<'_>) -> Self {
        let Some(fact) = sent.contract.note else { return Named { by_id: None, by_encounter: None } };
        let by_id = sent.extensions(NOTE_ID).into_iter().find_map(|found| {
            let id = found.extension.str("valueId")?.to_owned();
            Some((format!("{}.valueId", found.expression), id))
        });
        let by_encounter = local(sent.body, fact.element)
            .filter(|(resource_type, _)| *resource_type == ResourceType::ENCOUNTER)
            .map(|(_, id)| (format!("{}.{}.reference", sent.root(), fact.element), id.to_owned()));
        Named { by_id, by_encounter }
    }
}

/// The notes that are named and exist, each with where it is named: by the extension, then by the encounter.
fn named(write: &mut Write<'_, '_>) -> Result<[Option<(String, Note)>; 2], Refusal> {
    let Named { by_id, by_encounter } = Named::of(&write.sent);
    let by_id = match by_id {
        Some((place, id)) => find(write.unit, write.engine, &id)?.map(|note| (place, note)),
        None => None,
    };
    let by_encounter = match by_encounter {
        Some((place, id)) => of_encounter(write.unit, &id)?.map(|note| (place, note)),
        None => None,
    };
    Ok([by_id, by_encounter])
}

/// Rule: what the note-id extension names is a note. (That the encounter exists is asked of all references.)
///
/// # Errors
///
/// The store's failures.
pub fn exists(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if let Some((place, id)) = Named::of(&write.sent).by_id
        && find(write.unit, write.engine, &id)?.is_none()
    {
        findings.add(&place, &[("id", &id)]);
    }
    Ok(())
}

/// Rule: extension and encounter name the same note.
///
/// # Errors
///
/// The store's failures.
pub fn agrees(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if let [Some((_, by_id)), Some((place, by_encounter))] = named(write)?
        && by_id.id != by_encounter.id
    {
        findings.add(&place, &[]);
    }
    Ok(())
}

/// Rule: the note is neither deleted nor cancelled.
///
/// # Errors
///
/// The store's failures.
pub fn is_open(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if let Some((place, note)) = named(write)?.into_iter().flatten().find(|(_, note)| !note.is_open) {
        findings.add(&place, &[("id", &note.id)]);
    }
    Ok(())
}

/// Rule: the note is of the patient whom the record is about.
///
/// # Errors
///
/// The store's failures.
pub fn is_the_patients(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let patient = patient(write.sent.body).map(str::to_owned);
    let is_other = |note: &Note| note.patient.is_some() && patient.is_some() && note.patient != patient;
    if let Some((place, note)) = named(write)?.into_iter().flatten().find(|(_, note)| is_other(note)) {
        findings.add(&place, &[("id", &note.id)]);
    }
    Ok(())
}

/// Before the write: gives a resource that names no note the id of a new one, which is returned.
pub fn draw(contract: &Contract, resource: &mut Object) -> Option<String> {
    let fact = contract.note?;
    if resource.contains(fact.element) || extension(resource, NOTE_ID).is_some() {
        return None;
    }
    let id = uuid::Uuid::new_v4().to_string();
    show_id(resource, &id);
    Some(id)
}

/// Inside the write, when the rules are kept: stores the note that was drawn, or names the encounter of the note
/// that the extension names. Returns the resource when that changes it.
///
/// # Errors
///
/// The store's failures.
pub fn land(
    write: &mut Write<'_, '_>,
    resource: &Object,
    drawn: Option<&str>,
) -> Result<Option<Object>, Refusal> {
    let Some(fact) = write.sent.contract.note else { return Ok(None) };
    if let Some(id) = drawn {
        let note = of_import(&fact, resource, write.unit.now(), write.sent.clinic);
        put(write, id, note)?;
        return Ok(None);
    }
    if resource.contains(fact.element) {
        return Ok(None);
    }
    let [Some((_, Note { encounter: Some(encounter), .. })), _] = named(write)? else { return Ok(None) };
    let mut landed = resource.clone();
    landed.insert(
        fact.element,
        json!({ "reference": (format!("Encounter/{encounter}")), "type": "Encounter" }),
    );
    Ok(Some(crate::stored::in_contract_order(write.sent.contract, landed)))
}

/// Inside the write: stores a new note for a resource that comes without one, and makes it name that note. For types
/// whose contract has no note since clients cannot name one. `reason` is the reason for the visit.
///
/// # Errors
///
/// The store's failures.
pub fn import(
    write: &mut Write<'_, '_>,
    fact: &NoteFact,
    resource: &mut Object,
    reason: Option<&str>,
) -> Result<(), Refusal> {
    let id = uuid::Uuid::new_v4().to_string();
    show_id(resource, &id);
    let mut note = of_import(fact, resource, write.unit.now(), write.sent.clinic);
    if let (Some(reason), Some(note)) = (reason, note.as_object_mut()) {
        let text = crate::catalogue::narrative(&crate::text::escaped(reason));
        note.insert("section", vec![json!({ "title": "Reason for visit", "text": text })]);
    }
    put(write, &id, note)
}

/// Puts a resource into the note and the encounter of another one, as far as that has them.
pub fn share(fact: &NoteFact, from: &Object, to: &mut Object) {
    if let Some(id) = extension(from, NOTE_ID).and_then(|note| note.str("valueId")) {
        show_id(to, id);
    }
    if let Some(encounter) = from.get(fact.element) {
        to.insert(fact.element, encounter.clone());
    }
}

fn put(write: &mut Write<'_, '_>, id: &str, note: Json) -> Result<(), Refusal> {
    let prepared = write.unit.prepare(ResourceType::COMPOSITION, id, note);
    write.unit.put(State::Absent, &prepared)?;
    Ok(())
}

/// The note of what comes without one.
fn of_import(fact: &NoteFact, resource: &Object, now: i64, clinic: &Clinic) -> Json {
    let note_type = fact.import_type.and_then(|(system, code)| clinic.appointment_type(system, code));
    let title = note_type.map_or(DATA_IMPORT, |known| known.display.as_str());
    let mut codings = vec![json!({ "system": "http://loinc.org", "code": "34109-9", "display": "Note" })];
    codings.extend(note_type.map(
        |known| json!({ "system": (known.system.as_str()), "code": (known.code.as_str()), "display": title }),
    ));
    let date = fact.dated_by.and_then(|element| resource.str(element)).map(str::to_owned);
    let mut note = json!({
        "resourceType": "Composition",
        "status": "final",
        "type": { "coding": codings, "text": title },
        "date": (date.unwrap_or_else(|| fhir::datetime::instant(now))),
        "author": [(clinic.automation_user_reference())],
        "title": title
    });
    if let (Some(patient), Some(note)) = (patient(resource), note.as_object_mut()) {
        note.insert("subject", json!({ "reference": patient, "type": "Patient" }));
    }
    note
}

/// The reference to the encounter that a read of `resource` looks up to show its note.
pub fn looked_up<'a>(contract: &Contract, resource: &'a Object) -> Option<&'a str> {
    reference(resource, contract.note?.element)
}

/// Shows the note of a stored resource: that of its encounter, else the one that it was stored with.
///
/// # Errors
///
/// The store's failures.
pub fn show(contract: &Contract, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
    let Some(fact) = contract.note else { return Ok(()) };
    let Some((ResourceType::ENCOUNTER, id)) = local(resource, fact.element) else { return Ok(()) };
    let found = reading.reader.resource(ResourceType::ENCOUNTER, id)?;
    let Some(version) = found.filter(|version| version.body.is_some()) else { return Ok(()) };
    let encounter = stored_json(&version)?;
    if let Some(note) = encounter.as_object().and_then(id_of_encounter) {
        show_id(resource, note);
    }
    Ok(())
}

/// Puts the note-id extension first among the extensions, in place of any that is there.
pub fn show_id(resource: &mut Object, id: &str) {
    let mut extensions = vec![json!({ "url": NOTE_ID, "valueId": id })];
    let others = resource.items("extension").iter();
    extensions.extend(others.filter(|extension| extension.str("url") != Some(NOTE_ID)).cloned());
    if resource.contains("extension") {
        resource.insert("extension", extensions);
    } else {
        let after = |name| resource.position(name).map(|position| position + 1);
        let position = after("id").or(after("resourceType")).unwrap_or(0);
        resource.insert_at(position, "extension", extensions);
    }
}

/// The patient of an encounter or composition: `Patient/{id}`.
fn subject(resource: &Object) -> Option<String> {
    id_of(resource.get("subject"), ResourceType::PATIENT).map(|id| format!("Patient/{id}"))
}

/// Whom a record is about: `Patient/{id}`.
fn patient(resource: &Object) -> Option<&str> {
    let patient = reference(resource, "patient").or_else(|| reference(resource, "subject"))?;
    patient.starts_with("Patient/").then_some(patient)
}

fn reference<'a>(resource: &'a Object, element: &str) -> Option<&'a str> {
    resource.get(element)?.str("reference")
}

fn local<'a>(resource: &'a Object, element: &str) -> Option<(ResourceType, &'a str)> {
    match Reference::local(reference(resource, element)?)? {
        Reference::Local { resource_type, id, .. } => Some((resource_type, id)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACT: NoteFact = NoteFact { element: "encounter", rules: &[], import_type: None, dated_by: None };

    #[test]
    fn an_import_lands_in_the_type_of_note_that_the_clinic_has_for_it() {
        let resource = json!({ "subject": { "reference": "Patient/1" }, "authored": "2024-05-06" });
        let resource = resource.as_object().unwrap();
        let clinic = Clinic::demo();
        let note = of_import(&FACT, resource, 0, &clinic);
        assert_eq!(
            (note.str("title"), note.str("date")),
            (Some("Data Import"), Some("1970-01-01T00:00:00.000Z"))
        );
        let fact = FACT.importing_as("INTERNAL", "CHART_REVIEW").dated_by("authored");
        let note = of_import(&fact, resource, 0, &clinic);
        assert_eq!((note.str("title"), note.str("date")), (Some("Chart Review"), Some("2024-05-06")));
        assert_eq!(note.at(&["type", "coding", "1", "code"]).and_then(Json::as_str), Some("CHART_REVIEW"));
        let fact = FACT.importing_as("Canvas", "VitalsImport");
        assert_eq!(of_import(&fact, resource, 0, &clinic).str("title"), Some("Data Import"));
    }
}
