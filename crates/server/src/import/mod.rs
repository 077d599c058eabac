//! Bringing resources in from files.

pub mod load;
pub mod read;
