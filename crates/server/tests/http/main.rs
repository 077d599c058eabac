//! The server through HTTP, filed by what is asked for.

mod support;

mod auth_token;
mod errors_table;
mod fhir_instance;
mod fhir_metadata;
mod fhir_search;
mod framework;
mod hostile;
mod operations;
mod race;
