//! Numbers without rounding: fractions, powers of ten and π.
//!
//! Units are defined by decimals, and conversions divide by them. With fractions, 5 mg and 0.005 g are the same
//! number, as are 98.6 °F and 37 °C, so that comparisons need no tolerance.

use std::cmp::Ordering;

/// Numerators and denominators are at most this, so that a digit can always be taken off in 128 bits.
const MOST: u128 = 10u128.pow(36);
/// Powers of ten and of π are at most this, either way: far beyond what can be measured, within what `f64` holds.
const MOST_POWER: i32 = 200;
/// The longest text of a number that is read.
const MOST_TEXT: usize = 64;
/// How many significant digits a comparison looks at, and a rounding to `f64` starts from.
const DIGITS: u32 = 36;

/// A number: a fraction times powers of ten and of π, in the one form that each number has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exact {
    negative: bool,
    /// Not divisible by 10; 0 for zero.
    numerator: u128,
    /// Without a common divisor with the numerator or with 10.
    denominator: u128,
    ten: i32,
    pi: i32,
}

impl Exact {
    /// 0.
    pub const ZERO: Exact = Exact { negative: false, numerator: 0, denominator: 1, ten: 0, pi: 0 };
    /// 1.
    pub const ONE: Exact = Exact { negative: false, numerator: 1, denominator: 1, ten: 0, pi: 0 };
    /// π.
    pub(crate) const PI: Exact = Exact { negative: false, numerator: 1, denominator: 1, ten: 0, pi: 1 };

    /// Reads a decimal as JSON writes it: `-1.50`, `6e23`. None when it is none, has more than 36 significant
    /// digits, or lies beyond 10^±200.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MOST_TEXT {
            return None;
        }
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i16>().ok()?),
            None => (text, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() || (part.is_empty() && mantissa.contains('.')) {
            return None;
        }
        let mut digits: u128 = 0;
        for digit in whole.bytes().chain(part.bytes()) {
            let digit = digit.is_ascii_digit().then(|| u128::from(digit - b'0'))?;
            digits = digits.checked_mul(10)?.checked_add(digit)?;
        }
        let decimals = i32::try_from(part.len()).ok()?;
        Exact { negative, numerator: digits, denominator: 1, ten: i32::from(exponent) - decimals, pi: 0 }
            .settled()
    }

    /// An integer; none when it has more than 36 digits.
    pub fn integer(value: u128) -> Option<Self> {
        Exact { numerator: value, ..Exact::ONE }.settled()
    }

    /// 10 to the power of `exponent`, within ±200.
    pub(crate) fn power_of_ten(exponent: i32) -> Option<Self> {
        Exact { ten: exponent, ..Exact::ONE }.settled()
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.numerator == 0
    }

    /// The product; none when it takes more digits than can be held.
    pub fn times(&self, other: &Self) -> Option<Self> {
        let left = divisor(self.numerator, other.denominator);
        let right = divisor(other.numerator, self.denominator);
        Exact {
            negative: self.negative != other.negative,
            numerator: (self.numerator / left).checked_mul(other.numerator / right)?,
            denominator: (self.denominator / right).checked_mul(other.denominator / left)?,
            ten: self.ten + other.ten,
            pi: self.pi + other.pi,
        }
        .settled()
    }

    /// The quotient; none when `other` is 0 or it takes more digits than can be held.
    pub fn over(&self, other: &Self) -> Option<Self> {
        self.times(&other.inverse()?)
    }

    /// The power; none when it takes more digits than can be held, or when it is of 0 and not positive.
    pub(crate) fn power(&self, exponent: i32) -> Option<Self> {
        let base = if exponent < 0 { self.inverse()? } else { *self };
        let mut power = Exact::ONE;
        if base == Exact::ONE {
            return Some(power);
        }
        // Every base but 1 leaves what can be held after a few hundred steps.
        for _ in 0..exponent.unsigned_abs() {
            power = power.times(&base)?;
        }
        Some(power)
    }

    /// The sum; none when it takes more digits than can be held, or when one has π in it and the other has not.
    pub fn plus(&self, other: &Self) -> Option<Self> {
        if self.is_zero() || other.is_zero() {
            return Some(if self.is_zero() { *other } else { *self });
        }
        let ten = self.ten.min(other.ten);
        let scaled = |number: &Exact, times: u128| {
            let scale = 10u128.checked_pow(number.ten.abs_diff(ten))?;
            let value = number.numerator.checked_mul(scale)?.checked_mul(times)?;
            let value = i128::try_from(value).ok()?;
            Some(if number.negative { -value } else { value })
        };
        let common = divisor(self.denominator, other.denominator);
        let left = scaled(self, other.denominator / common)?;
        let sum = left.checked_add(scaled(other, self.denominator / common)?)?;
        let denominator = (self.denominator / common).checked_mul(other.denominator)?;
        (self.pi == other.pi).then_some(())?;
        Exact { negative: sum < 0, numerator: sum.unsigned_abs(), denominator, ten, pi: self.pi }.settled()
    }

    /// The difference; none as for the sum.
    pub fn minus(&self, other: &Self) -> Option<Self> {
        self.plus(&Exact { negative: !other.negative, ..*other })
    }

    /// Which is greater. Numbers that differ only after 36 significant digits, or with different powers of π only
    /// after 15, count as equal.
    pub fn compare(&self, other: &Self) -> Ordering {
        if self == other {
            return Ordering::Equal;
        }
        let sign = |number: &Exact| match (number.is_zero(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let magnitudes = || match self.pi == other.pi {
            true => self.scientific().cmp(&other.scientific()),
            false => self.to_f64().abs().total_cmp(&other.to_f64().abs()),
        };
        match sign(self).cmp(&sign(other)) {
            Ordering::Equal if self.negative => magnitudes().reverse(),
            Ordering::Equal => magnitudes(),
            different => different,
        }
    }

    /// The nearest `f64`; equal numbers give equal results. With π in it, exact to 15 digits.
    pub fn to_f64(&self) -> f64 {
        if self.is_zero() {
            return 0.0;
        }
        let (exponent, digits) = self.scientific();
        let first = i64::from(exponent) - i64::from(DIGITS) + 1;
        let value: f64 = format!("{digits}e{first}").parse().unwrap_or(f64::INFINITY);
        let value = value * std::f64::consts::PI.powi(self.pi);
        if self.negative { -value } else { value }
    }

    fn inverse(&self) -> Option<Self> {
        if self.is_zero() {
            return None;
        }
        let Exact { negative, numerator, denominator, ten, pi } = *self;
        Exact { negative, numerator: denominator, denominator: numerator, ten: -ten, pi: -pi }.settled()
    }

    /// The exponent of the first digit and the first 36 digits, without π and sign. Not for zero.
    fn scientific(&self) -> (i32, u128) {
        let whole = self.numerator / self.denominator;
        let mut rest = self.numerator % self.denominator;
        let mut digits = whole;
        let mut exponent = self.ten + DIGITS as i32 - 1;
        while digits < MOST / 10 {
            rest *= 10;
            digits = digits * 10 + rest / self.denominator;
            rest %= self.denominator;
            exponent -= 1;
        }
        (exponent, digits)
    }

    /// The number in its one form; none when that takes more digits than can be held.
    fn settled(mut self) -> Option<Self> {
        if self.numerator == 0 {
            return Some(Exact::ZERO);
        }
        let common = divisor(self.numerator, self.denominator);
        self.numerator /= common;
        self.denominator /= common;
        // A denominator's factors of 2 and 5 become powers of ten.
        for (factor, other) in [(2, 5), (5, 2)] {
            while self.denominator.is_multiple_of(factor) {
                self.denominator /= factor;
                self.numerator = self.numerator.checked_mul(other)?;
                self.ten -= 1;
            }
        }
        while self.numerator.is_multiple_of(10) {
            self.numerator /= 10;
            self.ten += 1;
        }
        let held = self.numerator < MOST
            && self.denominator < MOST
            && self.ten.abs() <= MOST_POWER
            && self.pi.abs() <= MOST_POWER;
        held.then_some(self)
    }
}

/// The greatest common divisor.
fn divisor(mut left: u128, mut right: u128) -> u128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::parse(text).unwrap()
    }

    #[test]
    fn a_number_has_one_form() {
        for (left, right) in
            [("1.50", "1.5"), ("0.005e3", "5"), ("0", "-0.000"), ("1e2", "100"), ("120.", "x"), (".5", "x")]
        {
            assert_eq!(Exact::parse(left), Exact::parse(right), "{left} {right}");
        }
        assert_eq!(exact("1").over(&exact("8")), Exact::parse("0.125"));
        assert_eq!(exact("1").over(&exact("3")).and_then(|third| third.times(&exact("3"))), Some(Exact::ONE));
    }

    #[test]
    fn what_is_no_number_or_too_long_is_none() {
        let long = "1".repeat(37);
        for text in ["", "-", "1e", "e5", "1,5", "+1", "0x1", "1.2.3", "NaN", "1e999", &long, &"0".repeat(99)]
        {
            assert_eq!(Exact::parse(text), None, "{text}");
        }
        assert_eq!(Exact::ONE.over(&Exact::ZERO), None);
    }

    #[test]
    fn sums_and_differences_are_exact() {
        assert_eq!(exact("0.1").plus(&exact("0.2")), Exact::parse("0.3"));
        assert_eq!(exact("1e3").minus(&exact("1000.5")), Exact::parse("-0.5"));
        let third = exact("1").over(&exact("3")).unwrap();
        assert_eq!(third.plus(&exact("0.5")), exact("5").over(&exact("6")));
        assert_eq!(Exact::PI.plus(&Exact::ONE), None);
    }

    #[test]
    fn numbers_are_ordered_by_value() {
        let ascending =
            ["-2e5", "-2", "-1.9", "0", "1e-30", "0.333333", "1", "1.0000000000000000000001", "3e9"];
        for pair in ascending.windows(2) {
            let (less, more) = (exact(pair[0]), exact(pair[1]));
            assert_eq!(
                (less.compare(&more), more.compare(&less)),
                (Ordering::Less, Ordering::Greater),
                "{pair:?}"
            );
        }
        let third = exact("1").over(&exact("3")).unwrap();
        assert_eq!(third.compare(&exact("0.333333")), Ordering::Greater);
        assert_eq!(Exact::PI.compare(&exact("3.2")), Ordering::Less);
    }

    #[test]
    fn the_nearest_float_is_found() {
        for text in ["0", "1", "0.1", "-273.15", "6.02214076e23", "1e-24", "123456789.123456789"] {
            assert_eq!(exact(text).to_f64(), text.parse::<f64>().unwrap(), "{text}");
        }
        assert_eq!(exact("1").over(&exact("3")).unwrap().to_f64(), 1.0 / 3.0);
        assert_eq!(Exact::PI.to_f64(), std::f64::consts::PI);
    }
}
