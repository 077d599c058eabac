//! Bringing resources in from files.

mod bundle;
pub mod load;
pub mod read;
