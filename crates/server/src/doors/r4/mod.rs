//! The R4 door (`/fhir`): HTTP in, interactions, HTTP out. One file per group of interactions.

mod bundle;
mod history;
mod metadata;
mod parameters;
pub mod preconditions;
mod preference;
mod read;
mod respond;
mod search;
mod write;

use super::{Place, admit};
use crate::app::App;
use crate::http::answer::Answer;
use crate::http::ask::Ask;
use crate::http::{negotiate, receive};
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
    /// The body of a resource.
    ///
    /// # Errors
    ///
    /// 415, 413, 408, or 400 when it breaks off.
    async fn json_body(self) -> Result<Vec<u8>, Refusal> {
        negotiate::body_is_json(&self.ask)?;
        let limits = &self.app.config.limits;
        receive::body(self.ask.body, limits.body_bytes, limits.receive).await
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
    let (interaction, caller) = admit(app, &ask, Interaction::R4, resource_type, target, seen).await?;
    let query = ask.query()?;
    negotiate::answer_is_json(&ask, &query)?;
    let pretty = query.iter().any(|(name, value)| name == "_pretty" && value == "true");
    let call = Call { app, ask, caller, query, pretty };
    match resource_type {
        Some(resource_type) => of_type(call, interaction, resource_type, target).await,
        None => of_system(call, interaction).await,
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
        (Interaction::ConditionalUpdate, _) => write::conditional_update(call, resource_type).await,
        (Interaction::ConditionalDelete, _) => write::conditional_delete(call, resource_type).await,
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

/// What concerns no single type.
async fn of_system(call: Call<'_>, interaction: Interaction) -> Result<Answer, Refusal> {
    match interaction {
        Interaction::Transaction => bundle::transaction(call).await,
        _ => Err(Refusal::not_offered("")),
    }
}
