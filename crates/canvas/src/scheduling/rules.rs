//! The rules that hold at both doors: an appointment holds its practitioners' time, and what is held is not given twice;
//! the related persons of a patient's contacts follow these.

use super::availability::local_id;
use super::location_key;
use crate::clinic::{Clinic, Clinics};
use crate::types::patient;
use fhir::datetime::{PartialDateTime, Period};
use fhir::{Issue, IssueCode, Json, Reference, ResourceType};
use interactions::search::Hold;
use interactions::search::index::hash_parts;
use interactions::{Change, Refusal, Rules, Unit};

/// The text of a refused booking (Appointment.json, documented).
pub const NO_LONGER_AVAILABLE: &str = "This appointment time is no longer available.";

/// The statuses in which an appointment takes nobody's time (ARCHITECTURE.md). All others do, `proposed`, `pending` and R4's
/// `waitlist` with a start and an end included: the vendor puts them on the schedule.
const FREE_STATUSES: [&str; 3] = ["cancelled", "noshow", "entered-in-error"];

/// How many holds of one practitioner in one period are looked at for another appointment's.
const HOLDS_LOOKED_AT: usize = 16;

/// The clinic's rules for every door.
pub struct ClinicRules {
    clinics: Clinics,
}

impl ClinicRules {
    /// The rules of a clinic.
    pub fn new(clinics: impl Into<Clinics>) -> Self {
        ClinicRules { clinics: clinics.into() }
    }

    /// Whether someone else has a part of the time. A hold that the appointment has already is not asked for anew:
    /// when double booking was allowed once, what was booked then can still be changed in place.
    fn is_taken(&self, unit: &mut Unit<'_>, change: &Change<'_>, hold: &Hold) -> Result<bool, Refusal> {
        let held = unit.holds(hold.holder, hold.period, HOLDS_LOOKED_AT)?;
        let is_own = |resource_type, id: &str| resource_type == change.resource_type && id == change.id;
        let mut own = held.iter().filter(|held| is_own(held.resource_type, &held.id));
        let is_known = own.any(|own| own.period == hold.period);
        Ok(!is_known && held.iter().any(|held| !is_own(held.resource_type, &held.id)))
    }
}

impl Rules for ClinicRules {
    fn holds(&self, resource_type: ResourceType, resource: &Json) -> Vec<Hold> {
        if resource_type != ResourceType::APPOINTMENT {
            return Vec::new();
        }
        appointment_holds(resource, &self.clinics.current())
    }

    fn check(&self, unit: &mut Unit<'_>, change: &Change<'_>) -> Result<Vec<Issue>, Refusal> {
        if change.resource_type == ResourceType::LOCATION && change.after.is_some() {
            location_key::ensure(unit, change.id)?;
        }
        if change.resource_type == ResourceType::PATIENT {
            patient::follow(unit, change)?;
        }
        if self.clinics.current().double_booking {
            return Ok(Vec::new());
        }
        for hold in change.holds {
            if self.is_taken(unit, change, hold)? {
                return Ok(vec![Issue::error(IssueCode::BusinessRule, NO_LONGER_AVAILABLE)]);
            }
        }
        Ok(Vec::new())
    }
}

/// Whose time an appointment holds: that of every Practitioner who takes part and has not declined, from start to
/// end.
fn appointment_holds(appointment: &Json, clinic: &Clinic) -> Vec<Hold> {
    let status = appointment.str("status").unwrap_or_default();
    let time = |name: &str| Some(PartialDateTime::parse(appointment.str(name)?)?.start(&clinic.time_zone));
    let (Some(from), Some(to)) = (time("start"), time("end")) else { return Vec::new() };
    if FREE_STATUSES.contains(&status) || from >= to {
        return Vec::new();
    }
    let mut holds: Vec<Hold> = Vec::new();
    for participant in appointment.get("participant").map(Json::items).unwrap_or_default() {
        let actor = participant.get("actor").and_then(practitioner);
        let Some(id) = actor.filter(|_| participant.str("status") != Some("declined")) else { continue };
        let hold = Hold { holder: holder(id), period: Period { from, to } };
        if !holds.contains(&hold) {
            holds.push(hold);
        }
    }
    holds
}

/// The id of the Practitioner whom a Reference names. A URL counts by its end, for a client of the R4 door may write out
/// the server's own base; that another server's practitioner has the same id is next to impossible.
fn practitioner(actor: &Json) -> Option<&str> {
    local_id(actor, ResourceType::PRACTITIONER).or_else(|| {
        match Reference::tail_of_url(actor.str("reference")?)? {
            (ResourceType::PRACTITIONER, id) => Some(id),
            _ => None,
        }
    })
}

/// The key under which a practitioner's time is held.
pub fn holder(practitioner: &str) -> u64 {
    hash_parts(&["Practitioner/", practitioner])
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::json;
    use std::sync::Arc;

    fn holds(change: impl FnOnce(&mut fhir::Object)) -> Vec<Hold> {
        let mut appointment = json!({
            "resourceType": "Appointment", "status": "booked",
            "start": "2031-03-03T15:00:00Z", "end": "2031-03-03T15:20:00Z",
            "participant": [
                { "actor": { "reference": "Practitioner/a" }, "status": "accepted" },
                { "actor": { "reference": "Patient/b" }, "status": "accepted" }
            ]
        });
        change(appointment.as_object_mut().unwrap());
        ClinicRules::new(Arc::new(Clinic::demo())).holds(ResourceType::APPOINTMENT, &appointment)
    }

    #[test]
    fn an_appointment_holds_its_practitioner_from_start_to_end() {
        let from = 1_930_316_400_000;
        let hold = Hold { holder: holder("a"), period: Period { from, to: from + 20 * 60_000 } };
        assert_eq!(holds(|_| {}), std::slice::from_ref(&hold));
        let elsewhere = holds(|appointment| {
            appointment.insert("start", "2031-03-03T07:00:00-08:00");
            appointment.insert("end", "2031-03-03T16:20:00+01:00");
        });
        assert_eq!(elsewhere, [hold], "instants are compared as instants");
    }

    #[test]
    fn cancelled_missed_and_mistaken_appointments_hold_nothing() {
        for status in ["cancelled", "noshow", "entered-in-error"] {
            assert_eq!(holds(|appointment| appointment.insert("status", status)), [], "{status}");
        }
        for status in ["proposed", "pending", "booked", "arrived", "checked-in", "fulfilled", "waitlist"] {
            assert_eq!(holds(|appointment| appointment.insert("status", status)).len(), 1, "{status}");
        }
    }

    #[test]
    fn what_has_no_time_or_no_practitioner_holds_nothing() {
        assert_eq!(holds(|appointment| drop(appointment.remove("end"))), []);
        assert_eq!(holds(|appointment| appointment.insert("end", "2031-03-03T15:00:00Z")), []);
        assert_eq!(holds(|appointment| drop(appointment.remove("participant"))), []);
    }

    #[test]
    fn each_practitioner_is_held_once_and_not_when_declined() {
        let participants = json!([
            { "actor": { "reference": "Practitioner/a" }, "status": "accepted" },
            { "actor": { "reference": "Practitioner/a/_history/2" }, "status": "tentative" },
            { "actor": { "reference": "Practitioner/b" }, "status": "declined" },
            { "actor": { "reference": "http://localhost/fhir/Practitioner/c" }, "status": "needs-action" }
        ]);
        let holders: Vec<u64> = holds(|appointment| appointment.insert("participant", participants))
            .iter()
            .map(|hold| hold.holder)
            .collect();
        assert_eq!(holders, [holder("a"), holder("c")]);
    }
}
