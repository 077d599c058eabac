//! Binary (<http://hl7.org/fhir/R4/binary.html>): content that is not FHIR, as it is.

use super::preconditions::has_it;
use super::{Call, respond};
use crate::authenticate::may;
use crate::http::answer::{self, Answer};
use crate::http::ask::Ask;
use crate::http::coding::quality_value;
use crate::http::negotiate::{body_format, content_type, essence};
use crate::http::receive;
use auth::{Access, Caller};
use fhir::{Json, Object, Reference, ResourceType, base64};
use hyper::header::ACCEPT;
use interactions::Refusal;
use interactions::unit::stored_json;
use storage::Version;

/// Content of which no type is said.
const OCTETS: &str = "application/octet-stream";

/// The header that says whose permissions content has.
const SECURITY_CONTEXT: &str = "x-security-context";

/// Whether a read of a Binary asks for the resource. Whoever names neither a form of FHIR nor a part of the resource
/// gets the content.
pub(super) fn asks_for_resource(ask: &Ask, query: &[(String, String)]) -> bool {
    let is_fhir = |range: &str| essence(quality_value(range).0).starts_with("application/fhir+");
    query.iter().any(|(name, _)| matches!(name.as_str(), "_format" | "_summary" | "_elements"))
        || ask.header(ACCEPT).is_some_and(|accept| accept.split(',').any(is_fhir))
}

/// The content of a Binary.
///
/// # Errors
///
/// 403 when the caller may not read what its security context is, 406 when the client takes no content of its type.
pub(super) fn content(call: &Call<'_>, version: &Version) -> Result<Answer, Refusal> {
    let binary = stored_json(version)?;
    check_context(&call.caller, &binary)?;
    if has_it(&call.ask, version) {
        return Ok(respond::with_validators(answer::empty(304), version));
    }
    let content_type = binary.str("contentType").unwrap_or(OCTETS);
    accepted(&call.ask, content_type)?;
    let bytes = binary.str("data").and_then(base64::decode).unwrap_or_default();
    let mut answer = respond::with_validators(answer::with_body(200, OCTETS, bytes), version);
    answer::set(&mut answer, "content-type", content_type);
    if let Some(reference) = context(&binary) {
        answer::set(&mut answer, SECURITY_CONTEXT, reference);
    }
    // What a client uploaded is data, never a page of ours.
    answer::set(&mut answer, "x-content-type-options", "nosniff");
    answer::set(&mut answer, "content-disposition", "attachment");
    Ok(answer)
}

/// Checks that the caller may read whatever security contexts Binaries have: their search and history show all.
///
/// # Errors
///
/// 403.
pub(super) fn check_all(caller: &Caller, resource_type: ResourceType) -> Result<(), Refusal> {
    if resource_type != ResourceType::BINARY || caller.scopes.allow_all(Access::Read) {
        return Ok(());
    }
    Err(Refusal::insufficient_scope("system/*.read"))
}

/// Checks that the caller may read what the Binary's security context is: its permissions are the Binary's.
///
/// # Errors
///
/// 403.
pub(super) fn check_context(caller: &Caller, binary: &Json) -> Result<(), Refusal> {
    match context(binary).and_then(Reference::parse) {
        Some(Reference::Local { resource_type, .. }) => may(caller, resource_type, Access::Read),
        _ => Ok(()),
    }
}

fn context(binary: &Json) -> Option<&str> {
    binary.get("securityContext").and_then(|context| context.str("reference"))
}

fn accepted(ask: &Ask, content_type: &str) -> Result<(), Refusal> {
    let Some(accept) = ask.header(ACCEPT) else { return Ok(()) };
    let content = essence(content_type);
    let accepts = |range: &str| {
        let (range, q) = quality_value(range);
        let range = range.to_ascii_lowercase();
        let of_kind = range.strip_suffix("/*").is_some_and(|kind| {
            kind == "*" || content.strip_prefix(kind).is_some_and(|rest| rest.starts_with('/'))
        });
        q > 0.0 && (of_kind || essence(&range) == content)
    };
    if accept.split(',').any(accepts) { Ok(()) } else { Err(Refusal::not_acceptable(accept)) }
}

/// Whether the body is content, not a resource.
pub(super) fn is_content(ask: &Ask) -> bool {
    body_format(ask).is_err() && !content_type(ask).is_empty()
}

/// The Binary that the body is the content of.
///
/// # Errors
///
/// 415, 413, 408, or 400 when it breaks off.
pub(super) async fn of_content(call: Call<'_>, id: Option<&str>) -> Result<Json, Refusal> {
    let Call { app, ask, .. } = call;
    let mut binary = Object::new();
    binary.insert("resourceType", ResourceType::BINARY.name());
    if let Some(id) = id {
        binary.insert("id", id);
    }
    binary.insert("contentType", content_type(&ask));
    if let Some(reference) = ask.header_named(SECURITY_CONTEXT) {
        let mut context = Object::new();
        context.insert("reference", reference);
        binary.insert("securityContext", context);
    }
    let limits = &app.config.limits;
    let bytes = receive::body(ask, limits.body_bytes, limits.receive).await?;
    if !bytes.is_empty() {
        binary.insert("data", base64::encode(&bytes));
    }
    Ok(binary.into())
}
