//! Batches and transactions: read, and carried out on a store.

use super::DEPTH;
use super::server::{Anyone, Server, is_the_clients};
use crate::target::{Target, Verdict};
use fhir::{Json, json};
use generate::{Form, Population};
use interactions::bundle::EntryReturn;
use std::sync::Arc;

/// After so many changes to the store a fresh one is taken, so that memory is not the store's.
const ROUNDS_OF_A_STORE: u32 = 500;

/// How many entries of a record are in a seed.
const ENTRIES: usize = 6;

pub(super) struct Bundles {
    seeds: Vec<Vec<u8>>,
    server: Server,
    rounds: u32,
}

impl Bundles {
    pub(super) fn new() -> Result<Self, String> {
        let mut seeds = vec![every_kind("batch").to_bytes(), every_kind("transaction").to_bytes()];
        let bundle = Population::new(2).patient(0, Form::Transaction).into_transaction();
        let entries = bundle.get("entry").map(Json::items).unwrap_or_default();
        seeds.extend(entries.chunks(ENTRIES).take(20).map(|entries| {
            json!({ "resourceType": "Bundle", "type": "transaction", "entry": (entries.to_vec()) }).to_bytes()
        }));
        Ok(Bundles { seeds, server: Server::new()?, rounds: 0 })
    }
}

/// A Bundle with an entry of every kind that refers to the others.
fn every_kind(bundle_type: &str) -> Json {
    let urn = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0";
    let basic = |subject: &str| {
        json!({ "resourceType": "Basic", "code": { "text": "x" }, "identifier": [{ "system": "urn:s", "value": "1" }],
            "subject": { "reference": subject } })
    };
    let request = |method: &str, url: &str| json!({ "request": { "method": method, "url": url } });
    let with = |method: &str, url: &str, resource: Json| json!({ "resource": resource, "request": { "method": method, "url": url } });
    let entries: Vec<Json> = vec![
        json!({ "fullUrl": urn, "resource": { "resourceType": "Patient", "active": true }, "request": { "method": "POST", "url": "Patient" } }),
        with("POST", "Basic", basic(urn)),
        json!({ "resource": (basic("Patient?identifier=urn:s|1")), "request": { "method": "POST", "url": "Basic", "ifNoneExist": "identifier=urn:s|1" } }),
        with("PUT", "Basic?identifier=urn:s|2", basic("Patient/1")),
        json!({ "request": { "method": "DELETE", "url": "Basic/gone", "ifMatch": "W/\"1\"" } }),
        request("DELETE", "Basic?identifier=urn:s|3"),
        request("GET", "Patient?_count=2&_include=*"),
        request("HEAD", "Patient/1"),
        request("GET", "Patient/1/$everything?_count=2"),
        request("GET", "CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=male"),
        with("POST", "Basic/$validate", basic("Patient/1")),
        with(
            "POST",
            "Patient/1/$meta-add",
            json!({ "resourceType": "Parameters", "parameter": [{ "name": "meta", "valueMeta": { "tag": [{ "code": "a" }] } }] }),
        ),
        with(
            "PATCH",
            "Basic?identifier=urn:s|1",
            json!({ "resourceType": "Parameters", "parameter": [{ "name": "operation", "part": [
            { "name": "type", "valueCode": "replace" }, { "name": "path", "valueString": "Basic.code.text" },
            { "name": "value", "valueString": "y" } ] }] }),
        ),
    ];
    json!({ "resourceType": "Bundle", "type": bundle_type, "entry": entries })
}

impl Target for Bundles {
    fn seeds(&self) -> &[Vec<u8>] {
        &self.seeds
    }

    fn pieces(&self) -> &[&'static str] {
        &[
            "\"method\":\"PUT\",",
            "\"method\":\"PATCH\",",
            "\"method\":\"DELETE\",",
            "\"method\":\"GET\",",
            "\"url\":\"Basic\"",
            "\"url\":\"Basic?identifier=urn:s|1\"",
            "\"url\":\"Basic/1\"",
            "\"url\":\"../Basic\"",
            "\"url\":\"$everything\"",
            "\"url\":\"Patient/1/$meta-delete\"",
            "\"url\":\"ValueSet/$expand\"",
            "\"ifNoneExist\":\"_id=1\",",
            "\"ifMatch\":\"W/\\\"1\\\"\",",
            "\"ifNoneMatch\":\"*\",",
            "\"type\":\"batch\",",
            "\"type\":\"transaction\",",
            "{\"request\":{",
            "},{",
            "\"fullUrl\":\"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0\",",
            "\"reference\":\"Patient?identifier=urn:s|1\"",
            "\"resource\":{\"resourceType\":\"Basic\"},",
            "\"resource\":{\"resourceType\":\"Bundle\",",
        ]
    }

    fn take(&mut self, input: &[u8]) -> Result<Verdict, String> {
        self.rounds += 1;
        if self.rounds.is_multiple_of(ROUNDS_OF_A_STORE) {
            self.server = Server::new()?;
        }
        let Ok(tree) = fhir::json::parse(input, DEPTH) else { return Ok(Verdict::Refused) };
        let sent = tree.get("entry").map(Json::items).unwrap_or_default().len();
        let is_lenient = input.len().is_multiple_of(4);
        let bundle = match self.server.engine.read_bundle(tree, Arc::new(Anyone), is_lenient, 0) {
            Ok(bundle) => bundle,
            Err(refusal) => return is_the_clients(&refusal).map(|()| Verdict::Refused),
        };
        match self.server.wait(self.server.engine.carry_out(bundle, EntryReturn::Representation)) {
            Ok(answer) => check(&answer, sent),
            Err(refusal) => is_the_clients(&refusal).map(|()| Verdict::Refused),
        }
    }
}

/// Every entry is answered, and none with a failure of the server.
fn check(answer: &[u8], sent: usize) -> Result<Verdict, String> {
    let answer = fhir::json::parse(answer, DEPTH + 10)
        .map_err(|errors| format!("the answer is no JSON: {}", errors[0]))?;
    let entries = answer.get("entry").map(Json::items).unwrap_or_default();
    if entries.len() != sent {
        return Err(format!("{} answers to {sent} entries", entries.len()));
    }
    let mut is_accepted = false;
    for entry in entries {
        let status = entry.at(&["response", "status"]).and_then(Json::as_str).unwrap_or("no status");
        match status.as_bytes().first() {
            Some(b'2' | b'3') => is_accepted = true,
            Some(b'4') => {}
            _ => return Err(format!("an entry is answered with {status}")),
        }
    }
    Ok(if is_accepted { Verdict::Accepted } else { Verdict::Refused })
}
