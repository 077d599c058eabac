//! Whose records come next.

use generate::{Form, Population, Record};

/// The seed of all runs: figures are comparable when the records are the same.
const SEED: u64 = 1;

/// How far a population is stored.
#[derive(Default)]
pub struct People {
    /// The patient that comes next.
    next: u64,
    /// The resources so far.
    pub resources: u64,
}

impl People {
    /// The records that come next, practices before patients: until there are `size` resources, but no more than
    /// `most` at once. None when there are as many already.
    pub fn until(&mut self, size: u64, most: u64, form: Form) -> (Vec<Record>, Vec<Record>) {
        let population = Population::new(SEED);
        let (mut practices, mut patients) = (Vec::new(), Vec::new());
        let begin = self.resources;
        while self.resources < size && self.resources - begin < most {
            if self.next.is_multiple_of(Population::PATIENTS_OF_A_PRACTICE) {
                let practice = population.practice(self.next / Population::PATIENTS_OF_A_PRACTICE, form);
                self.resources += practice.resources.len() as u64;
                practices.push(practice);
            }
            let patient = population.patient(self.next, form);
            self.resources += patient.resources.len() as u64;
            patients.push(patient);
            self.next += 1;
        }
        (practices, patients)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_until_there_are_enough() {
        let mut people = People::default();
        let (practices, patients) = people.until(1_000, 600, Form::Resources);
        assert!(practices.len() == 1 && !patients.is_empty());
        let count = people.resources;
        assert!((600..1_000).contains(&count) || count >= 1_000, "{count}");
        while people.resources < 1_000 {
            let (practices, patients) = people.until(1_000, 600, Form::Resources);
            assert!(practices.is_empty() && !patients.is_empty());
        }
        let (practices, patients) = people.until(1_000, 600, Form::Resources);
        assert!(practices.is_empty() && patients.is_empty());
    }
}
