//! The Canvas door without HTTP: create, read, update and files. Searches are in [`search`](crate::search).

use crate::body::{self, Accepted};
use crate::canvas_type::CanvasType;
use crate::clinic::Clinic;
use crate::contract::Contract;
use crate::fetched::Fetched;
use crate::file::{self, File};
use crate::search::Reading;
use crate::sent::Sent;
use crate::types::canvas_type;
use crate::write::Write;
use crate::{check, references, stored};
use fhir::{Json, Reference, ResourceType};
use interactions::storage::Version;
use interactions::unit::stored_json;
use interactions::{Engine, Interaction, Preconditions, Refusal, State, Target, Unit};
use std::sync::Arc;

/// A handle on the Canvas door; clones share it.
#[derive(Clone)]
pub struct Canvas {
    pub(crate) engine: Engine,
    pub(crate) clinic: Arc<Clinic>,
    pub(crate) base_url: Arc<str>,
}

impl Canvas {
    /// The door of a clinic. `base_url` is where it is reached, without a slash at the end
    /// (`http://127.0.0.1:8080`).
    pub fn new(engine: Engine, clinic: Arc<Clinic>, base_url: &str) -> Self {
        Canvas { engine, clinic, base_url: base_url.into() }
    }

    /// The contract of a type, if it is served.
    pub fn contract(&self, resource_type: ResourceType) -> Option<&'static Contract> {
        canvas_type(resource_type).map(|served| served.contract())
    }

    /// The clinic's settings.
    pub fn clinic(&self) -> &Clinic {
        &self.clinic
    }

    /// create: stores a resource and returns its id.
    ///
    /// # Errors
    ///
    /// 400 with every problem of the body, or with the references that lead nowhere; 422 when a rule of business is
    /// broken; 405 when the type is not created here.
    pub async fn create(&self, resource_type: ResourceType, bytes: &[u8]) -> Result<String, Refusal> {
        let served = offering(resource_type, Interaction::Create)?;
        let Accepted { body, targets } =
            body::accept(&self.engine, &self.clinic, served, Interaction::Create, None, bytes)?;
        let contract = served.contract();
        let (engine, clinic, id) = (self.engine.clone(), Arc::clone(&self.clinic), contract.ids.fresh());
        let sent = Sent { interaction: Interaction::Create, contract, body: &body, clinic: &clinic };
        let prepared = engine.prepare(resource_type, &id, served.complete(&sent).into());
        self.engine
            .write(move |unit| {
                let id = prepared.id.as_str();
                let invalid = references::unresolved(unit, &targets)?;
                let sent = Sent { interaction: Interaction::Create, contract, body: &body, clinic: &clinic };
                let mut write = Write { unit, engine: &engine, sent, id, stored: None };
                check::write(&mut write, invalid)?;
                let resource = prepared.resource.as_object();
                let settled =
                    resource.map(|resource| served.settle(resource, &mut write)).transpose()?.flatten();
                let settled = settled.map(|settled| unit.prepare(resource_type, id, settled.into()));
                // Nothing can be stored under an id that was drawn from 122 random bits a moment ago.
                unit.put(State::Absent, settled.as_ref().unwrap_or(&prepared))?;
                Ok(())
            })
            .await?;
        Ok(id)
    }

    /// update: changes a resource. `if_unmodified_since` is in milliseconds since the epoch.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create), and 404 when there is no such resource, 412 when it was changed after
    /// `if_unmodified_since`.
    pub async fn update(
        &self,
        resource_type: ResourceType,
        id: &str,
        bytes: &[u8],
        if_unmodified_since: Option<i64>,
    ) -> Result<(), Refusal> {
        let served = offering(resource_type, Interaction::Update)?;
        let accepted =
            body::accept(&self.engine, &self.clinic, served, Interaction::Update, Some(id), bytes)?;
        let preconditions = Preconditions { if_unmodified_since, ..Preconditions::default() };
        let (door, id) = (self.clone(), id.to_owned());
        self.engine.write(move |unit| door.change(unit, served, &id, &accepted, &preconditions)).await
    }

    /// read: the current resource in the vendor's shape.
    ///
    /// # Errors
    ///
    /// 404 when there is none, or none any more.
    pub async fn read(&self, resource_type: ResourceType, id: &str) -> Result<Vec<u8>, Refusal> {
        let served = offering(resource_type, Interaction::Read)?;
        let resource = stored_json(&self.current(resource_type, id).await?)?;
        if let (Some(hidden), Some(stored)) = (served.hides(), resource.as_object())
            && (hidden.is)(stored)
        {
            return Err(Refusal::unknown_resource(resource_type, id));
        }
        let looked_up = resource.as_object().and_then(|resource| served.looks_up(resource));
        if let Some(references) = looked_up {
            let mut fetched = self.fetch(&references).await?;
            let Canvas { engine, clinic, base_url } = self;
            return present(
                served,
                resource,
                &mut Reading { reader: &mut fetched, engine, clinic, base_url },
            );
        }
        let door = self.clone();
        self.engine
            .snapshot(move |reader| {
                let Canvas { engine, clinic, base_url } = &door;
                present(served, resource, &mut Reading { reader, engine, clinic, base_url })
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

    /// The attachment at `/{Type}/{id}/files/{element}`; `None` when the type has no such element.
    ///
    /// # Errors
    ///
    /// 404 when there is no such resource, or nothing is attached to it there.
    pub async fn file(
        &self,
        resource_type: ResourceType,
        id: &str,
        element: &str,
    ) -> Result<Option<File>, Refusal> {
        let served = offering(resource_type, Interaction::Read)?;
        if !served.contract().files.contains(&element) {
            return Ok(None);
        }
        let resource = stored_json(&self.current(resource_type, id).await?)?;
        let attachment = resource.as_object().and_then(|resource| served.file(resource, element));
        match attachment.and_then(file::content) {
            Some(file) => Ok(Some(file)),
            None => Err(Refusal::unknown_path(&format!("/{resource_type}/{id}/files/{element}"))),
        }
    }

    /// The inside of an update: existence, precondition, references, rules, merge, in that order.
    fn change(
        &self,
        unit: &mut Unit<'_>,
        served: &'static dyn CanvasType,
        id: &str,
        accepted: &Accepted,
        preconditions: &Preconditions,
    ) -> Result<(), Refusal> {
        let Canvas { engine, clinic, .. } = self;
        let contract = served.contract();
        let resource_type = contract.resource_type;
        let before = unit.state(resource_type, id)?;
        let State::Present(current) = &before else {
            return Err(Refusal::unknown_resource(resource_type, id));
        };
        preconditions.check(&before)?;
        let Json::Object(stored) = stored_json(current)? else {
            return Err(Refusal::failed(format!("stored {resource_type}/{id} is no object")));
        };
        let invalid = references::unresolved(unit, &accepted.targets)?;
        let sent = Sent { interaction: Interaction::Update, contract, body: &accepted.body, clinic };
        let mut write = Write { unit, engine, sent, id, stored: Some(&stored) };
        check::write(&mut write, invalid)?;
        let merged = served.merge(&stored, &write);
        let resource = served.settle(&merged, &mut write)?.unwrap_or(merged);
        let prepared = unit.prepare(resource_type, id, resource.into());
        unit.put(before, &prepared)?;
        Ok(())
    }

    /// The current version. Canvas knows no deletions: a deleted resource is one that never was.
    async fn current(&self, resource_type: ResourceType, id: &str) -> Result<Version, Refusal> {
        let found = match fhir::primitive::is_id(id) {
            true => self.engine.store().read_resource(resource_type, id).await?,
            false => None,
        };
        found
            .filter(|version| version.body.is_some())
            .ok_or_else(|| Refusal::unknown_resource(resource_type, id))
    }
}

/// The type, if it offers the interaction.
pub(crate) fn offering(
    resource_type: ResourceType,
    interaction: Interaction,
) -> Result<&'static dyn CanvasType, Refusal> {
    let unknown = || Refusal::unknown_path(&format!("/{resource_type}"));
    let served = canvas_type(resource_type).ok_or_else(unknown)?;
    let contract = served.contract();
    if contract.offers(interaction) {
        return Ok(served);
    }
    let target = match interaction {
        Interaction::Create | Interaction::SearchType => Target::Type,
        _ => Target::Instance(""),
    };
    Err(Refusal::not_offered(&Interaction::allowed(contract.interactions, target)))
}

/// A stored resource in the vendor's shape.
pub(crate) fn present(
    served: &dyn CanvasType,
    mut resource: Json,
    reading: &mut Reading<'_>,
) -> Result<Vec<u8>, Refusal> {
    if let Some(object) = resource.as_object_mut() {
        served.present(object, reading)?;
        stored::keep_shown(served.contract(), object);
    }
    Ok(resource.to_bytes())
}
