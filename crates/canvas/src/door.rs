//! The Canvas door without HTTP: create, update, operations and files. Reads are in [`read`](crate::read), searches in
//! [`search`](crate::search).

use crate::body::{self, Accepted};
use crate::canvas_type::CanvasType;
use crate::clinic::{Clinic, Clinics, NeedsRestart};
use crate::contract::{Contract, Level};
use crate::file::{self, File, Links};
use crate::search::Reading;
use crate::sent::Sent;
use crate::shown::{self, Shown};
use crate::types::{TYPES, canvas_type};
use crate::write::Write;
use crate::{check, note, provenance, references};
use fhir::{Object, ResourceType};
use interactions::storage::Reader;
use interactions::unit::{Effect, stored_json};
use interactions::{Engine, Interaction, Preconditions, Prepared, Refusal, State, Target, Unit};
use std::sync::Arc;

/// A handle on the Canvas door; clones share it.
#[derive(Clone)]
pub struct Canvas {
    pub(crate) engine: Engine,
    clinics: Clinics,
    pub(crate) base_url: Arc<str>,
    pub(crate) links: Arc<dyn Links>,
    pub(crate) shown: Arc<Shown>,
}

impl Canvas {
    /// The door of a clinic. `base_url` is where it is reached, without a slash at the end
    /// (`http://127.0.0.1:8080`).
    pub fn new(
        engine: Engine,
        clinics: impl Into<Clinics>,
        base_url: &str,
        links: impl Links + 'static,
    ) -> Self {
        let (clinics, base_url, links) = (clinics.into(), base_url.into(), Arc::new(links));
        Canvas { engine, clinics, base_url, links, shown: Arc::new(Shown::new(shown::BYTES)) }
    }

    /// The same door with a memory of so many bytes for answers.
    #[must_use]
    pub fn remembering(mut self, bytes: usize) -> Self {
        self.shown = Arc::new(Shown::new(bytes));
        self
    }

    /// The contract of a type of R4, if it is served.
    pub fn contract(&self, resource_type: ResourceType) -> Option<&'static Contract> {
        self.contract_named(resource_type.name())
    }

    /// The contract of a type by the vendor's name, if it is served.
    pub fn contract_named(&self, name: &str) -> Option<&'static Contract> {
        TYPES.iter().map(|served| served.contract()).find(|contract| contract.name == name)
    }

    /// The clinic's settings in force.
    pub fn clinic(&self) -> Arc<Clinic> {
        self.clinics.current()
    }

    /// Puts other settings of the clinic into force.
    ///
    /// # Errors
    ///
    /// When that needs a restart.
    pub fn replace_clinic(&self, clinic: Clinic) -> Result<(), NeedsRestart> {
        self.clinics.replace(clinic)
    }

    /// What a read or search looks at.
    pub(crate) fn reading<'a>(
        &'a self,
        reader: &'a mut dyn Reader,
        clinic: &'a Clinic,
        now: i64,
    ) -> Reading<'a> {
        Reading::new(self, reader, clinic, now)
    }

    /// create: stores a resource and returns its id.
    ///
    /// # Errors
    ///
    /// 400 with every problem of the body, or with the references that lead nowhere; 422 when a rule of business is
    /// broken; 405 when the type is not created here.
    pub async fn create(&self, resource_type: ResourceType, bytes: &[u8]) -> Result<String, Refusal> {
        let served = offering(resource_type, Interaction::Create)?;
        let clinic = self.clinic();
        let Accepted { body, targets } =
            body::accept(&self.engine, &clinic, served, Interaction::Create, None, bytes)?;
        let contract = served.contract();
        let (engine, id) = (self.engine.clone(), contract.ids.fresh());
        let interaction = Interaction::Create;
        let sent = Sent { interaction, operation: None, contract, body: &body, clinic: &clinic };
        let mut resource = served.complete(&sent);
        if let Some(mark) = contract.mark {
            mark.displace(&mut resource);
        }
        let note = note::draw(contract, &mut resource);
        let prepared = engine.prepare(resource_type, &id, resource.into());
        self.engine
            .write(move |unit| {
                let id = prepared.id.as_str();
                let invalid = references::unresolved(unit, &targets)?;
                let sent = Sent { interaction, operation: None, contract, body: &body, clinic: &clinic };
                let mut write = Write { unit, engine: &engine, sent, id, stored: None };
                check::write(&mut write, invalid)?;
                create(served, &mut write, &prepared, note.as_deref())
            })
            .await
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
            body::accept(&self.engine, &self.clinic(), served, Interaction::Update, Some(id), bytes)?;
        let preconditions = Preconditions { if_unmodified_since, ..Preconditions::default() };
        let (door, id) = (self.clone(), id.to_owned());
        self.engine.write(move |unit| door.change(unit, served, &id, &accepted, &preconditions)).await
    }

    /// The query that makes the path of an attachment a link without a token, from `now` on.
    pub fn link_query(&self, path: &str, now: i64) -> String {
        self.links.query(path, now)
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
        let contract = served.contract();
        if !contract.files.contains(&element) {
            return Ok(None);
        }
        let found = self.current(resource_type, id).await?;
        let resource = stored_json(&found.ok_or_else(|| unknown(contract, id))?)?;
        if resource.as_object().is_some_and(|resource| !contract.shows(resource)) {
            return Err(unknown(contract, id));
        }
        let attachment = resource.as_object().and_then(|resource| served.file(resource, element));
        match attachment.and_then(file::content) {
            Some(file) => Ok(Some(file)),
            None => Err(Refusal::unknown_path(&file::path(resource_type.name(), id, element))),
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
        let (engine, clinic) = (&self.engine, &self.clinic());
        let contract = served.contract();
        let resource_type = contract.resource_type;
        let before = unit.state(resource_type, id)?;
        let stored = match &before {
            State::Present(current) => stored_json(current)?.as_object().cloned(),
            State::Absent | State::Deleted(_) => served.unstored(id, unit)?,
        };
        let Some(stored) = stored.filter(|stored| contract.shows(stored)) else {
            return Err(unknown(contract, id));
        };
        match &before {
            State::Present(_) => preconditions.check(&before)?,
            State::Absent | State::Deleted(_) => preconditions.check(&served.dated_as(id, unit)?)?,
        }
        let invalid = references::unresolved(unit, &accepted.targets)?;
        let interaction = Interaction::Update;
        let sent = Sent { interaction, operation: None, contract, body: &accepted.body, clinic };
        let mut write = Write { unit, engine, sent, id, stored: Some(&stored) };
        check::write(&mut write, invalid)?;
        let merged = match contract.mark {
            Some(mark) => mark.set(&stored),
            None => served.merge(&stored, &write),
        };
        let resource = served.settle(&merged, &mut write)?.unwrap_or(merged);
        let signed = contract.mark.map(|mark| mark.signed(&resource, &write.sent));
        let done = provenance::done(&before);
        if put(write.unit, contract, before, id, &resource)? {
            provenance::record(write.unit, contract, done, id, signed.as_ref().unwrap_or(&resource))?;
        }
        Ok(())
    }

    /// The vendor's operation `$name`, of a resource or, without `id`, of the type. Its answer has no body.
    ///
    /// # Errors
    ///
    /// 404 when there is no such operation or resource; 400 with every problem of the body; 422 when a rule of business
    /// is broken.
    pub async fn operate(
        &self,
        resource_type: ResourceType,
        id: Option<&str>,
        name: &str,
        bytes: &[u8],
    ) -> Result<(), Refusal> {
        let unknown_operation = || Refusal::unknown_path(&format!("/{resource_type}/${name}"));
        let served = canvas_type(resource_type).ok_or_else(unknown_operation)?;
        let contract = served.contract();
        let level = if id.is_some() { Level::Instance } else { Level::Type };
        let operation = contract.operation(name, level).ok_or_else(unknown_operation)?;
        let body = body::accept_parameters(&self.engine, &self.clinic(), contract, operation, bytes)?;
        let (engine, clinic, id) = (self.engine.clone(), self.clinic(), id.map(str::to_owned));
        self.engine
            .write(move |unit| {
                let stored = match &id {
                    None => None,
                    Some(id) => {
                        let found = unit.resource(resource_type, id)?;
                        let found = found.and_then(|found| found.as_object().cloned());
                        let found = found.filter(|found| contract.shows(found));
                        Some(found.ok_or_else(|| unknown(contract, id))?)
                    }
                };
                let interaction = Interaction::Operation;
                let sent =
                    Sent { interaction, operation: Some(operation), contract, body: &body, clinic: &clinic };
                let id = id.as_deref().unwrap_or_default();
                let mut write = Write { unit, engine: &engine, sent, id, stored: stored.as_ref() };
                check::write(&mut write, Vec::new())?;
                (operation.run)(&mut write)
            })
            .await
    }
}

/// 404: no such resource, under the vendor's name of the type.
pub(crate) fn unknown(contract: &Contract, id: &str) -> Refusal {
    Refusal::unknown_resource(contract.name, id)
}

/// The inside of a create, when the rules are kept. Returns the id of what is then stored.
fn create(
    served: &dyn CanvasType,
    write: &mut Write<'_, '_>,
    prepared: &Prepared,
    drawn_note: Option<&str>,
) -> Result<String, Refusal> {
    let contract = served.contract();
    let Some(resource) = prepared.resource.as_object() else {
        return Err(Refusal::failed(format!("{} is made no object", contract.name)));
    };
    let landed = note::land(write, resource, drawn_note)?;
    let settled = served.settle(landed.as_ref().unwrap_or(resource), write)?.or(landed);
    let resource = settled.as_ref().unwrap_or(resource);
    if let Some(id) = served.replaces(resource, write)? {
        let before = write.unit.state(contract.resource_type, &id)?;
        if put(write.unit, contract, before, &id, resource)? {
            provenance::record(write.unit, contract, Interaction::Update, &id, resource)?;
        }
        return Ok(id);
    }
    let id = prepared.id.as_str();
    let renewed = settled
        .as_ref()
        .map(|settled| write.unit.prepare(contract.resource_type, id, settled.clone().into()));
    // Nothing can be stored under an id that was drawn from 122 random bits a moment ago.
    write.unit.put(State::Absent, renewed.as_ref().unwrap_or(prepared))?;
    provenance::record(write.unit, contract, Interaction::Create, id, resource)?;
    Ok(id.to_owned())
}

/// Stores a changed resource. Whether it changed: what is as it was leaves no Provenance.
fn put(
    unit: &mut Unit<'_>,
    contract: &Contract,
    before: State,
    id: &str,
    resource: &Object,
) -> Result<bool, Refusal> {
    let prepared = unit.prepare(contract.resource_type, id, resource.clone().into());
    Ok(unit.put(before, &prepared)?.effect != Effect::Unchanged)
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

#[cfg(test)]
mod tests;
