//! How long answers took.

use std::time::Duration;

/// Latencies of one run, in nanoseconds.
#[derive(Debug, Default)]
pub struct Latencies {
    nanos: Vec<u32>,
}

impl Latencies {
    /// Notes one. What took longer than 4.2 s is noted as 4.2 s.
    pub fn note(&mut self, took: Duration) {
        self.nanos.push(u32::try_from(took.as_nanos()).unwrap_or(u32::MAX));
    }

    /// Takes the latencies of another run into this one.
    pub fn merge(&mut self, mut other: Self) {
        self.nanos.append(&mut other.nanos);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.nanos.len()
    }

    /// The latencies below or at which these percentages of all lie, in microseconds (nearest rank); 0 when there
    /// are none.
    pub fn percentiles<const N: usize>(mut self, percents: [f64; N]) -> [f64; N] {
        self.nanos.sort_unstable();
        percents.map(|percent| {
            rank(self.nanos.len(), percent).map_or(0.0, |at| f64::from(self.nanos[at]) / 1000.0)
        })
    }
}

/// The place of a percentile among `count` sorted values: the nearest rank, ⌈p/100 · n⌉, counted from 0.
fn rank(count: usize, percent: f64) -> Option<usize> {
    let last = count.checked_sub(1)?;
    let at = (percent / 100.0 * count as f64).ceil() as usize;
    Some(at.saturating_sub(1).min(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let mut latencies = Latencies::default();
        for micros in (1..=100).rev() {
            latencies.note(Duration::from_micros(micros));
        }
        assert_eq!(latencies.percentiles([0.0, 50.0, 99.0, 100.0]), [1.0, 50.0, 99.0, 100.0]);
    }

    #[test]
    fn few_values_have_percentiles_too() {
        assert_eq!(Latencies::default().percentiles([50.0]), [0.0]);
        let mut one = Latencies::default();
        one.note(Duration::from_micros(7));
        assert_eq!(one.percentiles([50.0, 99.0]), [7.0, 7.0]);
        let mut two = Latencies::default();
        two.note(Duration::from_micros(1));
        let mut other = Latencies::default();
        other.note(Duration::from_secs(3600));
        two.merge(other);
        assert_eq!((two.len(), two.percentiles([50.0])), (2, [1.0]));
    }
}
