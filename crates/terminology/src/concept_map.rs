//! Concept maps (<http://hl7.org/fhir/R4/conceptmap.html>).

use crate::terminology::Definition;
use fhir::{Json, Object};

/// A concept map with its groups in order.
#[derive(Debug)]
pub(crate) struct ConceptMap {
    pub(crate) url: Box<str>,
    pub(crate) version: Option<Box<str>>,
    /// The value set that is mapped from.
    pub(crate) source: Option<Box<str>>,
    /// The value set that is mapped to.
    pub(crate) target: Option<Box<str>>,
    pub(crate) groups: Vec<Group>,
}

/// The mappings from one code system to another.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) source: Option<Box<str>>,
    pub(crate) source_version: Option<Box<str>>,
    pub(crate) target: Option<Box<str>>,
    pub(crate) target_version: Option<Box<str>>,
    pub(crate) elements: Vec<Element>,
    pub(crate) unmapped: Option<Unmapped>,
}

/// A code that is mapped.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) code: Box<str>,
    pub(crate) display: Option<Box<str>>,
    pub(crate) targets: Vec<Target>,
}

/// What a code is mapped to.
#[derive(Debug)]
pub(crate) struct Target {
    /// No code where the equivalence says that there is none.
    pub(crate) code: Option<Box<str>>,
    pub(crate) display: Option<Box<str>>,
    pub(crate) equivalence: Box<str>,
    /// What else must be so for the mapping to hold.
    pub(crate) depends_on: Vec<OtherElement>,
    /// What else the mapping yields.
    pub(crate) products: Vec<OtherElement>,
}

/// A value of another element.
#[derive(Debug)]
pub(crate) struct OtherElement {
    pub(crate) property: Box<str>,
    pub(crate) system: Option<Box<str>>,
    pub(crate) value: Box<str>,
    pub(crate) display: Option<Box<str>>,
}

/// What becomes of codes that are not listed.
#[derive(Debug)]
pub(crate) enum Unmapped {
    /// The same code in the target system.
    Provided,
    /// One code for all.
    Fixed { code: Box<str>, display: Option<Box<str>> },
    /// Whatever another map says.
    OtherMap { url: Box<str> },
}

impl Definition for ConceptMap {
    const TYPE: &'static str = "ConceptMap";

    fn of(resource: &Object) -> Self {
        let either = |one, other| resource.str(one).or_else(|| resource.str(other)).map(Box::from);
        ConceptMap {
            url: resource.str("url").unwrap_or_default().into(),
            version: resource.str("version").map(Box::from),
            source: either("sourceCanonical", "sourceUri"),
            target: either("targetCanonical", "targetUri"),
            groups: resource.items("group").iter().filter_map(Json::as_object).map(group).collect(),
        }
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
}

fn group(object: &Object) -> Group {
    let text = |name| object.str(name).map(Box::from);
    Group {
        source: text("source"),
        source_version: text("sourceVersion"),
        target: text("target"),
        target_version: text("targetVersion"),
        elements: object.items("element").iter().filter_map(element).collect(),
        unmapped: object.get("unmapped").and_then(unmapped),
    }
}

/// An element without a code maps nothing.
fn element(item: &Json) -> Option<Element> {
    Some(Element {
        code: item.str("code")?.into(),
        display: item.str("display").map(Box::from),
        targets: item.get("target").map(Json::items).unwrap_or_default().iter().map(target).collect(),
    })
}

fn target(item: &Json) -> Target {
    let others =
        |name| item.get(name).map(Json::items).unwrap_or_default().iter().filter_map(other_element).collect();
    Target {
        code: item.str("code").map(Box::from),
        display: item.str("display").map(Box::from),
        equivalence: item.str("equivalence").unwrap_or("relatedto").into(),
        depends_on: others("dependsOn"),
        products: others("product"),
    }
}

fn other_element(item: &Json) -> Option<OtherElement> {
    Some(OtherElement {
        property: item.str("property")?.into(),
        system: item.str("system").map(Box::from),
        value: item.str("value")?.into(),
        display: item.str("display").map(Box::from),
    })
}

fn unmapped(item: &Json) -> Option<Unmapped> {
    match item.str("mode")? {
        "provided" => Some(Unmapped::Provided),
        "fixed" => Some(Unmapped::Fixed {
            code: item.str("code")?.into(),
            display: item.str("display").map(Box::from),
        }),
        "other-map" => Some(Unmapped::OtherMap { url: item.str("url")?.into() }),
        _ => None,
    }
}
