//! A store in memory, for searches that look at other resources.

use super::{Stored, meets, ms, rows_of, search, type_of};
use crate::include::{Include, fetching};
use crate::{Criterion, EachMatch, Matching, Query, Registry, TooCostly, resolve};
use fhir::{Json, ResourceType};

pub(super) struct Memory(Vec<Json>);

impl Memory {
    pub(super) fn new(bodies: &[&str]) -> Self {
        Memory(bodies.iter().map(|body| super::parse(body)).collect())
    }

    /// `Type/id` of what a search finds.
    pub(super) fn find(&mut self, name: &str, url: &str) -> Vec<String> {
        let request = search(name, url).unwrap_or_else(|issues| panic!("{name}?{url}: {issues:?}"));
        self.matches(&request.query)
    }

    pub(super) fn matches(&mut self, query: &Query) -> Vec<String> {
        let criteria = resolve(query, self).unwrap();
        let mut found = Vec::new();
        self.each_match(query.resource_type, &criteria, false, &mut |id, _| {
            found.push(format!("{}/{id}", query.resource_type));
            Ok(())
        })
        .unwrap();
        found.sort();
        found
    }

    /// What is included with the resources of these names.
    pub(super) fn included(
        &mut self,
        registry: &Registry,
        includes: &[Include],
        matches: &[String],
    ) -> Vec<String> {
        let name = |json: &Json| format!("{}/{}", type_of(json), json.str("id").unwrap_or_default());
        let resources = self.0.iter().filter(|json| matches.contains(&name(json)));
        let targets: Vec<_> = resources
            .flat_map(|resource| includes.iter().flat_map(|include| include.targets(registry, resource)))
            .collect();
        fetching(registry, &targets).iter().flat_map(|query| self.matches(query)).collect()
    }

    /// Checks a table of searches and what they find.
    pub(super) fn check(&mut self, table: &[(&str, &[&str])]) {
        for (url, expected) in table {
            let (name, parameters) = url.split_once('?').unwrap();
            assert_eq!(self.find(name, parameters), *expected, "{url}");
        }
    }
}

impl Matching for Memory {
    type Error = TooCostly;

    fn each_match(
        &mut self,
        resource_type: ResourceType,
        criteria: &[Criterion],
        _with_bodies: bool,
        each: EachMatch<'_>,
    ) -> Result<(), TooCostly> {
        for resource in self.0.iter().filter(|resource| type_of(resource) == resource_type) {
            let stored = Stored {
                id: resource.str("id").unwrap_or_default(),
                last_updated: resource.at(&["meta", "lastUpdated"]).and_then(Json::as_str).map_or(0, ms),
                rows: rows_of(resource),
                body: resource.to_string().into_bytes(),
            };
            if criteria.iter().all(|criterion| meets(criterion, &stored)) {
                each(stored.id, &stored.body)?;
            }
        }
        Ok(())
    }
}
