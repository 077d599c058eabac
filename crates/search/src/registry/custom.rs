//! Search parameters that clients define (<http://hl7.org/fhir/R4/searchparameter.html>).

use super::compile::{self, Alternative};
use super::facts::ValueFacts;
use super::parameter::{Origin, Parameter, Source};
use super::{Registry, sort};
use crate::composite::Composite;
use crate::index::{ParameterId, hash_parts};
use fhir::definitions::SearchParameterType;
use fhir::outcome::{cut, did_you_mean, quoted};
use fhir::{Issue, IssueCode, Json, ResourceType};
use std::borrow::Cow;
use std::sync::Arc;

/// A SearchParameter that a client stored, as the index knows it.
#[derive(Clone, Copy, Debug)]
pub struct CustomParameter<'a> {
    /// Its number, from [`ParameterId::FIRST_CUSTOM`] on; stored with the index and never given to another.
    pub number: u16,
    /// The resource.
    pub resource: &'a Json,
    /// How far resources have been indexed under it, as it now is.
    pub progress: Progress,
}

/// How far resources have been indexed under a SearchParameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Some have not been.
    Indexing,
    /// All have been.
    Complete,
    /// Its expression costs too much on one of them.
    TooCostly,
}

/// The kinds by their codes.
const KINDS: &[SearchParameterType] = &[
    SearchParameterType::Number,
    SearchParameterType::Date,
    SearchParameterType::String,
    SearchParameterType::Token,
    SearchParameterType::Reference,
    SearchParameterType::Composite,
    SearchParameterType::Quantity,
    SearchParameterType::Uri,
];

/// What a SearchParameter says, as far as it can be used.
struct Definition<'a> {
    url: &'a str,
    code: &'a str,
    kind: SearchParameterType,
    bases: Vec<ResourceType>,
    expression: &'a str,
    targets: Vec<ResourceType>,
    /// URL and expression of each part of a composite.
    components: Vec<(&'a str, &'a str)>,
}

/// Whether a SearchParameter is meant to be searched by.
pub fn is_active(resource: &Json) -> bool {
    resource.str("status") == Some("active")
}

/// What the rows of a SearchParameter depend on: when it changes, resources must be indexed anew.
pub fn custom_fingerprint(resource: &Json) -> String {
    let shown = |name: &str| resource.get(name).map(Json::to_string).unwrap_or_default();
    let parts = ["code", "base", "type", "expression", "target", "component"].map(shown);
    let parts: Vec<&str> = parts.iter().flat_map(|part| [part.as_str(), "\n"]).collect();
    format!("{:016x}", hash_parts(&parts))
}

impl Registry {
    /// What keeps a SearchParameter from being used, each with its place in the resource. Nothing for one that is not
    /// active, and for R4's own.
    pub fn problems_of_custom(&self, resource: &Json) -> Vec<Issue> {
        if !is_active(resource) || self.is_standard(resource) {
            return Vec::new();
        }
        match Definition::read(resource) {
            Ok(definition) => definition.problems(self),
            Err(problems) => problems,
        }
    }

    /// The same registry with parameters that clients define; what cannot be used is left out, with the reason.
    pub fn with_custom(&self, custom: &[CustomParameter<'_>]) -> (Registry, Vec<Issue>) {
        let mut registry = self.clone();
        let mut problems = Vec::new();
        let usable = custom.iter().filter(|one| is_active(one.resource) && !self.is_standard(one.resource));
        let (composites, others): (Vec<&CustomParameter<'_>>, Vec<&CustomParameter<'_>>) =
            usable.partition(|one| one.resource.str("type") == Some("composite"));
        // Composites are made of others.
        for one in others.into_iter().chain(composites) {
            let made = Definition::read(one.resource)
                .and_then(|definition| definition.parameters(&registry, one.number, one.progress));
            match made {
                Ok(parameters) => {
                    for parameter in parameters {
                        let types = &mut registry.types[usize::from(parameter.resource_type.index())];
                        types.push(Arc::new(parameter));
                        sort(types);
                    }
                }
                Err(found) => problems.extend(found),
            }
        }
        (registry, problems)
    }

    /// A type for which two SearchParameters define the same code, so that only one of them could be searched by.
    /// Nothing if they are the same one, by their URL, or one of them is not active.
    pub fn overlap(&self, a: &Json, b: &Json) -> Option<ResourceType> {
        let is_used = |one: &Json| is_active(one) && !self.is_standard(one);
        if !is_used(a) || !is_used(b) || a.str("url") == b.str("url") || a.str("code") != b.str("code") {
            return None;
        }
        let of_b = types(b, "base", &mut Vec::new());
        types(a, "base", &mut Vec::new()).into_iter().find(|of_a| of_b.contains(of_a))
    }

    fn is_standard(&self, resource: &Json) -> bool {
        let url = resource.str("url");
        url.is_some_and(|url| fhir::definitions::search_parameter_by_url(url).is_some())
    }
}

fn problem(code: IssueCode, place: &str, text: String) -> Issue {
    Issue::error(code, text).at(format_args!("SearchParameter.{place}"))
}

impl<'a> Definition<'a> {
    fn read(resource: &'a Json) -> Result<Self, Vec<Issue>> {
        let mut problems = Vec::new();
        let mut required = |name: &str| {
            resource.str(name).unwrap_or_else(|| {
                problems.push(problem(
                    IssueCode::Required,
                    name,
                    format!("{name} is required to search by it"),
                ));
                ""
            })
        };
        let (url, code, type_code) = (required("url"), required("code"), required("type"));
        let expression = required("expression");
        let kind = KINDS.iter().copied().find(|kind| kind.code() == type_code);
        if kind.is_none() && !type_code.is_empty() {
            let text = format!("a search parameter of type {} cannot be defined here", quoted(type_code));
            problems.push(problem(IssueCode::NotSupported, "type", text));
        }
        let is_name =
            |code: &str| code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !is_name(code) || code.starts_with('_') {
            let text = format!(
                "the code {} is not letters, digits, '-' and '_', with none of these first",
                quoted(code)
            );
            problems.push(problem(IssueCode::Value, "code", text));
        }
        let (bases, targets) =
            (types(resource, "base", &mut problems), types(resource, "target", &mut problems));
        let components = resource.get("component").map(Json::items).unwrap_or_default().iter();
        let components =
            components.filter_map(|one| one.str("definition").zip(one.str("expression"))).collect();
        match kind {
            Some(kind) if problems.is_empty() => {
                Ok(Definition { url, code, kind, bases, expression, targets, components })
            }
            _ => Err(problems),
        }
    }

    fn problems(&self, registry: &Registry) -> Vec<Issue> {
        self.parameters(registry, ParameterId::FIRST_CUSTOM, Progress::Complete).err().unwrap_or_default()
    }

    /// The parameter of each base.
    fn parameters(
        &self,
        registry: &Registry,
        number: u16,
        progress: Progress,
    ) -> Result<Vec<Parameter>, Vec<Issue>> {
        let (mut parameters, mut problems) = (Vec::with_capacity(self.bases.len()), Vec::new());
        for resource_type in &self.bases {
            match self.parameter(registry, *resource_type, number, progress) {
                Ok(parameter) => parameters.push(parameter),
                Err(issue) => problems.push(issue),
            }
        }
        problems.dedup_by(|a, b| a.text == b.text);
        if problems.is_empty() { Ok(parameters) } else { Err(problems) }
    }

    fn parameter(
        &self,
        registry: &Registry,
        resource_type: ResourceType,
        number: u16,
        progress: Progress,
    ) -> Result<Parameter, Issue> {
        if let Some(taken) =
            registry.parameter(resource_type, self.code).filter(|one| one.url() != Some(self.url))
        {
            let by = taken.url().map_or(String::from("the server itself"), cut);
            let text = format!("{resource_type} has a search parameter '{}' already: {by}", self.code);
            return Err(problem(IssueCode::Duplicate, "code", text));
        }
        let alternatives = self.alternatives(resource_type)?;
        let expressions: Vec<(&str, &Arc<_>)> =
            alternatives.iter().map(|one| (&*one.text, &one.expression)).collect();
        let source = match self.kind {
            SearchParameterType::Composite => {
                let parts = self.components.iter().copied();
                let composite = Composite::of(&alternatives, parts, registry.parameters(resource_type));
                Source::Composite(composite.map_err(|why| problem(IssueCode::Value, "component", why))?)
            }
            _ => Source::Indexed,
        };
        Ok(Parameter {
            id: ParameterId::new(number, resource_type),
            resource_type,
            code: Cow::Owned(self.code.to_owned()),
            kind: self.kind,
            expression: Cow::Owned(self.expression.to_owned()),
            url: Some(Cow::Owned(self.url.to_owned())),
            targets: Cow::Owned(self.targets.clone()),
            facts: ValueFacts::of(self.kind, &expressions),
            alternatives: alternatives.iter().map(|one| Arc::clone(&one.expression)).collect(),
            source,
            origin: match progress {
                Progress::Complete => Origin::Custom,
                Progress::Indexing => Origin::CustomIndexing,
                Progress::TooCostly => Origin::CustomTooCostly,
            },
        })
    }

    fn alternatives(&self, resource_type: ResourceType) -> Result<Vec<Alternative>, Issue> {
        // Operands for other types need not make sense of this one.
        let only = if self.bases.len() == 1 { Some(resource_type) } else { None };
        let compiled = compile::alternatives(self.expression, only).map_err(|error| {
            problem(IssueCode::Value, "expression", format!("the expression does not compile: {error}"))
        })?;
        if compiled.iter().any(|one| one.expression.asks_time()) {
            let text = "the expression asks for the time (now(), today(), timeOfDay()), which an index cannot hold: it is \
                        evaluated once, when a resource is written; leave that out and say it in the query";
            return Err(problem(IssueCode::NotSupported, "expression", text.to_owned()));
        }
        let alternatives = compile::applicable(&compiled, resource_type);
        if alternatives.is_empty() {
            let text = format!("the expression {} says nothing of {resource_type}", quoted(self.expression));
            return Err(problem(IssueCode::Value, "expression", text));
        }
        Ok(alternatives)
    }
}

/// The resource types that a list of codes names; all for `Resource` and `DomainResource`.
fn types(resource: &Json, name: &str, problems: &mut Vec<Issue>) -> Vec<ResourceType> {
    let mut found = Vec::new();
    let codes = resource.get(name).map(Json::items).unwrap_or_default();
    for (index, code) in codes.iter().enumerate() {
        match code.as_str() {
            Some("Resource" | "DomainResource") => found.extend(ResourceType::all()),
            Some(code) => match ResourceType::from_name(code) {
                Some(resource_type) => found.push(resource_type),
                None => {
                    let hint = did_you_mean(code, ResourceType::all().map(ResourceType::name));
                    let hint = hint.map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
                    let text = format!("{} is not a resource type of R4{hint}", quoted(code));
                    problems.push(problem(IssueCode::Value, &format!("{name}[{index}]"), text));
                }
            },
            None => {}
        }
    }
    if codes.is_empty() && name == "base" {
        problems.push(problem(IssueCode::Required, name, String::from("base is required to search by it")));
    }
    found.sort_unstable();
    found.dedup();
    found
}
