//! What is stored of a practitioner (Practitioner.json, `behaviours`).

use super::CONTRACT;
use super::elements::{EXTENSIONS, NPI_SYSTEM, PRIMARY_LOCATION, SIGNATURE, USERNAME};
use crate::display::person_name;
use crate::keyed::{self, default, pick};
use crate::stored::{in_contract_order, unlisted_extensions};
use fhir::{Json, Object, json};

/// The practitioner to store, given what was sent and, on update, what is stored.
pub fn compose(sent: &Object, stored: Option<&Object>) -> Object {
    let nothing = Object::new();
    let before = stored.unwrap_or(&nothing);
    let mut practitioner = before.clone();
    practitioner.insert("resourceType", "Practitioner");
    for name in ["active", "birthDate", "photo", "qualification"] {
        if let Some(value) = sent.get(name) {
            practitioner.insert(name, value.clone());
        }
    }
    default(&mut practitioner, "active", true);
    practitioner.insert("name", names(sent.items("name")));
    practitioner.insert("telecom", telecom(before.items("telecom"), sent.items("telecom")));
    if let Some(addresses) = sent.get("address") {
        practitioner.insert("address", address(before.items("address"), addresses.items()));
    }
    if let Some(identifiers) = sent.get("identifier") {
        let others = before.items("identifier").iter().filter(|stored| !is_npi(stored)).cloned();
        let identifiers = npi(identifiers.items()).into_iter().chain(others).collect();
        set_list(&mut practitioner, "identifier", identifiers);
    }
    let extensions = extensions(sent, before, stored.is_some());
    set_list(&mut practitioner, "extension", extensions);
    in_contract_order(&CONTRACT, practitioner)
}

fn names(sent: &[Json]) -> Vec<Json> {
    let objects = sent.iter().filter_map(Json::as_object);
    objects
        .map(|sent| {
            let mut name = pick(&["use"], sent, None);
            if let Some(text) = person_name(sent) {
                name.insert("text", text);
            }
            for (part, value) in pick(&["family", "given", "prefix", "suffix"], sent, None).iter() {
                name.insert(part, value.clone());
            }
            name.into()
        })
        .collect()
}

fn telecom(stored: &[Json], sent: &[Json]) -> Vec<Json> {
    keyed::entries(stored, sent, |sent, stored| pick(&["system", "value", "use", "rank"], sent, stored))
}

fn address(stored: &[Json], sent: &[Json]) -> Vec<Json> {
    keyed::entries(stored, sent, |sent, stored| {
        let names = ["use", "type", "line", "city", "state", "postalCode", "country"];
        let mut entry = pick(&names, sent, stored);
        keyed::two_lines(&mut entry);
        entry
    })
}

/// Whether a stored identifier is an NPI; others are other software's.
pub fn is_npi(identifier: &Json) -> bool {
    identifier.str("system") == Some(NPI_SYSTEM)
}

/// The NPI; an identifier without a system is one.
fn npi(sent: &[Json]) -> Vec<Json> {
    let numbers = sent.iter().filter(|sent| sent.str("system").is_none_or(|system| system == NPI_SYSTEM));
    let numbers = numbers.filter_map(|sent| sent.str("value"));
    numbers.map(|number| json!({ "system": NPI_SYSTEM, "value": number })).collect()
}

/// The extensions in the contract's order. An update clears those that it leaves out, except the username and those that
/// the contract does not list, which other software stored.
fn extensions(sent: &Object, before: &Object, is_update: bool) -> Vec<Json> {
    let mut extensions = Vec::new();
    for fact in EXTENSIONS.iter().filter(|fact| fact.on == "Practitioner") {
        let of = |resource: &Object| crate::sent::extension(resource, fact.url).cloned();
        let stored = of(before);
        let kept = match of(sent) {
            Some(sent) if fact.url == SIGNATURE => signature(sent, stored),
            Some(sent) if fact.url == PRIMARY_LOCATION => located(&sent),
            Some(sent) => Some(sent),
            None if is_update && fact.url == USERNAME => stored,
            None => None,
        };
        extensions.extend(kept.map(Json::from));
    }
    extensions.extend(unlisted_extensions(&CONTRACT, before));
    extensions
}

/// A signature without data, the one that a read shows, leaves the stored one as it is.
fn signature(sent: Object, stored: Option<Object>) -> Option<Object> {
    let attachment = sent.get("valueAttachment").and_then(Json::as_object);
    match attachment.filter(|attachment| attachment.contains("data")) {
        Some(attachment) => {
            let attachment = Json::from(pick(&["contentType", "data"], attachment, None));
            Some([("url", Json::from(SIGNATURE)), ("valueAttachment", attachment)].into_iter().collect())
        }
        None => stored,
    }
}

/// The reference with its type; its display is looked up when it is shown. On update it may be missing: nothing is
/// kept then.
fn located(sent: &Object) -> Option<Object> {
    let reference = sent.get("valueReference")?.str("reference")?;
    let value = json!({ "reference": reference, "type": "Location" });
    Some([("url", Json::from(PRIMARY_LOCATION)), ("valueReference", value)].into_iter().collect())
}

/// Sets a list, or takes it away when it is empty, which R4 forbids.
pub fn set_list(practitioner: &mut Object, name: &str, items: Vec<Json>) {
    match items.is_empty() {
        true => drop(practitioner.remove(name)),
        false => practitioner.insert(name, items),
    }
}
