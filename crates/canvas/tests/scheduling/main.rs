//! Schedule, Slot and Appointment at the Canvas door, and the rule against double booking at both.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod appointment;
mod booking_race;
mod demo_clinic;
mod location_key;
mod presented;
mod schedule;
mod search;
mod slot;
mod update;
mod vendor_examples;
mod world;
