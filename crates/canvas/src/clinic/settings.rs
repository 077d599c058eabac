//! What a clinic sets in the vendor's admin pages, as far as the served types need it.

use fhir::Json;

/// A kind of appointment (`Appointment.appointmentType`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppointmentType {
    /// Its name in messages.
    pub name: String,
    /// The coding system, often <http://snomed.info/sct> or `INTERNAL`.
    pub system: String,
    /// The code in that system.
    pub code: String,
    /// What a read shows for the code.
    pub display: String,
    /// Whether it makes a note or only an entry in the calendar.
    pub kind: TypeKind,
    /// Whether an appointment of this type has a patient.
    pub patient: PatientUse,
    /// Whether appointments may be of this type at all; event types always may.
    pub scheduleable: bool,
    /// Whether an appointment without a type is of this one; true of exactly one.
    pub default: bool,
    /// Whether it is held by video: without a link of its own it uses the practitioner's meeting room.
    pub telehealth: bool,
    /// The lengths that the vendor's user interface offers, in minutes. The API takes any.
    pub durations: Vec<u32>,
    /// Whether it is in use. A type that isn't still works over the API.
    pub active: bool,
}

/// The two kinds of appointment types (Appointment.json, behaviours).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// An encounter with a note on the patient's timeline: always with a patient.
    Note,
    /// An event in the calendar.
    Event,
}

/// Whether an appointment of a type has a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatientUse {
    /// It must.
    Required,
    /// It may.
    Optional,
    /// It must not.
    None,
}

impl PatientUse {
    /// The word in `clinic.toml`.
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "required" => Some(PatientUse::Required),
            "optional" => Some(PatientUse::Optional),
            "none" => Some(PatientUse::None),
            _ => None,
        }
    }
}

/// A coding that a structured reason for visit may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonForVisit {
    /// The coding system: `ICD10`, `CPT`, `SNOMED`, `LOINC` or `INTERNAL` at the vendor's.
    pub system: String,
    /// The code; what a client's code is looked up by.
    pub code: String,
    /// What a read shows.
    pub display: String,
    /// Whether it is in use; a read shows it as `userSelected`.
    pub active: bool,
    /// The lengths that the vendor's user interface offers, in minutes.
    pub durations: Vec<u32>,
}

/// What a patient's contact can be to the patient (`Patient.contact.relationship`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCategory {
    /// The coding system.
    pub system: String,
    /// The code.
    pub code: String,
    /// What a read shows.
    pub display: String,
    /// Whether it is in use.
    pub active: bool,
}

/// A role of the staff (the `roles` extension of Practitioner).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The code in <http://schemas.canvasmedical.com/fhir/roles>.
    pub code: String,
    /// What it is called.
    pub display: String,
    /// Whether those who have it see patients.
    pub schedulable: bool,
}

/// A pharmacy that a patient can prefer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pharmacy {
    /// Its NCPDP number.
    pub ncpdp_id: String,
    /// Its name.
    pub name: String,
    /// What kind it is, such as `Retail`.
    pub specialty: Option<String>,
    /// Its address in one line.
    pub address: Option<String>,
    /// Its phone number.
    pub phone: Option<String>,
    /// Its fax number.
    pub fax: Option<String>,
}

/// An entry of the catalogue of allergens or of medications, which at the vendor's comes from First Databank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// Its code in <http://www.fdbhealth.com/>.
    pub fdb: String,
    /// What it is called.
    pub name: String,
    /// Its codes in RxNorm.
    pub rxnorm: Vec<String>,
    /// Its codes in SNOMED CT; only allergens have them.
    pub snomed: Vec<String>,
}

/// A role that a member of a care team can have (`CareTeam.participant.role`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CareTeamRole {
    /// The coding system.
    pub system: String,
    /// The code.
    pub code: String,
    /// What it is called.
    pub display: String,
}

/// What patients can consent to (`Consent.category`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentCoding {
    /// The coding system; free text at the vendor's, often `INTERNAL`.
    pub system: String,
    /// The code.
    pub code: String,
    /// Its version.
    pub version: Option<String>,
    /// What it is called.
    pub display: String,
    /// Whether it is in use.
    pub active: bool,
    /// When a consent ends that does not say when.
    pub expires: ConsentExpiry,
}

/// When a consent ends that does not say when (Consent.json, behaviours).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentExpiry {
    /// Never.
    Never,
    /// 365 days after its start.
    InAYear,
    /// On 31 December of the year of its start.
    EndOfYear,
}

impl ConsentExpiry {
    /// The word in `clinic.toml`.
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "never" => Some(ConsentExpiry::Never),
            "in a year" => Some(ConsentExpiry::InAYear),
            "end of year" => Some(ConsentExpiry::EndOfYear),
            _ => None,
        }
    }
}

/// A queue of claims that the clinic has besides the vendor's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimQueue {
    /// The code.
    pub code: String,
    /// What it is called.
    pub display: String,
}

/// An insurer whom coverages can name by its payer id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    /// The payer id, in <https://www.claim.md/services/era/>.
    pub id: String,
    /// The id of its Organization.
    pub organization: String,
    /// Whether it answers eligibility requests only in the name of the patient's default provider.
    pub asked_by_provider: bool,
    /// Whether eligibility requests are answered from the stored Coverage, for want of a clearinghouse; else the answer
    /// is queued until other software stores it.
    pub answers_from_record: bool,
}

/// A kind of document that the clinic has besides the vendor's, or in place of one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentType {
    /// The code in LOINC.
    pub code: String,
    /// The title that a create may give as description, and that is shown.
    pub title: String,
    /// Whether documents of the kind can be created.
    pub active: bool,
}

/// A line of business that patients can belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessLine {
    /// The id that a patient names.
    pub id: String,
    /// What it is called.
    pub name: String,
}

/// The system of the vendor's contact categories (Patient.json).
pub const CONTACT_CATEGORY_SYSTEM: &str = "http://schemas.canvasmedical.com/fhir/contact-category";

/// The extension that holds a practitioner's roles (Practitioner.json).
const ROLES_EXTENSION: &str = "http://schemas.canvasmedical.com/fhir/extensions/roles";

/// The codes in the `roles` extension of a practitioner.
pub(super) fn role_codes(practitioner: &Json) -> impl Iterator<Item = &str> {
    let extensions = practitioner.get("extension").map(Json::items).unwrap_or_default();
    extensions
        .iter()
        .filter(|extension| extension.str("url") == Some(ROLES_EXTENSION))
        .flat_map(|extension| extension.get("extension").map(Json::items).unwrap_or_default())
        .filter_map(|inner| inner.get("valueCoding")?.str("code"))
}
