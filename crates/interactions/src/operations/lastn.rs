//! `$lastn` (<http://hl7.org/fhir/R4/observation-operation-lastn.html>): the latest Observations of each code, of each
//! subject.

use super::{Request, Task};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::query_string::ANSWER_PARAMETERS;
use crate::search_type::{Asked, refuse_ambiguous, write_outcome};
use crate::unit::stored_json;
use fhir::bundle::BundleWriter;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, ResourceType, Subset};
use search::{Query, Sort, SortKey, Total};
use std::collections::HashMap;
use storage::{Reader, Version};

/// How many Observations of each code are returned unless `max` says otherwise.
const MAX: u64 = 1;

/// The most Observations that are looked at: a year of readings every five minutes.
const LOOKED_AT: u64 = 100_000;

/// How many are read at a time.
const PAGE: u64 = 1_000;

/// Reads what is asked: the latest `max` Observations of each code of each subject among those that match the other
/// parameters, latest first. Of the codings of an Observation the first one counts, or the text where there is none.
///
/// # Errors
///
/// 400 when a parameter cannot be honoured or none confines the search to somebody; 403 when it looks at what the caller
/// may not read.
pub(super) fn read(engine: &Engine, request: Request) -> Result<Task, Refusal> {
    let Request { input, caller, lenient, now, .. } = request;
    let mut parameters = input.into_url()?;
    let max = take_max(&mut parameters)?;
    confined(&parameters)?;
    no_pages(&parameters)?;
    let (ignored, readable) = (&ANSWER_PARAMETERS, caller.readable());
    let asked = Asked { parameters, lenient, ignored, now, caller: caller.identity(), readable };
    let codes = engine.codes();
    let options = engine.search_options(&asked, &codes);
    let registry = engine.registry();
    let mut request = search::from_url(&registry, ResourceType::OBSERVATION, &asked.parameters, &options)
        .map_err(Refusal::invalid)?;
    asked.readable.allow_looked_at(&request)?;
    let date = registry.parameter(ResourceType::OBSERVATION, "date").map(|date| date.id());
    let by_date = date.map(|date| Sort { key: SortKey::Span(date), descending: true });
    request.query.sort = by_date.into_iter().collect();
    let (engine, readable) = (engine.clone(), asked.readable);
    Ok(Task::look(move |reader| {
        let mut warnings = request.warnings.clone();
        warnings.extend(refuse_ambiguous(&request, &readable, lenient, reader)?);
        let latest = engine.latest(&request.query, max, reader)?;
        Ok(engine.searchset_of_latest(&latest, &request.subset, &warnings))
    }))
}

impl Engine {
    /// Walks the matches from the latest on.
    fn latest(&self, query: &Query, max: u64, reader: &mut dyn Reader) -> Result<Vec<Version>, Refusal> {
        let mut query = Query { limit: PAGE, offset: 0, total: Total::None, ..query.clone() };
        let (mut counts, mut latest) = (HashMap::<(String, String), u64>::new(), Vec::new());
        loop {
            let matches = reader.search(&query)?;
            for version in matches.resources {
                let observation = stored_json(&version)?;
                let count = counts.entry((self.subject(&observation), code(&observation))).or_default();
                *count += 1;
                if *count <= max {
                    latest.push(version);
                }
            }
            query.offset += PAGE;
            query.as_of = Some(matches.mark);
            if !matches.has_more {
                return Ok(latest);
            }
            if query.offset >= LOOKED_AT {
                return Err(too_many());
            }
        }
    }

    /// Whom an Observation is about: of one resource there are several ways to refer to it.
    fn subject(&self, observation: &Json) -> String {
        let reference = observation.get("subject").and_then(|subject| subject.str("reference"));
        let reference = reference.unwrap_or_default();
        match self.own_resource(reference) {
            Some((resource_type, id)) => format!("{resource_type}/{id}"),
            None => reference.to_owned(),
        }
    }

    fn searchset_of_latest(&self, latest: &[Version], subset: &Subset, warnings: &[Issue]) -> Vec<u8> {
        let mut bundle = BundleWriter::new("searchset", Some(latest.len() as u64), &[]);
        for version in latest {
            self.entry(&mut bundle, version, subset, br#"{"mode":"match"}"#);
        }
        if !warnings.is_empty() {
            write_outcome(&mut bundle, warnings);
        }
        bundle.finish()
    }
}

fn too_many() -> Refusal {
    let text =
        format!("more than {LOOKED_AT} Observations match; confine the search, with category or date say");
    Refusal::invalid(vec![Issue::error(IssueCode::TooCostly, text)])
}

/// What an Observation is grouped by.
fn code(observation: &Json) -> String {
    let concept = observation.get("code");
    let coding =
        concept.and_then(|concept| concept.get("coding")).and_then(|codings| codings.items().first());
    match coding {
        Some(coding) => {
            format!("{}|{}", coding.str("system").unwrap_or_default(), coding.str("code").unwrap_or_default())
        }
        None => concept.and_then(|concept| concept.str("text")).unwrap_or_default().to_owned(),
    }
}

fn take_max(parameters: &mut Vec<(String, String)>) -> Result<u64, Refusal> {
    let taken: Vec<(String, String)> = parameters.extract_if(.., |(name, _)| name == "max").collect();
    let invalid = |code, text| Err(Refusal::invalid(vec![Issue::error(code, text)]));
    match &taken[..] {
        [] => Ok(MAX),
        [(_, value)] => match value.parse() {
            Ok(max) if max > 0 => Ok(max),
            _ => invalid(
                IssueCode::Value,
                format!("the value {} of parameter 'max' is not a whole number from 1 on", quoted(value)),
            ),
        },
        _ => invalid(IssueCode::Duplicate, "parameter 'max' is given more than once".to_owned()),
    }
}

/// The operation is about somebody who is named: a chain or a modifier leaves open who that is.
fn confined(parameters: &[(String, String)]) -> Result<(), Refusal> {
    let names = |name: &str| match name.split_once(':') {
        None => matches!(name, "patient" | "subject"),
        Some((name, modifier)) => {
            matches!(name, "patient" | "subject") && ResourceType::from_name(modifier).is_some()
        }
    };
    if parameters.iter().any(|(name, value)| names(name) && !value.is_empty()) {
        return Ok(());
    }
    let text = "$lastn needs the parameter 'patient' or 'subject' with one or several references, such as \
                subject=Patient/123: it returns the latest Observations of somebody";
    Err(Refusal::invalid(vec![Issue::error(IssueCode::Required, text)]))
}

/// What `$lastn` decides by itself is not to be asked for.
fn no_pages(parameters: &[(String, String)]) -> Result<(), Refusal> {
    let decided = |name: &str| {
        let plain = name.split(':').next().unwrap_or_default();
        matches!(plain, "_count" | "_sort" | "_total" | "_include" | "_revinclude")
    };
    let problem = |name: &str| {
        let text = format!(
            "the parameter {} has no meaning with $lastn: it returns the latest 'max' of each code, latest first",
            quoted(name)
        );
        Issue::error(IssueCode::NotSupported, text)
    };
    let is_count = |name: &str, value: &str| name == "_summary" && value == "count";
    let problems: Vec<Issue> = parameters
        .iter()
        .filter(|(name, value)| decided(name) || is_count(name, value))
        .map(|(name, _)| problem(name))
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal::invalid(problems)) }
}
