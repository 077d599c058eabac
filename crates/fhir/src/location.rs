//! Where in a resource something is, as FHIRPath: `Patient.name[0].given[1]`.

use crate::outcome::{QUOTED_CHARACTERS, cut};
use std::borrow::Cow;
use std::fmt;

/// A place in a tree, linked to its parents on the stack: walking costs nothing until a problem is told.
#[derive(Clone, Copy, Debug)]
pub struct Location<'a> {
    parent: Option<&'a Location<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

impl<'a> Location<'a> {
    /// The root: a resource type, or an expression that the caller has already built
    /// (`Bundle.entry[3].resource`).
    pub const fn root(name: &'a str) -> Self {
        Location { parent: None, step: Step::Name(name) }
    }

    /// The element `name` of this place.
    pub const fn child(&'a self, name: &'a str) -> Location<'a> {
        Location { parent: Some(self), step: Step::Name(name) }
    }

    /// The item `index` of this list, counted from 0.
    pub const fn item(&'a self, index: usize) -> Location<'a> {
        Location { parent: Some(self), step: Step::Index(index) }
    }
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Name(name) if self.parent.is_none() => f.write_str(name),
            Step::Name(name) => write!(f, ".{}", identifier(name)),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// A client's name as FHIRPath writes it: as it is, or in backquotes when it is no identifier; cut when it is long.
pub fn identifier(name: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let starts = name.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    if starts && name.len() <= QUOTED_CHARACTERS && name.bytes().all(plain) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(format!("`{}`", cut(name).replace('\\', "\\\\").replace('`', "\\`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_reads_as_fhirpath() {
        let (root, list, item);
        root = Location::root("Patient");
        list = root.child("name");
        item = list.item(2);
        assert_eq!(item.child("given").to_string(), "Patient.name[2].given");
    }
}
