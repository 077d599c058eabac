//! Displays of references: what the resource that is referred to is called now.

use crate::search::Reading;
use fhir::{Json, Object, Reference, ResourceType};
use interactions::Refusal;
use interactions::storage::Version;
use interactions::unit::stored_json;

/// Adds the display of what a Reference refers to; nothing when that is gone or has no name.
///
/// # Errors
///
/// The store's failures.
pub fn add(reference: Option<&mut Json>, reading: &mut Reading<'_>) -> Result<(), Refusal> {
    let Some(reference) = reference.and_then(Json::as_object_mut) else { return Ok(()) };
    let Some(Reference::Local { resource_type, id, .. }) =
        reference.str("reference").and_then(Reference::local)
    else {
        return Ok(());
    };
    if let Some(display) = of(resource_type, id, reading)? {
        reference.insert("display", display);
    }
    Ok(())
}

/// What a resource is called: for people `{given} {family}`, for others their name.
///
/// # Errors
///
/// The store's failures.
pub fn of(
    resource_type: ResourceType,
    id: &str,
    reading: &mut Reading<'_>,
) -> Result<Option<String>, Refusal> {
    let found: Option<Version> = reading.reader.resource(resource_type, id)?;
    let Some(version) = found.filter(|version| version.body.is_some()) else { return Ok(None) };
    Ok(stored_json(&version)?.as_object().and_then(name))
}

/// The name of a stored resource, as it is displayed.
pub fn name(resource: &Object) -> Option<String> {
    match resource.get("name")? {
        Json::String(name) => Some(name.clone()),
        Json::Array(names) => {
            let in_use = |wanted: &str| names.iter().find(|name| name.str("use") == Some(wanted));
            let name = in_use("usual").or_else(|| in_use("official")).or(names.first())?;
            person_name(name.as_object()?)
        }
        _ => None,
    }
}

/// `{first given} {family}` of a HumanName, else its text.
pub fn person_name(name: &Object) -> Option<String> {
    let given = name.items("given").first().and_then(Json::as_str);
    let parts: Vec<&str> = given.into_iter().chain(name.str("family")).collect();
    match parts.is_empty() {
        true => name.str("text").map(str::to_owned),
        false => Some(parts.join(" ")),
    }
}
