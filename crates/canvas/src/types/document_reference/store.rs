//! What is stored of a document.

use super::CONTRACT;
use super::elements::{CATEGORY, EXTENSIONS, PRIORITY, REVIEWER};
use super::kinds::{concept, creatable};
use super::rules::is_category;
use crate::keyed::{default, pick};
use crate::provenance::ORGANIZATION;
use crate::references::typed;
use crate::sent::{Sent, extension};
use crate::stored::{self, in_contract_order};
use fhir::{Json, Object, json};

/// The document of what was sent, but for its date.
pub fn compose(sent: &Sent<'_>) -> Object {
    let mut document = stored::writable(sent);
    document.insert("extension", extensions(sent.body));
    document.insert("status", "current");
    if let Some(kind) = sent.body.get("type").and_then(|sent_type| creatable(sent_type, sent.clinic)) {
        document.insert("type", concept(kind.code, kind.display));
        document.insert("description", kind.description);
    }
    document.insert("category", categories(sent.body.items("category")));
    if let Some(subject) = sent.body.get("subject") {
        document.insert("subject", typed(subject));
    }
    if document.contains("author") {
        let authors: Vec<Json> = sent.body.items("author").iter().map(typed).collect();
        document.insert("author", authors);
    }
    document.insert("custodian", custodian());
    let content: Vec<Json> = sent.body.items("content").iter().filter_map(content).collect();
    document.insert("content", content);
    in_contract_order(&CONTRACT, document)
}

/// The organization that keeps all documents (a constant of the vendor's).
pub fn custodian() -> Json {
    json!({ "reference": ORGANIZATION, "type": "Organization" })
}

/// How all contents are to be read (a constant of the vendor's).
pub fn format() -> Json {
    json!({
        "system": "http://ihe.net/fhir/ValueSet/IHE.FormatCode.codesystem",
        "code": "urn:ihe:iti:xds:2017:mimeTypeSufficient",
        "display": "mimeType Sufficient"
    })
}

/// The known extensions in the contract's order, the first of each.
fn extensions(body: &Object) -> Vec<Json> {
    let mut extensions = Vec::new();
    for fact in EXTENSIONS.iter().filter(|fact| fact.on == "DocumentReference") {
        let sent = extension(body, fact.url).and_then(|sent| sent.get(fact.value)).cloned();
        let value = match sent {
            Some(reviewer) if fact.url == REVIEWER => typed(&reviewer),
            Some(value) => value,
            None if fact.url == PRIORITY => Json::from(false),
            None => continue,
        };
        let extension: Object = [("url", Json::from(fact.url)), (fact.value, value)].into_iter().collect();
        extensions.push(extension.into());
    }
    extensions
}

fn categories(sent: &[Json]) -> Vec<Json> {
    let codings = sent.iter().filter_map(|category| {
        let codings = category.get("coding").map(Json::items).unwrap_or_default();
        codings.iter().find(|coding| is_category(coding))?.str("code")
    });
    let mut categories: Vec<Json> = Vec::new();
    for code in codings {
        let category = json!({ "coding": [{ "system": CATEGORY, "code": code }] });
        if !categories.contains(&category) {
            categories.push(category);
        }
    }
    categories
}

fn content(sent: &Json) -> Option<Json> {
    let attachment = pick(&["contentType", "data"], sent.get("attachment")?.as_object()?, None);
    let mut content = Object::new();
    content.insert("attachment", attachment);
    default(&mut content, "format", format());
    Some(content.into())
}
