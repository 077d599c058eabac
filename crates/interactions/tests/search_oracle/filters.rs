//! `_filter` (<http://hl7.org/fhir/R4/search_filter.html>): what filters mean, and filters made of questions.
//!
//! `and` and `or` are evaluated from left to right, neither binding closer. An operator asks whether an item of the
//! set is equal, unequal, greater, …; so `ne` is not the opposite of `eq`.

use crate::conditions::{Edge, Ids, Oracle};
use crate::dice::Dice;
use crate::meaning::{self, Meaning, plain, split, texts};
use fhir::definitions::{SearchParameter, SearchParameterType};
use fhir::{Json, ResourceType};

#[derive(Clone, Debug)]
pub enum Filter {
    /// The first, and the others in turn with what joins them to all before: true for `and`.
    Joined(Box<Filter>, Vec<(bool, Filter)>),
    Not(Box<Filter>),
    /// What stands in parentheses.
    Nested(Box<Filter>),
    Test {
        path: Vec<Step>,
        parameter: &'static SearchParameter,
        operator: &'static str,
        value: String,
    },
}

/// A step of a path.
#[derive(Clone, Debug)]
pub enum Step {
    /// To what is referred to, which must pass a filter.
    Ahead(Edge, Option<Filter>),
    /// To what refers.
    Behind(Edge),
}

impl Filter {
    pub fn text(&self) -> String {
        match self {
            Filter::Joined(first, others) => {
                let others = others.iter().map(|(is_and, filter)| {
                    format!(" {} {}", if *is_and { "and" } else { "or" }, filter.text())
                });
                first.text() + &others.collect::<String>()
            }
            Filter::Not(filter) => format!("not ({})", filter.text()),
            Filter::Nested(filter) => format!("({})", filter.text()),
            Filter::Test { path, parameter, operator, value } => {
                let steps = path.iter().map(|step| match step {
                    Step::Ahead((_, parameter, target), None) => format!("{}:{target}.", parameter.code),
                    Step::Ahead((_, parameter, target), Some(filter)) => {
                        format!("{}:{target}[{}].", parameter.code, filter.text())
                    }
                    Step::Behind((by, parameter, _)) => format!("_has:{by}:{}:", parameter.code),
                });
                let is_bare = !value.contains(|c: char| c.is_whitespace() || matches!(c, ')' | ']' | '"'));
                let value = match is_bare && !value.is_empty() && value.len() % 2 == 0 {
                    true => value.clone(),
                    false => String::from_utf8(Json::from(value.as_str()).to_bytes()).unwrap(),
                };
                format!("{}{} {operator} {value}", steps.collect::<String>(), parameter.code)
            }
        }
    }
}

/// Whether an item of the set is what the operator asks for.
fn passes(
    meaning: &mut Meaning,
    json: &'static Json,
    parameter: &'static SearchParameter,
    operator: &str,
    value: &str,
) -> bool {
    if operator == "pr" {
        return meaning.is_present(json, parameter) == (value == "true");
    }
    let values = meaning.values(json, parameter);
    values.iter().any(|item| match parameter.kind {
        SearchParameterType::String if parameter.code == "phonetic" => {
            meaning::compare(parameter, item, value)
        }
        SearchParameterType::String => {
            let wanted = search::fold(value);
            texts(item).iter().any(|text| match operator {
                "eq" => search::fold(text) == wanted,
                "co" => search::fold(text).contains(&wanted),
                "sw" => search::fold(text).starts_with(&wanted),
                "ne" => search::fold(text) != wanted,
                "ew" => search::fold(text).ends_with(&wanted),
                "gt" => search::fold(text) > wanted,
                "lt" => search::fold(text) < wanted,
                "ge" => search::fold(text) >= wanted,
                "le" => search::fold(text) <= wanted,
                other => panic!("{other}"),
            })
        }
        SearchParameterType::Token => meaning::token(item, value) == (operator == "eq"),
        SearchParameterType::Uri => meaning::uri(item, value) == (operator == "eq"),
        SearchParameterType::Reference => meaning::refers(parameter, item, value) == (operator != "ne"),
        SearchParameterType::Date | SearchParameterType::Number | SearchParameterType::Quantity => {
            meaning::compare(parameter, item, &format!("{operator}{value}"))
        }
        _ => false,
    })
}

impl Oracle {
    /// The ids of the resources of a type that pass a filter.
    pub fn passing(&mut self, of: ResourceType, filter: &Filter) -> Ids {
        match filter {
            Filter::Nested(filter) => self.passing(of, filter),
            Filter::Not(filter) => {
                let found = self.passing(of, filter);
                self.world.reachable(of).map(|stored| stored.id).filter(|id| !found.contains(id)).collect()
            }
            Filter::Joined(first, others) => {
                let mut found = self.passing(of, first);
                for (is_and, filter) in others {
                    let other = self.passing(of, filter);
                    match is_and {
                        true => found.retain(|id| other.contains(id)),
                        false => found.extend(other),
                    }
                }
                found
            }
            Filter::Test { path, parameter, operator, value } => {
                self.at_end(of, path, parameter, operator, value)
            }
        }
    }

    fn at_end(
        &mut self,
        of: ResourceType,
        path: &[Step],
        parameter: &'static SearchParameter,
        operator: &str,
        value: &str,
    ) -> Ids {
        let Some((step, rest)) = path.split_first() else {
            let found = self.filtered(of, |meaning, json| passes(meaning, json, parameter, operator, value));
            let holds = operator == "ne" && parameter.code == "_id" || operator == "pr" && value == "true";
            return self.without_identity(of, parameter, found, holds);
        };
        match step {
            Step::Ahead((_, link, target), filter) => {
                let mut targets = self.at_end(*target, rest, parameter, operator, value);
                if let Some(filter) = filter {
                    let passing = self.passing(*target, filter);
                    targets.retain(|id| passing.contains(id));
                }
                self.referring(of, link, *target, &targets)
            }
            Step::Behind((by, link, _)) => {
                let sources = self.at_end(*by, rest, parameter, operator, value);
                self.referred_to(of, *by, link, &sources)
            }
        }
    }
}

/// A filter of resources of a type.
pub fn random(oracle: &Oracle, dice: &mut Dice, of: ResourceType, depth: usize) -> Option<Filter> {
    let first = term(oracle, dice, of, depth)?;
    let mut others = Vec::new();
    while others.len() < 3 && dice.percent(40) {
        others.push((dice.percent(50), term(oracle, dice, of, depth)?));
    }
    Some(if others.is_empty() { first } else { Filter::Joined(Box::new(first), others) })
}

fn term(oracle: &Oracle, dice: &mut Dice, of: ResourceType, depth: usize) -> Option<Filter> {
    match dice.below(10) {
        0 | 1 if depth > 0 => Some(Filter::Not(Box::new(random(oracle, dice, of, depth - 1)?))),
        2 if depth > 0 => Some(Filter::Nested(Box::new(random(oracle, dice, of, depth - 1)?))),
        _ => test(oracle, dice, of, depth),
    }
}

fn test(oracle: &Oracle, dice: &mut Dice, of: ResourceType, depth: usize) -> Option<Filter> {
    let (mut path, mut at) = (Vec::new(), of);
    while path.len() < 2 && depth > 0 && dice.percent(25) {
        let ahead: Vec<Edge> = oracle.edges.iter().filter(|(source, ..)| *source == at).copied().collect();
        let behind: Vec<Edge> = oracle.edges.iter().filter(|(.., target)| *target == at).copied().collect();
        if dice.percent(60) {
            let Some(edge) = dice.pick(&ahead) else { break };
            let filter = match dice.percent(40) {
                true => random(oracle, dice, edge.2, 0),
                false => None,
            };
            path.push(Step::Ahead(*edge, filter));
            at = edge.2;
        } else {
            let Some(edge) = dice.pick(&behind) else { break };
            path.push(Step::Behind(*edge));
            at = edge.0;
        }
    }
    // Not every question can be said as a test.
    let all = oracle.questions.get(&at)?;
    let (parameter, operator, value) = (0..20).find_map(|_| of_question(dice.pick(all)?, dice))?;
    Some(Filter::Test { path, parameter, operator, value })
}

fn of_question(
    question: &meaning::Question,
    dice: &mut Dice,
) -> Option<(&'static SearchParameter, &'static str, String)> {
    use SearchParameterType as Kind;
    let parameter = question.parameter;
    let [value] = question.values.as_slice() else { return None };
    let (operator, value) = match (question.modifier, parameter.kind) {
        (Some("missing"), _) => ("pr", value.clone()),
        (None, Kind::Date | Kind::Number | Kind::Quantity) => {
            let (prefix, rest) = split(value);
            let operator = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
                .into_iter()
                .find(|operator| *operator == prefix)?;
            match parameter.kind == Kind::Date && dice.percent(15) {
                true => ("po", rest.to_owned()),
                false => (operator, rest.to_owned()),
            }
        }
        (None, Kind::String) if parameter.code == "phonetic" => ("eq", plain(value)),
        (None | Some("exact"), Kind::String) => {
            let operators = ["eq", "co", "sw", "ew", "gt", "lt", "ge", "le", "ne"];
            (*dice.pick(&operators)?, plain(value))
        }
        // A token is written as everywhere, with escapes.
        (None, Kind::Token) => (*dice.pick(&["eq", "ne"])?, value.clone()),
        (None, Kind::Uri) => (*dice.pick(&["eq", "ne"])?, plain(value)),
        (None, Kind::Reference) => (*dice.pick(&["re", "eq", "ne"])?, plain(value)),
        _ => return None,
    };
    Some((parameter, operator, value))
}
