//! Value sets (<http://hl7.org/fhir/R4/valueset.html>) as they are defined.

use crate::canonical::Canonical;
use crate::code_system::{Designation, designations};
use crate::terminology::Definition;
use fhir::{Json, Object};
use std::sync::Arc;

/// A value set that a resource is, whatever others have its URL.
#[derive(Clone, Debug)]
pub struct ValueSetResource(pub(crate) Arc<ValueSet>);

/// The definition of a value set.
#[derive(Debug)]
pub(crate) struct ValueSet {
    pub(crate) url: Box<str>,
    pub(crate) version: Option<Box<str>>,
    pub(crate) name: Option<Box<str>>,
    pub(crate) title: Option<Box<str>>,
    pub(crate) status: Box<str>,
    pub(crate) compose: Option<Compose>,
    /// An expansion that came with the definition.
    pub(crate) expansion: Option<Published>,
    /// `compose` as it was loaded, for answers that include the definition.
    pub(crate) compose_json: Option<Json>,
}

/// What a value set is made of.
#[derive(Debug)]
pub(crate) struct Compose {
    /// Whether inactive codes belong to it; they do unless it says no.
    pub(crate) has_inactive: bool,
    pub(crate) include: Vec<Include>,
    pub(crate) exclude: Vec<Include>,
}

/// Codes of one code system, those of other value sets, or what both have.
#[derive(Debug)]
pub(crate) struct Include {
    pub(crate) system: Option<Box<str>>,
    pub(crate) version: Option<Box<str>>,
    pub(crate) concepts: Vec<ListedConcept>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) value_sets: Vec<Box<str>>,
}

/// A concept that a value set lists.
#[derive(Debug)]
pub(crate) struct ListedConcept {
    pub(crate) code: Box<str>,
    pub(crate) display: Option<Box<str>>,
    pub(crate) designations: Vec<Designation>,
}

/// A condition on the concepts of a code system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The property that is asked for.
    pub property: Box<str>,
    /// How it is compared: `is-a`, `=`, `regex`, …
    pub op: Box<str>,
    /// With what.
    pub value: Box<str>,
}

/// The codes that somebody else computed.
#[derive(Debug, PartialEq)]
pub(crate) struct Published {
    pub(crate) contains: Vec<PublishedCode>,
    /// Whether there are no other codes.
    pub(crate) is_closed: bool,
}

/// A code of a published expansion.
#[derive(Debug, PartialEq)]
pub(crate) struct PublishedCode {
    pub(crate) system: Box<str>,
    pub(crate) version: Option<Box<str>>,
    pub(crate) code: Box<str>,
    pub(crate) display: Option<Box<str>>,
    pub(crate) designations: Vec<Designation>,
    pub(crate) is_abstract: bool,
    pub(crate) is_inactive: bool,
}

impl Definition for ValueSet {
    const TYPE: &'static str = "ValueSet";

    fn of(resource: &Object) -> Self {
        let compose = resource.get("compose").and_then(Json::as_object);
        ValueSet {
            url: resource.str("url").unwrap_or_default().into(),
            version: resource.str("version").map(Box::from),
            name: resource.str("name").map(Box::from),
            title: resource.str("title").map(Box::from),
            status: resource.str("status").unwrap_or("unknown").into(),
            compose: compose.map(Compose::of),
            expansion: resource.get("expansion").and_then(Json::as_object).and_then(Published::of),
            compose_json: resource.get("compose").cloned(),
        }
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
}

impl ValueSet {
    /// Its URL and version.
    pub(crate) fn name(&self) -> String {
        Canonical { url: &self.url, version: self.version.as_deref() }.to_string()
    }

    /// Whether both are made of the same codes.
    pub(crate) fn has_codes_of(&self, other: &ValueSet) -> bool {
        self.compose_json == other.compose_json && self.expansion == other.expansion
    }

    /// All codes of a code system.
    pub(crate) fn of_whole_system(url: &str, system: &str, version: Option<&str>) -> Self {
        let include = Include {
            system: Some(system.into()),
            version: version.map(Box::from),
            concepts: Vec::new(),
            filters: Vec::new(),
            value_sets: Vec::new(),
        };
        ValueSet {
            url: url.into(),
            version: version.map(Box::from),
            name: None,
            title: None,
            status: "active".into(),
            compose: Some(Compose { has_inactive: true, include: vec![include], exclude: Vec::new() }),
            expansion: None,
            compose_json: None,
        }
    }
}

impl Compose {
    fn of(compose: &Object) -> Self {
        let parts = |name| compose.items(name).iter().filter_map(Json::as_object).map(Include::of).collect();
        Compose {
            has_inactive: compose.get("inactive").and_then(Json::as_bool) != Some(false),
            include: parts("include"),
            exclude: parts("exclude"),
        }
    }
}

impl Include {
    fn of(include: &Object) -> Self {
        let value_sets = include.items("valueSet").iter().filter_map(Json::as_str);
        Include {
            system: include.str("system").map(Box::from),
            version: include.str("version").map(Box::from),
            concepts: include.items("concept").iter().filter_map(listed_concept).collect(),
            filters: include.items("filter").iter().filter_map(filter).collect(),
            value_sets: value_sets.map(Box::from).collect(),
        }
    }
}

fn listed_concept(item: &Json) -> Option<ListedConcept> {
    let object = item.as_object()?;
    Some(ListedConcept {
        code: object.str("code")?.into(),
        display: object.str("display").map(Box::from),
        designations: designations(object),
    })
}

fn filter(item: &Json) -> Option<Filter> {
    let text = |name| item.str(name).map(Box::from);
    Some(Filter { property: text("property")?, op: text("op")?, value: text("value")? })
}

const EXTENSIONS: &str = "http://hl7.org/fhir/StructureDefinition/valueset-";

impl Published {
    /// The expansion, unless it says itself that it is a part: a page, or cut as too costly.
    fn of(expansion: &Object) -> Option<Self> {
        let flagged = |name: &str| {
            expansion.items("extension").iter().any(|extension| {
                extension.str("url").and_then(|url| url.strip_prefix(EXTENSIONS)) == Some(name)
                    && extension.get("valueBoolean").and_then(Json::as_bool) == Some(true)
            })
        };
        let mut contains = Vec::new();
        let mut open: Vec<_> = vec![expansion.items("contains").iter()];
        while let Some(siblings) = open.last_mut() {
            let Some(item) = siblings.next() else {
                open.pop();
                continue;
            };
            contains.extend(published_code(item));
            open.push(item.get("contains").map(Json::items).unwrap_or_default().iter());
        }
        let number = |name| expansion.get(name).and_then(Json::as_number).and_then(|number| number.as_i64());
        let is_page = number("offset").is_some_and(|offset| offset > 0)
            || number("total").is_some_and(|total| i64::try_from(contains.len()).is_ok_and(|n| n < total));
        let is_filtered = expansion.items("parameter").iter().any(|item| item.str("name") == Some("filter"));
        let is_whole = !contains.is_empty() && !is_page && !is_filtered && !flagged("toocostly");
        is_whole.then(|| Published { contains, is_closed: !flagged("unclosed") })
    }
}

fn published_code(item: &Json) -> Option<PublishedCode> {
    let object = item.as_object()?;
    let is = |name| object.get(name).and_then(Json::as_bool) == Some(true);
    Some(PublishedCode {
        system: object.str("system")?.into(),
        version: object.str("version").map(Box::from),
        code: object.str("code")?.into(),
        display: object.str("display").map(Box::from),
        designations: designations(object),
        is_abstract: is("abstract"),
        is_inactive: is("inactive"),
    })
}
