//! The smallest resources are valid, and nothing can be left out of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fhir::ResourceType;
use generate::smallest;
use validation::{Options, validate};

#[test]
fn the_smallest_resource_of_every_type_is_valid() {
    let mut problems = String::new();
    for resource_type in ResourceType::all() {
        let resource = smallest(resource_type);
        for issue in validate(&resource, &Options::default()) {
            let place = issue.expression.unwrap_or_default();
            problems.push_str(&format!("\n{resource_type} {place}: {}\n  {resource}", issue.text));
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn without_any_of_its_elements_it_is_not() {
    for resource_type in ResourceType::all() {
        let resource = smallest(resource_type);
        for (name, _) in resource.as_object().unwrap().iter() {
            let mut less = resource.clone();
            less.as_object_mut().unwrap().remove(name);
            assert!(!validate(&less, &Options::default()).is_empty(), "{resource_type} needs no {name}");
        }
    }
}
