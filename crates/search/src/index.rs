//! What of a resource is indexed: rows of three shapes, decided before any SQL.

use fhir::ResourceType;
use fhir::datetime::Period;
use siphasher::sip::SipHasher13;
use std::cmp::Ordering;
use std::hash::Hasher;

/// A search parameter of one resource type, as the index knows it: the parameter's number times 256 plus
/// the type's. Numbers below [`ParameterId::FIRST_EXTRA`] are positions in the generated table of R4's parameters;
/// numbers from there on belong to parameters that a crate above registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterId(u32);

impl ParameterId {
    /// The first number that R4's own parameters leave free.
    pub const FIRST_EXTRA: u16 = 8192;

    /// The first number of the parameters that clients define; those of crates above lie below it.
    pub const FIRST_CUSTOM: u16 = 16384;

    /// The parameter `number` of `resource_type`.
    pub const fn new(number: u16, resource_type: ResourceType) -> Self {
        ParameterId(number as u32 * 256 + resource_type.index() as u32)
    }

    /// Under what the parts of the parameter's texts are found by their start; the texts themselves are not among them.
    pub(crate) const fn parts(self) -> Self {
        // Above all numbers.
        ParameterId(self.0 | 1 << 24)
    }

    /// The value that is stored.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// One row of the index: what a resource has under one parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum IndexRow {
    /// Something that is equal or not: a form of a token, a reference's target, a URI, an exact string.
    Key {
        /// The parameter.
        parameter: ParameterId,
        /// [`key_hash`] of the text.
        hash: u64,
    },
    /// Folded text, to be found by its start or a part, and sorted by.
    Text {
        /// The parameter.
        parameter: ParameterId,
        /// The text without case and accents; at most [`TEXT_LENGTH`] bytes.
        folded: Box<str>,
    },
    /// A span of time in milliseconds since the epoch, half open.
    Span {
        /// The parameter.
        parameter: ParameterId,
        /// Its first millisecond ([`Period::BEGINNING`] when open).
        from: i64,
        /// The millisecond after its last ([`Period::END`] when open).
        to: i64,
    },
    /// A number, or a range of numbers.
    Number {
        /// The parameter.
        parameter: ParameterId,
        /// [`ANY_UNIT`] for the number as it is written; the [`key_hash`] of a unit for the number in that unit.
        unit: u64,
        /// Its least ([`f64::NEG_INFINITY`] when open).
        low: f64,
        /// Its greatest ([`f64::INFINITY`] when open).
        high: f64,
    },
}

// Numbers come from decimals and are never NaN.
impl Eq for IndexRow {}

impl PartialOrd for IndexRow {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Keys, texts, spans, numbers; each by parameter first.
impl Ord for IndexRow {
    fn cmp(&self, other: &Self) -> Ordering {
        use IndexRow::{Key, Number, Span, Text};
        match (self, other) {
            (Key { parameter: a, hash: x }, Key { parameter: b, hash: y }) => (a, x).cmp(&(b, y)),
            (Text { parameter: a, folded: x }, Text { parameter: b, folded: y }) => (a, x).cmp(&(b, y)),
            (Span { parameter: a, from, to }, Span { parameter: b, from: other_from, to: other_to }) => {
                (a, from, to).cmp(&(b, other_from, other_to))
            }
            (
                Number { parameter: a, unit, low, high },
                Number { parameter: b, unit: other_unit, low: other_low, high: other_high },
            ) => {
                let numbers = low.total_cmp(other_low).then_with(|| high.total_cmp(other_high));
                (a, unit).cmp(&(b, other_unit)).then(numbers)
            }
            _ => self.shape().cmp(&other.shape()),
        }
    }
}

impl IndexRow {
    fn shape(&self) -> u8 {
        match self {
            IndexRow::Key { .. } => 0,
            IndexRow::Text { .. } => 1,
            IndexRow::Span { .. } => 2,
            IndexRow::Number { .. } => 3,
        }
    }
}

/// The unit of a number of which only the number counts.
pub const ANY_UNIT: u64 = 0;

/// How many bytes of a text are indexed; the rest cannot be found by its start, only by `:exact`.
pub const TEXT_LENGTH: usize = 255;

/// A resource holds someone's time: an appointment its practitioner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// [`key_hash`] of who or what is held: `Practitioner/123`.
    pub holder: u64,
    /// From when until when.
    pub period: Period,
}

/// The hash under which a text is indexed: SipHash-1-3 of its bytes. Two texts of one parameter that collide
/// would be taken for one another; with 64 bits that is expected once in some billions of distinct values.
pub fn key_hash(text: &str) -> u64 {
    hash_parts(&[text])
}

/// [`key_hash`] of the concatenation of `parts`, without building it.
pub fn hash_parts(parts: &[&str]) -> u64 {
    let mut hasher = SipHasher13::new();
    for part in parts {
        hasher.write(part.as_bytes());
    }
    hasher.finish()
}
