//! Dates and times plus and minus durations (<http://hl7.org/fhirpath/N1/#datetime-arithmetic>).

use crate::error::EvaluateError;
use crate::item::{Item, ItemValue};
use crate::item_type::SystemType;
use crate::quantity::{CalendarUnit, Quantity, Unit};
use crate::temporal::{Said, Temporal};
use jiff::Span;
use rust_decimal::Decimal;
use std::borrow::Cow;

const PLACE: &str = "the addition of a duration";

/// A date or time moved by a duration: whole units, except that seconds may have a fraction. A value that says less
/// than the duration's unit moves by as many of the units that it does say as the duration fills.
pub(super) fn moved<'a>(
    from: Temporal,
    duration: &Quantity,
    back: bool,
) -> Result<Option<Item<'a>>, EvaluateError> {
    let Some(unit) = unit(&duration.unit) else { return Err(EvaluateError::WrongType(PLACE)) };
    let is_time = from.kind == SystemType::Time;
    if is_time
        && matches!(unit, CalendarUnit::Year | CalendarUnit::Month | CalendarUnit::Week | CalendarUnit::Day)
    {
        return Err(EvaluateError::WrongType(PLACE));
    }
    let value = if back { -duration.value } else { duration.value };
    let moved = in_units_said(value, unit, from.said).and_then(span).and_then(|span| from.moved(span));
    Ok(moved.map(|moved| Item::system(ItemValue::Text(Cow::Owned(moved.text())), from.kind)))
}

/// A unit of the calendar, or one of UCUM that is a whole number of milliseconds. UCUM's year and month are averages,
/// which can't be added to a date.
fn unit(unit: &Unit) -> Option<CalendarUnit> {
    match unit {
        Unit::Calendar(unit) => Some(*unit),
        Unit::Ucum(code) => CalendarUnit::of_ucum(code)
            .filter(|unit| !matches!(unit, CalendarUnit::Year | CalendarUnit::Month)),
        Unit::Other(_) => None,
    }
}

/// The duration in a unit that a value of that precision has.
fn in_units_said(value: Decimal, unit: CalendarUnit, said: Said) -> Option<(Decimal, CalendarUnit)> {
    use CalendarUnit::{Day, Hour, Millisecond, Minute, Month, Second, Week, Year};
    let over = |value: Decimal, divisor: i64| value.trunc().checked_div(Decimal::from(divisor));
    let (value, unit) = match (said, unit) {
        (Said::Second, _) => (value, unit),
        (_, Millisecond) => return in_units_said(over(value, 1_000)?, Second, said),
        (Said::Minute, Second) => (over(value, 60)?, Minute),
        (Said::Hour | Said::Day | Said::Month | Said::Year, Second) => {
            return in_units_said(over(value, 60)?, Minute, said);
        }
        (Said::Hour, Minute) => (over(value, 60)?, Hour),
        (Said::Day | Said::Month | Said::Year, Minute) => return in_units_said(over(value, 60)?, Hour, said),
        (Said::Day, Hour) => (over(value, 24)?, Day),
        (Said::Month | Said::Year, Hour) => return in_units_said(over(value, 24)?, Day, said),
        (Said::Month, Week) => (over(value.checked_mul(Decimal::from(7))?, 30)?, Month),
        (Said::Month, Day) => (over(value, 30)?, Month),
        (Said::Year, Week) => (over(value.checked_mul(Decimal::from(7))?, 365)?, Year),
        (Said::Year, Day) => (over(value, 365)?, Year),
        (Said::Year, Month) => (over(value, 12)?, Year),
        (_, unit) => (value, unit),
    };
    Some((value, unit))
}

fn span((value, unit): (Decimal, CalendarUnit)) -> Option<Span> {
    let whole = i64::try_from(value.trunc()).ok()?;
    let span = Span::new();
    match unit {
        CalendarUnit::Year => span.try_years(whole),
        CalendarUnit::Month => span.try_months(whole),
        CalendarUnit::Week => span.try_weeks(whole),
        CalendarUnit::Day => span.try_days(whole),
        CalendarUnit::Hour => span.try_hours(whole),
        CalendarUnit::Minute => span.try_minutes(whole),
        CalendarUnit::Second => {
            let milliseconds = value.checked_mul(Decimal::from(1_000))?.trunc();
            span.try_milliseconds(i64::try_from(milliseconds).ok()?)
        }
        CalendarUnit::Millisecond => span.try_milliseconds(whole),
    }
    .ok()
}
