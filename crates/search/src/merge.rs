//! Conditions put together.

use crate::query::Criterion;

/// Any of the conditions: those of one parameter and one sort as a single condition of that sort.
pub(crate) fn any(criteria: Vec<Criterion>) -> Criterion {
    let mut merged: Vec<Criterion> = Vec::with_capacity(criteria.len());
    for criterion in criteria {
        match criterion {
            Criterion::Either(each) => each.into_iter().for_each(|one| add(&mut merged, one)),
            one => add(&mut merged, one),
        }
    }
    match merged.len() {
        1 => merged.swap_remove(0),
        _ => Criterion::Either(merged),
    }
}

fn add(merged: &mut Vec<Criterion>, next: Criterion) {
    let Some(next) = merged.iter_mut().try_fold(next, |next, known| join(known, next)) else { return };
    merged.push(next);
}

/// Adds `next` to a condition of the same parameter and sort; gives it back where there is none.
fn join(known: &mut Criterion, next: Criterion) -> Option<Criterion> {
    match (known, next) {
        (Criterion::Ids(ids), Criterion::Ids(more)) => ids.extend(more),
        (Criterion::Keys { parameter, hashes }, Criterion::Keys { parameter: same, hashes: more })
            if *parameter == same =>
        {
            hashes.extend(more);
        }
        (Criterion::Text { parameter, any_of }, Criterion::Text { parameter: same, any_of: more })
            if *parameter == same =>
        {
            any_of.extend(more);
        }
        (Criterion::Spans { parameter, any_of }, Criterion::Spans { parameter: same, any_of: more })
            if *parameter == same =>
        {
            any_of.extend(more);
        }
        (
            Criterion::Numbers { parameter, unit, any_of },
            Criterion::Numbers { parameter: same, unit: same_unit, any_of: more },
        ) if *parameter == same && *unit == same_unit => any_of.extend(more),
        (Criterion::LastUpdated(any_of), Criterion::LastUpdated(more)) => any_of.extend(more),
        (_, next) => return Some(next),
    }
    None
}

/// All of the conditions.
pub(crate) fn all(mut criteria: Vec<Criterion>) -> Criterion {
    match criteria.len() {
        1 => criteria.swap_remove(0),
        _ => Criterion::All(criteria),
    }
}

/// The condition that nothing meets.
pub(crate) fn nothing() -> Criterion {
    Criterion::Either(Vec::new())
}
