//! JSON Patch (RFC 6902): operations on the JSON form of a resource.

mod equality;
mod operation;
mod pointer;

use crate::document::Problems;
use crate::failure::failure;
use crate::growth::Growth;
use crate::identity::Identity;
use crate::prune::prune;
use equality::equal;
use fhir::outcome::cut;
use fhir::{Issue, Json};
use operation::Operation;
use pointer::{Pointer, existing_index, find, find_mut, insertion_index, no_inside, no_member, shown};

/// A JSON Patch document.
#[derive(Clone, Debug)]
pub(crate) struct JsonPatch {
    operations: Vec<Operation>,
}

impl JsonPatch {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, by operation.
    pub(crate) fn read(document: &Json) -> Result<Self, Vec<Issue>> {
        let mut problems = Problems::default();
        let operations = operation::read(document, &mut problems);
        problems.or(JsonPatch { operations })
    }

    /// Applies all operations in order.
    ///
    /// # Errors
    ///
    /// The first operation that cannot be carried out, and why.
    pub(crate) fn apply(&self, resource: &Json, max_depth: usize) -> Result<Json, Vec<Issue>> {
        let identity = Identity::of(resource);
        let mut state = State { root: resource.clone(), growth: Growth::new(max_depth) };
        for (index, operation) in self.operations.iter().enumerate() {
            state
                .carry_out(operation)
                .and_then(|()| identity.check(&state.root))
                .map_err(|reason| vec![failure(index, operation, &reason)])?;
        }
        prune(&mut state.root);
        Ok(state.root)
    }
}

struct State {
    root: Json,
    growth: Growth,
}

impl State {
    fn carry_out(&mut self, operation: &Operation) -> Result<(), String> {
        match operation {
            Operation::Add { path, value } => {
                self.growth.add(value, path.tokens().len())?;
                self.put(path, value.clone())
            }
            Operation::Remove { path } => self.remove(path).map(drop),
            Operation::Replace { path, value } => {
                self.growth.add(value, path.tokens().len())?;
                *find_mut(&mut self.root, path.tokens())? = value.clone();
                Ok(())
            }
            Operation::Move { from, path } if from == path => find(&self.root, from.tokens()).map(drop),
            Operation::Move { from, path } => {
                let value = self.remove(from)?;
                self.growth.put(&value, path.tokens().len())?;
                self.put(path, value)
            }
            Operation::Copy { from, path } => {
                let value = find(&self.root, from.tokens())?;
                self.growth.add(value, path.tokens().len())?;
                self.put(path, value.clone())
            }
            Operation::Test { path, value } => test(find(&self.root, path.tokens())?, value),
        }
    }

    fn put(&mut self, path: &Pointer, value: Json) -> Result<(), String> {
        let Some((last, parents)) = path.split_last() else {
            self.root = value;
            return Ok(());
        };
        match find_mut(&mut self.root, parents)? {
            Json::Object(object) => object.insert(last, value),
            Json::Array(items) => items.insert(insertion_index(items.len(), last, parents)?, value),
            other => return Err(no_inside(other, last, parents)),
        }
        Ok(())
    }

    fn remove(&mut self, path: &Pointer) -> Result<Json, String> {
        let Some((last, parents)) = path.split_last() else {
            return Err(format!("{} itself cannot be taken away; delete it instead", shown(&[])));
        };
        match find_mut(&mut self.root, parents)? {
            Json::Object(object) => match object.remove(last) {
                Some(value) => Ok(value),
                None => Err(no_member(object, last, parents)),
            },
            Json::Array(items) => Ok(items.remove(existing_index(items.len(), last, parents)?)),
            other => Err(no_inside(other, last, parents)),
        }
    }
}

fn test(found: &Json, expected: &Json) -> Result<(), String> {
    if equal(found, expected) {
        return Ok(());
    }
    Err(format!("the value is {}, not {}", cut(&found.to_string()), cut(&expected.to_string())))
}
