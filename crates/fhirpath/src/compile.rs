//! From what an expression says to what is evaluated: names of types, elements and functions are looked up,
//! and what can't be evaluated is refused.

mod call;
mod literal;
mod names;
mod once;

use crate::arithmetic::Arithmetic;
use crate::ast::{Ast, AstKind, Specifier};
use crate::error::CompileError;
use crate::item_type::{ItemType, SystemType};
use crate::node::{Logic, Node};
use crate::ordering::Comparison;
use crate::path::Step;
use crate::quantity::UCUM;
use crate::shape::Shape;

/// A compiled part and the types of its items.
type Compiled = Result<(Node, Shape), CompileError>;

/// Compiles one expression.
pub(crate) struct Compiler {
    /// Whether elements of what `resolve()` finds may be asked for.
    resolving: bool,
    /// Whether this is within the argument of `repeat()`.
    repeating: bool,
    /// How many parts are evaluated once.
    parts: usize,
    /// How many regular expressions are compiled.
    patterns: usize,
}

impl Compiler {
    pub(crate) fn new(resolving: bool) -> Self {
        Compiler { resolving, repeating: false, parts: 0, patterns: 0 }
    }

    /// Compiles an expression that is evaluated on items of the shape `focus`.
    pub(crate) fn compile(&mut self, ast: &Ast, focus: &Shape) -> Compiled {
        match &ast.kind {
            AstKind::Empty => Ok((Node::Empty, Shape::of_all([]))),
            AstKind::Literal(value) => literal::compile(value, ast.column),
            AstKind::External(name) => external(name, ast.column),
            AstKind::Variable(name) => Ok(variable(name, focus)),
            AstKind::Member { base: None, name } => names::start(name, focus, ast.column),
            AstKind::Member { base: Some(base), name } => {
                names::member(self.compile(base, focus)?, name, ast.column)
            }
            AstKind::Call { base, name, arguments } => {
                self.call(ast, base.as_deref(), name, arguments, focus)
            }
            AstKind::Index { base, index } => {
                let (base, shape) = self.compile(base, focus)?;
                let index = self.boxed(index, focus)?;
                Ok((Node::Indexer { base: Box::new(base), index }, shape))
            }
            AstKind::Type { operator, operand, specifier } => {
                let operand = self.compile(operand, focus)?;
                typed(operator, operand, specifier)
            }
            AstKind::Union(operands) => self.union(operands, focus),
            AstKind::Binary { operator, left, right } => self.binary(ast, operator, left, right, focus),
            AstKind::Polarity { operator, operand } => {
                let (operand, shape) = self.compile(operand, focus)?;
                Ok((Node::Polarity { negated: *operator == "-", operand: Box::new(operand) }, shape))
            }
        }
    }

    fn boxed(&mut self, ast: &Ast, focus: &Shape) -> Result<Box<Node>, CompileError> {
        Ok(Box::new(self.compile(ast, focus)?.0))
    }

    fn union(&mut self, operands: &[Ast], focus: &Shape) -> Compiled {
        let operands =
            operands.iter().map(|operand| self.compile(operand, focus)).collect::<Result<Vec<_>, _>>()?;
        let shape = operands.iter().map(|(_, shape)| shape.clone()).reduce(Shape::or).unwrap_or_default();
        Ok((Node::Union(operands), shape))
    }

    fn binary(&mut self, ast: &Ast, operator: &str, left: &Ast, right: &Ast, focus: &Shape) -> Compiled {
        let (left, left_shape) = self.compile(left, focus)?;
        let (right, right_shape) = self.compile(right, focus)?;
        let (left, right) = (Box::new(left), Box::new(right));
        if let Some(operator) = Arithmetic::of(operator) {
            return Ok((Node::Arithmetic { operator, left, right }, computed(&left_shape, &right_shape)));
        }
        let node = match operator {
            "and" => Node::Logic { operator: Logic::And, left, right },
            "or" => Node::Logic { operator: Logic::Or, left, right },
            "xor" => Node::Logic { operator: Logic::Xor, left, right },
            "implies" => Node::Logic { operator: Logic::Implies, left, right },
            "=" => Node::Equality { left, right, equivalent: false, negated: false },
            "!=" => Node::Equality { left, right, equivalent: false, negated: true },
            "~" => Node::Equality { left, right, equivalent: true, negated: false },
            "!~" => Node::Equality { left, right, equivalent: true, negated: true },
            "in" => Node::Membership { item: left, collection: right },
            "contains" => Node::Membership { item: right, collection: left },
            _ => match Comparison::of(operator) {
                Some(comparison) => Node::Comparison { comparison, left, right },
                None => {
                    return Err(CompileError::new(ast.column, format!("there is no operator '{operator}'")));
                }
            },
        };
        Ok((node, Shape::of(ItemType::System(SystemType::Boolean))))
    }
}

/// What arithmetic on items of these shapes yields: text if both are text, else a number, a quantity or a date or time
/// moved.
fn computed(left: &Shape, right: &Shape) -> Shape {
    let all_text = |shape: &Shape| {
        shape
            .types
            .as_ref()
            .is_some_and(|types| types.iter().all(|found| found.system() == Some(SystemType::String)))
    };
    if all_text(left) && all_text(right) {
        Shape::of(ItemType::System(SystemType::String))
    } else {
        Shape::UNKNOWN
    }
}

fn external(name: &str, column: usize) -> Compiled {
    let text = |text: &str| {
        let shape = Shape::of(ItemType::System(SystemType::String));
        Ok((Node::Text(text.into(), SystemType::String), shape))
    };
    match name {
        "resource" => Ok((Node::Resource, Shape::UNKNOWN)),
        "rootResource" => Ok((Node::RootResource, Shape::UNKNOWN)),
        "context" => Ok((Node::Start, Shape::UNKNOWN)),
        "ucum" => text(UCUM),
        "sct" => text("http://snomed.info/sct"),
        "loinc" => text("http://loinc.org"),
        _ => {
            if let Some(name) = name.strip_prefix("vs-") {
                return text(&format!("http://hl7.org/fhir/ValueSet/{name}"));
            }
            if let Some(name) = name.strip_prefix("ext-") {
                return text(&format!("http://hl7.org/fhir/StructureDefinition/{name}"));
            }
            let known = "%resource, %rootResource, %context, %ucum, %sct, %loinc, %`vs-…`, %`ext-…`";
            Err(CompileError::new(column, format!("there is no constant '%{name}'; known are {known}")))
        }
    }
}

fn variable(name: &str, focus: &Shape) -> (Node, Shape) {
    match name {
        "index" => (Node::Index, Shape::of(ItemType::System(SystemType::Integer))),
        "total" => (Node::Total, Shape::UNKNOWN),
        // The parser knows no other.
        _ => (Node::Focus, focus.clone()),
    }
}

/// `a is T`, `a as T`, and the functions of that name.
fn typed(operator: &str, operand: (Node, Shape), specifier: &Specifier) -> Compiled {
    let wanted = names::named_type(specifier)?;
    Ok(if operator == "is" { is(operand, wanted) } else { only(operand, wanted) })
}

fn is((operand, _): (Node, Shape), wanted: ItemType) -> (Node, Shape) {
    (Node::Is { operand: Box::new(operand), wanted }, Shape::of(ItemType::System(SystemType::Boolean)))
}

/// The operand's items of a type. At the end of a path whose choice is known, the other choices are not even
/// looked for.
fn only((mut operand, shape): (Node, Shape), wanted: ItemType) -> (Node, Shape) {
    let narrowed = shape.only(wanted);
    if let Node::FocusPath(path) | Node::Path { path, .. } = &mut operand
        && let Some(Step { known, only: only @ None, .. }) = path.steps.last_mut()
        && !known.is_empty()
        && known
            .iter()
            .flat_map(|known| &known.members)
            .all(|member| !member.type_id.definition().is_abstract)
    {
        for known in known {
            known.members.retain(|member| ItemType::Fhir(member.type_id).is_a(wanted));
        }
        *only = Some(wanted);
        return (operand, narrowed);
    }
    (Node::As { operand: Box::new(operand), wanted }, narrowed)
}
