//! From a search that looks at other resources (chains, `_has`) or into resources (what no index row decides) to one
//! of index rows and ids alone, which the store can carry out.

use crate::key::Key;
use crate::limits;
use crate::query::{Criterion, Query};
use fhir::ResourceType;

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
        each: &mut dyn FnMut(&str, &[u8]) -> Result<(), TooCostly>,
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
    all(query.resource_type, &query.criteria, store)
}

/// The criteria, all of which hold. What the index decides narrows what must be read.
fn all<M: Matching>(
    resource_type: ResourceType,
    criteria: &[Criterion],
    store: &mut M,
) -> Result<Vec<Criterion>, M::Error> {
    let (tested, plain): (Vec<&Criterion>, Vec<&Criterion>) =
        criteria.iter().partition(|criterion| matches!(criterion, Criterion::Tested { .. }));
    let mut resolved = Vec::with_capacity(criteria.len());
    for criterion in plain {
        resolved.push(one(resource_type, criterion, store)?);
    }
    for criterion in tested {
        let Criterion::Tested { candidates, test } = criterion else { continue };
        let mut narrow = all(resource_type, candidates, store)?;
        narrow.extend(resolved.iter().cloned());
        let mut ids = Vec::new();
        let mut read = 0;
        store.each_match(resource_type, &narrow, true, &mut |id, body| {
            count(&mut read)?;
            if (test.0)(body) {
                ids.push(id.to_owned());
            }
            Ok(())
        })?;
        resolved.push(Criterion::Ids(ids));
    }
    Ok(resolved)
}

fn one<M: Matching>(
    resource_type: ResourceType,
    criterion: &Criterion,
    store: &mut M,
) -> Result<Criterion, M::Error> {
    Ok(match criterion {
        Criterion::RefersTo { parameter, target, criteria } => {
            let criteria = all(*target, criteria, store)?;
            let (mut hashes, mut read) = (Vec::new(), 0);
            store.each_match(*target, &criteria, false, &mut |id, _| {
                count(&mut read)?;
                hashes.push(Key::Resource(target.name(), id).hash());
                Ok(())
            })?;
            Criterion::Keys { parameter: *parameter, hashes }
        }
        Criterion::ReferredToBy { by, criteria, references } => {
            let criteria = all(*by, criteria, store)?;
            let (mut ids, mut read) = (Vec::new(), 0);
            store.each_match(*by, &criteria, true, &mut |_, body| {
                count(&mut read)?;
                ids.extend((references.0)(body));
                Ok(())
            })?;
            ids.sort_unstable();
            ids.dedup();
            Criterion::Ids(ids)
        }
        Criterion::Tested { .. } => {
            Criterion::All(all(resource_type, std::slice::from_ref(criterion), store)?)
        }
        Criterion::All(criteria) => Criterion::All(all(resource_type, criteria, store)?),
        Criterion::Either(criteria) => {
            let each = criteria.iter().map(|criterion| one(resource_type, criterion, store));
            Criterion::Either(each.collect::<Result<_, _>>()?)
        }
        Criterion::Not(criterion) => Criterion::Not(Box::new(one(resource_type, criterion, store)?)),
        plain => plain.clone(),
    })
}

fn count(read: &mut usize) -> Result<(), TooCostly> {
    *read += 1;
    if *read > limits::RESOLVED { Err(TooCostly) } else { Ok(()) }
}
