//! `If-Match`, `If-None-Match`, `If-Unmodified-Since` of a change, `If-None-Match` and `If-Modified-Since` of a read
//! (RFC 9110, 13.1).

use super::Call;
use super::bearer::Bearer;
use crate::http::ask::Ask;
use fhir::datetime::parse_http_date;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode};
use hyper::header::{HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
use interactions::precondition::Tags;
use interactions::{Preconditions, Refusal};
use storage::Version;

/// What an HTTP date looks like.
pub const HTTP_DATE: &str = "an HTTP date such as Wed, 21 Oct 2015 07:28:00 GMT";

/// The preconditions of a change: what the headers say, and that whoever makes it may.
///
/// # Errors
///
/// 400 when one is malformed: a precondition that is not understood must not be passed over.
pub(super) fn of_change(call: &Call<'_>) -> Result<Preconditions, Refusal> {
    let ask = &call.ask;
    let malformed = |header: &str, value: &str, expected: &str| {
        let text = format!("{header} {} is not {expected}", quoted(value));
        Refusal::invalid(vec![Issue::error(IssueCode::Value, text)])
    };
    let mut preconditions = Preconditions { by: Some(Bearer::shared(call)), ..Preconditions::default() };
    if let Some(value) = &lines(ask, IF_MATCH) {
        let tags = Tags::parse(value)
            .ok_or_else(|| malformed("If-Match", value, "a list of entity tags such as W/\"3\""))?;
        preconditions.if_match = Some(tags);
    }
    if let Some(value) = &lines(ask, IF_NONE_MATCH) {
        if Tags::parse(value) != Some(Tags::Any) {
            return Err(malformed("If-None-Match", value, "*, the only form that a change can have"));
        }
        preconditions.must_not_exist = true;
    }
    // Whoever names the version is not asked for its time (RFC 9110, 13.1.4).
    if let Some(value) = &lines(ask, IF_UNMODIFIED_SINCE).filter(|_| preconditions.if_match.is_none()) {
        let since =
            parse_http_date(value).ok_or_else(|| malformed("If-Unmodified-Since", value, HTTP_DATE))?;
        preconditions.if_unmodified_since = Some(since);
    }
    Ok(preconditions)
}

/// Whether the client has this version already: 304. As RFC 9110 says, `If-None-Match` goes before
/// `If-Modified-Since`, and what cannot be read is passed over, for then the client merely gets what it may have.
///
/// # Errors
///
/// The store's failures.
pub(super) async fn has_it(call: &Call<'_>, version: &Version) -> Result<bool, Refusal> {
    match (lines(&call.ask, IF_NONE_MATCH), call.ask.header(IF_MODIFIED_SINCE)) {
        (Some(value), _) => Ok(Tags::parse(&value).is_some_and(|tags| tags.have(version.version))),
        (None, Some(value)) => match parse_http_date(value) {
            Some(since) => call.app.engine.is_unmodified_since(version, since).await,
            None => Ok(false),
        },
        (None, None) => Ok(false),
    }
}

/// A header that may come in several lines, which make one list (RFC 9110, 5.3). What is not text is shown as such, so
/// that it is malformed, not absent.
fn lines(ask: &Ask, name: HeaderName) -> Option<String> {
    let lines = ask.headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
    lines.map(std::borrow::Cow::into_owned).reduce(|list, line| format!("{list}, {line}"))
}
