//! The Canvas door over a real store: every request goes through [`canvas::Canvas`].

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod bodies;
mod capability;
mod cases;
mod claim;
mod coverage;
mod coverage_eligibility_request;
mod decisions;
mod facts;
mod group;
mod location_organization;
mod notes;
mod patient;
mod patient_update;
mod payment_notice;
mod practitioner;
mod provenance;
mod rules;
mod search;
mod searches;
mod shapes;
mod support;
mod vendor;
