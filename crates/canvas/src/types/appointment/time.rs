//! Starts and ends: as clients may write them, and as they are stored and read.

use crate::clinic::Clinic;
use fhir::datetime::{PartialDateTime, Precision};
use fhir::{Json, Object};
use jiff::Timestamp;

/// Reads a date and time of at least minute precision (Appointment.json, `start`): the instant in milliseconds. One
/// without an offset is taken in the clinic's zone.
pub fn instant(text: &str, clinic: &Clinic) -> Option<i64> {
    let read = PartialDateTime::parse(text).filter(|read| read.precision >= Precision::Minute)?;
    Some(read.start(&clinic.time_zone))
}

/// An instant as it is stored and read: `2023-10-24T13:30:00+00:00`, with a fraction only where there is one.
pub fn shown(ms: i64) -> String {
    let Ok(timestamp) = Timestamp::from_millisecond(ms) else { return fhir::datetime::instant(ms) };
    let format = if ms % 1000 == 0 { "%Y-%m-%dT%H:%M:%S+00:00" } else { "%Y-%m-%dT%H:%M:%S%.3f+00:00" };
    timestamp.strftime(format).to_string()
}

/// Makes R4's instants of `start` and `end`, where they can be read.
pub fn normalise(appointment: &mut Object, clinic: &Clinic) {
    for name in ["start", "end"] {
        if let Some(instant) = appointment.str(name).and_then(|text| instant(text, clinic)) {
            appointment.insert(name, shown(instant));
        }
    }
}

/// The minutes from start to end; `None` when one of them can't be read.
pub fn milliseconds(appointment: &Object, clinic: &Clinic) -> Option<i64> {
    let at = |name: &str| instant(appointment.get(name).and_then(Json::as_str)?, clinic);
    Some(at("end")? - at("start")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form_that_the_vendor_names() {
        let clinic = Clinic::demo();
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(instant(text, &clinic).map(shown).as_deref(), expected, "{text}");
        };
        check("2023-10-24T13:30:00.000Z", Some("2023-10-24T13:30:00+00:00"));
        check("2023-10-24T13:30Z", Some("2023-10-24T13:30:00+00:00"));
        check("2023-10-24T06:30:00-07:00", Some("2023-10-24T13:30:00+00:00"));
        check("2023-10-24T06:30", Some("2023-10-24T13:30:00+00:00"));
        check("2023-12-24T06:30:15.25", Some("2023-12-24T14:30:15.250+00:00"));
        check("2023-10-24", None);
        check("2023-10-24T25:30:00Z", None);
        check("tomorrow", None);
    }
}
