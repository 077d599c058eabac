//! References: their form, and what they may point to (<http://hl7.org/fhir/R4/references.html>).

use crate::contained::Target;
use crate::place::Place;
use crate::walk::Walk;
use fhir::definitions::{ElementType, TypeId};
use fhir::outcome::{did_you_mean, quoted};
use fhir::primitive::check;
use fhir::{IssueCode, Json, Object, Reference, ResourceType, Severity};

/// References to at most this many types have them listed.
const LISTED_TARGETS: usize = 12;

/// What precedes the name of a type where it is written as the URL of its definition.
const DEFINITIONS: &str = "http://hl7.org/fhir/StructureDefinition/";

impl<'r> Walk<'r> {
    /// Checks `reference` and `type` of a Reference beyond their formats.
    pub(crate) fn reference(&mut self, object: &'r Object, element_type: &ElementType, place: &Place<'_>) {
        let target = match object.get("reference") {
            Some(value) if check("string", value).is_ok() => {
                self.reference_text(value, element_type, &place.child_of(object, "reference"))
            }
            _ => None,
        };
        if let Some(name) = object.str("type").filter(|name| !name.is_empty()) {
            self.reference_type(name, target, element_type, &place.child_of(object, "type"));
        }
    }

    /// Checks the text; the type it points to, if it says one.
    fn reference_text(
        &mut self,
        value: &'r Json,
        element_type: &ElementType,
        place: &Place<'_>,
    ) -> Option<ResourceType> {
        let text = value.as_str()?;
        let target = match Reference::parse(text).filter(|reference| is_well_formed(reference, value)) {
            None => {
                self.malformed(text, place);
                None
            }
            Some(Reference::Local { resource_type, .. }) => Some(resource_type),
            Some(Reference::Conditional { resource_type, .. }) => {
                if !self.resolves_conditional {
                    self.unresolved(text, resource_type, place);
                }
                Some(resource_type)
            }
            Some(Reference::Absolute(url)) => {
                let named = Reference::tail_of_url(url).map(|(resource_type, _)| resource_type);
                named.or_else(|| self.type_of_entry(text))
            }
            Some(Reference::Urn(_)) => {
                self.urn(text, place);
                self.type_of_entry(text)
            }
            Some(Reference::Contained(_)) => self.fragment(TypeId::REFERENCE, text, place),
        }?;
        if !element_type.allows_target(target) {
            let targets = listed(element_type);
            let text = format!("{} {} is not a reference to {targets}", place.path(), quoted(text));
            self.findings.add(IssueCode::Value, place, text);
        }
        Some(target)
    }

    /// The type of the entry that has the reference for its fullUrl.
    fn type_of_entry(&self, text: &str) -> Option<ResourceType> {
        self.document.entry(text)?.str("resourceType").and_then(ResourceType::from_name)
    }

    /// A URN names an entry of the same Bundle; without one nothing can be found by it.
    fn urn(&mut self, text: &str, place: &Place<'_>) {
        if self.document.is_bundle() && self.document.entry(text).is_none() {
            self.findings.tell(Severity::Warning, IssueCode::NotFound, place, || {
                format!("{} {} is the fullUrl of no entry of the Bundle", place.path(), quoted(text))
            });
        }
    }

    /// A conditional reference where nobody looks up what it stands for.
    fn unresolved(&mut self, text: &str, resource_type: ResourceType, place: &Place<'_>) {
        let text = format!(
            "{} {} is a conditional reference; these are resolved only in entries of a batch or transaction that create \
             or update a resource: send such a Bundle, or a reference like {resource_type}/id",
            place.path(),
            quoted(text)
        );
        self.findings.add(IssueCode::Value, place, text);
    }

    fn malformed(&mut self, text: &str, place: &Place<'_>) {
        let near = text.split_once('/').and_then(|(name, id)| {
            let near = did_you_mean(name, ResourceType::all().map(ResourceType::name))?;
            Reference::local(&format!("{near}/{id}")).map(|_| format!("; did you mean '{near}/{id}'?"))
        });
        let text = format!(
            "{} {} is not a reference (Type/id, an absolute URL, urn:uuid:…, urn:oid:… or #id){}",
            place.path(),
            quoted(text),
            near.unwrap_or_default()
        );
        self.findings.add(IssueCode::Value, place, text);
    }

    /// Checks `Reference.type`: the name of a type, or the URL of its definition. URLs of other definitions are
    /// those of logical models, which are unknown here.
    fn reference_type(
        &mut self,
        name: &str,
        target: Option<ResourceType>,
        element_type: &ElementType,
        place: &Place<'_>,
    ) {
        let local = name.strip_prefix(DEFINITIONS).unwrap_or(name);
        let problem = match ResourceType::from_name(local) {
            None if local.contains(':') => return,
            None => {
                let near = did_you_mean(local, ResourceType::all().map(ResourceType::name));
                let hint = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
                format!("is not a resource type of FHIR R4{hint}")
            }
            Some(named) if !element_type.allows_target(named) => format!("is not {}", listed(element_type)),
            Some(named) => match target.filter(|target| *target != named) {
                Some(target) => format!("does not agree with the reference, which is to {target}"),
                None => return,
            },
        };
        let text = format!("{} {} {problem}", place.path(), quoted(name));
        self.findings.add(IssueCode::Value, place, text);
    }

    /// Resolves `#id` or `#` in the resource that the walk is in; the type found there. What is not found is reported
    /// for References and canonicals; a `uri` may be a fragment of anything.
    pub(crate) fn fragment(
        &mut self,
        type_id: TypeId,
        text: &'r str,
        place: &Place<'_>,
    ) -> Option<ResourceType> {
        let id = text.strip_prefix('#')?;
        match self.container.resolve(id) {
            Target::Found(resource_type) => resource_type,
            Target::Absent if matches!(type_id, TypeId::REFERENCE | TypeId::CANONICAL) => {
                // The constraint is one of Reference; a canonical's fragment is a rule of the text alone.
                let key = if type_id == TypeId::REFERENCE { "ref-1: " } else { "" };
                let text = format!(
                    "{key}{} {} refers to a contained resource, but none has the id {}",
                    place.path(),
                    quoted(text),
                    quoted(id)
                );
                self.findings.add(IssueCode::NotFound, place, text);
                None
            }
            Target::Absent => None,
        }
    }
}

fn is_well_formed(reference: &Reference<'_>, value: &Json) -> bool {
    match reference {
        Reference::Urn(urn) if urn.starts_with("urn:uuid:") => check("uuid", value).is_ok(),
        Reference::Urn(urn) if urn.starts_with("urn:oid:") => check("oid", value).is_ok(),
        Reference::Contained(_) => true,
        _ => check("uri", value).is_ok(),
    }
}

/// The types a reference may point to, in words.
fn listed(element_type: &ElementType) -> String {
    let names: Vec<&str> = element_type.targets.iter().map(|target| target.name()).collect();
    match names.as_slice() {
        [name] => (*name).to_owned(),
        names if names.len() <= LISTED_TARGETS => format!("one of {}", names.join(", ")),
        names => format!("one of the {} types allowed here", names.len()),
    }
}
