//! The text of a Reference (<http://hl7.org/fhir/R4/references.html>), taken apart.

use crate::Json;
use crate::definitions::ResourceType;
use crate::primitive::is_id;

/// What `Reference.reference` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference<'a> {
    /// `Patient/123`, `Patient/123/_history/4`: a resource of this server.
    Local {
        /// The type before the slash.
        resource_type: ResourceType,
        /// The logical id.
        id: &'a str,
        /// The version, when one was said.
        version: Option<&'a str>,
    },
    /// `#x`: a contained resource; `#` alone is the containing one.
    Contained(&'a str),
    /// `urn:uuid:…` or `urn:oid:…`: an entry of the same Bundle.
    Urn(&'a str),
    /// `http://…` or another absolute URI.
    Absolute(&'a str),
    /// `Patient?identifier=…`: to be resolved by a search.
    Conditional {
        /// The type before the question mark.
        resource_type: ResourceType,
        /// The search after it.
        query: &'a str,
    },
}

impl<'a> Reference<'a> {
    /// Reads the text of a reference; `None` when it is none of the forms.
    pub fn parse(text: &'a str) -> Option<Self> {
        if let Some(fragment) = text.strip_prefix('#') {
            return Some(Reference::Contained(fragment));
        }
        if text.starts_with("urn:") {
            return Some(Reference::Urn(text));
        }
        if is_absolute(text) {
            return Some(Reference::Absolute(text));
        }
        if let Some((name, query)) = text.split_once('?') {
            let resource_type = ResourceType::from_name(name)?;
            return Some(Reference::Conditional { resource_type, query });
        }
        Self::local(text)
    }

    /// Reads `Type/id` or `Type/id/_history/version`.
    pub fn local(text: &'a str) -> Option<Self> {
        let mut steps = text.split('/');
        let resource_type = ResourceType::from_name(steps.next()?)?;
        let id = steps.next().filter(|id| is_id(id))?;
        let version = match (steps.next(), steps.next(), steps.next()) {
            (None, ..) => None,
            (Some("_history"), Some(version), None) if is_id(version) => Some(version),
            _ => return None,
        };
        Some(Reference::Local { resource_type, id, version })
    }

    /// The type and id of the local resource of type `T` in `{base}/T/{id}`, the last steps of an absolute URL.
    pub fn tail_of_url(url: &'a str) -> Option<(ResourceType, &'a str)> {
        let url = url.split("/_history/").next()?;
        let (rest, id) = url.rsplit_once('/')?;
        let name = rest.rsplit('/').next()?;
        Some((ResourceType::from_name(name)?, id)).filter(|(_, id)| is_id(id))
    }
}

fn is_absolute(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}

impl Json {
    /// Shows the text of every Reference in a tree, in document order.
    pub fn each_reference(&self, each: &mut dyn FnMut(&str)) {
        // A tree was parsed, so its depth is bounded.
        match self {
            Json::Object(object) => {
                if let Some(text) = object.str("reference") {
                    each(text);
                }
                object.iter().for_each(|(_, value)| value.each_reference(each));
            }
            Json::Array(items) => items.iter().for_each(|item| item.each_reference(each)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        let patient = ResourceType::PATIENT;
        let local = |id, version| Some(Reference::Local { resource_type: patient, id, version });
        assert_eq!(Reference::parse("Patient/1"), local("1", None));
        assert_eq!(Reference::parse("Patient/1/_history/2"), local("1", Some("2")));
        assert_eq!(Reference::parse("#x"), Some(Reference::Contained("x")));
        assert_eq!(Reference::parse("urn:uuid:1"), Some(Reference::Urn("urn:uuid:1")));
        assert_eq!(Reference::parse("http://a/Patient/1"), Some(Reference::Absolute("http://a/Patient/1")));
        let query = "identifier=http://a|b";
        let conditional = Reference::Conditional { resource_type: patient, query };
        assert_eq!(Reference::parse("Patient?identifier=http://a|b"), Some(conditional));
        for text in [
            "",
            "Patient",
            "Patient/",
            "Patint/1",
            "Patient/a_b",
            "Patient/1/2",
            "Patient/1/_history",
            "/Patient/1",
        ] {
            assert_eq!(Reference::parse(text), None, "{text:?}");
        }
        assert_eq!(Reference::tail_of_url("http://a/fhir/Patient/1/_history/3"), Some((patient, "1")));
    }
}
