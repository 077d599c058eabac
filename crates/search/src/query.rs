//! A search, decided: what storage carries out without knowing what FHIR means by it.

use crate::index::{IndexRow, ParameterId};
use fhir::{Json, ResourceType};
use std::fmt;
use std::sync::Arc;

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
    /// The resource has a [`Number`](crate::IndexRow::Number) row of that unit that passes one of these tests.
    Numbers {
        /// The parameter.
        parameter: ParameterId,
        /// [`ANY_UNIT`](crate::index::ANY_UNIT), or the unit's [`key_hash`](crate::index::key_hash).
        unit: u64,
        /// Any one is enough.
        any_of: Vec<NumberTest>,
    },
    /// The time of the last change, taken as a span of one millisecond, passes one of these tests.
    LastUpdated(Vec<SpanTest>),
    /// The resource refers, under the parameter, to a resource of type `target` of which all criteria hold: a
    /// chain. [`resolve`](crate::resolve) makes [`Keys`](Criterion::Keys) of it.
    RefersTo {
        /// The reference parameter.
        parameter: ParameterId,
        /// The type that is referred to.
        target: ResourceType,
        /// What must hold of what is referred to.
        criteria: Vec<Criterion>,
    },
    /// The resource refers, under the parameter, to a resource of type `target` that it contains and of which all
    /// criteria hold. [`resolve`](crate::resolve) makes [`Ids`](Criterion::Ids) of it.
    RefersWithin {
        /// The reference parameter.
        parameter: ParameterId,
        /// The type that is referred to.
        target: ResourceType,
        /// What must hold of what is referred to.
        criteria: Vec<Criterion>,
        /// Those resources of the type to which the parameter points.
        contained: Contained,
    },
    /// The resource refers, under one of the parameters, to the resource `id` of type `target`, or to one that is reached
    /// from it step by step, however many: what is part of it, or what it is part of.
    /// [`resolve`](crate::resolve) makes [`Keys`](Criterion::Keys) of it.
    RefersAlong {
        /// The reference parameters.
        parameters: Vec<ParameterId>,
        /// The type that is referred to.
        target: ResourceType,
        /// Where the steps begin.
        id: String,
        /// The steps.
        step: Step,
    },
    /// A resource of type `by` of which all criteria hold refers to this one: `_has`. [`resolve`](crate::resolve)
    /// makes [`Ids`](Criterion::Ids) of it.
    ReferredToBy {
        /// The type that refers.
        by: ResourceType,
        /// What must hold of what refers.
        criteria: Vec<Criterion>,
        /// The ids of the type searched that it refers to.
        references: References,
    },
    /// All candidates' criteria hold, and the resource itself passes a test that the index cannot decide.
    /// [`resolve`](crate::resolve) makes [`Ids`](Criterion::Ids) of it.
    Tested {
        /// What the index can tell.
        candidates: Vec<Criterion>,
        /// What only the resource can.
        test: Test,
    },
    /// All of these hold.
    All(Vec<Criterion>),
    /// Any one of these holds.
    Either(Vec<Criterion>),
    /// This does not hold.
    Not(Box<Criterion>),
}

impl Criterion {
    /// Appends the types of the other resources that it looks at.
    pub(crate) fn look_at(&self, types: &mut Vec<ResourceType>) {
        match self {
            Criterion::RefersTo { target: other, criteria, .. }
            | Criterion::RefersWithin { target: other, criteria, .. }
            | Criterion::ReferredToBy { by: other, criteria, .. } => {
                types.push(*other);
                criteria.iter().for_each(|criterion| criterion.look_at(types));
            }
            Criterion::Tested { candidates: criteria, .. }
            | Criterion::All(criteria)
            | Criterion::Either(criteria) => criteria.iter().for_each(|criterion| criterion.look_at(types)),
            Criterion::RefersAlong { target, .. } => types.push(*target),
            Criterion::Not(criterion) => criterion.look_at(types),
            _ => {}
        }
    }
}

/// A step from resources to others of their type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To what refers to them under this parameter.
    Down(ParameterId),
    /// To what they refer to.
    Up(References),
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

/// A test of a range of numbers from `low` to `high`; a single number is a range of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NumberTest {
    /// It lies within `low..high`: `low` inclusive, `high` exclusive unless `closed`.
    Within {
        /// The least.
        low: f64,
        /// The greatest.
        high: f64,
        /// Whether `high` itself is within.
        closed: bool,
    },
    /// It does not lie within `low..high`, taken likewise.
    NotWithin {
        /// The least.
        low: f64,
        /// The greatest.
        high: f64,
        /// Whether `high` itself is within.
        closed: bool,
    },
    /// It shares a number with `low..=high`.
    Overlaps {
        /// The least.
        low: f64,
        /// The greatest.
        high: f64,
    },
    /// Some of it is greater.
    EndsAbove(f64),
    /// Some of it is greater or equal.
    EndsFrom(f64),
    /// Some of it is less.
    StartsBelow(f64),
    /// Some of it is less or equal.
    StartsTo(f64),
    /// All of it is greater.
    StartsAbove(f64),
    /// All of it is less.
    EndsBelow(f64),
}

// The numbers come from decimals and are never NaN.
impl Eq for NumberTest {}

impl NumberTest {
    /// Whether the range from `from` to `to` passes. SQL says the same.
    pub fn holds(self, from: f64, to: f64) -> bool {
        match self {
            NumberTest::Within { low, high, closed } => from >= low && (to < high || (closed && to <= high)),
            NumberTest::NotWithin { low, high, closed } => from < low || to > high || (!closed && to >= high),
            NumberTest::Overlaps { low, high } => from <= high && to >= low,
            NumberTest::EndsAbove(at) => to > at,
            NumberTest::EndsFrom(at) => to >= at,
            NumberTest::StartsBelow(at) => from < at,
            NumberTest::StartsTo(at) => from <= at,
            NumberTest::StartsAbove(at) => from > at,
            NumberTest::EndsBelow(at) => to < at,
        }
    }
}

/// A function of a resource's stored bytes.
pub type OfBody<T> = dyn Fn(&[u8]) -> T + Send + Sync;

/// A test of a resource's stored bytes.
#[derive(Clone)]
pub struct Test(pub Arc<OfBody<bool>>);

/// The ids of one type that a resource refers to, read from its stored bytes.
#[derive(Clone)]
pub struct References(pub Arc<OfBody<Vec<String>>>);

/// A resource within another.
#[derive(Clone, Copy, Debug)]
pub struct ContainedResource<'a> {
    /// The resource.
    pub resource: &'a Json,
    /// All that stands in the same resource: what it can refer to.
    pub beside: &'a [Json],
}

/// The resources of one type to which one within another refers, or the other itself.
pub type Referred<'a> = Vec<ContainedResource<'a>>;

/// What a resource refers to.
pub type ReferredBy = dyn for<'a> Fn(ContainedResource<'a>) -> Referred<'a> + Send + Sync;

/// The index rows of a resource.
pub type RowsOf = dyn Fn(&Json) -> Vec<IndexRow> + Send + Sync;

/// Where a reference leads to contained resources, and what rows these have.
#[derive(Clone)]
pub struct Contained {
    /// Those to which a resource refers.
    pub referred: Arc<ReferredBy>,
    /// The index rows of one of them, as if it were stored by itself.
    pub rows: Arc<RowsOf>,
}

impl fmt::Debug for Contained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contained")
    }
}

impl PartialEq for Contained {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.referred, &other.referred)
    }
}

impl Eq for Contained {}

/// What a resource is sorted by, read from its stored bytes: texts in the order of their code points.
#[derive(Clone)]
pub struct SortText(pub Arc<OfBody<Option<String>>>);

// Functions are the same when they are one and the same, and have nothing to show.
macro_rules! opaque {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                Arc::ptr_eq(&self.0, &other.0)
            }
        }

        impl Eq for $name {}
    )*};
}
opaque!(Test, References, SortText);

/// One key of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// From the largest down. Resources without a value come last either way.
    pub descending: bool,
}

/// What to sort by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// The time of the last change.
    LastUpdated,
    /// The logical id.
    Id,
    /// The least folded text under the parameter; the greatest when descending.
    Text(ParameterId),
    /// The earliest start under the parameter; the latest when descending.
    Span(ParameterId),
    /// The least number under the parameter, in any unit; the greatest when descending.
    Number(ParameterId),
    /// What the index cannot tell: every match is read.
    Computed(SortText),
}
