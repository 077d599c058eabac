//! Updates that do nothing but mark a resource as entered in error.

use crate::sent::Sent;
use fhir::{Json, Object, json};

/// The code of the mark.
pub const ENTERED_IN_ERROR: &str = "entered-in-error";

/// Where the mark is. Built by [`Mark::code`] or [`Mark::concept`].
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// The element: `status`, `verificationStatus`.
    pub element: &'static str,
    /// When the element is a CodeableConcept: the system of the code and its display.
    pub coding: Option<(&'static str, &'static str)>,
    /// Elements that R4 forbids beside the mark though the vendor requires them: they are not held against a body
    /// with the mark, and not stored with it.
    pub displaces: &'static [&'static str],
    /// The element of an update that refers to who sets the mark, the author of that update; without it, that is the
    /// author of the record.
    pub by: Option<&'static str>,
}

impl Mark {
    /// The element is a code.
    pub const fn code(element: &'static str) -> Self {
        Mark { element, coding: None, displaces: &[], by: None }
    }

    /// The element is a CodeableConcept of this system; `display` is what the code is called.
    pub const fn concept(element: &'static str, system: &'static str, display: &'static str) -> Self {
        Mark { element, coding: Some((system, display)), displaces: &[], by: None }
    }

    /// R4 forbids these elements beside the mark.
    #[must_use]
    pub const fn displacing(self, displaces: &'static [&'static str]) -> Self {
        Mark { displaces, ..self }
    }

    /// This element of an update refers to who sets the mark; without it, that is the automation user.
    #[must_use]
    pub const fn by(self, by: &'static str) -> Self {
        Mark { by: Some(by), ..self }
    }

    /// The marked resource as who sets the mark would have authored it: for the Provenance of the update.
    pub fn signed(&self, marked: &Object, sent: &Sent<'_>) -> Object {
        let mut signed = marked.clone();
        if let Some(by) = self.by {
            let author = sent.body.get(by).cloned();
            signed.insert(by, author.unwrap_or_else(|| sent.clinic.automation_user_reference()));
        }
        signed
    }

    /// Whether a resource has the mark.
    pub fn is_on(&self, resource: &Object) -> bool {
        match resource.get(self.element) {
            Some(Json::String(code)) => code == ENTERED_IN_ERROR,
            Some(concept) => {
                let codings = concept.get("coding").map(Json::items).unwrap_or_default();
                codings.iter().any(|coding| coding.str("code") == Some(ENTERED_IN_ERROR))
            }
            None => false,
        }
    }

    /// Takes away what R4 forbids beside the mark, when the mark is there.
    pub fn displace(&self, resource: &mut Object) {
        if self.is_on(resource) {
            for name in self.displaces {
                resource.remove(name);
                resource.remove(&format!("_{name}"));
            }
        }
    }

    /// `stored` with the mark.
    pub fn set(&self, stored: &Object) -> Object {
        let mut marked = stored.clone();
        let value = match self.coding {
            None => Json::from(ENTERED_IN_ERROR),
            Some((system, display)) => json!({
                "coding": [{ "system": system, "code": ENTERED_IN_ERROR, "display": display }],
                "text": display
            }),
        };
        marked.insert(self.element, value);
        self.displace(&mut marked);
        marked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_takes_the_place_of_what_r4_forbids_beside_it() {
        let mark = Mark::concept("verificationStatus", "urn:s", "Error").displacing(&["clinicalStatus"]);
        let stored = json!({ "clinicalStatus": { "text": "Active" }, "type": "allergy" });
        let marked = mark.set(stored.as_object().unwrap());
        assert!(mark.is_on(&marked) && !marked.contains("clinicalStatus") && marked.contains("type"));
        let status = Mark::code("status");
        assert!(!status.is_on(&marked));
        assert_eq!(status.set(&marked).str("status"), Some("entered-in-error"));
    }
}
