//! A resource type at the Canvas door: its contract and what only code can say.

use crate::clinic::Clinic;
use crate::contract::Contract;
use crate::references::Target;
use crate::search::{Asked, Reading};
use crate::sent::Sent;
use crate::stored;
use crate::write::Write;
use fhir::{Json, Object};
use interactions::{Refusal, State, Unit};

/// One resource type. What a type does not override is done as its [`Contract`] says.
///
/// The order on create: [`normalise`](Self::normalise), R4's validation and the contract's rules of the body,
/// [`complete`](Self::complete); then, inside the write, the rules of the write, the note, [`settle`](Self::settle), stored,
/// its Provenance. On update the stored resource is read first, and [`merge`](Self::merge), or the contract's mark, stands
/// in place of `complete`, inside the write.
pub trait CanvasType: Sync {
    /// Its contract.
    fn contract(&self) -> &'static Contract;

    /// Makes R4 of the placeholders that the vendor recommends, and adds what R4's validation misses but the
    /// vendor does not ask for. Runs before validation, on any object. The clinic tells the zone of times without one.
    fn normalise(&self, _body: &mut Object, _clinic: &Clinic) {}

    /// What is stored of a create: what was sent, with defaults and what the server issues. It must be valid R4.
    /// By default, the members that the contract lists and lets a client write.
    fn complete(&self, sent: &Sent<'_>) -> Object {
        stored::writable(sent)
    }

    /// What is stored after an update of `stored`. By default, what was sent; members that it leaves out keep
    /// their stored value. Runs inside the write, which tells the time.
    fn merge(&self, stored: &Object, write: &Write<'_, '_>) -> Object {
        stored::merged(stored, &write.sent)
    }

    /// The stored resource that a create changes in place of making another one: its id.
    ///
    /// # Errors
    ///
    /// The store's failures.
    fn replaces(&self, _resource: &Object, _write: &mut Write<'_, '_>) -> Result<Option<String>, Refusal> {
        Ok(None)
    }

    /// What an update of `id` starts from when nothing is stored there: `None` where there is no such resource.
    ///
    /// # Errors
    ///
    /// The store's failures.
    fn unstored(&self, _id: &str, _unit: &mut Unit<'_>) -> Result<Option<Object>, Refusal> {
        Ok(None)
    }

    /// What `If-Unmodified-Since` is held against when nothing is stored under `id`.
    ///
    /// # Errors
    ///
    /// The store's failures.
    fn dated_as(&self, _id: &str, _unit: &mut Unit<'_>) -> Result<State, Refusal> {
        Ok(State::Absent)
    }

    /// Whether this reference may lead nowhere, or is looked up by a rule of the type.
    fn leaves_open(&self, _target: &Target) -> bool {
        false
    }

    /// The last touch inside the write, where other resources can be read and written: what is stored in place
    /// of `resource`, if something else is.
    ///
    /// # Errors
    ///
    /// What prevents the write.
    fn settle(&self, _resource: &Object, _write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        Ok(None)
    }

    /// Gives a stored resource the vendor's shape. Members and extensions that the contract does not list, `meta`
    /// among them, are taken away afterwards; of a type that is read-only here, at every depth ([`shape`](crate::shape)).
    ///
    /// # Errors
    ///
    /// The store's failures.
    fn present(&self, _resource: &mut Object, _reading: &mut Reading<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    /// The references that [`present`](Self::present) looks up, when it looks at nothing else of the store; `None`
    /// when it may. With them, a read spares itself a snapshot.
    fn looks_up<'a>(&self, _resource: &'a Object) -> Option<Vec<&'a str>> {
        None
    }

    /// Finds by itself, for types that are derived and not stored: everything that matches, in order, in the
    /// vendor's shape. `None` when the type is found in the store.
    ///
    /// # Errors
    ///
    /// What prevents an answer.
    fn find(&self, _asked: &Asked<'_>, _reading: &mut Reading<'_>) -> Result<Option<Vec<Json>>, Refusal> {
        Ok(None)
    }

    /// Reads by itself what is derived and not stored: the resource `id`, in the vendor's shape. Asked when nothing is
    /// stored under the id, or the contract says that nothing of the type is.
    ///
    /// # Errors
    ///
    /// What prevents an answer.
    fn get(&self, _id: &str, _reading: &mut Reading<'_>) -> Result<Option<Json>, Refusal> {
        Ok(None)
    }

    /// The attachment that is served at `/{Type}/{id}/files/{element}`, from the stored resource.
    fn file<'a>(&self, _resource: &'a Object, _element: &str) -> Option<&'a Object> {
        None
    }
}
