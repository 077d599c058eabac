//! The order of matches: in SQL, and of what was read from several statements.

use super::driver::Driver;
use crate::error::StoreError;
use crate::sql::index_rows::{Real, number_key};
use crate::sql::resources::body_of;
use crate::sql::{Row, Statement};
use ::search::index::ANY_UNIT;
use ::search::{Sort, SortKey};
use fhir::ResourceType;
use std::cmp::Ordering;

/// Appends the value by which row `d` is sorted.
pub(super) fn sort_value(sql: &mut Statement, sort: &Sort, driver: &Driver<'_>) {
    let extreme = if sort.descending { "max" } else { "min" };
    match &sort.key {
        SortKey::LastUpdated if driver.is_live() => {
            sql.sql("d.last_updated");
        }
        SortKey::LastUpdated => {
            sql.sql("(SELECT v.last_updated FROM version v WHERE v.vid = d.vid)");
        }
        SortKey::Id => {
            sql.sql("(SELECT v.id FROM version v WHERE v.vid = d.vid)");
        }
        SortKey::Text(parameter) => {
            sql.sql("(SELECT ").sql(extreme).sql("(t.folded) FROM index_text t WHERE t.vid = d.vid");
            sql.sql(" AND t.parameter = ").int(i64::from(parameter.get())).sql(")");
        }
        SortKey::Span(parameter) => {
            sql.sql("(SELECT ").sql(extreme).sql("(s.begins) FROM index_span s WHERE s.vid = d.vid");
            sql.sql(" AND s.parameter = ").int(i64::from(parameter.get())).sql(")");
        }
        SortKey::Number(parameter) => {
            let hash = number_key(*parameter, ANY_UNIT);
            sql.sql("(SELECT ")
                .sql(extreme)
                .sql("(x.value) FROM (SELECT n.value AS value FROM index_number n ");
            sql.sql("WHERE n.vid = d.vid AND n.hash = ").int(hash);
            sql.sql(" UNION ALL SELECT r.low FROM index_range r WHERE r.vid = d.vid AND r.hash = ").int(hash);
            sql.sql(") AS x)");
        }
        // Only what was read tells.
        SortKey::Computed(_) => {
            sql.sql("NULL");
        }
    }
}

/// Appends the terms of the order.
pub(super) fn order(sql: &mut Statement, sorts: &[Sort], value_prefix: &str, vid_prefix: &str) {
    for (at, sort) in sorts.iter().enumerate() {
        sql.sql(value_prefix).sql("s").number(at as u64);
        sql.sql(if sort.descending { " DESC" } else { "" });
        let has_always = matches!(sort.key, SortKey::LastUpdated | SortKey::Id);
        sql.sql(if has_always { ", " } else { " NULLS LAST, " });
    }
    sql.sql(vid_prefix).sql("vid");
}

/// By what a match is sorted; values of one key are of one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SortValue {
    Int(i64),
    Real(Real),
    Text(String),
}

/// A match and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Place {
    values: Vec<Option<SortValue>>,
    pub(super) vid: i64,
}

impl Place {
    /// Reads `vid`, the values that the index tells, and, when some are computed, the body.
    pub(super) fn read(
        row: &dyn Row,
        resource_type: ResourceType,
        sorts: &[Sort],
    ) -> Result<Self, StoreError> {
        let mut column = 0;
        let mut next = || {
            column += 1;
            column
        };
        let mut values = Vec::with_capacity(sorts.len());
        for sort in sorts {
            values.push(match &sort.key {
                SortKey::LastUpdated | SortKey::Span(_) => row.optional_int(next())?.map(SortValue::Int),
                SortKey::Id | SortKey::Text(_) => row.optional_text(next())?.map(SortValue::Text),
                SortKey::Number(_) => row.optional_real(next())?.map(|real| SortValue::Real(real.into())),
                SortKey::Computed(_) => None,
            });
        }
        if sorts.iter().any(is_computed) {
            let body = body_of(row, next(), resource_type)?;
            for (sort, value) in sorts.iter().zip(&mut values) {
                if let SortKey::Computed(text) = &sort.key {
                    *value = (text.0)(&body).map(SortValue::Text);
                }
            }
        }
        Ok(Place { values, vid: row.int(0)? })
    }

    /// Which of two stands first.
    pub(super) fn compare(&self, other: &Self, sorts: &[Sort]) -> Ordering {
        for (sort, (a, b)) in sorts.iter().zip(self.values.iter().zip(&other.values)) {
            let order = match (a, b) {
                (Some(a), Some(b)) if sort.descending => b.cmp(a),
                (Some(a), Some(b)) => a.cmp(b),
                // What has no value comes last.
                (a, b) => a.is_none().cmp(&b.is_none()),
            };
            if order.is_ne() {
                return order;
            }
        }
        self.vid.cmp(&other.vid)
    }

    /// How many bytes of text it holds.
    pub(super) fn text_bytes(&self) -> usize {
        let texts = self.values.iter().flatten().map(|value| match value {
            SortValue::Text(text) => text.len(),
            _ => 0,
        });
        texts.sum()
    }
}

/// Whether only what is read tells the value.
pub(super) fn is_computed(sort: &Sort) -> bool {
    matches!(sort.key, SortKey::Computed(_))
}
