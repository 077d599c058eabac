//! Collections without duplicates (<http://hl7.org/fhirpath/N1/#distinct--collection>).

use crate::equality::{contains, items_equal};
use crate::error::EvaluateError;
use crate::item::{Item, ItemValue};
use crate::item_type::SystemType;
use crate::run::Run;
use std::borrow::Cow;
use std::collections::HashSet;

/// Items of which no two are equal. Many are told apart by the hash of their text, so that a long list of references
/// or codes is no quadratic work; items that are no text are compared one by one.
pub(crate) struct Distinct<'a> {
    items: Vec<Item<'a>>,
    /// The texts among the items, once there are [`FEW`].
    texts: HashSet<Cow<'a, str>>,
    /// Where the items that are no text stand, once there are [`FEW`].
    others: Vec<usize>,
}

/// Fewer items than this are compared one by one, which is faster than hashing.
const FEW: usize = 8;

impl<'a> Distinct<'a> {
    pub(crate) fn new() -> Self {
        Distinct { items: Vec::new(), texts: HashSet::new(), others: Vec::new() }
    }

    /// Adds an item unless an equal one is there; says whether it was added.
    pub(crate) fn add(&mut self, item: Item<'a>, run: &mut Run<'a>) -> Result<bool, EvaluateError> {
        let known = self.contains(&item, run)?;
        if !known {
            run.count()?;
            self.items.push(item);
            if self.items.len() == FEW {
                (0..FEW).for_each(|place| self.index(place));
            } else if self.items.len() > FEW {
                self.index(self.items.len() - 1);
            }
        }
        Ok(!known)
    }

    /// Whether an equal item is there.
    pub(crate) fn contains(&self, item: &Item<'a>, run: &mut Run<'a>) -> Result<bool, EvaluateError> {
        if self.items.len() >= FEW
            && let Some(text) = text(item)
        {
            run.count()?;
            run.count_reading(text)?;
            return Ok(self.texts.contains(text));
        }
        if self.items.len() < FEW {
            return contains(&self.items, item, run);
        }
        for other in self.others.iter().filter_map(|place| self.items.get(*place)) {
            if items_equal(other, item, run)? == Some(true) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn index(&mut self, place: usize) {
        let Some(item) = self.items.get(place) else { return };
        match (text(item), &item.value) {
            (Some(_), ItemValue::Text(text)) => drop(self.texts.insert(text.clone())),
            (Some(_), ItemValue::Json(json)) => {
                self.texts.extend(json.as_str().map(Cow::Borrowed));
            }
            _ => self.others.push(place),
        }
    }

    /// The item that was added last.
    pub(crate) fn last(&self) -> Option<&Item<'a>> {
        self.items.last()
    }

    pub(crate) fn into_items(self) -> Vec<Item<'a>> {
        self.items
    }
}

/// The text of an item that equals nothing but text.
fn text<'i>(item: &'i Item<'_>) -> Option<&'i str> {
    item.as_str().filter(|_| item.system_type() == Some(SystemType::String))
}
