//! What a client sent to create or update, and ways to look into it.

use crate::clinic::Clinic;
use crate::contract::Contract;
use fhir::{Json, Object};
use interactions::Interaction;

/// The body of a create or update.
#[derive(Clone, Copy)]
pub struct Sent<'a> {
    /// Create or update.
    pub interaction: Interaction,
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
    /// The name of the type, the root of expressions.
    pub fn root(&self) -> &'static str {
        self.contract.resource_type.name()
    }

    /// The elements at `path` (`telecom.system`): one for each parent that is there, whether it has the element
    /// or not. A list is one element.
    pub fn elements(&self, path: &str) -> Vec<Place<'a>> {
        elements(self.root(), self.body, path)
    }

    /// The values at `path`: what is there, the items of lists one by one.
    pub fn values(&self, path: &str) -> Vec<(String, &'a Json)> {
        let mut values = Vec::new();
        for Place { expression, value } in self.elements(path) {
            match value {
                Some(Json::Array(items)) => {
                    values.extend(
                        items.iter().enumerate().map(|(i, item)| (format!("{expression}[{i}]"), item)),
                    );
                }
                Some(value) => values.push((expression, value)),
                None => {}
            }
        }
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

/// The elements at `path` below `body`, whose expression is `root`. See [`Sent::elements`].
pub fn elements<'a>(root: &str, body: &'a Object, path: &str) -> Vec<Place<'a>> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let expression = format!("{root}.{name}");
    let value = body.get(name);
    let Some(rest) = rest else { return vec![Place { expression, value }] };
    match value {
        Some(Json::Object(child)) => elements(&expression, child, rest),
        Some(Json::Array(items)) => {
            let objects =
                items.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_object()?)));
            objects
                .flat_map(|(index, item)| elements(&format!("{expression}[{index}]"), item, rest))
                .collect()
        }
        _ => Vec::new(),
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
        let body = body.as_object().unwrap();
        let found = |path: &str| -> Vec<(String, bool)> {
            elements("Patient", body, path).into_iter().map(|p| (p.expression, p.value.is_some())).collect()
        };
        assert_eq!(
            found("telecom.system"),
            [("Patient.telecom[0].system".to_owned(), true), ("Patient.telecom[1].system".to_owned(), false)]
        );
        assert_eq!(found("birthDate"), [("Patient.birthDate".to_owned(), false)]);
        assert_eq!(found("contact.name"), []);
    }
}
