//! The parameters of a history (<http://hl7.org/fhir/R4/http.html#history>).

use crate::engine::Engine;
use crate::error::Refusal;
use crate::part::{twice, unknown};
use fhir::datetime::{PartialDateTime, Period};
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, ResourceType, Severity};
use search::result_parameters::{Parts, count};

/// How many versions a page of history holds unless `_count` says otherwise.
pub const HISTORY_PAGE: u64 = 50;
/// The most versions that a page of history holds.
pub const HISTORY_PAGE_LIMIT: u64 = 1000;

/// The parameters of a history.
const PARAMETERS: [&str; 5] = ["_count", "_since", "_at", "_summary", "_elements"];

/// Parameters that were given to a history.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    /// The parameters, decoded, in order.
    pub(crate) parameters: &'a [(String, String)],
    /// Those that the caller reads itself.
    pub(crate) ignored: &'a [&'a str],
    /// Whether what cannot be honoured is left out.
    pub(crate) lenient: bool,
    /// The types whose versions may be shown.
    pub(crate) types: &'a [ResourceType],
}

/// The parameters of a history, read.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    /// Versions written from this moment on, in milliseconds since the epoch.
    pub(crate) since: Option<i64>,
    /// Versions that were current at some time of it.
    pub(crate) at: Option<Period>,
    /// How many versions a page holds at most.
    pub(crate) limit: u64,
    /// Which part of each is shown.
    pub(crate) parts: Parts,
    /// The parameters that count, as they were applied.
    pub(crate) applied: Vec<(String, String)>,
    /// What was left out, and why.
    pub(crate) warnings: Vec<Issue>,
}

/// Reads the parameters of a history.
///
/// # Errors
///
/// 400 with every parameter that cannot be honoured; none when that is to be left out.
pub(crate) fn read(engine: &Engine, given: Given<'_>) -> Result<Read, Refusal> {
    let mut read = Read {
        since: None,
        at: None,
        limit: HISTORY_PAGE,
        parts: Parts::default(),
        applied: Vec::new(),
        warnings: Vec::new(),
    };
    let (mut problems, mut seen) = (Vec::new(), Vec::new());
    for (name, value) in given.parameters {
        let taken = match name.as_str() {
            ignored if given.ignored.contains(&ignored) => Ok(Some(value.clone())),
            _ if seen.contains(&name.as_str()) => Err(vec![twice(name)]),
            known if PARAMETERS.contains(&known) && value.is_empty() => Ok(None),
            _ => read.take(engine, given.types, name, value).map(Some),
        };
        match taken {
            Ok(Some(value)) => {
                seen.push(name.as_str());
                read.applied.push((name.clone(), value));
            }
            Ok(None) => {}
            Err(found) if given.lenient => {
                read.warnings.extend(found.into_iter().map(|one| left_out(one, name)))
            }
            Err(found) => problems.extend(found),
        }
    }
    if read.parts.only_count {
        read.limit = 0;
    }
    if problems.is_empty() { Ok(read) } else { Err(Refusal::invalid(problems)) }
}

impl Read {
    /// Takes in one parameter. Returns its value as it is applied.
    fn take(
        &mut self,
        engine: &Engine,
        types: &[ResourceType],
        name: &str,
        value: &str,
    ) -> Result<String, Vec<Issue>> {
        let one = |issue| vec![issue];
        let period = || moment(engine, name, value).map_err(one);
        match name {
            "_count" => {
                self.limit = count(value, HISTORY_PAGE_LIMIT).map_err(one)?;
                return Ok(self.limit.to_string());
            }
            "_since" => self.since = Some(period()?.from),
            "_at" => self.at = Some(period()?),
            "_summary" => self.parts.summary(value)?,
            "_elements" => self.parts.elements(types, value)?,
            _ => return Err(one(unknown("histories", name, &PARAMETERS))),
        }
        Ok(value.to_owned())
    }
}

/// The span of time that a parameter names.
pub(crate) fn moment(engine: &Engine, name: &str, value: &str) -> Result<Period, Issue> {
    // The decoder of forms makes a blank of a + that was not percent-encoded.
    let date = PartialDateTime::parse(value).or_else(|| PartialDateTime::parse(&value.replace(' ', "+")));
    date.map(|date| date.period(engine.zone())).ok_or_else(|| {
        let text = format!(
            "the value {} of '{name}' is not a time (YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with Z or an offset)",
            quoted(value)
        );
        Issue::error(IssueCode::Value, text)
    })
}

fn left_out(issue: Issue, name: &str) -> Issue {
    let text = format!("{}; the history was read without {}", issue.text, quoted(name));
    Issue { severity: Severity::Warning, text, ..issue }
}
