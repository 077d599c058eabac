//! Appointment and Slot: what is yet to come. No practitioner is ever booked twice for the same time.

use crate::Population;
use crate::chart::{Chart, add};
use crate::codes::{SNOMED, code, terminology};
use crate::moment::TODAY;
use crate::visit::Case;
use fhir::json;

/// How many appointments a patient has at most; each patient has as many times set aside.
const MOST: u64 = 3;
/// Appointments of a day, of half an hour each, from eight o'clock on.
const OF_A_DAY: u64 = 16;

/// Writes the appointments of a patient.
pub(crate) fn put(chart: &mut Chart, case: &Case<'_>, number: u64) {
    let count = chart.random.below(MOST as usize + 1) as u64;
    for place in (0..count).take_while(|_| case.person.death.is_none()) {
        appointment(chart, case, number % Population::PATIENTS_OF_A_PRACTICE * MOST + place);
    }
}

/// Writes an appointment at the `time`-th time of the practice: of one practitioner after the other.
fn appointment(chart: &mut Chart, case: &Case<'_>, time: u64) {
    let practitioners = case.practice.practitioners.len() as u64;
    let practitioner = &case.practice.practitioners[(time % practitioners) as usize];
    let (day, half_hour) = (time / practitioners / OF_A_DAY, time / practitioners % OF_A_DAY);
    // Six days after today, a Tuesday, a week begins.
    let weeks = day as i64 / 5;
    let start = TODAY.plus_days(6 + weeks * 7 + day as i64 % 5).plus_minutes(8 * 60 + half_hour as i64 * 30);
    let (from, to) = (start.instant(0), start.plus_minutes(30).instant(0));
    let is_cancelled = chart.random.chance(0.1);
    let slot = chart.link("Slot");
    let body = json!({
        "resourceType": "Slot",
        "serviceType": [(code("390906007", "Follow-up encounter").concept(SNOMED))],
        "schedule": (chart.reference(&practitioner.schedule)),
        "status": (if is_cancelled { "free" } else { "busy" }),
        "start": (from.as_str()),
        "end": (to.as_str())
    });
    chart.put(&slot, body);
    let link = chart.link("Appointment");
    let mut body = json!({
        "resourceType": "Appointment",
        "status": (if is_cancelled { "cancelled" } else { "booked" }),
        "serviceType": [(code("390906007", "Follow-up encounter").concept(SNOMED))],
        "appointmentType": (terminology("v2-0276", "FOLLOWUP", "A follow up visit from a previous appointment")),
        "description": "Follow-up",
        "start": from,
        "end": to,
        "minutesDuration": 30i64,
        "slot": [(chart.reference(&slot))],
        "created": (TODAY.plus_days(-chart.random.between(1, 40)).date_time()),
        "participant": [
            { "actor": (chart.named(&case.patient, &case.name)), "required": "required", "status": "accepted" },
            {
                "actor": (chart.named(&practitioner.link, &practitioner.name)),
                "required": "required",
                "status": "accepted"
            }
        ]
    });
    if is_cancelled {
        add(
            &mut body,
            "cancelationReason",
            Some(terminology("appointment-cancellation-reason", "pat", "Patient")),
        );
    }
    chart.put(&link, body);
}
