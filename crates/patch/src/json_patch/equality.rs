//! What "equal" means to the operation `test` (RFC 6902, section 4.6).

use fhir::Json;

/// Whether two values are equal: numbers numerically, objects whatever the order of their members.
pub(crate) fn equal(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => numbers_equal(a.as_str(), b.as_str()),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, value)| b.get(name).is_some_and(|b| equal(value, b)))
        }
        (a, b) => a == b,
    }
}

fn numbers_equal(a: &str, b: &str) -> bool {
    match (Decimal::read(a), Decimal::read(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// A number as its sign, its digits without zeros at either end, and the power of ten of the last of them: one form
/// for each value, however many digits it has.
#[derive(PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Reads the literal of a JSON number; nothing if its exponent is beyond counting.
    fn read(literal: &str) -> Option<Self> {
        let (mantissa, exponent) = literal.split_once(['e', 'E']).unwrap_or((literal, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{}{fraction}", whole.trim_start_matches('-'));
        let significant = digits.trim_end_matches('0');
        let dropped = i64::try_from(digits.len() - significant.len()).ok()?;
        let significant = significant.trim_start_matches('0');
        if significant.is_empty() {
            return Some(Decimal { is_negative: false, digits: String::new(), exponent: 0 });
        }
        let exponent = exponent.parse::<i64>().ok()?;
        let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?.checked_add(dropped)?;
        Some(Decimal { is_negative: whole.starts_with('-'), digits: significant.to_owned(), exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_equal_when_their_values_are() {
        let equal = [
            ("1", "1.0"),
            ("100", "1e2"),
            ("100", "1E+2"),
            ("0.010", "1e-2"),
            ("-0", "0"),
            ("0e5", "0"),
            ("1200.50", "12005e-1"),
            ("12345678901234567890.1", "12345678901234567890.10"),
        ];
        for (a, b) in equal {
            assert!(numbers_equal(a, b), "{a} {b}");
        }
        let unequal =
            [("1", "-1"), ("1", "10"), ("0.1", "0.01"), ("12345678901234567890", "12345678901234567891")];
        for (a, b) in unequal {
            assert!(!numbers_equal(a, b), "{a} {b}");
        }
        assert!(numbers_equal("1e99999999999999999999", "1e99999999999999999999"));
        assert!(!numbers_equal("1e99999999999999999999", "1e99999999999999999998"));
    }
}
