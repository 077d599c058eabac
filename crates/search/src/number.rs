//! Number parameters (<http://hl7.org/fhir/R4/search.html#number>): a value says how precise it is by its digits.
//!
//! `100` is everything from 99.5 up to, not including, 100.5; `100.00` from 99.995 to 100.005. The specification's own
//! example makes `1e2` 95 to 105, so a mantissa without a point is taken as if one more digit had been written.
//! Prefixes other than `eq` and `ne` compare with the number itself.

use crate::condition::Condition;
use crate::index::ANY_UNIT;
use crate::merge::any;
use crate::prefix::Prefix;
use crate::query::{Criterion, NumberTest};
use crate::registry::Parameter;
use crate::rows::Rows;
use fhir::definitions::TypeId;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json};
use fhirpath::Item;
use std::sync::Arc;

/// The rows of one value; false if it is no number or range of numbers.
pub(crate) fn index(item: &Item<'_>, rows: &mut Rows<'_>) -> bool {
    if item.item_type.fhir() == Some(TypeId::RANGE) {
        let Some(range) = item.json() else { return false };
        let end = |name| range.at(&[name, "value"]).and_then(number_of);
        if let (low, high) = (end("low"), end("high"))
            && (low.is_some() || high.is_some())
        {
            rows.number(low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY));
        }
        return true;
    }
    let number = match (item.json(), item.as_i64()) {
        (Some(json), _) => number_of(json),
        (None, Some(whole)) => Some(whole as f64),
        // A decimal that an expression computed.
        (None, None) => {
            item.as_str().and_then(|text| text.parse().ok()).filter(|number: &f64| number.is_finite())
        }
    };
    number.into_iter().for_each(|number| rows.number(number, number));
    number.is_some()
}

/// A JSON number within the range that can be compared.
pub(crate) fn number_of(json: &Json) -> Option<f64> {
    json.as_number().map(|number| number.as_f64()).filter(|number| number.is_finite())
}

/// A number as a search says it: `digits · 10^-scale`, precise to half of the last place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    digits: i128,
    scale: i32,
}

/// The most digits of a number in a search.
const DIGITS: usize = 30;

/// The largest exponent of a number in a search.
const EXPONENT: i32 = 300;

impl Decimal {
    /// Reads a number: digits, perhaps a sign, a point, an exponent.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent.parse::<i32>().ok()?)),
            None => (unsigned, None),
        };
        let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(a, b)| (a, Some(b)));
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !fraction.is_none_or(is_digits) {
            return None;
        }
        let mut digits = format!("{whole}{}", fraction.unwrap_or_default());
        let mut scale = i32::try_from(fraction.unwrap_or_default().len()).ok()?;
        if let Some(exponent) = exponent {
            if !(-EXPONENT..=EXPONENT).contains(&exponent) {
                return None;
            }
            if fraction.is_none() {
                digits.push('0');
                scale += 1;
            }
            scale -= exponent;
        }
        let digits: i128 = if digits.len() > DIGITS { return None } else { digits.parse().ok()? };
        Some(Decimal { digits: if negative { -digits } else { digits }, scale })
    }

    /// The number, with digits and scale multiplied so that tenths are whole.
    fn text(digits: i128, scale: i32) -> String {
        format!("{digits}e{}", -scale)
    }

    /// The number as a literal.
    pub(crate) fn exactly(self) -> String {
        Decimal::text(self.digits, self.scale)
    }

    /// From where to where a number is equal to it, as far as its digits say; the end does not belong to it.
    fn precise(self) -> (String, String) {
        let ten = self.digits * 10;
        (Decimal::text(ten - 5, self.scale + 1), Decimal::text(ten + 5, self.scale + 1))
    }

    /// From where to where a number is about the same: within a tenth of it.
    fn about(self) -> (String, String) {
        let tenth = self.digits.abs();
        let ten = self.digits * 10;
        (Decimal::text(ten - tenth, self.scale + 1), Decimal::text(ten + tenth, self.scale + 1))
    }

    /// The test whether a number is equal to it, as far as its digits say. With so many digits that their half is less
    /// than what numbers can be told apart by, the end would be the number itself: then that belongs to it.
    fn equal(self, value_of: &impl Fn(&str) -> Option<f64>) -> Option<(f64, f64, bool)> {
        let (low, high) = self.precise();
        let (low, high, at) = (value_of(&low)?, value_of(&high)?, value_of(&self.exactly())?);
        Some(if high > at { (low, high, false) } else { (low, at, true) })
    }

    /// What the range of a resource's value must pass, any one test being enough; `value_of` reads literals, in
    /// another unit where that is wanted. `None` if it can't.
    pub(crate) fn tests(
        self,
        prefix: Prefix,
        value_of: impl Fn(&str) -> Option<f64>,
    ) -> Option<Vec<NumberTest>> {
        let both = |(low, high): (String, String)| Some((value_of(&low)?, value_of(&high)?));
        let at = || value_of(&self.exactly());
        Some(match prefix {
            Prefix::Eq | Prefix::Ne => {
                let (low, high, closed) = self.equal(&value_of)?;
                match prefix {
                    Prefix::Eq => vec![NumberTest::Within { low, high, closed }],
                    _ => vec![NumberTest::NotWithin { low, high, closed }],
                }
            }
            Prefix::Gt => vec![NumberTest::EndsAbove(at()?)],
            Prefix::Lt => vec![NumberTest::StartsBelow(at()?)],
            Prefix::Ge => vec![NumberTest::EndsFrom(at()?)],
            Prefix::Le => vec![NumberTest::StartsTo(at()?)],
            Prefix::Sa => vec![NumberTest::StartsAbove(at()?)],
            Prefix::Eb => vec![NumberTest::EndsBelow(at()?)],
            Prefix::Ap => {
                let ((low, high), (from, to, closed)) = (both(self.about())?, self.equal(&value_of)?);
                vec![NumberTest::Overlaps { low, high }, NumberTest::Within { low: from, high: to, closed }]
            }
        })
    }
}

/// The value of a literal where no unit is meant.
pub(crate) fn plain(literal: &str) -> Option<f64> {
    literal.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The condition that a number parameter compares with a value without prefix in that way.
pub(crate) fn condition(parameter: &Arc<Parameter>, prefix: Prefix, value: &str) -> Result<Condition, Issue> {
    let any_of = Decimal::parse(value).and_then(|number| number.tests(prefix, plain));
    let any_of = any_of.ok_or_else(|| not_a_number(parameter.code(), value))?;
    Ok(Condition::exact(passes(parameter, ANY_UNIT, &any_of)))
}

/// The condition that a number of the parameter in that unit passes any of the tests.
pub(crate) fn passes(parameter: &Arc<Parameter>, unit: u64, any_of: &[NumberTest]) -> Criterion {
    let of = |indexed: &Arc<Parameter>| Criterion::Numbers {
        parameter: indexed.id(),
        unit,
        any_of: any_of.to_vec(),
    };
    any(parameter.indexed_as().iter().map(of).collect())
}

pub(crate) fn not_a_number(code: &str, value: &str) -> Issue {
    let text = Prefix::unknown(code, value).unwrap_or_else(|| {
        format!(
            "the value {} of search parameter '{code}' is not a number of at most {DIGITS} digits (5, -5.40 or 5.4e-3), \
             with or without a prefix",
            quoted(value)
        )
    });
    Issue::error(IssueCode::Value, text)
}
