//! What was measured, for people and for programs.

pub mod json;
pub mod loaded;
pub mod machine;
mod table;
pub mod text;
