//! The vendor's operations (`POST /{Type}/$name`, `POST /{Type}/{id}/$name`).

use crate::clinic::Clinic;
use crate::rule::Rule;
use crate::write::Write;
use fhir::Object;
use interactions::Refusal;

/// What an operation is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The type: `/{Type}/$name`.
    Type,
    /// One resource, which must exist: `/{Type}/{id}/$name`.
    Instance,
}

/// Does an operation, inside one write: the body is `write.sent.body`, the resource `write.stored`.
pub type Operate = fn(&mut Write<'_, '_>) -> Result<(), Refusal>;

/// One operation. Its body is a Parameters resource, its answer 200 without a body. Built by [`OperationFact::of`].
#[derive(Clone, Copy)]
pub struct OperationFact {
    /// Its name without the `$`; also that of its scope, `{context}/{Type}.{name}`.
    pub name: &'static str,
    /// What it is asked of.
    pub level: Level,
    /// Whether it changes what the vendor shows: then a scope to write the type is needed besides its own, else one
    /// to read or to write it.
    pub writes: bool,
    /// Makes R4 of what the vendor's examples send, before validation. The clinic tells the zone of times without one.
    pub normalise: fn(&mut Object, &Clinic),
    /// The rules that its body must keep, beyond R4's own. They run on `operation`.
    pub rules: &'static [Rule],
    /// The smallest body that it accepts: what the rules' examples change.
    pub minimal: &'static str,
    /// What it does.
    pub run: Operate,
}

impl OperationFact {
    /// An operation of a resource that reads it, with a body of no parameters.
    pub const fn of(name: &'static str, run: Operate) -> Self {
        OperationFact {
            name,
            level: Level::Instance,
            writes: false,
            normalise: |_, _| {},
            rules: &[],
            minimal: r#"{"resourceType":"Parameters"}"#,
            run,
        }
    }
}
