//! What can be said of a part of an expression before it is evaluated: the types of its items.

use crate::item_type::ItemType;

/// The types that the items of a collection may have.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shape {
    /// All of them; `None` when they are not known. A type that others specialise stands for them too.
    pub(crate) types: Option<Vec<ItemType>>,
    /// They may be resources that are known by reference only, so their elements can't be asked for.
    pub(crate) elsewhere: bool,
}

impl Shape {
    pub(crate) const UNKNOWN: Shape = Shape { types: None, elsewhere: false };

    pub(crate) fn of(item_type: ItemType) -> Self {
        Shape { types: Some(vec![item_type]), elsewhere: false }
    }

    pub(crate) fn of_all(types: impl IntoIterator<Item = ItemType>) -> Self {
        let mut all = Vec::new();
        for item_type in types {
            if !all.contains(&item_type) {
                all.push(item_type);
            }
        }
        Shape { types: Some(all), elsewhere: false }
    }

    /// The items of either.
    pub(crate) fn or(self, other: Shape) -> Self {
        let types = match (self.types, other.types) {
            (Some(a), Some(b)) => Shape::of_all(a.into_iter().chain(b)).types,
            _ => None,
        };
        Shape { types, elsewhere: self.elsewhere || other.elsewhere }
    }

    /// Those of the items that are of `wanted` or specialise it.
    pub(crate) fn only(&self, wanted: ItemType) -> Self {
        let narrowed = |found: &ItemType| {
            // `Resource` narrowed to Patient is Patient; `Age` narrowed to Quantity remains Age.
            if found.is_a(wanted) { Some(*found) } else { wanted.is_a(*found).then_some(wanted) }
        };
        let types = match &self.types {
            Some(types) => Shape::of_all(types.iter().filter_map(narrowed)).types,
            None => Some(vec![wanted]),
        };
        Shape { types, elsewhere: self.elsewhere }
    }
}
