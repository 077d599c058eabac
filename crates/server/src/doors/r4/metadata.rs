//! `GET /fhir/metadata`: capabilities (<http://hl7.org/fhir/R4/http.html#capabilities>).

use super::super::only_get;
use super::parameters::ANSWER_PARAMETERS;
use crate::app::App;
use crate::http::answer::{self, Answer, FHIR_JSON};
use crate::http::ask::Ask;
use crate::http::negotiate;
use bytes::Bytes;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, ResourceType};
use interactions::{Refusal, part};

/// The CapabilityStatement; to anybody, for it says how to get a token.
pub(super) fn answer(app: &App, ask: &Ask) -> Result<Answer, Refusal> {
    only_get(ask)?;
    let mut query = ask.query()?;
    negotiate::rendition(&ask.headers, &query, negotiate::Format::ALL)?;
    take_mode(&mut query)?;
    let subset = part::of_read(ResourceType::CAPABILITY_STATEMENT, &query, &ANSWER_PARAMETERS)?;
    let whole = app.capabilities();
    let body = part::of_stored(&whole, &subset).map_or(whole, Bytes::from);
    Ok(answer::with_body(200, FHIR_JSON, body))
}

/// Takes `mode` out: which kind of statement is asked for.
///
/// # Errors
///
/// 400 unless it is the whole CapabilityStatement, the only kind that there is.
fn take_mode(query: &mut Vec<(String, String)>) -> Result<(), Refusal> {
    let modes = query.extract_if(.., |(name, _)| name == "mode").map(|(_, mode)| mode);
    match modes.into_iter().find(|mode| !matches!(mode.as_str(), "full" | "")) {
        None => Ok(()),
        Some(mode) => {
            let text = format!("the mode {} is not supported; full is, or leave it out", quoted(&mode));
            Err(Refusal::invalid(vec![Issue::error(IssueCode::NotSupported, text)]))
        }
    }
}
