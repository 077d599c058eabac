//! The invariants of R4, compiled.

use crate::expression::{Expression, Options};
use fhir::definitions::{InvariantId, TypeId, invariants, types};
use std::sync::LazyLock;

/// The compiled expression of an invariant. All are compiled when the first is asked for.
///
/// `None` for an expression that cannot be compiled; a test holds that R4 has none.
pub fn invariant(id: InvariantId) -> Option<&'static Expression> {
    static COMPILED: LazyLock<Vec<Option<Expression>>> = LazyLock::new(|| {
        let contexts = contexts();
        let compiled = invariants().iter().zip(&contexts).map(|(invariant, types)| {
            let compile =
                |types| Expression::compile_with(invariant.expression, Options { types, resolving: false });
            // `cid-0` names an element that its type doesn't have: it yields nothing.
            compile(types).or_else(|_| compile(&[])).ok()
        });
        compiled.collect()
    });
    COMPILED.get(id.index())?.as_ref()
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
