//! What an expression comes to: a factor and the base units that it is of.

use crate::exact::Exact;
use std::fmt;

/// How many different units that are comparable with themselves alone an expression may have.
const MOST_OWN: usize = 4;
/// The greatest power of a base unit.
const MOST_POWER: i32 = 99;
/// The base units, in the order in which an expression names them.
const BASE: [&str; 7] = ["C", "K", "cd", "g", "m", "rad", "s"];

/// So much of a product of base units; for temperatures, plus an offset.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measure {
    pub(crate) factor: Exact,
    /// In the base unit.
    pub(crate) offset: Exact,
    powers: [i32; BASE.len()],
    own: Vec<(&'static str, i32)>,
}

impl Measure {
    /// A number.
    pub(crate) fn number(factor: Exact) -> Self {
        Measure { factor, offset: Exact::ZERO, powers: [0; BASE.len()], own: Vec::new() }
    }

    /// A base unit.
    pub(crate) fn base(code: &str) -> Option<Self> {
        let mut measure = Measure::number(Exact::ONE);
        measure.powers[BASE.iter().position(|base| *base == code)?] = 1;
        Some(measure)
    }

    /// A unit comparable with itself alone.
    pub(crate) fn own(code: &'static str) -> Self {
        Measure { own: vec![(code, 1)], ..Measure::number(Exact::ONE) }
    }

    /// The product; none when one is a temperature with an offset, of which there are no products.
    pub(crate) fn times(mut self, other: &Self) -> Option<Self> {
        if !self.offset.is_zero() || !other.offset.is_zero() {
            return None;
        }
        self.factor = self.factor.times(&other.factor)?;
        for (power, other) in self.powers.iter_mut().zip(other.powers) {
            *power += other;
        }
        for (code, power) in &other.own {
            match self.own.iter_mut().find(|(own, _)| own == code) {
                Some((_, sum)) => *sum += power,
                None => self.own.push((code, *power)),
            }
        }
        self.own.retain(|(_, power)| *power != 0);
        self.held()
    }

    /// The power; none for a temperature with an offset.
    pub(crate) fn power(mut self, exponent: i32) -> Option<Self> {
        if exponent == 1 {
            return Some(self);
        }
        if !self.offset.is_zero() {
            return None;
        }
        self.factor = self.factor.power(exponent)?;
        self.powers.iter_mut().for_each(|power| *power *= exponent);
        self.own.iter_mut().for_each(|(_, power)| *power *= exponent);
        self.own.retain(|(_, power)| *power != 0);
        self.held()
    }

    fn held(self) -> Option<Self> {
        let powers = self.powers.iter().chain(self.own.iter().map(|(_, power)| power));
        let fits = self.own.len() <= MOST_OWN && powers.into_iter().all(|power| power.abs() <= MOST_POWER);
        fits.then_some(self)
    }
}

/// The base units as an expression: `g.m-3`; `1` when there are none.
impl fmt::Display for Measure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut own = self.own.clone();
        own.sort_unstable();
        let base = BASE.iter().copied().zip(self.powers).filter(|(_, power)| *power != 0);
        let mut separator = "";
        for (code, power) in base.chain(own) {
            match power {
                1 => write!(out, "{separator}{code}")?,
                _ => write!(out, "{separator}{code}{power}")?,
            }
            separator = ".";
        }
        if separator.is_empty() { out.write_str("1") } else { Ok(()) }
    }
}
