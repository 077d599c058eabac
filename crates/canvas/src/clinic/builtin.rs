//! What a clinic has that sets nothing: the vendor's own lists.

use super::settings::{
    AppointmentType, CONTACT_CATEGORY_SYSTEM, CareTeamRole, ContactCategory, PatientUse, Role, TypeKind,
};

/// The vendor's note types (Appointment.json, `appointmentType.coding.code`); Office Visit is the default.
pub(super) fn appointment_types() -> Vec<AppointmentType> {
    const TYPES: [(&str, &str); 5] = [
        ("308335008", "Office Visit"),
        ("448337001", "Telemedicine"),
        ("439708006", "Home Visit"),
        ("31108002", "Lab Visit"),
        ("185317003", "Phone Call"),
    ];
    let note_type = |(code, name): (&str, &str)| AppointmentType {
        name: name.to_owned(),
        system: "http://snomed.info/sct".to_owned(),
        code: code.to_owned(),
        display: name.to_owned(),
        kind: TypeKind::Note,
        patient: PatientUse::Required,
        scheduleable: true,
        default: name == "Office Visit",
        telehealth: name == "Telemedicine",
        durations: Vec::new(),
        active: true,
    };
    TYPES.into_iter().map(note_type).collect()
}

/// The contact categories that the vendor's pages name (Patient.json, `contact.relationship.coding`).
pub(super) fn contact_categories() -> Vec<ContactCategory> {
    const CATEGORIES: [(&str, &str); 3] = [
        ("ARI", "Authorized for release of information"),
        ("POA", "Power of attorney"),
        ("EMC", "Emergency contact"),
    ];
    let category = |(code, display): (&str, &str)| ContactCategory {
        system: CONTACT_CATEGORY_SYSTEM.to_owned(),
        code: code.to_owned(),
        display: display.to_owned(),
        active: true,
    };
    CATEGORIES.into_iter().map(category).collect()
}

/// The role codes of the vendor's examples (Practitioner.json) and the usual others.
pub(super) fn roles() -> Vec<Role> {
    const ROLES: [(&str, &str, bool); 8] = [
        ("MD", "Physician", true),
        ("DO", "Osteopathic physician", true),
        ("NP", "Nurse practitioner", true),
        ("PA", "Physician assistant", true),
        ("RN", "Registered nurse", true),
        ("MA", "Medical assistant", true),
        ("LMFT", "Marriage and family therapist", true),
        ("CC", "Care coordinator", false),
    ];
    let role = |(code, display, schedulable): (&str, &str, bool)| Role {
        code: code.to_owned(),
        display: display.to_owned(),
        schedulable,
    };
    ROLES.into_iter().map(role).collect()
}

/// The vendor's queues of claims, code and display (Claim.json, extension claim-queue).
pub(super) const CLAIM_QUEUES: [(&str, &str); 10] = [
    ("AdjudicatedOpenBalance", "Adjudicated"),
    ("Appointment", "Appointment"),
    ("NeedsClinicianReview", "Clinician"),
    ("NeedsCodingReview", "Coding"),
    ("FiledAwaitingResponse", "Filed"),
    ("ZeroBalance", "History"),
    ("PatientBalance", "Patient"),
    ("RejectedNeedsReview", "Rejected"),
    ("QueuedForSubmission", "Submission"),
    ("Trash", "Trash"),
];

/// The care team roles that the vendor's page names (CareTeam.json, `participant.role.coding`).
pub(super) fn care_team_roles() -> Vec<CareTeamRole> {
    const ROLES: [(&str, &str); 2] =
        [("453231000124104", "Primary care provider"), ("17561000", "Cardiologist")];
    let role = |(code, display): (&str, &str)| CareTeamRole {
        system: "http://snomed.info/sct".to_owned(),
        code: code.to_owned(),
        display: display.to_owned(),
    };
    ROLES.into_iter().map(role).collect()
}
