//! A compiled expression: what other crates hold.

use crate::compile;
use crate::error::{CompileError, EvaluateError};
use crate::evaluate::{Frame, Node, Run, evaluate};
use crate::item::{Context, Item};
use crate::item_type::ItemType;
use crate::parser;
use crate::shape::Shape;
use fhir::definitions::TypeId;

/// An expression, compiled once and evaluated any number of times.
#[derive(Debug)]
pub struct Expression {
    node: Node,
    shape: Shape,
}

impl Expression {
    /// Compiles an expression that starts from anything.
    ///
    /// # Errors
    ///
    /// The text does not parse, names a type or element that R4 does not have, or uses a function or operator
    /// that is not supported yet.
    pub fn compile(text: &str) -> Result<Self, CompileError> {
        Self::compile_in(text, Shape::UNKNOWN)
    }

    /// Compiles an expression that starts from items of a FHIR type: `name.family` on a Patient.
    ///
    /// # Errors
    ///
    /// As [`compile`](Self::compile).
    pub fn compile_for(text: &str, context: TypeId) -> Result<Self, CompileError> {
        Self::compile_in(text, Shape::of(ItemType::Fhir(context)))
    }

    fn compile_in(text: &str, context: Shape) -> Result<Self, CompileError> {
        let ast = parser::parse(text)?;
        let (node, shape) = compile::compile(&ast, &context)?;
        Ok(Expression { node, shape })
    }

    /// Evaluates the expression from `focus`. What it yields borrows from the tree and from the expression.
    ///
    /// # Errors
    ///
    /// The content has several items where one is needed, or there are too many.
    pub fn evaluate<'a>(
        &'a self,
        context: &Context<'a>,
        focus: &Item<'a>,
    ) -> Result<Vec<Item<'a>>, EvaluateError> {
        let mut items = Vec::new();
        self.evaluate_into(context, focus, &mut items)?;
        Ok(items)
    }

    /// As [`evaluate`](Self::evaluate), appending to a collection that the caller reuses.
    ///
    /// # Errors
    ///
    /// As [`evaluate`](Self::evaluate); `items` may then have some of the items.
    pub fn evaluate_into<'a>(
        &'a self,
        context: &Context<'a>,
        focus: &Item<'a>,
        items: &mut Vec<Item<'a>>,
    ) -> Result<(), EvaluateError> {
        let frame = Frame { this: focus, index: 0, context };
        evaluate(&self.node, frame, &mut Run::default(), items)
    }

    /// The types that its items may have, when that is known without evaluating it. A type that others
    /// specialise (`Resource`) stands for them too.
    pub fn types(&self) -> Option<&[ItemType]> {
        self.shape.types.as_deref()
    }

    /// The type that its path starts with: `Patient` of `Patient.name`. On items of other types it yields nothing.
    pub fn root_type(&self) -> Option<TypeId> {
        self.node.root_type().and_then(ItemType::fhir)
    }

    /// The operands of its unions, `a | (b | c)` being three; itself when it is no union. Evaluated one by one
    /// they yield its items, those that are equal more than once.
    pub fn into_alternatives(self) -> Vec<Expression> {
        let mut alternatives = Vec::new();
        self.split(&mut alternatives);
        alternatives
    }

    fn split(self, alternatives: &mut Vec<Expression>) {
        match self.node {
            Node::Union(operands) => {
                for (node, shape) in operands {
                    Expression { node, shape }.split(alternatives);
                }
            }
            node => alternatives.push(Expression { node, shape: self.shape }),
        }
    }
}
