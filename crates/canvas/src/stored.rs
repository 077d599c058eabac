//! From what was sent to what is stored and back to what is shown, as far as contracts say it.

use crate::contract::{Access, Contract, ElementFact};
use crate::sent::Sent;
use crate::shape;
use fhir::{Json, Object};

/// The members of the body that the contract lists and lets a client write, in the contract's order, `resourceType`
/// first. What it does not list within them or has no effect, and extensions of the resource that it does not list, are left out.
pub fn writable(sent: &Sent<'_>) -> Object {
    let contract = sent.contract;
    let mut kept = Object::new();
    kept.insert("resourceType", contract.resource_type.name());
    for element in members(contract).filter(|element| is_written(element)) {
        if let Some(value) = sent.body.get(element.path).and_then(|value| listed(sent, element, value)) {
            kept.insert(element.path, value);
        }
        let extended = format!("_{}", element.path);
        if let Some(value) = sent.body.get(&extended) {
            kept.insert(&extended, value.clone());
        }
    }
    keep_known_extensions(contract, &mut kept);
    kept
}

/// What the contract lists of a value, at every depth, but for what has no effect on the interaction; all of it where the
/// contract does not look into it. `None` when that is nothing.
fn listed(sent: &Sent<'_>, fact: &ElementFact, value: &Json) -> Option<Json> {
    let contract = sent.contract;
    let below = |name: &str| {
        let found = contract.element(&format!("{}.{}", fact.path, plain(name)));
        found.filter(|element| !element.ignored_on.contains(&sent.interaction))
    };
    let is_looked_into = || {
        let mut elements = contract.elements.iter();
        elements.any(|other| other.path.strip_prefix(fact.path).is_some_and(|rest| rest.starts_with('.')))
    };
    match value {
        Json::Array(items) if fact.type_name != "Extension" => {
            let kept: Vec<Json> = items.iter().filter_map(|item| listed(sent, fact, item)).collect();
            (!kept.is_empty()).then(|| kept.into())
        }
        Json::Object(element) if fact.type_name != "Extension" && is_looked_into() => {
            let kept: Object = element
                .iter()
                .filter_map(|(name, value)| Some((name, listed(sent, below(name)?, value)?)))
                .collect();
            (!kept.is_empty()).then(|| kept.into())
        }
        value => Some(value.clone()),
    }
}

/// `stored` with the members of the body that a client may write in place of its own.
pub fn merged(stored: &Object, sent: &Sent<'_>) -> Object {
    let mut merged = stored.clone();
    for (name, value) in writable(sent).iter() {
        merged.insert(name, value.clone());
    }
    merged
}

/// `stored` with `sent` in place of all that a client may write: what it leaves out is gone, what this door does not
/// know stays.
pub fn replaced(contract: &Contract, stored: &Object, sent: &Object) -> Object {
    let mut replaced = stored.clone();
    replaced.retain(|name, _| !is_writable(contract, name));
    for (name, value) in sent.iter() {
        replaced.insert(name, value.clone());
    }
    in_contract_order(contract, replaced)
}

/// Whether a client may write the member `name` of the resource. `_birthDate` goes with `birthDate`.
pub fn is_writable(contract: &Contract, name: &str) -> bool {
    contract.element(plain(name)).is_some_and(is_written)
}

/// Takes away what the vendor does not show: members and extensions that the contract does not list. Of a type that is
/// read-only here, whatever the R4 door stored is shaped by the contract at every depth; what clients wrote here was made
/// by the contract already.
pub fn keep_shown(contract: &Contract, resource: &mut Object) {
    if contract.is_read_only() {
        *resource = shape::of(contract, resource);
        return;
    }
    resource.retain(|name, _| {
        let shown = |element: &ElementFact| element.access != Access::WriteOnly;
        matches!(name, "resourceType" | "id") || contract.element(plain(name)).is_some_and(shown)
    });
    keep_known_extensions(contract, resource);
}

/// Puts the members of a resource into the contract's order, those that it does not list last.
pub fn in_contract_order(contract: &Contract, mut resource: Object) -> Object {
    let mut ordered = Object::new();
    for name in
        ["resourceType", "id", "meta"].into_iter().chain(members(contract).map(|element| element.path))
    {
        if let Some(value) = resource.remove(name) {
            ordered.insert(name, value);
        }
    }
    for (name, value) in resource.iter() {
        ordered.insert(name, value.clone());
    }
    ordered
}

fn plain(name: &str) -> &str {
    name.strip_prefix('_').unwrap_or(name)
}

fn members(contract: &Contract) -> impl Iterator<Item = &'static ElementFact> {
    contract.elements.iter().filter(|element| !element.path.contains('.'))
}

fn is_written(element: &ElementFact) -> bool {
    element.access != Access::ReadOnly && !matches!(element.path, "resourceType" | "id" | "meta")
}

/// The stored extensions of a resource that the contract does not list: an update leaves them as they are.
pub fn unlisted_extensions(contract: &Contract, stored: &Object) -> Vec<Json> {
    let stored = stored.items("extension").iter();
    stored.filter(|item| !is_listed(contract, item)).cloned().collect()
}

/// Whether the contract lists an extension of the resource.
fn is_listed(contract: &Contract, extension: &Json) -> bool {
    extension.str("url").is_some_and(|url| contract.extension(contract.resource_type.name(), url).is_some())
}

fn keep_known_extensions(contract: &Contract, resource: &mut Object) {
    let Some(Json::Array(extensions)) = resource.get_mut("extension") else { return };
    extensions.retain(|item| is_listed(contract, item));
    if extensions.is_empty() {
        resource.remove("extension");
    }
}
