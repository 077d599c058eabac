//! The invariants of R4, compiled.

use crate::expression::{Expression, Options};
use fhir::definitions::{Invariant, InvariantId, TypeId, invariants, types};
use std::sync::LazyLock;

/// Invariants whose published expression is mistaken, with what is evaluated in its place. Later versions of FHIR mend
/// them the same way.
const MENDED: &[(&str, &str)] = &[
    // ChargeItemDefinition has no name.
    ("cid-0", "true"),
    // A `boolean` of FHIR is no `Boolean`, which is FHIRPath's.
    ("que-7", "operator = 'exists' implies (answer is boolean)"),
];

/// The compiled expression of an invariant. All are compiled when the first is asked for. Where the published expression
/// is mistaken, it is the one that was meant.
///
/// `None` for an expression that cannot be compiled; a test holds that R4 has none.
pub fn invariant(id: InvariantId) -> Option<&'static Expression> {
    static COMPILED: LazyLock<Vec<Option<Expression>>> = LazyLock::new(|| {
        let contexts = contexts();
        let compiled = invariants().iter().zip(&contexts).map(|(invariant, types)| {
            Expression::compile_with(expression(invariant), Options { types, resolving: false }).ok()
        });
        compiled.collect()
    });
    COMPILED.get(id.index())?.as_ref()
}

/// What is evaluated for an invariant.
pub(crate) fn expression(invariant: &Invariant) -> &'static str {
    MENDED.iter().find(|(key, _)| *key == invariant.key).map_or(invariant.expression, |(_, mended)| mended)
}

/// The types whose instances each invariant is evaluated on.
pub(crate) fn contexts() -> Vec<Vec<TypeId>> {
    let mut contexts: Vec<Vec<TypeId>> = invariants().iter().map(|_| Vec::new()).collect();
    let mut add = |id: InvariantId, type_id: TypeId| {
        if let Some(types) = contexts.get_mut(id.index())
            && !types.contains(&type_id)
        {
            types.push(type_id);
        }
    };
    for definition in types() {
        definition.invariants.iter().for_each(|id| add(*id, definition.id));
        for element in definition.elements {
            for id in element.invariants() {
                element.types().iter().for_each(|element_type| add(*id, element_type.type_id));
            }
        }
    }
    contexts
}
