//! A patient before there is anything to record: who it is, and what is measured when nothing is wrong.

use crate::codes::problems::{CHRONIC, Chronic, DIABETES, HYPERTENSION};
use crate::moment::{Moment, TODAY};
use crate::names::{family, given};
use crate::random::Random;

/// The share of its adult height that a child has at an age in years.
const GROWTH: [(f64, f64); 7] =
    [(0.0, 0.29), (1.0, 0.44), (2.0, 0.50), (5.0, 0.63), (10.0, 0.80), (14.0, 0.94), (17.0, 1.0)];
/// How much of the past is recorded, in days.
const RECORDED: i64 = 3650;

/// A person.
pub(crate) struct Person {
    pub(crate) is_female: bool,
    pub(crate) family: String,
    pub(crate) given: Vec<&'static str>,
    pub(crate) birth: Moment,
    pub(crate) death: Option<Moment>,
    pub(crate) chronic: Vec<&'static Chronic>,
    /// How often it comes, compared with others.
    pub(crate) frequency: f64,
    adult_height: f64,
    adult_bmi: f64,
    systolic: f64,
}

impl Person {
    pub(crate) fn new(random: &mut Random) -> Self {
        let is_female = random.chance(0.52);
        let birth = TODAY.plus_days(-random.between(30, 92 * 365)).plus_minutes(random.between(0, 1439));
        let age = TODAY.years_since(birth);
        let death = (random.chance(0.002 * (age - 50.0))).then(|| TODAY.plus_days(-random.between(20, 1500)));
        let has = |chronic: &&Chronic, random: &mut Random| {
            age >= chronic.from_age && random.chance(chronic.share * (1.0 + (age - chronic.from_age) / 80.0))
        };
        let chronic: Vec<&Chronic> = CHRONIC.iter().filter(|chronic| has(chronic, random)).collect();
        let has_pressure = chronic.iter().any(|chronic| chronic.code.code == HYPERTENSION);
        let given_names = if random.chance(0.6) { 2 } else { 1 };
        // Few come very often: a tail as that of incomes.
        let frequency = (0.41 / (1.0 - random.share()).sqrt()).min(6.0);
        Person {
            is_female,
            family: family(random),
            given: (0..given_names).map(|_| given(random, is_female)).collect(),
            birth,
            death,
            frequency,
            adult_height: if is_female { random.around(163.0, 6.5) } else { random.around(176.0, 7.0) },
            adult_bmi: random.around(26.5, 4.2).clamp(17.5, 42.0),
            systolic: random.around(112.0 + age * 0.18, 7.0) + if has_pressure { 16.0 } else { 0.0 },
            chronic,
        }
    }

    /// In years.
    pub(crate) fn age(&self, at: Moment) -> f64 {
        at.years_since(self.birth)
    }

    /// The first and the last day that are recorded.
    pub(crate) fn recorded(&self) -> (Moment, Moment) {
        let last = self.death.unwrap_or(TODAY).plus_days(-1);
        (self.birth.plus_days(3).max(last.plus_days(-RECORDED)), last)
    }

    pub(crate) fn has_diabetes(&self) -> bool {
        self.chronic.iter().any(|chronic| chronic.code.code == DIABETES)
    }

    /// In centimetres.
    pub(crate) fn height(&self, at: Moment) -> f64 {
        let age = self.age(at);
        let grown = GROWTH.windows(2).find(|pair| age < pair[1].0).map_or(1.0, |pair| {
            let ((from, low), (to, high)) = (pair[0], pair[1]);
            low + (high - low) * (age - from) / (to - from)
        });
        self.adult_height * grown
    }

    /// In kg/m².
    pub(crate) fn bmi(&self, at: Moment) -> f64 {
        let grown = (self.age(at) / 18.0).min(1.0);
        15.5 + (self.adult_bmi - 15.5) * grown
    }

    /// In mm Hg.
    pub(crate) fn systolic(&self, at: Moment) -> f64 {
        let grown = (self.age(at) / 16.0).min(1.0);
        82.0 + (self.systolic - 82.0) * grown
    }

    /// Per minute, for the heart and for the lungs.
    pub(crate) fn rates(&self, at: Moment) -> (f64, f64) {
        let young = 1.0 - (self.age(at) / 16.0).min(1.0);
        (74.0 + 50.0 * young, 15.0 + 18.0 * young)
    }
}
