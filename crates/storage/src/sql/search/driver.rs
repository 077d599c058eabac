//! Which criterion drives a search, and its rows.

use super::condition::{one_of_ints, span_test, text_test, updated_test};
use crate::error::StoreError;
use crate::sql::holds::Leveled;
use crate::sql::index_rows::{SEVERAL, key, without_nul};
use crate::sql::resources::bounded;
use crate::sql::statement::Parameter;
use crate::sql::{Session, Snapshot, Statement};
use ::search::{Criterion, ParameterId, Query, SpanTest, TextTest, Total};

/// How many rows of each criterion are counted to find the rarest; the next step only while all have more.
const PROBES: [u64; 3] = [128, 2_048, 32_768];

/// A criterion of more alternatives than this does not drive.
const MOST_ARMS: usize = 16;

/// What drives a search.
#[derive(Debug)]
pub(super) struct Driver<'q> {
    /// Each leads to some of the candidates.
    pub(super) arms: Vec<Arm<'q>>,
    /// Which of the query's criteria these are; the others must be checked.
    pub(super) criterion: Option<usize>,
}

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

/// The arms that together lead to just the resources of which the criterion holds, if there are such.
fn arms(criterion: &Criterion) -> Option<Vec<Arm<'_>>> {
    let arms: Vec<Arm<'_>> = match criterion {
        Criterion::Ids(ids) => vec![Arm::Ids(ids)],
        Criterion::Keys { parameter, hashes } => vec![Arm::Keys(*parameter, hashes)],
        Criterion::Text { parameter, any_of } => {
            any_of.iter().map(|test| Arm::Text(*parameter, test)).collect()
        }
        Criterion::Spans { parameter, any_of } => {
            any_of.iter().map(|test| Arm::Span(*parameter, vec![*test], Among::All)).collect()
        }
        Criterion::LastUpdated(any_of) => any_of.iter().map(|test| Arm::Updated(*test)).collect(),
        Criterion::Either(criteria) => {
            let each: Option<Vec<Vec<Arm<'_>>>> = criteria.iter().map(arms).collect();
            each?.into_iter().flatten().collect()
        }
        Criterion::Not(_) => return None,
    };
    (!arms.is_empty() && arms.len() <= MOST_ARMS).then_some(arms)
}

/// The arms that together lead to all resources of which several criteria about the spans of one parameter hold, and
/// of which the first does hold. Where a version has one span, it must pass a test of each.
fn window<'q>(parameter: ParameterId, criteria: &[&'q [SpanTest]]) -> Option<Vec<Arm<'q>>> {
    let (first, others) = criteria.split_first()?;
    let mut single: Vec<Vec<SpanTest>> = first.iter().map(|test| vec![*test]).collect();
    for any_of in others {
        let with = |tests: &Vec<SpanTest>, test: &SpanTest| tests.iter().chain([test]).copied().collect();
        single = single.iter().flat_map(|tests| any_of.iter().map(move |test| with(tests, test))).collect();
        if single.len() > MOST_ARMS {
            return None;
        }
    }
    let several = first.iter().map(|test| Arm::Span(parameter, vec![*test], Among::Several));
    let single = single.into_iter().map(|tests| Arm::Span(parameter, tests, Among::Single));
    let arms: Vec<Arm<'_>> = single.chain(several).collect();
    (!arms.is_empty() && arms.len() <= MOST_ARMS).then_some(arms)
}

/// What may drive the query.
fn drivers(query: &Query) -> Vec<Driver<'_>> {
    let mut drivers = Vec::new();
    let mut in_windows = Vec::new();
    for (at, criterion) in query.criteria.iter().enumerate() {
        if let Criterion::Spans { parameter, .. } = criterion {
            let same = query.criteria.iter().filter_map(|other| match other {
                Criterion::Spans { parameter: other, any_of } if other == parameter => Some(&any_of[..]),
                _ => None,
            });
            let same: Vec<&[SpanTest]> = same.collect();
            if in_windows.contains(parameter) {
                continue;
            }
            if same.len() > 1
                && let Some(arms) = window(*parameter, &same)
            {
                in_windows.push(*parameter);
                drivers.push(Driver { arms, criterion: Some(at) });
                continue;
            }
        }
        drivers.extend(arms(criterion).map(|arms| Driver { arms, criterion: Some(at) }));
    }
    drivers
}

/// Chooses the criterion with the fewest rows.
pub(super) fn choose<'q>(session: &mut dyn Session, query: &'q Query) -> Result<Driver<'q>, StoreError> {
    let (mut narrow, wide): (Vec<_>, Vec<_>) =
        drivers(query).into_iter().partition(|driver| driver.arms.iter().all(Arm::is_narrow));
    narrow.sort_by_key(|driver| driver.arms.iter().map(Arm::preference).max());
    let by_ids = narrow.first().is_some_and(|driver| matches!(driver.arms[..], [Arm::Ids(_)]));
    if narrow.len() > 1 && !by_ids {
        let rarest = rarest(session, query, &narrow)?;
        return Ok(narrow.swap_remove(rarest));
    }
    let everything = Driver { arms: vec![Arm::Type], criterion: None };
    Ok(narrow.into_iter().chain(wide).next().unwrap_or(everything))
}

/// Counts rows, a bounded number, and says which of the drivers has the fewest.
fn rarest(session: &mut dyn Session, query: &Query, drivers: &[Driver<'_>]) -> Result<usize, StoreError> {
    // A page in the order of change ends after some matches; only a search that visits all is worth a closer look.
    let visits_all = query.total == Total::Accurate || !query.sort.is_empty();
    let steps = if visits_all { &PROBES[..] } else { &PROBES[..2] };
    let mut rarest = 0;
    for most in steps {
        let mut counts = vec![0; drivers.len()];
        probe(session, query, drivers, *most).query(session, &mut |row| {
            for (at, count) in counts.iter_mut().enumerate() {
                *count = row.int(at)?;
            }
            Ok(())
        })?;
        let least = counts.iter().enumerate().min_by_key(|(_, count)| **count);
        let Some((at, count)) = least else { break };
        rarest = at;
        if *count < bounded(*most) {
            break;
        }
    }
    Ok(rarest)
}

/// The statement that counts at most `most` rows of each driver's arms.
pub(super) fn probe(session: &dyn Session, query: &Query, drivers: &[Driver<'_>], most: u64) -> Statement {
    let mut sql = Statement::new(session.dialect());
    for (at, driver) in drivers.iter().enumerate() {
        sql.sql(if at == 0 { "SELECT " } else { ", " });
        for (at, arm) in driver.arms.iter().enumerate() {
            sql.sql(if at == 0 { "" } else { " + " });
            sql.sql("(SELECT count(*) FROM (SELECT 1 AS one FROM ");
            arm.rows(&mut sql, query, None);
            sql.sql(" LIMIT ").number(most).sql(") AS p)");
        }
    }
    sql
}

impl Driver<'_> {
    /// Appends the `FROM` items for the candidates as rows `d`, each once and visible, and `WHERE` with a condition.
    pub(super) fn from(&self, sql: &mut Statement, query: &Query, snapshot: &Snapshot) {
        if let [arm] = &self.arms[..]
            && arm.is_unique()
        {
            arm.rows(sql, query, Some(snapshot));
            return;
        }
        sql.sql("(");
        let several = self.arms.len() > 1;
        for (at, arm) in self.arms.iter().enumerate() {
            sql.sql(if at == 0 { "" } else { " UNION " });
            sql.sql(if several { "SELECT " } else { "SELECT DISTINCT " }).sql(arm.alias());
            sql.sql(".vid AS vid FROM ");
            arm.rows(sql, query, Some(snapshot));
        }
        sql.sql(") AS d WHERE 1 = 1");
    }

    /// Whether the rows `d` are rows of `live`.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.arms[..], [Arm::Type | Arm::Updated(_)])
    }
}

impl Arm<'_> {
    /// Whether it visits hardly more rows than it leads to.
    fn is_narrow(&self) -> bool {
        match self {
            Arm::Type => false,
            Arm::Updated(test) => !matches!(test, SpanTest::NotWithin { .. }),
            Arm::Span(_, tests, _) => !tests.iter().all(|test| matches!(test, SpanTest::NotWithin { .. })),
            Arm::Text(_, test) => !matches!(test, TextTest::Contains(_)),
            Arm::Ids(_) | Arm::Keys(..) => true,
        }
    }

    /// Which to take among equally rare ones, the least.
    fn preference(&self) -> u8 {
        match self {
            Arm::Ids(_) => 0,
            Arm::Keys(_, [_]) => 1,
            Arm::Keys(..) => 2,
            Arm::Text(..) => 3,
            Arm::Updated(_) => 4,
            Arm::Span(..) => 5,
            Arm::Type => 6,
        }
    }

    /// Whether it leads to each candidate once.
    fn is_unique(&self) -> bool {
        match self {
            Arm::Type | Arm::Updated(_) | Arm::Ids(_) => true,
            Arm::Keys(_, hashes) => hashes.len() == 1,
            Arm::Text(_, test) => matches!(test, TextTest::Equals(_)),
            Arm::Span(..) => false,
        }
    }

    fn alias(&self) -> &'static str {
        if matches!(self, Arm::Span(..)) { "s" } else { "d" }
    }

    /// Appends `FROM` items and `WHERE` with a condition: the arm's rows, and with a snapshot only visible ones.
    fn rows(&self, sql: &mut Statement, query: &Query, snapshot: Option<&Snapshot>) {
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

fn not_excluded(sql: &mut Statement, vid: &str, snapshot: &Snapshot) {
    if !snapshot.excluded.is_empty() {
        let n = sql.parameter(Parameter::Ints(snapshot.excluded.clone()));
        let dialect = sql.dialect;
        dialect.not_excluded(vid, n, &mut sql.text);
    }
}
