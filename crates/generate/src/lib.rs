//! Clinical records of people who do not exist, for benchmarks and demonstrations.
//!
//! A [`Population`] is a seed. Its patients are numbered from 0, and each is made from the seed and its number alone,
//! so that records can be made in any order and in parallel; the same seed gives the same bytes on every machine.
//! [`Population::PATIENTS_OF_A_PRACTICE`] patients share a practice: an organization with its payer, locations,
//! practitioners, their roles and schedules.
//!
//! Types and their proportions are those of Synthea's records (half of all are Observations, about 250 resources a
//! patient, some patients with many times as many as others), with the types added that scheduling and documents
//! need. Everything is valid R4. That nobody is real shows in the digits behind every family name, in telephone
//! numbers and addresses kept for examples, and in the security label `HTEST` of every Patient.
//!
//! For tests there is also the [`smallest`] resource of every type.

mod chart;
mod codes;
mod moment;
mod names;
mod person;
mod practice;
mod random;
mod record;
mod smallest;
mod types;
mod visit;

pub use record::{Form, Record, Resource};
pub use smallest::smallest;

/// Everybody of one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Population {
    seed: u64,
}

impl Population {
    /// How many patients go to one practice.
    pub const PATIENTS_OF_A_PRACTICE: u64 = 250;

    /// The population of a seed.
    pub fn new(seed: u64) -> Self {
        Population { seed }
    }

    /// What the patients of a practice share, counted from 0. Its transaction can be sent more than once.
    pub fn practice(&self, number: u64, form: Form) -> Record {
        practice::record(&practice::Practice::new(self.seed, number), form)
    }

    /// The record of a patient, counted from 0. It refers to the resources of the patient's practice, which come
    /// first.
    pub fn patient(&self, number: u64, form: Form) -> Record {
        let practice = practice::Practice::new(self.seed, number / Self::PATIENTS_OF_A_PRACTICE);
        visit::record(self.seed, number, &practice, form)
    }

    /// The records of the first `patients`, each practice before its patients.
    pub fn records(&self, patients: u64, form: Form) -> impl Iterator<Item = Record> {
        let population = *self;
        (0..patients).flat_map(move |number| {
            let first = number % Self::PATIENTS_OF_A_PRACTICE == 0;
            let practice = first.then(|| population.practice(number / Self::PATIENTS_OF_A_PRACTICE, form));
            practice.into_iter().chain([population.patient(number, form)])
        })
    }
}
