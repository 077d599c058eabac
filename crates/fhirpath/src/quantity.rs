//! Quantities (<http://hl7.org/fhirpath/N1/#quantity>): numbers with a unit of UCUM or of the calendar.

use crate::context::Host;
use crate::item::{Item, ItemValue};
use crate::number::{Number, decimals_equivalent, exact};
use fhir::Json;
use fhir::definitions::TypeId;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::fmt;

/// The code system of units.
pub(crate) const UCUM: &str = "http://unitsofmeasure.org";

/// A number with a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The number.
    pub value: Decimal,
    /// Its unit.
    pub unit: Unit,
}

/// The unit of a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A duration of the calendar, which may be longer or shorter: `1 month`.
    Calendar(CalendarUnit),
    /// A unit of UCUM, `1` if there is none.
    Ucum(Box<str>),
    /// A unit that only a Quantity of FHIR has, its code or its name: comparable with itself alone.
    Other(Box<str>),
}

/// The durations of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CalendarUnit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
}

/// The names of a unit of time: singular, plural, and UCUM's.
const TIMES: &[(CalendarUnit, &str, &str, &str)] = &[
    (CalendarUnit::Year, "year", "years", "a"),
    (CalendarUnit::Month, "month", "months", "mo"),
    (CalendarUnit::Week, "week", "weeks", "wk"),
    (CalendarUnit::Day, "day", "days", "d"),
    (CalendarUnit::Hour, "hour", "hours", "h"),
    (CalendarUnit::Minute, "minute", "minutes", "min"),
    (CalendarUnit::Second, "second", "seconds", "s"),
    (CalendarUnit::Millisecond, "millisecond", "milliseconds", "ms"),
];

impl CalendarUnit {
    /// The unit that a word names, in singular or plural.
    pub(crate) fn named(word: &str) -> Option<Self> {
        TIMES.iter().find(|row| row.1 == word || row.2 == word).map(|row| row.0)
    }

    /// The unit of UCUM that lasts as long; years and months last about as long.
    pub(crate) fn of_ucum(code: &str) -> Option<Self> {
        TIMES.iter().find(|row| row.3 == code).map(|row| row.0)
    }

    pub(crate) fn name(self) -> &'static str {
        TIMES.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// How many milliseconds it always has, or how many months.
    fn scale(self) -> (Decimal, &'static str) {
        let (factor, base) = match self {
            CalendarUnit::Year => (12, "month"),
            CalendarUnit::Month => (1, "month"),
            CalendarUnit::Week => (7 * 24 * 3_600_000, "ms"),
            CalendarUnit::Day => (24 * 3_600_000, "ms"),
            CalendarUnit::Hour => (3_600_000, "ms"),
            CalendarUnit::Minute => (60_000, "ms"),
            CalendarUnit::Second => (1_000, "ms"),
            CalendarUnit::Millisecond => (1, "ms"),
        };
        (Decimal::from(factor), base)
    }
}

impl Unit {
    /// The unit of a number that has none.
    pub(crate) fn one() -> Self {
        Unit::Ucum("1".into())
    }

    /// What it measures in, in units that can be compared with one another: a factor and a canonical unit.
    fn canonical(&self, host: Option<&dyn Host>) -> (Decimal, String) {
        match self {
            Unit::Calendar(unit) => {
                let (factor, base) = unit.scale();
                (factor, base.to_owned())
            }
            Unit::Ucum(code) => match CalendarUnit::of_ucum(code).map(CalendarUnit::scale) {
                // A month of UCUM has 30.4375 days; that of the calendar is another thing.
                Some((factor, "month")) => (factor, String::from("mo")),
                Some((factor, base)) => (factor, base.to_owned()),
                None => host
                    .and_then(|host| host.canonical_unit(code))
                    .unwrap_or_else(|| (Decimal::ONE, code.to_string())),
            },
            // No unit of UCUM has a space.
            Unit::Other(name) => (Decimal::ONE, format!("other {name}")),
        }
    }
}

impl Quantity {
    /// The quantity that an item is or converts to: a number has the unit `1`; a Quantity of FHIR must have a value
    /// and no comparator (<http://hl7.org/fhir/R4/fhirpath.html#quantity>).
    pub(crate) fn of(item: &Item<'_>) -> Option<Quantity> {
        match &item.value {
            ItemValue::Quantity(quantity) => Some((**quantity).clone()),
            ItemValue::Json(json @ Json::Object(_)) => {
                let type_id = item.item_type.fhir()?;
                let is_quantity = type_id == TypeId::QUANTITY || type_id.definition().is_a(TypeId::QUANTITY);
                if is_quantity { Quantity::of_json(json) } else { None }
            }
            _ => Some(Quantity { value: Number::of(item)?.decimal()?, unit: Unit::one() }),
        }
    }

    fn of_json(json: &Json) -> Option<Quantity> {
        if json.get("comparator").is_some() {
            return None;
        }
        let value = exact(json.get("value")?.as_number()?.as_str())?;
        let (code, name) = (json.str("code"), json.str("unit"));
        let unit = match (code, code.or(name)) {
            (Some(code), _) if json.str("system") == Some(UCUM) => match CalendarUnit::of_ucum(code) {
                // The specification says so: `a` is a year of the calendar.
                Some(unit) => Unit::Calendar(unit),
                None => Unit::Ucum(code.into()),
            },
            (_, Some(name)) => Unit::Other(name.into()),
            (_, None) => Unit::one(),
        };
        Some(Quantity { value, unit })
    }

    /// Which is larger; unknown if their units measure different things.
    pub(crate) fn compare(&self, other: &Quantity, host: Option<&dyn Host>) -> Option<Ordering> {
        let (left, right) = self.in_common_unit(other, host)?;
        Some(left.cmp(&right))
    }

    /// Whether they are about the same (<http://hl7.org/fhirpath/N1/#equivalent>); a month of the calendar is about a
    /// month of UCUM.
    pub(crate) fn is_equivalent(&self, other: &Quantity, host: Option<&dyn Host>) -> bool {
        let (left, right) = (self.definite(), other.definite());
        if left.unit == right.unit {
            return decimals_equivalent(left.value, right.value);
        }
        let Some((a, b)) = left.in_common_unit(&right, host) else { return false };
        // What the less precise of them leaves open, in the common unit.
        let step = |quantity: &Quantity, converted: Decimal| {
            let own = Decimal::new(1, quantity.value.normalize().scale());
            let factor = if quantity.value.is_zero() { None } else { converted.checked_div(quantity.value) };
            factor.and_then(|factor| own.checked_mul(factor)).unwrap_or_default()
        };
        let step = step(&left, a).max(step(&right, b));
        let rounded = |value: Decimal| value.checked_div(step).map(|steps| steps.round());
        a == b || (!step.is_zero() && rounded(a).is_some() && rounded(a) == rounded(b))
    }

    /// The value in another unit, if both measure the same.
    pub(crate) fn converted(&self, unit: &Unit, host: Option<&dyn Host>) -> Option<Decimal> {
        if self.unit == *unit {
            return Some(self.value);
        }
        let ((from, base), (to, other)) = (self.unit.canonical(host), unit.canonical(host));
        if base != other || to.is_zero() {
            return None;
        }
        self.value.checked_mul(from)?.checked_div(to)
    }

    /// Both values in one unit.
    pub(crate) fn in_common_unit(
        &self,
        other: &Quantity,
        host: Option<&dyn Host>,
    ) -> Option<(Decimal, Decimal)> {
        if self.unit == other.unit {
            return Some((self.value, other.value));
        }
        let ((left, base), (right, other_base)) = (self.unit.canonical(host), other.unit.canonical(host));
        if base != other_base {
            return None;
        }
        Some((self.value.checked_mul(left)?, other.value.checked_mul(right)?))
    }

    fn definite(&self) -> Quantity {
        let unit = match &self.unit {
            Unit::Calendar(unit) => {
                TIMES.iter().find(|row| row.0 == *unit).map(|row| Unit::Ucum(row.3.into()))
            }
            Unit::Ucum(_) | Unit::Other(_) => None,
        };
        Quantity { value: self.value, unit: unit.unwrap_or_else(|| self.unit.clone()) }
    }
}

impl fmt::Display for Quantity {
    /// As FHIRPath's literal: `4 'mg'`, `1 year`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unit {
            Unit::Calendar(unit) => write!(f, "{} {}", self.value, unit.name()),
            Unit::Ucum(code) | Unit::Other(code) => write!(f, "{} '{code}'", self.value),
        }
    }
}
