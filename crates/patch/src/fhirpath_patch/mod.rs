//! FHIRPath Patch (<http://hl7.org/fhir/R4/fhirpatch.html>): operations on elements that FHIRPath names, in a
//! Parameters resource.

mod edit;
mod list;
mod operation;
mod part;
mod place;
mod target;
mod value;

use crate::document::Problems;
use crate::failure::failure;
use crate::growth::Growth;
use crate::identity::Identity;
use crate::prune::prune;
use edit::Edit;
use fhir::{Issue, Json};
use fhirpath::Moment;
use operation::Operation;

/// A FHIRPath Patch.
#[derive(Clone, Debug)]
pub(crate) struct FhirPathPatch {
    operations: Vec<Operation>,
}

impl FhirPathPatch {
    /// Reads a Parameters resource.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its place.
    pub(crate) fn read(parameters: &Json) -> Result<Self, Vec<Issue>> {
        let mut problems = Problems::default();
        let operations = operation::read(parameters, &mut problems);
        problems.or(FhirPathPatch { operations })
    }

    /// Applies all operations in order.
    ///
    /// # Errors
    ///
    /// The first operation that cannot be carried out, and why.
    pub(crate) fn apply(
        &self,
        resource: &Json,
        max_depth: usize,
        now: Option<Moment<'_>>,
    ) -> Result<Json, Vec<Issue>> {
        let identity = Identity::of(resource);
        let mut edit = Edit { root: resource.clone(), now, growth: Growth::new(max_depth) };
        for (index, operation) in self.operations.iter().enumerate() {
            edit.carry_out(operation).and_then(|()| identity.check(&edit.root)).map_err(|reason| {
                vec![failure(index, operation, &reason).at(format!("Parameters.parameter[{index}]"))]
            })?;
        }
        prune(&mut edit.root);
        Ok(edit.root)
    }
}
