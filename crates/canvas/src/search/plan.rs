//! What a search asks for, decided before the store is opened.

use super::asked::Asked;
use super::criteria::Making;
use super::{PAGE, PAGE_LIMIT};
use crate::check;
use crate::clinic::Clinic;
use crate::contract::{Contract, Criteria, Finds, ParameterFact, SortBy};
use fhir::outcome::{did_you_mean, quoted};
use fhir::{Issue, IssueCode, Severity};
use interactions::search::{Criterion, Sort, SortKey};
use interactions::{Engine, Refusal};

/// A search, decided.
pub struct Plan {
    /// The contract of the type searched.
    pub contract: &'static Contract,
    /// The parameters that are honoured, in the order of the request.
    pub pairs: Vec<(String, String)>,
    /// What a lenient client is told of the others.
    pub warnings: Vec<Issue>,
    /// What the store is asked.
    pub criteria: Vec<Criterion>,
    /// What has to look at the store first, with its value.
    pub by: Vec<(Criteria, String)>,
    /// The order.
    pub sort: Vec<Sort>,
    /// How many entries a page has.
    pub count: u64,
    /// How many matches come before the page.
    pub offset: u64,
    /// The moment of the request.
    pub now: i64,
}

/// An offset so large that nothing can come after it, and that every store can count to.
const OFFSET_LIMIT: u64 = 1 << 40;

impl Plan {
    /// Decides what `pairs` ask for.
    ///
    /// # Errors
    ///
    /// 400 with all that cannot be honoured, unless the client is lenient, and with all rules that are broken.
    pub fn make(
        engine: &Engine,
        clinic: &Clinic,
        contract: &'static Contract,
        pairs: &[(String, String)],
        lenient: bool,
        now: i64,
    ) -> Result<Self, Refusal> {
        let count = if contract.search.pages { PAGE } else { u64::MAX };
        let mut plan = Plan {
            contract,
            pairs: Vec::new(),
            warnings: Vec::new(),
            criteria: Vec::new(),
            by: Vec::new(),
            sort: Vec::new(),
            count,
            offset: 0,
            now,
        };
        let making = Making { engine, contract, now };
        let mut problems = Vec::new();
        for (name, value) in pairs {
            match plan.take(&making, name, value) {
                Ok(()) => plan.pairs.push((name.clone(), value.clone())),
                Err(issue) => problems.push(issue),
            }
        }
        if lenient {
            let warnings = problems.drain(..).map(|issue| Issue { severity: Severity::Warning, ..issue });
            plan.warnings = warnings.collect();
        }
        let asked = Asked { contract, pairs: &plan.pairs, now, clinic };
        problems.extend(check::query(&asked));
        plan.take_defaults(&making, &mut problems);
        if let Some(hidden) = contract.hides {
            plan.criteria.push(hidden.criterion(&engine.registry(), contract.resource_type)?);
        }
        if plan.sort.is_empty() {
            let keys = contract.search.order.iter();
            plan.sort.extend(keys.filter_map(|(by, descending)| {
                Some(Sort { key: sort_key(&making, *by)?, descending: *descending })
            }));
        }
        if problems.is_empty() { Ok(plan) } else { Err(Refusal::invalid(problems)) }
    }

    /// Takes one parameter.
    fn take(&mut self, making: &Making<'_>, name: &str, value: &str) -> Result<(), Issue> {
        let facts = &self.contract.search;
        if let Some(fact) = facts.parameter(name) {
            return self.take_value(making, fact, value);
        }
        match name {
            "_count" if facts.pages => {
                self.once(name).and_then(|()| count(value)).map(|count| self.count = count)
            }
            "_offset" if facts.pages => {
                self.once(name).and_then(|()| offset(value)).map(|offset| self.offset = offset)
            }
            "_sort" if !facts.sort.is_empty() => {
                self.once(name)?;
                self.sort = sort(making, value)?;
                Ok(())
            }
            _ => Err(unknown(self.contract, name)),
        }
    }

    fn once(&self, name: &str) -> Result<(), Issue> {
        match self.pairs.iter().any(|(earlier, _)| earlier == name) {
            true => Err(Issue::error(IssueCode::Value, format!("parameter '{name}' may be given once"))),
            false => Ok(()),
        }
    }

    fn take_value(
        &mut self,
        making: &Making<'_>,
        fact: &'static ParameterFact,
        value: &str,
    ) -> Result<(), Issue> {
        let criterion = making.criterion(fact, value)?;
        if let Finds::By(by) = fact.finds {
            self.by.push((by, value.to_owned()));
        }
        self.criteria.extend(criterion);
        Ok(())
    }

    /// Adds what is searched for when it is not sent.
    fn take_defaults(&mut self, making: &Making<'_>, problems: &mut Vec<Issue>) {
        for fact in self.contract.search.parameters {
            let is_sent =
                self.pairs.iter().any(|(name, _)| fact.name == name || fact.aliases.contains(&name.as_str()));
            if let (Some(value), false) = (fact.default, is_sent) {
                problems.extend(self.take_value(making, fact, value).err());
            }
        }
    }
}

fn count(value: &str) -> Result<u64, Issue> {
    match digits(value) {
        Some(count) if count > 0 => Ok(count.min(PAGE_LIMIT)),
        _ => {
            let text = format!(
                "_count {} is not a whole number from 1; at most {PAGE_LIMIT} are served",
                quoted(value)
            );
            Err(Issue::error(IssueCode::Value, text))
        }
    }
}

fn offset(value: &str) -> Result<u64, Issue> {
    digits(value).map(|offset| offset.min(OFFSET_LIMIT)).ok_or_else(|| {
        Issue::error(IssueCode::Value, format!("_offset {} is not a whole number from 0", quoted(value)))
    })
}

/// The number; the largest when it is larger.
fn digits(value: &str) -> Option<u64> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| value.parse().unwrap_or(u64::MAX))
}

fn sort(making: &Making<'_>, value: &str) -> Result<Vec<Sort>, Issue> {
    let facts = making.contract.search.sort;
    let mut keys = Vec::new();
    for sent in value.split(',') {
        let (name, descending) = sent.strip_prefix('-').map_or((sent, false), |name| (name, true));
        let key = facts.iter().find(|fact| fact.name == name).and_then(|fact| sort_key(making, fact.by));
        let Some(key) = key else {
            let names: Vec<&str> = facts.iter().map(|fact| fact.name).collect();
            let text = format!("_sort cannot sort by {} (supported: {})", quoted(name), names.join(", "));
            return Err(Issue::error(IssueCode::NotSupported, text));
        };
        keys.push(Sort { key, descending });
    }
    Ok(keys)
}

fn sort_key(making: &Making<'_>, by: SortBy) -> Option<SortKey> {
    let parameter =
        |code| Some(making.engine.registry().parameter(making.contract.resource_type, code)?.id());
    Some(match by {
        SortBy::Id => SortKey::Id,
        SortBy::Text(code) => SortKey::Text(parameter(code)?),
        SortBy::Date(code) => SortKey::Span(parameter(code)?),
    })
}

/// A parameter that the type does not have, or a modifier, which this door knows none of.
fn unknown(contract: &Contract, name: &str) -> Issue {
    if let Some((code, modifier)) = name.split_once(':')
        && contract.search.parameter(code).is_some()
    {
        let text = format!(
            "modifier {} of search parameter '{code}' is not supported; parameters have no modifiers here",
            quoted(modifier)
        );
        return Issue::error(IssueCode::NotSupported, text);
    }
    let supported = supported(contract);
    let hint = did_you_mean(name, supported.iter().copied());
    let hint = hint.map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
    let (resource_type, known) = (contract.name, supported.join(", "));
    let known = if known.is_empty() { "none".to_owned() } else { known };
    let text = format!("{resource_type} has no search parameter {}{hint} (supported: {known})", quoted(name));
    Issue::error(IssueCode::NotSupported, text)
}

fn supported(contract: &Contract) -> Vec<&'static str> {
    let facts = &contract.search;
    let mut names: Vec<&str> = facts.parameters.iter().map(|fact| fact.name).collect();
    if !facts.sort.is_empty() {
        names.push("_sort");
    }
    if facts.pages {
        names.extend(["_count", "_offset"]);
    }
    names
}
