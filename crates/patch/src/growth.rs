//! What the operations of a patch add up to, so that a small patch cannot make a giant.

use crate::limits;
use fhir::Json;

/// What may still be added, in bytes and levels of arrays and objects.
pub(crate) struct Growth {
    left: usize,
    max_depth: usize,
}

impl Growth {
    /// A result may be nested as deep as `max_depth`: one operation puts its value into another's, so that without a
    /// bound a patch could build what no stack holds.
    pub(crate) const fn new(max_depth: usize) -> Self {
        Growth { left: limits::ADDED, max_depth }
    }

    /// Accounts for `value`, which comes to stand `above` levels below the root.
    ///
    /// # Errors
    ///
    /// A limit is passed; which.
    pub(crate) fn add(&mut self, value: &Json, above: usize) -> Result<(), String> {
        let extent = Extent::of(value);
        self.check_depth(above + extent.depth)?;
        let left = self.left.checked_sub(extent.size).ok_or_else(|| {
            format!("the operations add more than the limit of {} bytes to the resource", limits::ADDED)
        })?;
        self.left = left;
        Ok(())
    }

    /// As [`add`](Self::add), for what was there already at another place.
    pub(crate) fn put(&self, value: &Json, above: usize) -> Result<(), String> {
        self.check_depth(above + Extent::of(value).depth)
    }

    fn check_depth(&self, depth: usize) -> Result<(), String> {
        if depth > self.max_depth {
            return Err(format!("the result is nested deeper than the limit of {} levels", self.max_depth));
        }
        Ok(())
    }
}

/// How large a value is: bytes of JSON, roughly, and levels of arrays and objects.
#[derive(Clone, Copy, Default)]
struct Extent {
    size: usize,
    depth: usize,
}

/// What a value costs at least: a tree's node is larger than the shortest JSON.
const NODE: usize = 32;

impl Extent {
    fn of(value: &Json) -> Self {
        match value {
            Json::Null | Json::Bool(_) => Extent { size: NODE, depth: 0 },
            Json::Number(number) => Extent { size: NODE + number.as_str().len(), depth: 0 },
            Json::String(text) => Extent { size: NODE + text.len(), depth: 0 },
            Json::Array(items) => items.iter().map(Extent::of).fold(Extent::default(), Extent::with).inside(),
            Json::Object(object) => object
                .iter()
                .map(|(name, value)| {
                    let value = Extent::of(value);
                    Extent { size: value.size + name.len(), ..value }
                })
                .fold(Extent::default(), Extent::with)
                .inside(),
        }
    }

    fn with(self, other: Extent) -> Self {
        Extent { size: self.size + other.size, depth: self.depth.max(other.depth) }
    }

    fn inside(self) -> Self {
        Extent { size: self.size + NODE, depth: self.depth + 1 }
    }
}
