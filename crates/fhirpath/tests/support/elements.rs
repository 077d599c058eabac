//! The elements of a resource that invariants are evaluated on.

use fhir::definitions::{Invariant, TypeId};
use fhirpath::{Context, Expression, Item};
use std::sync::LazyLock;

static CHILDREN: LazyLock<Expression> =
    LazyLock::new(|| Expression::compile("children()").expect("children() compiles"));

/// An element that JSON writes as an object.
pub struct Element<'a> {
    pub item: Item<'a>,
    /// Its own place in the list of elements.
    pub place: usize,
    /// The place of the resource that it is part of.
    pub resource: usize,
    /// The place of the resource that contains that one, if it is contained.
    pub root: usize,
}

impl Element<'_> {
    /// The invariants of its type and of the element.
    pub fn invariants(&self) -> impl Iterator<Item = &'static Invariant> {
        let own =
            self.item.item_type.fhir().map_or(&[][..], |type_id: TypeId| type_id.definition().invariants);
        let more = self.item.element.map_or(&[][..], |element| element.invariants());
        own.iter().chain(more).map(|id| id.definition())
    }
}

/// All elements of a resource that are objects, the resource first.
pub fn elements<'a>(root: &Item<'a>) -> Vec<Element<'a>> {
    let mut elements = vec![Element { item: root.clone(), place: 0, resource: 0, root: 0 }];
    let mut next = 0;
    while let Some(element) = elements.get(next) {
        let (item, resource, root) = (element.item.clone(), element.resource, element.root);
        let below = CHILDREN.evaluate(&Context::new(&item), &item).expect("children() has no errors");
        for child in below.into_iter().filter(|child| child.object().is_some()) {
            let place = elements.len();
            let is_resource = child.object().is_some_and(|object| object.contains("resourceType"));
            let contained = child.element.is_some_and(|element| element.name() == "contained");
            let (resource, root) = match (is_resource, contained) {
                (true, true) => (place, root),
                (true, false) => (place, place),
                (false, _) => (resource, root),
            };
            elements.push(Element { item: child, place, resource, root });
        }
        next += 1;
    }
    elements
}
