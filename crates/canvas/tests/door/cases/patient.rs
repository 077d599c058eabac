//! Patient.

use super::Case;

pub const CASE: Case = Case {
    name: "Patient",
    finding: &[
        "_id={id}",
        "active=true",
        "birthdate=1980-11-13",
        "email=samantha.jones@example.com",
        "family=Jones",
        "gender=female",
        "given=Samantha",
        "identifier=s07960990",
        "name=ones",
        "nickname=Sammy",
        "phone=5554320555",
    ],
    missing: &[
        "_id={other}",
        "active=false",
        "birthdate=gt1980-11-13",
        "email=nobody@example.com",
        "family=Nobody",
        "gender=male",
        "given=Nobody",
        "identifier=nobody",
        "name=nobody",
        "nickname=Nobody",
        "phone=5550000000",
        "_has:CareTeam:participant:member=Practitioner/{other}",
    ],
    // It is on no team: tests/door/care_team.rs.
    finding_nothing: &["_has:CareTeam:participant:member"],
    shapes: &[
        ("Patient.contact.extension", "removed by the vendor on 2025-09-30"),
        (
            "Patient.contact.extension(http://schemas.canvasmedical.com/fhir/extensions/emergency-contact)",
            "removed by the vendor on 2025-09-30",
        ),
        (
            "Patient.contact.extension(http://schemas.canvasmedical.com/fhir/extensions/authorized-for-release-of-information)",
            "removed by the vendor on 2025-09-30",
        ),
        ("Patient.contact.relationship.text", "removed by the vendor on 2025-09-30"),
        (
            "Patient.extension(http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy).extension(pharmacyName)",
            "shown since 2024-08-15, the example is older",
        ),
        (
            "Patient.extension(http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy).extension(pharmacyAddress)",
            "shown since 2024-08-15, the example is older",
        ),
        (
            "Patient.extension(http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy).extension(pharmacyPhoneNumber)",
            "shown since 2024-08-15, the example is older",
        ),
        (
            "Patient.extension(http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy).extension(pharmacyFaxNumber)",
            "shown since 2024-08-15, the example is older",
        ),
    ],
    elements: &[
        ("identifier.type.coding", "said with identifier.type"),
        ("identifier.assigner.display", "said with identifier.assigner"),
        ("contact.extension", "removed by the vendor on 2025-09-30"),
        (
            "http://schemas.canvasmedical.com/fhir/extensions/emergency-contact",
            "removed by the vendor on 2025-09-30",
        ),
        (
            "http://schemas.canvasmedical.com/fhir/extensions/authorized-for-release-of-information",
            "removed by the vendor on 2025-09-30",
        ),
    ],
    ..Case::NEW
};
