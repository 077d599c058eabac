//! `$validate` (<http://hl7.org/fhir/R4/resource-operation-validate.html>): what is wrong with a resource, and what could
//! be better. Nothing is stored.

use super::input::{Given, GivenValue, Input};
use crate::definitions::Definitions;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::stored_json;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, ResourceType, Severity};
use validation::{Mode, Options};

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

impl Engine {
    /// Validates the resource of the body, or the stored one where there is none: the issues of an OperationOutcome,
    /// at least one. `resource_type` and `id` are those of the URL.
    ///
    /// # Errors
    ///
    /// What prevents an answer: 400 for parameters that cannot be honoured and profiles that cannot be used, 404 and
    /// 410 where the stored resource is meant.
    pub async fn validate(
        &self,
        resource_type: ResourceType,
        id: Option<&str>,
        input: &Input,
    ) -> Result<Vec<Issue>, Refusal> {
        input.check("validate", &["resource", "mode", "profile"], &["profile"])?;
        let purpose = purpose(input, id)?;
        let definitions = self.definitions();
        let profiles = profiles(input, &definitions)?;
        let given = input.all("resource").next();
        let sent = input.resource("resource")?;
        if purpose == For::Delete {
            return self.validate_delete(resource_type, id, sent).await;
        }
        let mut issues = match (sent, id) {
            (Some(resource), _) => {
                let subject = Subject {
                    resource,
                    root: given.map(|given| given.place.as_str()).filter(|p| *p != resource_type.name()),
                };
                let mut issues = check(&subject, resource_type, &profiles, &definitions);
                issues.extend(wrong_id(resource, purpose, id, resource_type));
                issues
            }
            (None, Some(id)) => {
                let stored = stored_json(&self.read(resource_type, id).await?)?;
                check(&Subject { resource: &stored, root: None }, resource_type, &profiles, &definitions)
            }
            (None, None) => return Err(super::input::missing("validate", "resource")),
        };
        if issues.is_empty() {
            issues.push(all_right("No problems were found"));
        }
        Ok(issues)
    }

    async fn validate_delete(
        &self,
        resource_type: ResourceType,
        id: Option<&str>,
        sent: Option<&Json>,
    ) -> Result<Vec<Issue>, Refusal> {
        if sent.is_some() {
            let text = "with mode 'delete' no resource is sent: the one that the URL names is meant";
            return Err(Refusal::invalid(vec![Issue::error(IssueCode::Invalid, text)]));
        }
        if let Some(id) = id {
            self.read(resource_type, id).await?;
        }
        Ok(vec![all_right("The resource can be deleted")])
    }
}

fn all_right(text: &str) -> Issue {
    Issue { severity: Severity::Information, ..Issue::error(IssueCode::Informational, text) }
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
            Some(url) if definitions.profiles.get(url).is_some() || is_of_r4(url) => profiles.push(url),
            Some(url) => problems.push(given.issue(IssueCode::NotFound, unknown_profile(url, definitions))),
            None => return Err(given.wrong("the canonical URL of a profile")),
        }
    }
    // The definition of an R4 type says no more than what is checked anyway.
    profiles.retain(|url| !is_of_r4(url));
    if problems.is_empty() { Ok(profiles) } else { Err(Refusal::invalid(problems)) }
}

fn profile(given: &Given) -> Option<&str> {
    match &given.value {
        GivenValue::Text(url) | GivenValue::Typed(_, Json::String(url)) => Some(url),
        _ => None,
    }
}

fn is_of_r4(url: &str) -> bool {
    url.strip_prefix("http://hl7.org/fhir/StructureDefinition/").is_some_and(|name| {
        ResourceType::from_name(name).is_some() || name == "Resource" || name == "DomainResource"
    })
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

fn check(
    subject: &Subject<'_>,
    resource_type: ResourceType,
    asked_profiles: &[&str],
    definitions: &Definitions,
) -> Vec<Issue> {
    let options = Options {
        expected: Some(resource_type),
        root: subject.root,
        mode: Mode::Check,
        profiles: Some(&definitions.profiles),
        asked_profiles,
        terminology: Some(&definitions.terminology),
    };
    validation::validate(subject.resource, &options)
}

/// What an update would say of the id.
fn wrong_id(resource: &Json, purpose: For, id: Option<&str>, resource_type: ResourceType) -> Option<Issue> {
    let id = id.filter(|_| purpose == For::Update)?;
    if resource.str("id") == Some(id) {
        return None;
    }
    let text = format!("an update needs the id of its URL, {}", quoted(id));
    Some(Issue::error(IssueCode::Value, text).at(format_args!("{resource_type}.id")))
}
