//! What an appointment must keep inside the write, where settings, store and stored version are at hand
//! (Appointment.json, `rules` with status 422).

use super::parts::{known_type, locations, participant, target, type_coding};
use super::settle::location_id;
use super::{reason, time};
use crate::clinic::{AppointmentType, PatientUse, TypeKind};
use crate::finding::Findings;
use crate::scheduling::schedule_id::parse_key;
use crate::write::Write;
use fhir::ResourceType;
use interactions::Refusal;

const TYPE_CODE: &str = "Appointment.appointmentType.coding[0].code";
const REASON_CODE: &str = "Appointment.reasonCode[0].coding[0].code";

/// The clinic's type that the appointment will have: that sent, else the stored one, else the default.
fn type_to_be<'w>(write: &Write<'w, '_>) -> Option<&'w AppointmentType> {
    let clinic = write.sent.clinic;
    if write.sent.body.contains("appointmentType") {
        return known_type(write.sent.body, clinic);
    }
    match write.stored {
        Some(stored) => known_type(stored, clinic),
        None => clinic.default_appointment_type(),
    }
}

/// The clinic has the type.
pub fn type_exists(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let sent = &write.sent;
    if let Some((system, code)) = type_coding(sent.body, sent.clinic)
        && sent.clinic.appointment_type(system, code).is_none()
    {
        findings.add(TYPE_CODE, &[("code", code), ("system", system)]);
    }
    Ok(())
}

/// The type may be scheduled.
pub fn type_is_scheduleable(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if let Some(known) = known_type(write.sent.body, write.sent.clinic).filter(|known| !known.scheduleable) {
        findings.add(TYPE_CODE, &[("name", &known.name)]);
    }
    Ok(())
}

/// The clinic has the reason.
pub fn reason_exists(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if let Some(code) = reason::code(write.sent.body)
        && write.sent.clinic.reasons_with_code(code).next().is_none()
    {
        findings.add(REASON_CODE, &[("code", code)]);
    }
    Ok(())
}

/// The clinic has it once.
pub fn reason_is_unique(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if let Some(code) = reason::code(write.sent.body)
        && write.sent.clinic.reasons_with_code(code).count() > 1
    {
        findings.add(REASON_CODE, &[("code", code)]);
    }
    Ok(())
}

/// It ends after it starts.
pub fn has_duration(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if time::milliseconds(write.sent.body, write.sent.clinic).is_some_and(|length| length <= 0) {
        findings.add("Appointment.end", &[]);
    }
    Ok(())
}

/// What is cancelled stays so, and what was deleted, which is read as entered-in-error.
pub fn stays_cancelled(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let stored = write.stored.and_then(|stored| stored.str("status"));
    let called = match stored {
        Some("cancelled") => "A cancelled",
        Some("entered-in-error") => "An entered-in-error",
        _ => return Ok(()),
    };
    if write.sent.body.str("status") != stored {
        findings.add("Appointment.status", &[("status", called)]);
    }
    Ok(())
}

/// An event that needs no patient says again what it is.
pub fn event_names_its_type(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let stored = write.stored.and_then(|stored| known_type(stored, write.sent.clinic));
    let is_such =
        stored.is_some_and(|known| known.kind == TypeKind::Event && known.patient != PatientUse::Required);
    if is_such && !write.sent.body.contains("appointmentType") {
        findings.add("Appointment.appointmentType", &[]);
    }
    Ok(())
}

/// The patient is there whom the type requires.
pub fn patient_is_there(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let patient = participant(write.sent.body, ResourceType::PATIENT);
    let required = type_to_be(write).filter(|known| known.patient == PatientUse::Required);
    if let (Some(known), None) = (required, patient) {
        findings.add("Appointment.participant", &[("name", &known.name)]);
    }
    Ok(())
}

/// No patient is there whom the type does not allow.
pub fn patient_is_allowed(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let Some(known) = type_to_be(write).filter(|known| known.patient == PatientUse::None) else {
        return Ok(());
    };
    let actors = write.sent.body.items("participant").iter().map(|participant| participant.get("actor"));
    for (index, actor) in actors.enumerate() {
        if matches!(actor.and_then(target), Some((ResourceType::PATIENT, _))) {
            findings
                .add(&format!("Appointment.participant[{index}].actor.reference"), &[("name", &known.name)]);
        }
    }
    Ok(())
}

/// It stays with its patient. One without a patient may get one.
pub fn patient_stays(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let stored = write.stored.and_then(|stored| participant(stored, ResourceType::PATIENT));
    if stored.is_some() && participant(write.sent.body, ResourceType::PATIENT) != stored {
        findings.add("Appointment.participant", &[]);
    }
    Ok(())
}

/// The Location exists, whether it is named by its id or by its key.
pub fn location_exists(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    for (index, id) in locations(write.sent.body) {
        if parse_key(id).is_some() && location_id(write, id)?.is_none() {
            let place = format!("Appointment.supportingInformation[{index}].reference");
            findings.add(&place, &[("reference", &format!("Location/{id}"))]);
        }
    }
    Ok(())
}
