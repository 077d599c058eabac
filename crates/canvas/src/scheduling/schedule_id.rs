//! The id of a Schedule: `Location.{location key}-Staff.{practitioner id}` (Schedule.json).

use fhir::primitive::is_id;
use std::fmt;

/// A location and a practitioner, as the id of their Schedule names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleId {
    /// The location's key.
    pub location_key: u32,
    /// The practitioner's id.
    pub practitioner: String,
}

impl ScheduleId {
    /// Reads an id; `Schedule/` may stand before it (Slot.json, `schedule`).
    pub fn parse(text: &str) -> Option<Self> {
        let id = text.strip_prefix("Schedule/").unwrap_or(text);
        let (key, practitioner) = id.strip_prefix("Location.")?.split_once("-Staff.")?;
        let location_key = parse_key(key)?;
        is_id(practitioner).then(|| ScheduleId { location_key, practitioner: practitioner.to_owned() })
    }
}

/// Reads a location key: digits without leading zeros.
pub fn parse_key(text: &str) -> Option<u32> {
    text.parse::<u32>().ok().filter(|key| *key > 0 && key.to_string() == text)
}

impl fmt::Display for ScheduleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location.{}-Staff.{}", self.location_key, self.practitioner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_with_and_without_their_type() {
        let id = ScheduleId { location_key: 2, practitioner: "3640cd20de8a470aa570a852859ac87e".to_owned() };
        let text = "Location.2-Staff.3640cd20de8a470aa570a852859ac87e";
        assert_eq!(id.to_string(), text);
        assert_eq!(ScheduleId::parse(text), Some(id.clone()));
        assert_eq!(ScheduleId::parse(&format!("Schedule/{text}")), Some(id));
    }

    #[test]
    fn what_is_no_id_of_a_schedule_is_refused() {
        for text in [
            "",
            "Location.2",
            "Location.-Staff.a",
            "Location.02-Staff.a",
            "Location.0-Staff.a",
            "Location.x-Staff.a",
            "Location.+2-Staff.a",
            "Location.2-Staff.",
            "Location.2-Staff.a/b",
            "Patient/Location.2-Staff.a",
            "location.2-staff.a",
            "Location.99999999999-Staff.a",
            "Location.2-Staff.a b",
        ] {
            assert_eq!(ScheduleId::parse(text), None, "{text:?}");
        }
    }
}
