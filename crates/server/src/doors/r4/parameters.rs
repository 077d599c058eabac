//! Parameters of URLs that every interaction knows, and that are the only ones of those that take none.

pub(super) use interactions::query_string::{ANSWER_PARAMETERS, none};
