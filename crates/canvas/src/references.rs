//! References in what was sent: at this door they must lead to something that exists.

use crate::contract::Contract;
use crate::stored::is_writable;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, Location, Object, Reference, ResourceType, json};
use interactions::{Refusal, State, Unit};

/// A Reference to a resource of this server as it is shown: with the type of what it leads to, and nothing else. One
/// that leads to nothing here stays as it is.
pub fn typed(reference: &Json) -> Json {
    match reference.str("reference").map(|text| (text, Reference::local(text))) {
        Some((text, Some(Reference::Local { resource_type, .. }))) => {
            json!({ "reference": text, "type": (resource_type.name()) })
        }
        _ => reference.clone(),
    }
}

/// Makes the Reference `element` of a resource a [`typed`] one, if it is there.
pub fn set_type(resource: &mut Object, element: &str) {
    if let Some(reference) = resource.get(element).map(typed) {
        resource.insert(element, reference);
    }
}

/// The id of the resource of that type to which the Reference leads.
pub fn id_of(reference: Option<&Json>, wanted: ResourceType) -> Option<&str> {
    match Reference::local(reference?.str("reference")?)? {
        Reference::Local { resource_type, id, .. } if resource_type == wanted => Some(id),
        _ => None,
    }
}

/// A reference to a resource of this server, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// FHIRPath of `Reference.reference`.
    pub expression: String,
    /// The text.
    pub text: String,
    /// What it leads to.
    pub resource_type: ResourceType,
    /// The logical id of what it leads to.
    pub id: String,
}

/// What was found of the references of a body.
#[derive(Default)]
pub struct Found {
    /// Those that must lead to something.
    pub targets: Vec<Target>,
    /// Those of another form than `{ResourceType}/{id}`, which this door does not take.
    pub issues: Vec<Issue>,
}

/// The references of the members that the contract lets a client write. Those to contained resources stay within the
/// body and are R4's validation's affair.
pub fn collect(contract: &Contract, body: &Object) -> Found {
    let mut found = Found::default();
    let root = Location::root(contract.resource_type.name());
    for (name, value) in body.iter().filter(|(name, _)| is_writable(contract, name)) {
        walk(value, &root.child(name), &mut found);
    }
    found
}

fn walk(value: &Json, place: &Location<'_>, found: &mut Found) {
    match value {
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, &place.item(index), found));
        }
        Json::Object(object) => {
            for (name, member) in object.iter() {
                match member {
                    Json::String(text) if name == "reference" => found.take(text, &place.child(name)),
                    member => walk(member, &place.child(name), found),
                }
            }
        }
        _ => {}
    }
}

impl Found {
    fn take(&mut self, text: &str, place: &Location<'_>) {
        match Reference::parse(text) {
            Some(Reference::Local { resource_type, id, .. }) => self.targets.push(Target {
                expression: place.to_string(),
                text: text.to_owned(),
                resource_type,
                id: id.to_owned(),
            }),
            Some(Reference::Contained(_)) => {}
            // An empty text is an empty string, which R4's validation names.
            _ if text.is_empty() => {}
            _ => {
                let text = format!("reference {} is not of the form {{ResourceType}}/{{id}}", quoted(text));
                self.issues.push(Issue::error(IssueCode::Value, text).at(place));
            }
        }
    }
}

/// The issues of those targets that do not exist.
///
/// # Errors
///
/// The store's failures.
pub fn unresolved(unit: &mut Unit<'_>, targets: &[Target]) -> Result<Vec<Issue>, Refusal> {
    let mut issues = Vec::new();
    for target in targets {
        if !matches!(unit.state(target.resource_type, &target.id)?, State::Present(_)) {
            let text = format!("{} does not exist", quoted(&target.text));
            issues.push(Issue::error(IssueCode::NotFound, text).at(&target.expression));
        }
    }
    Ok(issues)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_references_of_the_one_form_are_taken() {
        let mut found = Found::default();
        let value = json!([
            { "actor": { "reference": "Practitioner/1", "display": "x" } },
            { "actor": { "reference": "#c" } },
            { "actor": { "reference": "https://other/Patient/1" } },
            { "reference": { "reference": "Location/2" } }
        ]);
        walk(&value, &Location::root("X.p"), &mut found);
        let places: Vec<&str> = found.targets.iter().map(|target| target.expression.as_str()).collect();
        assert_eq!(places, ["X.p[0].actor.reference", "X.p[3].reference.reference"]);
        assert_eq!(found.issues.len(), 1);
        assert_eq!(
            found.issues[0].text,
            "reference 'https://other/Patient/1' is not of the form {ResourceType}/{id}"
        );
    }
}
