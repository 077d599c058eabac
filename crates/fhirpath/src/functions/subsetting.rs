//! Subsetting (<http://hl7.org/fhirpath/N1/#subsetting>).

use super::{Call, Function, Parameter, Yields};
use crate::error::EvaluateError;
use crate::item::Item;

const COUNT: &[Parameter] = &[Parameter::Value];

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "first", least: 0, parameters: &[], yields: Yields::Input, run: first },
    Function { name: "last", least: 0, parameters: &[], yields: Yields::Input, run: last },
    Function { name: "tail", least: 0, parameters: &[], yields: Yields::Input, run: tail },
    Function { name: "skip", least: 1, parameters: COUNT, yields: Yields::Input, run: skip },
    Function { name: "take", least: 1, parameters: COUNT, yields: Yields::Input, run: take },
];

fn first<'a>(call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    out.extend(call.input.into_iter().next());
    Ok(())
}

fn last<'a>(call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    out.extend(call.input.into_iter().next_back());
    Ok(())
}

fn tail<'a>(call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    out.extend(call.input.into_iter().skip(1));
    Ok(())
}

fn skip<'a>(mut call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    let count = count(&mut call)?;
    out.extend(call.input.into_iter().skip(count));
    Ok(())
}

fn take<'a>(mut call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    let count = count(&mut call)?;
    out.extend(call.input.into_iter().take(count));
    Ok(())
}

/// How many; less than none is none.
fn count(call: &mut Call<'_, '_>) -> Result<usize, EvaluateError> {
    match call.argument(0)?.as_slice() {
        [item] => {
            let count = item.as_i64().ok_or(EvaluateError::NotSingle("a number of items"))?;
            Ok(usize::try_from(count).unwrap_or(0))
        }
        _ => Err(EvaluateError::NotSingle("a number of items")),
    }
}
