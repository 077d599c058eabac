//! Resources to begin with: the smallest of every type, and a generated record, whose resources are as large as real ones.

use fhir::{Json, ResourceType};
use generate::{Form, Population, smallest};
use std::collections::BTreeSet;

/// Each type at most so often from the record.
const OF_EACH_TYPE: usize = 2;

/// Resources of all types.
pub(super) fn of_every_type() -> Vec<Json> {
    let mut resources: Vec<Json> = ResourceType::all().map(smallest).collect();
    resources.extend(of_a_record());
    resources
}

/// A few resources of each type of a patient's record.
pub(super) fn of_a_record() -> Vec<Json> {
    let population = Population::new(1);
    let mut counted = BTreeSet::new();
    let records = [population.practice(0, Form::Resources), population.patient(0, Form::Resources)];
    let resources = records.into_iter().flat_map(|record| record.resources);
    let is_wanted = |name: &'static str| (0..OF_EACH_TYPE).any(|number| counted.insert((name, number)));
    let mut is_wanted = is_wanted;
    resources.filter(|resource| is_wanted(resource.resource_type)).map(|resource| resource.body).collect()
}
