//! Index rows, and what else is said of versions, on their way into the tables.
//!
//! Rows of several versions are gathered and inserted together, in the order of each table, so that neighbours land
//! on one page one after the other.

use super::Session;
use crate::error::StoreError;
use search::{Hold, IndexRow, ParameterId};
use std::cmp::Ordering;

/// The level of spans that are open, or too long or too remote to be bounded.
pub(crate) const UNBOUNDED: i64 = 63;

/// Added to the level of a span that is not the only one of its version under its parameter. Of the others, one row
/// must answer all conditions, which narrows a search for what lies between two moments.
pub(crate) const SEVERAL: i64 = 64;

/// Spans of bounded levels lie within ± this many milliseconds (some 36 million years) of the epoch.
pub(crate) const REMOTE: i64 = 1 << 60;

/// How long a span is, as a power of two: a span of level `n` below [`UNBOUNDED`] is shorter than 2^n milliseconds.
/// What overlaps a period can thus be found by its start alone, level by level, however long the history is.
pub(crate) const fn level(begins: i64, ends: i64) -> i64 {
    if begins < -REMOTE || begins > REMOTE || ends < -REMOTE || ends > REMOTE {
        return UNBOUNDED;
    }
    let length = if ends > begins { ends - begins } else { 0 };
    (i64::BITS - length.leading_zeros()) as i64
}

/// The value of `index_key.hash`: parameter and hash in one, which makes the largest of all tables a fifth smaller.
/// Two different pairs are as unlikely to meet as two hashes are.
pub(crate) fn key(parameter: ParameterId, hash: u64) -> i64 {
    // Fibonacci hashing spreads the parameter over all 64 bits; XOR keeps the hash's own spread.
    (hash ^ u64::from(parameter.get()).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15)) as i64
}

/// The value of `index_number.hash`: parameter and unit in one, in six bytes, for there are few units.
pub(crate) fn number_key(parameter: ParameterId, unit: u64) -> i64 {
    let key = key(parameter, unit);
    // All bits count, the lowest too.
    (key ^ (key << 48)) >> 16
}

/// A number that is one (not NaN), with one zero: in SQL's order, and its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Real(f64);

impl From<f64> for Real {
    fn from(number: f64) -> Self {
        // Adding 0 makes -0 of no sign. NaN does not come from decimals, and would be no value in SQLite.
        Real(if number.is_nan() { 0.0 } else { number + 0.0 })
    }
}

impl From<Real> for f64 {
    fn from(real: Real) -> Self {
        real.0
    }
}

impl Eq for Real {}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Real {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// Text without the NUL characters that PostgreSQL cannot store. Nobody searches for them.
pub(crate) fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

/// Makes [`IndexRows`] of the tables and the rows that each takes, in the order of their columns.
macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident: $row:ty,)*) => {
        /// Index rows to be inserted.
        #[derive(Debug, Default)]
        pub(crate) struct IndexRows {
            $($(#[$doc])* pub(crate) $table: Vec<$row>,)*
        }

        /// How many rows there were of each kind.
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct Length {
            $($table: usize,)*
        }

        impl IndexRows {
            /// Whether there are none.
            pub(crate) fn is_empty(&self) -> bool {
                $(self.$table.is_empty())&&*
            }

            /// Brings the rows into the order of their tables.
            pub(crate) fn sort(&mut self) {
                $(self.$table.sort_unstable();)*
            }

            /// How many rows there are.
            pub(crate) fn length(&self) -> Length {
                Length { $($table: self.$table.len(),)* }
            }

            /// Forgets the rows added since there were so many.
            pub(crate) fn truncate(&mut self, length: Length) {
                $(self.$table.truncate(length.$table);)*
            }

            /// A copy of the rows that were there when there were so many.
            pub(crate) fn copy(&self, length: Length) -> IndexRows {
                IndexRows { $($table: self.$table[..length.$table].to_vec(),)* }
            }
        }
    };
}

tables! {
    /// `(type, last_updated, vid)`
    live: (i64, i64, i64),
    /// `(hash, vid)`
    keys: (i64, i64),
    /// `(vid, hashes)`
    manifests: (i64, Vec<u8>),
    /// `(parameter, folded, vid)`
    texts: (i64, String, i64),
    /// `(parameter, level, begins, ends, vid)`
    spans: (i64, i64, i64, i64, i64),
    /// `(hash, value, vid)`
    numbers: (i64, Real, i64),
    /// `(hash, low, high, vid)`
    ranges: (i64, Real, Real, i64),
    /// `(holder, level, begins, ends, vid)`
    holds: (i64, i64, i64, i64, i64),
    /// `(vid, by_vid, type, at)`
    superseded: (i64, i64, i64, i64),
}

impl IndexRows {
    /// Adds the rows of a version.
    pub(crate) fn add(&mut self, vid: i64, resource_type: i64, last_updated: i64, index: &[IndexRow]) {
        self.live.push((resource_type, last_updated, vid));
        self.add_index(vid, index);
    }

    /// Adds the rows of a version that is in `live` already.
    pub(crate) fn add_index(&mut self, vid: i64, index: &[IndexRow]) {
        let start = self.length();
        for row in index {
            self.add_row(vid, row);
        }
        sort_from(&mut self.keys, start.keys);
        sort_from(&mut self.texts, start.texts);
        sort_from(&mut self.spans, start.spans);
        sort_from(&mut self.numbers, start.numbers);
        sort_from(&mut self.ranges, start.ranges);
        mark_several(&mut self.spans[start.spans..]);
        self.manifests.push((vid, manifest(&self.keys[start.keys..])));
    }

    fn add_row(&mut self, vid: i64, row: &IndexRow) {
        match row {
            IndexRow::Key { parameter, hash } => self.keys.push((key(*parameter, *hash), vid)),
            IndexRow::Text { parameter, folded } => {
                self.texts.push((i64::from(parameter.get()), without_nul(folded), vid));
            }
            IndexRow::Span { parameter, from, to } => {
                // A span that ends before it begins is kept as an empty one.
                let to = (*to).max(*from);
                self.spans.push((i64::from(parameter.get()), level(*from, to), *from, to, vid));
            }
            IndexRow::Number { parameter, unit, low, high } => {
                let (hash, low, high) = (number_key(*parameter, *unit), Real::from(*low), Real::from(*high));
                if low < high {
                    self.ranges.push((hash, low, high, vid));
                } else {
                    self.numbers.push((hash, low, vid));
                }
            }
        }
    }

    /// Adds whose time a version holds.
    pub(crate) fn add_holds(&mut self, vid: i64, holds: &[Hold]) {
        let start = self.holds.len();
        for Hold { holder, period } in holds {
            let ends = period.to.max(period.from);
            self.holds.push((*holder as i64, level(period.from, ends), period.from, ends, vid));
        }
        sort_from(&mut self.holds, start);
    }

    /// Removes all.
    pub(crate) fn clear(&mut self) {
        self.truncate(Length::default());
    }
}

/// Raises the levels of spans that share their parameter, given all of a version, sorted.
fn mark_several(spans: &mut [(i64, i64, i64, i64, i64)]) {
    for of_parameter in spans.chunk_by_mut(|a, b| a.0 == b.0).filter(|spans| spans.len() > 1) {
        for span in of_parameter {
            span.1 += SEVERAL;
        }
    }
}

/// Sorts what was added since `start` and removes repetitions in it.
fn sort_from<T: Ord>(rows: &mut Vec<T>, start: usize) {
    rows[start..].sort_unstable();
    let mut kept = start;
    for at in start..rows.len() {
        if kept == start || rows[at] != rows[kept - 1] {
            rows.swap(kept, at);
            kept += 1;
        }
    }
    rows.truncate(kept);
}

/// The hashes of a version's keys as `manifest.hashes` has them: without it, the rows could not be found when the
/// version is superseded, short of a second index as large as the first.
fn manifest(keys: &[(i64, i64)]) -> Vec<u8> {
    keys.iter().flat_map(|(hash, _)| hash.to_le_bytes()).collect()
}

/// The keys that a manifest names.
pub(crate) fn read_manifest(vid: i64, bytes: &[u8]) -> Result<Vec<(i64, i64)>, StoreError> {
    let (hashes, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(StoreError::corrupt("a manifest has an impossible length"));
    }
    Ok(hashes.iter().map(|hash| (i64::from_le_bytes(*hash), vid)).collect())
}

/// The tables of index rows that are found by their version.
pub(crate) const TABLES_BY_VERSION: [&str; 6] =
    ["index_text", "index_span", "index_number", "index_range", "hold", "manifest"];

/// Removes all index rows of these versions, except those in `live`, and their holds and manifests.
pub(crate) fn remove_index(
    session: &mut dyn Session,
    vids: &[i64],
    keys: &[(i64, i64)],
) -> Result<(), StoreError> {
    session.forget_counts()?;
    session.delete_keys(keys)?;
    for table in TABLES_BY_VERSION {
        let sql = format!("DELETE FROM {table} WHERE {}", session.dialect().one_of("vid", 1));
        session.execute(&sql, &[super::Value::Ints(vids)])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::ResourceType;

    #[test]
    fn a_level_bounds_the_length_of_its_spans() {
        for (from, to) in [(0, 0), (0, 1), (5, 6), (-7, 9), (0, 86_400_000), (-REMOTE, REMOTE)] {
            let level = level(from, to);
            assert!(level < UNBOUNDED && to - from < 1 << level, "{from}..{to} has level {level}");
        }
        assert_eq!(level(0, 1), 1);
        assert_eq!(level(0, 15 * 60_000), 20);
    }

    #[test]
    fn open_spans_are_unbounded() {
        for (from, to) in [(i64::MIN, 0), (0, i64::MAX), (i64::MIN, i64::MAX), (REMOTE + 1, REMOTE + 2)] {
            assert_eq!(level(from, to), UNBOUNDED);
        }
    }

    #[test]
    fn repetitions_of_a_row_are_dropped_and_a_manifest_names_the_rest() {
        let parameter = ParameterId::new(1, ResourceType::PATIENT);
        let row = |hash| IndexRow::Key { parameter, hash };
        let mut rows = IndexRows::default();
        rows.add(7, 1, 1000, &[row(3), row(1), row(3), row(2), row(1)]);
        assert_eq!(rows.keys.len(), 3);
        assert_eq!(read_manifest(7, &rows.manifests[0].1).unwrap(), rows.keys);
        assert!(read_manifest(7, &[0; 9]).is_err());
    }

    #[test]
    fn spans_that_share_their_parameter_are_marked() {
        let span = |number, from| IndexRow::Span {
            parameter: ParameterId::new(number, ResourceType::PATIENT),
            from,
            to: from + 1,
        };
        let mut rows = IndexRows::default();
        rows.add(1, 1, 1000, &[span(1, 5), span(2, 5), span(2, 5), span(3, 5), span(3, 6)]);
        let levels: Vec<i64> = rows.spans.iter().map(|row| row.1).collect();
        assert_eq!(levels, [1, 1, 1 + SEVERAL, 1 + SEVERAL]);
    }

    #[test]
    fn numbers_have_one_zero_and_ranges_are_apart() {
        let number = |low, high| IndexRow::Number {
            parameter: ParameterId::new(1, ResourceType::PATIENT),
            unit: 7,
            low,
            high,
        };
        let mut rows = IndexRows::default();
        let open = number(f64::NEG_INFINITY, 5.0);
        rows.add(
            1,
            1,
            1000,
            &[number(0.0, 0.0), number(-0.0, 0.0), number(2.5, 2.5), number(1.0, 2.0), open],
        );
        let values: Vec<f64> = rows.numbers.iter().map(|row| row.1.into()).collect();
        assert_eq!(values, [0.0, 2.5]);
        assert!(values[0].is_sign_positive());
        let lows: Vec<f64> = rows.ranges.iter().map(|row| row.1.into()).collect();
        assert_eq!(lows, [f64::NEG_INFINITY, 1.0]);
    }

    #[test]
    fn what_a_job_added_can_be_forgotten() {
        let parameter = ParameterId::new(1, ResourceType::PATIENT);
        let mut rows = IndexRows::default();
        rows.add(1, 1, 1000, &[IndexRow::Key { parameter, hash: 1 }]);
        let length = rows.length();
        rows.add(2, 1, 1000, &[IndexRow::Text { parameter, folded: "a\0b".into() }]);
        assert_eq!(rows.texts[0].1, "ab");
        rows.truncate(length);
        assert_eq!((rows.live.len(), rows.keys.len(), rows.manifests.len(), rows.texts.len()), (1, 1, 1, 0));
    }
}
