//! `/fhir/$name`, `/fhir/{type}/$name`, `/fhir/{type}/{id}/$name`: operations.

use super::parameters::ANSWER_PARAMETERS;
use super::{Call, binary, parameters, preconditions, respond, search};
use crate::authenticate::may;
use crate::http::answer::Answer;
use crate::http::ask::Ask;
use auth::{Access, Caller};
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
    let caller = call.caller.clone();
    let may_read = |resource_type| may(&caller, resource_type, Access::Read).is_ok();
    let resource = |body: Json| Ok(respond::json(200, body.to_bytes()));
    match (operation.name, id) {
        ("document", Some(id)) => {
            let input = input(call).await?;
            let document = engine.document(id, &input, &may_read, crate::clock::now()).await?;
            Ok(respond::json(200, document))
        }
        ("everything", Some(id)) => {
            let parameters = input(call).await?.into_url()?;
            let asked = asked(parameters, false, &[], &caller);
            Ok(respond::json(200, engine.everything(resource_type, id, asked).await?))
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
            Ok(respond::json(200, operation_outcome(&issues)))
        }
        ("lastn", None) => {
            let lenient = super::preference::prefers(&call.ask, "handling=lenient");
            let parameters = input(call).await?.into_url()?;
            let asked = asked(parameters, lenient, &ANSWER_PARAMETERS, &caller);
            Ok(respond::json(200, engine.lastn(asked).await?))
        }
        ("meta", None) => {
            binary::check_all(&caller, resource_type)?;
            let readable = search::readable(&caller);
            resource(engine.meta_in_use(Some(resource_type), &input(call).await?, &readable).await?)
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

/// Carries out an operation on the server as a whole.
pub(super) async fn of_system(call: Call<'_>, operation: &Operation) -> Result<Answer, Refusal> {
    match operation.name {
        "meta" => {
            let (engine, readable) = (&call.app.engine, search::readable(&call.caller));
            let meta = engine.meta_in_use(None, &input(call).await?, &readable).await?;
            Ok(respond::json(200, meta.to_bytes()))
        }
        // As above.
        _ => Err(Refusal::not_offered("")),
    }
}

/// An operation that searches.
fn asked<'a>(
    parameters: Vec<(String, String)>,
    lenient: bool,
    ignored: &'a [&'a str],
    caller: &'a Caller,
) -> Asked<'a> {
    let (now, readable) = (crate::clock::now(), search::readable(caller));
    Asked { parameters, lenient, ignored, now, caller: caller.identity(), readable }
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
