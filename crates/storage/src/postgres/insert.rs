//! Rows into the tables of PostgreSQL: lists of columns, so that any number of rows is one round trip.

use crate::sql::{IndexRows, VersionRow};
use ::postgres::{Client, Error, Statement};

/// Inserts versions, except those whose place is taken.
pub(super) const VERSIONS: &str = "INSERT INTO version (vid, type, id, version, last_updated, method, body) SELECT * FROM \
     unnest(CAST($1 AS bigint[]), CAST($2 AS smallint[]), CAST($3 AS text[]), CAST($4 AS bigint[]), \
            CAST($5 AS bigint[]), CAST($6 AS smallint[]), CAST($7 AS bytea[])) ON CONFLICT DO NOTHING";

/// Inserts the rows of all tables of the index.
pub(super) const INDEX: &str = "WITH \
     live_rows AS (INSERT INTO live (type, last_updated, vid) SELECT * FROM \
        unnest(CAST($1 AS bigint[]), CAST($2 AS bigint[]), CAST($3 AS bigint[]))), \
     key_rows AS (INSERT INTO index_key (hash, vid) SELECT * FROM \
        unnest(CAST($4 AS bigint[]), CAST($5 AS bigint[]))), \
     manifest_rows AS (INSERT INTO manifest (vid, hashes) SELECT * FROM \
        unnest(CAST($6 AS bigint[]), CAST($7 AS bytea[]))), \
     text_rows AS (INSERT INTO index_text (parameter, folded, vid) SELECT * FROM \
        unnest(CAST($8 AS bigint[]), CAST($9 AS text[]), CAST($10 AS bigint[]))), \
     span_rows AS (INSERT INTO index_span (parameter, level, begins, ends, vid) SELECT * FROM \
        unnest(CAST($11 AS bigint[]), CAST($12 AS bigint[]), CAST($13 AS bigint[]), \
               CAST($14 AS bigint[]), CAST($15 AS bigint[]))), \
     number_rows AS (INSERT INTO index_number (hash, value, vid) SELECT * FROM \
        unnest(CAST($16 AS bigint[]), CAST($17 AS double precision[]), CAST($18 AS bigint[]))), \
     range_rows AS (INSERT INTO index_range (hash, low, high, vid) SELECT * FROM \
        unnest(CAST($19 AS bigint[]), CAST($20 AS double precision[]), CAST($21 AS double precision[]), \
               CAST($22 AS bigint[]))), \
     hold_rows AS (INSERT INTO hold (holder, level, begins, ends, vid) SELECT * FROM \
        unnest(CAST($23 AS bigint[]), CAST($24 AS bigint[]), CAST($25 AS bigint[]), \
               CAST($26 AS bigint[]), CAST($27 AS bigint[]))) \
     INSERT INTO superseded (vid, by_vid, type, at) SELECT * FROM \
        unnest(CAST($28 AS bigint[]), CAST($29 AS bigint[]), CAST($30 AS bigint[]), CAST($31 AS bigint[]))";

/// One column of rows.
fn column<'r, R, T: 'r>(rows: &'r [R], value: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// Runs [`VERSIONS`]; how many were inserted.
pub(super) fn versions(
    client: &mut Client,
    statement: &Statement,
    rows: &[VersionRow<'_>],
) -> Result<u64, Error> {
    client.execute(
        statement,
        &[
            &column(rows, |row| row.vid),
            &column(rows, |row| i16::from(row.version.resource_type.index())),
            &column(rows, |row| row.version.id.as_str()),
            // Numbers that do not fit follow no other, so none gets here.
            &column(rows, |row| row.version.version.cast_signed()),
            &column(rows, |row| row.version.last_updated),
            &column(rows, |row| row.version.method.code() as i16),
            &column(rows, |row| row.body.as_deref()),
        ],
    )
}

/// Runs [`INDEX`].
pub(super) fn index(client: &mut Client, statement: &Statement, rows: &IndexRows) -> Result<u64, Error> {
    client.execute(
        statement,
        &[
            &column(&rows.live, |row| row.0),
            &column(&rows.live, |row| row.1),
            &column(&rows.live, |row| row.2),
            &column(&rows.keys, |row| row.0),
            &column(&rows.keys, |row| row.1),
            &column(&rows.manifests, |row| row.0),
            &column(&rows.manifests, |row| row.1.as_slice()),
            &column(&rows.texts, |row| row.0),
            &column(&rows.texts, |row| row.1.as_str()),
            &column(&rows.texts, |row| row.2),
            &column(&rows.spans, |row| row.0),
            &column(&rows.spans, |row| row.1),
            &column(&rows.spans, |row| row.2),
            &column(&rows.spans, |row| row.3),
            &column(&rows.spans, |row| row.4),
            &column(&rows.numbers, |row| row.0),
            &column(&rows.numbers, |row| f64::from(row.1)),
            &column(&rows.numbers, |row| row.2),
            &column(&rows.ranges, |row| row.0),
            &column(&rows.ranges, |row| f64::from(row.1)),
            &column(&rows.ranges, |row| f64::from(row.2)),
            &column(&rows.ranges, |row| row.3),
            &column(&rows.holds, |row| row.0),
            &column(&rows.holds, |row| row.1),
            &column(&rows.holds, |row| row.2),
            &column(&rows.holds, |row| row.3),
            &column(&rows.holds, |row| row.4),
            &column(&rows.superseded, |row| row.0),
            &column(&rows.superseded, |row| row.1),
            &column(&rows.superseded, |row| row.2),
            &column(&rows.superseded, |row| row.3),
        ],
    )
}
