//! Location.

use super::Case;

pub const CASE: Case =
    Case { name: "Location", finding: &["_id={id}"], missing: &["_id={other}"], ..Case::NEW };
