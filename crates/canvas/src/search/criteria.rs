//! From one value of a parameter to what the store is asked.

use super::value::{alternatives, unescaped};
use crate::contract::{Contract, Finds, ParameterFact};
use fhir::definitions::SearchParameterType;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode};
use interactions::Engine;
use interactions::search::{
    Criterion, Prefix, StringMatch, date_criterion, reference_criterion, string_criterion, token_criterion,
};

/// What is needed to make criteria of values.
pub struct Making<'a> {
    /// The engine, for its registry and zone.
    pub engine: &'a Engine,
    /// The contract of the type searched.
    pub contract: &'static Contract,
    /// The moment of the request.
    pub now: i64,
}

impl Making<'_> {
    /// The criterion of one value, any of its alternatives; `None` for parameters that are not looked up in the index.
    ///
    /// # Errors
    ///
    /// What is wrong with the value.
    pub fn criterion(&self, fact: &ParameterFact, value: &str) -> Result<Option<Criterion>, Issue> {
        let mut any = Vec::new();
        for one in alternatives(value) {
            if one.is_empty() {
                let text = format!("search parameter '{}' has no value", fact.name);
                return Err(Issue::error(IssueCode::Value, text));
            }
            check_listed(fact, one)?;
            any.extend(self.one(fact, one).map_err(|issue| named_by_client(issue, fact))?);
        }
        if any.iter().all(|criterion| matches!(criterion, Criterion::Ids(_))) && !any.is_empty() {
            let ids = any.into_iter().flat_map(|criterion| match criterion {
                Criterion::Ids(ids) => ids,
                _ => Vec::new(),
            });
            return Ok(Some(Criterion::Ids(ids.collect())));
        }
        Ok(if any.len() > 1 { Some(Criterion::Either(any)) } else { any.pop() })
    }

    fn one(&self, fact: &ParameterFact, value: &str) -> Result<Vec<Criterion>, Issue> {
        let (registry, resource_type) = (&self.engine.registry(), self.contract.resource_type);
        let text = |codes: &[&str], how: StringMatch| -> Result<Vec<Criterion>, Issue> {
            let value = unescaped(value);
            codes.iter().map(|code| string_criterion(registry, resource_type, code, how, &value)).collect()
        };
        match fact.finds {
            Finds::Id => Ok(vec![Criterion::Ids(vec![unescaped(value)])]),
            Finds::Token(code) => Ok(vec![token_criterion(registry, resource_type, code, value)?]),
            Finds::TrueUnlessSaid(code) => {
                let said = |value: &str| token_criterion(registry, resource_type, code, value);
                let is_true = value.eq_ignore_ascii_case("true");
                let said_false = said("false")?;
                Ok(vec![if is_true { Criterion::Not(Box::new(said_false)) } else { said_false }])
            }
            Finds::Reference(code) => Ok(vec![reference_criterion(registry, resource_type, code, value)?]),
            Finds::Date(code) => Ok(vec![self.date(fact, code, value)?]),
            Finds::Beginning(codes) => text(codes, StringMatch::StartsWith),
            Finds::Part(codes) => text(codes, StringMatch::Contains),
            Finds::By(_) | Finds::Itself => Ok(Vec::new()),
        }
    }

    fn date(&self, fact: &ParameterFact, code: &str, value: &str) -> Result<Criterion, Issue> {
        let (prefix, date) = Prefix::split(value);
        let letters = value.bytes().take_while(u8::is_ascii_alphabetic).count();
        let sent = if letters == 2 { &value[..letters] } else { prefix.code() };
        if !fact.prefixes.contains(&sent) {
            let (prefix, name, known) = (sent, fact.name, fact.prefixes.join(", "));
            let text = format!(
                "prefix '{prefix}' of search parameter '{name}' is not supported (supported: {known})"
            );
            return Err(Issue::error(IssueCode::NotSupported, text));
        }
        let Making { engine, contract, now } = self;
        date_criterion(&engine.registry(), contract.resource_type, code, prefix, date, engine.zone(), *now)
    }
}

/// The client does not know what a parameter is called in the registry.
fn named_by_client(issue: Issue, fact: &ParameterFact) -> Issue {
    let codes: &[&str] = match &fact.finds {
        Finds::Token(code) | Finds::TrueUnlessSaid(code) | Finds::Reference(code) | Finds::Date(code) => {
            std::slice::from_ref(code)
        }
        Finds::Beginning(codes) | Finds::Part(codes) => codes,
        Finds::Id | Finds::By(_) | Finds::Itself => &[],
    };
    let name = format!("'{}'", fact.name);
    let text = codes.iter().fold(issue.text, |text, code| text.replace(&format!("'{code}'"), &name));
    Issue { text, ..issue }
}

/// The case of true and false does not count: "case-insensitive" (Practitioner.json, `active`).
fn is_boolean(fact: &ParameterFact) -> bool {
    fact.values == ["true", "false"]
}

/// Refuses a value that is not among those that the contract lists. Of a token, the code counts.
fn check_listed(fact: &ParameterFact, value: &str) -> Result<(), Issue> {
    let code = match fact.kind {
        SearchParameterType::Token => value.rsplit_once('|').map_or(value, |(_, code)| code),
        _ => value,
    };
    let known = fact
        .values
        .iter()
        .any(|known| *known == code || is_boolean(fact) && known.eq_ignore_ascii_case(code));
    if fact.values.is_empty() || known || (code.is_empty() && value.ends_with('|')) {
        return Ok(());
    }
    let text = format!(
        "the value {} of search parameter '{}' is not one of {}",
        quoted(value),
        fact.name,
        fact.values.join(", ")
    );
    Err(Issue::error(IssueCode::Value, text))
}
