//! `GET /fhir/{type}`, `/fhir`, `/fhir/{type}/{id}/{other}` and their `_search`: search-type and search-system.

use super::parameters::ANSWER_PARAMETERS;
use super::preference::prefers;
use super::{Call, binary, respond};
use crate::http::answer::{self, Answer};
use crate::http::ask::parameters;
use crate::http::negotiate::{self, Format};
use crate::http::receive;
use auth::{Access, Caller};
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, ResourceType};
use interactions::search_type::{Asked, Readable, Within};
use interactions::{Refusal, Target};

/// The most bytes of a form that is sent to `_search`; more is 413.
pub const FORM_BYTES: usize = 256 * 1024;

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
    let Call { app, ask, mut query, caller } = call;
    let lenient = prefers(&ask, "handling=lenient");
    let mut rendition = None;
    if ask.method == hyper::Method::POST {
        let says_what_it_is = !negotiate::content_type(&ask).is_empty();
        if says_what_it_is {
            negotiate::body_is_form(&ask)?;
        }
        let limits = &app.config.limits;
        let headers = ask.headers.clone();
        let form = receive::body(ask, FORM_BYTES.min(limits.body_bytes), limits.receive).await?;
        // Without a body there is nothing to be said of it.
        if !form.is_empty() && !says_what_it_is {
            return Err(Refusal::unsupported_form(""));
        }
        query.extend(parameters(&form)?);
        // `_format` and `_pretty` may stand in the form as well.
        rendition = Some(negotiate::rendition(&headers, &query, Format::ALL)?);
    }
    let explains = take_explain(&mut query, &caller)?;
    let asked = Asked {
        parameters: query,
        lenient,
        ignored: &ANSWER_PARAMETERS,
        now: crate::clock::now(),
        caller: caller.identity(),
        readable: readable(&caller),
    };
    let body = if explains {
        app.engine.explain_within(&within, asked).await?.to_bytes()
    } else {
        app.engine.search_within(&within, asked).await?
    };
    let found = respond::json(200, body);
    Ok(match rendition {
        Some(rendition) => answer::rendered_as(found, rendition),
        None => found,
    })
}

/// Whether the parameters ask how the search is carried out (`_explain=true`), which is for operators.
///
/// # Errors
///
/// 403 for those who may not do everything; 400 for another value.
fn take_explain(query: &mut Vec<(String, String)>, caller: &Caller) -> Result<bool, Refusal> {
    let asked: Vec<(String, String)> = query.extract_if(.., |(name, _)| name == "_explain").collect();
    if asked.is_empty() {
        return Ok(false);
    }
    if !(caller.scopes.allow_all(Access::Read) && caller.scopes.allow_all(Access::Write)) {
        return Err(Refusal::insufficient_scope("system/*.*"));
    }
    match asked.iter().find(|(_, value)| value != "true") {
        None => Ok(true),
        Some((_, value)) => {
            let text = format!("the value {} of '_explain' is not true", quoted(value));
            Err(Refusal::invalid(vec![Issue::error(IssueCode::Value, text)]))
        }
    }
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
