//! `_filter` (<http://hl7.org/fhir/R4/search_filter.html>): conditions on search parameters, joined by `and`, `or` and
//! `not`.
//!
//! An operator asks whether there is a value of which it holds; so `ne` is not the opposite of `eq` where there are
//! several. Text is compared without case and accents, codes as their systems have them. Tokens and quantities are
//! written as everywhere, with escapes; other values have none.

mod parse;

use crate::chain::{refers_to, target_of};
use crate::compare;
use crate::condition::Condition;
use crate::criteria::{one, parameter};
use crate::fold::fold;
use crate::has;
use crate::limits;
use crate::merge::{all, any};
use crate::modifier::{self, Modifier};
use crate::prefix::Prefix;
use crate::presence::presence;
use crate::problem::{bad_value, too_deep};
use crate::query::Criterion;
use crate::reading::Reading;
use crate::registry::{Parameter, Source};
use crate::string;
use fhir::definitions::SearchParameterType;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, ResourceType};
use fhirpath::Item;
use parse::{Filter, Step};
use std::borrow::Cow;
use std::sync::Arc;

/// The condition of a filter.
pub(crate) fn criterion(
    reading: &Reading<'_>,
    resource_type: ResourceType,
    value: &str,
    depth: usize,
) -> Result<Criterion, Vec<Issue>> {
    if value.len() > limits::EXPRESSION_LENGTH {
        let text = format!("'_filter' is longer than {} bytes", limits::EXPRESSION_LENGTH);
        return Err(one(Issue::error(IssueCode::TooLong, text)));
    }
    let filter = parse::parse(value).map_err(|error| {
        let text =
            format!("'_filter' {}: expected {} at column {}", quoted(value), error.expected, error.column);
        one(Issue::error(IssueCode::Value, text))
    })?;
    of_filter(reading, resource_type, &filter, depth)
}

fn of_filter(
    reading: &Reading<'_>,
    resource_type: ResourceType,
    filter: &Filter<'_>,
    depth: usize,
) -> Result<Criterion, Vec<Issue>> {
    let both = |a: &Filter<'_>, b: &Filter<'_>| {
        let of = |filter| of_filter(reading, resource_type, filter, depth);
        match (of(a), of(b)) {
            (Ok(a), Ok(b)) => Ok(vec![a, b]),
            (Err(mut a), Err(b)) => {
                a.extend(b);
                Err(a)
            }
            (Err(problems), _) | (_, Err(problems)) => Err(problems),
        }
    };
    match filter {
        Filter::And(a, b) => both(a, b).map(all),
        Filter::Or(a, b) => both(a, b).map(any),
        Filter::Not(filter) => {
            Ok(Criterion::Not(Box::new(of_filter(reading, resource_type, filter, depth)?)))
        }
        Filter::Test { path, operator, value } => {
            let operator = Operator::from_code(operator).map_err(one)?;
            of_path(reading, resource_type, path, operator, value, depth)
        }
    }
}

/// The condition of a test at the end of a path.
fn of_path(
    reading: &Reading<'_>,
    resource_type: ResourceType,
    path: &[Step<'_>],
    operator: Operator,
    value: &str,
    depth: usize,
) -> Result<Criterion, Vec<Issue>> {
    let Some((step, rest)) = path.split_first() else { return Ok(any(Vec::new())) };
    if depth > limits::NESTING {
        return Err(one(too_deep(step.name)));
    }
    if let Some(linked) = step.name.strip_prefix("_has:") {
        return has::filtered(reading, resource_type, linked, |by, name| {
            let mut steps = vec![Step { name, filter: step.filter.clone() }];
            steps.extend_from_slice(rest);
            of_path(reading, by, &steps, operator, value, depth + 1)
        });
    }
    let (code, type_name) =
        step.name.split_once(':').map_or((step.name, None), |(code, name)| (code, Some(name)));
    let parameter = parameter(reading, resource_type, code).map_err(one)?;
    let Some(next) = rest.first() else {
        if type_name.is_some() {
            let text = format!("'_filter' {}: a modifier is not an operator", quoted(step.name));
            return Err(one(Issue::error(IssueCode::NotSupported, text)));
        }
        return of_parameter(reading, parameter, operator, value).map_err(one);
    };
    let target = match type_name.map(|name| modifier::parse(parameter, name)).transpose().map_err(one)? {
        Some(Modifier::Type(target)) => target,
        _ => target_of(reading.registry, parameter, next.name).map_err(one)?,
    };
    if parameter.kind() != SearchParameterType::Reference {
        let text = format!("'_filter' {}: only references can be followed", quoted(step.name));
        return Err(one(Issue::error(IssueCode::NotSupported, text)));
    }
    let mut criteria = vec![of_path(reading, target, rest, operator, value, depth + 1)?];
    if let Some(filter) = &step.filter {
        criteria.push(of_filter(reading, target, filter, depth + 1)?);
    }
    Ok(refers_to(reading, parameter, target, all(criteria)))
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    /// Those that are prefixes, too.
    Ordered(Prefix),
    Contains,
    StartsWith,
    EndsWith,
    Present,
    Overlaps,
    Subsumes,
    SubsumedBy,
    In,
    NotIn,
    RefersTo,
}

const OPERATORS: &[(&str, Operator)] = &[
    ("co", Operator::Contains),
    ("sw", Operator::StartsWith),
    ("ew", Operator::EndsWith),
    ("pr", Operator::Present),
    ("po", Operator::Overlaps),
    ("ss", Operator::Subsumes),
    ("sb", Operator::SubsumedBy),
    ("in", Operator::In),
    ("ni", Operator::NotIn),
    ("re", Operator::RefersTo),
];

impl Operator {
    fn from_code(code: &str) -> Result<Self, Issue> {
        let known = OPERATORS.iter().find(|(known, _)| *known == code).map(|(_, operator)| *operator);
        known.or_else(|| Prefix::from_code(code).map(Operator::Ordered)).ok_or_else(|| {
            let others: Vec<&str> = OPERATORS.iter().map(|(code, _)| *code).collect();
            let text = format!(
                "'_filter' has no operator {} (supported: {}, {})",
                quoted(code),
                Prefix::listed(),
                others.join(", ")
            );
            Issue::error(IssueCode::NotSupported, text)
        })
    }

    fn code(self) -> &'static str {
        match self {
            Operator::Ordered(prefix) => prefix.code(),
            other => OPERATORS.iter().find(|(_, known)| *known == other).map_or("", |(code, _)| code),
        }
    }
}

/// The condition that an operator holds of a value of the parameter.
fn of_parameter(
    reading: &Reading<'_>,
    parameter: &Arc<Parameter>,
    operator: Operator,
    value: &str,
) -> Result<Criterion, Issue> {
    use SearchParameterType as Kind;
    let kind = match parameter.source() {
        Source::Composite(_) | Source::Words(_) => Kind::Composite,
        _ => parameter.kind(),
    };
    let escaped = match kind {
        Kind::Token | Kind::Quantity => with_system(kind, value),
        _ => Cow::Owned(value.replace('\\', "\\\\")),
    };
    let equal = |modifier| compare::condition(reading, parameter, modifier, &escaped);
    let condition = match (operator, kind) {
        (Operator::Present, _) => return present(parameter, value),
        (Operator::Ordered(prefix), Kind::Date | Kind::Number | Kind::Quantity) => {
            compare::condition(reading, parameter, None, &format!("{}{escaped}", prefix.code()))?
        }
        (Operator::Overlaps, Kind::Date) => overlaps(reading, parameter, value)?,
        (Operator::Ordered(Prefix::Eq) | Operator::RefersTo, Kind::Reference) => equal(None)?,
        (Operator::Ordered(Prefix::Eq), Kind::Token | Kind::Uri | Kind::Special) => equal(None)?,
        (Operator::Ordered(Prefix::Ne), _) if matches!(parameter.source(), Source::Id) => {
            return Ok(Criterion::Not(Box::new(equal(None)?.index)));
        }
        (Operator::Ordered(Prefix::Ne), Kind::Token | Kind::Uri | Kind::Reference) => {
            let test = equal(None)?.item_test(parameter, &reading.scope());
            Condition::tested(candidates(parameter), move |item, root| !test(item, root))
        }
        (Operator::Subsumes, Kind::Token | Kind::Uri) => equal(Some(Modifier::Below))?,
        (Operator::SubsumedBy, Kind::Token | Kind::Uri) => equal(Some(Modifier::Above))?,
        (Operator::In, Kind::Token) => equal(Some(Modifier::In))?,
        // None of the codes is a member.
        (Operator::NotIn, Kind::Token) => {
            let is_in = equal(Some(Modifier::In))?.criterion(parameter);
            return Ok(Criterion::Not(Box::new(is_in)));
        }
        (Operator::Ordered(Prefix::Eq), Kind::String) if parameter.facts().phonetic => equal(None)?,
        (_, Kind::String) if parameter.facts().phonetic => return Err(unsupported(parameter, operator)),
        (Operator::Contains | Operator::StartsWith, Kind::String)
        | (Operator::Ordered(Prefix::Eq), Kind::String) => {
            let folded = string::folded(parameter.code(), value)?;
            match operator {
                Operator::Contains => string::contains(parameter, folded),
                Operator::StartsWith => string::starts_with(parameter, folded),
                _ => string::equals(parameter, folded),
            }
        }
        (_, Kind::String | Kind::Token | Kind::Uri) => by_text(parameter, operator, value)?,
        _ => return Err(unsupported(parameter, operator)),
    };
    Ok(condition.criterion(parameter))
}

/// Names that stand for code systems.
const SYSTEMS: &[(&str, &str)] = &[
    ("loinc", "http://loinc.org"),
    ("snomed", "http://snomed.info/sct"),
    ("rxnorm", "http://www.nlm.nih.gov/research/umls/rxnorm"),
    ("ucum", "http://unitsofmeasure.org"),
];

/// A token or quantity whose system is written out.
fn with_system(kind: SearchParameterType, value: &str) -> Cow<'_, str> {
    let start = match kind {
        SearchParameterType::Quantity => value.find('|').map_or(value.len(), |bar| bar + 1),
        _ => 0,
    };
    let (before, named) = value.split_at(start);
    let written = SYSTEMS.iter().find_map(|(name, system)| {
        let code = named.strip_prefix(name)?.strip_prefix('|')?;
        Some(format!("{before}{system}|{code}"))
    });
    written.map_or(Cow::Borrowed(value), Cow::Owned)
}

fn candidates(parameter: &Arc<Parameter>) -> Criterion {
    presence(parameter).unwrap_or(Criterion::All(Vec::new()))
}

fn unsupported(parameter: &Parameter, operator: Operator) -> Issue {
    let text = format!(
        "operator '{}' of '_filter' cannot be used with search parameter '{}', which is of type {}",
        operator.code(),
        parameter.code(),
        parameter.kind().code()
    );
    Issue::error(IssueCode::NotSupported, text)
}

fn present(parameter: &Arc<Parameter>, value: &str) -> Result<Criterion, Issue> {
    let presence = presence(parameter).ok_or_else(|| unsupported(parameter, Operator::Present))?;
    match value {
        "true" => Ok(presence),
        "false" => Ok(Criterion::Not(Box::new(presence))),
        _ => Err(bad_value(&format!("{} pr", parameter.code()), value, "true or false")),
    }
}

/// Some of the value is within the given one.
fn overlaps(reading: &Reading<'_>, parameter: &Arc<Parameter>, value: &str) -> Result<Condition, Issue> {
    crate::date::overlapping(parameter, value, reading.options.zone)
}

/// The condition that a text of a value compares with the given one in that way.
fn by_text(parameter: &Arc<Parameter>, operator: Operator, value: &str) -> Result<Condition, Issue> {
    let wanted = string::folded(parameter.code(), value)?;
    let passes: fn(&str, &str) -> bool = match operator {
        Operator::Contains => |text, wanted| text.contains(wanted),
        Operator::StartsWith => |text, wanted| text.starts_with(wanted),
        Operator::EndsWith => |text, wanted| text.ends_with(wanted),
        Operator::Ordered(Prefix::Ne) => |text, wanted| text != wanted,
        Operator::Ordered(Prefix::Gt | Prefix::Sa) => |text, wanted| text > wanted,
        Operator::Ordered(Prefix::Lt | Prefix::Eb) => |text, wanted| text < wanted,
        Operator::Ordered(Prefix::Ge) => |text, wanted| text >= wanted,
        Operator::Ordered(Prefix::Le) => |text, wanted| text <= wanted,
        _ => return Err(unsupported(parameter, operator)),
    };
    if matches!(parameter.source(), Source::Id) {
        return Err(unsupported(parameter, operator));
    }
    Ok(Condition::tested(candidates(parameter), move |item, _| {
        let mut found = false;
        each_text(item, &mut |text| found = found || passes(&fold(text), &wanted));
        found
    }))
}

/// Shows the texts of a value: those of a string, the codes of a token, a URI.
fn each_text(item: &Item<'_>, each: &mut dyn FnMut(&str)) {
    let Some(object) = item.object() else {
        string::each_text(item, each);
        return;
    };
    let has_parts = string::each_text(item, each);
    if has_parts {
        return;
    }
    let codings = object.items("coding").iter().filter_map(|coding| coding.str("code"));
    ["code", "value"]
        .iter()
        .filter_map(|name| object.get(name))
        .filter_map(Json::as_str)
        .chain(codings)
        .for_each(each);
}
