//! What bounds the work of one question, whatever value sets and code systems users load.

/// The most codes that one answer of `$expand` lists. Larger expansions are read in pages.
pub const EXPANSION_CODES: usize = 10_000;

/// The most codes that may be looked at to compute one value set, those of value sets inside it included.
pub const COMPOSED_CODES: usize = 1_000_000;

/// The most codings that one request may have validated or translated.
pub const CODINGS: usize = 100;

/// How many value sets may be looked into to tell whether one code belongs.
pub const VALUE_SETS_ASKED: usize = 1_000;

/// How many concept maps may be asked one after the other, each sending on what it does not list.
pub const OTHER_MAPS: usize = 16;

/// How deep value sets may include one another.
pub const NESTED_VALUE_SETS: usize = 32;

/// How many codes computed expansions may hold together before they are forgotten.
pub const CACHED_CODES: usize = 2_000_000;

/// The longest regular expression of a filter, in bytes.
pub const REGEX_LENGTH: usize = 1_000;

/// The most memory a compiled regular expression may take, in bytes.
pub const REGEX_SIZE: usize = 1 << 20;

/// How many arrays and objects the JSON of the built-in definitions nests at most.
pub(crate) const DEFINITION_DEPTH: usize = 100;
