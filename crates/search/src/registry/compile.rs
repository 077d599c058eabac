//! Expressions of parameters, compiled operand by operand.

use crate::union::operands;
use fhir::ResourceType;
use fhirpath::{CompileError, Expression, ItemType};
use std::sync::Arc;

/// An operand of a parameter's expression.
#[derive(Clone, Debug)]
pub(crate) struct Alternative {
    /// As it is written, without parentheses around it.
    pub(crate) text: Arc<str>,
    pub(crate) expression: Arc<Expression>,
}

/// The operands of an expression over resources of one type, or of any.
///
/// # Errors
///
/// The first operand that does not compile.
pub(super) fn alternatives(
    expression: &str,
    resource_type: Option<ResourceType>,
) -> Result<Vec<Alternative>, CompileError> {
    let compiled = |text: &str| {
        let expression = match resource_type {
            Some(resource_type) => Expression::compile_for(text, resource_type.type_id())?,
            None => Expression::compile(text)?,
        };
        Ok(Alternative { text: text.into(), expression: Arc::new(expression) })
    };
    operands(expression).into_iter().map(compiled).collect()
}

/// Those of the alternatives that can yield something on a type.
pub(super) fn applicable(alternatives: &[Alternative], resource_type: ResourceType) -> Vec<Alternative> {
    let this = ItemType::Fhir(resource_type.type_id());
    let applies = |root| this.is_a(ItemType::Fhir(root));
    alternatives.iter().filter(|one| one.expression.root_type().is_none_or(applies)).cloned().collect()
}
