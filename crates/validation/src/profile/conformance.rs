//! Whether a value conforms to a profile, as expressions ask (`conformsTo()`): answered without telling anything, within
//! the bounds of the validation that asks.

use super::claims::type_defined_by;
use super::definition::Profile;
use super::value::Value;
use crate::contained::Container;
use crate::document::Document;
use crate::findings::Findings;
use crate::place::Place;
use crate::walk::Walk;
use fhir::Json;
use fhir::definitions::TypeId;
use fhirpath::{Context, Item};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// How deep such questions may lead to others.
const MAX_DEPTH: usize = 4;

/// What all questions of one validation share.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    depth: Cell<usize>,
    /// What the answers have cost: comparisons, and items of expressions.
    steps: Cell<usize>,
    pub(crate) work: Cell<u64>,
    /// How many constraints could not be decided.
    pub(crate) undecided: Cell<usize>,
    /// Answers that are known; one that is being looked for counts as yes, as among resources that refer to one another.
    known: RefCell<HashMap<(*const Json, *const Profile), Option<bool>>>,
}

impl Document<'_> {
    /// Whether a value conforms to a profile; nothing if that cannot be told.
    pub(crate) fn conforms(&self, item: &Item<'_>, url: &str) -> Option<bool> {
        let (json, type_id) = (item.json()?, item.item_type.fhir()?);
        let value = Value::new(json, None, type_id);
        let is_a = |ancestor: TypeId| value.type_id.definition().is_a(ancestor);
        let Some(profile) = self.profiles().and_then(|profiles| profiles.get(url)) else {
            // Whatever a type of R4 demands is checked anyway.
            return type_defined_by(url).map(is_a);
        };
        if !is_a(profile.type_id) {
            return Some(false);
        }
        let asked = self.asked();
        let key: (*const Json, *const Profile) = (json, profile);
        if let Some(known) = asked.known.borrow().get(&key) {
            return *known;
        }
        if asked.depth.get() == MAX_DEPTH {
            return None;
        }
        asked.depth.set(asked.depth.get() + 1);
        asked.known.borrow_mut().insert(key, Some(true));
        let answer = self.try_out(profile, value);
        asked.known.borrow_mut().insert(key, answer);
        asked.depth.set(asked.depth.get() - 1);
        answer
    }

    fn try_out(&self, profile: &Profile, value: Value<'_>) -> Option<bool> {
        let (asked, inner) = (self.asked(), self.shared());
        let before = asked.undecided.get();
        let mut walk = Walk::new(&inner.options(), &inner);
        walk.findings = Findings::trial();
        walk.effort.steps = asked.steps.get();
        if let (Some(resource_type), Json::Object(object)) = (value.type_id.resource_type(), value.json) {
            walk.container = Container::new(resource_type, object);
        }
        let item = value.item();
        walk.enter(Some(Context::new(&item).with_host(&inner).with_now(inner.now())));
        let name = value.type_id.name();
        walk.conform(profile, value, &Place::root(name));
        asked.steps.set(walk.effort.steps);
        let work = walk.evaluator.as_ref().map_or(0, |evaluator| evaluator.work());
        asked.work.set(asked.work.get().saturating_add(work));
        if walk.findings.is_exhausted() {
            // The validation that asks ends as well.
            asked.work.set(u64::MAX);
            return None;
        }
        match walk.findings.into_issues().is_empty() {
            false => Some(false),
            true if asked.undecided.get() > before => None,
            true => Some(true),
        }
    }
}
