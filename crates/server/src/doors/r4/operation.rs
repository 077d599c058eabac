//! `/fhir/{type}/$name`, `/fhir/{type}/{id}/$name`: operations.

use super::bearer::Bearer;
use super::preference::prefers;
use super::{Call, preconditions, respond};
use crate::authenticate::may;
use crate::clock::now;
use crate::http::answer::Answer;
use crate::http::receive;
use auth::Access;
use fhir::ResourceType;
use hyper::Method;
use interactions::operations::{Input, Operation, Request};
use interactions::{Preconditions, Refusal};
use std::sync::Arc;

/// Carries out an operation on a type or an instance.
pub(super) async fn of_type(
    call: Call<'_>,
    operation: &Operation,
    resource_type: ResourceType,
    id: Option<&str>,
) -> Result<Answer, Refusal> {
    let preconditions = if operation.writes {
        may(&call.caller, resource_type, Access::Write)?;
        preconditions::of_change(&call.ask)?
    } else {
        Preconditions::default()
    };
    let (engine, pretty) = (&call.app.engine, call.pretty);
    let lenient = prefers(&call.ask, "handling=lenient");
    let caller = Arc::new(Bearer(Arc::clone(&call.caller)));
    let input = input(call, operation, resource_type).await?;
    let id = id.map(str::to_owned);
    let request = Request { resource_type, id, input, caller, lenient, preconditions, now: now() };
    Ok(respond::json(200, engine.operate(operation, request).await?, pretty))
}

/// What the operation is given, in the URL or in the body.
async fn input(
    mut call: Call<'_>,
    operation: &Operation,
    resource_type: ResourceType,
) -> Result<Input, Refusal> {
    let (engine, parameters) = (&call.app.engine, std::mem::take(&mut call.query));
    if call.ask.method != Method::POST {
        return operation.input(engine, resource_type, &parameters, None, None);
    }
    let body = call.body().await?;
    receive::at_leisure(body.bytes.len(), || {
        operation.input(engine, resource_type, &parameters, Some(body.tree(engine)?), None)
    })
}
