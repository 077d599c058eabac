//! Filtering and projection (<http://hl7.org/fhirpath/N1/#filtering-and-projection>).

use super::{Call, Function, Parameter, Yields};
use crate::error::EvaluateError;
use crate::item::Item;

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "where",
    least: 1,
    parameters: &[Parameter::Criteria],
    yields: Yields::Input,
    run: r#where,
}];

fn r#where<'a>(mut call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    for (index, item) in std::mem::take(&mut call.input).into_iter().enumerate() {
        if call.holds(index, &item)? {
            out.push(item);
        }
    }
    Ok(())
}
