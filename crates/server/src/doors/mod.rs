//! The doors: which path leads where, and who may go.

pub mod canvas;
pub mod r4;
pub mod route;

use crate::app::App;
use crate::http::answer::Answer;
use crate::http::ask::Ask;
use crate::telemetry::metrics::Seen;
use auth::{Access, Caller, TypeName};
use hyper::Method;
use interactions::{Interaction, Refusal, Target};
use route::{Place, Route};
use std::sync::Arc;

/// Answers a request, wherever it leads.
///
/// # Errors
///
/// Every refusal of the table.
pub async fn answer(app: &App, mut ask: Ask, seen: &mut Seen) -> Result<Answer, Refusal> {
    let steps = std::mem::take(&mut ask.steps);
    match Route::of(&steps) {
        Some(Route::Token) => {
            *seen = Seen { door: "oauth", interaction: "token" };
            Box::pin(crate::oauth::token(app, ask)).await
        }
        Some(Route::Reset) => {
            *seen = Seen { door: "operations", interaction: "reset" };
            Box::pin(crate::sandbox::reset(app, ask)).await
        }
        Some(Route::OpenApi) => {
            *seen = Seen { door: "canvas", interaction: "openapi" };
            canvas::openapi(app, &ask)
        }
        Some(Route::Async(id)) => {
            *seen = Seen { door: "r4", interaction: "respond-async" };
            Box::pin(crate::asynchronous::status(app, &ask, id)).await
        }
        Some(Route::R4(place)) => {
            seen.door = "r4";
            r4::answer(app, ask, place, seen).await
        }
        Some(Route::Canvas(place)) => {
            seen.door = "canvas";
            Box::pin(canvas::answer(app, ask, place, seen)).await
        }
        None => Err(Refusal::unknown_path(ask.uri.path())),
    }
}

/// The checks that come before anything is read: is the interaction offered, who asks, may they. What concerns no
/// single type needs a token here, and is judged type by type where it is carried out. What is admitted goes by what is
/// in force at every server of the store.
///
/// # Errors
///
/// 404 or 405, 401, 403, in this order; the store's failures.
async fn admit(
    app: &App,
    ask: &Ask,
    offered: &[Interaction],
    type_name: Option<TypeName>,
    target: Target<'_>,
    seen: &mut Seen,
) -> Result<(Interaction, Arc<Caller>), Refusal> {
    let interaction = Interaction::offered(offered, ask.method.as_str(), target, ask.uri.path())?;
    seen.interaction = interaction.code();
    let caller = app.authenticator.caller(ask).await?;
    if let Some(type_name) = type_name {
        let access = if interaction.writes() { Access::Write } else { Access::Read };
        crate::authenticate::may(&caller, type_name, access)?;
    }
    // What a read gives goes by no definition.
    if !matches!(interaction, Interaction::Read | Interaction::Vread) {
        app.engine.follow().await?;
    }
    Ok((interaction, caller))
}

/// 405 unless the method only looks.
fn only_get(ask: &Ask) -> Result<(), Refusal> {
    match ask.method {
        Method::GET | Method::HEAD => Ok(()),
        _ => Err(Refusal::not_offered("GET, HEAD")),
    }
}
