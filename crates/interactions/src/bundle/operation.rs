//! Entries that ask for an operation (<http://hl7.org/fhir/R4/http.html#trules>).

use super::entry::{Action, Change, EntryReader, Sent, Subject};
use super::get::Get;
use super::request::Request;
use crate::body::Reading;
use crate::error::Refusal;
use crate::operations::Operation;
use crate::operations::task::{Request as Asked, Task};
use crate::target::Target;
use fhir::{Json, ResourceType};
use std::sync::Arc;

impl EntryReader<'_> {
    /// Reads what an operation is asked for. Its parameters are those of the URL, or with POST
    /// those of the entry's resource.
    ///
    /// # Errors
    ///
    /// 403, and 400 with everything that cannot be honoured.
    pub(super) fn operation(
        &self,
        request: &Request<'_>,
        operation: &Operation,
        resource_type: Option<ResourceType>,
        of: Target<'_>,
        resource: Option<Json>,
    ) -> Result<Action<Sent>, Refusal> {
        let (id, version) = of.resource();
        operation.admit(&**self.caller, resource_type)?;
        let parameters = request.parameters()?;
        let is_posted = request.method == "POST";
        let body = resource.filter(|_| is_posted);
        let has_body = body.is_some();
        let root = format!("Bundle.entry[{}].resource", request.index);
        let read = || {
            let input = operation.input(
                self.engine,
                resource_type,
                &parameters,
                body.map(Reading::from),
                Some(&root),
            )?;
            let asked = Asked {
                resource_type,
                id: id.map(str::to_owned),
                version: version.map(str::to_owned),
                input,
                caller: Arc::clone(self.caller),
                lenient: self.lenient,
                preconditions: request.preconditions(Some(operation))?,
                now: self.now,
            };
            self.engine.operation(operation, asked)
        };
        // What is wrong with a parameter of a URL has no place of its own.
        let task = read().map_err(|refusal| if has_body { refusal } else { request.placed(refusal) })?;
        Ok(match task {
            Task::Think(think) => Action::Get(Get::think(think, request.method)),
            Task::Look(look) => Action::Get(Get::look(look, request.method)),
            Task::Alter(alter) => {
                let (Some(resource_type), Some(id)) = (resource_type, id) else {
                    return Err(Refusal::not_offered(""));
                };
                let subject = Subject::Id(resource_type, id.to_owned());
                Action::Change(Change::Operation(subject, alter))
            }
        })
    }
}
