//! The Canvas door over a real store: every request goes through [`canvas::Canvas`].

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod bodies;
mod capability;
mod care_team;
mod cases;
mod condition;
mod decisions;
mod detected_issue;
mod facts;
mod immunization;
mod location_organization;
mod medication_statement;
mod notes;
mod patient;
mod patient_update;
mod practitioner;
mod provenance;
mod rules;
mod search;
mod searches;
mod shapes;
mod support;
mod vendor;
