//! Versions by type and id.

use super::stored::{Columns, Stored};
use super::{Row, Session, Value, body, one_int};
use crate::error::StoreError;
use crate::limits;
use crate::model::{History, Stamp, Version};
use fhir::{Head, ResourceType};
use std::collections::HashMap;

/// The current version of a resource: one descent of `version_place`, one row.
pub(crate) const CURRENT: &str = "SELECT vid, version, last_updated, method, body FROM version \
                                  WHERE type = $1 AND id = $2 ORDER BY version DESC LIMIT 1";

const STAMP: &str = "SELECT version, last_updated FROM version \
                     WHERE type = $1 AND id = $2 ORDER BY version DESC LIMIT 1";

const VERSION: &str = "SELECT vid, version, last_updated, method, body FROM version \
                       WHERE type = $1 AND id = $2 AND version = $3";

const HISTORY: &str = "SELECT vid, version, last_updated, method, body FROM version \
                       WHERE type = $1 AND id = $2 ORDER BY version DESC LIMIT $3 OFFSET $4";

const LAST_VERSION: &str = "SELECT max(version) FROM version WHERE type = $1 AND id = $2";

// Superseded rows are few and counted apart, so that the many need no look each.
const COUNT: &str = "SELECT (SELECT count(*) FROM live WHERE type = $1) \
                     - (SELECT count(*) FROM superseded WHERE type = $1)";

const EACH_CURRENT: &str = "SELECT v.vid, v.version, v.last_updated, v.method, v.body, v.id \
     FROM (SELECT l.last_updated AS last_updated, l.vid AS vid FROM live l \
           WHERE l.type = $1 AND (l.last_updated, l.vid) > ($2, $3) \
             AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.vid = l.vid) \
           ORDER BY l.last_updated, l.vid LIMIT $4) AS page \
     CROSS JOIN version v WHERE v.vid = page.vid ORDER BY page.last_updated, page.vid";

/// An offset or limit as SQL has it.
pub(crate) fn bounded(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// How `type` stores a resource type.
pub(crate) fn type_value(resource_type: ResourceType) -> Value<'static> {
    Value::Int(i64::from(resource_type.index()))
}

/// The resource type that is stored as this number.
pub(crate) fn type_of(value: i64) -> Result<ResourceType, StoreError> {
    let known = u8::try_from(value).ok().and_then(ResourceType::from_index);
    known.ok_or_else(|| StoreError::corrupt("unknown resource type"))
}

/// Reads `vid, version, last_updated, method, body`.
pub(crate) fn version_of(
    row: &dyn Row,
    resource_type: ResourceType,
    id: String,
) -> Result<(i64, Version), StoreError> {
    let columns = Columns::of(row)?;
    Ok((columns.vid, columns.version(resource_type, id)?))
}

/// Reads `body, id, version, last_updated` from a column on: the body.
pub(crate) fn body_of(
    row: &dyn Row,
    column: usize,
    resource_type: ResourceType,
) -> Result<Vec<u8>, StoreError> {
    let version = u64::try_from(row.int(column + 2)?).map_err(|_| StoreError::corrupt("negative version"))?;
    let (id, last_updated) = (row.text(column + 1)?, row.int(column + 3)?);
    body::decode(row.bytes(column)?, &Head { resource_type, id: &id, version, last_updated })
}

fn one_version(
    session: &mut dyn Session,
    sql: &str,
    parameters: &[Value<'_>],
    resource_type: ResourceType,
    id: &str,
) -> Result<Option<(i64, Version)>, StoreError> {
    let mut found = None;
    session.query(sql, parameters, &mut |row| {
        found = Some(version_of(row, resource_type, id.to_owned())?);
        Ok(())
    })?;
    Ok(found)
}

/// Whether the text cannot be an id: PostgreSQL refuses NUL even in a question.
pub(crate) fn is_no_id(id: &str) -> bool {
    id.contains('\0')
}

/// The current version, which may be a deletion, and its vid.
pub(crate) fn current(
    session: &mut dyn Session,
    resource_type: ResourceType,
    id: &str,
) -> Result<Option<(i64, Version)>, StoreError> {
    if is_no_id(id) {
        return Ok(None);
    }
    one_version(session, CURRENT, &[type_value(resource_type), Value::Text(id)], resource_type, id)
}

/// The stamp of the current version.
pub(crate) fn stamp(
    session: &mut dyn Session,
    resource_type: ResourceType,
    id: &str,
) -> Result<Option<Stamp>, StoreError> {
    if is_no_id(id) {
        return Ok(None);
    }
    let mut found = None;
    session.query(STAMP, &[type_value(resource_type), Value::Text(id)], &mut |row| {
        let version = u64::try_from(row.int(0)?).map_err(|_| StoreError::corrupt("negative version"))?;
        found = Some(Stamp { version, last_updated: row.int(1)? });
        Ok(())
    })?;
    Ok(found)
}

/// The current version as it is stored.
pub(crate) fn current_stored(
    session: &mut dyn Session,
    resource_type: ResourceType,
    id: &str,
) -> Result<Option<Stored>, StoreError> {
    if is_no_id(id) {
        return Ok(None);
    }
    let mut found = None;
    session.query(CURRENT, &[type_value(resource_type), Value::Text(id)], &mut |row| {
        found = Some(Columns::of(row)?.stored(resource_type, id));
        Ok(())
    })?;
    Ok(found)
}

/// One version.
pub(crate) fn version(
    session: &mut dyn Session,
    resource_type: ResourceType,
    id: &str,
    version: u64,
) -> Result<Option<Version>, StoreError> {
    let Ok(number) = i64::try_from(version) else { return Ok(None) };
    if is_no_id(id) {
        return Ok(None);
    }
    let parameters = [type_value(resource_type), Value::Text(id), Value::Int(number)];
    Ok(one_version(session, VERSION, &parameters, resource_type, id)?.map(|(_, version)| version))
}

/// Versions, newest first.
pub(crate) fn history(
    session: &mut dyn Session,
    resource_type: ResourceType,
    id: &str,
    limit: u64,
    offset: u64,
) -> Result<History, StoreError> {
    if is_no_id(id) {
        return Ok(History { total: 0, versions: Vec::new() });
    }
    let place = [type_value(resource_type), Value::Text(id)];
    // Versions are numbered without gaps and never removed.
    let total = one_int(session, LAST_VERSION, &place)?.unwrap_or(0);
    let mut versions = Vec::new();
    if total > 0 && limit > 0 {
        let parameters = [place[0], place[1], Value::Int(bounded(limit)), Value::Int(bounded(offset))];
        session.query(HISTORY, &parameters, &mut |row| {
            versions.push(version_of(row, resource_type, id.to_owned())?.1);
            Ok(())
        })?;
    }
    Ok(History { total: u64::try_from(total).unwrap_or(0), versions })
}

/// The versions with these numbers, in their order.
pub(crate) fn by_vids(session: &mut dyn Session, vids: &[i64]) -> Result<Vec<Version>, StoreError> {
    if vids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT v.vid, v.version, v.last_updated, v.method, v.body, v.id, v.type FROM version v WHERE {}",
        session.dialect().one_of("v.vid", 1)
    );
    let mut versions = HashMap::with_capacity(vids.len());
    session.query(&sql, &[Value::Ints(vids)], &mut |row| {
        let (vid, version) = version_of(row, type_of(row.int(6)?)?, row.text(5)?)?;
        versions.insert(vid, version);
        Ok(())
    })?;
    Ok(vids.iter().filter_map(|vid| versions.remove(vid)).collect())
}

/// How many resources of the type there are.
pub(crate) fn count(session: &mut dyn Session, resource_type: ResourceType) -> Result<u64, StoreError> {
    let count = one_int(session, COUNT, &[type_value(resource_type)])?.unwrap_or(0);
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Shows every current resource, reading some at a time.
pub(crate) fn each_current(
    session: &mut dyn Session,
    resource_type: Option<ResourceType>,
    each: &mut dyn FnMut(Version) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let types = match resource_type {
        Some(resource_type) => vec![resource_type],
        None => (0..=u8::MAX).map_while(ResourceType::from_index).collect(),
    };
    for resource_type in types {
        let mut after = (i64::MIN, i64::MIN);
        loop {
            let parameters = [
                type_value(resource_type),
                Value::Int(after.0),
                Value::Int(after.1),
                Value::Int(bounded(limits::EACH_CURRENT_PAGE)),
            ];
            let mut page = Vec::new();
            session.query(EACH_CURRENT, &parameters, &mut |row| {
                page.push(version_of(row, resource_type, row.text(5)?)?);
                Ok(())
            })?;
            let Some((vid, last)) = page.last() else { break };
            after = (last.last_updated, *vid);
            for (_, version) in page {
                each(version)?;
            }
        }
    }
    Ok(())
}
