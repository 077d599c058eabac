//! Communication.

use super::Case;

pub const CASE: Case = Case {
    name: "Communication",
    finding: &[
        "_id={id}",
        "patient=Patient/43f1418bae9c41919203e0006761067c",
        "patient=43f1418bae9c41919203e0006761067c",
        "recipient=Practitioner/3640cd20de8a470aa570a852859ac87e",
        "sender=Patient/43f1418bae9c41919203e0006761067c",
    ],
    missing: &[
        "_id={other}",
        "patient=Patient/{other}",
        "recipient=Patient/43f1418bae9c41919203e0006761067c",
        "sender=Practitioner/3640cd20de8a470aa570a852859ac87e",
    ],
    shapes: &[
        ("Communication.subject", "the table has it, the examples lack it"),
        ("Communication.received", "the request has it, the example of a read is of another message"),
    ],
    ..Case::NEW
};
