//! References in what was sent: at this door they must lead to something that exists.

use crate::check::path_of;
use crate::contract::Contract;
use crate::finding::Findings;
use crate::sent::Sent;
use crate::stored::is_writable;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, Location, Object, Reference, ResourceType, json};
use interactions::{Refusal, State, Unit};

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
    let misled = found.targets.iter().filter_map(|target| misled(contract, target));
    let misled: Vec<Issue> = misled.collect();
    found.issues.extend(misled);
    found
}

/// What is wrong with a reference to another type than the contract lets it lead to.
fn misled(contract: &Contract, target: &Target) -> Option<Issue> {
    let element = contract.element(&path_of(&target.expression))?;
    if element.targets.is_empty() || element.targets.contains(&target.resource_type) {
        return None;
    }
    let allowed: Vec<&str> = element.targets.iter().map(|allowed| allowed.name()).collect();
    let text = format!("reference {} does not lead to a {}", quoted(&target.text), allowed.join(" or "));
    Some(Issue::error(IssueCode::Value, text).at(&target.expression))
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
            Some(Reference::Local { resource_type, id, version: None }) => self.targets.push(Target {
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

/// The type of the resource that a Reference leads to, here or elsewhere, as far as its text tells, else as it says.
pub fn leads_to(reference: &Json) -> Option<ResourceType> {
    let found = match reference.str("reference").and_then(Reference::parse) {
        Some(Reference::Local { resource_type, .. } | Reference::Conditional { resource_type, .. }) => {
            Some(resource_type)
        }
        Some(Reference::Absolute(url)) => Reference::tail_of_url(url).map(|(resource_type, _)| resource_type),
        _ => None,
    };
    found.or_else(|| reference.str("type").and_then(ResourceType::from_name))
}

/// Gives a Reference, or each of a list, the type of what it leads to.
pub fn tell_type(reference: Option<&mut Json>) {
    match reference {
        Some(Json::Array(items)) => items.iter_mut().for_each(|item| tell_type(Some(item))),
        Some(reference) => {
            let found = leads_to(reference);
            let plain = match reference.str("reference").and_then(Reference::local) {
                Some(Reference::Local { resource_type, id, version: Some(_) }) => {
                    Some(format!("{resource_type}/{id}"))
                }
                _ => None,
            };
            if let (Some(found), Some(reference)) = (found, reference.as_object_mut()) {
                plain.into_iter().for_each(|plain| reference.insert("reference", plain));
                reference.insert("type", found.name());
            }
        }
        None => {}
    }
}

/// A Reference with the type of what it leads to and nothing else; as it is when nothing tells what that is. One to a version
/// becomes one to the resource, which is all that the vendor knows.
pub fn typed(reference: &Json) -> Json {
    if let Some(Reference::Local { resource_type, id, .. }) =
        reference.str("reference").and_then(Reference::local)
    {
        let name = resource_type.name();
        return json!({ "reference": (format!("{name}/{id}")), "type": name });
    }
    match (reference.str("reference"), leads_to(reference)) {
        (Some(text), Some(found)) => json!({ "reference": text, "type": (found.name()) }),
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

/// For rules: the references at `path` that lead to a resource of another type than these. Fills `{element}`,
/// `{path}`, `{type}` (which it may lead to) and `{found}`. Those of a form that this door does not take are told of by [`collect`].
pub fn only(sent: &Sent<'_>, path: &str, types: &[ResourceType], findings: &mut Findings) {
    let names: Vec<&str> = types.iter().map(|one| one.name()).collect();
    let allowed = names.join(" or ");
    for (place, reference) in sent.objects(path) {
        let found = match reference.str("reference").and_then(Reference::parse) {
            Some(Reference::Local { resource_type, .. }) if !types.contains(&resource_type) => {
                resource_type.name()
            }
            Some(Reference::Contained(_)) => "a contained resource",
            _ => continue,
        };
        let place = format!("{place}.reference");
        findings.add(&place, &[("element", path), ("path", path), ("type", &allowed), ("found", found)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{IdForm, element};

    #[test]
    fn a_reference_leads_to_a_type_that_the_contract_lets_it_lead_to() {
        static CONTRACT: Contract = Contract {
            elements: &[
                element("author", "Reference"),
                element("author.reference", "string").to(&[ResourceType::PRACTITIONER]),
            ],
            ..Contract::of("DetectedIssue", ResourceType::DETECTED_ISSUE, IdForm::Uuid)
        };
        let found = |reference: &str| -> Vec<String> {
            let body = json!({ "author": { "reference": reference } });
            let issues = collect(&CONTRACT, body.as_object().unwrap()).issues;
            issues.into_iter().map(|issue| issue.text).collect()
        };
        assert_eq!(found("Practitioner/1"), Vec::<String>::new());
        assert_eq!(found("Device/1"), ["reference 'Device/1' does not lead to a Practitioner"]);
    }

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
