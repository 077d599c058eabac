//! The inside of a serialised write at the Canvas door.

use crate::sent::Sent;
use fhir::Object;
use interactions::{Engine, Unit};

/// A create or update under way: what rules may look at, and what types may read and write.
pub struct Write<'w, 'u> {
    /// The write. What is read in it stays true until it is done.
    pub unit: &'w mut Unit<'u>,
    /// The engine, for its registry and zone.
    pub engine: &'w Engine,
    /// What was sent.
    pub sent: Sent<'w>,
    /// The logical id of the resource.
    pub id: &'w str,
    /// What is stored, on update.
    pub stored: Option<&'w Object>,
}
