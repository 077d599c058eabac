//! The SQL of both backends, written once over a [`Session`] (a connection within a transaction) and a
//! [`Dialect`].
//!
//! Parameters are written `$1`, `$2`, …, which PostgreSQL numbers and SQLite names: both mean the same as long as
//! their first appearances in the text are in order.

pub(crate) mod accounts;
mod batch;
pub(crate) mod body;
mod dialect;
pub(crate) mod garbage;
mod history;
pub(crate) mod holds;
pub(crate) mod index_rows;
pub(crate) mod resources;
pub(crate) mod search;
mod statement;
pub(crate) mod stored;
mod unit;

pub use body::{Packed, Rest};
pub(crate) use dialect::Dialect;
pub(crate) use index_rows::IndexRows;
pub(crate) use statement::Statement;
pub(crate) use unit::{Unit, meta};

use crate::error::StoreError;
use crate::model::{ExplainDriver, Version};
use std::borrow::Cow;

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    /// A list of integers, for [`Dialect::one_of`].
    Ints(&'a [i64]),
    /// A list of texts, for [`Dialect::one_of`].
    Texts(&'a [String]),
}

impl<'a> Value<'a> {
    pub(crate) fn optional_text(text: Option<&'a str>) -> Self {
        text.map_or(Value::Null, Value::Text)
    }
}

/// A row of a result. Columns count from 0. An unexpected type is [`StoreError::Corrupt`].
pub(crate) trait Row {
    fn optional_int(&self, column: usize) -> Result<Option<i64>, StoreError>;
    fn optional_real(&self, column: usize) -> Result<Option<f64>, StoreError>;
    fn optional_text(&self, column: usize) -> Result<Option<String>, StoreError>;
    fn optional_bytes(&self, column: usize) -> Result<Option<&[u8]>, StoreError>;

    fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.optional_int(column)?.ok_or_else(|| StoreError::corrupt("an integer is missing"))
    }

    fn text(&self, column: usize) -> Result<String, StoreError> {
        self.optional_text(column)?.ok_or_else(|| StoreError::corrupt("a text is missing"))
    }

    fn bytes(&self, column: usize) -> Result<&[u8], StoreError> {
        self.optional_bytes(column)?.ok_or_else(|| StoreError::corrupt("bytes are missing"))
    }
}

/// A version as its table has it.
pub(crate) struct VersionRow<'v> {
    pub(crate) vid: i64,
    pub(crate) version: &'v Version,
    /// What is stored of the body.
    pub(crate) body: Option<Cow<'v, [u8]>>,
}

/// Rows that are counted as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    /// Those of `index_key` with this hash.
    Key(i64),
    /// Those of `live` with this type.
    Type(i64),
}

/// How many such rows there are of versions up to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CountUpTo {
    pub(crate) vid: i64,
    pub(crate) count: i64,
}

/// What takes the rows of a result.
pub(crate) type EachRow<'a> = &'a mut dyn FnMut(&dyn Row) -> Result<(), StoreError>;

/// What can be seen: everything up to `ceiling`, except versions of the transactions `excluded`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// The greatest version number that is seen; `None` for all that the transaction sees.
    pub(crate) ceiling: Option<i64>,
    /// Prefixes of version numbers (`vid >> 20`) that were not committed then. Only PostgreSQL has any.
    pub(crate) excluded: Vec<i64>,
}

/// A connection within a transaction, and what a backend does in its own way. An error that the database reported is
/// remembered by the session: its transaction will not be committed.
pub(crate) trait Session {
    fn dialect(&self) -> Dialect;

    /// Runs a statement and shows its rows.
    fn query(&mut self, sql: &str, parameters: &[Value<'_>], each: EachRow<'_>) -> Result<(), StoreError>;

    /// Runs a statement; how many rows it changed.
    fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, StoreError>;

    /// Hears which driver a search has chosen. Only who explains searches wants to know.
    fn chose(&mut self, _driver: &mut dyn FnMut() -> ExplainDriver) {}

    /// What went wrong in this transaction, if anything did.
    fn failure(&self) -> Option<StoreError>;

    /// A count that is remembered of what the transaction sees, which sees everything up to `mark`.
    fn remembered(&mut self, _of: Counted, _mark: i64) -> Result<Option<CountUpTo>, StoreError> {
        Ok(None)
    }

    /// Offers a count to be remembered.
    fn remember(&mut self, _of: Counted, _count: CountUpTo) -> Result<(), StoreError> {
        Ok(())
    }

    /// Makes sure that what is remembered is not used for what is seen from now on: rows are removed or replaced.
    fn forget_counts(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Makes sure that no resource is remembered that was stored before: all of them are erased.
    fn forget_resources(&mut self) {}

    /// Inserts versions with their numbers, all or none; whether their places were free.
    fn insert_versions(&mut self, versions: &[VersionRow<'_>]) -> Result<bool, StoreError>;

    /// Inserts index rows and empties the list.
    fn insert_index(&mut self, rows: &mut IndexRows) -> Result<(), StoreError>;

    /// Removes rows `(hash, vid)` of `index_key`.
    fn delete_keys(&mut self, keys: &[(i64, i64)]) -> Result<(), StoreError>;

    /// A number for a new version, greater than that of every version that the transaction sees.
    fn next_vid(&mut self) -> Result<i64, StoreError>;

    /// The mark of what the transaction sees.
    fn mark(&mut self) -> Result<i64, StoreError>;

    /// Makes sure that [`snapshot`](Self::snapshot) will understand the mark, which was the answer of
    /// [`mark`](Self::mark) just now.
    fn keep_mark(&mut self, mark: i64) -> Result<(), StoreError>;

    /// What was seen at the mark.
    fn snapshot(&mut self, mark: i64) -> Result<Snapshot, StoreError>;
}

/// The first row's integers of a statement without parameters beyond those given.
pub(crate) fn one_int(
    session: &mut dyn Session,
    sql: &str,
    parameters: &[Value<'_>],
) -> Result<Option<i64>, StoreError> {
    let mut found = None;
    session.query(sql, parameters, &mut |row| {
        found = row.optional_int(0)?;
        Ok(())
    })?;
    Ok(found)
}
