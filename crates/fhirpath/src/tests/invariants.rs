//! The invariants of R4.

use crate::{Expression, Options};
use fhir::definitions::{TypeId, invariants, types};

/// Invariants that name an element which their type doesn't have: ChargeItemDefinition has no name.
const MISTAKEN: &[&str] = &["cid-0"];

/// The types whose instances each invariant is evaluated on.
fn contexts() -> Vec<Vec<TypeId>> {
    let mut contexts = vec![Vec::new(); invariants().len()];
    for definition in types() {
        for id in definition.invariants {
            contexts[id.index()].push(definition.id);
        }
        for element in definition.elements {
            for id in element.invariants() {
                contexts[id.index()].extend(element.types().iter().map(|element_type| element_type.type_id));
            }
        }
    }
    contexts
}

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
