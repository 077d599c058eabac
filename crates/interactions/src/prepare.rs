//! A resource made ready to be stored.

use fhir::json::write_string;
use fhir::{Head, Json, Object, ResourceType};
use search::{Hold, IndexRow, TooCostlyParameter};
use storage::Rest;

/// A resource with everything that can be computed before the write is opened. What only the write knows,
/// its version and time, is put between the ready-made bytes.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The type.
    pub resource_type: ResourceType,
    /// The logical id.
    pub id: String,
    /// The resource, with its id, without `meta.versionId` and `meta.lastUpdated`.
    pub resource: Json,
    /// Its index rows.
    pub index: Vec<IndexRow>,
    /// Which search parameters they are made by.
    pub(crate) generation: u64,
    /// The search parameters that cannot be evaluated on the resource.
    pub(crate) too_costly: Vec<TooCostlyParameter>,
    /// Whose time it holds.
    pub holds: Vec<Hold>,
    /// What comes after the head of the resource.
    rest: Vec<u8>,
    /// The same as it is stored.
    pub(crate) stored: Rest,
}

impl Prepared {
    pub(crate) fn new(
        resource_type: ResourceType,
        id: &str,
        mut resource: Json,
        index: Vec<IndexRow>,
        holds: Vec<Hold>,
    ) -> Self {
        let mut rest = Vec::with_capacity(1024);
        if let Some(object) = resource.as_object_mut() {
            set_identity(object, id);
            write_rest(object, &mut rest);
        }
        let stored = Rest::of(&rest);
        Prepared {
            resource_type,
            id: id.to_owned(),
            resource,
            index,
            generation: 0,
            too_costly: Vec::new(),
            holds,
            rest,
            stored,
        }
    }

    /// The same resource under another id. Nothing else depends on it: an id has no index rows.
    pub(crate) fn set_id(&mut self, id: &str) {
        if self.id != id {
            id.clone_into(&mut self.id);
            if let Some(object) = self.resource.as_object_mut() {
                object.insert("id", id);
            }
        }
    }

    /// The stored bytes of this resource as `version`, changed at `last_updated`.
    pub fn body(&self, version: u64, last_updated: i64) -> Vec<u8> {
        let head = Head { resource_type: self.resource_type, id: &self.id, version, last_updated };
        let mut out = head.with_capacity(self.rest.len());
        out.extend_from_slice(&self.rest);
        out
    }
}

/// `id` as the server has it; `versionId` and `lastUpdated` are the server's too, whatever was sent.
fn set_identity(resource: &mut Object, id: &str) {
    match resource.get_mut("id") {
        Some(value) => *value = id.into(),
        None => resource.insert_at(1, "id", id),
    }
    let emptied = match resource.get_mut("meta") {
        Some(Json::Object(meta)) => {
            meta.remove("versionId");
            meta.remove("lastUpdated");
            meta.is_empty()
        }
        _ => false,
    };
    if emptied {
        resource.remove("meta");
    }
}

/// What follows the head: the rest of `meta`, then the other members in their order.
fn write_rest(resource: &Object, out: &mut Vec<u8>) {
    let members = |object: &Object, out: &mut Vec<u8>, skip: &[&str]| {
        for (name, value) in object.iter().filter(|(name, _)| !skip.contains(name)) {
            out.push(b',');
            write_string(name, out);
            out.push(b':');
            value.write(out);
        }
    };
    if let Some(Json::Object(meta)) = resource.get("meta") {
        members(meta, out, &[]);
    }
    out.push(b'}');
    members(resource, out, &["resourceType", "id", "meta"]);
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::json;

    #[test]
    fn version_and_time_are_put_into_the_ready_made_bytes() {
        let resource = json!({
            "resourceType": "Basic", "id": "other",
            "meta": { "versionId": "9", "tag": [{ "code": "x" }] },
            "code": { "text": "\"y\"" }
        });
        let mut prepared = Prepared::new(ResourceType::BASIC, "b", resource, Vec::new(), Vec::new());
        prepared.set_id("a");
        assert_eq!(prepared.resource.str("id"), Some("a"));
        assert_eq!(
            String::from_utf8(prepared.body(3, 0)).unwrap(),
            r#"{"resourceType":"Basic","id":"a","meta":{"versionId":"3","lastUpdated":"1970-01-01T00:00:00.000Z","tag":[{"code":"x"}]},"code":{"text":"\"y\""}}"#
        );
    }
}
