//! Quantities (<http://hl7.org/fhirpath/N1/#quantity>): numbers with a unit of UCUM or of the calendar.

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

    fn name(self, singular: bool) -> &'static str {
        TIMES.iter().find(|row| row.0 == self).map_or("", |row| if singular { row.1 } else { row.2 })
    }

    /// UCUM's unit of the same name.
    fn ucum(self) -> &'static str {
        TIMES.iter().find(|row| row.0 == self).map_or("", |row| row.3)
    }
}

impl Unit {
    /// The unit of a number that has none.
    pub(crate) fn one() -> Self {
        Unit::Ucum("1".into())
    }

    /// The unit of UCUM that measures the same. Years and months of the calendar have none: UCUM's are averages.
    fn definite(&self) -> Option<&str> {
        match self {
            Unit::Calendar(CalendarUnit::Year | CalendarUnit::Month) | Unit::Other(_) => None,
            Unit::Calendar(unit) => Some(unit.ucum()),
            Unit::Ucum(code) => Some(code),
        }
    }

    /// The product or quotient of two units.
    pub(crate) fn combined(&self, operator: char, other: &Unit) -> Option<Unit> {
        let one = Unit::one();
        match operator {
            _ if *other == one => return Some(self.clone()),
            '/' if self == other => return Some(one),
            '.' if *self == one => return Some(other.clone()),
            _ => {}
        }
        let factor = |unit: &str| match unit.contains(['.', '/']) {
            true => format!("({unit})"),
            false => unit.to_owned(),
        };
        let code = format!("{}{operator}{}", factor(self.definite()?), factor(other.definite()?));
        ucum::canonical(&code)?;
        Some(Unit::Ucum(code.into()))
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
    pub(crate) fn compare(&self, other: &Quantity) -> Option<Ordering> {
        if self.unit == other.unit {
            return Some(self.value.cmp(&other.value));
        }
        if let (Some((left, _)), Some((right, _))) = (self.months(), other.months()) {
            return Some(left.cmp(&right));
        }
        let (left, right) = (self.value.to_string(), other.value.to_string());
        ucum::compare((&left, self.unit.definite()?), (&right, other.unit.definite()?))
    }

    /// How many months of the calendar it has, and how many one of its unit has.
    fn months(&self) -> Option<(Decimal, Decimal)> {
        let factor = match self.unit {
            Unit::Calendar(CalendarUnit::Year) => Decimal::from(12),
            Unit::Calendar(CalendarUnit::Month) => Decimal::ONE,
            _ => return None,
        };
        Some((self.value.checked_mul(factor)?, factor))
    }

    /// Whether they are about the same (<http://hl7.org/fhirpath/N1/#equivalent>): rounded to what the less precise of
    /// them says. A month of the calendar is about a month of UCUM.
    pub(crate) fn is_equivalent(&self, other: &Quantity) -> bool {
        let (left, right) = (self.about(), other.about());
        if left.unit == right.unit {
            return decimals_equivalent(left.value, right.value);
        }
        let converted = |value: Decimal| Quantity { value, unit: right.unit.clone() }.converted(&left.unit);
        let precision = |quantity: &Quantity| Decimal::new(1, quantity.value.normalize().scale());
        let same = || {
            let other = converted(right.value)?;
            let other_step = converted(precision(&right))?.checked_sub(converted(Decimal::ZERO)?)?;
            let step = precision(&left).max(other_step);
            let steps = |value: Decimal| value.checked_div(step).map(|steps| steps.round());
            Some(steps(left.value)? == steps(other)?)
        };
        same() == Some(true)
    }

    /// The same in a unit of UCUM that may be an average.
    fn about(&self) -> Quantity {
        match self.unit {
            Unit::Calendar(unit) => Quantity { value: self.value, unit: Unit::Ucum(unit.ucum().into()) },
            _ => self.clone(),
        }
    }

    /// The value in another unit, if both measure the same: exact if it has up to 15 digits.
    pub(crate) fn converted(&self, unit: &Unit) -> Option<Decimal> {
        if self.unit == *unit {
            return Some(self.value);
        }
        let one = Quantity { value: Decimal::ONE, unit: unit.clone() };
        if let (Some((months, _)), Some((_, factor))) = (self.months(), one.months()) {
            return months.checked_div(factor);
        }
        let value = ucum::Exact::parse(&self.value.to_string())?;
        let converted = ucum::convert(&value, self.unit.definite()?, unit.definite()?)?;
        exact(&converted.to_f64().to_string())
    }
}

impl fmt::Display for Quantity {
    /// As FHIRPath's literal: `4 'mg'`, `1 year`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unit {
            Unit::Calendar(unit) => write!(f, "{} {}", self.value, unit.name(self.value == Decimal::ONE)),
            Unit::Ucum(code) | Unit::Other(code) => write!(f, "{} '{code}'", self.value),
        }
    }
}
