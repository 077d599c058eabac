//! What `+ - * / div mod &` mean (<http://hl7.org/fhirpath/N1/#math>). What overflows or divides by zero is empty.

mod duration;

use crate::error::EvaluateError;
use crate::item::Item;
use crate::limits;
use crate::number::Number;
use crate::quantity::{Quantity, Unit};
use crate::run::Run;
use crate::temporal::Temporal;
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// Division without remainder.
    Div,
    Mod,
    /// `&`: as `+`, but nothing is an empty text.
    Concatenate,
}

impl Arithmetic {
    pub(crate) fn of(operator: &str) -> Option<Self> {
        Some(match operator {
            "+" => Arithmetic::Add,
            "-" => Arithmetic::Subtract,
            "*" => Arithmetic::Multiply,
            "/" => Arithmetic::Divide,
            "div" => Arithmetic::Div,
            "mod" => Arithmetic::Mod,
            "&" => Arithmetic::Concatenate,
            _ => return None,
        })
    }

    /// The operator as a place where something can go wrong.
    const fn place(self) -> &'static str {
        match self {
            Arithmetic::Add => "'+'",
            Arithmetic::Subtract => "'-'",
            Arithmetic::Multiply => "'*'",
            Arithmetic::Divide => "'/'",
            Arithmetic::Div => "'div'",
            Arithmetic::Mod => "'mod'",
            Arithmetic::Concatenate => "'&'",
        }
    }
}

type Result<T> = std::result::Result<T, EvaluateError>;

/// Applies an operator to two single items; nothing if one is missing.
pub(crate) fn apply<'a>(
    operator: Arithmetic,
    left: &[Item<'a>],
    right: &[Item<'a>],
    run: &mut Run<'a>,
) -> Result<Option<Item<'a>>> {
    let (left, right) = (single(left, operator)?, single(right, operator)?);
    if operator == Arithmetic::Concatenate {
        return concatenate(left, right, operator, run);
    }
    let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
    if let (Some(one), Some(other)) = (Number::of(left), Number::of(right)) {
        return Ok(numbers(operator, one, other));
    }
    if operator == Arithmetic::Add && is_text(left) && is_text(right) {
        return concatenate(Some(left), Some(right), operator, run);
    }
    if let Some(moved) = Temporal::of(left) {
        let span = Quantity::of(right).filter(|_| Number::of(right).is_none());
        let (Some(span), true) = (span, matches!(operator, Arithmetic::Add | Arithmetic::Subtract)) else {
            return Err(EvaluateError::WrongType(operator.place()));
        };
        return duration::moved(moved, &span, operator == Arithmetic::Subtract);
    }
    run.count_many(limits::UNIT_ITEMS)?;
    match (Quantity::of(left), Quantity::of(right)) {
        (Some(left), Some(right)) => Ok(quantities(operator, &left, &right).map(Item::quantity)),
        _ => Err(EvaluateError::WrongType(operator.place())),
    }
}

fn single<'i, 'a>(items: &'i [Item<'a>], operator: Arithmetic) -> Result<Option<&'i Item<'a>>> {
    match items {
        [] => Ok(None),
        [item] => Ok(Some(item).filter(|item| item.has_value())),
        _ => Err(EvaluateError::NotSingle(operator.place())),
    }
}

fn is_text(item: &Item<'_>) -> bool {
    item.string_text().is_some()
}

fn concatenate<'a>(
    left: Option<&Item<'a>>,
    right: Option<&Item<'a>>,
    operator: Arithmetic,
    run: &mut Run<'a>,
) -> Result<Option<Item<'a>>> {
    fn text<'i>(item: Option<&'i Item<'_>>, operator: Arithmetic) -> Result<&'i str> {
        match item {
            None => Ok(""),
            Some(item) if is_text(item) => Ok(item.as_str().unwrap_or_default()),
            Some(_) => Err(EvaluateError::WrongType(operator.place())),
        }
    }
    let (left, right) = (text(left, operator)?, text(right, operator)?);
    run.count_text(left.len() + right.len())?;
    Ok(Some(Item::string([left, right].concat())))
}

fn numbers<'a>(operator: Arithmetic, left: Number<'_>, right: Number<'_>) -> Option<Item<'a>> {
    if let (Number::Integer(one), Number::Integer(other)) = (left, right)
        && operator != Arithmetic::Divide
    {
        return integers(operator, one, other).map(Item::integer);
    }
    let (left, right) = (left.decimal()?, right.decimal()?);
    if operator == Arithmetic::Div {
        let whole = left.checked_div(right)?.trunc();
        return i64::try_from(whole).ok().and_then(in_range).map(Item::integer);
    }
    decimals(operator, left, right).map(Item::decimal)
}

fn integers(operator: Arithmetic, left: i64, right: i64) -> Option<i64> {
    let result = match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Div => left.checked_div(right),
        Arithmetic::Mod => left.checked_rem(right),
        Arithmetic::Divide | Arithmetic::Concatenate => None,
    };
    result.and_then(in_range)
}

/// An Integer of FHIRPath has 32 bits.
pub(crate) fn in_range(value: i64) -> Option<i64> {
    i32::try_from(value).ok().map(i64::from)
}

fn decimals(operator: Arithmetic, left: Decimal, right: Decimal) -> Option<Decimal> {
    match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide => left.checked_div(right).map(|quotient| quotient.normalize()),
        Arithmetic::Mod => left.checked_rem(right),
        Arithmetic::Div | Arithmetic::Concatenate => None,
    }
}

/// Quantities are added in the smaller of their units; products and quotients have a unit of both.
fn quantities(operator: Arithmetic, left: &Quantity, right: &Quantity) -> Option<Quantity> {
    let (other, unit) = match operator {
        Arithmetic::Add | Arithmetic::Subtract => return sums(operator, left, right),
        Arithmetic::Multiply => (right.value, left.unit.combined('.', &right.unit)?),
        Arithmetic::Divide => (right.value, left.unit.combined('/', &right.unit)?),
        _ => return None,
    };
    Some(Quantity { value: decimals(operator, left.value, other)?, unit })
}

fn sums(operator: Arithmetic, left: &Quantity, right: &Quantity) -> Option<Quantity> {
    let one = |unit: &Unit| Quantity { value: Decimal::ONE, unit: unit.clone() };
    let unit = match one(&left.unit).compare(&one(&right.unit))? {
        Ordering::Greater => &right.unit,
        Ordering::Less | Ordering::Equal => &left.unit,
    };
    let value = decimals(operator, left.converted(unit)?, right.converted(unit)?)?;
    Some(Quantity { value, unit: unit.clone() })
}

/// `-a` and `+a`, of a number or quantity.
pub(crate) fn polarity<'a>(items: &[Item<'a>], negated: bool) -> Result<Option<Item<'a>>> {
    let place = if negated { "the sign '-'" } else { "the sign '+'" };
    let item = match items {
        [] => return Ok(None),
        [item] => item,
        _ => return Err(EvaluateError::NotSingle(place)),
    };
    let number = Number::of(item);
    if !negated && (number.is_some() || Quantity::of(item).is_some()) {
        return Ok(Some(item.clone()));
    }
    match (number, Quantity::of(item)) {
        (Some(Number::Integer(value)), _) => Ok(value.checked_neg().map(Item::integer)),
        (Some(number), _) => Ok(number.decimal().map(|value| Item::decimal(-value))),
        (None, Some(quantity)) => Ok(Some(Item::quantity(Quantity { value: -quantity.value, ..quantity }))),
        (None, None) => Err(EvaluateError::WrongType(place)),
    }
}
