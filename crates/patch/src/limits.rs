//! How much one patch may ask for. A patch is a few operations on one resource; what follows is far beyond any honest
//! one and keeps a hostile one short.

/// How many operations a patch may have.
pub const OPERATIONS: usize = 1_000;

/// How many operations a FHIRPath Patch may have: each evaluates an expression of the client's, which costs more than
/// following a pointer.
pub const FHIRPATH_OPERATIONS: usize = 200;

/// How many problems of a patch document are told.
pub const PROBLEMS: usize = 50;

/// How much all operations together may add to a resource, copies included, in bytes of JSON: copying a resource's
/// parts into one another doubles them each time.
pub const ADDED: usize = 16 * 1024 * 1024;

/// The longest selector of an XML Patch operation, in bytes.
pub const SELECTOR: usize = 1024;
