//! Existence (<http://hl7.org/fhirpath/N1/#existence>).

use super::{Call, Function, Implementation, Parameter, Result, TRUTH, Yields};
use crate::distinct::Distinct;
use crate::error::EvaluateError;
use crate::evaluate::truth;
use crate::item::Item;
use crate::item_type::SystemType;
use crate::run::Run;

const CRITERIA: &[Parameter] = &[Parameter::Criteria];
const OTHER: &[Parameter] = &[Parameter::Value];

const fn row(
    name: &'static str,
    least: usize,
    parameters: &'static [Parameter],
    run: fn(&mut Call<'_, '_>) -> Result<Option<bool>>,
) -> Function {
    Function { name, least, parameters, yields: TRUTH, run: Implementation::Truth(run) }
}

pub(super) const FUNCTIONS: &[Function] = &[
    row("empty", 0, &[], empty),
    row("exists", 0, CRITERIA, exists),
    row("all", 1, CRITERIA, all),
    row("not", 0, &[], not),
    row("allTrue", 0, &[], |call| Ok(Some(!any(call, false, "allTrue()")?))),
    row("anyTrue", 0, &[], |call| Ok(Some(any(call, true, "anyTrue()")?))),
    row("allFalse", 0, &[], |call| Ok(Some(!any(call, true, "allFalse()")?))),
    row("anyFalse", 0, &[], |call| Ok(Some(any(call, false, "anyFalse()")?))),
    row("subsetOf", 1, OTHER, subset_of),
    row("supersetOf", 1, OTHER, superset_of),
    row("isDistinct", 0, &[], is_distinct),
    Function {
        name: "distinct",
        least: 0,
        parameters: &[],
        yields: Yields::Input,
        run: Implementation::Items(distinct),
    },
    Function {
        name: "count",
        least: 0,
        parameters: &[],
        yields: Yields::System(SystemType::Integer),
        run: Implementation::Value(count),
    },
];

fn empty(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    Ok(Some(call.input.is_empty()))
}

fn exists(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    if call.arguments.is_empty() {
        return Ok(Some(!call.input.is_empty()));
    }
    some_item(call, true).map(Some)
}

fn all(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    some_item(call, false).map(|found| Some(!found))
}

/// Whether the criteria hold (or don't) of some item.
fn some_item(call: &mut Call<'_, '_>, wanted: bool) -> Result<bool> {
    let input = std::mem::take(&mut call.input);
    let mut found = false;
    for (index, item) in input.iter().enumerate() {
        found = call.holds(index, item)? == wanted;
        if found {
            break;
        }
    }
    call.input = input;
    Ok(found)
}

fn not(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    Ok(truth(&call.input, "not()")?.map(|value| !value))
}

/// Whether one of the truth values of the input is `wanted`.
fn any(call: &Call<'_, '_>, wanted: bool, place: &'static str) -> Result<bool> {
    let mut found = false;
    for item in call.input.iter().filter(|item| item.has_value()) {
        found |= item.as_bool().ok_or(EvaluateError::WrongType(place))? == wanted;
    }
    Ok(found)
}

fn subset_of(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    let other = call.argument(0)?;
    within(&call.input, other, call.run).map(Some)
}

fn superset_of(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    let other = call.argument(0)?;
    let input = std::mem::take(&mut call.input);
    within(&other, input, call.run).map(Some)
}

/// Whether every one of the items equals one of the others.
fn within<'a>(items: &[Item<'a>], others: Vec<Item<'a>>, run: &mut Run<'a>) -> Result<bool> {
    let mut distinct = Distinct::new();
    for other in others {
        distinct.add(other, run)?;
    }
    for item in items {
        if !distinct.contains(item, run)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_distinct(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    let mut distinct = Distinct::new();
    for item in call.input.drain(..) {
        if !distinct.add(item, call.run)? {
            return Ok(Some(false));
        }
    }
    Ok(Some(true))
}

fn distinct<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let mut distinct = Distinct::new();
    for item in call.input.drain(..) {
        distinct.add(item, call.run)?;
    }
    out.append(&mut distinct.into_items());
    Ok(())
}

fn count<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    Ok(Some(Item::integer(call.input.len() as i64)))
}
