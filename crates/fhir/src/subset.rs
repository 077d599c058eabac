//! Parts of a resource: `_summary` and `_elements` (<http://hl7.org/fhir/R4/search.html#summary>). What is left out makes
//! the rest no longer the resource, so it is tagged.

use crate::definitions::{ElementDefinition, ResourceType, TypeDefinition, TypeKind};
use crate::json;
use crate::json::{Json, Object};

/// The code system of the tag.
const SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

/// The tag of a resource that is not whole.
const SUBSETTED: &str = "SUBSETTED";

/// Which part of a resource is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Subset {
    /// All of it.
    #[default]
    Whole,
    /// What its definition marks as part of the summary.
    Summary,
    /// The narrative, and what must be there.
    Text,
    /// Everything but the narrative.
    Data,
    /// These elements of the resource, by their FHIRPath names (`value`, not `valueQuantity`), and what must be there.
    Elements(Vec<String>),
}

impl Subset {
    /// The part that a value of `_summary` asks for; `None` for `count`, which asks for no resources at all, and for
    /// what is no value of it.
    pub fn of_summary(value: &str) -> Option<Self> {
        match value {
            "false" => Some(Subset::Whole),
            "true" => Some(Subset::Summary),
            "text" => Some(Subset::Text),
            "data" => Some(Subset::Data),
            _ => None,
        }
    }

    /// Takes out of a resource what is not wanted. A resource without a known type stays whole.
    pub fn apply(&self, resource: &mut Json) {
        let named = resource.str("resourceType").and_then(ResourceType::from_name);
        let (Some(resource_type), Some(object)) = (named, resource.as_object_mut()) else { return };
        let definition = resource_type.definition();
        let keeps_text = match self {
            Subset::Whole => return,
            Subset::Data => {
                object.remove("text");
                return tag(object);
            }
            Subset::Summary => {
                summarize(object, definition);
                return tag(object);
            }
            Subset::Text => true,
            Subset::Elements(_) => false,
        };
        let is_listed = |element: &ElementDefinition, key: &str| match self {
            Subset::Elements(names) => names.iter().any(|name| name == element.name() || name == key),
            _ => false,
        };
        retain(object, definition, |element, key| {
            matches!(element.name(), "id" | "meta")
                || element.min() > 0
                || (keeps_text && element.name() == "text")
                || is_listed(element, key)
        });
        tag(object);
    }
}

/// Keeps the members whose element passes; the second argument is the member's name.
fn retain(object: &mut Object, definition: &TypeDefinition, keep: impl Fn(&ElementDefinition, &str) -> bool) {
    object.retain(|name, _| {
        let key = name.strip_prefix('_').unwrap_or(name);
        name == "resourceType" || definition.member(key).is_some_and(|member| keep(member.element, key))
    });
}

/// Keeps what is part of the summary, in elements within the resource, too. Data types stay whole.
fn summarize(object: &mut Object, definition: &TypeDefinition) {
    retain(object, definition, |element, _| element.is_summary());
    for (name, value) in object.iter_mut() {
        let Some(member) = definition.member(name) else { continue };
        let within = member.element_type.type_id.definition();
        if within.kind != TypeKind::Backbone {
            continue;
        }
        match value {
            Json::Object(object) => summarize(object, within),
            Json::Array(items) => {
                items.iter_mut().filter_map(Json::as_object_mut).for_each(|item| summarize(item, within));
            }
            _ => {}
        }
    }
}

/// Says in `meta.tag` that something is missing.
fn tag(resource: &mut Object) {
    if !matches!(resource.get("meta"), Some(Json::Object(_))) {
        let after = resource.position("id").or_else(|| resource.position("resourceType"));
        resource.insert_at(after.map_or(0, |place| place + 1), "meta", Object::new());
    }
    let Some(Json::Object(meta)) = resource.get_mut("meta") else { return };
    let is_tagged = meta.items("tag").iter().any(|tag| tag.str("code") == Some(SUBSETTED));
    if is_tagged {
        return;
    }
    let tag = json!({ "system": SYSTEM, "code": SUBSETTED });
    match meta.get_mut("tag") {
        Some(Json::Array(tags)) => tags.push(tag),
        _ => meta.insert("tag", vec![tag]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(subset: &Subset) -> String {
        let text = r#"{"resourceType":"Patient","id":"p","meta":{"versionId":"1"},"text":{"status":"empty","div":"<div/>"},
            "extension":[{"url":"http://x"}],"active":true,"_birthDate":{"id":"b"},"gender":"male","photo":[{"url":"http://p"}],
            "contact":[{"gender":"male"}],"link":[{"id":"l","other":{"reference":"Patient/2"},"type":"seealso"}]}"#;
        let mut patient = crate::json::parse(text.as_bytes(), 10).unwrap();
        subset.apply(&mut patient);
        let names = |json: &Json| {
            json.as_object().map(|object| object.iter().map(|(name, _)| name).collect::<Vec<_>>().join(" "))
        };
        format!("{} / {}", names(&patient).unwrap(), names(patient.get("meta").unwrap()).unwrap())
    }

    #[test]
    fn each_part_has_what_it_is_said_to_have() {
        for (subset, expected) in [
            (
                Subset::Whole,
                "resourceType id meta text extension active _birthDate gender photo contact link / versionId",
            ),
            (Subset::Summary, "resourceType id meta active _birthDate gender link / versionId tag"),
            (Subset::Text, "resourceType id meta text / versionId tag"),
            (
                Subset::Data,
                "resourceType id meta extension active _birthDate gender photo contact link / versionId tag",
            ),
            (
                Subset::Elements(vec!["birthDate".into(), "photo".into()]),
                "resourceType id meta _birthDate photo / versionId tag",
            ),
        ] {
            assert_eq!(part(&subset), expected, "{subset:?}");
        }
    }

    #[test]
    fn mandatory_elements_stay_and_choices_go_by_either_name() {
        for name in ["value", "valueString"] {
            let mut observation = json!({
                "resourceType": "Observation", "status": "final", "code": { "text": "x" }, "valueString": "v",
                "note": [{ "text": "n" }]
            });
            Subset::Elements(vec![name.into()]).apply(&mut observation);
            Subset::Elements(vec![name.into()]).apply(&mut observation);
            assert_eq!(
                observation.to_string(),
                "{\"resourceType\":\"Observation\",\"meta\":{\"tag\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ObservationValue\",\"code\":\"SUBSETTED\"}]},\"status\":\"final\",\"code\":{\"text\":\"x\"},\"valueString\":\"v\"}"
            );
        }
    }
}
