//! Sets of spans of time.

use fhir::datetime::Period;

/// The same time as spans in order that neither overlap nor touch.
pub fn merged(mut periods: Vec<Period>) -> Vec<Period> {
    periods.retain(|period| period.from < period.to);
    periods.sort_unstable_by_key(|period| period.from);
    let mut merged: Vec<Period> = Vec::with_capacity(periods.len());
    for period in periods {
        match merged.last_mut() {
            Some(last) if period.from <= last.to => last.to = last.to.max(period.to),
            _ => merged.push(period),
        }
    }
    merged
}

/// What is left of `periods` without `taken`, in order. Both may be in any order and overlap.
pub fn without(periods: Vec<Period>, taken: Vec<Period>) -> Vec<Period> {
    let taken = merged(taken);
    let mut left = Vec::new();
    let mut first = 0;
    for Period { mut from, to } in merged(periods) {
        while taken.get(first).is_some_and(|away| away.to <= from) {
            first += 1;
        }
        for away in taken[first..].iter().take_while(|away| away.from < to) {
            if from < away.from {
                left.push(Period { from, to: away.from });
            }
            from = from.max(away.to);
        }
        if from < to {
            left.push(Period { from, to });
        }
    }
    left
}

/// What of `periods` lies within `limit`.
pub fn within(periods: Vec<Period>, limit: Period) -> Vec<Period> {
    let cut = |period: Period| Period { from: period.from.max(limit.from), to: period.to.min(limit.to) };
    periods.into_iter().map(cut).filter(|period| period.from < period.to).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn periods(pairs: &[(i64, i64)]) -> Vec<Period> {
        pairs.iter().map(|&(from, to)| Period { from, to }).collect()
    }

    #[test]
    fn overlapping_and_touching_spans_become_one() {
        assert_eq!(merged(periods(&[(5, 7), (0, 2), (2, 3), (6, 9), (4, 4)])), periods(&[(0, 3), (5, 9)]));
    }

    #[test]
    fn what_is_taken_is_cut_out() {
        let check = |free: &[(i64, i64)], taken: &[(i64, i64)], left: &[(i64, i64)]| {
            assert_eq!(without(periods(free), periods(taken)), periods(left), "{free:?} without {taken:?}");
        };
        check(&[(0, 10)], &[], &[(0, 10)]);
        check(&[(0, 10)], &[(3, 4), (6, 8)], &[(0, 3), (4, 6), (8, 10)]);
        check(&[(0, 10)], &[(-5, 2), (9, 20)], &[(2, 9)]);
        check(&[(0, 10)], &[(0, 10)], &[]);
        check(&[(0, 10)], &[(10, 12), (-3, 0)], &[(0, 10)]);
        check(&[(0, 4), (6, 10)], &[(3, 7)], &[(0, 3), (7, 10)]);
        check(&[(0, 4), (6, 10)], &[(0, 20), (1, 2)], &[]);
        check(&[(0, 2), (4, 6), (8, 9)], &[(1, 5)], &[(0, 1), (5, 6), (8, 9)]);
    }

    #[test]
    fn a_limit_cuts_both_ends() {
        let limit = Period { from: 2, to: 8 };
        assert_eq!(
            within(periods(&[(0, 1), (1, 3), (4, 5), (7, 12)]), limit),
            periods(&[(2, 3), (4, 5), (7, 8)])
        );
    }
}
