//! read and vread (<http://hl7.org/fhir/R4/http.html#read>).

use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::State;
use fhir::ResourceType;
use std::cmp::Ordering;
use storage::{Reader, Version};

impl Engine {
    /// The current version of a resource, its bytes as they were stored.
    ///
    /// # Errors
    ///
    /// 404 when it never existed, 410 when it was deleted.
    pub async fn read(&self, resource_type: ResourceType, id: &str) -> Result<Version, Refusal> {
        if !fhir::primitive::is_id(id) {
            return Err(Refusal::unknown_resource(resource_type, id));
        }
        current(self.store.read_resource(resource_type, id).await?, resource_type, id)
    }

    /// Whether a version was made at or before a time of whole seconds (milliseconds since the epoch) beyond doubt.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub async fn is_unmodified_since(&self, version: &Version, since: i64) -> Result<bool, Refusal> {
        match version.last_updated.div_euclid(1000).cmp(&since.div_euclid(1000)) {
            Ordering::Less => Ok(true),
            Ordering::Greater => Ok(false),
            Ordering::Equal if version.version == 1 => Ok(true),
            Ordering::Equal => {
                let head = Version { body: None, ..version.clone() };
                self.snapshot(move |reader| is_first_of_its_second(reader, &head)).await
            }
        }
    }

    /// One version of a resource.
    ///
    /// # Errors
    ///
    /// 404 when there is no such resource or version, 410 when that version is the deletion.
    pub async fn vread(
        &self,
        resource_type: ResourceType,
        id: &str,
        version: &str,
    ) -> Result<Version, Refusal> {
        let (id, version) = (id.to_owned(), version.to_owned());
        self.snapshot(move |reader| vread(reader, resource_type, &id, &version)).await
    }
}

/// Whether no other version of the resource was made in the second in which this one was: only then a time of whole
/// seconds tells it from those before.
pub(crate) fn is_first_of_its_second(reader: &mut dyn Reader, version: &Version) -> Result<bool, Refusal> {
    let Some(before) = version.version.checked_sub(1).filter(|before| *before > 0) else { return Ok(true) };
    let second = |version: &Version| version.last_updated.div_euclid(1000);
    let before = reader.version(version.resource_type, &version.id, before)?;
    Ok(before.is_none_or(|before| second(&before) < second(version)))
}

/// The current version of a resource, within a snapshot.
pub(crate) fn read(
    reader: &mut dyn Reader,
    resource_type: ResourceType,
    id: &str,
) -> Result<Version, Refusal> {
    // Not every store can be asked for what is no id.
    let found = if fhir::primitive::is_id(id) { reader.resource(resource_type, id)? } else { None };
    current(found, resource_type, id)
}

fn current(found: Option<Version>, resource_type: ResourceType, id: &str) -> Result<Version, Refusal> {
    match State::of(found) {
        State::Present(version) => Ok(version),
        State::Deleted(_) => Err(Refusal::deleted(resource_type, id)),
        State::Absent => Err(Refusal::unknown_resource(resource_type, id)),
    }
}

/// One version of a resource, within a snapshot.
pub(crate) fn vread(
    reader: &mut dyn Reader,
    resource_type: ResourceType,
    id: &str,
    version: &str,
) -> Result<Version, Refusal> {
    let number = version.parse::<u64>().ok().filter(|number| number.to_string() == version);
    if !fhir::primitive::is_id(id) {
        return Err(Refusal::unknown_resource(resource_type, id));
    }
    let exists = reader.resource(resource_type, id)?.is_some();
    let found = match number {
        Some(number) => reader.version(resource_type, id, number)?,
        None => None,
    };
    match found {
        Some(version) if version.body.is_some() => Ok(version),
        Some(_) => Err(Refusal::deleted(resource_type, id)),
        None if exists => Err(Refusal::unknown_version(resource_type, id, version)),
        None => Err(Refusal::unknown_resource(resource_type, id)),
    }
}
