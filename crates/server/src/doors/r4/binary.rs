//! Binary (<http://hl7.org/fhir/R4/binary.html>): content that is not FHIR, as it is.

use super::preconditions::has_it;
use super::{Body, Call, respond};
use crate::authenticate::may;
use crate::http::answer::{self, Answer};
use crate::http::ask::Ask;
use crate::http::coding::quality_value;
use crate::http::negotiate::{Format, body_format, content_type, essence};
use crate::http::receive;
use auth::{Access, Caller};
use fhir::{Json, Object, ResourceType, base64};
use hyper::header::ACCEPT;
use interactions::body::Reading;
use interactions::unit::stored_json;
use interactions::{Engine, Refusal};
use storage::Version;

/// Content of which no type is said.
const OCTETS: &str = "application/octet-stream";

/// Within how many characters a body says what it is, if it cannot be read.
const CLAIM_CHARS: usize = 256;

/// The header that says whose permissions content has.
const SECURITY_CONTEXT: &str = "x-security-context";

/// Whether a read of a Binary asks for the resource. Whoever names neither a form of FHIR nor a part of the resource
/// gets the content.
pub(super) fn asks_for_resource(ask: &Ask, query: &[(String, String)]) -> bool {
    let is_fhir = |range: &str| essence(quality_value(range).0).starts_with("application/fhir+");
    query.iter().any(|(name, _)| matches!(name.as_str(), "_format" | "_summary" | "_elements"))
        || ask.header(ACCEPT).is_some_and(|accept| accept.split(',').any(is_fhir))
}

/// The content of a Binary, in its own media type whatever else the client would take.
///
/// # Errors
///
/// 403 when the caller may not read what its security context is.
pub(super) async fn content(call: &Call<'_>, version: &Version) -> Result<Answer, Refusal> {
    let binary = stored_json(version)?;
    check_context(&call.caller, &call.app.engine, &binary, Access::Read)?;
    if has_it(call, version).await? {
        return Ok(respond::with_validators(answer::empty(304), version));
    }
    let content_type = binary.str("contentType").unwrap_or(OCTETS);
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

/// Checks that the caller has access to what the Binary's security context is: its permissions are the Binary's. A
/// context that this server does not hold may be anything, and needs access to everything.
///
/// # Errors
///
/// 403.
pub(super) fn check_context(
    caller: &Caller,
    engine: &Engine,
    binary: &Json,
    access: Access,
) -> Result<(), Refusal> {
    if binary.get("securityContext").is_none() {
        return Ok(());
    }
    match context(binary).and_then(|reference| engine.own_resource(reference)) {
        Some((resource_type, _)) => may(caller, resource_type, access),
        None if caller.scopes.allow_all(access) => Ok(()),
        None if access == Access::Write => Err(Refusal::insufficient_scope("system/*.write")),
        None => Err(Refusal::insufficient_scope("system/*.read")),
    }
}

fn context(binary: &Json) -> Option<&str> {
    binary.get("securityContext").and_then(|context| context.str("reference"))
}

/// The Binary that a body is, or is the content of: whatever is not a Binary in one of FHIR's forms is content, other
/// resources too.
///
/// # Errors
///
/// 415 when nothing says what the body is, 413, 408, or 400 when it breaks off or is a Binary that cannot be read.
pub(super) async fn sent(call: Call<'_>, id: Option<&str>) -> Result<Reading, Refusal> {
    let Call { app, ask, .. } = call;
    let format = body_format(&ask).ok();
    if format.is_none() && content_type(&ask).is_empty() {
        return Err(Refusal::unsupported_media_type(""));
    }
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
    let body = Body { format: format.unwrap_or_default(), bytes };
    if format.is_some()
        && let Some(resource) = receive::at_leisure(body.bytes.len(), || resource(&app.engine, &body))?
    {
        return Ok(resource);
    }
    if !body.bytes.is_empty() {
        binary.insert("data", base64::encode(&body.bytes));
    }
    Ok(Json::from(binary).into())
}

/// The Binary that a body in a form of FHIR is; `None` when it is something else.
fn resource(engine: &Engine, body: &Body) -> Result<Option<Reading>, Refusal> {
    let is_binary = |read: &Reading| read.resource.str("resourceType") == Some(ResourceType::BINARY.name());
    match body.tree(engine) {
        Ok(read) => Ok(Some(read).filter(is_binary)),
        // Whoever meant a Binary is told what is wrong with it.
        Err(refusal) if names_binary(body) => Err(refusal),
        Err(_) => Ok(None),
    }
}

/// Whether a body that cannot be read as FHIR claims to be a Binary all the same.
fn names_binary(body: &Body) -> bool {
    let text = String::from_utf8_lossy(&body.bytes);
    if body.format == Format::Json {
        let dense: String = text.chars().filter(|c| !c.is_whitespace()).take(CLAIM_CHARS).collect();
        return dense.contains("\"resourceType\":\"Binary\"");
    }
    let root = text.split('<').skip(1).find(|tag| !tag.starts_with(['?', '!']));
    root.and_then(|tag| tag.split('>').next()?.strip_prefix("Binary"))
        .is_some_and(|rest| rest.starts_with(char::is_whitespace) && rest.contains("http://hl7.org/fhir"))
}
