//! How much of XML's freedom a document may use. Its size is the caller's to limit.

/// How many attributes one element may have. FHIR's have three at most; the rest is for narratives and namespaces.
pub const ATTRIBUTES: usize = 64;

/// How many namespace declarations may be in force at one place: each name is looked up among them.
pub const NAMESPACES: usize = 32;

/// How many problems of one document are told.
pub const PROBLEMS: usize = 50;

/// How deep the elements of a narrative may be nested.
pub const NARRATIVE_DEPTH: usize = 100;
