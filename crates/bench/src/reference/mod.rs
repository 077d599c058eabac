//! What the server is measured beside, in the same run with the same bodies.

pub mod bare;
pub mod raw_sqlite;
