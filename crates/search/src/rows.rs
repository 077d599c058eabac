//! Where extraction puts the rows of one parameter.

use crate::fold::fold_to;
use crate::index::{IndexRow, ParameterId, TEXT_LENGTH};
use crate::key::Key;
use fhir::datetime::Period;

/// Collects the rows of one parameter of a resource.
pub(crate) struct Rows<'r> {
    pub(crate) parameter: ParameterId,
    pub(crate) rows: &'r mut Vec<IndexRow>,
}

impl Rows<'_> {
    pub(crate) fn key(&mut self, key: Key<'_>) {
        self.rows.push(key.row(self.parameter));
    }

    /// A text to be found by its start or a part, or as it is written.
    pub(crate) fn text(&mut self, text: &str) {
        let folded = fold_to(text, TEXT_LENGTH);
        if !folded.is_empty() {
            self.rows.push(IndexRow::Text { parameter: self.parameter, folded: folded.into() });
        }
        self.key(Key::Exact(text));
    }

    pub(crate) fn span(&mut self, span: Period) {
        self.rows.push(IndexRow::Span { parameter: self.parameter, from: span.from, to: span.to });
    }
}
