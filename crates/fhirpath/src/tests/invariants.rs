//! The invariants of R4.

use crate::invariants::contexts;
use crate::{Expression, Options, invariant};
use fhir::definitions::{invariants, types};

/// Invariants that name an element which none of their types has: ChargeItemDefinition has no name.
const MISTAKEN: &[&str] = &["cid-0"];

#[test]
fn every_invariant_of_r4_compiles_for_the_types_that_have_it() {
    for (definition, types) in invariants().iter().zip(contexts()) {
        assert!(!types.is_empty(), "{} belongs to no type", definition.key);
        let types = if MISTAKEN.contains(&definition.key) { Vec::new() } else { types };
        let options = Options { types: &types, resolving: false };
        if let Err(error) = Expression::compile_with(definition.expression, options) {
            panic!("{} {}: {error}", definition.key, definition.expression);
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
