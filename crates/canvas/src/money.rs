//! Amounts of money and counts of services: exact decimals.

use fhir::{Json, Number};
use std::fmt;
use std::ops::{Add, Sub};

/// A decimal of at most [`PLACES`] places below [`LIMIT`] in magnitude, or a sum or product of such; exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(i128);

/// How many decimal places an amount has at most.
pub const PLACES: usize = 6;
/// What an amount is below.
pub const LIMIT: u64 = 1_000_000_000;

/// The units that one is made of: twice [`PLACES`], so that a product is exact.
const ONE: i128 = 1_000_000_000_000;
/// The units of the last place of what is read.
const LAST_PLACE: i128 = 1_000_000;

impl Decimal {
    /// Reads a JSON number; `None` when it is none, or too large or too fine.
    pub fn of(json: Option<&Json>) -> Option<Self> {
        Self::parse(json?.as_number()?.as_str())
    }

    fn parse(literal: &str) -> Option<Self> {
        let (mantissa, exponent) = literal.split_once(['e', 'E']).unwrap_or((literal, "0"));
        let exponent: i32 = exponent.parse().ok().filter(|exponent: &i32| exponent.abs() <= 18)?;
        let (sign, mantissa) = mantissa.strip_prefix('-').map_or((1, mantissa), |rest| (-1, rest));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits = format!("{whole}{fraction}");
        if digits.len() > 24 {
            return None;
        }
        let places = i32::try_from(fraction.len()).ok()? - exponent;
        let value: i128 = digits.parse().ok()?;
        let power = |places: i32| 10i128.checked_pow(u32::try_from(places).ok()?);
        let millionths = match i32::try_from(PLACES).ok()? - places {
            up @ 0.. => value.checked_mul(power(up)?)?,
            down => {
                let divisor = power(-down)?;
                (value % divisor == 0).then_some(value / divisor)?
            }
        };
        (millionths < i128::from(LIMIT) * LAST_PLACE).then_some(Decimal(sign * millionths * LAST_PLACE))
    }

    /// The product of two numbers that were read.
    pub fn times(self, other: Self) -> Self {
        Decimal((self.0 / LAST_PLACE) * (other.0 / LAST_PLACE))
    }

    /// Whether it is more than nothing.
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it has no parts of a cent.
    pub fn is_cents(self) -> bool {
        self.0 % (ONE / 100) == 0
    }

    /// As a JSON number, with one decimal place at least: `50.0`.
    pub fn to_json(self) -> Json {
        Number::from_literal(&self.to_string()).map_or(Json::Null, Json::Number)
    }
}

impl Add for Decimal {
    type Output = Decimal;
    fn add(self, other: Self) -> Self {
        Decimal(self.0.saturating_add(other.0))
    }
}

impl Sub for Decimal {
    type Output = Decimal;
    fn sub(self, other: Self) -> Self {
        Decimal(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let one = ONE.unsigned_abs();
        let fraction = format!("{:012}", size % one);
        let fraction = fraction.trim_end_matches('0');
        write!(f, "{sign}{}.{}", size / one, if fraction.is_empty() { "0" } else { fraction })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(literal: &str) -> Option<String> {
        Decimal::parse(literal).map(|decimal| decimal.to_string())
    }

    #[test]
    fn decimals_are_exact_and_show_one_place_at_least() {
        for (literal, expected) in [
            ("75", "75.0"),
            ("50.00", "50.0"),
            ("0.1", "0.1"),
            ("-2.50", "-2.5"),
            ("1e2", "100.0"),
            ("1.25E1", "12.5"),
            ("1500e-3", "1.5"),
            ("999999999.999999", "999999999.999999"),
        ] {
            assert_eq!(shown(literal).as_deref(), Some(expected), "{literal}");
        }
        for literal in ["1000000000", "0.0000001", "1e30", "1e-30", "99999999999999999999999999"] {
            assert_eq!(shown(literal), None, "{literal}");
        }
    }

    #[test]
    fn sums_and_products_lose_nothing() {
        let read = |literal: &str| Decimal::parse(literal).unwrap();
        assert_eq!((read("0.1") + read("0.2")).to_string(), "0.3");
        assert_eq!((read("0.3") - read("0.1") - read("0.2")), Decimal::default());
        assert_eq!(read("3").times(read("33.333333")).to_string(), "99.999999");
        assert_eq!(read("-999999999").times(read("999999999")).to_string(), "-999999998000000001.0");
        assert!(read("0.000001").is_positive() && !Decimal::default().is_positive());
        assert!(read("0.010").is_cents() && !read("0.015").is_cents());
    }
}
