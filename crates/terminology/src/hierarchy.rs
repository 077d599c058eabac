//! Which concepts of a code system are more general than others
//! (<http://hl7.org/fhir/R4/codesystem.html#hierarchy>).
//!
//! Concepts that stand below another, and the properties `parent` and `child`, say so. Nesting that is declared to mean
//! something else (`part-of`, `grouped-by`) does not.

use crate::code_system::{CodeSystem, Concept, Role};
use crate::problem::Problem;

/// The links between a code system's concepts, by their places.
#[derive(Debug, Default)]
pub(crate) struct Hierarchy {
    parents: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
    /// What the nesting means, where it says nothing of generality and no property does either.
    pub(crate) other_meaning: Option<Box<str>>,
}

impl Hierarchy {
    pub(crate) fn of(
        code_system: &CodeSystem,
        nesting: &[Option<usize>],
        meaning: Option<&str>,
    ) -> Hierarchy {
        let count = code_system.concepts().len();
        let mut links = Hierarchy {
            parents: vec![Vec::new(); count],
            children: vec![Vec::new(); count],
            other_meaning: None,
        };
        let is_subsumption = !matches!(meaning, Some("part-of" | "grouped-by"));
        if is_subsumption {
            let nested = nesting.iter().enumerate();
            nested.for_each(|(child, parent)| parent.iter().for_each(|parent| links.add(*parent, child)));
        }
        let mut has_property = false;
        for (place, concept) in code_system.concepts().iter().enumerate() {
            for property in &concept.properties {
                let role = code_system.roles.role(&property.code);
                has_property |= matches!(role, Some(Role::Parent | Role::Child));
                match (role, property.text().and_then(|code| code_system.place(code))) {
                    (Some(Role::Parent), Some(other)) => links.add(other, place),
                    (Some(Role::Child), Some(other)) => links.add(place, other),
                    _ => {}
                }
            }
        }
        links.tidy();
        let is_nested = nesting.iter().any(Option::is_some);
        links.other_meaning =
            meaning.filter(|_| !is_subsumption && !has_property && is_nested).map(Box::from);
        links
    }

    fn add(&mut self, parent: usize, child: usize) {
        if let (Some(children), Some(parents)) = (self.children.get_mut(parent), self.parents.get_mut(child))
        {
            children.push(child);
            parents.push(parent);
        }
    }

    /// Forgets links that are said twice.
    fn tidy(&mut self) {
        for links in self.parents.iter_mut().chain(&mut self.children) {
            links.sort_unstable();
            links.dedup();
        }
    }

    /// The concepts right above one.
    pub(crate) fn parents(&self, place: usize) -> &[usize] {
        self.parents.get(place).map(Vec::as_slice).unwrap_or_default()
    }

    /// The concepts right below one.
    pub(crate) fn children(&self, place: usize) -> &[usize] {
        self.children.get(place).map(Vec::as_slice).unwrap_or_default()
    }

    /// All concepts above one, in the order of their definition.
    pub(crate) fn ancestors(&self, place: usize) -> Vec<usize> {
        reachable(place, |from| self.parents(from))
    }

    /// Whether the first concept is above the second.
    pub(crate) fn is_above(&self, one: usize, other: usize) -> bool {
        self.ancestors(other).binary_search(&one).is_ok()
    }

    /// All concepts below one, in the order of their definition.
    pub(crate) fn descendants(&self, place: usize) -> Vec<usize> {
        reachable(place, |from| self.children(from))
    }
}

/// What the links lead to, the start itself excepted: links may go round in circles.
fn reachable<'h>(start: usize, links: impl Fn(usize) -> &'h [usize]) -> Vec<usize> {
    let mut found = std::collections::BTreeSet::new();
    let mut open = vec![start];
    while let Some(from) = open.pop() {
        open.extend(links(from).iter().copied().filter(|to| found.insert(*to)));
    }
    found.remove(&start);
    found.into_iter().collect()
}

impl CodeSystem {
    /// The place of a code whose relations are asked for.
    ///
    /// # Errors
    ///
    /// The code system does not have the code, or says nothing of what is more general.
    pub(crate) fn subsumption_place(&self, code: &str) -> Result<usize, Problem> {
        if let Some(meaning) = &self.hierarchy.other_meaning {
            return Err(Problem::NoSubsumption {
                system: self.url.to_string(),
                meaning: meaning.to_string(),
            });
        }
        match self.place(code) {
            Some(place) => Ok(place),
            None if self.is_complete() => Err(Problem::unknown_code(self, code)),
            None => Err(Problem::not_loaded(self)),
        }
    }

    /// Whether a code is another or more general than it.
    ///
    /// # Errors
    ///
    /// The code system does not have the codes, or says nothing of what is more general.
    pub fn subsumes(&self, general: &str, special: &str) -> Result<bool, Problem> {
        let (general, special) = (self.subsumption_place(general)?, self.subsumption_place(special)?);
        Ok(general == special || self.hierarchy.is_above(general, special))
    }

    /// The concepts above a code, in the order of their definition; the code itself is not among them.
    ///
    /// # Errors
    ///
    /// The code system does not have the code, or says nothing of what is more general.
    pub fn ancestors(&self, code: &str) -> Result<Vec<&Concept>, Problem> {
        let place = self.subsumption_place(code)?;
        Ok(self
            .hierarchy
            .ancestors(place)
            .into_iter()
            .filter_map(|place| self.concepts().get(place))
            .collect())
    }

    /// The concepts below a code, in the order of their definition; the code itself is not among them.
    ///
    /// # Errors
    ///
    /// The code system does not have the code, or says nothing of what is more general.
    pub fn descendants(&self, code: &str) -> Result<Vec<&Concept>, Problem> {
        let place = self.subsumption_place(code)?;
        Ok(self
            .hierarchy
            .descendants(place)
            .into_iter()
            .filter_map(|place| self.concepts().get(place))
            .collect())
    }
}
