//! The state of an evaluation: what it has cost so far, and buffers that are used again.

use crate::error::EvaluateError;
use crate::item::{Item, ItemValue};
use crate::limits;
use fhir::Object;
use std::borrow::Cow;

/// One evaluation, or several one after the other, each with a budget of its own.
#[derive(Default)]
pub(crate) struct Run<'a> {
    produced: usize,
    /// What earlier evaluations produced.
    earlier: u64,
    written: usize,
    buffers: Vec<Vec<Item<'a>>>,
    /// The items of parts that are evaluated once, by their number.
    once: Vec<Option<Vec<Item<'a>>>>,
}

/// How many buffers are kept: more than real expressions have parts within parts.
const BUFFERS: usize = 16;

impl<'a> Run<'a> {
    /// Starts another evaluation.
    pub(crate) fn restart(&mut self) {
        self.earlier = self.work();
        (self.produced, self.written) = (0, 0);
        self.once.clear();
    }

    /// How many items all evaluations have produced.
    pub(crate) fn work(&self) -> u64 {
        self.earlier.saturating_add(self.produced as u64)
    }

    /// Counts one more item, or as much work.
    pub(crate) fn count(&mut self) -> Result<(), EvaluateError> {
        self.count_many(1)
    }

    pub(crate) fn count_many(&mut self, items: usize) -> Result<(), EvaluateError> {
        self.produced = self.produced.saturating_add(items);
        if self.produced > limits::ITEMS { Err(EvaluateError::TooManyItems) } else { Ok(()) }
    }

    /// Counts text before it is written.
    pub(crate) fn count_text(&mut self, bytes: usize) -> Result<(), EvaluateError> {
        self.written = self.written.saturating_add(bytes);
        if self.written > limits::TEXT { Err(EvaluateError::TooMuchText) } else { Ok(()) }
    }

    pub(crate) fn emit(&mut self, item: Item<'a>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
        self.count()?;
        out.push(item);
        Ok(())
    }

    /// Emits a copy of an item. Text that lies in the tree or the expression is not copied.
    pub(crate) fn emit_copy(
        &mut self,
        item: &Item<'a>,
        out: &mut Vec<Item<'a>>,
    ) -> Result<(), EvaluateError> {
        if let ItemValue::Text(Cow::Owned(text)) = &item.value {
            self.count_text(text.len())?;
        }
        self.emit(item.clone(), out)
    }

    /// Counts text that is read from one end to the other.
    pub(crate) fn count_reading(&mut self, text: &str) -> Result<(), EvaluateError> {
        self.count_many(text.len() / limits::TEXT_BYTES_PER_ITEM)
    }

    /// Counts a look for a member in an object.
    pub(crate) fn count_lookup(&mut self, object: &Object) -> Result<(), EvaluateError> {
        self.count_many(object.len() / limits::MEMBERS_PER_ITEM)
    }

    /// An empty collection.
    pub(crate) fn buffer(&mut self) -> Vec<Item<'a>> {
        self.buffers.pop().unwrap_or_default()
    }

    /// Takes back a collection that is no longer needed.
    pub(crate) fn recycle(&mut self, mut items: Vec<Item<'a>>) {
        if self.buffers.len() < BUFFERS && items.capacity() > 0 {
            items.clear();
            self.buffers.push(items);
        }
    }

    /// What a part that is evaluated once has yielded; it is to be remembered again.
    pub(crate) fn take_remembered(&mut self, part: usize) -> Option<Vec<Item<'a>>> {
        self.once.get_mut(part)?.take()
    }

    pub(crate) fn remember(&mut self, part: usize, items: Vec<Item<'a>>) {
        if self.once.len() <= part {
            self.once.resize_with(part + 1, || None);
        }
        if let Some(place) = self.once.get_mut(part) {
            *place = Some(items);
        }
    }
}
