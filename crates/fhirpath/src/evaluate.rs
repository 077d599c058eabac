//! Evaluation of a compiled expression.

use crate::arithmetic;
use crate::context::{Context, Host};
use crate::distinct::Distinct;
use crate::equality;
use crate::error::EvaluateError;
use crate::functions::{Call, Function, Implementation};
use crate::item::{Item, ItemValue};
use crate::node::Node;
use crate::ordering;
use crate::run::Run;
use crate::shape::Shape;
use std::borrow::Cow;

/// Where a node is evaluated: what is in focus, and around it.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a, 'f> {
    /// `$this`: one item, but for the arguments of `iif()`, which look at all of its input.
    pub(crate) this: &'f [Item<'a>],
    pub(crate) index: usize,
    /// `$total`
    pub(crate) total: &'f [Item<'a>],
    pub(crate) scope: &'f Scope<'a, 'f>,
}

/// What is the same for a whole evaluation.
pub(crate) struct Scope<'a, 'f> {
    pub(crate) context: &'f Context<'a>,
    /// `%context`
    pub(crate) start: &'f Item<'a>,
}

impl<'a, 'f> Frame<'a, 'f> {
    pub(crate) fn new(scope: &'f Scope<'a, 'f>) -> Self {
        Frame { this: std::slice::from_ref(scope.start), index: 0, total: &[], scope }
    }

    /// The same around another item in focus.
    pub(crate) fn on(self, item: &'f Item<'a>, index: usize) -> Self {
        Frame { this: std::slice::from_ref(item), index, ..self }
    }

    pub(crate) fn host(&self) -> Option<&'a dyn Host> {
        self.scope.context.host
    }
}

/// Appends the items of a node to `out`.
pub(crate) fn evaluate<'a>(
    node: &'a Node,
    frame: Frame<'a, '_>,
    run: &mut Run<'a>,
    out: &mut Vec<Item<'a>>,
) -> Result<(), EvaluateError> {
    match node {
        Node::Empty => Ok(()),
        Node::Integer(value) => run.emit(Item::integer(*value), out),
        Node::Decimal(value) => run.emit(Item::decimal(*value), out),
        Node::Text(text, system) => {
            run.emit(Item::system(ItemValue::Text(Cow::Borrowed(text)), *system), out)
        }
        Node::Pattern(pattern) => run.emit(Item::string(pattern.text()), out),
        Node::Quantity(quantity) => run.emit(Item::quantity(quantity.clone()), out),
        Node::Focus => frame.this.iter().try_for_each(|item| run.emit_copy(item, out)),
        Node::Index => run.emit(Item::integer(frame.index as i64), out),
        Node::Total => frame.total.iter().try_for_each(|item| run.emit_copy(item, out)),
        Node::Resource => run.emit(frame.scope.context.resource.clone(), out),
        Node::RootResource => run.emit(frame.scope.context.root.clone(), out),
        Node::Start => run.emit(frame.scope.start.clone(), out),
        Node::FocusPath(path) => frame.this.iter().try_for_each(|item| path.walk(item, run, out)),
        Node::Path { base, path } => {
            with(base, frame, run, |items, run| items.iter().try_for_each(|item| path.walk(item, run, out)))
        }
        Node::Indexer { base, index } => {
            let Some(index) = single_index(index, frame, run)? else { return Ok(()) };
            with(base, frame, run, |items, run| {
                items.get(index).map_or(Ok(()), |item| run.emit_copy(item, out))
            })
        }
        Node::Union(operands) => union(operands, frame, run, out),
        Node::Arithmetic { operator, left, right } => {
            let item = with_both(left, right, frame, run, |left, right, run| {
                arithmetic::apply(*operator, left, right, run)
            })?;
            item.map_or(Ok(()), |item| run.emit(item, out))
        }
        Node::Polarity { negated, operand } => {
            let item = with(operand, frame, run, |items, _| arithmetic::polarity(items, *negated))?;
            item.map_or(Ok(()), |item| run.emit(item, out))
        }
        Node::As { operand, wanted } => with(operand, frame, run, |items, run| {
            let mut kept = items.iter().filter(|item| item.item_type.is_a(*wanted));
            kept.try_for_each(|item| run.emit_copy(item, out))
        }),
        Node::Call { base, function, arguments } => call(base, function, arguments, frame, run, out),
        Node::Once { part, node } => once(*part, node, frame, run, out),
        Node::Boolean(_)
        | Node::Equality { .. }
        | Node::Comparison { .. }
        | Node::Membership { .. }
        | Node::Logic { .. }
        | Node::Is { .. } => {
            let value = truth_of(node, frame, run, "a condition")?;
            emit_truth(value, run, out)
        }
    }
}

/// The truth value of a node where one is needed (`place` says where), without a collection in between if it can be
/// had so.
pub(crate) fn truth_of<'a>(
    node: &'a Node,
    frame: Frame<'a, '_>,
    run: &mut Run<'a>,
    place: &'static str,
) -> Result<Option<bool>, EvaluateError> {
    match node {
        Node::Boolean(value) => Ok(Some(*value)),
        Node::Logic { operator, left, right } => {
            let left = truth_of(left, frame, run, "a logical operator")?;
            if let Some(settled) = operator.settled(left) {
                return Ok(Some(settled));
            }
            let right = truth_of(right, frame, run, "a logical operator")?;
            Ok(operator.apply(left, right))
        }
        Node::Equality { left, right, equivalent, negated } => {
            let equal = with_both(left, right, frame, run, |left, right, run| match equivalent {
                true => equality::equivalent(left, right, run).map(Some),
                false => equality::equal(left, right, run),
            })?;
            Ok(equal.map(|equal| equal != *negated))
        }
        Node::Comparison { comparison, left, right } => {
            with_both(left, right, frame, run, |left, right, run| {
                ordering::holds(*comparison, left, right, run)
            })
        }
        Node::Membership { item, collection } => {
            with_both(item, collection, frame, run, |item, items, run| match item {
                [] => Ok(None),
                [item] => equality::contains(items, item, run).map(Some),
                _ => Err(EvaluateError::NotSingle("'in' and 'contains'")),
            })
        }
        Node::Is { operand, wanted } => with(operand, frame, run, |items, _| match items {
            [] => Ok(None),
            [item] => Ok(Some(item.item_type.is_a(*wanted))),
            _ => Err(EvaluateError::NotSingle("'is'")),
        }),
        Node::Call { base, function, arguments }
            if let Implementation::Truth(implementation) = function.run =>
        {
            let mut call = Call::start(base, arguments, frame, run)?;
            let value = implementation(&mut call)?;
            call.end();
            Ok(value)
        }
        _ => with(node, frame, run, |items, _| truth(items, place)),
    }
}

fn call<'a>(
    base: &'a Node,
    function: &'static Function,
    arguments: &'a [Node],
    frame: Frame<'a, '_>,
    run: &mut Run<'a>,
    out: &mut Vec<Item<'a>>,
) -> Result<(), EvaluateError> {
    let mut call = Call::start(base, arguments, frame, run)?;
    match function.run {
        Implementation::Items(implementation) => implementation(&mut call, out)?,
        Implementation::Truth(implementation) => {
            let value = implementation(&mut call)?;
            emit_truth(value, call.run, out)?;
        }
        Implementation::Value(implementation) => {
            if let Some(item) = implementation(&mut call)? {
                call.run.emit(item, out)?;
            }
        }
    }
    call.end();
    Ok(())
}

fn once<'a>(
    part: usize,
    node: &'a Node,
    frame: Frame<'a, '_>,
    run: &mut Run<'a>,
    out: &mut Vec<Item<'a>>,
) -> Result<(), EvaluateError> {
    let items = match run.take_remembered(part) {
        Some(items) => items,
        None => {
            let mut items = Vec::new();
            evaluate(node, frame, run, &mut items)?;
            items
        }
    };
    let copied = items.iter().try_for_each(|item| run.emit_copy(item, out));
    run.remember(part, items);
    copied
}

/// Evaluates a node and hands its items to `then`.
pub(crate) fn with<'a, T>(
    node: &'a Node,
    frame: Frame<'a, '_>,
    run: &mut Run<'a>,
    then: impl FnOnce(&[Item<'a>], &mut Run<'a>) -> Result<T, EvaluateError>,
) -> Result<T, EvaluateError> {
    // What is at hand need not be copied.
    match node {
        Node::Focus => return then(frame.this, run),
        Node::Total => return then(frame.total, run),
        Node::Resource => return then(std::slice::from_ref(&frame.scope.context.resource), run),
        _ => {}
    }
    let mut items = run.buffer();
    evaluate(node, frame, run, &mut items)?;
    let result = then(&items, run);
    run.recycle(items);
    result
}

fn with_both<'a, T>(
    left: &'a Node,
    right: &'a Node,
    frame: Frame<'a, '_>,
    run: &mut Run<'a>,
    then: impl FnOnce(&[Item<'a>], &[Item<'a>], &mut Run<'a>) -> Result<T, EvaluateError>,
) -> Result<T, EvaluateError> {
    with(left, frame, run, |left, run| with(right, frame, run, |right, run| then(left, right, run)))
}

/// The position that an index says; `None` if it is negative or there is none.
fn single_index<'a>(
    node: &'a Node,
    frame: Frame<'a, '_>,
    run: &mut Run<'a>,
) -> Result<Option<usize>, EvaluateError> {
    with(node, frame, run, |items, _| match items {
        [] => Ok(None),
        [item] => match item.as_i64() {
            Some(index) => Ok(usize::try_from(index).ok()),
            None => Err(EvaluateError::WrongType("an index")),
        },
        _ => Err(EvaluateError::NotSingle("an index")),
    })
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

fn emit_truth<'a>(
    value: Option<bool>,
    run: &mut Run<'a>,
    out: &mut Vec<Item<'a>>,
) -> Result<(), EvaluateError> {
    value.map_or(Ok(()), |value| run.emit(Item::boolean(value), out))
}

/// The items of all operands, equal ones once.
fn union<'a>(
    operands: &'a [(Node, Shape)],
    frame: Frame<'a, '_>,
    run: &mut Run<'a>,
    out: &mut Vec<Item<'a>>,
) -> Result<(), EvaluateError> {
    let mut distinct = Distinct::new();
    let mut items = run.buffer();
    for (operand, _) in operands {
        evaluate(operand, frame, run, &mut items)?;
    }
    for item in items.drain(..) {
        distinct.add(item, run)?;
    }
    run.recycle(items);
    out.append(&mut distinct.into_items());
    Ok(())
}
