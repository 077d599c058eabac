//! Group.

use super::Case;

pub const CASE: Case = Case {
    name: "Group",
    finding: &["_id={id}", "type=practitioner"],
    missing: &["_id={other}", "type=person"],
    ..Case::NEW
};
