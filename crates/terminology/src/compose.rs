//! Computing the codes of a value set (<http://hl7.org/fhir/R4/valueset.html#compositions>).
//!
//! Each include yields the codes that its system, filters and value sets have in common; the value set is what the
//! includes yield together, without what the excludes yield.

use crate::canonical::Canonical;
use crate::code_system::{CodeSystem, Concept};
use crate::expansion::{Expansion, Member, System};
use crate::filter::Test;
use crate::grammar::Grammar;
use crate::limits::{COMPOSED_CODES, NESTED_VALUE_SETS};
use crate::problem::Problem;
use crate::terminology::Terminology;
use crate::value_set::{Compose, Include, ListedConcept, Published, ValueSet};
use std::collections::HashMap;
use std::sync::Arc;

/// Computes one value set and those inside it.
pub(crate) struct Composer<'t> {
    terminology: &'t Terminology,
    /// The value sets that are being computed, each inside the one before.
    path: Vec<String>,
    /// Those inside that are done.
    done: HashMap<String, Arc<Expansion>>,
    /// How many codes may still be looked at.
    left: usize,
}

/// What an include yields.
struct Part {
    members: Vec<Member>,
    is_closed: bool,
}

impl<'t> Composer<'t> {
    pub(crate) fn new(terminology: &'t Terminology) -> Self {
        Self { terminology, path: Vec::new(), done: HashMap::new(), left: COMPOSED_CODES }
    }

    /// The codes of a value set; those of a published expansion where what they are computed from is not loaded.
    ///
    /// # Errors
    ///
    /// What is missing, or why it cannot be computed.
    pub(crate) fn value_set(&mut self, value_set: &ValueSet) -> Result<Expansion, Problem> {
        let name = value_set.name();
        let is_cycle = self.path.contains(&name);
        self.path.push(name);
        if is_cycle || self.path.len() > NESTED_VALUE_SETS {
            return Err(Problem::Nesting { path: self.path.clone(), is_cycle });
        }
        let composed = match &value_set.compose {
            Some(compose) => self.compose(compose),
            None => Err(Problem::Invalid(format!(
                "value set {} has neither compose nor a whole expansion",
                fhir::outcome::quoted(&value_set.url)
            ))),
        };
        self.path.pop();
        match (composed, &value_set.expansion) {
            (Err(problem), Some(published)) if problem.is_gap() || value_set.compose.is_none() => {
                self.charge(published.contains.len())?;
                Ok(published.expansion(self.terminology))
            }
            (composed, _) => composed,
        }
    }

    fn compose(&mut self, compose: &Compose) -> Result<Expansion, Problem> {
        let mut all = Part { members: Vec::new(), is_closed: true };
        for include in &compose.include {
            let part = self.include(include)?;
            all.is_closed &= part.is_closed;
            all.members.extend(part.members);
        }
        for exclude in &compose.exclude {
            let part = self.include(exclude)?;
            self.charge(all.members.len())?;
            // What an open exclusion leaves may not all belong.
            all.is_closed &= part.is_closed;
            let excluded = Expansion::of(part.members, part.is_closed);
            all.members.retain(|member| excluded.get(&member.system.url, &member.code).is_none());
        }
        if !compose.has_inactive {
            all.members.retain(|member| !member.is_inactive);
        }
        Ok(Expansion::of(all.members, all.is_closed))
    }

    fn include(&mut self, include: &Include) -> Result<Part, Problem> {
        let mut part = match &include.system {
            Some(system) => Some(Part { members: self.of_system(include, system)?, is_closed: true }),
            None => None,
        };
        for url in &include.value_sets {
            let nested = self.nested(Canonical::parse(url))?;
            self.charge(part.as_ref().map_or(nested.members().len(), |part| part.members.len()))?;
            part = Some(match part {
                None => Part { members: nested.members().to_vec(), is_closed: nested.is_closed() },
                Some(mut part) => {
                    part.members.retain(|member| nested.get(&member.system.url, &member.code).is_some());
                    part.is_closed &= nested.is_closed();
                    part
                }
            });
        }
        part.ok_or_else(|| Problem::Invalid(String::from("an include has neither a system nor a value set")))
    }

    /// A value set inside the one that is being computed.
    fn nested(&mut self, asked: Canonical<'_>) -> Result<Arc<Expansion>, Problem> {
        let value_set = self.terminology.value_set(asked)?;
        let key = value_set.name();
        if let Some(done) = self.done.get(&key) {
            return Ok(Arc::clone(done));
        }
        let expansion = Arc::new(self.value_set(&value_set)?);
        self.done.insert(key, Arc::clone(&expansion));
        Ok(expansion)
    }

    fn of_system(&mut self, include: &Include, url: &str) -> Result<Vec<Member>, Problem> {
        let asked = Canonical { url, version: include.version.as_deref() };
        let code_system = self.terminology.code_system(asked);
        if !include.concepts.is_empty() {
            self.charge(include.concepts.len())?;
            let known = code_system.ok();
            let system = Arc::new(System::of(asked, known.as_deref()));
            let is_there = |listed: &&ListedConcept| is_code_of(listed, known.as_deref());
            let member = |listed| listed_member(listed, &system, known.as_deref());
            return Ok(include.concepts.iter().filter(is_there).map(member).collect());
        }
        let code_system = code_system.map_err(|problem| match Grammar::instead_of(&problem, asked) {
            Some(_) => Problem::Endless { system: url.to_owned() },
            None => problem,
        })?;
        if !code_system.is_complete() {
            return Err(Problem::not_loaded(&code_system));
        }
        self.charge(code_system.concepts().len().saturating_mul(1 + include.filters.len()))?;
        let tests: Vec<Test<'_>> =
            include.filters.iter().map(|filter| Test::new(&code_system, filter)).collect::<Result<_, _>>()?;
        let system = Arc::new(System::of(asked, Some(&code_system)));
        let concepts = code_system.concepts().iter().enumerate();
        let passing = concepts.filter(|(place, _)| tests.iter().all(|test| test.accepts(*place)));
        Ok(passing.map(|(_, concept)| Member::of(concept, &system)).collect())
    }

    fn charge(&mut self, count: usize) -> Result<(), Problem> {
        match self.left.checked_sub(count) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Problem::TooCostly {
                value_set: self.path.first().cloned().unwrap_or_default(),
                limit: COMPOSED_CODES,
                has_pages: false,
            }),
        }
    }
}

impl System {
    /// A code system as it was asked for, its version and case as they are known.
    pub(crate) fn of(asked: Canonical<'_>, known: Option<&CodeSystem>) -> Self {
        System {
            url: asked.url.into(),
            version: asked.version.or_else(|| known?.version.as_deref()).map(Box::from),
            is_case_sensitive: known.is_none_or(|code_system| code_system.is_case_sensitive),
        }
    }
}

impl Member {
    pub(crate) fn of(concept: &Concept, system: &Arc<System>) -> Self {
        Member {
            system: Arc::clone(system),
            code: concept.code.clone(),
            display: concept.display.clone(),
            is_abstract: concept.is_abstract,
            is_inactive: concept.is_inactive,
            designations: Vec::new(),
        }
    }
}

/// Whether a code that a value set lists is one of its code system: one whose codes are all known must have it
/// (<http://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.compose.include.concept>).
pub(crate) fn is_code_of(listed: &ListedConcept, known: Option<&CodeSystem>) -> bool {
    known.is_none_or(|code_system| !code_system.is_complete() || code_system.find(&listed.code).is_some())
}

/// A code that a value set lists, with what its code system knows of it.
pub(crate) fn listed_member(
    listed: &ListedConcept,
    system: &Arc<System>,
    known: Option<&CodeSystem>,
) -> Member {
    let concept = known.and_then(|code_system| code_system.find(&listed.code));
    Member {
        system: Arc::clone(system),
        code: listed.code.clone(),
        display: listed.display.clone().or_else(|| concept?.display.clone()),
        is_abstract: concept.is_some_and(|concept| concept.is_abstract),
        is_inactive: concept.is_some_and(|concept| concept.is_inactive),
        designations: listed.designations.clone(),
    }
}

impl Published {
    /// The codes that are published, with the rules of case of the code systems that are known.
    pub(crate) fn expansion(&self, terminology: &Terminology) -> Expansion {
        let mut systems: Vec<Arc<System>> = Vec::new();
        let mut members = Vec::new();
        for item in &self.contains {
            let is_same = |system: &&Arc<System>| system.url == item.system && system.version == item.version;
            let system = systems.iter().find(is_same).cloned().unwrap_or_else(|| {
                let asked = Canonical { url: &item.system, version: item.version.as_deref() };
                let known = terminology.code_system(asked).ok();
                let is_case_sensitive = known.is_none_or(|known| known.is_case_sensitive);
                let (url, version) = (item.system.clone(), item.version.clone());
                let system = Arc::new(System { url, version, is_case_sensitive });
                systems.push(Arc::clone(&system));
                system
            });
            members.push(Member {
                system,
                code: item.code.clone(),
                display: item.display.clone(),
                is_abstract: item.is_abstract,
                is_inactive: item.is_inactive,
                designations: item.designations.clone(),
            });
        }
        Expansion::of(members, self.is_closed)
    }
}
