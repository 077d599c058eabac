//! Index rows of superseded versions: kept for a while, so that walks over search results see one moment, then
//! removed. Versions themselves are never removed.

use super::unit::put_meta;
use super::{Session, Value, index_rows};
use crate::error::StoreError;

const OLDEST: &str = "SELECT s.vid, s.by_vid, m.hashes FROM superseded s LEFT JOIN manifest m ON m.vid = s.vid \
                      WHERE s.at < $1 ORDER BY s.at LIMIT $2";

const MANIFEST: &str = "SELECT hashes FROM manifest WHERE vid = $1";

/// The key rows of a version.
pub(crate) fn keys_of(session: &mut dyn Session, vid: i64) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut keys = Vec::new();
    session.query(MANIFEST, &[Value::Int(vid)], &mut |row| {
        keys = index_rows::read_manifest(vid, row.bytes(0)?)?;
        Ok(())
    })?;
    Ok(keys)
}

/// Removes the index rows of at most `limit` versions that were superseded before the moment `before`; how many
/// there were.
pub(crate) fn collect(session: &mut dyn Session, before: i64, limit: u64) -> Result<u64, StoreError> {
    let (mut vids, mut keys, mut newest) = (Vec::new(), Vec::new(), i64::MIN);
    let parameters = [Value::Int(before), Value::Int(super::resources::bounded(limit))];
    session.query(OLDEST, &parameters, &mut |row| {
        let vid = row.int(0)?;
        vids.push(vid);
        newest = newest.max(row.int(1)?);
        if let Some(hashes) = row.optional_bytes(2)? {
            keys.extend(index_rows::read_manifest(vid, hashes)?);
        }
        Ok(())
    })?;
    if vids.is_empty() {
        return Ok(0);
    }
    keys.sort_unstable();
    index_rows::remove_index(session, &vids, &keys)?;
    let of_vids = session.dialect().one_of("v.vid", 1);
    let live = format!(
        "DELETE FROM live WHERE (type, last_updated, vid) IN \
         (SELECT v.type, v.last_updated, v.vid FROM version v WHERE {of_vids})"
    );
    session.execute(&live, &[Value::Ints(&vids)])?;
    let superseded = format!("DELETE FROM superseded WHERE {}", session.dialect().one_of("vid", 1));
    session.execute(&superseded, &[Value::Ints(&vids)])?;
    collected_to(session, newest)?;
    Ok(vids.len() as u64)
}

/// Notes that moments before the mark can no longer be seen exactly.
pub(crate) fn collected_to(session: &mut dyn Session, mark: i64) -> Result<(), StoreError> {
    put_meta(session, "collected_to", mark)
}
