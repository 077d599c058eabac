//! Utility (<http://hl7.org/fhirpath/N1/#utility-functions>), `iif()` and `aggregate()`.

use super::{Call, Function, Implementation, Parameter, Result, Yields};
use crate::error::EvaluateError;
use crate::evaluate::{Frame, evaluate, truth_of};
use crate::item::{Item, ItemValue};
use crate::item_type::SystemType;
use std::borrow::Cow;

const fn time(
    name: &'static str,
    system: SystemType,
    run: for<'a> fn(&mut Call<'a, '_>) -> Result<Option<Item<'a>>>,
) -> Function {
    let yields = Yields::System(system);
    Function { name, least: 0, parameters: &[], yields, run: Implementation::Value(run) }
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "iif",
        least: 2,
        parameters: &[Parameter::Branch, Parameter::Branch, Parameter::Branch],
        yields: Yields::Branches,
        run: Implementation::Items(iif),
    },
    Function {
        name: "aggregate",
        least: 1,
        parameters: &[Parameter::Criteria, Parameter::Value],
        yields: Yields::Anything,
        run: Implementation::Items(aggregate),
    },
    Function {
        name: "trace",
        least: 1,
        parameters: &[Parameter::Value, Parameter::Criteria],
        yields: Yields::Input,
        run: Implementation::Items(trace),
    },
    Function {
        name: "type",
        least: 0,
        parameters: &[],
        yields: Yields::System(SystemType::TypeInfo),
        run: Implementation::Items(r#type),
    },
    time("now", SystemType::DateTime, |call| part_of_now(call, SystemType::DateTime, |text| text)),
    time("today", SystemType::Date, |call| {
        part_of_now(call, SystemType::Date, |text| text.get(..10).unwrap_or_default())
    }),
    time("timeOfDay", SystemType::Time, |call| {
        part_of_now(call, SystemType::Time, |text| text.get(11..19).unwrap_or_default())
    }),
];

/// One of two branches; the other is not evaluated.
fn iif<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let [criterion, branches @ ..] = call.arguments else { return Ok(()) };
    let frame = Frame { this: &call.input, ..call.frame };
    let holds = truth_of(criterion, frame, call.run, "the criterion of iif()")? == Some(true);
    let branch = if holds { branches.first() } else { branches.get(1) };
    branch.map_or(Ok(()), |branch| evaluate(branch, frame, call.run, out))
}

/// What the aggregator yields on the last item, `$total` being what it yielded on the one before.
fn aggregate<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let Some(aggregator) = call.arguments.first() else { return Ok(()) };
    let mut total = call.argument(1)?;
    for (index, item) in call.input.iter().enumerate() {
        let frame = Frame { this: std::slice::from_ref(item), index, total: &total, scope: call.frame.scope };
        let mut next = call.run.buffer();
        evaluate(aggregator, frame, call.run, &mut next)?;
        call.run.recycle(std::mem::replace(&mut total, next));
    }
    out.append(&mut total);
    Ok(())
}

/// The input. Nothing is written anywhere.
fn trace<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    out.append(&mut call.input);
    Ok(())
}

/// The type of each item (<http://hl7.org/fhirpath/N1/#reflection>).
fn r#type<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let types = call.input.iter().map(|item| ItemValue::Type(item.item_type));
    out.extend(types.map(|found| Item::system(found, SystemType::TypeInfo)));
    Ok(())
}

fn part_of_now<'a>(
    call: &Call<'a, '_>,
    system: SystemType,
    part: fn(&str) -> &str,
) -> Result<Option<Item<'a>>> {
    let now = call.frame.scope.context.now.as_ref().ok_or(EvaluateError::NoTime)?;
    let text = fhir::datetime::local(now.ms, now.zone);
    Ok(Some(Item::system(ItemValue::Text(Cow::Owned(part(&text).to_owned())), system)))
}
