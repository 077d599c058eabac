//! `GET /fhir/{type}/{id}/_history`, `GET /fhir/{type}/_history`, `GET /fhir/_history`: history.

use super::parameters::ANSWER_PARAMETERS;
use super::preference::prefers;
use super::{Call, binary, respond};
use crate::authenticate::may;
use crate::http::answer::Answer;
use auth::Access;
use fhir::ResourceType;
use interactions::Refusal;
use interactions::history::{HistoryAsked, Whose};
use interactions::search_type::Readable;

/// A page of the versions of a resource.
pub(super) async fn instance(
    call: Call<'_>,
    resource_type: ResourceType,
    id: &str,
) -> Result<Answer, Refusal> {
    binary::check_all(&call.caller, resource_type)?;
    page(call, Whose::Instance(resource_type, id.to_owned())).await
}

/// A page of the versions of all resources of a type.
pub(super) async fn of_type(call: Call<'_>, resource_type: ResourceType) -> Result<Answer, Refusal> {
    binary::check_all(&call.caller, resource_type)?;
    page(call, Whose::Type(resource_type)).await
}

/// A page of the versions of all resources that the caller may read.
pub(super) async fn of_system(call: Call<'_>) -> Result<Answer, Refusal> {
    page(call, Whose::System).await
}

async fn page(call: Call<'_>, whose: Whose) -> Result<Answer, Refusal> {
    let Call { app, ask, caller, query } = call;
    let readable = Readable::of(|resource_type| {
        may(&caller, resource_type, Access::Read).is_ok() && binary::check_all(&caller, resource_type).is_ok()
    });
    let asked = HistoryAsked {
        parameters: query,
        lenient: prefers(&ask, "handling=lenient"),
        ignored: &ANSWER_PARAMETERS,
        now: crate::clock::now(),
        caller: caller.identity(),
        readable,
    };
    Ok(respond::json(200, app.engine.history(whose, asked).await?))
}
