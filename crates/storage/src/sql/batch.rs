//! Many resources at once.

use super::resources::{is_no_id, type_of, version_of};
use super::search::{Moment, not_excluded};
use super::statement::Parameter;
use super::unit::Known;
use super::{Row, Session, Snapshot, Statement};
use crate::error::StoreError;
use crate::model::{Method, Version};
use fhir::ResourceType;
use std::collections::{BTreeMap, HashMap};

/// The versions at these places that are, or were, current, and their vids.
pub(super) fn resources(
    session: &mut dyn Session,
    places: &[(ResourceType, String)],
    as_of: Option<i64>,
) -> Result<Vec<Option<(i64, Version)>>, StoreError> {
    let snapshot = match as_of {
        Some(_) => Moment::of(session, as_of)?.snapshot,
        None => Snapshot::default(),
    };
    let columns = "v.vid, v.version, v.last_updated, v.method, v.body, v.id, v.type";
    read(session, places, &snapshot, columns, |row| {
        let of = type_of(row.int(6)?)?;
        let found = version_of(row, of, row.text(5)?)?;
        Ok(((of, found.1.id.clone()), found))
    })
}

/// What is known of the current versions at these places.
pub(super) fn known(
    session: &mut dyn Session,
    places: &[(ResourceType, String)],
) -> Result<Vec<Option<Known>>, StoreError> {
    let columns = "v.vid, v.version, v.method, v.id, v.type";
    read(session, places, &Snapshot::default(), columns, |row| {
        let version = u64::try_from(row.int(1)?).map_err(|_| StoreError::corrupt("negative version"))?;
        let deleted = row.int(2)? == Method::Delete.code();
        Ok(((type_of(row.int(4)?)?, row.text(3)?), Known { vid: row.int(0)?, version, deleted }))
    })
}

/// What a row says, and of which place.
type Found<T> = ((ResourceType, String), T);

/// Reads some columns of the versions at these places.
fn read<T: Clone>(
    session: &mut dyn Session,
    places: &[(ResourceType, String)],
    snapshot: &Snapshot,
    columns: &str,
    found: impl Fn(&dyn Row) -> Result<Found<T>, StoreError>,
) -> Result<Vec<Option<T>>, StoreError> {
    let mut by_type: BTreeMap<ResourceType, Vec<String>> = BTreeMap::new();
    for (of, id) in places.iter().filter(|(_, id)| !is_no_id(id)) {
        by_type.entry(*of).or_default().push(id.clone());
    }
    if by_type.is_empty() {
        return Ok(vec![None; places.len()]);
    }
    let mut sql = Statement::new(session.dialect());
    for (at, (of, mut ids)) in by_type.into_iter().enumerate() {
        ids.sort_unstable();
        ids.dedup();
        sql.sql(if at == 0 { "SELECT " } else { " UNION ALL SELECT " }).sql(columns).sql(" FROM ");
        let n = sql.parameter(Parameter::Texts(ids));
        let ids = sql.dialect.texts("i", n);
        sql.sql(&ids);
        sql.sql(" CROSS JOIN version v WHERE v.vid = (SELECT n.vid FROM version n WHERE n.type = ");
        sql.int(i64::from(of.index())).sql(" AND n.id = i.value");
        if let Some(ceiling) = snapshot.ceiling {
            sql.sql(" AND n.vid <= ").int(ceiling);
            not_excluded(&mut sql, "n.vid", snapshot);
        }
        sql.sql(" ORDER BY n.version DESC LIMIT 1)");
    }
    let mut at_places = HashMap::new();
    sql.query(session, &mut |row| {
        let (place, value) = found(row)?;
        at_places.insert(place, value);
        Ok(())
    })?;
    Ok(places.iter().map(|place| at_places.get(place).cloned()).collect())
}
