//! A compiled expression: what other crates hold.

use crate::compile::Compiler;
use crate::context::Context;
use crate::error::{CompileError, EvaluateError};
use crate::evaluate::{Frame, Scope, evaluate, truth_of};
use crate::item::Item;
use crate::item_type::ItemType;
use crate::node::Node;
use crate::parser;
use crate::place::Place;
use crate::run::Run;
use crate::shape::Shape;
use fhir::Json;
use fhir::definitions::TypeId;

/// An expression, compiled once and evaluated any number of times.
#[derive(Debug)]
pub struct Expression {
    node: Node,
    shape: Shape,
    asks_time: bool,
}

/// How an expression is compiled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'o> {
    /// The types of the items that it is evaluated on; none if they are not known. On items of other types it is
    /// still right, but mistaken names in it are not found.
    pub types: &'o [TypeId],
    /// Whether elements of what `resolve()` finds may be asked for, which needs a [`Host`](crate::Host) that finds it.
    /// Without one evaluation is then an error, [`EvaluateError::NotLoaded`].
    pub resolving: bool,
}

impl Expression {
    /// Compiles an expression that starts from anything.
    ///
    /// # Errors
    ///
    /// The text does not parse, names a type or element that R4 does not have, uses a function that there is not, or
    /// asks for elements of what `resolve()` finds.
    pub fn compile(text: &str) -> Result<Self, CompileError> {
        Self::compile_with(text, Options::default())
    }

    /// Compiles an expression that starts from items of a FHIR type: `name.family` on a Patient.
    ///
    /// # Errors
    ///
    /// As [`compile`](Self::compile).
    pub fn compile_for(text: &str, context: TypeId) -> Result<Self, CompileError> {
        Self::compile_with(text, Options { types: &[context], resolving: false })
    }

    /// Compiles an expression with options.
    ///
    /// # Errors
    ///
    /// As [`compile`](Self::compile).
    pub fn compile_with(text: &str, options: Options<'_>) -> Result<Self, CompileError> {
        let focus = match options.types {
            [] => Shape::UNKNOWN,
            types => Shape::of_all(types.iter().map(|type_id| ItemType::Fhir(*type_id))),
        };
        let ast = parser::parse(text)?;
        let (node, shape) = Compiler::new(options.resolving).compile(&ast, &focus)?;
        Ok(Expression { node, shape, asks_time: ast.asks_time() })
    }

    /// Evaluates the expression from `focus`, which is also `%context`. What it yields borrows from the tree and from
    /// the expression.
    ///
    /// # Errors
    ///
    /// The content has several items where one is needed, or it takes more than [`limits`](crate::limits) allow.
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
        self.run(context, focus, &mut Run::default(), items)
    }

    /// Where in `root` the items are that the expression yields from there, in their order: those that are parts of the
    /// tree, not computed ones. `root` is a resource, and `%resource`.
    ///
    /// # Errors
    ///
    /// As [`evaluate`](Self::evaluate).
    pub fn evaluate_places(&self, root: &Json) -> Result<Vec<Place>, EvaluateError> {
        let type_id = Item::resource(root).map_or(ItemType::Fhir(TypeId::RESOURCE), |item| item.item_type);
        let item = Item { item_type: type_id, ..Item::of_type(root, TypeId::RESOURCE) };
        let items = self.evaluate(&Context::new(&item), &item)?;
        Ok(Place::of_all(&items, root))
    }

    pub(crate) fn run<'a>(
        &'a self,
        context: &Context<'a>,
        focus: &Item<'a>,
        run: &mut Run<'a>,
        items: &mut Vec<Item<'a>>,
    ) -> Result<(), EvaluateError> {
        evaluate(&self.node, Frame::new(&Scope { context, start: focus }), run, items)
    }

    pub(crate) fn run_truth<'a>(
        &'a self,
        context: &Context<'a>,
        focus: &Item<'a>,
        run: &mut Run<'a>,
    ) -> Result<Option<bool>, EvaluateError> {
        truth_of(&self.node, Frame::new(&Scope { context, start: focus }), run, "a constraint")
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

    /// Whether what it yields may depend on when it is evaluated (`now()`, `today()`, `timeOfDay()`).
    pub fn asks_time(&self) -> bool {
        self.asks_time
    }

    /// The operands of its unions, `a | (b | c)` being three; itself when it is no union. Evaluated one by one
    /// they yield its items, those that are equal more than once.
    pub fn into_alternatives(self) -> Vec<Expression> {
        let mut alternatives = Vec::new();
        self.split(&mut alternatives);
        alternatives
    }

    fn split(self, alternatives: &mut Vec<Expression>) {
        let asks_time = self.asks_time;
        match self.node {
            Node::Union(operands) => {
                for (node, shape) in operands {
                    Expression { node, shape, asks_time }.split(alternatives);
                }
            }
            node => alternatives.push(Expression { node, shape: self.shape, asks_time }),
        }
    }
}
