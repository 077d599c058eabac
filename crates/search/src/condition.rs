//! What a search says of a parameter's values: what the index can tell of it, and what only the value can.

use crate::extract::{Indexing, each_item, index_item};
use crate::holds::holds;
use crate::index::IndexRow;
use crate::limits;
use crate::merge::{all, any};
use crate::query::{Criterion, Test};
use crate::registry::{Bases, Parameter};
use crate::rows::Rows;
use fhir::{Json, ResourceType};
use fhirpath::{Context, Expression, Item};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Tests one value (the first argument) of a resource (the second).
pub(crate) type ItemTest = Arc<dyn Fn(&Item<'_>, &Item<'_>) -> bool + Send + Sync>;

/// One condition on a parameter's values.
pub(crate) struct Condition {
    /// What the index can tell: all of it, or too much where there is a test.
    pub(crate) index: Criterion,
    /// What only a value can tell.
    pub(crate) test: Option<ItemTest>,
    /// What the index tells of some values for certain, where there is a test for others; either is enough.
    pub(crate) certain: Option<Criterion>,
}

impl Condition {
    /// What the index decides.
    pub(crate) fn exact(index: Criterion) -> Self {
        Condition { index, test: None, certain: None }
    }

    /// What a value decides, where the index finds some that might.
    pub(crate) fn tested(
        index: Criterion,
        test: impl Fn(&Item<'_>, &Item<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Condition { index, test: Some(Arc::new(test)), certain: None }
    }

    /// What the index decides of some values, or a value of others, which `index` may find.
    pub(crate) fn tested_beside(
        certain: Criterion,
        index: Criterion,
        test: impl Fn(&Item<'_>, &Item<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Condition { certain: Some(certain), ..Condition::tested(index, test) }
    }

    /// The condition that one of the parameter's values meets this.
    pub(crate) fn criterion(self, parameter: &Parameter) -> Criterion {
        let Some(test) = self.test else { return self.index };
        let alternatives = parameter.alternatives().to_vec();
        let candidates = vec![self.index];
        let test = resource_test(parameter.resource_type(), move |root| any_item(&alternatives, root, &test));
        any(self.certain.into_iter().chain([Criterion::Tested { candidates, test }]).collect())
    }

    /// This one, which has no test, or any of the others.
    pub(crate) fn or(self, others: Vec<Condition>) -> Self {
        if others.is_empty() {
            return self;
        }
        let mut certain = vec![self.index];
        let (mut index, mut tests) = (Vec::new(), Vec::new());
        for other in others {
            match other.test {
                Some(test) => {
                    certain.extend(other.certain);
                    index.push(other.index);
                    tests.push(test);
                }
                None => certain.push(other.index),
            }
        }
        let certain = any(certain);
        if tests.is_empty() {
            return Condition::exact(certain);
        }
        Condition::tested_beside(certain, any(index), move |item, root| {
            tests.iter().any(|test| test(item, root))
        })
    }

    /// All that the index finds: what meets the condition, and perhaps more.
    fn found_by_index(&self) -> Criterion {
        any(self.certain.iter().chain([&self.index]).cloned().collect())
    }

    /// The test of a value of the parameter, whether or not the index would decide.
    pub(crate) fn item_test(self, parameter: &Arc<Parameter>, scope: &Scope) -> ItemTest {
        let Condition { index, test, certain } = self;
        let decided = if test.is_some() { certain } else { Some(index) };
        let (parameter, scope) = (Arc::clone(parameter), scope.clone());
        Arc::new(move |item, root| {
            test.as_ref().is_some_and(|test| test(item, root))
                || decided.as_ref().is_some_and(|index| holds(index, &scope.rows(&parameter, item, root)))
        })
    }
}

/// What values depend on besides the resource; kept by tests.
#[derive(Clone)]
pub(crate) struct Scope {
    bases: Arc<Bases>,
    zone: TimeZone,
}

impl Scope {
    pub(crate) fn new(bases: &Arc<Bases>, zone: &TimeZone) -> Self {
        Scope { bases: Arc::clone(bases), zone: zone.clone() }
    }

    pub(crate) fn indexing(&self) -> Indexing<'_> {
        Indexing { bases: &self.bases, zone: &self.zone }
    }

    /// The rows of one value of a parameter.
    pub(crate) fn rows(&self, parameter: &Arc<Parameter>, item: &Item<'_>, root: &Item<'_>) -> Vec<IndexRow> {
        let indexing = self.indexing();
        let mut rows = Vec::new();
        for indexed in parameter.indexed_as() {
            index_item(&indexing, indexed, item, root, &mut Rows::new(indexed.id(), &mut rows));
        }
        rows
    }
}

/// Whether one of the values passes.
pub(crate) fn any_item(alternatives: &[Arc<Expression>], root: &Item<'_>, test: &ItemTest) -> bool {
    let context = Context::new(root);
    let mut found = false;
    each_item(alternatives, &context, root, &mut |item| found = found || test(item, root));
    found
}

/// The test of a stored resource. What cannot be read does not pass.
pub(crate) fn resource_test(
    resource_type: ResourceType,
    passes: impl Fn(&Item<'_>) -> bool + Send + Sync + 'static,
) -> Test {
    Test(Arc::new(move |body| {
        let Some(resource) = read(body) else { return false };
        passes(&Item::of_type(&resource, resource_type.type_id()))
    }))
}

/// A stored resource.
pub(crate) fn read(body: &[u8]) -> Option<Json> {
    fhir::json::parse(body, limits::BODY_DEPTH).ok()
}

/// Any of the conditions of a parameter. Those that need a test are tested together.
pub(crate) fn any_condition(parameter: &Parameter, conditions: Vec<Condition>) -> Criterion {
    let (tested, exact): (Vec<Condition>, Vec<Condition>) =
        conditions.into_iter().partition(|condition| condition.test.is_some());
    let mut criteria: Vec<Criterion> = exact.into_iter().map(|condition| condition.index).collect();
    if !tested.is_empty() {
        criteria.extend(tested.iter().filter_map(|condition| condition.certain.clone()));
        let (index, tests): (Vec<Criterion>, Vec<ItemTest>) =
            tested.into_iter().filter_map(|one| Some((one.index, one.test?))).unzip();
        let index = any(index);
        let passes = move |item: &Item<'_>, root: &Item<'_>| tests.iter().any(|test| test(item, root));
        criteria.push(Condition::tested(index, passes).criterion(parameter));
    }
    any(criteria)
}

/// Conditions on values of one element, all of which must hold.
pub(crate) fn all_indexes(conditions: &[Condition]) -> Criterion {
    all(conditions.iter().map(Condition::found_by_index).collect())
}
