//! `GET /fhir/{type}/{id}/_history`: history.

use super::parameters::ANSWER_PARAMETERS;
use super::{Call, binary, respond};
use crate::http::answer::Answer;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, ResourceType};
use interactions::Refusal;
use interactions::history_instance::HISTORY_PAGE;

/// A page of the versions of a resource.
pub(super) async fn instance(
    call: Call<'_>,
    resource_type: ResourceType,
    id: &str,
) -> Result<Answer, Refusal> {
    binary::check_all(&call.caller, resource_type)?;
    let (count, offset) = page(&call.query)?;
    let bundle = call.app.engine.history_instance(resource_type, id, count, offset).await?;
    Ok(respond::json(200, bundle, call.pretty))
}

/// `_count` and `_offset`.
fn page(query: &[(String, String)]) -> Result<(u64, u64), Refusal> {
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
