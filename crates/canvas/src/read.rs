//! read: the current resource in the vendor's shape, from memory as long as all that it was made of is the same.

use crate::canvas_type::CanvasType;
use crate::clinic::Clinic;
use crate::door::{Canvas, offering, unknown};
use crate::fetched::Fetched;
use crate::recording::{Recording, Seen};
use crate::search::Reading;
use crate::shown::Entry;
use crate::{note, stored};
use bytes::Bytes;
use fhir::{Json, Reference, ResourceType};
use interactions::storage::{Packed, Reader, Stamp, Version};
use interactions::unit::stored_json;
use interactions::{Interaction, Refusal};
use std::sync::Arc;

impl Canvas {
    /// read: the current resource in the vendor's shape. `now` is in milliseconds since the epoch.
    ///
    /// # Errors
    ///
    /// 404 when there is none, or none any more.
    pub async fn read(&self, resource_type: ResourceType, id: &str, now: i64) -> Result<Bytes, Refusal> {
        let served = offering(resource_type, Interaction::Read)?;
        let contract = served.contract();
        let clinic = self.clinic();
        if contract.is_stored
            && let Some((mut entry, is_wanted)) = self.shown.get(resource_type, id, &clinic)
            && self.current_stamp(resource_type, id).await? == Some(entry.stamp)
            && self.are_current(&entry.seen).await?
        {
            let body = entry.body.plain()?;
            if is_wanted {
                entry.body = Packed::Plain(body.clone());
                self.shown.remember(resource_type, id, entry);
            }
            return Ok(body);
        }
        let stored = if contract.is_stored { self.current(resource_type, id).await? } else { None };
        let Some(version) = stored else {
            return self.derived(served, id, now).await;
        };
        let resource = stored_json(&version)?;
        if resource.as_object().is_some_and(|resource| !contract.shows(resource)) {
            return Err(unknown(contract, id));
        }
        if let Some(references) = looked_up(served, &resource) {
            let mut fetched = self.fetch(&references).await?;
            return self.show(served, &version, resource, &mut fetched, &clinic, now);
        }
        let door = self.clone();
        self.engine.snapshot(move |reader| door.show(served, &version, resource, reader, &clinic, now)).await
    }

    /// A resource in the vendor's shape, which is remembered unless it is of the moment.
    fn show(
        &self,
        served: &dyn CanvasType,
        version: &Version,
        resource: Json,
        reader: &mut dyn Reader,
        clinic: &Arc<Clinic>,
        now: i64,
    ) -> Result<Bytes, Refusal> {
        let mut recording = Recording::of(reader);
        let mut reading = self.reading(&mut recording, clinic, now);
        let body = present(served, resource, &mut reading)?;
        let is_of_the_moment = reading.is_of_the_moment();
        if let Some(seen) = recording.into_seen().filter(|_| !is_of_the_moment && self.shown.is_on()) {
            let (seen, clinic) = (seen.into(), Arc::clone(clinic));
            let entry = Entry { stamp: version.stamp(), seen, clinic, body: Packed::of(&body) };
            self.shown.remember(version.resource_type, &version.id, entry);
        }
        Ok(body.into())
    }

    /// Whether what was seen is what is current.
    async fn are_current(&self, seen: &[Seen]) -> Result<bool, Refusal> {
        for Seen { resource_type, id, stamp } in seen {
            if self.current_stamp(*resource_type, id).await? != *stamp {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// read of what is derived and not stored.
    async fn derived(&self, served: &'static dyn CanvasType, id: &str, now: i64) -> Result<Bytes, Refusal> {
        let (door, id) = (self.clone(), id.to_owned());
        self.engine
            .snapshot(move |reader| {
                let found = served.get(&id, &mut door.reading(reader, &door.clinic(), now))?;
                found.map(|found| found.to_bytes().into()).ok_or_else(|| unknown(served.contract(), &id))
            })
            .await
    }

    /// What local references lead to.
    async fn fetch(&self, references: &[&str]) -> Result<Fetched, Refusal> {
        let mut fetched = Fetched::default();
        for reference in references {
            if let Some(Reference::Local { resource_type, id, .. }) = Reference::local(reference) {
                fetched.versions.extend(self.engine.store().read_resource(resource_type, id).await?);
            }
        }
        Ok(fetched)
    }

    /// The stamp of the current version, which may be a deletion.
    async fn current_stamp(&self, resource_type: ResourceType, id: &str) -> Result<Option<Stamp>, Refusal> {
        match fhir::primitive::is_id(id) {
            true => Ok(self.engine.store().read_stamp(resource_type, id).await?),
            false => Ok(None),
        }
    }

    /// The current version. Canvas knows no deletions: a deleted resource is one that never was.
    pub(crate) async fn current(
        &self,
        resource_type: ResourceType,
        id: &str,
    ) -> Result<Option<Version>, Refusal> {
        let found = match fhir::primitive::is_id(id) {
            true => self.engine.store().read_resource(resource_type, id).await?,
            false => None,
        };
        Ok(found.filter(|version| version.body.is_some()))
    }
}

/// The references that a read of a stored resource looks up, when it looks at nothing else of the store.
fn looked_up<'a>(served: &dyn CanvasType, resource: &'a Json) -> Option<Vec<&'a str>> {
    let resource = resource.as_object()?;
    let mut references = served.looks_up(resource)?;
    references.extend(note::looked_up(served.contract(), resource));
    Some(references)
}

/// A stored resource in the vendor's shape.
pub(crate) fn present(
    served: &dyn CanvasType,
    mut resource: Json,
    reading: &mut Reading<'_>,
) -> Result<Vec<u8>, Refusal> {
    if let Some(object) = resource.as_object_mut() {
        note::show(served.contract(), object, reading)?;
        served.present(object, reading)?;
        stored::keep_shown(served.contract(), object);
    }
    Ok(resource.to_bytes())
}
