//! Rows of one table that lead to what a search may find.

use super::condition::{number_test, one_of_ints, span_test, text_test, updated_test};
use crate::sql::holds::Leveled;
use crate::sql::index_rows::{SEVERAL, key, number_key, without_nul};
use crate::sql::resources::bounded;
use crate::sql::statement::Parameter;
use crate::sql::{Snapshot, Statement};
use ::search::{NumberTest, ParameterId, Query, SpanTest, TextTest};

/// Rows of one table that lead to candidates.
#[derive(Clone, Debug)]
pub(super) enum Arm<'q> {
    /// Everything of the type.
    Type,
    /// What was last changed in a span of time.
    Updated(SpanTest),
    /// What has one of these ids.
    Ids(&'q [String]),
    /// What has one of these keys.
    Keys(ParameterId, &'q [u64]),
    /// What has such a text.
    Text(ParameterId, &'q TextTest),
    /// What has a span that passes all of these.
    Span(ParameterId, Vec<SpanTest>, Among),
    /// What has such a number of the unit.
    Number(ParameterId, u64, NumberTest),
    /// What has such a range of numbers of the unit.
    Range(ParameterId, u64, NumberTest),
}

/// Which spans are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Among {
    All,
    /// Those that are the only ones of their version under the parameter.
    Single,
    /// The others.
    Several,
}

impl Arm<'_> {
    /// Whether it visits hardly more rows than it leads to.
    pub(super) fn is_narrow(&self) -> bool {
        match self {
            Arm::Type => false,
            Arm::Updated(test) => !matches!(test, SpanTest::NotWithin { .. }),
            Arm::Span(_, tests, _) => !tests.iter().all(|test| matches!(test, SpanTest::NotWithin { .. })),
            Arm::Text(_, test) => !matches!(test, TextTest::Contains(_)),
            Arm::Number(_, _, test) | Arm::Range(_, _, test) => !matches!(test, NumberTest::NotWithin { .. }),
            Arm::Ids(_) | Arm::Keys(..) => true,
        }
    }

    /// Which to take among equally rare ones, the least.
    pub(super) fn preference(&self) -> u8 {
        match self {
            Arm::Ids(_) => 0,
            Arm::Keys(_, [_]) => 1,
            Arm::Keys(..) => 2,
            Arm::Text(..) => 3,
            Arm::Updated(_) => 4,
            Arm::Span(..) => 5,
            Arm::Number(..) | Arm::Range(..) => 6,
            Arm::Type => 7,
        }
    }

    /// Whether it leads to each candidate once.
    pub(super) fn is_unique(&self) -> bool {
        match self {
            Arm::Type | Arm::Updated(_) | Arm::Ids(_) => true,
            Arm::Keys(_, hashes) => hashes.len() == 1,
            Arm::Text(_, test) => matches!(test, TextTest::Equals(_)),
            Arm::Span(..) | Arm::Number(..) | Arm::Range(..) => false,
        }
    }

    /// Whether its rows can only be found for a snapshot.
    pub(super) fn finds_visible(&self) -> bool {
        matches!(self, Arm::Ids(_))
    }

    pub(super) fn alias(&self) -> &'static str {
        if matches!(self, Arm::Span(..)) { "s" } else { "d" }
    }

    /// What it leads by, in a word, for people who want to know how a search is carried out.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Arm::Type => "type",
            Arm::Updated(_) => "last updated",
            Arm::Ids(_) => "ids",
            Arm::Keys(..) => "keys",
            Arm::Text(..) => "text",
            Arm::Span(..) => "time",
            Arm::Number(..) => "numbers",
            Arm::Range(..) => "ranges of numbers",
        }
    }

    /// Appends an SQL expression: how many rows it has, at most `most`.
    pub(super) fn count(&self, sql: &mut Statement, query: &Query, most: u64) {
        // Looking up each of a long list costs as much as many rows.
        let items = match self {
            Arm::Ids(ids) => Some(ids.len()),
            Arm::Keys(_, hashes) => Some(hashes.len()).filter(|length| *length as u64 > most),
            _ => None,
        };
        if let Some(items) = items {
            sql.sql("CAST(").int(bounded(most.min(items as u64))).sql(" AS bigint)");
            return;
        }
        sql.sql("(SELECT count(*) FROM (SELECT 1 AS one FROM ");
        self.rows(sql, query, None);
        sql.sql(" LIMIT ").number(most).sql(") AS p)");
    }

    /// Appends `FROM` items and `WHERE` with a condition: the arm's rows, and with a snapshot only visible ones.
    pub(super) fn rows(&self, sql: &mut Statement, query: &Query, snapshot: Option<&Snapshot>) {
        let resource_type = i64::from(query.resource_type.index());
        match self {
            Arm::Type => {
                sql.sql("live d WHERE d.type = ").int(resource_type);
            }
            Arm::Updated(test) => {
                sql.sql("live d WHERE d.type = ").int(resource_type).sql(" AND ");
                updated_test(sql, *test, "d");
            }
            Arm::Keys(parameter, hashes) => {
                sql.sql("index_key d WHERE ");
                one_of_ints(sql, "d.hash", hashes.iter().map(|hash| key(*parameter, *hash)).collect());
            }
            Arm::Text(parameter, test) => {
                sql.sql("index_text d WHERE d.parameter = ").int(i64::from(parameter.get())).sql(" AND ");
                text_test(sql, test, "d");
            }
            Arm::Span(parameter, tests, among) => span_rows(sql, *parameter, tests, *among),
            Arm::Number(parameter, unit, test) => {
                sql.sql("index_number d WHERE d.hash = ").int(number_key(*parameter, *unit)).sql(" AND ");
                number_test(sql, *test, "d.value", "d.value");
            }
            Arm::Range(parameter, unit, test) => {
                sql.sql("index_range d WHERE d.hash = ").int(number_key(*parameter, *unit)).sql(" AND ");
                number_test(sql, *test, "d.low", "d.high");
            }
            Arm::Ids(ids) => return id_rows(sql, resource_type, ids, snapshot),
        }
        if let Some(snapshot) = snapshot {
            sql.sql(" AND ");
            visible(sql, &format!("{}.vid", self.alias()), snapshot);
        }
    }
}

/// The rows of spans that pass all tests, found by their begins, level by level.
fn span_rows(sql: &mut Statement, parameter: ParameterId, tests: &[SpanTest], among: Among) {
    let value = i64::from(parameter.get());
    let rows = Leveled { table: "index_span", owner: "parameter", value, join: " WHERE " };
    // The closest bounds that the tests set to the begin, and the latest moment after which the span must end.
    let (mut least, mut most, mut after) = (None::<i64>, None::<i64>, None::<i64>);
    let raise = |bound: &mut Option<i64>, to: i64| *bound = Some(bound.map_or(to, |bound| bound.max(to)));
    let lower = |bound: &mut Option<i64>, to: i64| *bound = Some(bound.map_or(to, |bound| bound.min(to)));
    for test in tests {
        match *test {
            SpanTest::Within { from, to } => {
                raise(&mut least, from);
                lower(&mut most, to);
            }
            SpanTest::Overlaps { from, to } => {
                raise(&mut after, from);
                lower(&mut most, to);
            }
            // What ends by a moment also begins by it.
            SpanTest::StartsBefore(at) | SpanTest::EndsBy(at) => lower(&mut most, at),
            SpanTest::StartsFrom(at) => raise(&mut least, at),
            SpanTest::EndsAfter(at) => raise(&mut after, at),
            SpanTest::NotWithin { .. } => {}
        }
    }
    match (least, after) {
        (Some(least), _) => {
            rows.rows(sql);
            sql.sql(" AND s.begins >= ").int(least);
        }
        (None, Some(after)) => rows.ending_after(sql, after),
        (None, None) => rows.rows(sql),
    }
    if let Some(most) = most {
        sql.sql(" AND s.begins <= ").int(most);
    }
    if among != Among::All {
        sql.sql(if among == Among::Single { " AND l.n < " } else { " AND l.n >= " });
        sql.number(SEVERAL.unsigned_abs());
    }
    for test in tests {
        sql.sql(" AND ");
        // The sign keeps these from being taken for the bounds of the range.
        span_test(sql, *test, "+s");
    }
}

/// The versions with these ids that are, or were, current.
fn id_rows(sql: &mut Statement, resource_type: i64, ids: &[String], snapshot: Option<&Snapshot>) {
    let mut ids: Vec<String> = ids.iter().map(|id| without_nul(id)).collect();
    ids.sort_unstable();
    ids.dedup();
    let n = sql.parameter(Parameter::Texts(ids));
    let texts = sql.dialect.texts("i", n);
    sql.sql(&texts).sql(" JOIN version d ON d.vid = (SELECT n.vid FROM version n WHERE n.type = ");
    sql.int(resource_type).sql(" AND n.id = i.value");
    if let Some(ceiling) = snapshot.and_then(|snapshot| snapshot.ceiling) {
        sql.sql(" AND n.vid <= ").int(ceiling);
        not_excluded(sql, "n.vid", &snapshot.cloned().unwrap_or_default());
    }
    sql.sql(" ORDER BY n.version DESC LIMIT 1) WHERE d.body IS NOT NULL");
}

/// Appends the condition that version `vid` is current in the snapshot.
pub(super) fn visible(sql: &mut Statement, vid: &str, snapshot: &Snapshot) {
    if let Some(ceiling) = snapshot.ceiling {
        sql.sql(vid).sql(" <= ").int(ceiling);
        not_excluded(sql, vid, snapshot);
        sql.sql(" AND ");
    }
    sql.sql("NOT EXISTS (SELECT 1 FROM superseded x WHERE x.vid = ").sql(vid);
    if let Some(ceiling) = snapshot.ceiling {
        sql.sql(" AND x.by_vid <= ").int(ceiling);
        not_excluded(sql, "x.by_vid", snapshot);
    }
    sql.sql(")");
}

/// Appends the condition that the version was not of a transaction under way.
pub(crate) fn not_excluded(sql: &mut Statement, vid: &str, snapshot: &Snapshot) {
    if !snapshot.excluded.is_empty() {
        let n = sql.parameter(Parameter::Ints(snapshot.excluded.clone()));
        let dialect = sql.dialect;
        dialect.not_excluded(vid, n, &mut sql.text);
    }
}
