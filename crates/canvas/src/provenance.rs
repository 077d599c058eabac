//! Provenance (Provenance.json): one for each create and update of what the vendor tracks, stored in the same write.

use crate::contract::Contract;
use fhir::{Json, Object, Reference, ResourceType, json};
use interactions::{Interaction, Refusal, State, Unit};

/// The organization for which everything is recorded (a constant of the vendor's).
pub const ORGANIZATION: &str = "Organization/00000000-0000-0000-0002-000000000000";
/// What it is called.
pub const ORGANIZATION_NAME: &str = "Canvas Medical";
/// The extension by which a Provenance says whose record it is about: that of R5's `Provenance.patient`.
pub const PATIENT: &str = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Provenance.patient";

const PARTICIPANT_TYPE: &str = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
const DATA_OPERATION: &str = "http://terminology.hl7.org/CodeSystem/v3-DataOperation";

/// Stores the Provenance of a create or update that has just stored `resource` under `id`. Nothing for types that the
/// vendor does not track.
///
/// # Errors
///
/// The store's failures.
pub fn record(
    unit: &mut Unit<'_>,
    contract: &Contract,
    interaction: Interaction,
    id: &str,
    resource: &Object,
) -> Result<(), Refusal> {
    let Some(authors) = contract.authors else { return Ok(()) };
    let provenance = provenance(contract, authors, interaction, id, resource, unit.now());
    let prepared = unit.prepare(ResourceType::PROVENANCE, &uuid::Uuid::new_v4().to_string(), provenance);
    unit.put(State::Absent, &prepared)?;
    Ok(())
}

/// What storing a resource does: an update of what is not stored yet creates it.
pub fn done(before: &State) -> Interaction {
    match before {
        State::Present(_) => Interaction::Update,
        State::Absent | State::Deleted(_) => Interaction::Create,
    }
}

fn provenance(
    contract: &Contract,
    authors: &[&str],
    interaction: Interaction,
    id: &str,
    resource: &Object,
    now: i64,
) -> Json {
    let activity = if interaction == Interaction::Create { "CREATE" } else { "UPDATE" };
    let target = format!("{}/{id}", contract.name);
    let mut provenance = json!({
        "resourceType": "Provenance",
        "target": [{ "reference": (target.as_str()), "type": (contract.name) }],
        "recorded": (fhir::datetime::instant(now)),
        "activity": { "coding": [{ "system": DATA_OPERATION, "code": activity }] },
        "agent": [(agent(authors, resource))]
    });
    let patient = match contract.resource_type {
        ResourceType::PATIENT => Some(target),
        _ => ["patient", "subject"].into_iter().find_map(|name| {
            let reference = resource.get(name)?.str("reference")?;
            reference.starts_with("Patient/").then(|| reference.to_owned())
        }),
    };
    if let (Some(patient), Some(provenance)) = (patient, provenance.as_object_mut()) {
        let patient = json!({ "url": PATIENT, "valueReference": { "reference": patient } });
        provenance.insert_at(1, "extension", vec![patient]);
    }
    provenance
}

/// The record's author; with none, the organization as composer.
fn agent(authors: &[&str], resource: &Object) -> Json {
    let author = authors.iter().find_map(|path| practitioner(resource, path));
    let (code, display, who) = match author {
        Some(reference) => ("author", "Author", json!({ "reference": reference, "type": "Practitioner" })),
        None => (
            "composer",
            "Composer",
            json!({ "reference": ORGANIZATION, "type": "Organization", "display": ORGANIZATION_NAME }),
        ),
    };
    json!({
        "type": { "coding": [{ "system": PARTICIPANT_TYPE, "code": code, "display": display }] },
        "who": who,
        "onBehalfOf": { "reference": ORGANIZATION, "type": "Organization" }
    })
}

/// The practitioner that the first Reference at `path` (`recorder`, `performer.actor`) leads to.
fn practitioner<'a>(resource: &'a Object, path: &str) -> Option<&'a str> {
    let mut steps = path.split('.');
    let mut here = resource.get(steps.next()?)?;
    loop {
        if let Json::Array(items) = here {
            here = items.first()?;
        }
        match steps.next() {
            Some(step) => here = here.get(step)?,
            None => break,
        }
    }
    let reference = here.str("reference")?;
    let is_practitioner = |reference: &Reference<'_>| {
        matches!(reference, Reference::Local { resource_type: ResourceType::PRACTITIONER, .. })
    };
    Reference::local(reference).filter(is_practitioner).map(|_| reference)
}
