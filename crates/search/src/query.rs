//! A search, decided: what storage carries out without knowing what FHIR means by it.

use crate::index::ParameterId;
use fhir::ResourceType;

/// A search of one resource type. A resource matches when every criterion holds of its current version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The type searched.
    pub resource_type: ResourceType,
    /// All must hold.
    pub criteria: Vec<Criterion>,
    /// In this order; ties, and no order at all, in the order of last change.
    pub sort: Vec<Sort>,
    /// How many matches to skip.
    pub offset: u64,
    /// How many matches to return at most; 0 for none (a count).
    pub limit: u64,
    /// Whether the number of all matches is wanted.
    pub total: Total,
    /// Only what had been written up to this mark: the `mark` of an earlier page of the same walk.
    pub as_of: Option<i64>,
}

impl Query {
    /// A search for all resources of a type, unlimited, unsorted, uncounted.
    pub fn all(resource_type: ResourceType) -> Self {
        Query {
            resource_type,
            criteria: Vec::new(),
            sort: Vec::new(),
            offset: 0,
            limit: u64::MAX,
            total: Total::None,
            as_of: None,
        }
    }

    /// The same search with one more criterion.
    #[must_use]
    pub fn and(mut self, criterion: Criterion) -> Self {
        self.criteria.push(criterion);
        self
    }
}

/// Whether to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// Don't.
    None,
    /// The exact number of matches.
    Accurate,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// The logical id is one of these.
    Ids(Vec<String>),
    /// The resource has a [`Key`](crate::IndexRow::Key) row with one of these hashes.
    Keys {
        /// The parameter.
        parameter: ParameterId,
        /// [`key_hash`](crate::index::key_hash)es; any one is enough.
        hashes: Vec<u64>,
    },
    /// The resource has a [`Text`](crate::IndexRow::Text) row that passes one of these tests.
    Text {
        /// The parameter.
        parameter: ParameterId,
        /// Any one is enough.
        any_of: Vec<TextTest>,
    },
    /// The resource has a [`Span`](crate::IndexRow::Span) row that passes one of these tests.
    Spans {
        /// The parameter.
        parameter: ParameterId,
        /// Any one is enough.
        any_of: Vec<SpanTest>,
    },
    /// The time of the last change, taken as a span of one millisecond, passes one of these tests.
    LastUpdated(Vec<SpanTest>),
    /// Any one of these holds.
    Either(Vec<Criterion>),
    /// This does not hold.
    Not(Box<Criterion>),
}

/// A test of folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextTest {
    /// It starts with this.
    StartsWith(String),
    /// It has this somewhere.
    Contains(String),
    /// It is this.
    Equals(String),
}

/// A test of a span `[from, to)` of milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanTest {
    /// It lies within `[from, to)`.
    Within {
        /// First millisecond.
        from: i64,
        /// The millisecond after the last.
        to: i64,
    },
    /// It does not lie within `[from, to)`.
    NotWithin {
        /// First millisecond.
        from: i64,
        /// The millisecond after the last.
        to: i64,
    },
    /// It shares a millisecond with `[from, to)`.
    Overlaps {
        /// First millisecond.
        from: i64,
        /// The millisecond after the last.
        to: i64,
    },
    /// It starts before this millisecond.
    StartsBefore(i64),
    /// It starts at this millisecond or later.
    StartsFrom(i64),
    /// It ends before or at this millisecond (its last millisecond is earlier).
    EndsBy(i64),
    /// It ends after this millisecond.
    EndsAfter(i64),
}

impl SpanTest {
    /// Whether the span `[from, to)` passes. SQL says the same.
    pub const fn holds(self, from: i64, to: i64) -> bool {
        match self {
            SpanTest::Within { from: a, to: b } => from >= a && to <= b,
            SpanTest::NotWithin { from: a, to: b } => from < a || to > b,
            SpanTest::Overlaps { from: a, to: b } => from < b && to > a,
            SpanTest::StartsBefore(at) => from < at,
            SpanTest::StartsFrom(at) => from >= at,
            SpanTest::EndsBy(at) => to <= at,
            SpanTest::EndsAfter(at) => to > at,
        }
    }
}

/// One key of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// From the largest down. Resources without a value come last either way.
    pub descending: bool,
}

/// What to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// The time of the last change.
    LastUpdated,
    /// The logical id.
    Id,
    /// The least folded text under the parameter; the greatest when descending.
    Text(ParameterId),
    /// The earliest start under the parameter; the latest when descending.
    Span(ParameterId),
}
