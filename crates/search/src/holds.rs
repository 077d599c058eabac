//! Whether index rows meet a condition: what the store does in SQL, for values that are looked at one by one.

use crate::index::IndexRow;
use crate::query::{Criterion, TextTest};

impl TextTest {
    /// Whether a folded text passes. SQL says the same.
    pub fn holds(&self, folded: &str) -> bool {
        match self {
            TextTest::StartsWith(text) => folded.starts_with(text.as_str()),
            TextTest::Contains(text) => folded.contains(text.as_str()),
            TextTest::Equals(text) => folded == text.as_str(),
        }
    }
}

/// Whether the rows meet the condition, as far as rows can: what asks for ids, times or other resources does not hold.
pub(crate) fn holds(criterion: &Criterion, rows: &[IndexRow]) -> bool {
    match criterion {
        Criterion::Keys { parameter, hashes } => rows.iter().any(
            |row| matches!(row, IndexRow::Key { parameter: of, hash } if of == parameter && hashes.contains(hash)),
        ),
        Criterion::Text { parameter, any_of } => rows.iter().any(|row| match row {
            IndexRow::Text { parameter: of, folded } => {
                of == parameter && any_of.iter().any(|test| test.holds(folded))
            }
            _ => false,
        }),
        Criterion::Spans { parameter, any_of } => rows.iter().any(|row| match row {
            IndexRow::Span { parameter: of, from, to } => {
                of == parameter && any_of.iter().any(|test| test.holds(*from, *to))
            }
            _ => false,
        }),
        Criterion::Numbers { parameter, unit, any_of } => rows.iter().any(|row| match row {
            IndexRow::Number { parameter: of, unit: found, low, high } => {
                of == parameter && found == unit && any_of.iter().any(|test| test.holds(*low, *high))
            }
            _ => false,
        }),
        Criterion::All(criteria) => criteria.iter().all(|criterion| holds(criterion, rows)),
        Criterion::Either(criteria) => criteria.iter().any(|criterion| holds(criterion, rows)),
        Criterion::Not(criterion) => !holds(criterion, rows),
        Criterion::Ids(_)
        | Criterion::LastUpdated(_)
        | Criterion::RefersTo { .. }
        | Criterion::RefersWithin { .. }
        | Criterion::RefersAlong { .. }
        | Criterion::ReferredToBy { .. }
        | Criterion::Tested { .. } => false,
    }
}
