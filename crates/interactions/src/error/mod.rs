//! Everything the server refuses: one table, one type, one rendering.
//!
//! [`table`] lists what can be refused; a [`Refusal`] is one row of it that happened. The HTTP answers, Bundle
//! entries, the command line's messages and `docs/errors.md` are all rendered from here.

mod example;
mod refusal;
mod table;

pub use example::{Body, Example, Provocation, Request, Token};
pub use refusal::{Cause, Refusal};
pub use table::{Row, Shape, TABLE, rows};
