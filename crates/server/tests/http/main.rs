//! The server through HTTP, filed by what is asked for.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

mod auth_token;
mod errors_table;
mod fhir_bundle;
mod fhir_conditional;
mod fhir_instance;
mod fhir_metadata;
mod fhir_search;
mod framework;
mod hostile;
mod operations;
mod race;
