//! Which profiles a resource is held to: those it claims (`meta.profile`), those the caller asks for, and for each
//! extension its definition.

use super::definition::Profile;
use super::value::Value;
use crate::place::Place;
use crate::walk::Walk;
use fhir::definitions::{TypeId, type_by_name};
use fhir::outcome::quoted;
use fhir::{IssueCode, Json, Object, ResourceType, Severity};

/// So many absent elements are listed.
const LISTED_ABSENT: usize = 20;

impl<'r> Walk<'r> {
    /// Checks a resource against the profiles that it claims.
    pub(crate) fn claimed(
        &mut self,
        value: &'r Json,
        object: &'r Object,
        resource_type: ResourceType,
        place: &Place<'_>,
    ) {
        let Some(meta) = object.get("meta").and_then(Json::as_object) else { return };
        let claimed = meta.items("profile");
        let list = place.child_of(object, "meta");
        let list = list.child_of(meta, "profile");
        for (index, url) in claimed.iter().enumerate() {
            let Some(url) = url.as_str() else { continue };
            if is_definition_of(url, resource_type) {
                continue;
            }
            match self.profiles.and_then(|profiles| profiles.get(url)) {
                Some(profile) => self.held_to(profile, value, resource_type, &list.item(index), place),
                None if self.of_another_type(url, resource_type, &list.item(index)) => {}
                None => self.findings.tell(Severity::Warning, IssueCode::NotFound, &list.item(index), || {
                    format!("profile {} is not loaded, so it was not checked", quoted(url))
                }),
            }
        }
    }

    /// Checks a resource against the profiles that the caller asks for.
    pub(crate) fn asked(
        &mut self,
        profiles: &[&'r str],
        value: &'r Json,
        resource_type: ResourceType,
        place: &Place<'_>,
    ) {
        for url in profiles {
            match self.profiles.and_then(|profiles| profiles.get(url)) {
                Some(profile) => {
                    self.held_to(profile, value, resource_type, place, place);
                    self.unsupported(profile, Value::new(value, None, resource_type.type_id()), place);
                }
                None if is_definition_of(url, resource_type) => {}
                None if self.of_another_type(url, resource_type, place) => {}
                None => {
                    let text = format!("profile {} is not loaded", quoted(url));
                    self.findings.add(IssueCode::NotFound, place, text);
                }
            }
        }
    }

    fn held_to(
        &mut self,
        profile: &'r Profile,
        value: &'r Json,
        resource_type: ResourceType,
        claim: &Place<'_>,
        place: &Place<'_>,
    ) {
        let type_id = resource_type.type_id();
        if !type_id.definition().is_a(profile.type_id) {
            return self.other_type(&profile.url, profile.type_id, resource_type, claim);
        }
        self.conform(profile, Value::new(value, None, type_id), place);
    }

    /// Tells which elements are absent that those who support a profile must be able to send
    /// (<http://hl7.org/fhir/R4/conformance-rules.html#mustSupport>): worth knowing, and no mistake.
    fn unsupported(&mut self, profile: &'r Profile, value: Value<'r>, place: &Place<'_>) {
        if !self.findings.advises() || !value.type_id.definition().is_a(profile.type_id) {
            return;
        }
        let absent: Vec<&str> =
            profile.must_support.iter().filter(|path| is_absent(value, path)).map(|path| &**path).collect();
        if absent.is_empty() {
            return;
        }
        self.findings.tell(Severity::Information, IssueCode::Informational, place, || {
            let listed = absent.get(..LISTED_ABSENT).unwrap_or(&absent).join(", ");
            let more = match absent.len().saturating_sub(LISTED_ABSENT) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!(
                "absent here are {listed}{more}, which profile {} marks as mustSupport: send them where they are known",
                quoted(&profile.url)
            )
        });
    }

    /// Whether the URL is that of the definition of a type that the resource is none of, which is then reported.
    fn of_another_type(&mut self, url: &str, resource_type: ResourceType, claim: &Place<'_>) -> bool {
        let Some(named) = type_defined_by(url) else { return false };
        self.other_type(url, named, resource_type, claim);
        true
    }

    fn other_type(&mut self, url: &str, of: TypeId, resource_type: ResourceType, claim: &Place<'_>) {
        let text = format!("profile {} is one of {}, not of {resource_type}", quoted(url), of.name());
        self.findings.add(IssueCode::Value, claim, text);
    }

    /// Checks an extension against its definition, if that is loaded.
    pub(crate) fn defined_extension(&mut self, value: &'r Json, place: &Place<'_>) {
        let (Some(profiles), Some(url)) = (self.profiles, value.str("url")) else { return };
        if let Some(profile) = profiles.get(url).filter(|profile| profile.type_id == TypeId::EXTENSION) {
            self.context_of_extension(profile, place);
            self.conform(profile, Value::new(value, None, TypeId::EXTENSION), place);
        }
    }
}

/// Whether what a path leads through is there, and the last element nowhere.
fn is_absent(value: Value<'_>, path: &str) -> bool {
    let (owner, name) = path.rsplit_once('.').unwrap_or(("", path));
    let mut owners = vec![value];
    for step in owner.split('.').filter(|step| !step.is_empty()) {
        owners = owners.iter().flat_map(|value| value.members(step)).map(|found| found.value).collect();
    }
    !owners.is_empty() && owners.iter().all(|value| value.members(name).is_empty())
}

/// Whether the URL is that of the definition of the type, or of one it specialises: what it demands was checked.
fn is_definition_of(url: &str, resource_type: ResourceType) -> bool {
    type_defined_by(url).is_some_and(|named| resource_type.definition().is_a(named))
}

/// The type of R4 whose definition has that URL.
pub fn type_defined_by(url: &str) -> Option<TypeId> {
    let name = super::unversioned(url).strip_prefix(super::DEFINITIONS)?;
    type_by_name(name).map(|definition| definition.id)
}
