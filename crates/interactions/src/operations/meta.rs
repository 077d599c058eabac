//! `$meta`, `$meta-add`, `$meta-delete` (<http://hl7.org/fhir/R4/resource-operations.html#meta>): the profiles, tags and
//! security labels of a resource.
//!
//! A version never changes, so adding and deleting make a new one; labels of earlier versions stay as they are.

use super::input::missing;
use super::{Request, Task, meta_in_use};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::{State, Unit, stored_json};
use fhir::{Json, Object, json};
use storage::Version;

/// The labels that are sets.
const CODINGS: [&str; 2] = ["tag", "security"];

/// What becomes of labels when others are added or taken away.
type Change = fn(&mut Object, &Json);

/// Reads what is asked: the `meta` of the current version, in Parameters; where no resource is named, the labels in use.
///
/// # Errors
///
/// 400 when parameters are given. Later 404, 410, and those of the [labels in use](meta_in_use::read).
pub(super) fn read(engine: &Engine, request: Request) -> Result<Task, Refusal> {
    if request.id.is_none() {
        return meta_in_use::read(engine, &request);
    }
    request.input.check("meta", &[], &[])?;
    Ok(Task::look(move |reader| of_version(&request.read(reader)?)))
}

/// Reads which labels shall be added.
///
/// # Errors
///
/// 400 without `meta`. Later 404 and 410 when there is no such resource, 412 when a precondition does not hold.
pub(super) fn read_add(_: &Engine, request: Request) -> Result<Task, Refusal> {
    change("meta-add", request, add)
}

/// Reads which labels shall be removed. Labels that are not there are no error.
///
/// # Errors
///
/// As [`read_add`].
pub(super) fn read_delete(_: &Engine, request: Request) -> Result<Task, Refusal> {
    change("meta-delete", request, delete)
}

fn change(operation: &str, request: Request, change: Change) -> Result<Task, Refusal> {
    request.input.check(operation, &["meta"], &[])?;
    let labels = request.input.typed("meta", "Meta")?.ok_or_else(|| missing(operation, "meta"))?.clone();
    Ok(Task::alter(move |unit| make(unit, &request, &labels, change)))
}

fn make(unit: &mut Unit<'_>, request: &Request, labels: &Json, change: Change) -> Result<Vec<u8>, Refusal> {
    let current = request.read(unit.reader())?;
    let mut resource = stored_json(&current)?;
    let (resource_type, id) = (current.resource_type, current.id.clone());
    let state = State::Present(current);
    unit.check_preconditions(&request.preconditions, &state)?;
    if let Some(object) = resource.as_object_mut() {
        if object.get("meta").is_none() {
            object.insert("meta", Object::new());
        }
        if let Some(Json::Object(meta)) = object.get_mut("meta") {
            change(meta, labels);
        }
    }
    let prepared = unit.prepare(resource_type, &id, resource);
    of_version(&unit.put(state, &prepared)?.version)
}

/// The `meta` of a version as the operations return it.
fn of_version(version: &Version) -> Result<Vec<u8>, Refusal> {
    let meta = stored_json(version)?.get("meta").cloned();
    Ok(returned(meta.unwrap_or_else(|| Object::new().into())))
}

/// A Meta as the operations return it: in Parameters.
pub(super) fn returned(meta: Json) -> Vec<u8> {
    json!({ "resourceType": "Parameters", "parameter": [{ "name": "return", "valueMeta": (meta) }] })
        .to_bytes()
}

/// Whether two codings are one label: version and display do not count.
fn is_same(a: &Json, b: &Json) -> bool {
    a.str("system") == b.str("system") && a.str("code") == b.str("code")
}

fn add(meta: &mut Object, labels: &Json) {
    add_to(meta, "profile", labels, |a, b| a == b);
    CODINGS.iter().for_each(|name| add_to(meta, name, labels, is_same));
}

fn add_to(meta: &mut Object, name: &str, labels: &Json, same: fn(&Json, &Json) -> bool) {
    let mut all = meta.items(name).to_vec();
    for label in labels.get(name).map(Json::items).unwrap_or_default() {
        if !all.iter().any(|known| same(known, label)) {
            all.push(label.clone());
        }
    }
    set(meta, name, all);
}

fn delete(meta: &mut Object, labels: &Json) {
    delete_from(meta, "profile", labels, |a, b| a == b);
    CODINGS.iter().for_each(|name| delete_from(meta, name, labels, is_same));
}

fn delete_from(meta: &mut Object, name: &str, labels: &Json, same: fn(&Json, &Json) -> bool) {
    let gone = labels.get(name).map(Json::items).unwrap_or_default();
    let kept = meta.items(name).iter().filter(|known| !gone.iter().any(|label| same(known, label)));
    let kept = kept.cloned().collect();
    set(meta, name, kept);
}

/// FHIR has no empty arrays.
fn set(meta: &mut Object, name: &str, labels: Vec<Json>) {
    if labels.is_empty() {
        meta.remove(name);
    } else {
        meta.insert(name, labels);
    }
}
