//! The R4 door (`/fhir`): HTTP in, interactions, HTTP out. One file per group of interactions.

mod bearer;
mod binary;
mod bundle;
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
use crate::authenticate::may;
use crate::http::answer::Answer;
use crate::http::ask::Ask;
use crate::http::negotiate::{self, Format};
use crate::http::receive;
use crate::telemetry::metrics::Seen;
use auth::{Access, Caller};
use bearer::Bearer;
use fhir::{Json, ResourceType};
use interactions::body::Reading;
use interactions::operations::Operation;
use interactions::{Caller as _, Engine, Interaction, Refusal, Target};
use std::sync::Arc;

/// A request that is offered and allowed, and who asks.
struct Call<'a> {
    app: &'a App,
    ask: Ask,
    /// Whoever may do what the request names; what its parts do (entries of a Bundle) is still to be judged.
    caller: Arc<Caller>,
    /// The parameters of the URL, decoded, in order.
    query: Vec<(String, String)>,
}

impl Call<'_> {
    /// The valid resource of the body, whichever form it was sent in. A body for `/Binary` that is not FHIR is the
    /// content of one, under `id` if the URL says which.
    ///
    /// # Errors
    ///
    /// 415, 413, 408; 400 when it breaks off or is not valid; 403 when the caller may not make it say what it does.
    async fn resource(self, resource_type: ResourceType, id: Option<&str>) -> Result<Json, Refusal> {
        let engine = &self.app.engine;
        if resource_type == ResourceType::BINARY {
            let bearer = Bearer::of(&self);
            let sent = binary::sent(self, id).await?;
            let binary = engine.valid(resource_type, sent)?;
            bearer.may_change(resource_type, &binary)?;
            return Ok(binary);
        }
        let body = self.body().await?;
        receive::at_leisure(body.bytes.len(), || engine.valid(resource_type, body.tree(engine)?))
    }

    /// The body, if there is one: one that is empty need not say what it is.
    ///
    /// # Errors
    ///
    /// 415, 413, 408; 400 when it breaks off.
    async fn body_if_any(self) -> Result<Option<Body>, Refusal> {
        let format = match negotiate::body_format(&self.ask) {
            Err(refusal) if !negotiate::content_type(&self.ask).is_empty() => return Err(refusal),
            format => format,
        };
        let limits = &self.app.config.limits;
        let bytes = receive::body(self.ask, limits.body_bytes, limits.receive).await?;
        if bytes.is_empty() { Ok(None) } else { Ok(Some(Body { format: format?, bytes })) }
    }

    /// The body, whichever form it was sent in.
    ///
    /// # Errors
    ///
    /// 415, 413, 408; 400 when it breaks off.
    async fn body(self) -> Result<Body, Refusal> {
        let format = negotiate::body_format(&self.ask)?;
        let limits = &self.app.config.limits;
        let bytes = receive::body(self.ask, limits.body_bytes, limits.receive).await?;
        Ok(Body { format, bytes })
    }
}

/// A body that holds a resource, received.
struct Body {
    format: Format,
    bytes: Vec<u8>,
}

impl Body {
    /// Parses it, as far as it can be read.
    ///
    /// # Errors
    ///
    /// 400 when it is not of the form that it claims.
    fn tree(&self, engine: &Engine) -> Result<Reading, Refusal> {
        match self.format {
            Format::Json => engine.parse(&self.bytes).map(Reading::from),
            Format::Xml => engine.parse_xml(&self.bytes),
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
        Place::File(..) | Place::BeyondR4(..) => return Err(Refusal::unknown_path(ask.uri.path())),
        Place::System(target) => (None, target),
        Place::Resource(resource_type, target) => (Some(resource_type), target),
    };
    let operation = Operation::asked(ask.method.as_str(), resource_type, target, ask.uri.path())?;
    let (interaction, caller) =
        admit(app, &ask, Interaction::R4, resource_type.map(Into::into), target, seen).await?;
    if let Some(resource_type) = resource_type.filter(|_| interaction.tells_of_stored()) {
        may(&caller, resource_type, Access::Read)?;
    }
    let query = ask.query()?;
    let is_content = resource_type == Some(ResourceType::BINARY)
        && matches!(interaction, Interaction::Read | Interaction::Vread)
        && !binary::asks_for_resource(&ask, &query);
    if !is_content {
        negotiate::rendition(&ask.headers, &query, Format::ALL)?;
    }
    let call = Call { app, ask, caller, query };
    if let Some(operation) = operation {
        return Box::pin(operation::operate(call, operation, resource_type, target)).await;
    }
    // Reads come most often and need least: they do not carry the state of the others with them.
    match (resource_type, interaction, target) {
        (Some(resource_type), Interaction::Read, Target::Instance(id)) => {
            read::read(call, resource_type, id).await
        }
        (Some(resource_type), ..) => Box::pin(of_type(call, interaction, resource_type, target)).await,
        (None, ..) => Box::pin(of_system(call, interaction)).await,
    }
}

async fn of_type(
    call: Call<'_>,
    interaction: Interaction,
    resource_type: ResourceType,
    target: Target<'_>,
) -> Result<Answer, Refusal> {
    match (interaction, target) {
        (Interaction::SearchType, Target::Type | Target::Search) => {
            search::search_type(call, resource_type).await
        }
        (Interaction::SearchType, _) => search::search_compartment(call, resource_type, target).await,
        (Interaction::Create, _) => write::create(call, resource_type).await,
        (Interaction::Update, Target::Instance(id)) => write::update(call, resource_type, id).await,
        (Interaction::Patch, Target::Instance(id)) => write::patch(call, resource_type, id).await,
        (Interaction::ConditionalPatch, _) => write::conditional_patch(call, resource_type).await,
        (Interaction::ConditionalUpdate, _) => write::conditional_update(call, resource_type).await,
        (Interaction::ConditionalDelete, _) => write::conditional_delete(call, resource_type).await,
        (Interaction::Delete, Target::Instance(id)) => write::delete(call, resource_type, id).await,
        (Interaction::Vread, Target::Version(id, version)) => {
            read::vread(call, resource_type, id, version).await
        }
        (Interaction::HistoryInstance, Target::History(id)) => {
            history::instance(call, resource_type, id).await
        }
        (Interaction::HistoryType, _) => history::of_type(call, resource_type).await,
        // `admit` lets nothing else through; a new interaction without its arm is refused, not served wrongly.
        _ => Err(Refusal::not_offered("")),
    }
}

/// What concerns no single type.
async fn of_system(call: Call<'_>, interaction: Interaction) -> Result<Answer, Refusal> {
    match interaction {
        Interaction::HistorySystem => history::of_system(call).await,
        Interaction::Transaction => bundle::transaction(call).await,
        Interaction::SearchSystem => search::search_system(call).await,
        _ => Err(Refusal::not_offered("")),
    }
}
