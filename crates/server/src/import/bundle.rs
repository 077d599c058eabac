//! Bundles in files: whatever they were made for, they are imported as transactions.

use fhir::{Json, Object, ResourceType, json};
use interactions::{Caller, Refusal};
use storage::Version;

/// Members of a Bundle and its entries that only other kinds of Bundle have.
const FOREIGN: [&str; 2] = ["total", "link"];
const FOREIGN_OF_ENTRIES: [&str; 3] = ["link", "search", "response"];

/// The same resources as a transaction. A resource that has an id keeps it, so that importing again changes nothing;
/// what an entry asks for otherwise stays.
pub(super) fn as_transaction(mut bundle: Json) -> Json {
    let Some(object) = bundle.as_object_mut() else { return bundle };
    object.insert("type", "transaction");
    object.retain(|name, _| !FOREIGN.contains(&name));
    if let Some(Json::Array(entries)) = object.get_mut("entry") {
        entries.iter_mut().filter_map(Json::as_object_mut).for_each(ask);
    }
    bundle
}

fn ask(entry: &mut Object) {
    entry.retain(|name, _| !FOREIGN_OF_ENTRIES.contains(&name));
    let request = entry.get("request");
    let method = request.and_then(|request| request.str("method")).unwrap_or("POST");
    let is_operation = request.and_then(|request| request.str("url")).is_some_and(|url| url.contains('$'));
    let is_conditional = request.is_some_and(|request| request.get("ifNoneExist").is_some());
    if method != "POST" || is_conditional || is_operation {
        return;
    }
    let Some(resource) = entry.get("resource") else { return };
    let Some(resource_type) = resource.str("resourceType").and_then(ResourceType::from_name) else { return };
    let request = match resource.str("id") {
        Some(id) => json!({ "method": "PUT", "url": (format!("{resource_type}/{id}")) }),
        None => json!({ "method": "POST", "url": (resource_type.name()) }),
    };
    entry.insert("request", request);
}

/// Whoever runs the command line may do everything.
pub(super) struct Operator;

impl Caller for Operator {
    fn identity(&self) -> &str {
        "command line"
    }

    fn may_read(&self, _: ResourceType) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_search(&self, _: ResourceType) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_see(&self, _: &Version) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_write(&self, _: ResourceType) -> Result<(), Refusal> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn creates_keep_their_ids_and_operations_stay_what_they_are() {
        let entry = |url: &str| json!({ "resource": { "resourceType": "Patient", "id": "p" }, "request": { "method": "POST", "url": url } });
        let bundle = json!({
            "resourceType": "Bundle", "type": "batch", "entry": [(entry("Patient")), (entry("Patient/$validate"))]
        });
        let asked = as_transaction(bundle);
        let request = |index: &str| asked.at(&["entry", index, "request"]).map(ToString::to_string);
        assert_eq!(request("0").as_deref(), Some(r#"{"method":"PUT","url":"Patient/p"}"#));
        assert_eq!(request("1").as_deref(), Some(r#"{"method":"POST","url":"Patient/$validate"}"#));
    }
}
