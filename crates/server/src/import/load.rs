//! Storing the resources of files, one at a time.

use super::read::Item;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, Object, ResourceType};
use interactions::create::new_id;
use interactions::{Engine, Preconditions, Refusal};
use std::collections::HashMap;

/// How an import went.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Resources that are stored now and were not before, or changed.
    pub stored: u64,
    /// Resources that were refused, with what and why.
    pub refused: Vec<(String, Refused)>,
}

/// Why a resource was refused.
#[derive(Clone, Debug)]
pub struct Refused(pub Vec<Issue>);

/// Stores a resource, or the resources of a Bundle, from a file called `name`. References between the entries
/// of a Bundle by `urn:uuid:` become references to what they are stored as.
///
/// # Errors
///
/// The store's failures; what is wrong with a resource is in the tally.
pub async fn item(engine: &Engine, name: &str, item: Item, tally: &mut Tally) -> Result<(), Refusal> {
    let place = match item.line {
        Some(line) => format!("{name}:{line}"),
        None => name.to_owned(),
    };
    let resource = match engine.parse(&item.bytes) {
        Ok(resource) => resource,
        Err(refusal) => return refuse(tally, place, refusal),
    };
    if resource.str("resourceType") != Some("Bundle") {
        return one(engine, place, resource, tally).await;
    }
    for (index, resource) in entries(resource).into_iter().enumerate() {
        one(engine, format!("{place} Bundle.entry[{index}]"), resource, tally).await?;
    }
    Ok(())
}

async fn one(engine: &Engine, place: String, mut resource: Json, tally: &mut Tally) -> Result<(), Refusal> {
    let Some(resource_type) = resource.str("resourceType").and_then(ResourceType::from_name) else {
        let text =
            format!("{} is not a resource type", quoted(resource.str("resourceType").unwrap_or_default()));
        tally.refused.push((place, Refused(vec![Issue::error(IssueCode::Structure, text)])));
        return Ok(());
    };
    let id = match resource.str("id") {
        Some(id) => id.to_owned(),
        None => new_id(),
    };
    if let Json::Object(object) = &mut resource {
        object.insert("id", id.as_str());
    }
    let problems = validation::validate(&resource, &validation::Options::default());
    if !problems.is_empty() {
        tally.refused.push((place, Refused(problems)));
        return Ok(());
    }
    match engine.update(resource_type, &id, resource, Preconditions::default()).await {
        Ok(_) => tally.stored += 1,
        Err(refusal) => return refuse(tally, place, refusal),
    }
    Ok(())
}

/// A refusal of the resource goes into the tally; one of the store ends the import.
fn refuse(tally: &mut Tally, place: String, refusal: Refusal) -> Result<(), Refusal> {
    if refusal.row().status >= 500 {
        return Err(refusal);
    }
    tally.refused.push((place, Refused(refusal.issues().to_vec())));
    Ok(())
}

/// The resources of a Bundle, with ids, and with references among them made to fit.
fn entries(bundle: Json) -> Vec<Json> {
    let Json::Object(mut bundle) = bundle else { return Vec::new() };
    let Some(Json::Array(entries)) = bundle.remove("entry") else { return Vec::new() };
    let mut targets = HashMap::new();
    let mut resources = Vec::new();
    for entry in entries {
        let Json::Object(mut entry) = entry else { continue };
        let Some(Json::Object(mut resource)) = entry.remove("resource") else { continue };
        if !resource.contains("id") {
            resource.insert_at(1, "id", new_id());
        }
        if let (Some(url), Some(target)) =
            (entry.str("fullUrl").filter(|url| url.starts_with("urn:")), target(&resource))
        {
            targets.insert(url.to_owned(), target);
        }
        resources.push(Json::Object(resource));
    }
    for resource in &mut resources {
        resolve(resource, &targets);
    }
    resources
}

fn target(resource: &Object) -> Option<String> {
    Some(format!("{}/{}", resource.str("resourceType")?, resource.str("id")?))
}

fn resolve(value: &mut Json, targets: &HashMap<String, String>) {
    match value {
        Json::Array(items) => items.iter_mut().for_each(|item| resolve(item, targets)),
        Json::Object(object) => {
            for (name, value) in object.iter_mut() {
                match value {
                    Json::String(text) if name == "reference" => {
                        if let Some(target) = targets.get(text.as_str()) {
                            text.clone_from(target);
                        }
                    }
                    other => resolve(other, targets),
                }
            }
        }
        _ => {}
    }
}
