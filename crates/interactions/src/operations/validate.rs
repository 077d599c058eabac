//! `$validate` (<http://hl7.org/fhir/R4/resource-operation-validate.html>): what is wrong with a resource, and what could
//! be better. Nothing is stored.

use super::input::{Given, GivenValue, Input};
use super::{Request, Task};
use crate::body::all_problems;
use crate::definitions::Definitions;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::stored_json;
use fhir::outcome::{operation_outcome, quoted};
use fhir::{Issue, IssueCode, Json, ResourceType};
use jiff::tz::TimeZone;
use std::sync::Arc;
use validation::{Mode, Moment, Options, type_defined_by};

/// What a resource is to be valid for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Anything,
    Create,
    Update,
    Delete,
}

/// A resource to be validated, and where it stands in what was sent.
struct Subject<'a> {
    resource: &'a Json,
    root: Option<&'a str>,
}

/// What a resource is held to.
struct HeldTo {
    /// The profiles that are asked for.
    profiles: Vec<String>,
    definitions: Arc<Definitions>,
    /// The clinic's zone.
    zone: TimeZone,
}

/// Reads what is asked: to validate the resource that was sent, or the stored one where none was. The answer is an
/// OperationOutcome of at least one issue.
///
/// # Errors
///
/// What prevents an answer: 400 for parameters that cannot be honoured and profiles that cannot be used. Later 404 and
/// 410 where the stored resource is meant.
pub(super) fn read(engine: &Engine, request: Request) -> Result<Task, Refusal> {
    let input = &request.input;
    input.check("validate", &["resource", "mode", "profile"], &["profile"])?;
    let purpose = purpose(input, request.id.as_deref())?;
    let definitions = engine.definitions();
    let profiles: Vec<String> = profiles(input, &definitions)?.into_iter().map(str::to_owned).collect();
    let held_to = HeldTo { profiles, definitions, zone: engine.zone().clone() };
    let is_sent = input.resource("resource")?.is_some();
    match (is_sent, &request.id) {
        (true, _) if purpose == For::Delete => {
            let text = "with mode 'delete' no resource is sent: the one that the URL names is meant";
            Err(Refusal::invalid(vec![Issue::error(IssueCode::Invalid, text)]))
        }
        (true, _) => Ok(Task::think(move || Ok(outcome(sent(&request, purpose, &held_to)?)))),
        (false, Some(_)) => Ok(Task::look(move |reader| {
            let stored = stored_json(&request.read(reader)?)?;
            if purpose == For::Delete {
                return Ok(outcome(vec![Issue::information("The resource can be deleted")]));
            }
            let subject = Subject { resource: &stored, root: None };
            Ok(outcome(held_to.check(&subject, request.resource_type()?, request.now)))
        })),
        (false, None) => Err(super::input::missing("validate", "resource")),
    }
}

/// What is wrong with the resource that was sent.
fn sent(request: &Request, purpose: For, held_to: &HeldTo) -> Result<Vec<Issue>, Refusal> {
    let (resource_type, id) = (request.resource_type()?, request.id.as_deref());
    let given = request.input.all("resource").next();
    let Some(resource) = request.input.resource("resource")? else { return Ok(Vec::new()) };
    let root = given.map(|given| given.place.as_str()).filter(|place| *place != resource_type.name());
    let found = held_to.check(&Subject { resource, root }, resource_type, request.now);
    let mut issues = all_problems(request.input.problems().to_vec(), found);
    issues.extend(wrong_id(resource, purpose, id, root.unwrap_or(resource_type.name())));
    Ok(issues)
}

fn outcome(mut issues: Vec<Issue>) -> Vec<u8> {
    if issues.is_empty() {
        issues.push(Issue::no_problems());
    }
    operation_outcome(&issues)
}

fn purpose(input: &Input, id: Option<&str>) -> Result<For, Refusal> {
    let Some(mode) = input.text("mode")? else { return Ok(For::Anything) };
    let invalid = |text: String| Refusal::invalid(vec![Issue::error(IssueCode::Value, text)]);
    match (mode, id) {
        ("create", None) => Ok(For::Create),
        ("profile", _) => Ok(For::Anything),
        ("update", Some(_)) => Ok(For::Update),
        ("delete", Some(_)) => Ok(For::Delete),
        ("update" | "delete", None) => Err(invalid(format!(
            "mode '{mode}' is about a stored resource: POST to /{{type}}/{{id}}/$validate"
        ))),
        ("create", Some(_)) => {
            Err(invalid("mode 'create' is about a new resource: POST to /{type}/$validate".to_owned()))
        }
        _ => Err(invalid(format!("mode {} is not one of create, update, delete, profile", quoted(mode)))),
    }
}

/// The profiles that are asked for.
fn profiles<'i>(input: &'i Input, definitions: &Definitions) -> Result<Vec<&'i str>, Refusal> {
    let (mut profiles, mut problems) = (Vec::new(), Vec::new());
    for given in input.all("profile") {
        match profile(given) {
            Some(url) if definitions.profiles.get(url).is_some() || type_defined_by(url).is_some() => {
                profiles.push(url);
            }
            Some(url) => problems.push(given.issue(IssueCode::NotFound, unknown_profile(url, definitions))),
            None => return Err(given.wrong("the canonical URL of a profile")),
        }
    }
    if problems.is_empty() { Ok(profiles) } else { Err(Refusal::invalid(problems)) }
}

fn profile(given: &Given) -> Option<&str> {
    match &given.value {
        GivenValue::Text(url) | GivenValue::Typed(_, Json::String(url)) => Some(url),
        _ => None,
    }
}

fn unknown_profile(url: &str, definitions: &Definitions) -> String {
    let without_version = url.split('|').next().unwrap_or(url);
    match definitions.unusable.iter().find(|unusable| unusable.url == without_version) {
        Some(unusable) => {
            let why: Vec<&str> = unusable.issues.iter().map(|issue| issue.text.as_str()).collect();
            format!("profile {} is there but cannot be used: {}", quoted(url), why.join("; "))
        }
        None => format!(
            "profile {} is not loaded; store its StructureDefinition or start the server with its package",
            quoted(url)
        ),
    }
}

impl HeldTo {
    fn check(&self, subject: &Subject<'_>, resource_type: ResourceType, now: i64) -> Vec<Issue> {
        let asked_profiles: Vec<&str> = self.profiles.iter().map(String::as_str).collect();
        let options = Options {
            expected: Some(resource_type),
            root: subject.root,
            mode: Mode::Check,
            profiles: Some(&self.definitions.profiles),
            asked_profiles: &asked_profiles,
            terminology: Some(&self.definitions.terminology),
            now: Some(Moment { ms: now, zone: &self.zone }),
            resolves_conditional: false,
        };
        validation::validate(subject.resource, &options)
    }
}

/// What an update would say of the id.
fn wrong_id(resource: &Json, purpose: For, id: Option<&str>, root: &str) -> Option<Issue> {
    let id = id.filter(|_| purpose == For::Update)?;
    if resource.str("id") == Some(id) {
        return None;
    }
    let text = format!("an update needs the id of its URL, {}", quoted(id));
    Some(Issue::error(IssueCode::Value, text).at(format_args!("{root}.id")))
}
