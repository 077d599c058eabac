//! `GET /fhir/{type}`, `/fhir`, `/fhir/{type}/{id}/{other}` and their `_search`: search-type and search-system.

use super::parameters::ANSWER_PARAMETERS;
use super::preference::prefers;
use super::{Call, binary, respond};
use crate::http::answer::Answer;
use crate::http::ask::parameters;
use crate::http::{negotiate, receive};
use auth::{Access, Caller};
use fhir::ResourceType;
use interactions::search_type::{Asked, Readable, Within};
use interactions::{Refusal, Target};

/// A page of the resources of a type that match.
pub(super) async fn search_type(call: Call<'_>, resource_type: ResourceType) -> Result<Answer, Refusal> {
    search(call, Within::Type(resource_type)).await
}

/// A page of the resources of any type that match. What the caller may not read does not.
pub(super) async fn search_system(call: Call<'_>) -> Result<Answer, Refusal> {
    search(call, Within::System).await
}

/// A page of what is in the compartment of a resource.
pub(super) async fn search_compartment(
    call: Call<'_>,
    of: ResourceType,
    target: Target<'_>,
) -> Result<Answer, Refusal> {
    let (Target::Compartment(id, resource_type) | Target::CompartmentSearch(id, resource_type)) = target
    else {
        return Err(Refusal::not_offered(""));
    };
    if let Some(resource_type) = resource_type {
        crate::authenticate::may(&call.caller, resource_type, Access::Read)?;
    }
    search(call, Within::Compartment { of, id: id.to_owned(), resource_type }).await
}

async fn search(call: Call<'_>, within: Within) -> Result<Answer, Refusal> {
    if let Within::Type(resource_type) = within {
        binary::check_all(&call.caller, resource_type)?;
    }
    let Call { app, ask, mut query, pretty, caller } = call;
    let lenient = prefers(&ask, "handling=lenient");
    if ask.method == hyper::Method::POST {
        negotiate::body_is_form(&ask)?;
        let limits = &app.config.limits;
        query.extend(parameters(&receive::body(ask, limits.uri_bytes, limits.receive).await?)?);
    }
    let asked = Asked {
        parameters: query,
        lenient,
        ignored: &ANSWER_PARAMETERS,
        now: crate::clock::now(),
        readable: readable(&caller),
    };
    Ok(respond::json(200, app.engine.search_within(&within, asked).await?, pretty))
}

/// What the caller may read. Binaries depend on their security context, so that only those may have them along with
/// others who may read everything.
pub(super) fn readable(caller: &Caller) -> Readable {
    if caller.scopes.allow_all(Access::Read) {
        return Readable::all();
    }
    Readable::of(|resource_type| {
        resource_type != ResourceType::BINARY && caller.scopes.allow(resource_type, Access::Read)
    })
}
