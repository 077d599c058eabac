//! The invariants of R4 (<http://hl7.org/fhir/R4/conformance-rules.html#constraints>): FHIRPath, compiled once and
//! evaluated on each value that they constrain.
//!
//! Some are decided without FHIRPath, where the walk sees the answer for nothing and can point to the exact place:
//! [`BY_WALK`]. A test holds their answers to those of the expressions.

mod texts;

use crate::place::Place;
use crate::walk::Walk;
use fhir::definitions::{InvariantId, InvariantSeverity, TypeDefinition, TypeId, invariants, types};
use fhir::{IssueCode, Json, Severity};
use fhirpath::{EvaluateError, Expression, Item};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// The keys of those that the rest of the crate decides.
pub(crate) const BY_WALK: &[&str] = &[
    "bdl-1", "bdl-10", "bdl-11", "bdl-12", "bdl-2", "bdl-3", "bdl-4", "bdl-5", "bdl-7", "bdl-8", "bdl-9",
    "dom-2", "dom-3", "dom-4", "dom-5", "ele-1", "ext-1", "ref-1", "txt-1", "txt-2",
];

/// Expressions that do not say what they mean, with what they mean: the type of an answer is FHIR's `boolean`, not
/// FHIRPath's `Boolean`.
const CORRECTED: &[(&str, &str)] = &[("que-7", "operator = 'exists' implies (answer is boolean)")];

/// The invariants that have to be evaluated.
struct Compiled {
    /// By number. None for those of [`BY_WALK`].
    expressions: Vec<Option<Expression>>,
    /// Those that have an expression, for each type.
    of_types: Vec<Box<[InvariantId]>>,
}

static COMPILED: OnceLock<Compiled> = OnceLock::new();

impl Compiled {
    fn get() -> &'static Compiled {
        COMPILED.get_or_init(Compiled::new)
    }

    fn new() -> Self {
        let mut contexts: Vec<BTreeSet<Option<TypeId>>> = vec![BTreeSet::new(); invariants().len()];
        for definition in types() {
            for invariant in definition.invariants {
                contexts[invariant.index()].insert(Some(definition.id));
            }
            for element in definition.elements {
                let context = match element.types() {
                    [only] => Some(only.type_id),
                    // Of a choice, some types lack what the others have: sqty-1 stands at Ranges too.
                    _ => None,
                };
                for invariant in element.invariants() {
                    contexts[invariant.index()].insert(context);
                }
            }
        }
        let expressions: Vec<Option<Expression>> = invariants()
            .iter()
            .zip(&contexts)
            .map(|(invariant, contexts)| compile(invariant, contexts))
            .collect();
        let of_type = |definition: &&TypeDefinition| {
            let evaluated = |id: &&InvariantId| expressions[id.index()].is_some();
            definition.invariants.iter().filter(evaluated).copied().collect()
        };
        let of_types = types().iter().map(of_type).collect();
        Compiled { expressions, of_types }
    }
}

/// Compiles for the one type it constrains, so that names are looked up now; for several, when it is evaluated.
/// That all of them compile is held by a test.
fn compile(
    invariant: &fhir::definitions::Invariant,
    contexts: &BTreeSet<Option<TypeId>>,
) -> Option<Expression> {
    if BY_WALK.contains(&invariant.key) {
        return None;
    }
    let corrected = CORRECTED.iter().find(|(key, _)| *key == invariant.key);
    let expression = corrected.map_or(invariant.expression, |(_, expression)| expression);
    let mut contexts = contexts.iter();
    match (contexts.next(), contexts.next()) {
        (Some(Some(only)), None) => Expression::compile_for(expression, *only).ok(),
        _ => Expression::compile(expression).ok(),
    }
}

impl<'r> Walk<'r> {
    /// Evaluates what the type of a value demands of it, and what the element demands beyond that.
    pub(crate) fn invariants(
        &mut self,
        value: &'r Json,
        definition: &'static TypeDefinition,
        of_element: &'static [InvariantId],
        place: &Place<'_>,
    ) {
        let compiled = Compiled::get();
        let of_type = compiled.of_types.get(definition.id.index()).map(|list| &**list).unwrap_or_default();
        if of_type.is_empty() && of_element.is_empty() {
            return;
        }
        let item = Item::of_type(value, definition.id);
        for invariant in of_type.iter().chain(of_element) {
            if let Some(Some(expression)) = compiled.expressions.get(invariant.index()) {
                self.invariant_of(*invariant, expression, &item, place);
            }
        }
    }

    fn invariant_of(
        &mut self,
        id: InvariantId,
        expression: &'static Expression,
        item: &Item<'r>,
        place: &Place<'_>,
    ) {
        let invariant = id.definition();
        let severity = match invariant.severity {
            InvariantSeverity::Error => Severity::Error,
            InvariantSeverity::Warning if !self.findings.advises() => return,
            InvariantSeverity::Warning => Severity::Warning,
        };
        match self.holds(expression, item) {
            Ok(true) => {}
            Ok(false) => {
                let text = || format!("{}: {}", invariant.key, texts::text(id));
                self.findings.tell(severity, IssueCode::Invariant, place, text);
            }
            Err(problem) => self.undecided(invariant.key, problem, "", place),
        }
    }

    /// Tells that a constraint cannot be evaluated on this content: nothing says that it is broken.
    pub(crate) fn undecided(&mut self, key: &str, problem: EvaluateError, by: &str, place: &Place<'_>) {
        let text = || format!("{key} cannot be evaluated here: {problem}{by}");
        self.findings.tell(Severity::Warning, IssueCode::Invariant, place, text);
    }

    /// Whether an expression does not say `false` of an item.
    pub(crate) fn holds(
        &mut self,
        expression: &'r Expression,
        item: &Item<'r>,
    ) -> Result<bool, EvaluateError> {
        let Some(context) = &self.context else { return Ok(true) };
        self.items.clear();
        expression.evaluate_into(context, item, &mut self.items)?;
        Ok(!matches!(self.items.as_slice(), [only] if only.as_bool() == Some(false)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invariant_is_compiled_or_decided_by_the_walk() {
        let compiled = Compiled::get();
        for (invariant, expression) in invariants().iter().zip(&compiled.expressions) {
            let by_walk = BY_WALK.contains(&invariant.key);
            assert!(expression.is_some() != by_walk, "{}: {}", invariant.key, invariant.expression);
        }
        assert!(BY_WALK.iter().all(|key| invariants().iter().any(|invariant| invariant.key == *key)));
    }
}
