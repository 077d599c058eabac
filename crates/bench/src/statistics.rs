//! Medians and spreads of repeats.

use std::time::Duration;

/// The middle, the least and the most of some values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The median; of an even count, the mean of the two in the middle.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
}

impl Spread {
    /// The spread of values; of none, zeros.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_unstable_by(f64::total_cmp);
        let (Some(min), Some(max)) = (values.first(), values.last()) else {
            return Spread { median: 0.0, min: 0.0, max: 0.0 };
        };
        let (below, above) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
        Spread { median: f64::midpoint(below, above), min: *min, max: *max }
    }
}

/// Microseconds for each of `count`; 0 of none.
pub fn micros_per(time: Duration, count: u64) -> f64 {
    if count == 0 { 0.0 } else { time.as_secs_f64() * 1e6 / count as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        let check = |values: &[f64], expected: (f64, f64, f64)| {
            let Spread { median, min, max } = Spread::of(values.iter().copied());
            assert_eq!((median, min, max), expected, "{values:?}");
        };
        check(&[3.0, 1.0, 2.0], (2.0, 1.0, 3.0));
        check(&[4.0, 1.0, 2.0, 3.0], (2.5, 1.0, 4.0));
        check(&[5.0], (5.0, 5.0, 5.0));
        check(&[], (0.0, 0.0, 0.0));
    }

    #[test]
    fn time_is_divided_by_requests() {
        assert_eq!(micros_per(Duration::from_secs(1), 10_000), 100.0);
        assert_eq!(micros_per(Duration::from_secs(1), 0), 0.0);
    }
}
