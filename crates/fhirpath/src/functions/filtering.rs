//! Filtering and projection (<http://hl7.org/fhirpath/N1/#filtering-and-projection>).

use super::{Call, Function, Implementation, Parameter, Result, Yields};
use crate::distinct::Distinct;
use crate::evaluate::evaluate;
use crate::item::Item;

const CRITERIA: &[Parameter] = &[Parameter::Criteria];

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "where",
        least: 1,
        parameters: CRITERIA,
        yields: Yields::Input,
        run: Implementation::Items(r#where),
    },
    Function {
        name: "select",
        least: 1,
        parameters: CRITERIA,
        yields: Yields::Argument,
        run: Implementation::Items(select),
    },
    Function {
        name: "repeat",
        least: 1,
        parameters: CRITERIA,
        yields: Yields::Closure,
        run: Implementation::Items(repeat),
    },
];

fn r#where<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let mut input = std::mem::take(&mut call.input);
    for (index, item) in input.drain(..).enumerate() {
        if call.holds(index, &item)? {
            out.push(item);
        }
    }
    call.input = input;
    Ok(())
}

fn select<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let Some(projection) = call.arguments.first() else { return Ok(()) };
    for (index, item) in call.input.iter().enumerate() {
        evaluate(projection, call.frame.on(item, index), call.run, out)?;
    }
    Ok(())
}

/// What the projection yields on the input, on what it yielded, and so on; each item once.
fn repeat<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let Some(projection) = call.arguments.first() else { return Ok(()) };
    let mut distinct = Distinct::new();
    let (mut current, mut found) = (std::mem::take(&mut call.input), Vec::new());
    while !current.is_empty() {
        for (index, item) in current.iter().enumerate() {
            evaluate(projection, call.frame.on(item, index), call.run, &mut found)?;
        }
        current.clear();
        for item in found.drain(..) {
            if distinct.add(item, call.run)?
                && let Some(added) = distinct.last()
            {
                call.run.emit_copy(added, &mut current)?;
            }
        }
    }
    out.append(&mut distinct.into_items());
    Ok(())
}
