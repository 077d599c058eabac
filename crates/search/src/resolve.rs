//! From a search that looks at other resources (chains, `_has`) or into resources (what no index row decides) to one
//! of index rows and ids alone, which the store can carry out.

use crate::contained::refers_within;
use crate::index::ParameterId;
use crate::key::Key;
use crate::limits;
use crate::merge::any;
use crate::query::{Criterion, Query, Step};
use crate::{condition, reference};
use fhir::ResourceType;
use fhir::definitions::search_parameter;
use std::collections::BTreeSet;

/// What is done with each resource that matches: its id and its stored bytes are shown.
pub type EachMatch<'e> = &'e mut (dyn FnMut(&str, &[u8]) -> Result<(), TooCostly> + 'e);

/// What resolving asks of a store: the moment is the same for all questions.
pub trait Matching {
    /// Why the store cannot answer.
    type Error: From<TooCostly>;

    /// Shows the id and, if `with_bodies`, the stored bytes of every current resource of a type of which all
    /// criteria hold; they need no resolving. An error of `each` ends the round and is returned.
    ///
    /// # Errors
    ///
    /// The store's.
    fn each_match(
        &mut self,
        resource_type: ResourceType,
        criteria: &[Criterion],
        with_bodies: bool,
        each: EachMatch<'_>,
    ) -> Result<(), Self::Error>;
}

/// A search would have to look at more resources than [`limits::RESOLVED`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooCostly;

/// The same search without chains, `_has` and tests.
///
/// # Errors
///
/// The store's; [`TooCostly`].
pub fn resolve<M: Matching>(query: &Query, store: &mut M) -> Result<Vec<Criterion>, M::Error> {
    Resolver { store, looked_at: 0 }.all(query.resource_type, &query.criteria, &[])
}

/// A search being resolved.
struct Resolver<'s, M> {
    store: &'s mut M,
    /// How many resources have been looked at for all its parts.
    looked_at: usize,
}

impl<M: Matching> Resolver<'_, M> {
    /// The criteria, all of which hold. What the index decides narrows what must be read, as does `narrow`, which holds,
    /// too.
    fn all(
        &mut self,
        resource_type: ResourceType,
        criteria: &[Criterion],
        narrow: &[Criterion],
    ) -> Result<Vec<Criterion>, M::Error> {
        let (late, early): (Vec<&Criterion>, Vec<&Criterion>) =
            criteria.iter().partition(|one| looks_into(one));
        let mut resolved = Vec::with_capacity(criteria.len());
        for criterion in early {
            resolved.push(self.one(resource_type, criterion, narrow)?);
        }
        for criterion in late {
            let narrow: Vec<Criterion> = narrow.iter().chain(&resolved).cloned().collect();
            resolved.push(self.one(resource_type, criterion, &narrow)?);
        }
        Ok(resolved)
    }

    fn one(
        &mut self,
        resource_type: ResourceType,
        criterion: &Criterion,
        narrow: &[Criterion],
    ) -> Result<Criterion, M::Error> {
        Ok(match criterion {
            Criterion::Tested { candidates, test } => {
                let mut candidates = self.all(resource_type, candidates, narrow)?;
                candidates.extend_from_slice(narrow);
                let mut ids = Vec::new();
                self.each_match(resource_type, &candidates, true, &mut |id, body| {
                    if (test.0)(body) {
                        ids.push(id.to_owned());
                    }
                })?;
                Criterion::Ids(ids)
            }
            Criterion::RefersTo { parameter, target, criteria } => {
                let criteria = self.all(*target, criteria, &[])?;
                let mut hashes = Vec::new();
                // What has a canonical URL may be referred to by it.
                let has_url = target.definition().element("url").is_some();
                self.each_match(*target, &criteria, has_url, &mut |id, body| {
                    hashes.push(Key::Resource(target.name(), id).hash());
                    if has_url {
                        hashes.extend(canonical_keys(body));
                    }
                })?;
                Criterion::Keys { parameter: *parameter, hashes }
            }
            Criterion::RefersWithin { parameter, target, criteria, contained } => {
                let mut may = vec![Criterion::Keys {
                    parameter: *parameter,
                    hashes: vec![Key::Contained(target.name()).hash()],
                }];
                may.extend_from_slice(narrow);
                let (mut ids, mut is_there) = (Vec::new(), false);
                self.each_match(resource_type, &may, false, &mut |_, _| is_there = true)?;
                if !is_there {
                    return Ok(Criterion::Ids(ids));
                }
                let criteria = self.within(*target, criteria)?;
                self.each_match(resource_type, &may, true, &mut |id, body| {
                    if refers_within(body, contained, &criteria) {
                        ids.push(id.to_owned());
                    }
                })?;
                Criterion::Ids(ids)
            }
            Criterion::RefersAlong { parameters, target, id, step } => {
                let ids = self.along(*target, id, step)?;
                let hashes: Vec<u64> = ids.iter().map(|id| Key::Resource(target.name(), id).hash()).collect();
                let of = |parameter: &ParameterId| Criterion::Keys {
                    parameter: *parameter,
                    hashes: hashes.clone(),
                };
                any(parameters.iter().map(of).collect())
            }
            Criterion::ReferredToBy { by, criteria, references } => {
                let criteria = self.all(*by, criteria, &[])?;
                let mut ids = Vec::new();
                self.each_match(*by, &criteria, true, &mut |_, body| ids.extend((references.0)(body)))?;
                ids.sort_unstable();
                ids.dedup();
                let (urls, ids): (Vec<String>, Vec<String>) =
                    ids.into_iter().partition(|id| id.contains(':'));
                let mut each: Vec<Criterion> =
                    urls.iter().filter_map(|url| has_url(resource_type, url)).collect();
                each.push(Criterion::Ids(ids));
                any(each)
            }
            Criterion::All(criteria) => Criterion::All(self.all(resource_type, criteria, narrow)?),
            Criterion::Either(criteria) => {
                let each = criteria.iter().map(|criterion| self.one(resource_type, criterion, narrow));
                either(each.collect::<Result<_, _>>()?)
            }
            Criterion::Not(criterion) => {
                Criterion::Not(Box::new(self.one(resource_type, criterion, narrow)?))
            }
            plain => plain.clone(),
        })
    }

    /// The criteria as contained resources are held to them: what looks at other resources is resolved, what looks into
    /// the resource is not.
    fn within(&mut self, target: ResourceType, criteria: &[Criterion]) -> Result<Vec<Criterion>, M::Error> {
        let each = criteria.iter().map(|criterion| {
            Ok(match criterion {
                Criterion::Tested { candidates, test } => {
                    Criterion::Tested { candidates: self.within(target, candidates)?, test: test.clone() }
                }
                Criterion::RefersWithin { parameter, target, criteria, contained } => {
                    Criterion::RefersWithin {
                        parameter: *parameter,
                        target: *target,
                        criteria: self.within(*target, criteria)?,
                        contained: contained.clone(),
                    }
                }
                Criterion::All(criteria) => Criterion::All(self.within(target, criteria)?),
                Criterion::Either(criteria) => Criterion::Either(self.within(target, criteria)?),
                Criterion::Not(criterion) => Criterion::Not(Box::new(Criterion::All(
                    self.within(target, std::slice::from_ref(criterion))?,
                ))),
                other => self.one(target, other, &[])?,
            })
        });
        each.collect()
    }

    /// The id and those that steps lead to from it. Circles end.
    fn along(&mut self, target: ResourceType, id: &str, step: &Step) -> Result<BTreeSet<String>, M::Error> {
        let mut reached = BTreeSet::from([id.to_owned()]);
        let mut from = vec![id.to_owned()];
        while !from.is_empty() {
            let mut next = Vec::new();
            match step {
                Step::Down(parameter) => {
                    let hashes = from.iter().map(|id| Key::Resource(target.name(), id).hash()).collect();
                    let refers = Criterion::Keys { parameter: *parameter, hashes };
                    self.each_match(target, &[refers], false, &mut |id, _| next.push(id.to_owned()))?;
                }
                Step::Up(references) => {
                    let these = Criterion::Ids(std::mem::take(&mut from));
                    self.each_match(target, &[these], true, &mut |_, body| {
                        next.extend((references.0)(body))
                    })?;
                }
            }
            next.retain(|id| reached.insert(id.clone()));
            from = next;
        }
        Ok(reached)
    }

    /// Looks at resources: no more for all parts of a search together than a search may.
    fn each_match(
        &mut self,
        resource_type: ResourceType,
        criteria: &[Criterion],
        with_bodies: bool,
        each: &mut dyn FnMut(&str, &[u8]),
    ) -> Result<(), M::Error> {
        let looked_at = &mut self.looked_at;
        self.store.each_match(resource_type, criteria, with_bodies, &mut |id, body| {
            *looked_at += 1;
            if *looked_at > limits::RESOLVED {
                return Err(TooCostly);
            }
            each(id, body);
            Ok(())
        })
    }
}

/// Whether resources must be read to tell whether a criterion holds of them.
fn looks_into(criterion: &Criterion) -> bool {
    match criterion {
        Criterion::Tested { .. } | Criterion::RefersWithin { .. } => true,
        Criterion::All(criteria) | Criterion::Either(criteria) => criteria.iter().any(looks_into),
        Criterion::Not(criterion) => looks_into(criterion),
        _ => false,
    }
}

/// Any of the criteria, without those that nothing was found for: what is left alone can lead a search.
fn either(mut criteria: Vec<Criterion>) -> Criterion {
    let is_nothing = |criterion: &Criterion| match criterion {
        Criterion::Ids(ids) => ids.is_empty(),
        Criterion::Keys { hashes, .. } => hashes.is_empty(),
        _ => false,
    };
    if criteria.iter().all(is_nothing) {
        criteria.truncate(1);
    } else {
        criteria.retain(|criterion| !is_nothing(criterion));
    }
    any(criteria)
}

/// The keys of canonicals that mean a stored resource.
fn canonical_keys(body: &[u8]) -> Vec<u64> {
    let Some(resource) = condition::read(body) else { return Vec::new() };
    resource.str("url").map_or_else(Vec::new, |url| reference::canonical_keys(url, resource.str("version")))
}

/// The condition that a resource has a canonical URL, which may name a version.
fn has_url(resource_type: ResourceType, canonical: &str) -> Option<Criterion> {
    let keys = |code: &str, key: Key<'_>| {
        let parameter = ParameterId::new(search_parameter(resource_type, code)?.id, resource_type);
        Some(Criterion::Keys { parameter, hashes: vec![key.hash()] })
    };
    let Some((url, version)) = canonical.split_once('|') else { return keys("url", Key::Uri(canonical)) };
    let version = keys("version", Key::CaselessCode(&version.to_lowercase()))?;
    Some(Criterion::All(vec![keys("url", Key::Uri(url))?, version]))
}
