//! Searches that look at other resources, or into resources: made plain with the same store at the same moment.

use super::{driver, page};
use crate::error::StoreError;
use crate::sql::resources::body_of;
use crate::sql::{Session, Snapshot};
use ::search::limits::RESOLVED;
use ::search::{Criterion, Matching, Query, TooCostly, resolve};
use fhir::ResourceType;
use std::borrow::Cow;

/// The same search, of index rows and ids alone.
pub(super) fn plain<'q>(
    session: &mut dyn Session,
    query: &'q Query,
    snapshot: &Snapshot,
) -> Result<Cow<'q, Query>, StoreError> {
    if query.criteria.iter().all(is_plain) {
        return Ok(Cow::Borrowed(query));
    }
    let criteria = resolve(query, &mut Resolving { session, snapshot })?;
    Ok(Cow::Owned(Query { criteria: flat(criteria), ..query.clone() }))
}

/// Whether nothing is to be resolved, or taken apart.
fn is_plain(criterion: &Criterion) -> bool {
    match criterion {
        Criterion::RefersTo { .. }
        | Criterion::RefersWithin { .. }
        | Criterion::RefersAlong { .. }
        | Criterion::ReferredToBy { .. }
        | Criterion::Tested { .. }
        | Criterion::All(_) => false,
        Criterion::Either(criteria) => criteria.iter().all(is_plain),
        Criterion::Not(criterion) => is_plain(criterion),
        _ => true,
    }
}

/// The criteria without an `All` around any of them: each may drive.
fn flat(criteria: Vec<Criterion>) -> Vec<Criterion> {
    let parts = criteria.into_iter().flat_map(|criterion| match criterion {
        Criterion::All(criteria) => flat(criteria),
        other => vec![other],
    });
    parts.collect()
}

/// A store at a moment.
struct Resolving<'s> {
    session: &'s mut dyn Session,
    snapshot: &'s Snapshot,
}

impl Matching for Resolving<'_> {
    type Error = StoreError;

    fn each_match(
        &mut self,
        resource_type: ResourceType,
        criteria: &[Criterion],
        with_bodies: bool,
        each: &mut dyn FnMut(&str, &[u8]) -> Result<(), TooCostly>,
    ) -> Result<(), StoreError> {
        let query = Query { criteria: flat(criteria.to_vec()), ..Query::all(resource_type) };
        let driver = driver::choose(self.session, &query)?;
        // One more than there may be, to be refused.
        let most = RESOLVED as u64 + 1;
        let dialect = self.session.dialect();
        let sql = page::each_match(dialect, &query, &driver, self.snapshot, with_bodies, most);
        sql.query(self.session, &mut |row| {
            let body = if with_bodies { body_of(row, 1, resource_type)? } else { Vec::new() };
            Ok(each(&row.text(0)?, &body)?)
        })
    }
}
