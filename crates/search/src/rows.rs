//! Where extraction puts the rows of one parameter.

use crate::fold::fold_to;
use crate::index::{ANY_UNIT, IndexRow, ParameterId, TEXT_LENGTH};
use crate::key::Key;
use fhir::datetime::Period;

/// The most bytes that folding adds at once: a blank and a character.
pub(crate) const LONGEST_STEP: usize = 5;

fn is_longer(text: &str, folded: usize) -> bool {
    fold_to(text, folded + LONGEST_STEP).len() > folded
}

/// Collects the rows of one parameter of a resource.
pub(crate) struct Rows<'r> {
    pub(crate) parameter: ParameterId,
    pub(crate) rows: &'r mut Vec<IndexRow>,
    /// Whether one of the rows so far is what [`presence`](crate::presence) looks for.
    pub(crate) told: bool,
}

impl<'r> Rows<'r> {
    pub(crate) fn new(parameter: ParameterId, rows: &'r mut Vec<IndexRow>) -> Self {
        Rows { parameter, rows, told: false }
    }

    pub(crate) fn key(&mut self, key: Key<'_>) {
        self.rows.push(key.row(self.parameter));
    }

    /// A text to be found by its start or a part, or as it is written.
    pub(crate) fn text(&mut self, text: &str) {
        let folded = fold_to(text, TEXT_LENGTH);
        // What is a character shorter may have been cut before one.
        if folded.len() + LONGEST_STEP > TEXT_LENGTH && is_longer(text, folded.len()) {
            self.key(Key::Cut);
        }
        if !folded.is_empty() {
            self.told = true;
            self.rows.push(IndexRow::Text { parameter: self.parameter, folded: folded.into() });
        }
        self.key(Key::Exact(text));
    }

    /// A part of a text, to be found by its start.
    pub(crate) fn part(&mut self, folded: &str) {
        self.rows.push(IndexRow::Text { parameter: self.parameter.parts(), folded: folded.into() });
    }

    pub(crate) fn span(&mut self, span: Period) {
        self.told = true;
        self.rows.push(IndexRow::Span { parameter: self.parameter, from: span.from, to: span.to });
    }

    /// A number or a range of numbers, as it is written.
    pub(crate) fn number(&mut self, low: f64, high: f64) {
        self.told = true;
        self.number_in(ANY_UNIT, low, high);
    }

    /// The same in a unit.
    pub(crate) fn number_in(&mut self, unit: u64, low: f64, high: f64) {
        self.rows.push(IndexRow::Number { parameter: self.parameter, unit, low, high });
    }
}
