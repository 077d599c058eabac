//! Contained resources (<http://hl7.org/fhir/R4/references.html#contained>): `dom-2` to `dom-5`, and what `#id` means.

use crate::place::Place;
use crate::walk::Walk;
use fhir::definitions::MemberRef;
use fhir::outcome::quoted;
use fhir::{IssueCode, Json, Object, ResourceType};

/// A resource that stands for itself, and what it contains. Without contained resources it allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Container<'r> {
    resource_type: Option<ResourceType>,
    contained: Vec<Contained<'r>>,
    /// Ids with their places in `contained`, sorted: a body may contain very many and refer to each.
    by_id: Vec<(&'r str, usize)>,
    /// Which contained resource the walk is in.
    current: Option<usize>,
}

#[derive(Debug)]
struct Contained<'r> {
    json: &'r Json,
    id: Option<&'r str>,
    resource_type: Option<ResourceType>,
    /// Something refers to it, or it refers to its container.
    is_referenced: bool,
}

/// What `#id` leads to.
pub(crate) enum Target {
    /// A resource, with its type unless that is broken.
    Found(Option<ResourceType>),
    /// Nothing.
    Absent,
}

impl<'r> Container<'r> {
    pub(crate) fn new(resource_type: ResourceType, object: &'r Object) -> Self {
        let contained = match object.get("contained") {
            Some(Json::Array(items)) => items.iter().map(Contained::new).collect(),
            Some(single @ Json::Object(_)) => vec![Contained::new(single)],
            _ => Vec::new(),
        };
        let ids = contained.iter().enumerate();
        let mut by_id: Vec<(&str, usize)> = ids.filter_map(|(index, one)| Some((one.id?, index))).collect();
        by_id.sort_unstable();
        Container { resource_type: Some(resource_type), contained, by_id, current: None }
    }

    pub(crate) fn enter(&mut self, index: usize) {
        self.current = Some(index);
    }

    pub(crate) fn leave(&mut self) {
        self.current = None;
    }

    /// Finds what `#id` names, and notes that it is referred to. `#` alone is the container itself.
    pub(crate) fn resolve(&mut self, id: &str) -> Target {
        if id.is_empty() {
            if let Some(current) = self.current.and_then(|index| self.contained.get_mut(index)) {
                current.is_referenced = true;
            }
            return Target::Found(self.resource_type);
        }
        match self.first(id).and_then(|index| self.contained.get_mut(index)) {
            Some(contained) => {
                contained.is_referenced = true;
                Target::Found(contained.resource_type)
            }
            None => Target::Absent,
        }
    }

    /// The resource that `#id` names; that `#` itself names is for others to say.
    pub(crate) fn value(&self, id: &str) -> Option<&'r Json> {
        self.contained.get(self.first(id)?).map(|contained| contained.json)
    }

    /// The first contained resource with that id.
    fn first(&self, id: &str) -> Option<usize> {
        let at = self.by_id.partition_point(|(known, _)| *known < id);
        self.by_id.get(at).filter(|(known, _)| *known == id).map(|(_, index)| *index)
    }

    /// Whether the contained resource that the walk is in bears the id of an earlier one.
    fn is_repetition(&self, id: &str) -> bool {
        self.first(id).is_some_and(|first| Some(first) < self.current)
    }
}

impl<'r> Contained<'r> {
    fn new(value: &'r Json) -> Self {
        Contained {
            json: value,
            id: value.str("id"),
            resource_type: value.str("resourceType").and_then(ResourceType::from_name),
            is_referenced: false,
        }
    }
}

impl<'r> Walk<'r> {
    /// Whether `member` is the `contained` of a contained resource, which is then reported (`dom-2`).
    pub(crate) fn is_nested_contained(&mut self, member: &MemberRef, place: &Place<'_>) -> bool {
        let nested = self.container.current.is_some() && member.element.name() == "contained";
        if nested {
            let text = String::from(
                "dom-2: a contained resource must not contain others; move them up to its container",
            );
            self.findings.add(IssueCode::Invariant, place, text);
        }
        nested
    }

    /// Checks what a contained resource must and must not say of itself.
    pub(crate) fn contained_rules(&mut self, object: &'r Object, place: &Place<'_>) {
        let named = match object.str("id") {
            Some(id) => {
                if self.container.is_repetition(id) {
                    let text = format!(
                        "contained resources must have different ids, but {} appears twice",
                        quoted(id)
                    );
                    self.findings.add(IssueCode::Duplicate, &place.child_of(object, "id"), text);
                }
                format!("contained resource {}", quoted(id))
            }
            None if object.contains("id") => String::from("contained resource"),
            None => {
                let text = String::from("id is required in a contained resource");
                self.findings.add(IssueCode::Required, &place.child("id"), text);
                String::from("contained resource")
            }
        };
        let Some(meta) = object.get("meta").and_then(Json::as_object) else { return };
        for (key, name) in [("dom-4", "versionId"), ("dom-4", "lastUpdated"), ("dom-5", "security")] {
            if meta.contains(name) {
                let text = format!(
                    "{key}: {named} must not have meta.{name}; it has none apart from its container's"
                );
                let place = place.child_of(object, "meta");
                self.findings.add(IssueCode::Invariant, &place.child_of(meta, name), text);
            }
        }
    }

    /// Reports the contained resources that nothing refers to (`dom-3`), once all of the container was seen.
    pub(crate) fn unreferenced(&mut self, object: &Object, place: &Place<'_>) {
        let contained = &self.container.contained;
        // What a resource of unknown type refers to was not seen.
        if self.findings.is_full() || contained.iter().any(|contained| contained.resource_type.is_none()) {
            return;
        }
        for (index, contained) in contained.iter().enumerate() {
            let Contained { id: Some(id), is_referenced: false, .. } = contained else { continue };
            let container = self.container.resource_type.map_or("resource", ResourceType::name);
            let text = format!(
                "dom-3: contained resource {} is not referred to by the {container}; add a reference to '#{}' or leave it out",
                quoted(id),
                fhir::outcome::cut(id)
            );
            let place = place.child_of(object, "contained");
            self.findings.add(IssueCode::Invariant, &place.item(index), text);
        }
    }
}
