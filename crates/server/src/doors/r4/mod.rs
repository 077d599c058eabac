//! The R4 door (`/fhir`): HTTP in, interactions, HTTP out. One file per group of interactions.

mod history;
mod metadata;
mod operation;
mod parameters;
pub mod preconditions;
pub mod preference;
mod read;
mod respond;
mod search;
mod write;

use super::{Place, admit};
use crate::app::App;
use crate::http::answer::Answer;
use crate::http::ask::Ask;
use crate::http::negotiate::{self, Format};
use crate::http::receive;
use crate::telemetry::metrics::Seen;
use auth::Caller;
use fhir::ResourceType;
use interactions::{Interaction, Refusal, Target};
use std::sync::Arc;

/// A request that is offered and allowed: who asks, and how the answer shall look.
struct Call<'a> {
    app: &'a App,
    ask: Ask,
    /// Whoever may do what the request names; what its parts do (entries of a Bundle) is still to be judged.
    caller: Arc<Caller>,
    /// The parameters of the URL, decoded, in order.
    query: Vec<(String, String)>,
    /// `_pretty`: JSON for people.
    pretty: bool,
}

impl Call<'_> {
    /// The body of a resource as JSON, whichever form it was sent in.
    ///
    /// # Errors
    ///
    /// 415, 413, 408, or 400 when it breaks off or is not of the form that it claims.
    async fn json_body(self) -> Result<Vec<u8>, Refusal> {
        let format = negotiate::body_format(&self.ask)?;
        let limits = &self.app.config.limits;
        let body = receive::body(self.ask, limits.body_bytes, limits.receive).await?;
        match format {
            Format::Json => Ok(body),
            Format::Xml => self.app.engine.json_of_xml(&body),
        }
    }
}

/// Answers a request at the R4 door.
///
/// # Errors
///
/// Every refusal of the table.
pub async fn answer(app: &App, ask: Ask, place: Place<'_>, seen: &mut Seen) -> Result<Answer, Refusal> {
    let (resource_type, target) = match place {
        Place::Metadata => return metadata::answer(app, &ask),
        Place::File(..) => return Err(Refusal::unknown_path(ask.uri.path())),
        Place::System(target) => (None, target),
        Place::Resource(resource_type, target) => (Some(resource_type), target),
    };
    let operation = operation::find(&ask, resource_type, target)?;
    let (interaction, caller) = admit(app, &ask, Interaction::R4, resource_type, target, seen).await?;
    let query = ask.query()?;
    negotiate::rendition(&ask.headers, &query, Format::ALL)?;
    let pretty = query.iter().any(|(name, value)| name == "_pretty" && value == "true");
    let call = Call { app, ask, caller, query, pretty };
    if let (Some(operation), Some(resource_type), Target::Operation(id, _)) =
        (operation, resource_type, target)
    {
        return operation::of_type(call, operation, resource_type, id).await;
    }
    match resource_type {
        Some(resource_type) => of_type(call, interaction, resource_type, target).await,
        None => of_system(call, interaction, target).await,
    }
}

async fn of_type(
    call: Call<'_>,
    interaction: Interaction,
    resource_type: ResourceType,
    target: Target<'_>,
) -> Result<Answer, Refusal> {
    match (interaction, target) {
        (Interaction::SearchType, _) => search::search_type(call, resource_type).await,
        (Interaction::Create, _) => write::create(call, resource_type).await,
        (Interaction::Update, Target::Instance(id)) => write::update(call, resource_type, id).await,
        (Interaction::Delete, Target::Instance(id)) => write::delete(call, resource_type, id).await,
        (Interaction::Read, Target::Instance(id)) => read::read(call, resource_type, id).await,
        (Interaction::Vread, Target::Version(id, version)) => {
            read::vread(call, resource_type, id, version).await
        }
        (Interaction::HistoryInstance, Target::History(id)) => {
            history::instance(call, resource_type, id).await
        }
        // `admit` lets nothing else through; a new interaction without its arm is refused, not served wrongly.
        _ => Err(Refusal::not_offered("")),
    }
}

/// What concerns no single type. Nothing is offered yet.
async fn of_system(_: Call<'_>, _: Interaction, _: Target<'_>) -> Result<Answer, Refusal> {
    Err(Refusal::not_offered(""))
}
