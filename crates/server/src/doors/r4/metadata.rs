//! `GET /fhir/metadata`: capabilities.

use super::super::only_get;
use crate::app::App;
use crate::http::answer::{self, Answer, FHIR_JSON};
use crate::http::ask::Ask;
use crate::http::negotiate;
use interactions::Refusal;

/// The CapabilityStatement; to anybody, for it says how to get a token.
pub(super) fn answer(app: &App, ask: &Ask) -> Result<Answer, Refusal> {
    only_get(ask)?;
    negotiate::rendition(&ask.headers, &ask.query()?, negotiate::Format::ALL)?;
    Ok(answer::with_body(200, FHIR_JSON, app.capabilities()))
}
