//! PaymentNotice.

use super::Case;

pub const CASE: Case = Case {
    name: "PaymentNotice",
    finding: &["_id={id}", "request=Patient/3f688bb915d04e168dbfa635da4ab259"],
    missing: &["_id={other}", "request=Patient/{other}"],
    ..Case::NEW
};
