//! What an operation is given (<http://hl7.org/fhir/R4/operations.html#executing>): the parameters of a URL, or a
//! Parameters resource.

use crate::error::Refusal;
use fhir::outcome::{did_you_mean, quoted};
use fhir::{Issue, IssueCode, Json, ResourceType};

/// The parameters given to an operation, in order.
#[derive(Clone, Debug, Default)]
pub struct Input {
    given: Vec<Given>,
    /// What could not be read of the resources among them.
    problems: Vec<Issue>,
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// What it is.
    pub value: GivenValue,
    /// Where it stands: FHIRPath into the body, or the name of a URL's parameter.
    pub place: String,
}

/// The value of a parameter.
#[derive(Clone, Debug)]
pub enum GivenValue {
    /// Text of a URL.
    Text(String),
    /// A `value[x]`: what follows `value` in its name, and the value.
    Typed(String, Json),
    /// A resource.
    Resource(Json),
    /// Parts.
    Parts(Input),
}

impl Input {
    /// The parameters of a URL, decoded. Those that only say how to answer are `ignored`.
    pub fn of_url(parameters: &[(String, String)], ignored: &[&str]) -> Self {
        let given = parameters.iter().filter(|(name, _)| !ignored.contains(&name.as_str()));
        let given = given.map(|(name, text)| Given {
            name: name.clone(),
            value: GivenValue::Text(text.clone()),
            place: name.clone(),
        });
        Input { given: given.collect(), problems: Vec::new() }
    }

    /// The parameters of a Parameters resource, which is known to be valid. `root` is where it stands in what was sent.
    pub fn of_resource(parameters: &Json, root: Option<&str>) -> Self {
        let root = root.unwrap_or(ResourceType::PARAMETERS.name());
        let items = parameters.get("parameter").map(Json::items).unwrap_or_default();
        Self::of_items(items, &format!("{root}.parameter"))
    }

    fn of_items(items: &[Json], path: &str) -> Self {
        let given = items.iter().enumerate().map(|(index, item)| {
            let place = format!("{path}[{index}]");
            let typed = item.as_object().and_then(|object| {
                object.iter().find_map(|(name, value)| {
                    name.strip_prefix("value").map(|kind| GivenValue::Typed(kind.to_owned(), value.clone()))
                })
            });
            let resource = || item.get("resource").cloned().map(GivenValue::Resource);
            let parts = || {
                let parts = item.get("part").map(Json::items).unwrap_or_default();
                GivenValue::Parts(Self::of_items(parts, &format!("{place}.part")))
            };
            let value = typed.or_else(resource).unwrap_or_else(parts);
            let place = match value {
                GivenValue::Resource(_) => format!("{place}.resource"),
                _ => place,
            };
            Given { name: item.str("name").unwrap_or_default().to_owned(), value, place }
        });
        Input { given: given.collect(), problems: Vec::new() }
    }

    /// The parameters as those of a URL, for operations that search.
    ///
    /// # Errors
    ///
    /// 400 when a value is no primitive.
    pub fn into_url(self) -> Result<Vec<(String, String)>, Refusal> {
        let text = |given: Given| match &given.value {
            GivenValue::Text(text) | GivenValue::Typed(_, Json::String(text)) => {
                Ok((given.name.clone(), text.clone()))
            }
            GivenValue::Typed(_, value @ (Json::Number(_) | Json::Bool(_))) => {
                Ok((given.name.clone(), value.to_string()))
            }
            _ => Err(given.wrong("a primitive value, as it would stand in a URL")),
        };
        self.given.into_iter().map(text).collect()
    }

    /// These parameters and others after them.
    #[must_use]
    pub fn and(mut self, others: Input) -> Self {
        self.given.extend(others.given);
        self.problems.extend(others.problems);
        self
    }

    /// These parameters, of which something could not be read.
    ///
    /// # Errors
    ///
    /// 400 with all of it, when some is of the parameters themselves and not of a resource among them.
    pub(super) fn with_problems(mut self, problems: Vec<Issue>) -> Result<Self, Refusal> {
        let resources: Vec<&str> = self
            .given
            .iter()
            .filter(|given| matches!(given.value, GivenValue::Resource(_)))
            .map(|given| given.place.as_str())
            .collect();
        let is_within = |issue: &Issue| {
            let place = issue.expression.as_deref().unwrap_or_default();
            let rest = resources.iter().find_map(|resource| place.strip_prefix(resource));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if !problems.iter().all(is_within) {
            return Err(Refusal::invalid(problems));
        }
        self.problems = problems;
        Ok(self)
    }

    /// What could not be read of the resources among the parameters.
    pub(super) fn problems(&self) -> &[Issue] {
        &self.problems
    }

    /// One more parameter: a resource, which stands at `root` in what was sent, or is all of it and of that type.
    #[must_use]
    pub fn with_resource(mut self, name: &str, resource: Json, root: &str) -> Self {
        let is_type = ResourceType::from_name(root).is_some();
        let named = resource.str("resourceType").and_then(ResourceType::from_name).filter(|_| is_type);
        let place = named.map_or_else(|| root.to_owned(), |named| named.name().to_owned());
        self.given.push(Given { name: name.to_owned(), value: GivenValue::Resource(resource), place });
        self
    }

    /// All parameters.
    pub fn iter(&self) -> impl Iterator<Item = &Given> {
        self.given.iter()
    }

    /// The parameters of that name.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a Given> + use<'a, 'n> {
        self.given.iter().filter(move |given| given.name == name)
    }

    /// Checks that every parameter is one of `known`, and that none but `repeatable` ones come twice.
    ///
    /// # Errors
    ///
    /// 400 naming each that is not, and those that there are.
    pub fn check(&self, operation: &str, known: &[&str], repeatable: &[&str]) -> Result<(), Refusal> {
        let mut problems = Vec::new();
        for (index, given) in self.given.iter().enumerate() {
            let name = given.name.as_str();
            if !known.contains(&name) {
                let hint = did_you_mean(name, known.iter().copied())
                    .map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
                let supported = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let text =
                    format!("${operation} has no parameter {}{hint} (supported: {supported})", quoted(name));
                problems.push(given.issue(IssueCode::NotSupported, text));
            } else if !repeatable.contains(&name)
                && self.given[..index].iter().any(|other| other.name == name)
            {
                let text = format!("parameter '{name}' is given more than once");
                problems.push(given.issue(IssueCode::Duplicate, text));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Refusal::invalid(problems)) }
    }

    /// The text of a parameter: of a URL, or a primitive that is a string in JSON.
    ///
    /// # Errors
    ///
    /// 400 when it is of another kind.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let Some(given) = self.all(name).next() else { return Ok(None) };
        match &given.value {
            GivenValue::Text(text) => Ok(Some(text)),
            GivenValue::Typed(_, Json::String(text)) => Ok(Some(text)),
            _ => Err(given.wrong("a text")),
        }
    }

    /// The text of a parameter that must be there.
    ///
    /// # Errors
    ///
    /// 400 when it is absent or of another kind.
    pub fn needed_text(&self, operation: &str, name: &str) -> Result<&str, Refusal> {
        self.text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| missing(operation, name))
    }

    /// A whole number from `least` on.
    ///
    /// # Errors
    ///
    /// 400 when it is none.
    pub fn number(&self, name: &str, least: u64) -> Result<Option<u64>, Refusal> {
        let Some(given) = self.all(name).next() else { return Ok(None) };
        let number = match &given.value {
            GivenValue::Text(text) => text.parse::<u64>().ok(),
            GivenValue::Typed(_, Json::Number(number)) => {
                number.as_i64().and_then(|number| u64::try_from(number).ok())
            }
            _ => None,
        };
        match number.filter(|number| *number >= least) {
            Some(number) => Ok(Some(number)),
            None => Err(given.wrong(&format!("a whole number from {least} on"))),
        }
    }

    /// True or false.
    ///
    /// # Errors
    ///
    /// 400 when it is neither.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Refusal> {
        let Some(given) = self.all(name).next() else { return Ok(None) };
        match &given.value {
            GivenValue::Text(text) if text == "true" => Ok(Some(true)),
            GivenValue::Text(text) if text == "false" => Ok(Some(false)),
            GivenValue::Typed(_, Json::Bool(value)) => Ok(Some(*value)),
            _ => Err(given.wrong("true or false")),
        }
    }

    /// A resource.
    ///
    /// # Errors
    ///
    /// 400 when it is something else.
    pub fn resource(&self, name: &str) -> Result<Option<&Json>, Refusal> {
        let Some(given) = self.all(name).next() else { return Ok(None) };
        match &given.value {
            GivenValue::Resource(resource) => Ok(Some(resource)),
            _ => Err(given.wrong("a resource")),
        }
    }

    /// A value of a complex type, `Coding` or `CodeableConcept` say. Such a one cannot stand in a URL.
    ///
    /// # Errors
    ///
    /// 400 when it is of another type.
    pub fn typed(&self, name: &str, kind: &str) -> Result<Option<&Json>, Refusal> {
        let Some(given) = self.all(name).next() else { return Ok(None) };
        match &given.value {
            GivenValue::Typed(found, value) if found == kind => Ok(Some(value)),
            GivenValue::Text(_) => {
                Err(given.wrong(&format!("possible in a URL: POST Parameters with its value{kind}")))
            }
            _ => Err(given.wrong(&format!("a value{kind}"))),
        }
    }
}

impl Given {
    /// A problem with this parameter, at its place.
    pub fn issue(&self, code: IssueCode, text: String) -> Issue {
        let issue = Issue::error(code, text);
        // A URL has no FHIRPath.
        match self.value {
            GivenValue::Text(_) => issue,
            _ => issue.at(&self.place),
        }
    }

    /// 400: this parameter is not what it should be.
    pub fn wrong(&self, expected: &str) -> Refusal {
        let text = match &self.value {
            GivenValue::Text(text) => {
                format!("the value {} of parameter '{}' is not {expected}", quoted(text), self.name)
            }
            _ => format!("parameter '{}' is not {expected}", self.name),
        };
        Refusal::invalid(vec![self.issue(IssueCode::Value, text)])
    }
}

/// 400: a parameter is absent.
pub fn missing(operation: &str, name: &str) -> Refusal {
    let text = format!("parameter '{name}' of ${operation} is required");
    Refusal::invalid(vec![Issue::error(IssueCode::Required, text)])
}
