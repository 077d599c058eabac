//! The meaning of a search, told a second time: over plain lists, without any index.

use ::search::{Criterion, IndexRow, Query, SortKey, TextTest};
use std::cmp::Ordering;

/// A resource as the model knows it, in the order of change.
#[derive(Clone, Debug)]
pub struct Modelled {
    pub id: String,
    pub last_updated: i64,
    pub index: Vec<IndexRow>,
}

/// The ids of all matches, in order, before offset and limit.
pub fn search(resources: &[Modelled], query: &Query) -> Vec<String> {
    let mut found: Vec<&Modelled> =
        resources.iter().filter(|resource| query.criteria.iter().all(|c| holds(c, resource))).collect();
    found.sort_by(|a, b| {
        query
            .sort
            .iter()
            .map(|sort| compare(a, b, &sort.key, sort.descending))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    found.into_iter().map(|resource| resource.id.clone()).collect()
}

/// What the model takes for the stored bytes: only the id, for the versions differ.
fn body(id: &str) -> Vec<u8> {
    format!("{id} ").into_bytes()
}

/// A number in its order.
struct Number(f64);

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        // One zero.
        (self.0 + 0.0).total_cmp(&(other.0 + 0.0))
    }
}

fn holds(criterion: &Criterion, resource: &Modelled) -> bool {
    let index = &resource.index;
    match criterion {
        Criterion::Ids(ids) => ids.contains(&resource.id),
        Criterion::Keys { parameter, hashes } => index.iter().any(|row| {
            matches!(row, IndexRow::Key { parameter: p, hash } if p == parameter && hashes.contains(hash))
        }),
        Criterion::Text { parameter, any_of } => index.iter().any(|row| match row {
            IndexRow::Text { parameter: p, folded } if p == parameter => {
                any_of.iter().any(|test| match test {
                    TextTest::StartsWith(text) => folded.starts_with(text.as_str()),
                    TextTest::Contains(text) => folded.contains(text.as_str()),
                    TextTest::Equals(text) => **folded == **text,
                })
            }
            _ => false,
        }),
        Criterion::Spans { parameter, any_of } => index.iter().any(|row| match row {
            IndexRow::Span { parameter: p, from, to } if p == parameter => {
                any_of.iter().any(|test| test.holds(*from, *to))
            }
            _ => false,
        }),
        Criterion::Numbers { parameter, unit, any_of } => index.iter().any(|row| match row {
            IndexRow::Number { parameter: p, unit: u, low, high } if p == parameter && u == unit => {
                any_of.iter().any(|test| test.holds(*low, *high))
            }
            _ => false,
        }),
        Criterion::LastUpdated(any_of) => {
            any_of.iter().any(|test| test.holds(resource.last_updated, resource.last_updated + 1))
        }
        Criterion::RefersTo { .. } | Criterion::RefersWithin { .. } | Criterion::RefersAlong { .. } | Criterion::ReferredToBy { .. } | Criterion::Tested { .. } => {
            panic!("the model knows one resource at a time")
        }
        Criterion::All(criteria) => criteria.iter().all(|criterion| holds(criterion, resource)),
        Criterion::Either(criteria) => criteria.iter().any(|criterion| holds(criterion, resource)),
        Criterion::Not(criterion) => !holds(criterion, resource),
    }
}

fn compare(a: &Modelled, b: &Modelled, key: &SortKey, descending: bool) -> Ordering {
    fn ordered<T: Ord>(a: Option<T>, b: Option<T>, descending: bool) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if descending => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        }
    }
    fn extreme<T: Ord>(values: impl Iterator<Item = T>, descending: bool) -> Option<T> {
        if descending { values.max() } else { values.min() }
    }
    let texts = |resource: &Modelled, parameter| {
        let values = resource.index.iter().filter_map(|row| match row {
            IndexRow::Text { parameter: p, folded } if *p == parameter => Some(folded.clone()),
            _ => None,
        });
        extreme(values, descending)
    };
    let starts = |resource: &Modelled, parameter| {
        let values = resource.index.iter().filter_map(|row| match row {
            IndexRow::Span { parameter: p, from, .. } if *p == parameter => Some(*from),
            _ => None,
        });
        extreme(values, descending)
    };
    let lows = |resource: &Modelled, parameter| {
        let values = resource.index.iter().filter_map(|row| match row {
            IndexRow::Number { parameter: p, unit: 0, low, .. } if *p == parameter => Some(Number(*low)),
            _ => None,
        });
        extreme(values, descending)
    };
    let computed = |resource: &Modelled, text: &search::SortText| (text.0)(&body(&resource.id));
    match key {
        SortKey::LastUpdated => ordered(Some(a.last_updated), Some(b.last_updated), descending),
        SortKey::Id => ordered(Some(&a.id), Some(&b.id), descending),
        SortKey::Text(parameter) => ordered(texts(a, *parameter), texts(b, *parameter), descending),
        SortKey::Span(parameter) => ordered(starts(a, *parameter), starts(b, *parameter), descending),
        SortKey::Number(parameter) => ordered(lows(a, *parameter), lows(b, *parameter), descending),
        SortKey::Computed(text) => ordered(computed(a, text), computed(b, text), descending),
    }
}
