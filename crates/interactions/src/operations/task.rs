//! An operation that was asked for, by itself or in an entry of a Bundle: what it needs to know, and what there is to do.

use super::{Input, Operation};
use crate::body::{Reading, all_problems};
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::precondition::Preconditions;
use crate::query_string::ANSWER_PARAMETERS;
use crate::read;
use crate::unit::Unit;
use fhir::ResourceType;
use std::sync::Arc;
use storage::{Reader, Version};

/// An operation as it was asked for.
pub struct Request {
    /// The type that the URL names, unless the operation is on the server as a whole.
    pub resource_type: Option<ResourceType>,
    /// The id that the URL names.
    pub id: Option<String>,
    /// The version that the URL names; none for the current one.
    pub version: Option<String>,
    /// The parameters.
    pub input: Input,
    /// Who asks. That they may read the type, and change it if the operation does, has been judged.
    pub caller: Arc<dyn Caller>,
    /// Whether search parameters that are not known are left out (`Prefer: handling=lenient`).
    pub lenient: bool,
    /// What must hold of the resource that it changes.
    pub preconditions: Preconditions,
    /// The present, in milliseconds since the epoch.
    pub now: i64,
}

/// Works out an answer from what was sent.
pub type Think = Box<dyn Fn() -> Result<Vec<u8>, Refusal> + Send + Sync>;
/// Works out an answer from what is stored.
pub type Look = Box<dyn Fn(&mut dyn Reader) -> Result<Vec<u8>, Refusal> + Send + Sync>;
/// Changes what is stored; may be done more than once, of which one time takes effect.
pub type Alter = Box<dyn Fn(&mut Unit<'_>) -> Result<Vec<u8>, Refusal> + Send + Sync>;

/// What an operation has to do. Each returns the resource that answers it, in JSON.
pub enum Task {
    /// It needs nothing that is stored but the definitions, which were taken when it was asked for.
    Think(Think),
    /// It looks at what is stored.
    Look(Look),
    /// It changes what is stored.
    Alter(Alter),
}

impl Task {
    pub(super) fn think(work: impl Fn() -> Result<Vec<u8>, Refusal> + Send + Sync + 'static) -> Self {
        Task::Think(Box::new(work))
    }

    pub(super) fn look(
        work: impl Fn(&mut dyn Reader) -> Result<Vec<u8>, Refusal> + Send + Sync + 'static,
    ) -> Self {
        Task::Look(Box::new(work))
    }

    pub(super) fn alter(
        work: impl Fn(&mut Unit<'_>) -> Result<Vec<u8>, Refusal> + Send + Sync + 'static,
    ) -> Self {
        Task::Alter(Box::new(work))
    }
}

impl Request {
    /// The type that the URL names.
    ///
    /// # Errors
    ///
    /// 405 when it names none, where no operation of a type is offered.
    pub(super) fn resource_type(&self) -> Result<ResourceType, Refusal> {
        self.resource_type.ok_or_else(|| Refusal::not_offered(""))
    }

    /// The resource that the URL names, in the version that it names or else in the current one.
    ///
    /// # Errors
    ///
    /// 404, 410; 403 when the caller may not see it; the store's failures.
    pub(super) fn read(&self, reader: &mut dyn Reader) -> Result<Version, Refusal> {
        let Some(id) = &self.id else { return Err(Refusal::not_offered("")) };
        let version = match &self.version {
            Some(version) => read::vread(reader, self.resource_type()?, id, version)?,
            None => read::read(reader, self.resource_type()?, id)?,
        };
        self.caller.may_see(&version)?;
        Ok(version)
    }
}

impl Operation {
    /// Whether the caller may change what it changes.
    ///
    /// # Errors
    ///
    /// 403.
    pub fn admit(&self, caller: &dyn Caller, resource_type: Option<ResourceType>) -> Result<(), Refusal> {
        match resource_type {
            _ if !self.writes => Ok(()),
            Some(resource_type) => caller.may_write(resource_type),
            // Nothing says what it would change.
            None => Err(Refusal::not_offered("")),
        }
    }

    /// What the operation is given: the parameters of the URL and those of the body, which may be there when it is
    /// asked for with POST. `root` is where the body stands in what was sent.
    ///
    /// # Errors
    ///
    /// 400 with everything that is wrong with it.
    pub fn input(
        &self,
        engine: &Engine,
        resource_type: Option<ResourceType>,
        parameters: &[(String, String)],
        body: Option<Reading>,
        root: Option<&str>,
    ) -> Result<Input, Refusal> {
        let given = Input::of_url(parameters, &ANSWER_PARAMETERS);
        let Some(body) = body else { return Ok(given) };
        let parameters_type = ResourceType::PARAMETERS;
        if self.takes_resource {
            // Parameters that hold a resource which need not be valid, or that resource by itself.
            let Reading { resource, problems } = body;
            let is_parameters = resource.str("resourceType") == Some(parameters_type.name());
            let input = if is_parameters && resource_type != Some(parameters_type) {
                given.and(Input::of_resource(&resource, root))
            } else {
                let named = resource_type.unwrap_or(ResourceType::BUNDLE).name();
                given.with_resource("resource", resource, root.unwrap_or(named))
            };
            return input.with_problems(problems);
        }
        let found = engine.inner.problems(parameters_type, &body.resource, root);
        if found.is_empty() && body.problems.is_empty() {
            Ok(given.and(Input::of_resource(&body.resource, root)))
        } else {
            Err(Refusal::invalid(all_problems(body.problems, found)))
        }
    }
}

impl Engine {
    /// Reads what an operation is asked for.
    ///
    /// # Errors
    ///
    /// 400 with everything that cannot be honoured, 403 when it leads to what the caller may not read.
    pub fn operation(&self, operation: &Operation, mut request: Request) -> Result<Task, Refusal> {
        request.preconditions.by = Some(Arc::clone(&request.caller));
        (operation.read)(self, request)
    }

    /// Carries an operation out by itself. Returns the resource that answers it.
    ///
    /// # Errors
    ///
    /// Those of [`operation`](Self::operation), and whatever the operation is refused for.
    pub async fn operate(&self, operation: &Operation, request: Request) -> Result<Vec<u8>, Refusal> {
        match self.operation(operation, request)? {
            Task::Think(think) => think(),
            Task::Look(look) => self.snapshot(move |reader| look(reader)).await,
            Task::Alter(alter) => self.write(move |unit| alter(unit)).await,
        }
    }
}
