//! Immunization.

use super::Case;

pub const CASE: Case = Case {
    name: "Immunization",
    finding: &["_id={id}", "patient=Patient/a1197fa9e65b4a5195af15e0234f61c2"],
    missing: &["_id={other}", "patient=Patient/{other}"],
    shapes: &[("Immunization.vaccineCode.coding.display", "what the vendor's example creates has none")],
    ..Case::NEW
};
