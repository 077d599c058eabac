//! Bundles and their entries.

use super::{Reply, Site};
use fhir::{Json, Object, json};

/// An entry by method and url, with more members of the entry and of its request.
pub struct Entry {
    entry: Object,
    request: Object,
}

pub fn entry(method: &str, url: &str) -> Entry {
    let request = [("method", method), ("url", url)].into_iter().collect();
    Entry { entry: Object::new(), request }
}

impl Entry {
    pub fn full_url(mut self, url: &str) -> Self {
        self.entry.insert("fullUrl", url);
        self
    }

    pub fn with(mut self, resource: Json) -> Self {
        self.entry.insert("resource", resource);
        self
    }

    pub fn saying(mut self, name: &str, value: &str) -> Self {
        self.request.insert(name, value);
        self
    }
}

pub fn bundle(kind: &str, entries: Vec<Entry>) -> Json {
    let entries: Vec<Json> = entries
        .into_iter()
        .map(|Entry { mut entry, request }| {
            entry.insert("request", request);
            Json::Object(entry)
        })
        .collect();
    json!({ "resourceType": "Bundle", "type": kind, "entry": entries })
}

pub fn transaction(site: &Site, entries: Vec<Entry>) -> Reply {
    site.post("/fhir", &bundle("transaction", entries))
}

pub fn batch(site: &Site, entries: Vec<Entry>) -> Reply {
    site.post("/fhir", &bundle("batch", entries))
}

pub fn basic(text: &str) -> Json {
    json!({ "resourceType": "Basic", "code": { "text": text } })
}

pub fn named(id: &str, text: &str) -> Json {
    json!({ "resourceType": "Basic", "id": id, "code": { "text": text } })
}

pub fn identified(value: &str) -> Json {
    json!({ "resourceType": "Basic", "identifier": [{ "system": "urn:t", "value": value }], "code": { "text": "x" } })
}

pub fn referring(to: &str) -> Json {
    json!({ "resourceType": "Basic", "code": { "text": "x" }, "subject": { "reference": to } })
}

pub fn statuses(reply: &Reply) -> Vec<String> {
    let json = reply.json();
    let status = |entry: &Json| entry.at(&["response", "status"]).and_then(Json::as_str).unwrap().to_owned();
    json.get("entry").map(Json::items).unwrap_or_default().iter().map(status).collect()
}

pub fn at(reply: &Reply, path: &[&str]) -> String {
    reply
        .json()
        .at(path)
        .and_then(Json::as_str)
        .unwrap_or_else(|| panic!("{path:?}: {}", reply.text()))
        .to_owned()
}

/// `Type/id` of an entry's location.
pub fn target(reply: &Reply, index: usize) -> String {
    let location = at(reply, &["entry", &index.to_string(), "response", "location"]);
    let path = location.split("/fhir/").nth(1).unwrap().to_owned();
    path.split("/_history/").next().unwrap().to_owned()
}
