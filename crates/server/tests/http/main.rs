//! The server through HTTP, filed by what is asked for.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

mod auth_token;
mod canvas_files;
mod canvas_operations;
mod canvas_task;
mod content_coding;
mod errors_table;
mod fhir_async;
mod fhir_binary;
mod fhir_bundle;
mod fhir_bundle_batch;
mod fhir_bundle_conditions;
mod fhir_bundle_operations;
mod fhir_bundle_references;
mod fhir_caching;
mod fhir_conditional;
mod fhir_every_type;
mod fhir_explain;
mod fhir_formats;
mod fhir_history;
mod fhir_instance;
mod fhir_metadata;
mod fhir_operations;
mod fhir_paging;
mod fhir_patch;
mod fhir_read;
mod fhir_scopes;
mod fhir_search;
mod fhir_search_kinds;
mod fhir_search_parameter;
mod fhir_search_references;
mod fhir_terminology;
mod fhir_validate;
mod framework;
mod hostile;
mod official_examples;
mod openapi;
mod operations;
mod race;
mod several_servers;
