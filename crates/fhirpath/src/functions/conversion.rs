//! Conversion (<http://hl7.org/fhirpath/N1/#conversion>). What cannot be converted is empty.

use super::{Call, Function, Implementation, Parameter, Result, TRUTH, Yields};
use crate::arithmetic::in_range;
use crate::item::{Item, ItemValue};
use crate::item_type::SystemType;
use crate::limits;
use crate::number::{Number, exact};
use crate::quantity::{CalendarUnit, Quantity, Unit};
use crate::temporal::{Said, Temporal};
use fhir::Json;
use rust_decimal::Decimal;
use std::borrow::Cow;

type Convert = for<'a> fn(&Item<'a>) -> Option<Item<'a>>;

const UNIT: &[Parameter] = &[Parameter::Value];

/// `toX()` with what it yields, and `convertsToX()`.
macro_rules! rows {
    ($($to:literal $converts:literal $system:ident $convert:ident),* $(,)?) => {
        &[$(
            Function {
                name: $to,
                least: 0,
                parameters: &[],
                yields: Yields::System(SystemType::$system),
                run: Implementation::Value(|call| converted(call, $to, $convert)),
            },
            Function {
                name: $converts,
                least: 0,
                parameters: &[],
                yields: TRUTH,
                run: Implementation::Truth(|call| converts(call, $converts, $convert)),
            },
        )*
            Function {
                name: "toQuantity",
                least: 0,
                parameters: UNIT,
                yields: Yields::System(SystemType::Quantity),
                run: Implementation::Value(to_quantity),
            },
            Function {
                name: "convertsToQuantity",
                least: 0,
                parameters: UNIT,
                yields: TRUTH,
                run: Implementation::Truth(converts_to_quantity),
            },
        ]
    };
}

pub(super) const FUNCTIONS: &[Function] = rows![
    "toBoolean" "convertsToBoolean" Boolean to_boolean,
    "toInteger" "convertsToInteger" Integer to_integer,
    "toDecimal" "convertsToDecimal" Decimal to_decimal,
    "toString" "convertsToString" String to_text,
    "toDate" "convertsToDate" Date to_date,
    "toDateTime" "convertsToDateTime" DateTime to_date_time,
    "toTime" "convertsToTime" Time to_time,
];

fn converted<'a>(call: &mut Call<'a, '_>, place: &'static str, convert: Convert) -> Result<Option<Item<'a>>> {
    let Some(item) = call.single(place)? else { return Ok(None) };
    let (length, item) = (item.as_str().map_or(0, str::len), convert(item));
    call.run.count_many(length / limits::TEXT_BYTES_PER_ITEM)?;
    if let Some(Item { value: ItemValue::Text(text), .. }) = &item {
        call.run.count_text(text.len())?;
    }
    Ok(item)
}

fn converts(call: &mut Call<'_, '_>, place: &'static str, convert: Convert) -> Result<Option<bool>> {
    if call.single(place)?.is_none() {
        return Ok(None);
    }
    converted(call, place, convert).map(|item| Some(item.is_some()))
}

fn to_boolean<'a>(item: &Item<'a>) -> Option<Item<'a>> {
    let value = match (item.as_bool(), Number::of(item), item.string_text()) {
        (Some(value), _, _) => Some(value),
        (_, Some(number), _) => match number.decimal()? {
            value if value == Decimal::ONE => Some(true),
            value if value.is_zero() => Some(false),
            _ => None,
        },
        (_, _, Some(text)) => match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" | "1.0" => Some(true),
            "false" | "f" | "no" | "n" | "0" | "0.0" => Some(false),
            _ => None,
        },
        _ => None,
    };
    value.map(Item::boolean)
}

fn to_integer<'a>(item: &Item<'a>) -> Option<Item<'a>> {
    let value = match (item.as_bool(), Number::of(item), item.string_text()) {
        (Some(value), _, _) => Some(i64::from(value)),
        (_, Some(Number::Integer(value)), _) => Some(value),
        (_, _, Some(text)) => text.parse().ok(),
        _ => None,
    };
    value.and_then(in_range).map(Item::integer)
}

fn to_decimal<'a>(item: &Item<'a>) -> Option<Item<'a>> {
    let value = match (item.as_bool(), Number::of(item), item.string_text()) {
        (Some(value), _, _) => Some(if value { Decimal::ONE } else { Decimal::ZERO }),
        (_, Some(number), _) => number.decimal(),
        (_, _, Some(text)) => decimal_of_text(&text),
        _ => None,
    };
    value.map(Item::decimal)
}

/// A decimal as FHIRPath writes it: no exponent, digits on both sides of the point.
fn decimal_of_text(text: &str) -> Option<Decimal> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let plain = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, "0"));
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    exact(text.strip_prefix('+').unwrap_or(text))
}

fn to_text<'a>(item: &Item<'a>) -> Option<Item<'a>> {
    let text = match &item.value {
        ItemValue::Json(json) => match json {
            Json::String(text) => Cow::Borrowed(text.as_str()),
            // The digits as they were written.
            Json::Number(number) => Cow::Borrowed(number.as_str()),
            Json::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Json::Object(_) => Cow::Owned(Quantity::of(item)?.to_string()),
            Json::Null | Json::Array(_) => return None,
        },
        ItemValue::Boolean(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        ItemValue::Integer(value) => Cow::Owned(value.to_string()),
        ItemValue::Decimal(value) => Cow::Owned(value.to_string()),
        ItemValue::Text(text) => text.clone(),
        ItemValue::Quantity(quantity) => Cow::Owned(quantity.to_string()),
        ItemValue::Type(_) | ItemValue::Elsewhere(_) => return None,
    };
    Some(Item::string(text))
}

/// The date or time that an item is, or that a text is when read as one.
fn temporal(item: &Item<'_>, kind: SystemType) -> Option<Temporal> {
    if item.system_type() == Some(SystemType::String) {
        return Temporal::parse(&item.string_text()?, kind);
    }
    Temporal::of(item)
}

fn of_temporal<'a>(temporal: &Temporal) -> Item<'a> {
    Item::system(ItemValue::Text(Cow::Owned(temporal.text())), temporal.kind)
}

fn to_date<'a>(item: &Item<'a>) -> Option<Item<'a>> {
    let found = temporal(item, SystemType::Date)?;
    (found.kind != SystemType::Time).then(|| of_temporal(&found.date()))
}

fn to_date_time<'a>(item: &Item<'a>) -> Option<Item<'a>> {
    let found = temporal(item, SystemType::DateTime)?;
    (found.kind != SystemType::Time).then(|| of_temporal(&Temporal { kind: SystemType::DateTime, ..found }))
}

fn to_time<'a>(item: &Item<'a>) -> Option<Item<'a>> {
    let found = temporal(item, SystemType::Time)?;
    (found.kind == SystemType::Time && found.said >= Said::Hour).then(|| of_temporal(&found))
}

fn to_quantity<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    const PLACE: &str = "toQuantity()";
    let quantity = call.single(PLACE)?.and_then(quantity);
    let unit = call.text_argument(0, PLACE)?.map(|unit| unit_named(&unit));
    Ok(match (quantity, unit) {
        (Some(quantity), None) => Some(Item::quantity(quantity)),
        (Some(quantity), Some(unit)) => {
            let value = quantity.converted(&unit);
            value.map(|value| Item::quantity(Quantity { value, unit }))
        }
        (None, _) => None,
    })
}

fn converts_to_quantity(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    const PLACE: &str = "convertsToQuantity()";
    if call.single(PLACE)?.is_none() {
        return Ok(None);
    }
    to_quantity(call).map(|quantity| Some(quantity.is_some()))
}

fn unit_named(name: &str) -> Unit {
    CalendarUnit::named(name).map_or_else(|| Unit::Ucum(name.into()), Unit::Calendar)
}

fn quantity(item: &Item<'_>) -> Option<Quantity> {
    match (item.as_bool(), item.string_text()) {
        (Some(value), _) => {
            let value = if value { Decimal::ONE } else { Decimal::ZERO };
            Some(Quantity { value, unit: Unit::one() })
        }
        (_, Some(text)) => quantity_of_text(&text),
        _ => Quantity::of(item),
    }
}

/// `4`, `4 days`, `4 'mg'`
fn quantity_of_text(text: &str) -> Option<Quantity> {
    let length = text.find(|character: char| !matches!(character, '0'..='9' | '.' | '+' | '-'));
    let (number, unit) = text.split_at(length.unwrap_or(text.len()));
    let value = decimal_of_text(number)?;
    let unit = unit.trim_start();
    let unit = match unit.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some("") => return None,
        Some(code) => Unit::Ucum(code.into()),
        None if unit.is_empty() => Unit::one(),
        None => Unit::Calendar(CalendarUnit::named(unit)?),
    };
    Some(Quantity { value, unit })
}
