//! What only a sandbox does: a demo clinic, a client whose secret everybody knows, reset, and faults on request.

use crate::app::App;
use crate::clock::now;
use crate::http::answer::{self, Answer};
use crate::http::ask::Ask;
use crate::start::StartError;
use auth::{Access, Scopes, StoredSecret};
use canvas::clinic::demo;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, ResourceType};
use hyper::Method;
use interactions::{Engine, Prepared, Refusal};
use std::time::Duration;
use storage::{Client, HistoryOf, HistoryQuery};

/// The id of the sandbox's client.
pub const CLIENT_ID: &str = "sandbox";
/// Its secret.
pub const CLIENT_SECRET: &str = "sandbox-secret";
/// What it may do: everything.
pub const CLIENT_SCOPES: &str = "system/*.* user/*.* \
    system/Practitioner.send-reset-password-email user/Practitioner.send-reset-password-email \
    system/Claim.add-activity-log-item user/Claim.add-activity-log-item \
    system/DiagnosticReport.create-lab-report user/DiagnosticReport.create-lab-report";

/// The header that asks for a fault.
pub const FAULT_HEADER: &str = "easel-fault";

/// The store's setting that says that a sandbox made it, so that it may be erased, and its client is known to everybody.
const MARK: &str = "sandbox";

/// Keeps sandboxes and real data apart: a sandbox takes a store that a sandbox made, or an empty one, which it marks;
/// a server that is no sandbox takes any other. `place` names the store.
///
/// # Errors
///
/// The wrong sort of store, with what to do; the store's failures.
pub async fn admit(engine: &Engine, is_sandbox: bool, place: &str) -> Result<(), StartError> {
    let told = |problem: &str| StartError(format!("{place} {problem}"));
    let failed = |refusal: Refusal| told(&format!("cannot be read: {refusal}"));
    let marked = engine.snapshot(|reader| Ok(reader.setting(MARK)?.is_some())).await.map_err(failed)?;
    match (is_sandbox, marked) {
        (true, true) | (false, false) => Ok(()),
        (false, true) => Err(told(
            "was made by a sandbox, whose secret everybody knows; start it with --sandbox, or choose other data",
        )),
        (true, false) if engine.snapshot(holds_anything).await.map_err(failed)? => Err(told(
            "holds data that no sandbox made, and a sandbox may erase everything; start without --sandbox, or \
             choose other data (easel import --sandbox fills a new sandbox)",
        )),
        (true, false) => {
            let marking = engine.write(|unit| unit.put_setting(MARK, crate::VERSION)).await;
            marking.map_err(|refusal| told(&format!("cannot be written: {refusal}")))
        }
    }
}

/// Whether there is a resource, or was.
fn holds_anything(reader: &mut dyn storage::Reader) -> Result<bool, Refusal> {
    let of = HistoryOf::System;
    let query = HistoryQuery { of, since: None, at: None, limit: 1, after: None, total: false };
    Ok(!reader.history_page(&query)?.versions.is_empty())
}

/// Makes the fault that a request asks for.
///
/// # Errors
///
/// The fault itself; 400 when there is no such fault.
///
/// # Panics
///
/// When asked to.
#[expect(clippy::panic, reason = "it is what was asked for")]
pub async fn fault(ask: &Ask, request_limit: Duration) -> Result<(), Refusal> {
    match ask.header_named(FAULT_HEADER) {
        None => Ok(()),
        Some("panic") => panic!("a panic was asked for by the {FAULT_HEADER} header"),
        Some("conflict") => Err(Refusal::conflict()),
        Some("unavailable") => Err(Refusal::unavailable("the store was said to be unavailable by a header")),
        Some("slow") => {
            tokio::time::sleep(request_limit + Duration::from_secs(1)).await;
            Ok(())
        }
        Some(other) => {
            let text =
                format!("{FAULT_HEADER} {} is not one of panic, slow, conflict, unavailable", quoted(other));
            Err(Refusal::invalid(vec![Issue::error(IssueCode::Value, text)]))
        }
    }
}

/// `POST /sandbox/reset`: back to the demo clinic as it was. Clients and tokens stay.
///
/// # Errors
///
/// 404 when this is no sandbox, 401 and 403 without a token that may write everything, 405 on another method.
pub async fn reset(app: &App, ask: Ask) -> Result<Answer, Refusal> {
    if !app.config.sandbox {
        return Err(Refusal::unknown_path(ask.uri.path()));
    }
    if ask.method != Method::POST {
        return Err(Refusal::not_offered("POST"));
    }
    let caller = app.authenticator.caller(&ask).await?;
    if !caller.scopes.allow_all(Access::Write) {
        return Err(Refusal::insufficient_scope("system/*.write"));
    }
    fill(&app.engine, true).await?;
    app.canvas.store_questionnaires().await.map_err(|error| error.refusal)?;
    Ok(answer::empty(204))
}

/// Lays the sandbox out: its client, and the demo clinic when the store has none or `anew`.
///
/// # Errors
///
/// The store's failures.
pub async fn prepare(engine: &Engine) -> Result<(), Refusal> {
    let secret = StoredSecret::new(CLIENT_SECRET).map_err(|error| Refusal::failed(error.to_string()))?;
    let client = Client {
        id: CLIENT_ID.to_owned(),
        name: "Sandbox".to_owned(),
        secret_salt: secret.salt,
        secret_hash: secret.digest,
        scopes: CLIENT_SCOPES.to_owned(),
        created: now(),
    };
    let is_current = |client: Client| client.scopes == CLIENT_SCOPES;
    let known = engine.snapshot(move |reader| Ok(reader.client(CLIENT_ID)?.is_some_and(is_current))).await?;
    if !known {
        engine
            .store()
            .write(move |transaction| transaction.put_client(&client))
            .await
            .map_err(Refusal::from)?;
    }
    fill(engine, false).await
}

async fn fill(engine: &Engine, anew: bool) -> Result<(), Refusal> {
    let resources: Vec<Prepared> = demo::resources(now())
        .into_iter()
        .map(|(resource_type, id, resource)| engine.prepare(resource_type, &id, resource))
        .collect();
    engine
        .write(move |unit| {
            if anew {
                unit.erase_everything()?;
            } else if unit.resource(ResourceType::PATIENT, demo::PATIENT)?.is_some() {
                return Ok(());
            }
            for prepared in &resources {
                let before = unit.state(prepared.resource_type, &prepared.id)?;
                unit.put(before, prepared)?;
            }
            Ok(())
        })
        .await
}

/// What to do next, printed when a sandbox is ready.
pub fn welcome(base_url: &str) -> String {
    let scopes = Scopes::parse(CLIENT_SCOPES).map(|scopes| scopes.to_string()).unwrap_or_default();
    format!(
        "Easel {} sandbox is ready.\n\n  \
         Canvas API  {base_url}/\n  \
         FHIR R4     {base_url}/fhir\n  \
         Client      {CLIENT_ID}\n  \
         Secret      {CLIENT_SECRET}\n  \
         Scopes      {scopes}\n\n\
         Get a token:\n\n  \
         curl -s {base_url}/auth/token/ -d grant_type=client_credentials -d client_id={CLIENT_ID} -d client_secret={CLIENT_SECRET}\n\n\
         Back to the demo clinic: POST {base_url}/sandbox/reset. Stop with Ctrl-C.",
        crate::VERSION
    )
}
