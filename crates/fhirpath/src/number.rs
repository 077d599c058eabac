//! Numbers (<http://hl7.org/fhirpath/N1/#decimal>): compared exactly, however many digits the tree writes.

use crate::item::{Item, ItemValue};
use fhir::{Json, primitive};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::str::FromStr;

/// The value of an item that is a number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number<'i> {
    Integer(i64),
    Decimal(Decimal),
    /// A literal with more digits than a [`Decimal`] has.
    Long(&'i str),
}

impl<'i> Number<'i> {
    /// The number that an item is; quantities are none.
    pub(crate) fn of(item: &'i Item<'_>) -> Option<Self> {
        match &item.value {
            ItemValue::Integer(value) => Some(Number::Integer(*value)),
            ItemValue::Decimal(value) => Some(Number::Decimal(*value)),
            ItemValue::Json(Json::Number(number)) => Number::of_literal(number.as_str()),
            _ => None,
        }
    }

    /// The number that a literal of JSON names; `None` if it is longer than FHIR allows.
    pub(crate) fn of_literal(literal: &'i str) -> Option<Self> {
        if literal.len() > primitive::limits::DECIMAL {
            return None;
        }
        if let Ok(value) = literal.parse() {
            return Some(Number::Integer(value));
        }
        Some(exact(literal).map_or(Number::Long(literal), Number::Decimal))
    }

    /// The value for arithmetic, rounded to the digits of a [`Decimal`]; `None` if it is too large.
    pub(crate) fn decimal(self) -> Option<Decimal> {
        match self {
            Number::Integer(value) => Some(Decimal::from(value)),
            Number::Decimal(value) => Some(value),
            Number::Long(literal) if literal.contains(['e', 'E']) => Decimal::from_scientific(literal).ok(),
            Number::Long(literal) => Decimal::from_str(literal).ok(),
        }
    }

    pub(crate) fn compare(self, other: Number<'_>) -> Ordering {
        match (self, other) {
            (Number::Integer(left), Number::Integer(right)) => left.cmp(&right),
            (Number::Long(_), _) | (_, Number::Long(_)) => {
                Digits::of(&self.literal()).compare(&Digits::of(&other.literal()))
            }
            (Number::Integer(left), Number::Decimal(right)) => Decimal::from(left).cmp(&right),
            (Number::Decimal(left), Number::Integer(right)) => left.cmp(&Decimal::from(right)),
            (Number::Decimal(left), Number::Decimal(right)) => left.cmp(&right),
        }
    }

    /// Whether two numbers are the same, rounded to the digits after the point of the one that has fewer
    /// (<http://hl7.org/fhirpath/N1/#equivalent>).
    pub(crate) fn is_equivalent(self, other: Number<'_>) -> bool {
        let (Some(left), Some(right)) = (self.decimal(), other.decimal()) else {
            return self.compare(other).is_eq();
        };
        decimals_equivalent(left, right)
    }

    fn literal(self) -> String {
        match self {
            Number::Integer(value) => value.to_string(),
            Number::Decimal(value) => value.to_string(),
            Number::Long(literal) => literal.to_owned(),
        }
    }
}

/// Whether two decimals are the same, rounded to the digits after the point of the one that has fewer.
pub(crate) fn decimals_equivalent(left: Decimal, right: Decimal) -> bool {
    let places = left.normalize().scale().min(right.normalize().scale());
    left.round_dp(places) == right.round_dp(places)
}

/// The decimal that a literal of JSON or FHIRPath names, when it fits without rounding.
pub(crate) fn exact(literal: &str) -> Option<Decimal> {
    match literal.contains(['e', 'E']) {
        true => Decimal::from_scientific(literal).ok().filter(|value| is_exact(literal, *value)),
        false => Decimal::from_str_exact(literal).ok(),
    }
}

/// Whether reading a literal with an exponent lost nothing.
fn is_exact(literal: &str, value: Decimal) -> bool {
    Digits::of(literal).compare(&Digits::of(&value.to_string())).is_eq()
}

/// A number as its digits without zeros at either end and the power of ten that stands before the first: 0.`digits`
/// times 10 to the `power`.
#[derive(Debug, PartialEq, Eq)]
struct Digits {
    negative: bool,
    digits: String,
    power: i64,
}

impl Digits {
    fn of(literal: &str) -> Self {
        let (negative, literal) = literal.strip_prefix('-').map_or((false, literal), |rest| (true, rest));
        let (mantissa, exponent) = literal.split_once(['e', 'E']).unwrap_or((literal, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0');
        if significant.is_empty() {
            return Digits { negative: false, digits: String::new(), power: 0 };
        }
        let leading = (all.len() - significant.len()) as i64;
        // Validation keeps exponents small; whatever else comes is as good as infinite.
        let beyond = if exponent.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 };
        let power = exponent.parse().unwrap_or(beyond).saturating_add(whole.len() as i64 - leading);
        Digits { negative, digits: significant.trim_end_matches('0').to_owned(), power }
    }

    fn compare(&self, other: &Digits) -> Ordering {
        let sign = |number: &Digits| match number.digits.is_empty() {
            true => 0,
            false => 1 - 2 * i32::from(number.negative),
        };
        sign(self).cmp(&sign(other)).then_with(|| {
            let size = self.power.cmp(&other.power).then_with(|| self.digits.cmp(&other.digits));
            if self.negative { size.reverse() } else { size }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_value() {
        for (left, expected, right) in [
            ("1", '=', "1.0"),
            ("10e-1", '=', "1"),
            ("0.0", '=', "-0"),
            ("100", '=', "1E2"),
            ("-1", '<', "1"),
            ("1.01", '<', "1.1"),
            ("0.1", '<', "0.10000000000000000000000000000000001"),
            ("1e400", '>', "9e399"),
            ("-1e400", '<', "-9e399"),
            ("1e-400", '>', "0"),
            ("123456789012345678901234567890123456789", '<', "123456789012345678901234567890123456790"),
            ("12345678901234567890123456789012345678.0", '=', "12345678901234567890123456789012345678"),
            ("9", '<', "10.5"),
            ("1e9999999999999999999", '>', "1e400"),
        ] {
            let order = match Number::of_literal(left).unwrap().compare(Number::of_literal(right).unwrap()) {
                Ordering::Less => '<',
                Ordering::Equal => '=',
                Ordering::Greater => '>',
            };
            assert_eq!(order, expected, "{left} {right}");
        }
    }
}
