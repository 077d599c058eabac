//! Rows into the tables of the SQLite file: one prepared statement a table, its rows in the table's order.

use super::session::SqliteSession;
use crate::error::StoreError;
use crate::sql::{IndexRows, Value, VersionRow};

/// The statement that inserts a version, unless its place is taken.
pub(super) const VERSION: &str = "INSERT INTO version (vid, type, id, version, last_updated, method, body) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";

/// A row of `version`.
pub(super) fn version<'v>(row: &'v VersionRow<'_>) -> [Value<'v>; 7] {
    let version = row.version;
    [
        Value::Int(row.vid),
        Value::Int(i64::from(version.resource_type.index())),
        Value::Text(&version.id),
        // Numbers that do not fit follow no other, so none gets here.
        Value::Int(version.version.cast_signed()),
        Value::Int(version.last_updated),
        Value::Int(version.method.code()),
        row.body.as_deref().map_or(Value::Null, Value::Bytes),
    ]
}

/// Inserts all rows, which are sorted.
pub(super) fn all(rows: &IndexRows, session: &mut SqliteSession) -> Result<(), StoreError> {
    use Value::{Bytes, Int, Real, Text};
    let live = rows.live.iter().map(|&(of, time, vid)| [Int(of), Int(time), Int(vid)]);
    session.each_row("INSERT INTO live (type, last_updated, vid) VALUES ($1, $2, $3)", live)?;
    let keys = rows.keys.iter().map(|&(hash, vid)| [Int(hash), Int(vid)]);
    session.each_row("INSERT INTO index_key (hash, vid) VALUES ($1, $2)", keys)?;
    let manifests = rows.manifests.iter().map(|(vid, hashes)| [Int(*vid), Bytes(hashes)]);
    session.each_row("INSERT INTO manifest (vid, hashes) VALUES ($1, $2)", manifests)?;
    let texts = rows.texts.iter().map(|(parameter, text, vid)| [Int(*parameter), Text(text), Int(*vid)]);
    session.each_row("INSERT INTO index_text (parameter, folded, vid) VALUES ($1, $2, $3)", texts)?;
    let leveled =
        |&(owner, level, begins, ends, vid)| [Int(owner), Int(level), Int(begins), Int(ends), Int(vid)];
    session.each_row(
        "INSERT INTO index_span (parameter, level, begins, ends, vid) VALUES ($1, $2, $3, $4, $5)",
        rows.spans.iter().map(leveled),
    )?;
    let numbers = rows.numbers.iter().map(|&(hash, value, vid)| [Int(hash), Real(value.into()), Int(vid)]);
    session.each_row("INSERT INTO index_number (hash, value, vid) VALUES ($1, $2, $3)", numbers)?;
    let ranges = rows.ranges.iter();
    let ranges =
        ranges.map(|&(hash, low, high, vid)| [Int(hash), Real(low.into()), Real(high.into()), Int(vid)]);
    session.each_row("INSERT INTO index_range (hash, low, high, vid) VALUES ($1, $2, $3, $4)", ranges)?;
    session.each_row(
        "INSERT INTO hold (holder, level, begins, ends, vid) VALUES ($1, $2, $3, $4, $5)",
        rows.holds.iter().map(leveled),
    )?;
    let superseded = rows.superseded.iter().map(|&(vid, by, of, at)| [Int(vid), Int(by), Int(of), Int(at)]);
    session.each_row("INSERT INTO superseded (vid, by_vid, type, at) VALUES ($1, $2, $3, $4)", superseded)?;
    Ok(())
}
