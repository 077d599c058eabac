//! Units by their codes, with prefixes; each definition is worked out once.

use crate::exact::Exact;
use crate::measure::Measure;
use crate::parse::parse;
use crate::units::{BINARY_PREFIXES, Definition, PREFIXES, Row, UNITS};
use std::sync::OnceLock;

/// Units that take binary prefixes.
const BINARY: [&str; 2] = ["bit", "By"];

/// What each row of [`UNITS`] comes to, once it was asked for.
static WORKED_OUT: [OnceLock<Option<Measure>>; UNITS.len()] = [const { OnceLock::new() }; UNITS.len()];

/// The unit of this code, which may have a prefix.
pub(crate) fn find(code: &str) -> Option<Measure> {
    if let Some((_, measure)) = by_code(code) {
        return measure;
    }
    let decimal = PREFIXES.iter().filter_map(|(prefix, exponent)| {
        let (metric, measure) = by_code(code.strip_prefix(prefix)?)?;
        metric.then(|| scaled(measure?, &Exact::power_of_ten(*exponent)?))?
    });
    let binary = BINARY_PREFIXES.iter().filter_map(|(prefix, value)| {
        let code = code.strip_prefix(prefix).filter(|code| BINARY.contains(code))?;
        scaled(by_code(code)?.1?, &Exact::integer(*value)?)
    });
    decimal.chain(binary).next()
}

/// Whether the unit of exactly this code takes prefixes, and what it comes to.
fn by_code(code: &str) -> Option<(bool, Option<Measure>)> {
    let place = UNITS.binary_search_by(|(other, ..)| (*other).cmp(code)).ok()?;
    let (row, measure) = (UNITS.get(place)?, WORKED_OUT.get(place)?);
    Some((row.1, measure.get_or_init(|| work_out(row)).clone()))
}

fn work_out((code, _, definition): &Row) -> Option<Measure> {
    match definition {
        Definition::Base => Measure::base(code),
        Definition::Pi => Some(Measure::number(Exact::PI)),
        Definition::Own => Some(Measure::own(code)),
        Definition::Times(value, unit) => scaled(parse(unit)?, &Exact::parse(value)?),
        Definition::Plus(value, unit) => {
            let mut measure = parse(unit)?;
            measure.offset = measure.factor.times(&Exact::parse(value)?)?;
            Some(measure)
        }
    }
}

/// `scale` times a unit. The offset of a temperature stays where it is: 1000 mCel are 1 Cel.
fn scaled(mut measure: Measure, scale: &Exact) -> Option<Measure> {
    measure.factor = measure.factor.times(scale)?;
    Some(measure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_unit_can_be_worked_out() {
        assert!(UNITS.is_sorted_by(|left, right| left.0 < right.0));
        for (code, ..) in &UNITS {
            assert!(find(code).is_some(), "{code}");
        }
    }

    #[test]
    fn a_prefix_goes_with_metric_units_only() {
        for code in ["mg", "dar", "kBq", "k[IU]", "mm[Hg]", "KiBy", "mCel", "Ym", "kcal_th"] {
            assert!(find(code).is_some(), "{code}");
        }
        for code in ["k[in_i]", "mmin", "k%", "Kim", "kk", "kkg", "k"] {
            assert_eq!(find(code), None, "{code}");
        }
    }
}
