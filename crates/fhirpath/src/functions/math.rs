//! Numbers (<http://hl7.org/fhirpath/N1/#math>). What has no value (the root of -1) is empty.

use super::{Call, Function, Implementation, Parameter, Result, Yields};
use crate::arithmetic::in_range;
use crate::error::EvaluateError;
use crate::item::Item;
use crate::item_type::SystemType;
use crate::number::Number;
use crate::quantity::Quantity;
use rust_decimal::{Decimal, MathematicalOps, RoundingStrategy};

type Value = for<'a> fn(&mut Call<'a, '_>) -> Result<Option<Item<'a>>>;

const fn row(
    name: &'static str,
    least: usize,
    parameters: &'static [Parameter],
    yields: Yields,
    run: Value,
) -> Function {
    Function { name, least, parameters, yields, run: Implementation::Value(run) }
}

const ONE: &[Parameter] = &[Parameter::Value];
const INTEGER: Yields = Yields::System(SystemType::Integer);
const DECIMAL: Yields = Yields::System(SystemType::Decimal);

pub(super) const FUNCTIONS: &[Function] = &[
    row("abs", 0, &[], Yields::Number, abs),
    row("ceiling", 0, &[], INTEGER, |call| whole(call, "ceiling()", |value| value.ceil())),
    row("floor", 0, &[], INTEGER, |call| whole(call, "floor()", |value| value.floor())),
    row("truncate", 0, &[], INTEGER, |call| whole(call, "truncate()", |value| value.trunc())),
    row("round", 0, ONE, DECIMAL, round),
    row("exp", 0, &[], DECIMAL, |call| computed(call, "exp()", |value| approximate(value.checked_exp()?))),
    row("ln", 0, &[], DECIMAL, |call| computed(call, "ln()", |value| approximate(value.checked_ln()?))),
    row("log", 1, ONE, DECIMAL, log),
    row("power", 1, ONE, Yields::Number, power),
    row("sqrt", 0, &[], DECIMAL, |call| computed(call, "sqrt()", |value| approximate(value.sqrt()?))),
];

/// The decimal of an input that is a number.
fn decimal(call: &Call<'_, '_>, place: &'static str) -> Result<Option<Decimal>> {
    let Some(item) = call.single(place)? else { return Ok(None) };
    Ok(Number::of(item).ok_or(EvaluateError::WrongType(place))?.decimal())
}

fn abs<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    const PLACE: &str = "abs()";
    let Some(item) = call.single(PLACE)? else { return Ok(None) };
    match (Number::of(item), Quantity::of(item)) {
        (Some(Number::Integer(value)), _) => Ok(value.checked_abs().map(Item::integer)),
        (Some(number), _) => Ok(number.decimal().map(|value| Item::decimal(value.abs()))),
        (None, Some(quantity)) => {
            Ok(Some(Item::quantity(Quantity { value: quantity.value.abs(), ..quantity })))
        }
        (None, None) => Err(EvaluateError::WrongType(PLACE)),
    }
}

fn whole<'a>(
    call: &mut Call<'a, '_>,
    place: &'static str,
    compute: fn(Decimal) -> Decimal,
) -> Result<Option<Item<'a>>> {
    let value = decimal(call, place)?.map(compute);
    Ok(value.and_then(|value| i64::try_from(value).ok()).and_then(in_range).map(Item::integer))
}

fn computed<'a>(
    call: &mut Call<'a, '_>,
    place: &'static str,
    compute: fn(Decimal) -> Option<Decimal>,
) -> Result<Option<Item<'a>>> {
    Ok(decimal(call, place)?.and_then(compute).map(Item::decimal))
}

/// A result of a series, without the last places, which miss whole results.
fn approximate(value: Decimal) -> Option<Decimal> {
    const DIGITS: u32 = 20;
    value.round_sf(DIGITS).map(|rounded| rounded.normalize())
}

/// Rounds half away from zero, to whole numbers or a number of places.
fn round<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    const PLACE: &str = "round()";
    let Some(value) = decimal(call, PLACE)? else { return Ok(None) };
    let places = call.integer_argument(0, PLACE)?.unwrap_or(0);
    let places = u32::try_from(places).map_err(|_| EvaluateError::WrongType(PLACE))?;
    // A decimal has at most 28 places.
    let rounded = value.round_dp_with_strategy(places.min(28), RoundingStrategy::MidpointAwayFromZero);
    Ok(Some(Item::decimal(rounded)))
}

/// The argument that is a number.
fn number_argument(call: &mut Call<'_, '_>, place: &'static str) -> Result<Option<Decimal>> {
    let Some(item) = call.single_argument(0, place)? else { return Ok(None) };
    Ok(Number::of(&item).ok_or(EvaluateError::WrongType(place))?.decimal())
}

fn log<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    const PLACE: &str = "log()";
    let Some(value) = decimal(call, PLACE)? else { return Ok(None) };
    let Some(base) = number_argument(call, PLACE)? else { return Ok(None) };
    let logarithm = |value: Decimal, base: Decimal| value.checked_ln()?.checked_div(base.checked_ln()?);
    Ok(logarithm(value, base).and_then(approximate).map(Item::decimal))
}

/// An Integer to the power of an Integer that is not negative is an Integer.
fn power<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    const PLACE: &str = "power()";
    let Some(item) = call.single(PLACE)?.cloned() else { return Ok(None) };
    let Some(exponent) = call.single_argument(0, PLACE)? else { return Ok(None) };
    let numbers = (Number::of(&item), Number::of(&exponent));
    if let (Some(Number::Integer(base)), Some(Number::Integer(exponent))) = numbers
        && let Ok(exponent) = u32::try_from(exponent)
    {
        return Ok(base.checked_pow(exponent).and_then(in_range).map(Item::integer));
    }
    let (Some(base), Some(exponent)) = numbers else { return Err(EvaluateError::WrongType(PLACE)) };
    let (Some(base), Some(exponent)) = (base.decimal(), exponent.decimal()) else { return Ok(None) };
    let fractional = !exponent.fract().is_zero();
    if (base.is_zero() && exponent.is_sign_negative()) || (base.is_sign_negative() && fractional) {
        return Ok(None);
    }
    let result = base.checked_powd(exponent);
    let result = if fractional { result.and_then(approximate) } else { result };
    Ok(result.map(|result| Item::decimal(result.normalize())))
}
