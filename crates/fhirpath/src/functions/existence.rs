//! Existence (<http://hl7.org/fhirpath/N1/#existence>).

use super::{Call, Function, Parameter, Yields};
use crate::error::EvaluateError;
use crate::evaluate::{emit_truth, truth};
use crate::item::Item;

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "empty", least: 0, parameters: &[], yields: Yields::Truth, run: empty },
    Function {
        name: "exists",
        least: 0,
        parameters: &[Parameter::Criteria],
        yields: Yields::Truth,
        run: exists,
    },
    Function { name: "all", least: 1, parameters: &[Parameter::Criteria], yields: Yields::Truth, run: all },
    Function { name: "not", least: 0, parameters: &[], yields: Yields::Truth, run: not },
];

fn empty<'a>(call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    emit_truth(Some(call.input.is_empty()), call.run, out)
}

fn exists<'a>(mut call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    let mut found = false;
    for (index, item) in std::mem::take(&mut call.input).iter().enumerate() {
        found = call.holds(index, item)?;
        if found {
            break;
        }
    }
    emit_truth(Some(found), call.run, out)
}

fn all<'a>(mut call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    let mut all = true;
    for (index, item) in std::mem::take(&mut call.input).iter().enumerate() {
        all = call.holds(index, item)?;
        if !all {
            break;
        }
    }
    emit_truth(Some(all), call.run, out)
}

fn not<'a>(call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    let value = truth(&call.input, "not()")?;
    emit_truth(value.map(|value| !value), call.run, out)
}
