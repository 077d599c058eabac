//! Parts of criteria that yield the same for every item are evaluated once: in
//! `contained.where(id in %resource.descendants().reference)` the resource is walked once, not once for each of its
//! contained resources.

use crate::functions::Parameter;
use crate::node::Node;

/// Marks such parts of the criteria `node`, the largest ones.
pub(super) fn extract(node: &mut Node, parts: &mut usize) {
    if is_work(node) && is_independent(node, false) {
        let inner = std::mem::replace(node, Node::Empty);
        *node = Node::Once { part: *parts, node: Box::new(inner) };
        *parts += 1;
        return;
    }
    match node {
        Node::Path { base, .. } => extract(base, parts),
        Node::Indexer { base: left, index: right }
        | Node::Equality { left, right, .. }
        | Node::Comparison { left, right, .. }
        | Node::Membership { item: left, collection: right }
        | Node::Logic { left, right, .. }
        | Node::Arithmetic { left, right, .. } => {
            extract(left, parts);
            extract(right, parts);
        }
        Node::Polarity { operand, .. } | Node::Is { operand, .. } | Node::As { operand, .. } => {
            extract(operand, parts);
        }
        Node::Union(operands) => operands.iter_mut().for_each(|(operand, _)| extract(operand, parts)),
        Node::Call { base, function, arguments } => {
            extract(base, parts);
            for (argument, parameter) in arguments.iter_mut().zip(function.parameters) {
                // Criteria have been seen to when they were compiled; branches may never be evaluated.
                if *parameter == Parameter::Value {
                    extract(argument, parts);
                }
            }
        }
        _ => {}
    }
}

/// Whether evaluating a node takes longer than copying what it yielded.
fn is_work(node: &Node) -> bool {
    matches!(
        node,
        Node::Path { .. } | Node::Union(_) | Node::Call { .. } | Node::As { .. } | Node::Arithmetic { .. }
    )
}

/// Whether a node yields the same whatever is in focus. `bound` says that the focus is an item of a collection that is
/// itself the same.
fn is_independent(node: &Node, bound: bool) -> bool {
    match node {
        Node::Focus | Node::Index | Node::FocusPath(_) => bound,
        Node::Total => false,
        Node::Empty
        | Node::Boolean(_)
        | Node::Integer(_)
        | Node::Decimal(_)
        | Node::Text(..)
        | Node::Quantity(_)
        | Node::Pattern(_)
        | Node::Resource
        | Node::RootResource
        | Node::Start
        | Node::Once { .. } => true,
        Node::Path { base, .. } => is_independent(base, bound),
        Node::Indexer { base: left, index: right }
        | Node::Equality { left, right, .. }
        | Node::Comparison { left, right, .. }
        | Node::Membership { item: left, collection: right }
        | Node::Logic { left, right, .. }
        | Node::Arithmetic { left, right, .. } => is_independent(left, bound) && is_independent(right, bound),
        Node::Polarity { operand, .. } | Node::Is { operand, .. } | Node::As { operand, .. } => {
            is_independent(operand, bound)
        }
        Node::Union(operands) => operands.iter().all(|(operand, _)| is_independent(operand, bound)),
        Node::Call { base, function, arguments } => {
            let mut arguments = arguments.iter().zip(function.parameters);
            is_independent(base, bound)
                && arguments.all(|(argument, parameter)| {
                    is_independent(argument, bound || *parameter == Parameter::Criteria)
                })
        }
    }
}
