//! How large a search may be. A search comes from a client, so nothing of it is left unbounded.

/// The most parameters of a search.
pub const PARAMETERS: usize = 100;

/// The most values of one parameter, joined by commas.
pub const VALUES: usize = 1_000;

/// The longest value, in bytes.
pub const VALUE_LENGTH: usize = 2_048;

/// The most keys to sort by.
pub const SORT_KEYS: usize = 8;

/// The most resources that a chain, a `_has` or a test of what no index row decides looks at.
pub const RESOLVED: usize = 200_000;
