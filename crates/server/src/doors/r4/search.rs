//! `GET /fhir/{type}`, `POST /fhir/{type}/_search`: search-type.

use super::parameters::ANSWER_PARAMETERS;
use super::preference::prefers;
use super::{Call, binary, respond};
use crate::http::answer::Answer;
use crate::http::ask::parameters;
use crate::http::{negotiate, receive};
use fhir::ResourceType;
use interactions::Refusal;
use interactions::search_type::Asked;

/// A page of the resources of a type that match.
pub(super) async fn search_type(call: Call<'_>, resource_type: ResourceType) -> Result<Answer, Refusal> {
    binary::check_all(&call.caller, resource_type)?;
    let Call { app, ask, mut query, pretty, .. } = call;
    let lenient = prefers(&ask, "handling=lenient");
    if ask.method == hyper::Method::POST {
        negotiate::body_is_form(&ask)?;
        let limits = &app.config.limits;
        query.extend(parameters(&receive::body(ask, limits.uri_bytes, limits.receive).await?)?);
    }
    let asked = Asked { parameters: query, lenient, ignored: &ANSWER_PARAMETERS, now: crate::clock::now() };
    Ok(respond::json(200, app.engine.search_type(resource_type, asked).await?, pretty))
}
