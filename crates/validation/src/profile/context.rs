//! Where an extension may stand: the contexts of its definition
//! (<http://hl7.org/fhir/R4/defining-extensions.html#context>).

use super::DEFINITIONS;
use super::definition::Profile;
use crate::place::Place;
use crate::walk::Walk;
use fhir::definitions::{TypeDefinition, TypeId, TypeKind, type_by_name};
use fhir::outcome::{cut, quoted};
use fhir::{IssueCode, Json, Object, ResourceType};
use fhirpath::{Context, Expression, Item};
use std::fmt;
use std::sync::Arc;

/// Extensions of R4 that its own published definitions have where their contexts do not allow it, each with the elements
/// that are meant as well. Whoever loads and stores those definitions must not be told that they are wrong.
const MEANT_TOO: &[(&str, &[&str])] = &[
    ("regex", &["ElementDefinition.type"]),
    ("structuredefinition-fhir-type", &["ElementDefinition.type"]),
    ("structuredefinition-normative-version", &["Element"]),
    ("translation", &["ValueSet.expansion.contains"]),
    ("valueset-concept-comments", &["CodeSystem.concept"]),
];

/// One place where the extension may stand.
#[derive(Clone, Debug)]
pub(crate) enum Where {
    /// Elements, by the path or type that they have.
    Element(Box<str>),
    /// Extensions with that URL.
    Extension(Box<str>),
    /// What an expression yields on the resource.
    Path(Box<str>, Arc<Expression>),
}

/// What a definition says of the place of an extension.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contexts {
    /// One of them must be met; none named, none demanded.
    any: Vec<Where>,
    /// What must hold of the element that has the extension.
    invariants: Vec<(Box<str>, Arc<Expression>)>,
}

impl Contexts {
    /// Reads `context` and `contextInvariant` of a StructureDefinition; what is no expression of FHIRPath binds nobody.
    pub(super) fn of(definition: &Json) -> Self {
        let items = |name: &str| definition.get(name).map(Json::items).unwrap_or_default();
        let one = |item: &Json| {
            let text = item.str("expression")?;
            Some(match item.str("type")? {
                "element" => Where::Element(text.into()),
                "extension" => Where::Extension(text.into()),
                _ => Where::Path(text.into(), Arc::new(Expression::compile(text).ok()?)),
            })
        };
        let any: Vec<Where> = items("context").iter().filter_map(one).collect();
        // Where one is not understood, it may be the one that is met.
        let mut any = if any.len() == items("context").len() { any } else { Vec::new() };
        let name = definition.str("url").and_then(|url| url.strip_prefix(DEFINITIONS)).unwrap_or_default();
        let meant = MEANT_TOO.iter().filter(|(extension, _)| *extension == name && !any.is_empty());
        any.extend(
            meant
                .flat_map(|(_, places)| *places)
                .map(|place| Where::Element((*place).into()))
                .collect::<Vec<_>>(),
        );
        let url = definition.str("url").filter(|url| !url.contains(['\'', '\\'])).unwrap_or_default();
        let own = format!("extension.where(url = '{url}').first()");
        let invariants = items("contextInvariant").iter().filter_map(Json::as_str).filter_map(|text| {
            let expression = Expression::compile(&text.replace("%extension", &own)).ok()?;
            Some((text.into(), Arc::new(expression)))
        });
        Contexts { any, invariants: invariants.collect() }
    }
}

impl fmt::Display for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Where::Element(text) => f.write_str(&cut(text)),
            Where::Extension(url) => write!(f, "the extension {}", quoted(url)),
            Where::Path(text, _) => f.write_str(&cut(text)),
        }
    }
}

/// The element that has an extension.
struct Owner<'r> {
    /// The types from the resource to it, each with the element and the JSON name that lead on.
    steps: Vec<(&'static TypeDefinition, &'static str, &'r str)>,
    definition: &'static TypeDefinition,
    json: &'r Json,
    /// What stands beside it, if it is a primitive.
    sibling: Option<&'r Object>,
}

impl<'r> Owner<'r> {
    /// The owner of the extension that the keys and indices of a place lead to.
    fn of(resource: &'r Json, resource_type: ResourceType, place: &Place<'_>) -> Option<Self> {
        let mut owner = Owner {
            steps: Vec::new(),
            definition: resource_type.definition(),
            json: resource,
            sibling: None,
        };
        let way = place.way();
        // The last is the extension itself.
        for (key, index) in way.get(..way.len().checked_sub(1)?)? {
            let object = owner.json.as_object().or(owner.sibling)?;
            let plain = key.strip_prefix('_').unwrap_or(key);
            let member = owner.definition.member(plain)?;
            let at = |value: &'r Json| match index {
                Some(index) => value.items().get(*index),
                None => Some(value),
            };
            let (name, value) = object.iter().find(|(name, _)| name == key)?;
            let value = at(value)?;
            let is_beside = plain.len() != key.len();
            owner.steps.push((owner.definition, member.element.name(), name.trim_start_matches('_')));
            owner.definition = member.element_type.type_id.definition();
            owner.sibling = if is_beside { value.as_object() } else { None };
            owner.json = match is_beside {
                true => object.get(plain).and_then(at).unwrap_or(&Json::Null),
                false => value,
            };
        }
        Some(owner)
    }

    fn item(&self) -> Item<'r> {
        match self.definition.kind {
            TypeKind::Primitive => Item::primitive(self.json, self.sibling, self.definition.id),
            _ => Item::of_type(self.json, self.definition.id),
        }
    }

    /// Whether `wanted` is its type, or a path to it from any of the types above.
    fn is_at(&self, wanted: &str) -> bool {
        let wanted = wanted.rsplit_once('#').map_or(wanted, |(_, id)| id);
        if wanted == TypeId::ELEMENT.name() {
            // Whatever can have extensions: definitions mean the elements that resources are, too.
            return true;
        }
        let plain: Vec<&str> = wanted
            .split('.')
            .map(|step| step.split(':').next().unwrap_or(step).trim_end_matches("[x]"))
            .collect();
        let root = plain.first().copied().unwrap_or_default();
        if type_by_name(root).is_none() {
            // The URL of a profile: whether the resource is meant to conform to it is not known.
            return true;
        }
        let wanted = plain.join(".");
        let mut above = self.steps.iter().enumerate();
        is_named(self.definition, &wanted, "")
            || above.any(|(from, (definition, ..))| {
                let rest = self.steps.get(from..).unwrap_or_default();
                let path = |name: fn(&(&'static TypeDefinition, &'static str, &'r str)) -> &'r str| {
                    rest.iter().fold(String::new(), |path, step| format!("{path}.{}", name(step)))
                };
                is_named(definition, &wanted, &path(|step| step.1))
                    || is_named(definition, &wanted, &path(|step| step.2))
            })
    }
}

/// Whether `wanted` is the name of the type or of one that it specialises, followed by `path`.
fn is_named(definition: &TypeDefinition, wanted: &str, path: &str) -> bool {
    wanted.strip_suffix(path) == Some(definition.name)
        || definition.base_type().is_some_and(|base| is_named(base, wanted, path))
}

impl<'r> Walk<'r> {
    /// Checks that an extension stands where its definition allows it.
    pub(super) fn context_of_extension(&mut self, profile: &'r Profile, place: &Place<'_>) {
        let contexts = &profile.contexts;
        if contexts.any.is_empty() && contexts.invariants.is_empty() {
            return;
        }
        let Some((resource, resource_type)) = self.resource else { return };
        let Some(owner) = Owner::of(resource, resource_type, place) else { return };
        let fits = contexts.any.iter().any(|context| match context {
            Where::Element(wanted) => owner.is_at(wanted),
            Where::Extension(url) => {
                owner.definition.id == TypeId::EXTENSION && owner.json.str("url") == Some(url)
            }
            Where::Path(_, expression) => self.yields(expression, resource, &owner),
        });
        if !fits && !contexts.any.is_empty() {
            let allowed: Vec<String> = contexts.any.iter().map(ToString::to_string).collect();
            let text = format!(
                "the extension {} does not belong on {}; its definition allows it on {}",
                quoted(&profile.url),
                owner.definition.name,
                allowed.join(", ")
            );
            return self.findings.add(IssueCode::Structure, place, text);
        }
        for (text, expression) in &contexts.invariants {
            match self.holds(expression, &owner.item(), place) {
                Ok(false) => {
                    let text = format!(
                        "the extension {} does not belong here: its definition demands {} of the element that has it",
                        quoted(&profile.url),
                        quoted(text)
                    );
                    self.findings.add(IssueCode::Invariant, place, text);
                }
                Ok(true) => {}
                Err(problem) => self.undecided("the context invariant", problem, "", place),
            }
        }
    }

    /// Whether an expression yields the element on the resource; where it cannot be evaluated, it may.
    fn yields(&self, expression: &Expression, resource: &'r Json, owner: &Owner<'r>) -> bool {
        let Some(item) = Item::resource(resource) else { return true };
        let context = Context::new(&item).with_host(self.document).with_now(self.now);
        let Ok(items) = expression.evaluate(&context, &item) else { return true };
        items.iter().any(|item| match item.json() {
            Some(json) if *json != Json::Null => std::ptr::eq(json, owner.json),
            _ => false,
        })
    }
}
