//! `/fhir/$name`, `/fhir/{type}/$name`, `/fhir/{type}/{id}/$name`: operations.

use super::bearer::Bearer;
use super::preference::prefers;
use super::{Call, preconditions, respond};
use crate::clock::now;
use crate::http::answer::Answer;
use crate::http::receive;
use fhir::ResourceType;
use hyper::Method;
use interactions::operations::{Input, Operation, Request};
use interactions::{Preconditions, Refusal, Target};

/// Carries out an operation on the server as a whole, a type or an instance.
pub(super) async fn operate(
    call: Call<'_>,
    operation: &Operation,
    resource_type: Option<ResourceType>,
    of: Target<'_>,
) -> Result<Answer, Refusal> {
    let caller = Bearer::shared(&call);
    operation.admit(&*caller, resource_type)?;
    let preconditions =
        if operation.writes { preconditions::of_change(&call)? } else { Preconditions::default() };
    let engine = &call.app.engine;
    let lenient = prefers(&call.ask, "handling=lenient");
    let input = input(call, operation, resource_type).await?;
    let (id, version) = of.resource();
    let (id, version) = (id.map(str::to_owned), version.map(str::to_owned));
    let request = Request { resource_type, id, version, input, caller, lenient, preconditions, now: now() };
    Ok(respond::json(200, engine.operate(operation, request).await?))
}

/// What the operation is given, in the URL and in the body.
async fn input(
    mut call: Call<'_>,
    operation: &Operation,
    resource_type: Option<ResourceType>,
) -> Result<Input, Refusal> {
    let (engine, parameters) = (&call.app.engine, std::mem::take(&mut call.query));
    if call.ask.method != Method::POST {
        return operation.input(engine, resource_type, &parameters, None, None);
    }
    let Some(body) = call.body_if_any().await? else {
        return operation.input(engine, resource_type, &parameters, None, None);
    };
    receive::at_leisure(body.bytes.len(), || {
        operation.input(engine, resource_type, &parameters, Some(body.tree(engine)?), None)
    })
}
