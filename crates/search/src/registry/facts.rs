//! What is known of a parameter's values before any resource is seen. Extraction leaves out rows that these facts
//! make superfluous, and searches ask accordingly.

use crate::union::narrowed_to;
use fhir::ResourceType;
use fhir::definitions::{
    BindingStrength, ElementDefinition, SearchParameterType, SystemCodes, TypeId, type_by_name,
};
use fhirpath::{Expression, ItemType, SystemType};
use std::sync::Arc;

/// The most codes that stand for "has a value" in place of a row of its own.
const CLOSED: usize = 40;

/// What is known of the values of a parameter.
#[derive(Clone, Debug, Default)]
pub(crate) struct ValueFacts {
    /// Of a token: none has a system.
    pub(crate) without_system: bool,
    /// Of a token: all are `true` or `false`.
    pub(crate) only_booleans: bool,
    /// Of a token: some are strings, whose case does not count.
    pub(crate) some_caseless: bool,
    /// Of a token: all are of type `code`, and these are the codes of the one system that they come from. Only the
    /// code is indexed.
    pub(crate) implied: Option<Implied>,
    /// Of a token: all are mime types.
    pub(crate) mime: bool,
    /// Of a reference: the types that another parameter tells apart (`patient` of `subject`).
    pub(crate) told_apart: Vec<ResourceType>,
    /// Of a reference: all are canonical URLs.
    pub(crate) canonical: bool,
    /// Of a string: some are, or have, family names, whose parts are found, too.
    pub(crate) some_families: bool,
    /// Of a string: it is compared by how its words sound.
    pub(crate) phonetic: bool,
}

/// The system that all codes of a parameter come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Implied {
    /// Its URL.
    pub(crate) system: &'static str,
    /// All codes that may occur, where they are few: having one of them is having a value.
    pub(crate) closed: Option<&'static [&'static str]>,
}

impl ValueFacts {
    /// The facts that follow from the expressions, each with its text.
    pub(crate) fn of(kind: SearchParameterType, alternatives: &[(&str, &Arc<Expression>)]) -> Self {
        let mut facts = ValueFacts::default();
        let mut types = Vec::new();
        for (_, expression) in alternatives {
            match expression.types() {
                Some(found) => types.extend_from_slice(found),
                None => return facts,
            }
        }
        if types.is_empty() {
            return facts;
        }
        match kind {
            SearchParameterType::Token => {
                facts.without_system = types.iter().all(|found| is_without_system(*found));
                facts.only_booleans = types.iter().all(|found| is_boolean(*found));
                facts.some_caseless = types.contains(&ItemType::Fhir(TypeId::STRING));
                facts.implied = implied(alternatives.iter().map(|(text, _)| *text));
                facts.mime = alternatives.iter().all(|(text, _)| is_mime(text));
            }
            SearchParameterType::Reference => {
                let is_canonical = |found: &ItemType| {
                    matches!(found, ItemType::Fhir(TypeId::CANONICAL | TypeId::URI | TypeId::URL))
                };
                facts.canonical = types.iter().all(is_canonical);
            }
            SearchParameterType::String => {
                let is_family = |(text, _): &(&str, _)| text.ends_with(".family");
                facts.some_families =
                    types.contains(&ItemType::Fhir(TypeId::HUMAN_NAME)) || alternatives.iter().any(is_family);
            }
            _ => {}
        }
        facts
    }
}

/// What all of these paths lead to, if that is codes of one system.
fn implied<'t>(mut texts: impl Iterator<Item = &'t str>) -> Option<Implied> {
    let first = implied_by(texts.next()?)?;
    texts.all(|text| implied_by(text) == Some(first)).then_some(first)
}

/// Whether a path leads to mime types. Their value set has all there are, so it names no codes.
fn is_mime(path: &str) -> bool {
    let binding = element_at(path).and_then(|(element, _)| element.binding());
    binding.is_some_and(|one| one.value_set.definition().url == "http://hl7.org/fhir/ValueSet/mimetypes")
}

fn implied_by(path: &str) -> Option<Implied> {
    let (element, type_id) = element_at(path)?;
    if type_id != TypeId::CODE {
        return None;
    }
    let binding = element.binding()?;
    let value_set = binding.value_set.definition();
    let [SystemCodes { system, codes, .. }] = value_set.systems else { return None };
    let closed = binding.strength == BindingStrength::Required && codes.len() <= CLOSED;
    Some(Implied { system, closed: closed.then_some(*codes) })
}

/// The element that a plain path (`Patient.contact.gender`) ends with, and its only type.
fn element_at(path: &str) -> Option<(&'static ElementDefinition, TypeId)> {
    let mut names = path.split('.');
    let mut definition = type_by_name(names.next()?)?;
    let mut found = None;
    for name in names {
        let (_, element) = definition.element(name)?;
        let [only] = element.types() else { return None };
        definition = only.type_id.definition();
        found = Some((element, only.type_id));
    }
    found
}

fn is_boolean(item_type: ItemType) -> bool {
    matches!(item_type, ItemType::System(SystemType::Boolean) | ItemType::Fhir(TypeId::BOOLEAN))
}

/// Elements of these types have no system, so a `|` in a search is a mistake
/// (<http://hl7.org/fhir/R4/search.html#token>).
fn is_without_system(item_type: ItemType) -> bool {
    match item_type {
        ItemType::System(_) => true,
        ItemType::Fhir(type_id) => matches!(
            type_id,
            TypeId::BOOLEAN
                | TypeId::CONTACT_POINT
                | TypeId::ID
                | TypeId::STRING
                | TypeId::URI
                | TypeId::URL
                | TypeId::CANONICAL
                | TypeId::OID
                | TypeId::UUID
        ),
    }
}

/// The targets of a reference parameter whose values are narrowed by their type, else those that are defined.
pub(super) fn targets_of(texts: &[String], defined: &'static [ResourceType]) -> Vec<ResourceType> {
    let mut narrowed: Vec<ResourceType> = Vec::new();
    for text in texts {
        match narrowed_to(text) {
            Some((_, resource_type)) if !narrowed.contains(&resource_type) => narrowed.push(resource_type),
            Some(_) => {}
            None => return defined.to_vec(),
        }
    }
    if narrowed.is_empty() { defined.to_vec() } else { narrowed }
}
