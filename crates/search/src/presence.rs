//! Whether a parameter has a value at all (`:missing`, <http://hl7.org/fhir/R4/search.html#missing>).
//!
//! Texts, spans and numbers tell by themselves. A token whose codes are few and known has one of them. A reference
//! has a key that says so, and of what type its target is where another parameter asks for that type alone. Only
//! what is left has a [`Key::Present`].

use crate::index::ANY_UNIT;
use crate::key::Key;
use crate::merge::any;
use crate::query::{Criterion, NumberTest, SpanTest, TextTest};
use crate::registry::{Parameter, Registry, Source};
use fhir::ResourceType;
use fhir::definitions::SearchParameterType;
use std::sync::Arc;

/// The condition that the parameter has a value; `None` where the index does not know.
pub(crate) fn presence(parameter: &Arc<Parameter>) -> Option<Criterion> {
    match parameter.source() {
        // Every resource has them.
        Source::Id | Source::LastUpdated => Some(Criterion::All(Vec::new())),
        Source::Indexed | Source::Shared { .. } => {
            let shared = parameter.indexed_as().iter();
            Some(any(shared.flat_map(|indexed| of_rows(indexed, parameter)).collect()))
        }
        Source::Composite(_) | Source::Words(_) | Source::NotServed => None,
    }
}

/// The condition that a resource of a type has a value under any of the parameters of these codes; `None` where the
/// index does not know of one of them.
pub fn presence_criterion(
    registry: &Registry,
    resource_type: ResourceType,
    codes: &[&str],
) -> Option<Criterion> {
    let each = codes.iter().map(|code| presence(registry.parameter(resource_type, code)?));
    Some(any(each.collect::<Option<Vec<Criterion>>>()?))
}

/// The condition that `indexed` has a row that `asked` would have, too.
fn of_rows(indexed: &Parameter, asked: &Parameter) -> Vec<Criterion> {
    use SearchParameterType as Kind;
    let id = indexed.id();
    let keys = |hashes: Vec<u64>| Criterion::Keys { parameter: id, hashes };
    let facts = indexed.facts();
    let present = Key::Present.hash();
    match indexed.kind() {
        Kind::Token => {
            vec![keys(codes_of(indexed).map(|code| Key::Code(code).hash()).chain([present]).collect())]
        }
        Kind::Reference => match asked.only() {
            Some(only) => vec![keys(vec![Key::PresentAs(only.name()).hash()])],
            None => {
                let told = facts.told_apart.iter().map(|only| Key::PresentAs(only.name()).hash());
                vec![keys(told.chain([present]).collect())]
            }
        },
        Kind::String => {
            let any_of = vec![TextTest::StartsWith(String::new())];
            vec![Criterion::Text { parameter: id, any_of }, keys(vec![present])]
        }
        Kind::Date => {
            let any_of = vec![SpanTest::EndsAfter(i64::MIN)];
            vec![Criterion::Spans { parameter: id, any_of }, keys(vec![present])]
        }
        Kind::Number | Kind::Quantity | Kind::Special => {
            let any_of = vec![NumberTest::EndsFrom(f64::MIN)];
            vec![Criterion::Numbers { parameter: id, unit: ANY_UNIT, any_of }, keys(vec![present])]
        }
        Kind::Uri | Kind::Composite => vec![keys(vec![present])],
    }
}

/// The codes of a token any of which says that there is a value.
fn codes_of(parameter: &Parameter) -> impl Iterator<Item = &'static str> {
    let facts = parameter.facts();
    let booleans: &'static [&'static str] = if facts.only_booleans { &["true", "false"] } else { &[] };
    let closed = facts.implied.and_then(|implied| implied.closed).unwrap_or_default();
    booleans.iter().chain(closed).copied()
}
