//! Where the walk is, to be told in two ways: as FHIRPath for `expression`, and as the path that a text names.

use fhir::Object;
use fhir::location::identifier;
use std::fmt;

/// A place in a resource, linked to its parents on the stack: walking costs nothing until a problem is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    /// What all expressions begin with.
    Root(&'a str),
    /// The resource that is the value of the parent: paths begin anew, expressions go on.
    Resource,
    /// A member: what FHIRPath calls it (`deceased`), what JSON calls it (`deceasedBoolean`), and which member of its
    /// object it is, from 1; 0 for what is not there.
    Member { name: &'a str, key: &'a str, position: usize },
    /// An item of a list, from 0.
    Item(usize),
}

impl<'a> Place<'a> {
    pub(crate) const fn root(expression: &'a str) -> Self {
        Place { parent: None, step: Step::Root(expression) }
    }

    pub(crate) const fn resource(&'a self) -> Place<'a> {
        Place { parent: Some(self), step: Step::Resource }
    }

    /// The member `key`, which is a value of the element `name`; the object's member number `position`, from 1.
    pub(crate) const fn member(&'a self, name: &'a str, key: &'a str, position: usize) -> Place<'a> {
        Place { parent: Some(self), step: Step::Member { name, key, position } }
    }

    /// A member that is not there, or that stands first where its object is told of.
    pub(crate) const fn child(&'a self, name: &'a str) -> Place<'a> {
        self.member(name, name, 0)
    }

    /// The member `name` of `object`, which is at this place.
    pub(crate) fn child_of(&'a self, object: &Object, name: &'a str) -> Place<'a> {
        self.member(name, name, object.position(name).map_or(0, |position| position + 1))
    }

    pub(crate) const fn item(&'a self, index: usize) -> Place<'a> {
        Place { parent: Some(self), step: Step::Item(index) }
    }

    /// The index of this item in its list; 0 for what is in none.
    pub(crate) const fn index(&self) -> usize {
        match self.step {
            Step::Item(index) => index,
            _ => 0,
        }
    }

    /// The JSON name of this member; empty for what is none.
    pub(crate) const fn key(&self) -> &'a str {
        match self.step {
            Step::Member { key, .. } => key,
            _ => "",
        }
    }

    /// The JSON names from the resource that this is in, each with the index of the item in its list, if it is one.
    pub(crate) fn way(&self) -> Vec<(&'a str, Option<usize>)> {
        let mut way = match (self.parent, self.step) {
            (Some(parent), Step::Member { .. } | Step::Item(_)) => parent.way(),
            _ => Vec::new(),
        };
        match self.step {
            Step::Member { key, .. } => way.push((key, None)),
            Step::Item(index) => {
                if let Some((_, at)) = way.last_mut() {
                    *at = Some(index);
                }
            }
            Step::Root(_) | Step::Resource => {}
        }
        way
    }

    /// FHIRPath from the root, with indices: `Patient.contact[0].name`.
    pub(crate) fn expression(&self) -> impl fmt::Display {
        Expression(self)
    }

    /// JSON names from the resource that this is in, without its type and without indices: `contact.name`. Empty
    /// for the resource itself.
    pub(crate) fn path(&self) -> impl fmt::Display {
        Path(self)
    }

    /// Where this stands in the document: places compare as the document is read, an object before its members and
    /// what it lacks before what it has.
    pub(crate) fn order(&self) -> Vec<usize> {
        let mut order = self.parent.map(Place::order).unwrap_or_default();
        match self.step {
            Step::Root(_) | Step::Resource => {}
            Step::Member { position, .. } => order.push(position),
            Step::Item(index) => order.push(index),
        }
        order
    }

    /// Whether this is a resource itself, so that its [`path`](Self::path) is empty.
    pub(crate) const fn is_resource(&self) -> bool {
        matches!(self.step, Step::Root(_) | Step::Resource)
    }
}

struct Expression<'p>(&'p Place<'p>);

impl fmt::Display for Expression<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.0.parent {
            Expression(parent).fmt(f)?;
        }
        match self.0.step {
            Step::Root(expression) => f.write_str(expression),
            Step::Resource => Ok(()),
            Step::Member { name, .. } => write!(f, ".{}", identifier(name)),
            Step::Item(index) => write!(f, "[{index}]"),
        }
    }
}

struct Path<'p>(&'p Place<'p>);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { parent: Some(parent), step } = self.0 else { return Ok(()) };
        match step {
            Step::Root(_) | Step::Resource => Ok(()),
            Step::Item(_) => Path(parent).fmt(f),
            Step::Member { key, .. } => {
                Path(parent).fmt(f)?;
                let dot = if parent.is_resource() { "" } else { "." };
                write!(f, "{dot}{key}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_fhirpath_and_as_a_path() {
        let root = Place::root("Bundle");
        let (entry, resource) = (root.child("entry"), "resource");
        let (item, deceased) = (entry.item(3), "deceasedBoolean");
        let (value, contact) = (item.child(resource), "contact");
        let (patient, list) = (value.resource(), value.resource());
        assert_eq!(value.path().to_string(), "entry.resource");
        let member = patient.member("deceased", deceased, 1);
        assert_eq!(member.expression().to_string(), "Bundle.entry[3].resource.deceased");
        assert_eq!(member.path().to_string(), "deceasedBoolean");
        let (contacts, name) = (list.child(contact), "name");
        assert_eq!(contacts.item(0).child(name).path().to_string(), "contact.name");
    }

    #[test]
    fn names_that_are_no_identifiers_are_quoted() {
        let root = Place::root("Patient");
        assert_eq!(root.child("a b").expression().to_string(), "Patient.`a b`");
        assert_eq!(root.child("`").expression().to_string(), "Patient.`\\``");
        assert_eq!(root.child("").expression().to_string(), "Patient.``");
        assert!(root.child(&"x".repeat(9999)).expression().to_string().len() < 100);
    }
}
