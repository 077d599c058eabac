//! The Canvas door over a real store: every request goes through [`canvas::Canvas`].

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod allergy_intolerance;
mod bodies;
mod capability;
mod care_team;
mod cases;
mod claim;
mod communication;
mod condition;
mod consent;
mod coverage;
mod coverage_eligibility_request;
mod decisions;
mod detected_issue;
mod documents;
mod facts;
mod group;
mod immunization;
mod lab_report;
mod location_organization;
mod medication_statement;
mod notes;
mod observation;
mod pages;
mod patient;
mod patient_update;
mod payment_notice;
mod practitioner;
mod provenance;
mod questionnaire_response;
mod questionnaires;
mod read_only;
mod read_only_search;
mod rules;
mod search;
mod searches;
mod sent_extensions;
mod sent_references;
mod shapes;
mod support;
mod task;
mod vendor;
