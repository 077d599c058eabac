//! `_include` and `_revinclude` carried out (<http://hl7.org/fhir/R4/search.html#include>): what a page of matches brings
//! along. Each resource comes once, and circles end. A reference that names a version brings that version; where it is
//! not there, the current one, and the page says so.

use crate::error::Refusal;
use crate::search_type::Readable;
use crate::unit::stored_json;
use fhir::{Issue, IssueCode, Json, ResourceType, Severity};
use search::include::{Referred, Target, fetching};
use search::{Include, Query, Registry, SearchRequest};
use std::collections::BTreeSet;
use storage::{Reader, Version};

/// The most resources that a page brings along.
pub const INCLUDED: usize = 2_000;

/// What a page brings along.
#[derive(Default)]
pub(crate) struct Included {
    /// In the order in which it was found.
    pub resources: Vec<Version>,
    /// What is not as the references say.
    pub warnings: Vec<Issue>,
}

/// What a page of matches brings along.
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
) -> Result<Included, Refusal> {
    if request.includes.is_empty() && request.revincludes.is_empty() {
        return Ok(Included::default());
    }
    let seen = matches.iter().map(|version| (version.resource_type, version.id.clone())).collect();
    let versions = matches.iter().map(place).collect();
    let (as_of, found, warnings) = (request.query.as_of, Vec::new(), Vec::new());
    let mut including = Including { registry, readable, as_of, reader, seen, versions, found, warnings };
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
    Ok(Included { resources: including.found, warnings: including.warnings })
}

/// A version by its type, id and number.
type Place = (ResourceType, String, u64);

fn place(version: &Version) -> Place {
    (version.resource_type, version.id.clone(), version.version)
}

/// What has been found so far.
struct Including<'a> {
    registry: &'a Registry,
    readable: &'a Readable,
    /// The moment that the walk sees.
    as_of: Option<i64>,
    reader: &'a mut dyn Reader,
    /// Of which the current version is on the page.
    seen: BTreeSet<(ResourceType, String)>,
    /// The versions that are on the page.
    versions: BTreeSet<Place>,
    found: Vec<Version>,
    warnings: Vec<Issue>,
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
        let (mut places, mut versions, mut canonicals) = (Vec::new(), Vec::new(), Vec::new());
        for target in targets {
            match target {
                Target::Resource(resource_type, id, None) => places.push((resource_type, id)),
                Target::Resource(resource_type, id, Some(version)) => {
                    versions.push((resource_type, id, version))
                }
                canonical @ Target::Canonical { .. } => canonicals.push(canonical),
            }
        }
        versions.retain(|place| self.readable.allows(place.0) && !self.versions.contains(place));
        for place in versions {
            places.extend(self.version(place)?);
        }
        places.retain(|place| self.readable.allows(place.0) && !self.seen.contains(place));
        if !places.is_empty() {
            let versions = self.reader.resources(&places, self.as_of)?;
            for version in versions.into_iter().flatten() {
                self.seen.insert((version.resource_type, version.id.clone()));
                self.add(version)?;
            }
        }
        fetching(self.registry, &canonicals).into_iter().try_for_each(|query| self.search(query))
    }

    /// Adds the version that a reference names; gives back whose current version must do instead.
    fn version(&mut self, place: Place) -> Result<Option<(ResourceType, String)>, Refusal> {
        let (resource_type, id, number) = place;
        let found = self.reader.version(resource_type, &id, number)?;
        if let Some(version) = found.filter(|version| version.body.is_some()) {
            self.add(version)?;
            return Ok(None);
        }
        let named = if number == 0 { String::from("the version") } else { format!("version {number}") };
        let text = format!(
            "{named} of {resource_type}/{id} that a reference names is not there; the current one is included, if any"
        );
        let warning = Issue { severity: Severity::Warning, ..Issue::error(IssueCode::NotFound, text) };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
        Ok(Some((resource_type, id)))
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
        for version in matches.resources {
            self.seen.insert((version.resource_type, version.id.clone()));
            self.add(version)?;
        }
        Ok(())
    }

    fn add(&mut self, version: Version) -> Result<(), Refusal> {
        // A deletion is nothing to include.
        let is_new = version.body.is_some() && self.versions.insert(place(&version));
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
