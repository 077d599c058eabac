//! Media types: what the client sends and what it wants back (RFC 9110, 12; <http://hl7.org/fhir/R4/http.html#mime-type>).

use super::ask::Ask;
use hyper::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use interactions::Refusal;

/// The media types that are JSON to this server, and FHIR's short name for them.
const JSON: [&str; 3] = ["application/fhir+json", "application/json", "json"];

/// Checks that the answer may be JSON: `_format` decides, else `Accept`.
///
/// # Errors
///
/// 406 when neither allows JSON.
pub fn answer_is_json(ask: &Ask, query: &[(String, String)]) -> Result<(), Refusal> {
    if let Some((_, format)) = query.iter().find(|(name, _)| name == "_format") {
        // A `+` that was not percent-encoded has become a space.
        let format = essence(format).replace(' ', "+");
        return if JSON.contains(&format.as_str()) { Ok(()) } else { Err(Refusal::not_acceptable(&format)) };
    }
    let Some(accept) = ask.header(ACCEPT) else { return Ok(()) };
    let acceptable = |range: &str| {
        let refused = range.split(';').skip(1).any(|parameter| {
            let parameter = parameter.trim();
            parameter.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q == 0.0))
        });
        let range = essence(range);
        !refused && (matches!(range.as_str(), "*/*" | "application/*") || JSON.contains(&range.as_str()))
    };
    if accept.split(',').any(acceptable) { Ok(()) } else { Err(Refusal::not_acceptable(accept)) }
}

/// Checks that the body is said to be plain JSON.
///
/// # Errors
///
/// 415 when it is something else, compressed, or not said.
pub fn body_is_json(ask: &Ask) -> Result<(), Refusal> {
    body_is(ask, &JSON[..2])
}

/// Checks that the body is a form.
///
/// # Errors
///
/// 415 when it is something else.
pub fn body_is_form(ask: &Ask) -> Result<(), Refusal> {
    body_is(ask, &["application/x-www-form-urlencoded"])
}

fn body_is(ask: &Ask, accepted: &[&str]) -> Result<(), Refusal> {
    if let Some(encoding) = ask.header(CONTENT_ENCODING).filter(|encoding| *encoding != "identity") {
        return Err(Refusal::unsupported_media_type(&format!("{encoding} (compressed)")));
    }
    let sent = ask.header(CONTENT_TYPE).unwrap_or_default();
    let utf8 = sent.split(';').skip(1).all(|parameter| {
        let (name, value) = parameter.trim().split_once('=').unwrap_or_default();
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if utf8 && accepted.contains(&essence(sent).as_str()) {
        Ok(())
    } else {
        Err(Refusal::unsupported_media_type(sent))
    }
}

/// A media type without its parameters, in lower case.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
