//! Random numbers that are the same on every machine: SplitMix64, and no function that platforms compute differently.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream of this number among those of a seed; streams have nothing to do with one another.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut random = Random(seed);
        random.0 ^= Random(stream.wrapping_mul(0xd6e8_feb8_6659_fd93)).next();
        random
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// An integer from 0 on, below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// An integer from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = usize::try_from(high - low + 1).unwrap_or(1);
        low + self.below(width) as i64
    }

    /// A number from 0 on, below 1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// A number that lies about `mean`, most often within `deviation` of it and never beyond 3.5 deviations: the sum
    /// of four uniform ones.
    pub(crate) fn around(&mut self, mean: f64, deviation: f64) -> f64 {
        const SQUARE_ROOT_OF_3: f64 = 1.732_050_807_568_877_2;
        let sum: f64 = (0..4).map(|_| self.share()).sum();
        mean + (sum - 2.0) * SQUARE_ROOT_OF_3 * deviation
    }

    /// One of a table that has rows.
    pub(crate) fn pick<'t, T>(&mut self, table: &'t [T]) -> &'t T {
        &table[self.below(table.len())]
    }

    /// A UUID of version 4.
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let (first, second, third) = (high >> 32, (high >> 16) & 0xffff, (high & 0x0fff) | 0x4000);
        let (fourth, fifth) = (((low >> 48) & 0x3fff) | 0x8000, low & 0xffff_ffff_ffff);
        format!("{first:08x}-{second:04x}-{third:04x}-{fourth:04x}-{fifth:012x}")
    }

    /// So many decimal digits.
    pub(crate) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lie_where_they_should() {
        let mut random = Random::new(1, 2);
        let (mut sum, mut least, mut most) = (0.0, f64::MAX, f64::MIN);
        for _ in 0..10_000 {
            assert!((-3..=4).contains(&random.between(-3, 4)));
            let value = random.around(120.0, 10.0);
            (sum, least, most) = (sum + value, least.min(value), most.max(value));
        }
        assert!((119.0..121.0).contains(&(sum / 10_000.0)), "{sum}");
        assert!(least < 105.0 && least > 85.0 && most > 135.0 && most < 155.0, "{least} {most}");
    }

    #[test]
    fn streams_differ_and_repeat() {
        let uuid = |seed, stream| Random::new(seed, stream).uuid();
        assert_eq!(uuid(7, 1), uuid(7, 1));
        assert!(uuid(7, 1) != uuid(7, 2) && uuid(7, 1) != uuid(8, 1));
        assert_eq!((uuid(7, 1).len(), &uuid(7, 1)[14..15]), (36, "4"));
    }
}
