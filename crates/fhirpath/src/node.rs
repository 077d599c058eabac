//! What an expression is compiled to.

use crate::arithmetic::Arithmetic;
use crate::functions::Function;
use crate::item_type::{ItemType, SystemType};
use crate::ordering::Comparison;
use crate::path::Path;
use crate::pattern::Pattern;
use crate::quantity::Quantity;
use crate::shape::Shape;
use rust_decimal::Decimal;

/// A part of an expression, ready to be evaluated.
#[derive(Debug)]
pub(crate) enum Node {
    /// `{}`
    Empty,
    /// A literal, in the words of an [`Item`].
    Boolean(bool),
    Integer(i64),
    Decimal(Decimal),
    Text(Box<str>, SystemType),
    Quantity(Quantity),
    /// The literal of a regular expression, in the place of an argument that is one.
    Pattern(Pattern),
    /// `$this`, and the start of every path.
    Focus,
    /// `$index`
    Index,
    /// `$total`
    Total,
    /// `%resource`
    Resource,
    /// `%rootResource`
    RootResource,
    /// `%context`
    Start,
    /// Names followed from a node's items.
    Path {
        base: Box<Node>,
        path: Path,
    },
    /// Names followed from what is in focus: the commonest node.
    FocusPath(Path),
    /// `base[index]`
    Indexer {
        base: Box<Node>,
        index: Box<Node>,
    },
    /// `a | b`, each with the types of its items.
    Union(Vec<(Node, Shape)>),
    /// `a = b`, `a ~ b`, and their negations
    Equality {
        left: Box<Node>,
        right: Box<Node>,
        equivalent: bool,
        negated: bool,
    },
    /// `a < b`, …
    Comparison {
        comparison: Comparison,
        left: Box<Node>,
        right: Box<Node>,
    },
    /// `item in collection`, `collection contains item`
    Membership {
        item: Box<Node>,
        collection: Box<Node>,
    },
    /// `a and b`, …
    Logic {
        operator: Logic,
        left: Box<Node>,
        right: Box<Node>,
    },
    /// `a + b`, `a & b`, …
    Arithmetic {
        operator: Arithmetic,
        left: Box<Node>,
        right: Box<Node>,
    },
    /// `-a`, `+a`
    Polarity {
        negated: bool,
        operand: Box<Node>,
    },
    /// `a is T`
    Is {
        operand: Box<Node>,
        wanted: ItemType,
    },
    /// `a as T`, `ofType(T)`: keeps the items that are.
    As {
        operand: Box<Node>,
        wanted: ItemType,
    },
    /// A function of the table.
    Call {
        base: Box<Node>,
        function: &'static Function,
        arguments: Vec<Node>,
    },
    /// A part that yields the same for every item in focus, evaluated when it is first needed.
    Once {
        part: usize,
        node: Box<Node>,
    },
}

/// Operators of three-valued logic (<http://hl7.org/fhirpath/N1/#boolean-logic>).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Logic {
    And,
    Or,
    Xor,
    Implies,
}

impl Node {
    /// The type that the path on its far left starts with.
    pub(crate) fn root_type(&self) -> Option<ItemType> {
        match self {
            Node::FocusPath(path) => path.root,
            Node::Path { base, .. } | Node::Indexer { base, .. } | Node::Call { base, .. } => {
                base.root_type()
            }
            Node::Is { operand, .. } | Node::As { operand, .. } => operand.root_type(),
            Node::Equality { left, .. } | Node::Logic { left, .. } => left.root_type(),
            _ => None,
        }
    }
}

impl Logic {
    /// The result, if the left side alone decides it.
    pub(crate) fn settled(self, left: Option<bool>) -> Option<bool> {
        match (self, left) {
            (Logic::And, Some(false)) => Some(false),
            (Logic::Or, Some(true)) | (Logic::Implies, Some(false)) => Some(true),
            _ => None,
        }
    }

    pub(crate) fn apply(self, left: Option<bool>, right: Option<bool>) -> Option<bool> {
        match (self, left, right) {
            (Logic::And, Some(false), _) | (Logic::And, _, Some(false)) => Some(false),
            (Logic::And, Some(true), Some(true)) => Some(true),
            (Logic::Or, Some(true), _) | (Logic::Or, _, Some(true)) => Some(true),
            (Logic::Or, Some(false), Some(false)) => Some(false),
            (Logic::Xor, Some(left), Some(right)) => Some(left != right),
            (Logic::Implies, Some(false), _) | (Logic::Implies, _, Some(true)) => Some(true),
            (Logic::Implies, Some(true), Some(false)) => Some(false),
            _ => None,
        }
    }
}
