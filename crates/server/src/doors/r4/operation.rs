//! `/fhir/$name`, `/fhir/{type}/$name`, `/fhir/{type}/{id}/$name`: operations.

use super::parameters::ANSWER_PARAMETERS;
use super::{Call, parameters, preconditions, respond};
use crate::authenticate::may;
use crate::http::answer::Answer;
use crate::http::ask::Ask;
use auth::Access;
use fhir::outcome::operation_outcome;
use fhir::{Json, ResourceType};
use hyper::Method;
use interactions::operations::{Input, Operation};
use interactions::search_type::Asked;
use interactions::{Refusal, Target};

/// The operation that a path names.
///
/// # Errors
///
/// 404 when there is none there, 405 when it changes something and is asked for with GET.
pub(super) fn find(
    ask: &Ask,
    resource_type: Option<ResourceType>,
    target: Target<'_>,
) -> Result<Option<&'static Operation>, Refusal> {
    let Target::Operation(id, name) = target else { return Ok(None) };
    let operation = Operation::at(name, resource_type, id.is_some())
        .ok_or_else(|| Refusal::unknown_path(ask.uri.path()))?;
    if operation.writes && ask.method != Method::POST {
        return Err(Refusal::not_offered("POST"));
    }
    Ok(Some(operation))
}

/// Carries out an operation on a type or an instance.
pub(super) async fn of_type(
    call: Call<'_>,
    operation: &Operation,
    resource_type: ResourceType,
    id: Option<&str>,
) -> Result<Answer, Refusal> {
    if operation.writes {
        may(&call.caller, resource_type, Access::Write)?;
    }
    let engine = &call.app.engine;
    let (caller, pretty) = (call.caller.clone(), call.pretty);
    let may_read = |resource_type| may(&caller, resource_type, Access::Read).is_ok();
    let resource = |body: Json| Ok(respond::json(200, body.to_bytes(), pretty));
    match (operation.name, id) {
        ("document", Some(id)) => {
            let input = input(call).await?;
            let document = engine.document(id, &input, &may_read, crate::clock::now()).await?;
            Ok(respond::json(200, document, pretty))
        }
        ("everything", Some(id)) => {
            let readable = super::search::readable(&caller);
            let input = input(call).await?;
            let bundle = engine.everything(resource_type, id, input, readable, crate::clock::now()).await?;
            Ok(respond::json(200, bundle, pretty))
        }
        ("expand", id) => {
            let input = input(call).await?;
            resource(engine.expand(id, &input, crate::clock::now()).await?)
        }
        ("lookup", None) => resource(engine.lookup(&input(call).await?).await?),
        ("subsumes", id) => resource(engine.subsumes(id, &input(call).await?).await?),
        ("translate", id) => resource(engine.translate(id, &input(call).await?).await?),
        ("validate-code", id) => {
            resource(engine.validate_code(resource_type, id, &input(call).await?).await?)
        }
        ("validate", id) => {
            let input = input_with_resource(call, resource_type).await?;
            let issues = engine.validate(resource_type, id, &input).await?;
            Ok(respond::json(200, operation_outcome(&issues), pretty))
        }
        ("lastn", None) => {
            let lenient = super::preference::prefers(&call.ask, "handling=lenient");
            let parameters = input(call).await?.into_url()?;
            let now = crate::clock::now();
            let readable = super::search::readable(&caller);
            let asked = Asked { parameters, lenient, ignored: &ANSWER_PARAMETERS, now, readable };
            Ok(respond::json(200, engine.lastn(asked).await?, pretty))
        }
        ("meta", Some(id)) => resource(engine.meta(resource_type, id, &input(call).await?).await?),
        ("meta-add", Some(id)) => {
            let conditions = preconditions::of_change(&call.ask)?;
            resource(engine.meta_add(resource_type, id, &input(call).await?, conditions).await?)
        }
        ("meta-delete", Some(id)) => {
            let conditions = preconditions::of_change(&call.ask)?;
            resource(engine.meta_delete(resource_type, id, &input(call).await?, conditions).await?)
        }
        // The table offers nothing else; a new row without its arm is refused, not served wrongly.
        _ => Err(Refusal::not_offered("")),
    }
}

/// What `$validate` is given: also a resource by itself, and Parameters that hold one which need not be valid.
async fn input_with_resource(call: Call<'_>, resource_type: ResourceType) -> Result<Input, Refusal> {
    let given = Input::of_url(&call.query, &ANSWER_PARAMETERS);
    if call.ask.method != Method::POST {
        return Ok(given);
    }
    let body = call.tree().await?;
    let is_parameters = body.str("resourceType") == Some(ResourceType::PARAMETERS.name());
    if is_parameters && resource_type != ResourceType::PARAMETERS {
        return Ok(given.and(Input::of_resource(&body)));
    }
    Ok(given.with_resource("resource", body))
}

/// What the operation is given: the parameters of the URL, or the Parameters of the body.
async fn input(call: Call<'_>) -> Result<Input, Refusal> {
    if call.ask.method != Method::POST {
        return Ok(Input::of_url(&call.query, &ANSWER_PARAMETERS));
    }
    parameters::none(&call.query)?;
    let body = call.resource(ResourceType::PARAMETERS, None).await?;
    Ok(Input::of_resource(&body))
}
