//! From the parameters of a URL (or of a form that is POSTed to `_search`) to a query.

use crate::modifier::{self, Modifier};
use crate::problem::{bad_value, not_served, unknown_parameter};
use crate::query::{Criterion, Query, Total};
use crate::registry::{Parameter, Registry};
use crate::string::StringMatch;
use crate::value::{BAD_ESCAPE, split, unescape};
use crate::{date, limits, reference, result_parameters, string, token, uri};
use fhir::definitions::SearchParameterType;
use fhir::outcome::{cut, quoted};
use fhir::{Issue, IssueCode, ResourceType, Severity};
use jiff::tz::TimeZone;

/// What a search depends on besides its parameters.
#[derive(Clone, Copy, Debug)]
pub struct SearchOptions<'a> {
    /// The clinic's zone: dates and times without an offset are taken in it.
    pub zone: &'a TimeZone,
    /// The moment of the request, in milliseconds since the epoch: `ap` depends on it.
    pub now: i64,
    /// How many matches to return when `_count` does not say.
    pub default_count: u64,
    /// How many to return at most, whatever `_count` says.
    pub max_count: u64,
    /// Whether to count when `_total` does not say.
    pub default_total: Total,
    /// Names of parameters that the caller reads itself: `_format`, `_pretty`, …
    pub ignored: &'a [&'a str],
    /// What cannot be honoured is left out and told as a warning (`Prefer: handling=lenient`).
    pub lenient: bool,
    /// Parameters of crates above may be used by name.
    pub internal: bool,
}

/// A search that can be carried out.
#[derive(Clone, Debug)]
pub struct SearchRequest {
    /// What is searched for.
    pub query: Query,
    /// The parameters that count, in their order and as they were applied: what the `self` link says. Those
    /// without a value are not among them, those that the caller reads itself are.
    pub applied: Vec<(String, String)>,
    /// What was left out, and why; only where [`lenient`](SearchOptions::lenient).
    pub warnings: Vec<Issue>,
}

/// Reads the decoded parameters of a search of one type.
///
/// # Errors
///
/// Everything that cannot be honoured, in the order of the parameters.
pub fn from_url(
    registry: &Registry,
    resource_type: ResourceType,
    parameters: &[(String, String)],
    options: &SearchOptions<'_>,
) -> Result<SearchRequest, Vec<Issue>> {
    if parameters.len() > limits::PARAMETERS {
        let text = format!(
            "the search has {} parameters; at most {} are taken",
            parameters.len(),
            limits::PARAMETERS
        );
        return Err(vec![Issue::error(IssueCode::TooLong, text)]);
    }
    let limit = options.default_count.min(options.max_count);
    let query = Query { limit, total: options.default_total, ..Query::all(resource_type) };
    let request = SearchRequest { query, applied: Vec::new(), warnings: Vec::new() };
    let mut reader = Reader { registry, resource_type, options, request, seen: Vec::new() };
    let mut problems = Vec::new();
    for (name, value) in parameters {
        match reader.read(name, value) {
            Ok(None) => {}
            Ok(Some(value)) => reader.request.applied.push((name.clone(), value)),
            Err(found) if options.lenient => {
                reader.request.warnings.extend(found.into_iter().map(|issue| left_out(issue, name)));
            }
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut request = reader.request;
    if request.query.limit == 0 {
        request.query.total = Total::Accurate;
    }
    Ok(request)
}

fn left_out(issue: Issue, name: &str) -> Issue {
    let text = format!("{}; the search ran without '{}'", issue.text, cut(name));
    Issue { severity: Severity::Warning, text, ..issue }
}

/// Parameters of R4's search that have no definition as a SearchParameter and are not supported yet.
const NOT_YET: &[&str] = &[
    "_contained",
    "_containedType",
    "_elements",
    "_filter",
    "_has",
    "_include",
    "_list",
    "_revinclude",
    "_score",
    "_summary",
    "_type",
];

struct Reader<'a> {
    registry: &'a Registry,
    resource_type: ResourceType,
    options: &'a SearchOptions<'a>,
    request: SearchRequest,
    /// Which of the parameters that may come only once have come.
    seen: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    /// Applies one parameter. Returns its value as it was applied; nothing for one without a value, which the
    /// specification says to ignore.
    fn read(&mut self, name: &str, value: &str) -> Result<Option<String>, Vec<Issue>> {
        if self.options.ignored.contains(&name) {
            return Ok(Some(value.to_owned()));
        }
        match name {
            "_sort" | "_count" | "_total" if value.is_empty() => Ok(None),
            "_sort" => {
                let keys =
                    result_parameters::sort(self.registry, self.resource_type, value, self.options.internal)?;
                self.once("_sort")?;
                self.request.query.sort = keys;
                Ok(Some(value.to_owned()))
            }
            "_count" => {
                let count = result_parameters::count(value, self.options.max_count).map_err(one)?;
                self.once("_count")?;
                self.request.query.limit = count;
                Ok(Some(count.to_string()))
            }
            "_total" => {
                let total = result_parameters::total(value).map_err(one)?;
                self.once("_total")?;
                self.request.query.total = total;
                Ok(Some(value.to_owned()))
            }
            _ => self.filter(name, value),
        }
    }

    fn once(&mut self, name: &'static str) -> Result<(), Vec<Issue>> {
        if self.seen.contains(&name) {
            let text = format!("parameter '{name}' is given more than once");
            return Err(vec![Issue::error(IssueCode::Duplicate, text)]);
        }
        self.seen.push(name);
        Ok(())
    }

    /// A parameter that says which resources match.
    fn filter(&mut self, name: &str, value: &str) -> Result<Option<String>, Vec<Issue>> {
        let (code, modifier) = name.split_once(':').map_or((name, None), |(code, rest)| (code, Some(rest)));
        let parameter = self.parameter(name, code).map_err(one)?;
        let modifier =
            modifier.map(|modifier| modifier::parse(parameter, modifier)).transpose().map_err(one)?;
        if value.is_empty() {
            return Ok(None);
        }
        let criterion = criterion(self.registry, parameter, modifier, value, self.options)?;
        self.request.query.criteria.push(criterion);
        Ok(Some(value.to_owned()))
    }

    fn parameter(&self, name: &str, code: &str) -> Result<&'a Parameter, Issue> {
        if name.contains('.') {
            let text = format!("chained search parameters such as {} are not supported yet", quoted(name));
            return Err(Issue::error(IssueCode::NotSupported, text));
        }
        if NOT_YET.contains(&code) {
            return Err(not_served(self.registry, self.resource_type, code));
        }
        match self.registry.parameter(self.resource_type, code) {
            Some(parameter) if parameter.is_internal() && !self.options.internal => {
                Err(unknown_parameter(self.registry, self.resource_type, code))
            }
            Some(parameter) if !parameter.is_served() => {
                Err(not_served(self.registry, self.resource_type, code))
            }
            Some(parameter) => Ok(parameter),
            None => Err(unknown_parameter(self.registry, self.resource_type, code)),
        }
    }
}

fn one(issue: Issue) -> Vec<Issue> {
    vec![issue]
}

/// The condition that a parameter says of its values, any one of which is enough.
fn criterion(
    registry: &Registry,
    parameter: &Parameter,
    modifier: Option<Modifier>,
    value: &str,
    options: &SearchOptions<'_>,
) -> Result<Criterion, Vec<Issue>> {
    if modifier == Some(Modifier::Missing) {
        return missing(parameter, value).map_err(one);
    }
    let values = values(parameter, value)?;
    // Each value by itself, so that all that are wrong are told.
    let each = values.iter().map(|value| one_value(registry, parameter, modifier, value, options));
    let (mut criteria, mut problems) = (Vec::with_capacity(values.len()), Vec::new());
    for result in each {
        match result {
            Ok(criterion) => criteria.push(criterion),
            Err(issue) => problems.push(issue),
        }
    }
    match (problems.is_empty(), modifier) {
        (false, _) => Err(problems),
        (true, Some(Modifier::Not)) => Ok(Criterion::Not(Box::new(any(criteria)))),
        (true, _) => Ok(any(criteria)),
    }
}

/// The values that commas separate, escapes untouched.
fn values<'v>(parameter: &Parameter, value: &'v str) -> Result<Vec<&'v str>, Vec<Issue>> {
    let code = parameter.code();
    let values = split(value, b',');
    if values.len() > limits::VALUES {
        let text = format!(
            "search parameter '{code}' has {} values; at most {} are taken",
            values.len(),
            limits::VALUES
        );
        return Err(vec![Issue::error(IssueCode::TooLong, text)]);
    }
    if values.iter().any(|value| value.len() > limits::VALUE_LENGTH) {
        let text =
            format!("a value of search parameter '{code}' is longer than {} bytes", limits::VALUE_LENGTH);
        return Err(vec![Issue::error(IssueCode::TooLong, text)]);
    }
    if values.iter().any(|value| value.is_empty()) {
        let text = format!(
            "one of the values {} of search parameter '{code}' is empty (a ',' in a value is written '\\,')",
            quoted(value)
        );
        return Err(vec![Issue::error(IssueCode::Value, text)]);
    }
    Ok(values)
}

fn one_value(
    registry: &Registry,
    parameter: &Parameter,
    modifier: Option<Modifier>,
    value: &str,
    options: &SearchOptions<'_>,
) -> Result<Criterion, Issue> {
    let code = parameter.code();
    let id = parameter.id();
    if parameter.kind() == SearchParameterType::Token {
        return token::criterion(parameter, value);
    }
    let plain = unescape(value).ok_or_else(|| bad_value(code, value, BAD_ESCAPE))?;
    match parameter.kind() {
        SearchParameterType::Reference => {
            let of_type = match modifier {
                Some(Modifier::Type(resource_type)) => Some(resource_type),
                _ => None,
            };
            let hashes = reference::hashes(registry, parameter, of_type, &plain)?;
            Ok(Criterion::Keys { parameter: id, hashes })
        }
        SearchParameterType::Uri => {
            Ok(Criterion::Keys { parameter: id, hashes: vec![uri::hash(parameter, &plain)?] })
        }
        SearchParameterType::String => {
            let how = match modifier {
                Some(Modifier::Exact) => StringMatch::Exact,
                Some(Modifier::Contains) => StringMatch::Contains,
                _ => StringMatch::StartsWith,
            };
            string::criterion(parameter, how, &plain)
        }
        _ => {
            let (prefix, plain) = date::Prefix::split(&plain);
            let tests = date::tests(code, prefix, plain, options.zone, options.now)?;
            Ok(date::criterion(parameter, tests))
        }
    }
}

fn missing(parameter: &Parameter, value: &str) -> Result<Criterion, Issue> {
    let present = token::present(parameter.id());
    match value {
        "true" => Ok(Criterion::Not(Box::new(present))),
        "false" => Ok(present),
        _ => Err(bad_value(&format!("{}:missing", parameter.code()), value, "true or false")),
    }
}

/// Any of the conditions, which are of one parameter and one sort, as a single condition of that sort.
fn any(criteria: Vec<Criterion>) -> Criterion {
    let mut criteria = criteria.into_iter();
    let Some(mut all) = criteria.next() else { return Criterion::Either(Vec::new()) };
    for next in criteria {
        match (&mut all, next) {
            (Criterion::Ids(ids), Criterion::Ids(more)) => ids.extend(more),
            (Criterion::Keys { hashes, .. }, Criterion::Keys { hashes: more, .. }) => hashes.extend(more),
            (Criterion::Text { any_of, .. }, Criterion::Text { any_of: more, .. }) => any_of.extend(more),
            (Criterion::Spans { any_of, .. }, Criterion::Spans { any_of: more, .. })
            | (Criterion::LastUpdated(any_of), Criterion::LastUpdated(more)) => any_of.extend(more),
            (Criterion::Either(each), next) => each.push(next),
            (_, next) => all = Criterion::Either(vec![all, next]),
        }
    }
    all
}
