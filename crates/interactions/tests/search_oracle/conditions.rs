//! Conditions that are made of others: composites, chains, `_has`, filters. What each finds is a set of ids.

use crate::dice::Dice;
use crate::filters::{self, Filter};
use crate::meaning::{Meaning, Question};
use crate::questions;
use crate::words::{Known, Wanted};
use crate::world::World;
use fhir::ResourceType;
use fhir::definitions::{SearchParameter, SearchParameterType, search_parameters_of};
use std::collections::{BTreeMap, BTreeSet};

pub type Ids = BTreeSet<&'static str>;

/// A condition on resources of one type.
#[derive(Clone, Debug)]
pub enum Condition {
    Plain(Question),
    /// Values of a composite, any of which is enough.
    Composite {
        parameter: &'static SearchParameter,
        values: Vec<String>,
    },
    /// What is referred to meets the inner condition.
    Chain {
        parameter: &'static SearchParameter,
        target: ResourceType,
        inner: Box<Condition>,
    },
    /// What refers to it meets the inner condition.
    Has {
        by: ResourceType,
        parameter: &'static SearchParameter,
        inner: Box<Condition>,
    },
    Filter(Filter),
    /// One of the values occurs in the narrative, or in all content.
    Words {
        is_content: bool,
        values: Vec<Wanted>,
    },
    /// It is on one of the lists.
    Listed(Vec<String>),
}

impl Condition {
    /// As it stands in a URL, undecoded.
    pub fn pair(&self) -> (String, String) {
        match self {
            Condition::Plain(question) => question.pair(),
            Condition::Composite { parameter, values } => (parameter.code.to_owned(), values.join(",")),
            Condition::Chain { parameter, target, inner } => {
                let (name, value) = inner.pair();
                (format!("{}:{target}.{name}", parameter.code), value)
            }
            Condition::Has { by, parameter, inner } => {
                let (name, value) = inner.pair();
                (format!("_has:{by}:{}:{name}", parameter.code), value)
            }
            Condition::Filter(filter) => (String::from("_filter"), filter.text()),
            Condition::Words { is_content, values } => {
                let texts: Vec<String> = values.iter().map(Wanted::text).collect();
                (String::from(if *is_content { "_content" } else { "_text" }), texts.join(","))
            }
            Condition::Listed(ids) => (String::from("_list"), ids.join(",")),
        }
    }

    /// What kind of condition it is, for counts.
    pub fn kind(&self) -> &'static str {
        match self {
            Condition::Plain(question) if question.parameter.code == "near" => "near",
            Condition::Plain(question) => question.modifier.map_or("plain", |modifier| match modifier {
                "missing" | "not" | "exact" | "contains" | "text" | "of-type" | "identifier" | "below"
                | "above" => modifier,
                _ => "[type]",
            }),
            Condition::Composite { .. } => "composite",
            Condition::Chain { .. } => "chain",
            Condition::Has { .. } => "_has",
            Condition::Filter(_) => "_filter",
            Condition::Words { is_content: true, .. } => "_content",
            Condition::Words { .. } => "_text",
            Condition::Listed(_) => "_list",
        }
    }
}

/// Whether it is asked for what is part of what.
fn is_along(question: &Question) -> bool {
    let is_reference = question.parameter.kind == SearchParameterType::Reference;
    is_reference
        && matches!(question.modifier, Some("below" | "above"))
        && question.values.iter().all(|value| !value.contains(':'))
}

/// A reference that there is: the type that refers, the parameter, the type that is referred to.
pub type Edge = (ResourceType, &'static SearchParameter, ResourceType);

/// What is stored, what it means, and what can be asked of it.
pub struct Oracle {
    pub world: World,
    pub meaning: Meaning,
    pub questions: BTreeMap<ResourceType, Vec<Question>>,
    pub composites: BTreeMap<ResourceType, Vec<(&'static SearchParameter, String)>>,
    pub edges: Vec<Edge>,
    pub texts: Known,
}

impl Oracle {
    /// One that makes up no questions.
    pub fn of(world: World) -> Self {
        Oracle {
            world,
            meaning: Meaning::default(),
            questions: BTreeMap::new(),
            composites: BTreeMap::new(),
            edges: Vec::new(),
            texts: Known::default(),
        }
    }

    pub fn new(world: World, dice: &mut Dice) -> Self {
        let mut oracle = Oracle::of(world);
        let types: Vec<ResourceType> = oracle.world.types.keys().copied().collect();
        for of in &types {
            let resources: Vec<_> = oracle.world.of(*of).iter().map(|stored| stored.json).collect();
            for parameter in search_parameters_of(*of).filter(|one| !one.expression.is_empty()) {
                let meaning = &mut oracle.meaning;
                if parameter.kind == SearchParameterType::Composite {
                    let values = questions::of_composite(meaning, parameter, &resources, dice);
                    let all = values.into_iter().map(|value| (parameter, value));
                    oracle.composites.entry(*of).or_default().extend(all);
                    continue;
                }
                let all = questions::about(meaning, *of, parameter, &resources);
                oracle.questions.entry(*of).or_default().extend(all);
                if parameter.kind == SearchParameterType::Reference {
                    let mut targets = BTreeSet::new();
                    for resource in &resources {
                        let found = oracle.world.references(meaning, resource, parameter);
                        targets.extend(found.into_iter().map(|(target, _)| target));
                    }
                    targets.retain(|target| types.contains(target) && parameter.targets.contains(target));
                    oracle.edges.extend(targets.into_iter().map(|target| (*of, parameter, target)));
                }
            }
        }
        oracle
    }

    /// The ids of the resources of a type that meet all conditions, in the order of their last change.
    pub fn all_of(&mut self, of: ResourceType, conditions: &[Condition]) -> Vec<&'static str> {
        let each: Vec<Ids> = conditions.iter().map(|condition| self.matching(of, condition)).collect();
        let ids = self.world.of(of).iter().map(|stored| stored.id);
        ids.filter(|id| each.iter().all(|found| found.contains(id))).collect()
    }

    /// The ids of the resources of a type that meet a condition.
    pub fn matching(&mut self, of: ResourceType, condition: &Condition) -> Ids {
        match condition {
            Condition::Plain(question) if is_along(question) => self.along(of, question),
            Condition::Plain(question) => {
                let found = self.filtered(of, |meaning, json| meaning.holds(json, question));
                let holds = match question.modifier {
                    Some("missing") => question.values[0] == "false",
                    modifier => modifier == Some("not"),
                };
                self.without_identity(of, question.parameter, found, holds)
            }
            Condition::Composite { parameter, values } => self.filtered(of, |meaning, json| {
                values.iter().any(|value| meaning.together(json, parameter, value))
            }),
            Condition::Chain { parameter, target, inner } => {
                let targets = self.matching(*target, inner);
                self.referring(of, parameter, *target, &targets)
            }
            Condition::Has { by, parameter, inner } => {
                let sources = self.matching(*by, inner);
                self.referred_to(of, *by, parameter, &sources)
            }
            Condition::Filter(filter) => self.passing(of, filter),
            Condition::Words { is_content, values } => {
                let texts = &self.texts;
                let all = self.world.reachable(of);
                all.filter(|stored| texts.says(stored.json, *is_content, values)).map(|one| one.id).collect()
            }
            Condition::Listed(ids) => self.listed(of, ids),
        }
    }

    pub fn filtered(
        &mut self,
        of: ResourceType,
        mut holds: impl FnMut(&mut Meaning, &'static fhir::Json) -> bool,
    ) -> Ids {
        let Oracle { world, meaning, .. } = self;
        world.reachable(of).filter(|stored| holds(meaning, stored.json)).map(|stored| stored.id).collect()
    }

    /// What is found by an id or a time of change, which contained resources do not have: of these all, or none.
    pub fn without_identity(&self, of: ResourceType, by: &SearchParameter, mut found: Ids, all: bool) -> Ids {
        if matches!(by.code, "_id" | "_lastUpdated") {
            found.retain(|id| !id.starts_with('#'));
            let contained = self.world.reachable(of).map(|stored| stored.id).filter(|id| id.starts_with('#'));
            found.extend(contained.filter(|_| all));
        }
        found
    }

    /// What refers to a resource, to its parts and theirs (`:below`), or to what it is part of.
    fn along(&mut self, of: ResourceType, question: &Question) -> Ids {
        let is_below = question.modifier == Some("below");
        let mut all = Ids::new();
        for value in &question.values {
            let (name, id) = value.split_once('/').unwrap();
            let target = ResourceType::from_name(name).unwrap();
            let part_of =
                search_parameters_of(target).find(|one| matches!(one.code, "partof" | "part-of")).unwrap();
            let Oracle { world, meaning, .. } = self;
            let mut links: Vec<(&'static str, String)> = Vec::new();
            for stored in world.of(target) {
                let wholes = world.references(meaning, stored.json, part_of).into_iter();
                links.extend(
                    wholes.filter(|(found, _)| *found == target).map(|(_, whole)| (stored.id, whole)),
                );
            }
            let mut reached: BTreeSet<String> = BTreeSet::from([id.to_owned()]);
            loop {
                let before = reached.len();
                for (part, whole) in &links {
                    match is_below {
                        true if reached.contains(whole) => reached.insert((*part).to_owned()),
                        false if reached.contains(*part) => reached.insert(whole.clone()),
                        _ => continue,
                    };
                }
                if reached.len() == before {
                    break;
                }
            }
            let targets: Ids = reached.into_iter().map(|id| &*Box::leak(id.into_boxed_str())).collect();
            all.extend(self.referring(of, question.parameter, target, &targets));
        }
        all
    }

    /// What refers to one of the targets.
    pub fn referring(
        &mut self,
        of: ResourceType,
        parameter: &'static SearchParameter,
        target: ResourceType,
        targets: &Ids,
    ) -> Ids {
        let Oracle { world, meaning, .. } = self;
        let refers = |json| {
            let found = world.references(meaning, json, parameter);
            found.iter().any(|(found, id)| *found == target && targets.contains(id.as_str()))
        };
        let mut refers = refers;
        world.reachable(of).filter(|stored| refers(stored.json)).map(|stored| stored.id).collect()
    }

    /// What one of the sources refers to.
    pub fn referred_to(
        &mut self,
        of: ResourceType,
        by: ResourceType,
        parameter: &'static SearchParameter,
        sources: &Ids,
    ) -> Ids {
        let Oracle { world, meaning, .. } = self;
        let mut found = BTreeSet::new();
        for source in world.of(by).iter().filter(|stored| sources.contains(stored.id)) {
            let places = world.references(meaning, source.json, parameter);
            found.extend(places.into_iter().filter(|(target, _)| *target == of).map(|(_, id)| id));
        }
        world.of(of).iter().map(|stored| stored.id).filter(|id| found.contains(*id)).collect()
    }

    /// A condition on resources of a type that looks at others, at most so many links away.
    pub fn linked(&self, dice: &mut Dice, of: ResourceType, depth: usize) -> Option<Condition> {
        let ahead: Vec<Edge> = self.edges.iter().filter(|(source, ..)| *source == of).copied().collect();
        let behind: Vec<Edge> = self.edges.iter().filter(|(.., target)| *target == of).copied().collect();
        let is_chain = dice.percent(50);
        let (source, parameter, target) = *dice.pick(if is_chain { &ahead } else { &behind })?;
        let next = if is_chain { target } else { source };
        let deeper = match depth > 1 && dice.percent(60) {
            true => self.linked(dice, next, depth - 1),
            false => None,
        };
        let inner = Box::new(deeper.or_else(|| self.simple(dice, next))?);
        Some(match is_chain {
            true => Condition::Chain { parameter, target, inner },
            false => Condition::Has { by: source, parameter, inner },
        })
    }

    /// A condition that looks at nothing else.
    pub fn simple(&self, dice: &mut Dice, of: ResourceType) -> Option<Condition> {
        if dice.percent(6)
            && let Some(special) = self.special(dice, of)
        {
            return Some(special);
        }
        let composites = self.composites.get(&of).filter(|all| !all.is_empty());
        if let Some(all) = composites.filter(|_| dice.percent(15)) {
            let (parameter, value) = dice.pick(all)?;
            return Some(Condition::Composite { parameter, values: vec![value.clone()] });
        }
        dice.pick(self.questions.get(&of)?).cloned().map(Condition::Plain)
    }

    /// Words, or a list.
    pub fn special(&self, dice: &mut Dice, of: ResourceType) -> Option<Condition> {
        if dice.percent(35) {
            return self.lists(dice, of).map(Condition::Listed);
        }
        let is_content = dice.percent(50);
        let mut values = vec![self.words(dice, of, is_content)?];
        if dice.percent(20) {
            values.extend(self.words(dice, of, is_content));
        }
        Some(Condition::Words { is_content, values })
    }

    /// Any condition.
    pub fn any(&self, dice: &mut Dice, of: ResourceType) -> Option<Condition> {
        match dice.below(10) {
            0..5 => self.simple(dice, of),
            5..7 => self.linked(dice, of, 2),
            _ => filters::random(self, dice, of, 2).map(Condition::Filter),
        }
    }
}
