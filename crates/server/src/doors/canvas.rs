//! The Canvas door (`/`): HTTP in, the vendor's API, HTTP out.

use super::r4::preconditions::HTTP_DATE;
use super::r4::preference::prefers;
use super::{Place, admit, only_get};
use crate::app::App;
use crate::authenticate::may;
use crate::http::answer::{self, Answer, FHIR_JSON};
use crate::http::ask::Ask;
use crate::http::{negotiate, receive};
use crate::telemetry::metrics::Seen;
use auth::{Access, Caller, TypeName};
use canvas::contract::{Contract, Level, OperationFact};
use fhir::datetime::parse_http_date;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, ResourceType};
use hyper::Method;
use interactions::{Interaction, Refusal, Target};

/// Conditional headers that the vendor does not offer. Passing over one would do what the client asked not to.
const UNSUPPORTED_CONDITIONS: [&str; 3] = ["if-match", "if-none-match", "if-none-exist"];

/// Answers a request at the Canvas door.
///
/// # Errors
///
/// Every refusal of the table.
pub async fn answer(app: &App, ask: Ask, place: Place<'_>, seen: &mut Seen) -> Result<Answer, Refusal> {
    let (contract, target) = match place {
        Place::Metadata => return metadata(app, &ask),
        Place::File(resource_type, id, element) => {
            return file(app, &ask, resource_type, id, element, seen).await;
        }
        Place::System(_) => return Err(Refusal::unknown_path(ask.uri.path())),
        Place::Resource(resource_type, target) => (app.canvas.contract(resource_type), target),
        Place::BeyondR4(name, target) => (app.canvas.contract_named(name), target),
    };
    let contract = contract.ok_or_else(|| Refusal::unknown_path(ask.uri.path()))?;
    let resource_type = contract.resource_type;
    if target == Target::Search {
        // The vendor searches by GET alone.
        return Err(Refusal::not_offered(""));
    }
    if let Target::Operation(id, name) = target {
        return operation(app, ask, contract, id, name, seen).await;
    }
    let type_name = TypeName::parse(contract.name);
    let (interaction, _) = admit(app, &ask, contract.interactions, type_name, target, seen).await?;
    let query = ask.query()?;
    negotiate::answer_is_json(&ask, &[])?;
    match (interaction, target) {
        (Interaction::SearchType, _) => {
            let lenient = prefers(&ask, "handling=lenient");
            let bundle = app.canvas.search(resource_type, &query, lenient, crate::clock::now()).await?;
            Ok(answer::with_body(200, FHIR_JSON, bundle))
        }
        (Interaction::Read, Target::Instance(id)) => {
            no_parameters(&query)?;
            Ok(answer::with_body(
                200,
                FHIR_JSON,
                app.canvas.read(resource_type, id, crate::clock::now()).await?,
            ))
        }
        (Interaction::Create, _) => {
            no_parameters(&query)?;
            create(app, ask, resource_type).await
        }
        (Interaction::Update, Target::Instance(id)) => {
            no_parameters(&query)?;
            update(app, ask, contract, id).await
        }
        _ => Err(Refusal::not_offered("")),
    }
}

async fn create(app: &App, ask: Ask, resource_type: ResourceType) -> Result<Answer, Refusal> {
    no_conditions(&ask)?;
    negotiate::body_is_json(&ask)?;
    let limits = &app.config.limits;
    let bytes = receive::body(ask, limits.body_bytes, limits.receive).await?;
    let id = app.canvas.create(resource_type, &bytes).await?;
    let mut answer = answer::empty(201);
    answer::set(&mut answer, "location", &format!("{}/{resource_type}/{id}", app.base_url));
    Ok(answer)
}

async fn update(app: &App, ask: Ask, contract: &'static Contract, id: &str) -> Result<Answer, Refusal> {
    no_conditions(&ask)?;
    no_refused_preferences(&ask, contract)?;
    let unmodified_since = match ask.header_named("if-unmodified-since") {
        None => None,
        Some(value) => Some(parse_http_date(value).ok_or_else(|| {
            let text = format!("If-Unmodified-Since {} is not {HTTP_DATE}", quoted(value));
            Refusal::invalid(vec![Issue::error(IssueCode::Value, text)])
        })?),
    };
    negotiate::body_is_json(&ask)?;
    let limits = &app.config.limits;
    let bytes = receive::body(ask, limits.body_bytes, limits.receive).await?;
    app.canvas.update(contract.resource_type, id, &bytes, unmodified_since).await?;
    Ok(answer::empty(200))
}

/// One of the vendor's operations.
async fn operation(
    app: &App,
    ask: Ask,
    contract: &'static Contract,
    id: Option<&str>,
    name: &str,
    seen: &mut Seen,
) -> Result<Answer, Refusal> {
    let level = if id.is_some() { Level::Instance } else { Level::Type };
    let operation = contract.operation(name, level).ok_or_else(|| Refusal::unknown_path(ask.uri.path()))?;
    if ask.method != Method::POST {
        return Err(Refusal::not_offered("POST"));
    }
    seen.interaction = Interaction::Operation.code();
    let caller = app.authenticator.caller(&ask).await?;
    may_operate(&caller, contract, operation)?;
    app.engine.follow().await?;
    no_parameters(&ask.query()?)?;
    negotiate::answer_is_json(&ask, &[])?;
    no_conditions(&ask)?;
    negotiate::body_is_json(&ask)?;
    let limits = &app.config.limits;
    let bytes = receive::body(ask, limits.body_bytes, limits.receive).await?;
    app.canvas.operate(contract.resource_type, id, name, &bytes).await?;
    Ok(answer::empty(200))
}

/// The operation's own scope, and besides it one for the type.
fn may_operate(caller: &Caller, contract: &Contract, operation: &OperationFact) -> Result<(), Refusal> {
    may(caller, contract.resource_type, Access::Operation(operation.name))?;
    let may_write = may(caller, contract.resource_type, Access::Write);
    match operation.writes {
        true => may_write,
        false => may_write.or_else(|_| may(caller, contract.resource_type, Access::Read)),
    }
}

/// An attachment: by a link that needs no token its bytes, by a token such a link.
async fn file(
    app: &App,
    ask: &Ask,
    resource_type: ResourceType,
    id: &str,
    element: &str,
    seen: &mut Seen,
) -> Result<Answer, Refusal> {
    let unknown = || Refusal::unknown_path(ask.uri.path());
    if app.canvas.contract(resource_type).is_none() {
        return Err(unknown());
    }
    only_get(ask)?;
    let (path, now) = (canvas::file::path(resource_type.name(), id, element), crate::clock::now());
    let is_link = app.links.are_good(&path, &ask.query()?, now);
    if is_link {
        seen.interaction = Interaction::Read.code();
    } else {
        let type_name = Some(TypeName::from(resource_type));
        admit(app, ask, &[Interaction::Read], type_name, Target::Instance(id), seen).await?;
    }
    let file = app.canvas.file(resource_type, id, element).await?.ok_or_else(unknown)?;
    if !is_link {
        let mut answer = answer::empty(307);
        let signed = format!("{}{path}?{}", app.base_url, app.canvas.link_query(&path, now));
        answer::set(&mut answer, "location", &signed);
        answer::set(&mut answer, "cache-control", "no-store");
        return Ok(answer);
    }
    let mut answer = answer::with_body(200, "application/octet-stream", file.content);
    answer::set(&mut answer, "content-type", &file.content_type);
    // What a client uploaded is data, never a page of ours.
    answer::set(&mut answer, "x-content-type-options", "nosniff");
    answer::set(&mut answer, "content-disposition", "attachment");
    answer::set(&mut answer, "cache-control", "private, no-store");
    Ok(answer)
}

fn metadata(app: &App, ask: &Ask) -> Result<Answer, Refusal> {
    only_get(ask)?;
    negotiate::answer_is_json(ask, &[])?;
    let statement = app.canvas.capability_statement(crate::clock::now());
    Ok(answer::with_body(200, FHIR_JSON, statement.to_bytes()))
}

/// The door as an OpenAPI document: for tools, so it needs no token.
///
/// # Errors
///
/// 405 on anything but GET; 406.
pub fn openapi(app: &App, ask: &Ask) -> Result<Answer, Refusal> {
    only_get(ask)?;
    negotiate::answer_is_json(ask, &[])?;
    let document = canvas::openapi::document(&app.base_url, crate::VERSION);
    Ok(answer::with_body(200, "application/json", document.to_bytes()))
}

fn no_conditions(ask: &Ask) -> Result<(), Refusal> {
    let problems: Vec<Issue> = UNSUPPORTED_CONDITIONS
        .iter()
        .filter(|header| ask.headers.contains_key(**header))
        .map(|header| {
            let text =
                format!("the header {header} is not supported here; If-Unmodified-Since is, on update");
            Issue::error(IssueCode::NotSupported, text)
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal::invalid(problems)) }
}

/// Preferences that the type knows and does not honour.
fn no_refused_preferences(ask: &Ask, contract: &Contract) -> Result<(), Refusal> {
    let refused = contract.refused_preferences.iter().filter(|(name, _)| prefers(ask, name));
    let problems: Vec<Issue> = refused
        .map(|(name, instead)| {
            let text = format!("the preference {name} is not supported: {instead}");
            Issue::error(IssueCode::NotSupported, text)
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal::invalid(problems)) }
}

fn no_parameters(query: &[(String, String)]) -> Result<(), Refusal> {
    let problems: Vec<Issue> = query
        .iter()
        .map(|(name, _)| {
            let text = format!(
                "the parameter {} is not supported here; only searches take parameters",
                quoted(name)
            );
            Issue::error(IssueCode::NotSupported, text)
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal::invalid(problems)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use auth::Scopes;

    #[test]
    fn an_operation_that_changes_what_is_shown_needs_a_scope_to_write_it() {
        let operation =
            OperationFact { writes: true, ..OperationFact::of("add-activity-log-item", |_| Ok(())) };
        let contract = Contract::of("Claim", ResourceType::CLAIM, canvas::contract::IdForm::Uuid);
        let may = |scopes: &str| {
            let scopes = Scopes::parse(scopes).unwrap();
            may_operate(&Caller { client_id: "c".into(), scopes }, &contract, &operation).is_ok()
        };
        assert!(may("user/Claim.add-activity-log-item system/Claim.write"));
        assert!(!may("user/Claim.add-activity-log-item system/Claim.read"));
        assert!(!may("system/*.*"));
    }
}
