//! Scheduling: availability, schedules, slots and the rule against double booking.
//!
//! Availability is standard FHIR: a PractitionerRole says when its practitioner sees patients, and where. Schedules
//! are one per active Location and schedulable Practitioner for whom such a role exists; nothing of them is
//! stored but the key of the Location. Slots are availability less what appointments hold. Times of day are those of the
//! clinic's clock; everything is compared as instants.

pub mod availability;
pub mod location_key;
pub mod names;
pub mod periods;
pub mod rules;
pub mod schedule_id;
pub mod schedules;
pub mod slots;
pub mod wall_clock;

#[cfg(test)]
mod tests;

pub use availability::Availability;
pub use rules::{ClinicRules, NO_LONGER_AVAILABLE};
pub use schedule_id::ScheduleId;
