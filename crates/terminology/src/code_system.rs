//! Code systems (<http://hl7.org/fhir/R4/codesystem.html>): their concepts, found by code.

use crate::code_index::{CodeIndex, Coded, Key};
use crate::hierarchy::Hierarchy;
use crate::terminology::Definition;
use fhir::{Json, Object};
use std::collections::BTreeMap;
use std::slice::Iter;

/// A code system with its concepts in the order of their definition.
#[derive(Debug)]
pub struct CodeSystem {
    /// Its canonical URL: the `system` of its codes.
    pub url: Box<str>,
    /// Its version.
    pub version: Option<Box<str>>,
    /// Its name for people: the title, else the computable name.
    pub name: Option<Box<str>>,
    /// How much of it is here.
    pub content: Content,
    /// The language of its displays.
    pub language: Option<Box<str>>,
    /// Whether codes that differ in case are different codes. Where the definition does not say, codes are accepted in
    /// any case, as it asks of those who read them.
    pub is_case_sensitive: bool,
    /// The value set of all its codes.
    pub value_set: Option<Box<str>>,
    /// What its properties are.
    pub properties: Vec<PropertyDefinition>,
    pub(crate) roles: Roles,
    concepts: Vec<Concept>,
    index: CodeIndex<Concept>,
    pub(crate) hierarchy: Hierarchy,
}

/// How much of a code system its definition holds: <http://hl7.org/fhir/R4/valueset-codesystem-content-mode.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// None of its concepts.
    NotPresent,
    /// A few of them, as examples.
    Example,
    /// Some of them.
    Fragment,
    /// All.
    Complete,
    /// Additions to the concepts of another code system; no codes of its own.
    Supplement,
}

impl Content {
    /// The code of the value set. Without one nothing says that all concepts are there.
    fn of(code: Option<&str>) -> Self {
        match code {
            Some("complete") => Content::Complete,
            Some("example") => Content::Example,
            Some("not-present") => Content::NotPresent,
            Some("supplement") => Content::Supplement,
            _ => Content::Fragment,
        }
    }

    /// The code on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Content::NotPresent => "not-present",
            Content::Example => "example",
            Content::Fragment => "fragment",
            Content::Complete => "complete",
            Content::Supplement => "supplement",
        }
    }
}

/// What a property of a code system is.
#[derive(Debug)]
pub struct PropertyDefinition {
    /// The code it is used by.
    pub code: Box<str>,
    /// What it means, where that is defined elsewhere.
    pub uri: Option<Box<str>>,
}

/// A concept of a code system.
#[derive(Debug)]
pub struct Concept {
    /// Its code.
    pub code: Box<str>,
    /// What people read.
    pub display: Option<Box<str>>,
    /// Its definition. The built-in code systems carry none.
    pub definition: Option<Box<str>>,
    /// Other texts for it.
    pub designations: Vec<Designation>,
    /// Its properties in order.
    pub properties: Vec<Property>,
    /// It only groups others and is not chosen in data.
    pub is_abstract: bool,
    /// It is no longer to be used: the property `inactive` says so or, where it is absent, a `status` of deprecated,
    /// retired or inactive.
    pub is_inactive: bool,
}

impl Coded for Concept {
    fn key(&self) -> Key<'_> {
        Key { system: "", code: &self.code }
    }
}

/// A text for a concept, in another language or for another use.
#[derive(Clone, Debug, PartialEq)]
pub struct Designation {
    /// The language, a BCP 47 tag.
    pub language: Option<Box<str>>,
    /// What it is for: a Coding.
    pub usage: Option<Json>,
    /// The text.
    pub value: Box<str>,
}

/// The value of a property of a concept.
#[derive(Debug)]
pub struct Property {
    /// The property's code.
    pub code: Box<str>,
    /// The member that the value stands in: `valueCode`, `valueBoolean`, …
    pub member: Box<str>,
    /// The value.
    pub value: Json,
}

impl Property {
    /// The value as a filter compares it: the text of a primitive, the code of a Coding.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Json::String(text) => Some(text),
            Json::Number(number) => Some(number.as_str()),
            Json::Bool(true) => Some("true"),
            Json::Bool(false) => Some("false"),
            other => other.str("code"),
        }
    }
}

impl Definition for CodeSystem {
    const TYPE: &'static str = "CodeSystem";

    fn of(resource: &Object) -> Self {
        let properties: Vec<PropertyDefinition> =
            resource.items("property").iter().filter_map(property_definition).collect();
        let roles = Roles::of(&properties);
        let Nested { concepts, parents } = Nested::of(resource.items("concept"), &roles);
        let index = CodeIndex::of(&concepts);
        let mut code_system = CodeSystem {
            url: resource.str("url").unwrap_or_default().into(),
            version: resource.str("version").map(Box::from),
            name: resource.str("title").or_else(|| resource.str("name")).map(Box::from),
            content: Content::of(resource.str("content")),
            language: resource.str("language").map(Box::from),
            is_case_sensitive: resource.get("caseSensitive").and_then(Json::as_bool) == Some(true),
            value_set: resource.str("valueSet").map(Box::from),
            properties,
            roles,
            concepts,
            index,
            hierarchy: Hierarchy::default(),
        };
        code_system.hierarchy = Hierarchy::of(&code_system, &parents, resource.str("hierarchyMeaning"));
        code_system
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
}

impl CodeSystem {
    /// The concepts in the order of their definition.
    pub fn concepts(&self) -> &[Concept] {
        &self.concepts
    }

    /// The concept with that code. Where case does not count, one that differs in case is found if it is the only one.
    pub fn find(&self, code: &str) -> Option<&Concept> {
        self.concepts.get(self.place(code)?)
    }

    /// The place in [`concepts`](Self::concepts) of the concept that [`find`](Self::find) finds.
    pub(crate) fn place(&self, code: &str) -> Option<usize> {
        let mut alike = self.index.alike(&self.concepts, code);
        if let Some((place, _)) = alike.clone().find(|(_, concept)| &*concept.code == code) {
            return Some(place);
        }
        let (only, _) = alike.next().filter(|_| !self.is_case_sensitive)?;
        alike.next().is_none().then_some(only)
    }

    /// Whether all its codes are here, so that a code that is not found is none.
    pub fn is_complete(&self) -> bool {
        self.content == Content::Complete
    }
}

/// What properties mean to every code system that has them
/// (<http://hl7.org/fhir/R4/codesystem-concept-properties.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Parent,
    Child,
    Inactive,
    NotSelectable,
    Status,
}

impl Role {
    fn named(name: &str) -> Option<Self> {
        match name {
            "parent" => Some(Role::Parent),
            "child" => Some(Role::Child),
            "inactive" => Some(Role::Inactive),
            "notSelectable" | "abstract" => Some(Role::NotSelectable),
            "status" => Some(Role::Status),
            _ => None,
        }
    }
}

/// The properties that are declared to mean what FHIR gives another name.
#[derive(Debug)]
pub(crate) struct Roles(BTreeMap<Box<str>, Role>);

impl Roles {
    fn of(definitions: &[PropertyDefinition]) -> Self {
        let declared = definitions.iter().filter_map(|definition| {
            let name = definition.uri.as_deref()?.strip_prefix("http://hl7.org/fhir/concept-properties#")?;
            Some((definition.code.clone(), Role::named(name)?))
        });
        Roles(declared.collect())
    }

    /// What a property means, by its code or by what it is declared to mean.
    pub(crate) fn role(&self, property: &str) -> Option<Role> {
        Role::named(property).or_else(|| self.0.get(property).copied())
    }
}

/// Concepts taken out of their nesting.
struct Nested {
    concepts: Vec<Concept>,
    /// The place of the concept that each stands below.
    parents: Vec<Option<usize>>,
}

impl Nested {
    fn of(roots: &[Json], roles: &Roles) -> Self {
        let mut nested = Nested { concepts: Vec::new(), parents: Vec::new() };
        let mut open: Vec<(Iter<'_, Json>, Option<usize>)> = vec![(roots.iter(), None)];
        while let Some((siblings, parent)) = open.last_mut() {
            let parent = *parent;
            let Some(item) = siblings.next() else {
                open.pop();
                continue;
            };
            let Some(object) = item.as_object() else { continue };
            let Some(concept) = concept(object, roles) else { continue };
            let place = nested.concepts.len();
            nested.concepts.push(concept);
            nested.parents.push(parent);
            open.push((object.items("concept").iter(), Some(place)));
        }
        nested
    }
}

fn concept(object: &Object, roles: &Roles) -> Option<Concept> {
    let properties: Vec<Property> = object.items("property").iter().filter_map(property).collect();
    let text = |role: Role| {
        let property = properties.iter().find(|property| roles.role(&property.code) == Some(role));
        property.and_then(Property::text)
    };
    // The specification's own example of inactive codes (ValueSet inactive) shows deprecated ones as such.
    let is_old = matches!(text(Role::Status), Some("deprecated" | "retired" | "inactive"));
    let is_abstract = text(Role::NotSelectable) == Some("true");
    let is_inactive = text(Role::Inactive).map_or(is_old, |inactive| inactive == "true");
    Some(Concept {
        code: object.str("code")?.into(),
        display: object.str("display").map(Box::from),
        definition: object.str("definition").map(Box::from),
        designations: designations(object),
        is_abstract,
        is_inactive,
        properties,
    })
}

/// The designations of a concept, defined in a code system or listed in a value set.
pub(crate) fn designations(concept: &Object) -> Vec<Designation> {
    let designation = |item: &Json| {
        Some(Designation {
            language: item.str("language").map(Box::from),
            usage: item.get("use").cloned(),
            value: item.str("value")?.into(),
        })
    };
    concept.items("designation").iter().filter_map(designation).collect()
}

fn property(item: &Json) -> Option<Property> {
    let object = item.as_object()?;
    let (member, value) =
        object.iter().find(|(name, _)| name.strip_prefix("value").is_some_and(|rest| !rest.is_empty()))?;
    Some(Property { code: object.str("code")?.into(), member: member.into(), value: value.clone() })
}

fn property_definition(item: &Json) -> Option<PropertyDefinition> {
    Some(PropertyDefinition { code: item.str("code")?.into(), uri: item.str("uri").map(Box::from) })
}
