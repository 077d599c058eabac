//! Composite parameters (<http://hl7.org/fhir/R4/search.html#composite>): values of several parameters that stand in
//! one element, joined by `$`.
//!
//! They have no rows. The index tells which resources have all the values; whether they stand together is told by the
//! resource itself, unless the element is the resource.

use crate::compare;
use crate::condition::{Condition, Scope, all_indexes, resource_test};
use crate::criteria::each;
use crate::extract::each_item;
use crate::holds::holds;
use crate::index::IndexRow;
use crate::key::Key;
use crate::merge::{all, any};
use crate::problem::bad_value;
use crate::query::Criterion;
use crate::reading::Reading;
use crate::reference::has_one_of;
use crate::registry::{Alternative, Parameter};
use crate::union::operands;
use crate::value::split;
use fhir::Issue;
use fhir::definitions::SearchParameter;
use fhirpath::{Context, Expression, Item};
use std::sync::Arc;

/// How a composite is put together.
#[derive(Debug)]
pub(crate) struct Composite {
    /// The elements.
    bases: Vec<Arc<Expression>>,
    components: Vec<Component>,
}

/// One of the values.
#[derive(Debug)]
struct Component {
    /// How it is compared.
    parameter: Arc<Parameter>,
    /// Where it is in an element.
    expressions: Vec<Arc<Expression>>,
    told: Told,
}

/// What the index says of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// Just the values of the component.
    All,
    /// Those, and others that are marked with their type.
    AllBut(&'static str),
    /// Those, and others.
    Some,
}

/// The specification names a type of FHIRPath where it means the one of FHIR: nothing would ever be found.
fn mended(expression: &str) -> String {
    expression.replace(".as(DateTime)", ".as(dateTime)")
}

impl Composite {
    /// The composite of a type, given the type's other parameters; `None` if one that it needs is not among them.
    pub(crate) fn standard(
        definition: &SearchParameter,
        bases: &[Alternative],
        parameters: &[Arc<Parameter>],
    ) -> Option<Self> {
        let parts =
            definition.components.iter().map(|component| (component.definition, component.expression));
        Composite::of(bases, parts, parameters).ok()
    }

    /// The composite of elements and, for each component, the URL of its parameter and its expression.
    ///
    /// # Errors
    ///
    /// What is wrong with a component.
    pub(crate) fn of<'c>(
        bases: &[Alternative],
        parts: impl Iterator<Item = (&'c str, &'c str)>,
        parameters: &[Arc<Parameter>],
    ) -> Result<Self, String> {
        let is_root =
            |parameter: &Parameter| bases.iter().all(|base| *base.text == *parameter.resource_type().name());
        let mut components = Vec::new();
        for (url, expression) in parts {
            let found =
                parameters.iter().find(|known| known.url() == Some(url) && !known.indexed_as().is_empty());
            let parameter =
                found.ok_or_else(|| format!("component {url} is no indexed parameter of the type"))?;
            let expression = mended(expression);
            let texts = operands(&expression);
            let compiled: Result<Vec<_>, _> =
                texts.iter().map(|text| Expression::compile(text).map(Arc::new)).collect();
            let told = if is_root(parameter) { told(parameter, &texts) } else { Told::Some };
            components.push(Component {
                parameter: Arc::clone(parameter),
                expressions: compiled.map_err(|error| error.to_string())?,
                told,
            });
        }
        if components.len() < 2 {
            return Err(String::from("a composite needs two components"));
        }
        let bases = bases.iter().map(|base| Arc::clone(&base.expression)).collect();
        Ok(Composite { bases, components })
    }

    /// The condition that one element has all the parts of one of the values.
    pub(crate) fn criterion(
        &self,
        reading: &Reading<'_>,
        parameter: &Parameter,
        values: &[&str],
    ) -> Result<Criterion, Vec<Issue>> {
        let (mut criteria, mut candidates, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
        for conditions in each(values, |value| self.conditions(reading, parameter, value))? {
            let index = all_indexes(&conditions);
            if self.is_decided_by_index(&conditions) {
                let others = self.components.iter().filter_map(Component::others);
                criteria.push(all(std::iter::once(index).chain(others).collect()));
            } else {
                candidates.push(index);
                wanted.push(conditions);
            }
        }
        if !wanted.is_empty() {
            let together = self.together(reading.scope(), wanted);
            let test = resource_test(parameter.resource_type(), move |root| together.is_in(root));
            criteria.push(Criterion::Tested { candidates: vec![any(candidates)], test });
        }
        Ok(any(criteria))
    }

    /// What a value says of each component.
    fn conditions(
        &self,
        reading: &Reading<'_>,
        parameter: &Parameter,
        value: &str,
    ) -> Result<Vec<Condition>, Issue> {
        let parts = split(value, b'$');
        if parts.len() != self.components.len() || parts.iter().any(|part| part.is_empty()) {
            let names: Vec<&str> = self.components.iter().map(|one| one.parameter.code()).collect();
            let expected = format!(
                "a value for each of {}, joined by '$' (another '$' is written '\\$')",
                names.join(", ")
            );
            return Err(bad_value(parameter.code(), value, &expected));
        }
        let of = |(component, part): (&Component, &str)| {
            compare::condition(reading, &component.parameter, None, part)
        };
        self.components.iter().zip(parts).map(of).collect()
    }

    fn is_decided_by_index(&self, conditions: &[Condition]) -> bool {
        let mut each = self.components.iter().zip(conditions);
        each.all(|(component, condition)| component.told != Told::Some && condition.test.is_none())
    }

    fn together(&self, scope: Scope, wanted: Vec<Vec<Condition>>) -> Together {
        let part = |component: &Component| Part {
            parameter: Arc::clone(&component.parameter),
            expressions: component.expressions.clone(),
        };
        let parts = self.components.iter().map(part).collect();
        Together { bases: self.bases.clone(), parts, scope, wanted }
    }
}

impl Component {
    /// The condition that rules out the values of its parameter that are not its own.
    fn others(&self) -> Option<Criterion> {
        let Told::AllBut(type_name) = self.told else { return None };
        let has_others = has_one_of(&self.parameter, vec![Key::OfType(type_name).hash()]);
        Some(Criterion::Not(Box::new(has_others)))
    }
}

/// What a parameter's rows say of a component whose element is the resource.
fn told(parameter: &Parameter, texts: &[&str]) -> Told {
    let root = parameter.resource_type().name();
    let own: Vec<String> = texts.iter().map(|text| normal(&format!("{root}.{text}"))).collect();
    let rows = operands(parameter.expression()).into_iter().map(normal);
    let rows = rows.filter(|text| text.trim_start_matches('(').starts_with(&format!("{root}.")));
    let others: Vec<String> = rows.filter(|text| !own.contains(text)).collect();
    match others.as_slice() {
        [] => Told::All,
        [one] if one.ends_with(".as(SampledData)") => Told::AllBut("SampledData"),
        _ => Told::Some,
    }
}

/// `X as T` and `X.as(T)` are the same.
fn normal(expression: &str) -> String {
    match expression.rsplit_once(" as ") {
        Some((path, type_name)) => format!("{path}.as({type_name})"),
        None => expression.to_owned(),
    }
}

/// Looks for elements that have values for every component. Each value is looked at once, however many are wanted: the
/// elements, their values and what is wanted are all for clients to say.
struct Together {
    bases: Vec<Arc<Expression>>,
    parts: Vec<Part>,
    scope: Scope,
    /// Conditions on the parts, any list of which is enough.
    wanted: Vec<Vec<Condition>>,
}

/// Where a component's values are, and how they are indexed.
struct Part {
    parameter: Arc<Parameter>,
    expressions: Vec<Arc<Expression>>,
}

/// A value and its rows.
type Value<'a> = (Item<'a>, Vec<IndexRow>);

impl Together {
    fn is_in(&self, root: &Item<'_>) -> bool {
        let context = Context::new(root);
        let mut found = false;
        each_item(&self.bases, &context, root, &mut |element| {
            if !found {
                let values: Vec<Vec<Value<'_>>> =
                    self.parts.iter().map(|part| self.values(part, &context, element, root)).collect();
                found = self.wanted.iter().any(|conditions| {
                    let mut each = conditions.iter().zip(&values);
                    each.all(|(condition, values)| values.iter().any(|value| meets(condition, value, root)))
                });
            }
        });
        found
    }

    fn values<'a>(
        &'a self,
        part: &'a Part,
        context: &Context<'a>,
        element: &Item<'a>,
        root: &Item<'a>,
    ) -> Vec<Value<'a>> {
        let mut values = Vec::new();
        each_item(&part.expressions, context, element, &mut |item| {
            values.push((item.clone(), self.scope.rows(&part.parameter, item, root)));
        });
        values
    }
}

fn meets(condition: &Condition, (item, rows): &Value<'_>, root: &Item<'_>) -> bool {
    match &condition.test {
        Some(test) => test(item, root) || condition.certain.as_ref().is_some_and(|index| holds(index, rows)),
        None => holds(&condition.index, rows),
    }
}
