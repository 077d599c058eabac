//! How large a search may be. A search comes from a client, so nothing of it is left unbounded.

/// The most parameters of a search.
pub const PARAMETERS: usize = 100;

/// The most values of one parameter, joined by commas.
pub const VALUES: usize = 1_000;

/// The longest value, in bytes.
pub const VALUE_LENGTH: usize = 2_048;

/// The longest `_filter`, `_text` or `_content`, in bytes.
pub const EXPRESSION_LENGTH: usize = 16 * 1024;

/// The most keys to sort by.
pub const SORT_KEYS: usize = 8;

/// The most resources that a chain, a `_has` or a test of what no index row decides looks at.
pub const RESOLVED: usize = 200_000;

/// How much is looked at within one stored resource when a chain looks into it: contained resources that are passed over,
/// index rows of those that are not, and a hundred for each of these. What it contains beyond is not found.
pub const CONTAINED: usize = 20_000;

/// How deep chains, `_has`, and what stands in parentheses may nest.
pub const NESTING: usize = 10;

/// The most codes that a value set of `:in`, or a code of `:below`, stands for.
pub const CODES: usize = 20_000;

/// The most `_include` and `_revinclude` of a search.
pub const INCLUDES: usize = 50;

/// How deep stored resources nest at most. What nests deeper was not accepted.
pub const BODY_DEPTH: usize = 512;
