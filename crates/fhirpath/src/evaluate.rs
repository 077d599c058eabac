//! Evaluation of a compiled expression.

use crate::equality;
use crate::error::EvaluateError;
use crate::functions::{Call, Function};
use crate::item::{Context, Item, ItemValue};
use crate::item_type::{ItemType, SystemType};
use crate::limits;
use crate::path::Path;
use crate::shape::Shape;
use std::borrow::Cow;

/// A part of an expression, ready to be evaluated.
#[derive(Debug)]
pub(crate) enum Node {
    /// `{}`
    Empty,
    /// A literal, in the words of an [`Item`].
    Boolean(bool),
    Integer(i64),
    Text(Box<str>, SystemType),
    /// `$this`, and the start of every path.
    Focus,
    /// `$index`
    Index,
    /// `%resource`
    Resource,
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
    /// `a = b`, `a != b`
    Equal {
        left: Box<Node>,
        right: Box<Node>,
        negated: bool,
    },
    /// `a and b`, …
    Logic {
        operator: Logic,
        left: Box<Node>,
        right: Box<Node>,
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
            Node::Equal { left, .. } | Node::Logic { left, .. } => left.root_type(),
            _ => None,
        }
    }
}

/// Where a node is evaluated: what is in focus, and around it.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a, 'f> {
    pub(crate) this: &'f Item<'a>,
    pub(crate) index: usize,
    pub(crate) context: &'f Context<'a>,
}

/// One evaluation: counts what it produces.
#[derive(Default)]
pub(crate) struct Run {
    produced: usize,
}

impl Run {
    /// Counts one more item, or as much work.
    pub(crate) fn count(&mut self) -> Result<(), EvaluateError> {
        self.produced += 1;
        if self.produced > limits::ITEMS { Err(EvaluateError::TooManyItems) } else { Ok(()) }
    }

    pub(crate) fn emit<'a>(&mut self, item: Item<'a>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
        self.count()?;
        out.push(item);
        Ok(())
    }
}

/// Appends the items of a node to `out`.
pub(crate) fn evaluate<'a>(
    node: &'a Node,
    frame: Frame<'a, '_>,
    run: &mut Run,
    out: &mut Vec<Item<'a>>,
) -> Result<(), EvaluateError> {
    match node {
        Node::Empty => Ok(()),
        Node::Boolean(value) => run.emit(Item::boolean(*value), out),
        Node::Integer(value) => run.emit(Item::system(ItemValue::Integer(*value), SystemType::Integer), out),
        Node::Text(text, system) => {
            run.emit(Item::system(ItemValue::Text(Cow::Borrowed(text)), *system), out)
        }
        Node::Focus => run.emit(frame.this.clone(), out),
        Node::Index => {
            run.emit(Item::system(ItemValue::Integer(frame.index as i64), SystemType::Integer), out)
        }
        Node::Resource => run.emit(frame.context.resource.clone(), out),
        Node::FocusPath(path) => path.walk(frame.this, run, out),
        Node::Path { base, path } => {
            collect(base, frame, run)?.iter().try_for_each(|item| path.walk(item, run, out))
        }
        Node::Indexer { base, index } => {
            let items = collect(base, frame, run)?;
            let Some(index) = single_index(index, frame, run)? else { return Ok(()) };
            items.into_iter().nth(index).map_or(Ok(()), |item| run.emit(item, out))
        }
        Node::Union(operands) => union(operands, frame, run, out),
        Node::Equal { left, right, negated } => {
            let equal = equality::equal(&collect(left, frame, run)?, &collect(right, frame, run)?);
            emit_truth(equal.map(|equal| equal != *negated), run, out)
        }
        Node::Logic { operator, left, right } => {
            let left = truth(&collect(left, frame, run)?, "a logical operator")?;
            let right = truth(&collect(right, frame, run)?, "a logical operator")?;
            emit_truth(operator.apply(left, right), run, out)
        }
        Node::Is { operand, wanted } => match collect(operand, frame, run)?.as_slice() {
            [] => Ok(()),
            [item] => run.emit(Item::boolean(item.item_type.is_a(*wanted)), out),
            _ => Err(EvaluateError::NotSingle("'is'")),
        },
        Node::As { operand, wanted } => {
            let items = collect(operand, frame, run)?;
            out.extend(items.into_iter().filter(|item| item.item_type.is_a(*wanted)));
            Ok(())
        }
        Node::Call { base, function, arguments } => {
            let input = collect(base, frame, run)?;
            (function.run)(Call { input, arguments, frame, run }, out)
        }
    }
}

/// The items of a node.
pub(crate) fn collect<'a>(
    node: &'a Node,
    frame: Frame<'a, '_>,
    run: &mut Run,
) -> Result<Vec<Item<'a>>, EvaluateError> {
    let mut items = Vec::new();
    evaluate(node, frame, run, &mut items)?;
    Ok(items)
}

/// The position that an index says; `None` if it is negative or there is none.
pub(crate) fn single_index<'a>(
    node: &'a Node,
    frame: Frame<'a, '_>,
    run: &mut Run,
) -> Result<Option<usize>, EvaluateError> {
    match collect(node, frame, run)?.as_slice() {
        [] => Ok(None),
        [item] => match item.as_i64() {
            Some(index) => Ok(usize::try_from(index).ok()),
            None => Err(EvaluateError::NotSingle("an index")),
        },
        _ => Err(EvaluateError::NotSingle("an index")),
    }
}

/// A collection where a truth value is needed: nothing is unknown, a single item that is no truth value is true
/// (<http://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections>).
pub(crate) fn truth(items: &[Item<'_>], place: &'static str) -> Result<Option<bool>, EvaluateError> {
    match items {
        [] => Ok(None),
        [item] => Ok(Some(item.as_bool().unwrap_or(true))),
        _ => Err(EvaluateError::NotSingle(place)),
    }
}

pub(crate) fn emit_truth<'a>(
    value: Option<bool>,
    run: &mut Run,
    out: &mut Vec<Item<'a>>,
) -> Result<(), EvaluateError> {
    value.map_or(Ok(()), |value| run.emit(Item::boolean(value), out))
}

/// The items of all operands, equal ones once.
fn union<'a>(
    operands: &'a [(Node, Shape)],
    frame: Frame<'a, '_>,
    run: &mut Run,
    out: &mut Vec<Item<'a>>,
) -> Result<(), EvaluateError> {
    let start = out.len();
    for (operand, _) in operands {
        for item in collect(operand, frame, run)? {
            let mut known = false;
            for earlier in &out[start..] {
                run.count()?;
                known = equality::items_equal(earlier, &item) == Some(true);
                if known {
                    break;
                }
            }
            if !known {
                run.emit(item, out)?;
            }
        }
    }
    Ok(())
}

impl Logic {
    fn apply(self, left: Option<bool>, right: Option<bool>) -> Option<bool> {
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
