//! Subsetting (<http://hl7.org/fhirpath/N1/#subsetting>).

use super::{Call, Function, Implementation, Parameter, Result, Yields};
use crate::distinct::Distinct;
use crate::error::EvaluateError;
use crate::item::Item;

const fn row(
    name: &'static str,
    parameters: &'static [Parameter],
    run: for<'a> fn(&mut Call<'a, '_>, &mut Vec<Item<'a>>) -> Result<()>,
) -> Function {
    Function {
        name,
        least: parameters.len(),
        parameters,
        yields: Yields::Input,
        run: Implementation::Items(run),
    }
}

const COUNT: &[Parameter] = &[Parameter::Value];
const OTHER: &[Parameter] = &[Parameter::Value];

pub(super) const FUNCTIONS: &[Function] = &[
    row("single", &[], single),
    row("first", &[], first),
    row("last", &[], last),
    row("tail", &[], tail),
    row("skip", COUNT, skip),
    row("take", COUNT, take),
    row("intersect", OTHER, intersect),
    row("exclude", OTHER, exclude),
];

fn single<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    if call.input.len() > 1 {
        return Err(EvaluateError::NotSingle("single()"));
    }
    out.append(&mut call.input);
    Ok(())
}

fn first<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    out.extend(call.input.drain(..).next());
    Ok(())
}

fn last<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    out.extend(call.input.pop());
    Ok(())
}

fn tail<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    out.extend(call.input.drain(..).skip(1));
    Ok(())
}

fn skip<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let count = count(call, "skip()")?;
    out.extend(call.input.drain(..).skip(count));
    Ok(())
}

fn take<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let count = count(call, "take()")?;
    out.extend(call.input.drain(..).take(count));
    Ok(())
}

/// How many; less than none is none.
fn count(call: &mut Call<'_, '_>, place: &'static str) -> Result<usize> {
    let count = call.integer_argument(0, place)?.ok_or(EvaluateError::NotSingle(place))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// The items that the other collection has too, each once.
fn intersect<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let (mut other, mut common) = (Distinct::new(), Distinct::new());
    for item in call.argument(0)? {
        other.add(item, call.run)?;
    }
    for item in call.input.drain(..) {
        if other.contains(&item, call.run)? {
            common.add(item, call.run)?;
        }
    }
    out.append(&mut common.into_items());
    Ok(())
}

/// The items that the other collection doesn't have, in their order, duplicates included.
fn exclude<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let mut other = Distinct::new();
    for item in call.argument(0)? {
        other.add(item, call.run)?;
    }
    for item in call.input.drain(..) {
        if !other.contains(&item, call.run)? {
            out.push(item);
        }
    }
    Ok(())
}
