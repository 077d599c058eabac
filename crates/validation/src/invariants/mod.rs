//! The invariants of R4 (<http://hl7.org/fhir/R4/conformance-rules.html#constraints>): FHIRPath, compiled once and
//! evaluated on each value that they constrain.
//!
//! Some are decided without FHIRPath, where the walk sees the answer for nothing and can point to the exact place:
//! [`BY_WALK`]. A test holds their answers to those of the expressions.

mod texts;

use crate::place::Place;
use crate::walk::Walk;
use fhir::definitions::{Invariant, InvariantId, InvariantSeverity, TypeDefinition, TypeId, types};
use fhir::{IssueCode, Json, Severity};
use fhirpath::{Context, EvaluateError, Evaluator, Expression, Item};
use std::sync::LazyLock;

/// The keys of those that the rest of the crate decides.
pub(crate) const BY_WALK: &[&str] = &[
    "bdl-1", "bdl-10", "bdl-11", "bdl-12", "bdl-2", "bdl-3", "bdl-4", "bdl-5", "bdl-7", "bdl-8", "bdl-9",
    "dom-2", "dom-3", "dom-4", "dom-5", "ele-1", "ext-1", "ref-1", "txt-1", "txt-2",
];

/// Expressions that do not say what they mean, with what they mean: the type of an answer is FHIR's `boolean`, not
/// FHIRPath's `Boolean`.
const CORRECTED: &[(&str, &str)] = &[("que-7", "operator = 'exists' implies (answer is boolean)")];

/// Those of each type that have to be evaluated.
static OF_TYPES: LazyLock<Vec<Box<[InvariantId]>>> = LazyLock::new(|| {
    let evaluated = |id: &&InvariantId| expression(**id).is_some();
    let of_type =
        |definition: &&TypeDefinition| definition.invariants.iter().filter(evaluated).copied().collect();
    types().iter().map(of_type).collect()
});

/// How much evaluating the constraints of one body may cost, in items produced. The largest Bundle of R4's examples
/// takes a twentieth.
const MAX_WORK: u64 = 10_000_000;

/// The compiled expressions of those that the walk does not decide, by number.
static EXPRESSIONS: LazyLock<Vec<Option<Expression>>> = LazyLock::new(|| {
    let contexts = contexts();
    InvariantId::all().zip(&contexts).map(|(id, types)| compile(id.definition(), types)).collect()
});

/// Compiles for the types that it constrains, so that names are looked up now. That all of them compile is held by a
/// test.
fn compile(invariant: &Invariant, types: &[TypeId]) -> Option<Expression> {
    if BY_WALK.contains(&invariant.key) {
        return None;
    }
    let corrected = CORRECTED.iter().find(|(key, _)| *key == invariant.key);
    let text = corrected.map_or(invariant.expression, |(_, text)| text);
    let compile = |types| Expression::compile_with(text, fhirpath::Options { types, resolving: false });
    // cid-0 asks for a name that ChargeItemDefinition does not have: nothing comes of it, and nothing is broken.
    compile(types).or_else(|_| compile(&[])).ok()
}

/// The types whose values each invariant constrains, by its number.
fn contexts() -> Vec<Vec<TypeId>> {
    let mut contexts = vec![Vec::new(); InvariantId::all().len()];
    let mut add = |id: &InvariantId, type_id: TypeId| {
        if let Some(types) = contexts.get_mut(id.index()).filter(|types| !types.contains(&type_id)) {
            types.push(type_id);
        }
    };
    for definition in types() {
        definition.invariants.iter().for_each(|id| add(id, definition.id));
        for element in definition.elements {
            for element_type in element.types() {
                element.invariants().iter().for_each(|id| add(id, element_type.type_id));
            }
        }
    }
    contexts
}

fn expression(id: InvariantId) -> Option<&'static Expression> {
    EXPRESSIONS.get(id.index())?.as_ref()
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
        let of_type = OF_TYPES.get(definition.id.index()).map(|list| &**list).unwrap_or_default();
        if of_type.is_empty() && of_element.is_empty() {
            return;
        }
        let item = Item::of_type(value, definition.id);
        for invariant in of_type {
            self.invariant_of(*invariant, &item, place);
        }
        for invariant in of_element {
            self.invariant_of(*invariant, &item, place);
        }
    }

    fn invariant_of(&mut self, id: InvariantId, item: &Item<'r>, place: &Place<'_>) {
        let invariant = id.definition();
        let severity = match invariant.severity {
            InvariantSeverity::Error => Severity::Error,
            InvariantSeverity::Warning if !self.findings.advises() => return,
            InvariantSeverity::Warning => Severity::Warning,
        };
        let Some(expression) = expression(id) else { return };
        match self.holds(expression, item, place) {
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
        place: &Place<'_>,
    ) -> Result<bool, EvaluateError> {
        let Some(evaluator) = &mut self.evaluator else { return Ok(true) };
        let document = self.document;
        if evaluator.work().saturating_add(document.asked().work.get()) > MAX_WORK {
            self.findings.exhaust(place);
            return Ok(true);
        }
        document.had_gap();
        let truth = evaluator.truth(expression, item)?;
        if !document.had_gap() || truth == Some(true) {
            return Ok(truth != Some(false));
        }
        // What has no answer matters unless the expression says the same whatever the answer is.
        let [if_true, if_false] = [true, false].map(|answer| {
            document.assume(Some(answer));
            evaluator.truth(expression, item)
        });
        document.assume(None);
        document.had_gap();
        let (if_true, if_false) = (if_true? != Some(false), if_false? != Some(false));
        if if_true == if_false {
            return Ok(if_true);
        }
        document.asked().undecided.set(document.asked().undecided.get() + 1);
        Err(EvaluateError::NotKnown)
    }

    /// Enters a resource: what expressions see as `%resource` and `%rootResource` from here on. The one that it
    /// leaves, for coming back.
    pub(crate) fn enter(&mut self, context: Option<Context<'r>>) -> Option<Context<'r>> {
        if let Some(context) = &context {
            match &mut self.evaluator {
                Some(evaluator) => evaluator.set_context(context.clone()),
                None => self.evaluator = Some(Evaluator::new(context.clone())),
            }
        }
        std::mem::replace(&mut self.context, context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::definitions::invariants;

    #[test]
    fn every_invariant_is_compiled_or_decided_by_the_walk() {
        let ids = types().iter().flat_map(|definition| {
            let of_elements = definition.elements.iter().flat_map(|element| element.invariants());
            definition.invariants.iter().chain(of_elements)
        });
        for id in ids {
            let invariant = id.definition();
            let by_walk = BY_WALK.contains(&invariant.key);
            assert!(expression(*id).is_some() != by_walk, "{}: {}", invariant.key, invariant.expression);
        }
        assert!(BY_WALK.iter().all(|key| invariants().iter().any(|invariant| invariant.key == *key)));
    }
}
