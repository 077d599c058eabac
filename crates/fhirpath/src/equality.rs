//! What `=` and `~` mean (<http://hl7.org/fhirpath/N1/#equality>), item by item.

use crate::error::EvaluateError;
use crate::item::{Item, ItemValue};
use crate::item_type::{ItemType, SystemType};
use crate::limits;
use crate::number::Number;
use crate::quantity::Quantity;
use crate::run::Run;
use crate::temporal::Temporal;
use fhir::Json;

/// Whether two collections are equal, item by item; unknown if one is empty or a comparison is unknown.
pub(crate) fn equal<'a>(
    left: &[Item<'a>],
    right: &[Item<'a>],
    run: &mut Run<'a>,
) -> Result<Option<bool>, EvaluateError> {
    if left.is_empty() || right.is_empty() {
        return Ok(None);
    }
    if left.len() != right.len() {
        return Ok(Some(false));
    }
    let mut all = Some(true);
    for (left, right) in left.iter().zip(right) {
        match items_equal(left, right, run)? {
            Some(false) => return Ok(Some(false)),
            Some(true) => {}
            None => all = None,
        }
    }
    Ok(all)
}

/// Whether two items are equal; unknown for dates and times of which one says more than the other, and for quantities
/// whose units can't be compared.
pub(crate) fn items_equal<'a>(
    left: &Item<'a>,
    right: &Item<'a>,
    run: &mut Run<'a>,
) -> Result<Option<bool>, EvaluateError> {
    run.count()?;
    Ok(match (Comparable::of(left), Comparable::of(right)) {
        (Comparable::Text(left), Comparable::Text(right)) => Some(texts_equal(left, right, run)?),
        (Comparable::Boolean(left), Comparable::Boolean(right)) => Some(left == right),
        (Comparable::Type(left), Comparable::Type(right)) => Some(left == right),
        (Comparable::Number(left), Comparable::Number(right)) => Some(left.compare(right).is_eq()),
        (Comparable::Temporal(left), Comparable::Temporal(right)) if left.is_time() != right.is_time() => {
            Some(false)
        }
        (Comparable::Temporal(left), Comparable::Temporal(right)) => {
            left.compare(&right).map(|order| order.is_eq())
        }
        (Comparable::Tree(one), Comparable::Tree(other)) => {
            if trees_match(one, other, Strictness::Equal, run)? {
                return Ok(Some(true));
            }
            run.count_many(limits::UNIT_ITEMS)?;
            return Ok(quantities_equal(left, right).unwrap_or(Some(false)));
        }
        (Comparable::Quantity | Comparable::Tree(_) | Comparable::Number(_), _)
        | (_, Comparable::Quantity | Comparable::Tree(_) | Comparable::Number(_)) => {
            run.count_many(limits::UNIT_ITEMS)?;
            quantities_equal(left, right).unwrap_or(Some(false))
        }
        _ => Some(false),
    })
}

/// Whether one of the items equals `wanted`.
pub(crate) fn contains<'a>(
    items: &[Item<'a>],
    wanted: &Item<'a>,
    run: &mut Run<'a>,
) -> Result<bool, EvaluateError> {
    for item in items {
        if items_equal(item, wanted, run)? == Some(true) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether two items are equal as quantities; `None` if one of them is none.
fn quantities_equal(left: &Item<'_>, right: &Item<'_>) -> Option<Option<bool>> {
    let (left, right) = (Quantity::of(left)?, Quantity::of(right)?);
    Some(left.compare(&right).map(|order| order.is_eq()))
}

/// Whether two collections are equivalent: the same items, in any order. Two empty ones are.
pub(crate) fn equivalent<'a>(
    left: &[Item<'a>],
    right: &[Item<'a>],
    run: &mut Run<'a>,
) -> Result<bool, EvaluateError> {
    if left.len() != right.len() {
        return Ok(false);
    }
    let mut unmatched: Vec<&Item<'a>> = right.iter().collect();
    for item in left {
        let mut found = None;
        for (place, candidate) in unmatched.iter().enumerate() {
            if items_equivalent(item, candidate, run)? {
                found = Some(place);
                break;
            }
        }
        match found {
            Some(place) => drop(unmatched.swap_remove(place)),
            None => return Ok(false),
        }
    }
    Ok(true)
}

fn items_equivalent<'a>(left: &Item<'a>, right: &Item<'a>, run: &mut Run<'a>) -> Result<bool, EvaluateError> {
    run.count()?;
    Ok(match (Comparable::of(left), Comparable::of(right)) {
        (Comparable::Text(left), Comparable::Text(right)) => texts_equivalent(left, right, run)?,
        (Comparable::Boolean(left), Comparable::Boolean(right)) => left == right,
        (Comparable::Type(left), Comparable::Type(right)) => left == right,
        (Comparable::Number(left), Comparable::Number(right)) => left.is_equivalent(right),
        (Comparable::Temporal(left), Comparable::Temporal(right)) => left.is_equivalent(&right),
        (Comparable::Tree(one), Comparable::Tree(other)) => {
            trees_match(one, other, Strictness::Equivalent, run)? || quantities_equivalent(left, right)
        }
        (Comparable::Quantity | Comparable::Tree(_) | Comparable::Number(_), _)
        | (_, Comparable::Quantity | Comparable::Tree(_) | Comparable::Number(_)) => {
            run.count_many(limits::UNIT_ITEMS)?;
            quantities_equivalent(left, right)
        }
        _ => false,
    })
}

fn quantities_equivalent(left: &Item<'_>, right: &Item<'_>) -> bool {
    match (Quantity::of(left), Quantity::of(right)) {
        (Some(left), Some(right)) => left.is_equivalent(&right),
        _ => false,
    }
}

/// A value in the terms in which it is compared.
enum Comparable<'i> {
    Boolean(bool),
    Number(Number<'i>),
    Temporal(Temporal),
    Text(&'i str),
    Quantity,
    Tree(&'i Json),
    Type(ItemType),
    /// A primitive without a value, or a resource that is not here: equal to nothing.
    Nothing,
}

impl<'i> Comparable<'i> {
    fn of(item: &'i Item<'_>) -> Self {
        match &item.value {
            ItemValue::Json(Json::String(text)) => Comparable::of_text(text, item),
            ItemValue::Text(text) => Comparable::of_text(text, item),
            ItemValue::Boolean(value) | ItemValue::Json(Json::Bool(value)) => Comparable::Boolean(*value),
            ItemValue::Quantity(_) => Comparable::Quantity,
            ItemValue::Type(item_type) => Comparable::Type(*item_type),
            ItemValue::Json(Json::Null) | ItemValue::Elsewhere(_) => Comparable::Nothing,
            ItemValue::Json(tree @ (Json::Object(_) | Json::Array(_))) => Comparable::Tree(tree),
            ItemValue::Integer(_) | ItemValue::Decimal(_) | ItemValue::Json(Json::Number(_)) => {
                Number::of(item).map_or(Comparable::Nothing, Comparable::Number)
            }
        }
    }

    fn of_text(text: &'i str, item: &Item<'_>) -> Self {
        match item.system_type() {
            // A date that is none is compared as the text that it is.
            Some(kind @ (SystemType::Date | SystemType::DateTime | SystemType::Time)) => {
                Temporal::parse(text, kind).map_or(Comparable::Text(text), Comparable::Temporal)
            }
            _ => Comparable::Text(text),
        }
    }
}

/// How strictly trees are compared.
#[derive(Clone, Copy)]
enum Strictness {
    Equal,
    Equivalent,
}

/// Whether two parts of trees have the same members with equal (or equivalent) values. The order of members doesn't
/// count; the order of items does, unless they need only be equivalent.
fn trees_match(
    left: &Json,
    right: &Json,
    strictness: Strictness,
    run: &mut Run<'_>,
) -> Result<bool, EvaluateError> {
    run.count()?;
    match (left, right) {
        (Json::Object(left), Json::Object(right)) => {
            if left.len() != right.len() {
                return Ok(false);
            }
            for (name, value) in left.iter() {
                run.count_lookup(right)?;
                let Some(other) = right.get(name) else { return Ok(false) };
                if !trees_match(value, other, strictness, run)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Json::Array(left), Json::Array(right)) => arrays_match(left, right, strictness, run),
        (Json::Number(left), Json::Number(right)) => {
            let numbers = (Number::of_literal(left.as_str()), Number::of_literal(right.as_str()));
            Ok(match (numbers, strictness) {
                ((Some(left), Some(right)), Strictness::Equal) => left.compare(right).is_eq(),
                ((Some(left), Some(right)), Strictness::Equivalent) => left.is_equivalent(right),
                _ => left == right,
            })
        }
        (Json::String(left), Json::String(right)) => Ok(match strictness {
            Strictness::Equal => texts_equal(left, right, run)?,
            Strictness::Equivalent => texts_equivalent(left, right, run)?,
        }),
        _ => Ok(left == right),
    }
}

fn arrays_match(
    left: &[Json],
    right: &[Json],
    strictness: Strictness,
    run: &mut Run<'_>,
) -> Result<bool, EvaluateError> {
    if left.len() != right.len() {
        return Ok(false);
    }
    if let Strictness::Equal = strictness {
        for (value, other) in left.iter().zip(right) {
            if !trees_match(value, other, strictness, run)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let mut unmatched: Vec<&Json> = right.iter().collect();
    for value in left {
        let mut found = None;
        for (place, candidate) in unmatched.iter().enumerate() {
            if trees_match(value, candidate, strictness, run)? {
                found = Some(place);
                break;
            }
        }
        let Some(place) = found else { return Ok(false) };
        unmatched.swap_remove(place);
    }
    Ok(true)
}

fn texts_equal(left: &str, right: &str, run: &mut Run<'_>) -> Result<bool, EvaluateError> {
    if left.len() != right.len() {
        return Ok(false);
    }
    run.count_reading(left)?;
    Ok(left == right)
}

/// Whether two texts are the same but for case and the kind of white space.
fn texts_equivalent(left: &str, right: &str, run: &mut Run<'_>) -> Result<bool, EvaluateError> {
    fn folded(text: &str) -> impl Iterator<Item = char> {
        let mut after_space = false;
        let single = text.chars().filter_map(move |character| {
            let space = character.is_whitespace();
            let repeated = std::mem::replace(&mut after_space, space) && space;
            if repeated { None } else { Some(if space { ' ' } else { character }) }
        });
        single.flat_map(char::to_lowercase)
    }
    run.count_reading(left)?;
    Ok(left == right || folded(left).eq(folded(right)))
}
