//! From the bytes of a body to a valid resource, or to everything that is wrong with it.

use crate::engine::{Engine, Inner};
use crate::error::Refusal;
use fhir::json::SyntaxError;
use fhir::{Issue, IssueCode, Json, ResourceType};

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

    /// Parses a body in XML.
    ///
    /// # Errors
    ///
    /// 400 with every problem, each with line and column.
    pub fn parse_xml(&self, bytes: &[u8]) -> Result<Json, Refusal> {
        fhir::xml::read(bytes, self.max_depth())
            .map_err(|problems| Refusal::invalid(problems.iter().map(Issue::from).collect()))
    }

    /// Parses and validates a resource of `resource_type`.
    ///
    /// # Errors
    ///
    /// 400 with every problem.
    pub fn parse_valid(&self, resource_type: ResourceType, bytes: &[u8]) -> Result<Json, Refusal> {
        self.valid(resource_type, self.parse(bytes)?)
    }

    /// Validates a resource of `resource_type`.
    ///
    /// # Errors
    ///
    /// 400 with every problem.
    pub fn valid(&self, resource_type: ResourceType, resource: Json) -> Result<Json, Refusal> {
        let problems = self.inner.problems(resource_type, &resource, None);
        if problems.is_empty() { Ok(resource) } else { Err(Refusal::invalid(problems)) }
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
        let definitions = self.definitions.get();
        let options = validation::Options {
            expected: Some(resource_type),
            root,
            profiles: Some(&definitions.profiles),
            terminology: Some(&definitions.terminology),
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
