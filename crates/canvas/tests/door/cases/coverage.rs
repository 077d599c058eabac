//! Coverage.

use super::Case;

pub const CASE: Case = Case {
    name: "Coverage",
    finding: &[
        "_id={id}",
        "patient=Patient/b3084f7e884e4af2b7e23b1dca494abd",
        "status=active",
        "subscriberid=12345",
        "subscriberId=123",
    ],
    missing: &[
        "_id={other}",
        "identifier=1234",
        "patient=Patient/{other}",
        "status=cancelled",
        "subscriberid=2345",
    ],
    finding_nothing: &["identifier"],
    shapes: &[
        ("Coverage.payor.display", "the organization of the test has no name"),
        ("Coverage.period.end", "the request has an end, the example has none"),
    ],
    ..Case::NEW
};
