//! Units of measure as FHIR writes them: the Unified Code for Units of Measure (<https://ucum.org/ucum>).
//!
//! A code such as `mg/dL` is an expression; [`canonical`] says how many of which base units it is, so that quantities
//! in different units can be compared. Everything is exact: factors are fractions, not floating-point numbers.
//!
//! What follows from UCUM and may surprise: `mol` is a number (6.02214076·10²³), so `mmol/L` and `10*3/uL` are
//! comparable; annotations in braces mean nothing, so `{score}` is `1`. Arbitrary units (`[iU]`) are comparable with
//! themselves alone, and so are here units that are not proportional to what they measure (`[pH]`, `B`, `[p'diop]`):
//! 7.4 `[pH]` is less than 7.5 `[pH]`, and nothing is said about `mol/L`.

mod exact;
mod measure;
mod parse;
mod unit;
mod units;

pub use exact::Exact;
use std::cmp::Ordering;

/// A unit in terms of base units: a value `v` in it is `v · factor + offset` in `base`.
#[derive(Clone, Debug, PartialEq)]
pub struct Canonical {
    /// How many of `base` one of the unit is.
    pub factor: Exact,
    /// What is added, in `base`; not zero for temperatures like `Cel` alone.
    pub offset: Exact,
    /// A product of base units in one fixed order, such as `g.m-3`; `1` for numbers. Units are comparable when this
    /// is the same.
    pub base: String,
}

impl Canonical {
    /// A value in this unit as a value in base units; none when it takes more digits than can be held.
    pub fn value(&self, value: &Exact) -> Option<Exact> {
        value.times(&self.factor)?.plus(&self.offset)
    }
}

/// Reads a unit. None when the code is no UCUM expression, is longer than 200 bytes, nests deeper than 8 parentheses,
/// takes part of a product as a temperature with an offset (`Cel/h`), or has a factor beyond [`Exact`].
pub fn canonical(code: &str) -> Option<Canonical> {
    let measure = parse::parse(code)?;
    Some(Canonical { factor: measure.factor, offset: measure.offset, base: measure.to_string() })
}

/// A value in one unit as a value in another; none when one is no unit or they are not comparable.
///
/// # Examples
///
/// ```
/// let value = ucum::Exact::parse("98.6").unwrap();
/// assert_eq!(ucum::convert(&value, "[degF]", "Cel"), ucum::Exact::parse("37"));
/// assert_eq!(ucum::convert(&value, "mg", "mL"), None);
/// ```
pub fn convert(value: &Exact, from: &str, to: &str) -> Option<Exact> {
    let (from, to) = (canonical(from)?, canonical(to)?);
    (from.base == to.base).then_some(())?;
    from.value(value)?.minus(&to.offset)?.over(&to.factor)
}

/// How two quantities compare; none when a value is no number, a code no unit, or the units are not comparable.
pub fn compare(left: (&str, &str), right: (&str, &str)) -> Option<Ordering> {
    let of = |(value, code): (&str, &str)| {
        let canonical = canonical(code)?;
        Some((canonical.value(&Exact::parse(value)?)?, canonical.base))
    };
    let ((left, left_base), (right, right_base)) = (of(left)?, of(right)?);
    (left_base == right_base).then(|| left.compare(&right))
}
