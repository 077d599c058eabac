//! The invariants of R4.

use crate::invariants::{contexts, expression};
use crate::{Expression, Options, invariant};
use fhir::definitions::{invariants, types};

#[test]
fn every_invariant_of_r4_compiles_for_the_types_that_have_it() {
    for (definition, types) in invariants().iter().zip(contexts()) {
        assert!(!types.is_empty(), "{} belongs to no type", definition.key);
        let options = Options { types: &types, resolving: false };
        if let Err(error) = Expression::compile_with(expression(definition), options) {
            panic!("{} {}: {error}", definition.key, expression(definition));
        }
    }
    assert_eq!(invariants().len(), 240);
}

#[test]
fn the_compiled_invariants_are_found_by_id() {
    for definition in types() {
        for id in definition.invariants {
            assert!(invariant(*id).is_some(), "{}", id.definition().key);
        }
    }
}
