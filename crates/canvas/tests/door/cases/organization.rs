//! Organization.

use super::Case;

pub const CASE: Case = Case {
    name: "Organization",
    finding: &["_id={id}", "name=anvas", "address=Amherst"],
    missing: &["_id={other}", "name=nobody", "address=Nowhere", "type=prov"],
    finding_nothing: &["type"],
    elements: &[("identifier.type.coding", "said with identifier.type")],
    ..Case::NEW
};
