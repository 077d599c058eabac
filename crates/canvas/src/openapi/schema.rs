//! JSON Schemas of resources, from the elements and extensions of a contract.

use crate::contract::{Access, Contract, ElementFact};
use fhir::{Json, Object, json};
use interactions::Interaction;

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// What a client sends on create or update.
    Sent(Interaction),
    /// What it reads. Resources may have been written at the R4 door, with codes that the vendor does not list.
    Read,
}

/// The schema of a type's resources.
pub fn resource(contract: &Contract, of: Of) -> Json {
    let mut schema = object(contract, of, "");
    if let Some(Json::Object(properties)) = schema.get_mut("properties") {
        properties.insert_at(0, "resourceType", json!({ "const": (contract.name) }));
    }
    let mut required = vec![Json::from("resourceType")];
    if of == Of::Read && contract.element("id").is_some() {
        required.push("id".into());
    }
    required.extend(schema.get("required").map(Json::items).unwrap_or_default().iter().cloned());
    required.dedup();
    schema.insert("required", required);
    schema.into()
}

/// The schema of the elements below `path`, which ends with a dot, or of all.
fn object(contract: &Contract, of: Of, path: &str) -> Object {
    let (mut properties, mut required) = (Object::new(), Vec::new());
    for element in contract.elements {
        let Some(name) = element.path.strip_prefix(path) else { continue };
        if name.contains('.') || name.is_empty() || name == "resourceType" || !is_shown(element, of) {
            continue;
        }
        properties.insert(name, described(element, listed(element, value(contract, of, element))));
        if let Of::Sent(interaction) = of
            && element.required_on.contains(&interaction)
        {
            required.push(Json::from(name));
        }
    }
    let mut schema = Object::new();
    schema.insert("type", "object");
    if !properties.is_empty() {
        schema.insert("properties", properties);
    }
    if !required.is_empty() {
        schema.insert("required", required);
    }
    schema
}

fn is_shown(element: &ElementFact, of: Of) -> bool {
    match of {
        Of::Read => element.access != Access::WriteOnly,
        // What has no effect may be sent; it is left out, for it says nothing to an author of a request.
        Of::Sent(interaction) => {
            element.access != Access::ReadOnly && !element.ignored_on.contains(&interaction)
        }
    }
}

fn listed(element: &ElementFact, schema: Object) -> Object {
    if !element.list {
        return schema;
    }
    let mut list = Object::new();
    list.insert("type", "array");
    list.insert("items", schema);
    list
}

fn described(element: &ElementFact, mut schema: Object) -> Object {
    let default = element.default.map(|value| format!("default {value}")).unwrap_or_default();
    let parts = [element.format, &default, element.note];
    let text: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if !text.is_empty() {
        schema.insert("description", text.join("; "));
    }
    schema
}

/// The schema of one value of an element.
fn value(contract: &Contract, of: Of, element: &ElementFact) -> Object {
    let Some(primitive) = primitive(element.type_name) else {
        return object(contract, of, &format!("{}.", element.path));
    };
    let mut schema = Object::new();
    schema.insert("type", primitive);
    if let Of::Sent(interaction) = of {
        let of_interaction = element.values_on.iter().find(|(on, _)| *on == interaction);
        let values = of_interaction.map_or(element.values, |(_, values)| values);
        if !values.is_empty() && primitive == "string" {
            schema.insert("enum", values.iter().map(|value| Json::from(*value)).collect::<Vec<_>>());
        }
    }
    schema
}

/// JSON's kind of an R4 primitive (<http://hl7.org/fhir/R4/json.html#primitive>); nothing of what is an object.
fn primitive(type_name: &str) -> Option<&'static str> {
    let begins_small = type_name.starts_with(|first: char| first.is_ascii_lowercase());
    match type_name {
        "boolean" => Some("boolean"),
        "decimal" => Some("number"),
        "integer" | "positiveInt" | "unsignedInt" => Some("integer"),
        _ => begins_small.then_some("string"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::TYPES;

    #[test]
    fn what_is_read_has_an_id_where_the_vendor_has_one() {
        let is_shown = |contract: &&Contract| contract.offers(Interaction::SearchType);
        for contract in TYPES.iter().map(|served| served.contract()).filter(is_shown) {
            let schema = resource(contract, Of::Read);
            let is_required = schema.get("required").unwrap().items().contains(&Json::from("id"));
            assert_eq!(is_required, contract.name != "Slot", "{}", contract.name);
        }
    }
}
