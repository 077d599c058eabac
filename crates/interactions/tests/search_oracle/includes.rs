//! `_include` and `_revinclude` (<http://hl7.org/fhir/R4/search.html#include>): what matches refer to, and what refers
//! to them; with `:iterate` also from what was included.

use crate::conditions::{Edge, Oracle};
use crate::dice::Dice;
use fhir::ResourceType;
use fhir::definitions::{SearchParameter, SearchParameterType, search_parameters_of};
use std::collections::BTreeSet;

pub type Places = BTreeSet<(ResourceType, String)>;

/// One `_include` or `_revinclude`.
#[derive(Clone, Debug)]
pub struct Include {
    reverse: bool,
    iterate: bool,
    source: ResourceType,
    /// Nothing for `*`.
    parameter: Option<&'static SearchParameter>,
    target: Option<ResourceType>,
}

impl Include {
    pub fn pair(&self) -> (String, String) {
        let name = if self.reverse { "_revinclude" } else { "_include" };
        let target = self.target.map_or(String::new(), |target| format!(":{target}"));
        let code = self.parameter.map_or("*", |parameter| parameter.code);
        (
            format!("{name}{}", if self.iterate { ":iterate" } else { "" }),
            format!("{}:{code}{target}", self.source),
        )
    }

    /// The parameters that are followed: of `*` those that can refer to the type that is wanted.
    fn parameters(&self) -> Vec<&'static SearchParameter> {
        let can_refer = |one: &&'static SearchParameter| {
            one.kind == SearchParameterType::Reference
                && self.target.is_none_or(|target| one.targets.contains(&target))
        };
        match self.parameter {
            Some(parameter) => vec![parameter],
            None => search_parameters_of(self.source).filter(can_refer).collect(),
        }
    }
}

/// Includes that a search of the type can have.
pub fn random(oracle: &Oracle, dice: &mut Dice, of: ResourceType) -> Vec<Include> {
    let mut includes: Vec<Include> = Vec::new();
    let mut reached = vec![of];
    for step in 0..1 + dice.below(3) {
        // The first goes from what is searched; the others may go on from what it brings.
        let iterate = step > 0 && dice.percent(60);
        let from: &[ResourceType] = if iterate { &reached } else { &reached[..1] };
        let reverse = dice.percent(50);
        let fits = |(source, _, target): &&Edge| from.contains(if reverse { target } else { source });
        let edges: Vec<Edge> = oracle.edges.iter().filter(fits).copied().collect();
        let Some((source, parameter, target)) = dice.pick(&edges).copied() else { continue };
        includes.push(Include {
            reverse,
            iterate: iterate || dice.percent(20),
            source,
            parameter: (!dice.percent(20)).then_some(parameter),
            target: dice.percent(40).then_some(target),
        });
        reached.push(if reverse { source } else { target });
    }
    includes
}

impl Oracle {
    /// What matches bring along.
    pub fn included(&mut self, of: ResourceType, matches: &[&str], includes: &[Include]) -> Places {
        let begin: Places = matches.iter().map(|id| (of, (*id).to_owned())).collect();
        let (mut seen, mut from, mut is_first) = (begin.clone(), begin.clone(), true);
        while !from.is_empty() {
            let mut found = Places::new();
            for include in includes.iter().filter(|include| is_first || include.iterate) {
                found.extend(self.brought(include, &from));
            }
            from = found.difference(&seen).cloned().collect();
            seen.extend(from.iter().cloned());
            is_first = false;
        }
        seen.difference(&begin).cloned().collect()
    }

    fn brought(&mut self, include: &Include, from: &Places) -> Places {
        let Oracle { world, meaning, .. } = self;
        let mut found = Places::new();
        for source in world.of(include.source) {
            let place = (include.source, source.id.to_owned());
            if !include.reverse && !from.contains(&place) {
                continue;
            }
            for parameter in include.parameters() {
                let referred = world.references(meaning, source.json, parameter).into_iter();
                let wanted = referred.filter(|(target, id)| {
                    include.target.is_none_or(|only| only == *target) && world.get(*target, id).is_some()
                });
                match include.reverse {
                    true => {
                        found.extend(wanted.filter(|one| from.contains(one)).map(|_| place.clone()).take(1))
                    }
                    false => found.extend(wanted),
                }
            }
        }
        found
    }
}
