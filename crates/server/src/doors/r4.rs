//! The R4 door (`/fhir`): HTTP in, interactions, HTTP out.

use super::{Place, admit, only_get};
use crate::app::App;
use crate::http::answer::{self, Answer, FHIR_JSON};
use crate::http::ask::{Ask, parameters};
use crate::http::{negotiate, receive};
use crate::telemetry::metrics::Seen;
use bytes::Bytes;
use fhir::datetime::{http_date, parse_http_date};
use fhir::outcome::{operation_outcome, quoted};
use fhir::{Issue, IssueCode, ResourceType, Severity};
use hyper::header::{IF_MATCH, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
use interactions::history_instance::HISTORY_PAGE;
use interactions::search_type::Asked;
use interactions::unit::Effect;
use interactions::{Interaction, Preconditions, Refusal, Target, Written};
use storage::Version;

/// Parameters that say how to answer, on any interaction.
const ANSWER_PARAMETERS: [&str; 2] = ["_format", "_pretty"];

/// Answers a request at the R4 door.
///
/// # Errors
///
/// Every refusal of the table.
pub async fn answer(app: &App, ask: Ask, place: Place<'_>, seen: &mut Seen) -> Result<Answer, Refusal> {
    let (resource_type, target) = match place {
        Place::Metadata => return metadata(app, &ask),
        Place::File(..) => return Err(Refusal::unknown_path(ask.uri.path())),
        Place::Resource(resource_type, target) => (resource_type, target),
    };
    let interaction = admit(app, &ask, Interaction::ALL, resource_type, target, seen).await?;
    let query = ask.query()?;
    negotiate::rendition(&ask.headers, &query, negotiate::Format::ALL)?;
    let pretty = query.iter().any(|(name, value)| name == "_pretty" && value == "true");
    let answer = match (interaction, target) {
        (Interaction::SearchType, _) => return search(app, ask, resource_type, query, pretty).await,
        (Interaction::Create, _) => {
            no_parameters(&query)?;
            return create(app, ask, resource_type, pretty).await;
        }
        (Interaction::Update, Target::Instance(id)) => {
            no_parameters(&query)?;
            return update(app, ask, resource_type, id, pretty).await;
        }
        (Interaction::Read, Target::Instance(id)) => {
            no_parameters(&query)?;
            versioned(&app.engine.read(resource_type, id).await?, 200, pretty)
        }
        (Interaction::Vread, Target::Version(id, version)) => {
            no_parameters(&query)?;
            versioned(&app.engine.vread(resource_type, id, version).await?, 200, pretty)
        }
        (Interaction::HistoryInstance, Target::History(id)) => {
            let (count, offset) = history_page(&query)?;
            json(200, app.engine.history_instance(resource_type, id, count, offset).await?, pretty)
        }
        (Interaction::Delete, Target::Instance(id)) => {
            no_parameters(&query)?;
            let version = app.engine.delete(resource_type, id, preconditions(&ask)?).await?;
            let mut answer = answer::empty(204);
            answer::set(&mut answer, "etag", &etag(version));
            answer
        }
        // `admit` lets nothing else through; a new interaction without its arm is refused, not served wrongly.
        _ => return Err(Refusal::not_offered("")),
    };
    Ok(answer)
}

fn metadata(app: &App, ask: &Ask) -> Result<Answer, Refusal> {
    only_get(ask)?;
    negotiate::rendition(&ask.headers, &ask.query()?, negotiate::Format::ALL)?;
    Ok(answer::with_body(200, FHIR_JSON, app.capabilities.clone()))
}

async fn search(
    app: &App,
    ask: Ask,
    resource_type: ResourceType,
    mut query: Vec<(String, String)>,
    pretty: bool,
) -> Result<Answer, Refusal> {
    let lenient = prefers(&ask, "handling=lenient");
    if ask.method == hyper::Method::POST {
        negotiate::body_is_form(&ask)?;
        let limits = &app.config.limits;
        query.extend(parameters(&receive::body(ask, limits.uri_bytes, limits.receive).await?)?);
    }
    let asked = Asked { parameters: query, lenient, ignored: &ANSWER_PARAMETERS, now: crate::clock::now() };
    Ok(json(200, app.engine.search_type(resource_type, asked).await?, pretty))
}

async fn create(app: &App, ask: Ask, resource_type: ResourceType, pretty: bool) -> Result<Answer, Refusal> {
    if ask.headers.contains_key("if-none-exist") {
        let text = "If-None-Exist is not supported yet; search first, then create";
        return Err(Refusal::invalid(vec![Issue::error(IssueCode::NotSupported, text)]));
    }
    let preference = Preference::of(&ask);
    negotiate::body_is_json(&ask)?;
    let limits = &app.config.limits;
    let bytes = receive::body(ask, limits.body_bytes, limits.receive).await?;
    let resource = app.engine.parse_valid(resource_type, &bytes)?;
    let written = app.engine.create(resource_type, resource).await?;
    Ok(changed(app, &written, preference, pretty))
}

async fn update(
    app: &App,
    ask: Ask,
    resource_type: ResourceType,
    id: &str,
    pretty: bool,
) -> Result<Answer, Refusal> {
    let preference = Preference::of(&ask);
    let preconditions = preconditions(&ask)?;
    negotiate::body_is_json(&ask)?;
    let limits = &app.config.limits;
    let bytes = receive::body(ask, limits.body_bytes, limits.receive).await?;
    let resource = app.engine.parse_valid(resource_type, &bytes)?;
    let written = app.engine.update(resource_type, id, resource, preconditions).await?;
    Ok(changed(app, &written, preference, pretty))
}

/// What the client wants back from a change (`Prefer: return=…`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Preference {
    Minimal,
    Representation,
    OperationOutcome,
}

impl Preference {
    fn of(ask: &Ask) -> Self {
        if prefers(ask, "return=minimal") {
            Preference::Minimal
        } else if prefers(ask, "return=OperationOutcome") {
            Preference::OperationOutcome
        } else {
            Preference::Representation
        }
    }
}

/// Whether a Prefer header holds `preference` (RFC 7240).
pub fn prefers(ask: &Ask, preference: &str) -> bool {
    ask.headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .any(|value| value.trim().replace([' ', '"'], "") == preference)
}

fn changed(app: &App, written: &Written, preference: Preference, pretty: bool) -> Answer {
    let version = &written.version;
    let (status, word) = match written.effect {
        Effect::Created => (201, "created"),
        Effect::Updated => (200, "updated"),
        Effect::Unchanged => (200, "unchanged"),
    };
    let mut answer = match preference {
        Preference::Representation => versioned(version, status, pretty),
        Preference::Minimal => with_validators(answer::empty(status), version),
        Preference::OperationOutcome => {
            let text =
                format!("{}/{} is {word}, version {}", version.resource_type, version.id, version.version);
            let issue =
                Issue { severity: Severity::Information, ..Issue::error(IssueCode::Informational, text) };
            with_validators(json(status, operation_outcome(&[issue]), pretty), version)
        }
    };
    if written.effect == Effect::Created {
        let Version { resource_type, id, version, .. } = version;
        let location = format!("{}/{resource_type}/{id}/_history/{version}", app.engine.base_url());
        answer::set(&mut answer, "location", &location);
    }
    answer
}

fn versioned(version: &Version, status: u16, pretty: bool) -> Answer {
    let body = version.body.clone().unwrap_or_default();
    with_validators(json(status, body, pretty), version)
}

fn with_validators(mut answer: Answer, version: &Version) -> Answer {
    answer::set(&mut answer, "etag", &etag(version.version));
    answer::set(&mut answer, "last-modified", &http_date(version.last_updated));
    answer
}

fn etag(version: u64) -> String {
    format!("W/\"{version}\"")
}

fn json(status: u16, body: Vec<u8>, pretty: bool) -> Answer {
    let body = match pretty.then(|| fhir::json::parse(&body, usize::MAX)) {
        Some(Ok(tree)) => Bytes::from(tree.to_pretty()),
        _ => Bytes::from(body),
    };
    answer::with_body(status, FHIR_JSON, body)
}

/// The preconditions of a change.
///
/// # Errors
///
/// 400 when one is malformed: a precondition that is not understood must not be passed over.
fn preconditions(ask: &Ask) -> Result<Preconditions, Refusal> {
    let malformed = |header: &str, value: &str, expected: &str| {
        let text = format!("{header} {} is not {expected}", quoted(value));
        Refusal::invalid(vec![Issue::error(IssueCode::Value, text)])
    };
    let mut preconditions = Preconditions::default();
    if let Some(value) = ask.header(IF_MATCH) {
        let tags = tags(value)
            .ok_or_else(|| malformed("If-Match", value, "a list of entity tags such as W/\"3\""))?;
        preconditions.if_match = Some(tags);
    }
    if let Some(value) = ask.header(IF_NONE_MATCH) {
        if value.trim() != "*" {
            return Err(malformed("If-None-Match", value, "*, the only form that a change can have"));
        }
        preconditions.must_not_exist = true;
    }
    if let Some(value) = ask.header(IF_UNMODIFIED_SINCE) {
        let since =
            parse_http_date(value).ok_or_else(|| malformed("If-Unmodified-Since", value, HTTP_DATE))?;
        preconditions.if_unmodified_since = Some(since);
    }
    Ok(preconditions)
}

/// What an HTTP date looks like.
pub(super) const HTTP_DATE: &str = "an HTTP date such as Wed, 21 Oct 2015 07:28:00 GMT";

/// The version numbers of a list of entity tags. Tags that this server never made are left out: they match
/// nothing. `None` when it is no list of tags.
fn tags(value: &str) -> Option<Vec<u64>> {
    let mut versions = Vec::new();
    for tag in value.split(',') {
        let tag = tag.trim();
        let opaque = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
        versions.extend(opaque.parse::<u64>());
    }
    Some(versions)
}

/// Parameters on interactions that take none are refused, not passed over.
fn no_parameters(query: &[(String, String)]) -> Result<(), Refusal> {
    let unknown: Vec<Issue> = query
        .iter()
        .filter(|(name, _)| !ANSWER_PARAMETERS.contains(&name.as_str()))
        .map(|(name, _)| {
            let text = format!(
                "the parameter {} is not supported here; supported are _format and _pretty",
                quoted(name)
            );
            Issue::error(IssueCode::NotSupported, text)
        })
        .collect();
    if unknown.is_empty() { Ok(()) } else { Err(Refusal::invalid(unknown)) }
}

fn history_page(query: &[(String, String)]) -> Result<(u64, u64), Refusal> {
    let (mut count, mut offset, mut problems) = (HISTORY_PAGE, 0, Vec::new());
    for (name, value) in query.iter().filter(|(name, _)| !ANSWER_PARAMETERS.contains(&name.as_str())) {
        match (name.as_str(), value.parse::<u64>()) {
            ("_count", Ok(number)) => count = number,
            ("_offset", Ok(number)) => offset = number,
            ("_count" | "_offset", Err(_)) => {
                let text = format!("{name} {} is not a whole number", quoted(value));
                problems.push(Issue::error(IssueCode::Value, text));
            }
            _ => {
                let text = format!(
                    "the parameter {} is not supported here; supported are _count and _offset",
                    quoted(name)
                );
                problems.push(Issue::error(IssueCode::NotSupported, text));
            }
        }
    }
    if problems.is_empty() { Ok((count, offset)) } else { Err(Refusal::invalid(problems)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tags_are_read_weak_or_strong() {
        assert_eq!(tags("W/\"3\""), Some(vec![3]));
        assert_eq!(tags("\"3\", W/\"4\", \"other\""), Some(vec![3, 4]));
        assert_eq!(tags("3"), None);
    }
}
