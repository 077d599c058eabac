//! `$meta`, `$meta-add`, `$meta-delete` (<http://hl7.org/fhir/R4/resource-operations.html#meta>): the profiles, tags and
//! security labels of a resource.
//!
//! A version never changes, so adding and deleting make a new one; labels of earlier versions stay as they are.

use super::input::{Input, missing};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::precondition::Preconditions;
use crate::unit::stored_json;
use fhir::{Json, Object, ResourceType, json};
use storage::Version;

/// The labels that are sets.
const CODINGS: [&str; 2] = ["tag", "security"];

impl Engine {
    /// The `meta` of the current version, in Parameters.
    ///
    /// # Errors
    ///
    /// 404, 410; 400 when parameters are given.
    pub async fn meta(&self, resource_type: ResourceType, id: &str, input: &Input) -> Result<Json, Refusal> {
        input.check("meta", &[], &[])?;
        returned(&self.read(resource_type, id).await?)
    }

    /// Adds labels.
    ///
    /// # Errors
    ///
    /// 404 when there is no such resource, 412 when a precondition does not hold, 400 without `meta`.
    pub async fn meta_add(
        &self,
        resource_type: ResourceType,
        id: &str,
        input: &Input,
        preconditions: Preconditions,
    ) -> Result<Json, Refusal> {
        self.change_meta("meta-add", resource_type, id, input, preconditions, add).await
    }

    /// Removes labels. Labels that are not there are no error.
    ///
    /// # Errors
    ///
    /// As [`meta_add`](Self::meta_add).
    pub async fn meta_delete(
        &self,
        resource_type: ResourceType,
        id: &str,
        input: &Input,
        preconditions: Preconditions,
    ) -> Result<Json, Refusal> {
        self.change_meta("meta-delete", resource_type, id, input, preconditions, delete).await
    }

    async fn change_meta(
        &self,
        operation: &str,
        resource_type: ResourceType,
        id: &str,
        input: &Input,
        preconditions: Preconditions,
        change: fn(&mut Object, &Json),
    ) -> Result<Json, Refusal> {
        input.check(operation, &["meta"], &[])?;
        let labels = input.typed("meta", "Meta")?.ok_or_else(|| missing(operation, "meta"))?.clone();
        let id = id.to_owned();
        let written = self
            .write(move |unit| {
                let state = unit.state(resource_type, &id)?;
                preconditions.check(&state)?;
                let current = state.present(resource_type, &id)?;
                let mut resource = stored_json(&current)?;
                if let Some(object) = resource.as_object_mut() {
                    if object.get("meta").is_none() {
                        object.insert("meta", Object::new());
                    }
                    if let Some(Json::Object(meta)) = object.get_mut("meta") {
                        change(meta, &labels);
                    }
                }
                let prepared = unit.prepare(resource_type, &id, resource);
                unit.put(crate::State::Present(current), &prepared)
            })
            .await?;
        returned(&written.version)
    }
}

/// The `meta` of a version as the operations return it.
fn returned(version: &Version) -> Result<Json, Refusal> {
    let meta = stored_json(version)?.get("meta").cloned().unwrap_or_else(|| Object::new().into());
    Ok(json!({ "resourceType": "Parameters", "parameter": [{ "name": "return", "valueMeta": (meta) }] }))
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
