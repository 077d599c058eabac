//! Consent.

use super::Case;
use crate::support::{parse, set};

pub const CASE: Case = Case {
    name: "Consent",
    finding: &[
        "_id={id}",
        "patient=Patient/2c4b29a411b043bfb1c34c8c3683c7ca",
        "period=2022-04-13",
        "period=ge2022-04-01&period=lt2022-05-01",
    ],
    missing: &["_id={other}", "patient=Patient/{other}", "period=gt2022-04-13", "period=2022-12-31"],
    shapes: &[("Consent.category.coding.code", "the table has it, the examples lack it")],
    // The example names a coding that each clinic configures for itself.
    before_create: |request| {
        let coding = r#"{"system":"INTERNAL","code":"TELE","display":"Consent to telehealth"}"#;
        set(request, "category.0.coding.0", parse(coding));
    },
    ..Case::NEW
};
