//! From the bytes of a body to a valid resource, or to everything that is wrong with it.

use crate::engine::{Engine, Inner};
use crate::error::Refusal;
use fhir::json::SyntaxError;
use fhir::{Issue, IssueCode, Json, ResourceType};
use validation::Moment;

/// The resource of a body, as far as it could be read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The resource, without what could not be read.
    pub resource: Json,
    /// What could not be read: a form led by the definitions (XML) has no place for what they do not know.
    pub problems: Vec<Issue>,
}

impl From<Json> for Reading {
    fn from(resource: Json) -> Self {
        Reading { resource, problems: Vec::new() }
    }
}

/// All that is wrong with a body: what could not be read, then what validation finds in the rest. That an element is
/// absent is no news where what was sent for it could not be read.
pub(crate) fn all_problems(unread: Vec<Issue>, found: Vec<Issue>) -> Vec<Issue> {
    let is_told = |issue: &Issue| {
        let is_same = |problem: &Issue| problem.expression == issue.expression;
        issue.code == IssueCode::Required && unread.iter().any(is_same)
    };
    let found: Vec<Issue> = found.into_iter().filter(|issue| !is_told(issue)).collect();
    unread.into_iter().chain(found).collect()
}

impl Engine {
    /// Parses the body of a create or update.
    ///
    /// # Errors
    ///
    /// 400 with every syntax problem, each with line and column.
    pub fn parse(&self, bytes: &[u8]) -> Result<Json, Refusal> {
        fhir::json::parse(bytes, self.max_depth())
            .map_err(|errors| Refusal::invalid(errors.iter().map(syntax_issue).collect()))
    }

    /// Parses a body in XML, as far as it can be read.
    ///
    /// # Errors
    ///
    /// 400 with every problem, each with line and column, when it is not well-formed or no resource.
    pub fn parse_xml(&self, bytes: &[u8]) -> Result<Reading, Refusal> {
        let fhir::xml::Reading { resource, problems } = fhir::xml::read_all(bytes, self.max_depth());
        let problems: Vec<Issue> = problems.iter().map(Issue::from).collect();
        match resource {
            Some(resource) => Ok(Reading { resource, problems }),
            None => Err(Refusal::invalid(problems)),
        }
    }

    /// Parses and validates a resource of `resource_type`.
    ///
    /// # Errors
    ///
    /// 400 with every problem.
    pub fn parse_valid(&self, resource_type: ResourceType, bytes: &[u8]) -> Result<Json, Refusal> {
        self.valid(resource_type, self.parse(bytes)?)
    }

    /// Validates a resource of `resource_type`, or what could be read of it.
    ///
    /// # Errors
    ///
    /// 400 with every problem.
    pub fn valid(&self, resource_type: ResourceType, body: impl Into<Reading>) -> Result<Json, Refusal> {
        let body: Reading = body.into();
        let found = self.inner.problems(resource_type, &body.resource, None);
        if found.is_empty() && body.problems.is_empty() {
            return Ok(body.resource);
        }
        Err(Refusal::invalid(all_problems(body.problems, found)))
    }
}

impl Inner {
    /// What is wrong with a resource that shall be stored. Expressions begin with `root`, or with the type.
    pub(crate) fn problems(
        &self,
        resource_type: ResourceType,
        resource: &Json,
        root: Option<&str>,
    ) -> Vec<Issue> {
        self.problems_of(resource_type, resource, root, false)
    }

    /// As [`problems`](Self::problems), of an entry whose conditional references will be resolved.
    pub(crate) fn problems_of_entry(
        &self,
        resource_type: ResourceType,
        resource: &Json,
        root: &str,
    ) -> Vec<Issue> {
        self.problems_of(resource_type, resource, Some(root), true)
    }

    /// This moment, on the clinic's clocks.
    pub(crate) fn moment(&self) -> Moment<'_> {
        Moment { ms: (self.clock)(), zone: &self.settings.zone }
    }

    fn problems_of(
        &self,
        resource_type: ResourceType,
        resource: &Json,
        root: Option<&str>,
        resolves_conditional: bool,
    ) -> Vec<Issue> {
        let definitions = self.definitions.get();
        let options = validation::Options {
            expected: Some(resource_type),
            root,
            profiles: Some(&definitions.profiles),
            terminology: Some(&definitions.terminology),
            now: Some(self.moment()),
            resolves_conditional,
            ..validation::Options::default()
        };
        let mut problems = validation::validate(resource, &options);
        if resource_type == ResourceType::SEARCH_PARAMETER && problems.is_empty() {
            problems = self.parameters.registry().problems_of_custom(resource);
            if let Some(root) = root {
                for problem in &mut problems {
                    let within =
                        problem.expression.as_deref().and_then(|place| place.strip_prefix("SearchParameter"));
                    problem.expression = within.map(|rest| format!("{root}{rest}"));
                }
            }
        }
        problems
    }
}

/// A syntax error as an issue. It has no place in FHIRPath: the text says where.
pub fn syntax_issue(error: &SyntaxError) -> Issue {
    let code = if error.is_duplicate { IssueCode::Duplicate } else { IssueCode::Structure };
    Issue::error(code, error.to_string())
}
