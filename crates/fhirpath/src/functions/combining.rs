//! Combining (<http://hl7.org/fhirpath/N1/#combining>).

use super::{Call, Function, Implementation, Parameter, Result, Yields};
use crate::distinct::Distinct;
use crate::item::Item;

const OTHER: &[Parameter] = &[Parameter::Value];

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "union",
        least: 1,
        parameters: OTHER,
        yields: Yields::InputAndArgument,
        run: Implementation::Items(union),
    },
    Function {
        name: "combine",
        least: 1,
        parameters: OTHER,
        yields: Yields::InputAndArgument,
        run: Implementation::Items(combine),
    },
];

/// The items of both, equal ones once.
fn union<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let mut distinct = Distinct::new();
    let other = call.argument(0)?;
    for item in call.input.drain(..).chain(other) {
        distinct.add(item, call.run)?;
    }
    out.append(&mut distinct.into_items());
    Ok(())
}

/// The items of both.
fn combine<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let mut other = call.argument(0)?;
    out.append(&mut call.input);
    out.append(&mut other);
    Ok(())
}
