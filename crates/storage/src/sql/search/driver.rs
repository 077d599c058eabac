//! Which criterion drives a search.

use super::arm::{Among, Arm, visible};
use super::{explain, walk};
use crate::error::StoreError;
use crate::sql::resources::bounded;
use crate::sql::{Session, Snapshot, Statement};
use ::search::{Criterion, ParameterId, Query, SpanTest, Total};

/// How many rows of each criterion are counted to find the rarest; the next step only while all have more.
const PROBES: [u64; 4] = [128, 512, 2_048, 32_768];

/// A criterion of more alternatives than this does not drive.
const MOST_ARMS: usize = 16;

/// So few ids drive without a look at what else there is.
const FEW_IDS: usize = 128;

/// What drives a search.
#[derive(Debug)]
pub(super) struct Driver<'q> {
    /// Each leads to some of the candidates.
    pub(super) arms: Vec<Arm<'q>>,
    /// Which of the query's criteria these are; the others must be checked.
    pub(super) criterion: Option<usize>,
    /// Whether all candidates pass that criterion; otherwise it must be checked too.
    pub(super) is_exact: bool,
    /// How many rows the arms have, as far as they were counted.
    pub(super) rows: Option<u64>,
}

/// The arms that together lead to all resources of which the criterion holds, if there are such, and whether they lead
/// to no others.
fn arms(criterion: &Criterion) -> Option<(Vec<Arm<'_>>, bool)> {
    let arms: Vec<Arm<'_>> = match criterion {
        Criterion::Ids(ids) => vec![Arm::Ids(ids)],
        Criterion::Keys { parameter, hashes } => vec![Arm::Keys(*parameter, hashes)],
        Criterion::Text { parameter, any_of } => {
            any_of.iter().map(|test| Arm::Text(*parameter, test)).collect()
        }
        Criterion::Spans { parameter, any_of } => {
            any_of.iter().map(|test| Arm::Span(*parameter, vec![*test], Among::All)).collect()
        }
        Criterion::Numbers { parameter, unit, any_of } => {
            let both = |test| [Arm::Number(*parameter, *unit, test), Arm::Range(*parameter, *unit, test)];
            any_of.iter().flat_map(|test| both(*test)).collect()
        }
        Criterion::LastUpdated(any_of) => any_of.iter().map(|test| Arm::Updated(*test)).collect(),
        Criterion::All(criteria) => {
            let narrowest = criteria.iter().filter_map(arms).min_by_key(|(arms, _)| preference(arms));
            let (arms, is_exact) = narrowest?;
            return Some((arms, is_exact && criteria.len() == 1));
        }
        Criterion::Either(criteria) => return either(criteria),
        Criterion::Not(_)
        | Criterion::RefersTo { .. }
        | Criterion::RefersWithin { .. }
        | Criterion::RefersAlong { .. }
        | Criterion::ReferredToBy { .. }
        | Criterion::Tested { .. } => return None,
    };
    are_few(&arms).then_some((arms, true))
}

fn either(criteria: &[Criterion]) -> Option<(Vec<Arm<'_>>, bool)> {
    let (mut all, mut is_exact) = (Vec::new(), true);
    for criterion in criteria {
        let (arms, are_exact) = arms(criterion)?;
        all.extend(arms);
        is_exact &= are_exact;
    }
    are_few(&all).then_some((all, is_exact))
}

fn are_few(arms: &[Arm<'_>]) -> bool {
    (1..=MOST_ARMS).contains(&arms.len())
}

/// Which arms to take when nothing is known of their rows, the least.
fn preference(arms: &[Arm<'_>]) -> (bool, Option<u8>) {
    (!arms.iter().all(Arm::is_narrow), arms.iter().map(Arm::preference).max())
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
        let driver = |arms, is_exact| Driver { arms, criterion: Some(at), is_exact, rows: None };
        if let Criterion::Spans { parameter, .. } = criterion {
            if in_windows.contains(parameter) {
                continue;
            }
            let same = spans_of(query, *parameter);
            if same.len() > 1
                && let Some(arms) = window(*parameter, &same)
            {
                in_windows.push(*parameter);
                drivers.push(driver(arms, true));
                continue;
            }
        }
        drivers.extend(arms(criterion).map(|(arms, is_exact)| driver(arms, is_exact)));
    }
    drivers
}

/// The tests of each criterion about the spans of a parameter.
fn spans_of(query: &Query, parameter: ParameterId) -> Vec<&[SpanTest]> {
    let same = query.criteria.iter().filter_map(|criterion| match criterion {
        Criterion::Spans { parameter: other, any_of } if *other == parameter => Some(&any_of[..]),
        _ => None,
    });
    same.collect()
}

/// Chooses the criterion with the fewest rows.
pub(super) fn choose<'q>(session: &mut dyn Session, query: &'q Query) -> Result<Driver<'q>, StoreError> {
    let (mut narrow, wide): (Vec<_>, Vec<_>) =
        drivers(query).into_iter().partition(|driver| driver.arms.iter().all(Arm::is_narrow));
    narrow.sort_by_key(|driver| preference(&driver.arms));
    let first = narrow.first().map(|driver| &driver.arms[..]);
    let by_few_ids = matches!(first, Some([Arm::Ids(ids)]) if ids.len() <= FEW_IDS);
    let mut counted = Vec::new();
    if let [only] = &mut narrow[..]
        && !by_few_ids
        && walk::is_possible(query)
    {
        // Whether they are so many that they had better not be sorted.
        let most = walk::FROM;
        let sql = probe(session, query, std::slice::from_ref(only), most);
        sql.query(session, &mut |row| {
            only.rows = u64::try_from(row.int(0)?).ok();
            Ok(())
        })?;
    }
    let chosen = if narrow.len() > 1 && !by_few_ids {
        let rarest = rarest(session, query, &mut narrow)?;
        counted = narrow.iter().filter_map(|driver| Some((driver.criterion?, driver.rows?))).collect();
        narrow.swap_remove(rarest)
    } else {
        let everything = Driver { arms: vec![Arm::Type], criterion: None, is_exact: true, rows: None };
        narrow.into_iter().chain(wide).next().unwrap_or(everything)
    };
    session.chose(&mut || explain::driver(query, &chosen, counted.clone()));
    Ok(chosen)
}

/// Counts rows, a bounded number, and says which of the drivers has the fewest.
fn rarest(session: &mut dyn Session, query: &Query, drivers: &mut [Driver<'_>]) -> Result<usize, StoreError> {
    // A page in the order of change ends after some matches; only a search that visits all is worth a closer look.
    let visits_all = query.total == Total::Accurate || !query.sort.is_empty();
    let steps = if visits_all { &PROBES[..] } else { &PROBES[..3] };
    let mut rarest = 0;
    for most in steps {
        let mut counts = vec![0; drivers.len()];
        probe(session, query, drivers, *most).query(session, &mut |row| {
            for (at, count) in counts.iter_mut().enumerate() {
                *count = row.int(at)?;
            }
            Ok(())
        })?;
        for (driver, count) in drivers.iter_mut().zip(&counts) {
            driver.rows = u64::try_from(*count).ok();
        }
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
            arm.count(&mut sql, query, most);
        }
    }
    sql
}

impl Driver<'_> {
    /// Appends the `FROM` items for the candidates as rows `d`, each once, and `WHERE` with the condition that they are
    /// visible and pass `others`.
    pub(super) fn from(
        &self,
        sql: &mut Statement,
        query: &Query,
        snapshot: &Snapshot,
        others: &mut dyn FnMut(&mut Statement),
    ) {
        if let [arm] = &self.arms[..]
            && arm.is_unique()
        {
            arm.rows(sql, query, arm.finds_visible().then_some(snapshot));
            others(sql);
            // Last, for nearly everything is visible.
            if !arm.finds_visible() {
                sql.sql(" AND ");
                visible(sql, "d.vid", snapshot);
            }
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
        others(sql);
    }

    /// Whether the rows `d` are rows of `live`.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.arms[..], [Arm::Type | Arm::Updated(_)])
    }
}
