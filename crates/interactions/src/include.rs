//! `_include` and `_revinclude` carried out (<http://hl7.org/fhir/R4/search.html#include>): what a page of matches brings
//! along. Each resource comes once, and circles end.

use crate::error::Refusal;
use crate::search_type::Readable;
use crate::unit::stored_json;
use fhir::{Issue, IssueCode, Json, ResourceType};
use search::include::{Referred, Target, fetching};
use search::{Include, Query, Registry, SearchRequest};
use std::collections::BTreeSet;
use storage::{Reader, Version};

/// The most resources that a page brings along.
pub const INCLUDED: usize = 2_000;

/// What a page of matches brings along, in the order in which it was found.
///
/// # Errors
///
/// 400 when it would be too much; the store's failures.
pub(crate) fn included(
    registry: &Registry,
    request: &SearchRequest,
    readable: &Readable,
    matches: &[Version],
    reader: &mut dyn Reader,
) -> Result<Vec<Version>, Refusal> {
    if request.includes.is_empty() && request.revincludes.is_empty() {
        return Ok(Vec::new());
    }
    let seen = matches.iter().map(|version| (version.resource_type, version.id.clone())).collect();
    let as_of = request.query.as_of;
    let mut including = Including { registry, readable, as_of, reader, seen, found: Vec::new() };
    let mut sources = matches.iter().map(stored_json).collect::<Result<Vec<Json>, _>>()?;
    let mut is_first = true;
    while !sources.is_empty() {
        let applies = |include: &&Include| is_first || include.iterate;
        let begun = including.found.len();
        including.forward(request.includes.iter().filter(applies), &sources)?;
        including.backward(request.revincludes.iter().filter(applies), &sources)?;
        sources = including.found[begun..].iter().map(stored_json).collect::<Result<_, _>>()?;
        is_first = false;
    }
    Ok(including.found)
}

/// What has been found so far.
struct Including<'a> {
    registry: &'a Registry,
    readable: &'a Readable,
    /// The moment that the walk sees.
    as_of: Option<i64>,
    reader: &'a mut dyn Reader,
    seen: BTreeSet<(ResourceType, String)>,
    found: Vec<Version>,
}

impl Including<'_> {
    /// Adds what the sources refer to.
    fn forward<'i>(
        &mut self,
        includes: impl Iterator<Item = &'i Include>,
        sources: &[Json],
    ) -> Result<(), Refusal> {
        let mut targets = BTreeSet::new();
        for include in includes {
            targets.extend(sources.iter().flat_map(|source| include.targets(self.registry, source)));
        }
        let (mut places, mut canonicals) = (Vec::new(), Vec::new());
        for target in targets {
            match target {
                Target::Resource(resource_type, id) => places.push((resource_type, id)),
                canonical @ Target::Canonical { .. } => canonicals.push(canonical),
            }
        }
        places.retain(|place| self.readable.allows(place.0) && !self.seen.contains(place));
        if !places.is_empty() {
            let versions = self.reader.resources(&places, self.as_of)?;
            versions.into_iter().flatten().try_for_each(|version| self.add(version))?;
        }
        fetching(self.registry, &canonicals).into_iter().try_for_each(|query| self.search(query))
    }

    /// Adds what refers to the sources.
    fn backward<'i>(
        &mut self,
        revincludes: impl Iterator<Item = &'i Include>,
        sources: &[Json],
    ) -> Result<(), Refusal> {
        let referred: Vec<Referred<'_>> = sources.iter().filter_map(Referred::of).collect();
        let mut queries = revincludes.filter_map(|include| include.referring(&referred));
        queries.try_for_each(|query| self.search(query))
    }

    fn search(&mut self, query: Query) -> Result<(), Refusal> {
        if !self.readable.allows(query.resource_type) {
            return Ok(());
        }
        let query = Query { limit: INCLUDED as u64 + 1, as_of: self.as_of, ..query };
        let matches = self.reader.search(&query)?;
        matches.resources.into_iter().try_for_each(|version| self.add(version))
    }

    fn add(&mut self, version: Version) -> Result<(), Refusal> {
        // A deletion is nothing to include.
        let is_new = version.body.is_some() && self.seen.insert((version.resource_type, version.id.clone()));
        if !is_new {
            return Ok(());
        }
        if self.found.len() >= INCLUDED {
            let text = format!(
                "the page would include more than {INCLUDED} resources; ask for smaller pages with _count, or for less \
                 with _include and _revinclude"
            );
            return Err(Refusal::invalid(vec![Issue::error(IssueCode::TooCostly, text)]));
        }
        self.found.push(version);
        Ok(())
    }
}
