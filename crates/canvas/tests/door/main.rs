//! The Canvas door over a real store: every request goes through [`canvas::Canvas`].

mod capability;
mod facts;
mod location_organization;
mod patient;
mod patient_update;
mod practitioner;
mod rules;
mod search;
mod shapes;
mod support;
