//! Where the SQL of the two backends differs.

use std::fmt::Write;

/// A backend's way of saying things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// `column` is one of the list that is parameter `n`.
    pub(crate) fn one_of(self, column: &str, n: usize) -> String {
        match self {
            Dialect::Sqlite => format!("{column} IN (SELECT value FROM json_each(${n}))"),
            Dialect::Postgres => format!("{column} = ANY(${n})"),
        }
    }

    /// `column` is one of the texts that are parameter `n`, looked up in them rather than compared with each.
    pub(crate) fn one_of_texts(self, column: &str, n: usize) -> String {
        match self {
            Dialect::Sqlite => self.one_of(column, n),
            Dialect::Postgres => self.one_of_rows(column, &format!("SELECT unnest(CAST(${n} AS text[]))")),
        }
    }

    /// `value` is one of the rows of a query that does not depend on the row at hand: made once, and looked up.
    pub(crate) fn one_of_rows(self, value: &str, rows: &str) -> String {
        match self {
            // The sign keeps the rows from being walked to find the row at hand.
            Dialect::Sqlite => format!("+{value} IN ({rows})"),
            // Within an expression it stays a hashed lookup; by itself it would become a join.
            Dialect::Postgres => format!("coalesce({value} IN ({rows}), FALSE)"),
        }
    }

    /// The texts of the list that is parameter `n` as the rows `name(value)`.
    pub(crate) fn texts(self, name: &str, n: usize) -> String {
        match self {
            Dialect::Sqlite => format!("json_each(${n}) AS {name}"),
            Dialect::Postgres => format!("unnest(CAST(${n} AS text[])) AS {name}(value)"),
        }
    }

    /// The integers of the list that is parameter `n` as the rows `name(column)`.
    pub(crate) fn ints(self, name: &str, column: &str, n: usize) -> String {
        match self {
            Dialect::Sqlite => format!("(SELECT value AS {column} FROM json_each(${n})) AS {name}"),
            Dialect::Postgres => format!("unnest(CAST(${n} AS bigint[])) AS {name}({column})"),
        }
    }

    /// `column` contains the text that is parameter `n`.
    pub(crate) fn contains(self, column: &str, n: usize) -> String {
        match self {
            Dialect::Sqlite => format!("instr({column}, ${n}) > 0"),
            Dialect::Postgres => format!("strpos({column}, ${n}) > 0"),
        }
    }

    /// What ends an `EXISTS` that is to be looked up for each row. PostgreSQL would otherwise rather join, and at
    /// times begin at the wrong side.
    pub(crate) fn end_of_exists(self) -> &'static str {
        match self {
            Dialect::Sqlite => ")",
            Dialect::Postgres => " OFFSET 0)",
        }
    }

    /// The order of last change of rows `d` of `live`.
    ///
    /// SQLite's one writer numbers versions in the order of their times, so the two orders below are the same there, and
    /// the first is the table's own. PostgreSQL's writers may overtake one another.
    pub(crate) fn order_of_change(self) -> &'static str {
        match self {
            Dialect::Sqlite => "d.last_updated, d.vid",
            Dialect::Postgres => "d.vid",
        }
    }

    /// The transaction of version number `vid` is none of those in parameter `n`.
    pub(crate) fn not_excluded(self, vid: &str, n: usize, sql: &mut String) {
        // Writing to a String does not fail.
        let _ = match self {
            Dialect::Sqlite => {
                write!(sql, " AND ({vid} >> 20) NOT IN (SELECT value FROM json_each(${n}))")
            }
            Dialect::Postgres => write!(sql, " AND ({vid} >> 20) <> ALL(${n})"),
        };
    }
}
