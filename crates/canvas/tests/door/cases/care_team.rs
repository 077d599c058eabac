//! CareTeam.

use super::Case;

pub const CASE: Case = Case {
    name: "CareTeam",
    finding: &[
        "participant=Practitioner/c2ff4546548e46ab8959af887b563eab",
        "patient=Patient/example",
        "status=active",
    ],
    missing: &["participant=Practitioner/{other}", "patient=Patient/{other}", "status=inactive"],
    updated: canvas::clinic::demo::PATIENT,
    ..Case::NEW
};
