//! What a client sent to create or update, and ways to look into it.

use crate::clinic::Clinic;
use crate::contract::{Contract, OperationFact};
use crate::rule::Rule;
use fhir::{Json, Location, Object};
use interactions::Interaction;

/// The body of a create or update.
#[derive(Clone, Copy)]
pub struct Sent<'a> {
    /// Create, update or an operation.
    pub interaction: Interaction,
    /// The operation, when it is one: the body is its Parameters.
    pub operation: Option<&'static OperationFact>,
    /// The contract of the type it was sent to.
    pub contract: &'static Contract,
    /// The body, its placeholders normalised. It may be any object: rules run beside R4's validation.
    pub body: &'a Object,
    /// The clinic's settings.
    pub clinic: &'a Clinic,
}

/// An element that is there or missing, and where.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    /// FHIRPath with the client's indices.
    pub expression: String,
    /// What is there.
    pub value: Option<&'a Json>,
}

/// An extension that was sent, and where.
#[derive(Clone, Debug)]
pub struct SentExtension<'a> {
    /// FHIRPath of the extension.
    pub expression: String,
    /// The extension.
    pub extension: &'a Object,
}

impl<'a> Sent<'a> {
    /// The name of the body's type, the root of expressions.
    pub fn root(&self) -> &'static str {
        match self.operation {
            Some(_) => "Parameters",
            None => self.contract.name,
        }
    }

    /// The rules that the body must keep.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> + use<> {
        let (on, of_operation) = (self.interaction, self.operation.map(|operation| operation.rules));
        let of_type = self.contract.all_rules().filter(move |_| of_operation.is_none());
        of_operation.unwrap_or_default().iter().chain(of_type).filter(move |rule| rule.on.contains(&on))
    }

    /// Visits the elements at `path` (`telecom.system`): one for each parent that is there, whether it has the
    /// element or not. A list is one element.
    pub fn visit(&self, path: &str, mut visit: impl FnMut(&Location<'_>, Option<&'a Json>)) {
        visit_elements(&Location::root(self.root()), self.body, path, &mut visit);
    }

    /// The elements that [`visit`](Self::visit) visits.
    pub fn elements(&self, path: &str) -> Vec<Place<'a>> {
        let mut places = Vec::new();
        self.visit(path, |location, value| places.push(Place { expression: location.to_string(), value }));
        places
    }

    /// The values at `path`: what is there, the items of lists one by one.
    pub fn values(&self, path: &str) -> Vec<(String, &'a Json)> {
        let mut values = Vec::new();
        self.visit(path, |location, value| match value {
            Some(Json::Array(items)) => {
                values.extend(items.iter().enumerate().map(|(i, item)| (location.item(i).to_string(), item)));
            }
            Some(value) => values.push((location.to_string(), value)),
            None => {}
        });
        values
    }

    /// The objects at `path`; values of another kind are R4's validation's affair.
    pub fn objects(&self, path: &str) -> Vec<(String, &'a Object)> {
        let values = self.values(path).into_iter();
        values.filter_map(|(expression, value)| Some((expression, value.as_object()?))).collect()
    }

    /// The resource's own extensions with this url.
    pub fn extensions(&self, url: &str) -> Vec<SentExtension<'a>> {
        extensions(self.root(), self.body, url)
    }
}

fn visit_elements<'a>(
    place: &Location<'_>,
    object: &'a Object,
    path: &str,
    visit: &mut dyn FnMut(&Location<'_>, Option<&'a Json>),
) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let (child, value) = (place.child(name), object.get(name));
    match (rest, value) {
        (None, value) => visit(&child, value),
        (Some(rest), Some(Json::Object(object))) => visit_elements(&child, object, rest, visit),
        (Some(rest), Some(Json::Array(items))) => {
            for (index, item) in items.iter().enumerate() {
                if let Json::Object(object) = item {
                    visit_elements(&child.item(index), object, rest, visit);
                }
            }
        }
        (Some(_), _) => {}
    }
}

/// The extensions with this url among those of `element`, whose expression is `root`.
pub fn extensions<'a>(root: &str, element: &'a Object, url: &str) -> Vec<SentExtension<'a>> {
    let items = element.items("extension").iter().enumerate();
    items
        .filter_map(|(index, item)| Some((index, item.as_object()?)))
        .filter(|(_, extension)| extension.str("url") == Some(url))
        .map(|(index, extension)| SentExtension {
            expression: format!("{root}.extension[{index}]"),
            extension,
        })
        .collect()
}

/// The first extension with this url among those of a stored element.
pub fn extension<'a>(element: &'a Object, url: &str) -> Option<&'a Object> {
    element.items("extension").iter().filter_map(Json::as_object).find(|item| item.str("url") == Some(url))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::json;

    #[test]
    fn elements_are_found_or_missed_in_every_parent() {
        let body = json!({ "telecom": [{ "system": "phone" }, { "use": "home" }, "oops"], "gender": "male" });
        let found = |path: &str| -> Vec<(String, bool)> {
            let mut found = Vec::new();
            let root = Location::root("Patient");
            visit_elements(&root, body.as_object().unwrap(), path, &mut |location, value| {
                found.push((location.to_string(), value.is_some()));
            });
            found
        };
        assert_eq!(
            found("telecom.system"),
            [("Patient.telecom[0].system".to_owned(), true), ("Patient.telecom[1].system".to_owned(), false)]
        );
        assert_eq!(found("birthDate"), [("Patient.birthDate".to_owned(), false)]);
        assert_eq!(found("contact.name"), []);
    }
}
