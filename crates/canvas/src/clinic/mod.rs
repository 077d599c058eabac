//! The clinic's settings: what Canvas keeps in its admin pages is a file here, `clinic.toml`.

mod builtin;
mod current;
pub mod demo;
mod lists;
mod questionnaires;
mod read;
mod section;
mod settings;
#[cfg(test)]
mod tests;

pub use current::{Clinics, NeedsRestart};
pub use questionnaires::{AnswerOption, Question, QuestionKind, Questionnaire};
pub use settings::{
    AppointmentType, BusinessLine, CONTACT_CATEGORY_SYSTEM, CareTeamRole, CatalogueEntry, ClaimQueue,
    ConsentCoding, ConsentExpiry, ContactCategory, DocumentType, PatientUse, Payer, Pharmacy, ReasonForVisit,
    Role, TypeKind,
};

use fhir::{Json, json};
use jiff::tz::TimeZone;
use section::{Problems, Section};
use std::fmt;
use toml::de::DeTable;

/// The settings of one clinic. [`Clinic::default`] is that of a server without `clinic.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Clinic {
    /// The zone of the clinic's clocks: availability is told in it, slots are shown in it.
    pub time_zone: TimeZone,
    /// Whether a practitioner may have two appointments at once.
    pub double_booking: bool,
    /// Slots start at multiples of this many minutes after midnight; it divides a day evenly.
    pub slot_grid_minutes: u32,
    /// How long a slot is when the search does not say, in minutes.
    pub slot_minutes: u32,
    /// Whether a reason for visit may be a code.
    pub structured_reason_for_visit: bool,
    /// What appointments there are.
    pub appointment_types: Vec<AppointmentType>,
    /// The codes of structured reasons for visit.
    pub reasons_for_visit: Vec<ReasonForVisit>,
    /// What contacts can be to a patient.
    pub contact_categories: Vec<ContactCategory>,
    /// The staff's roles.
    pub roles: Vec<Role>,
    /// The pharmacies that patients can prefer.
    pub pharmacies: Vec<Pharmacy>,
    /// The id of the Practitioner who stands for the server where no person acted; at the vendor's, Canvas Bot.
    pub automation_user: Option<String>,
    /// The catalogue of allergens.
    pub allergens: Vec<CatalogueEntry>,
    /// The catalogue of medications.
    pub medications: Vec<CatalogueEntry>,
    /// The roles of care team members.
    pub care_team_roles: Vec<CareTeamRole>,
    /// What patients can consent to.
    pub consents: Vec<ConsentCoding>,
    /// The queues of claims besides the vendor's.
    pub claim_queues: Vec<ClaimQueue>,
    /// The insurers that can be named by their payer id.
    pub payers: Vec<Payer>,
    /// Kinds of documents besides the vendor's.
    pub document_types: Vec<DocumentType>,
    /// The lines of business that patients can belong to; when there are none, whatever a patient names is taken.
    pub business_lines: Vec<BusinessLine>,
    /// Questionnaires that are stored at the start.
    pub questionnaires: Vec<Questionnaire>,
}

/// Something in `clinic.toml` that prevents the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClinicProblem {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong and what was expected.
    pub text: String,
}

impl fmt::Display for ClinicProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)
    }
}

impl std::error::Error for ClinicProblem {}

impl Clinic {
    /// Reads the text of a `clinic.toml`. What it leaves out is as in [`Clinic::default`].
    ///
    /// # Errors
    ///
    /// Every problem in the file, by line: bad syntax, or unknown settings, malformed values and duplicates.
    pub fn parse(text: &str) -> Result<Clinic, Vec<ClinicProblem>> {
        let mut problems = Problems::new(text);
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            problems.add(error.span().map_or(0, |span| span.start), error.message());
        }
        if !errors.is_empty() {
            return Err(problems.into_list());
        }
        let clinic = read::clinic(Section::new("", 0, document.get_ref()), &mut problems);
        let problems = problems.into_list();
        if problems.is_empty() { Ok(clinic) } else { Err(problems) }
    }

    /// The appointment type with this coding; one in use before one that isn't any more.
    pub fn appointment_type(&self, system: &str, code: &str) -> Option<&AppointmentType> {
        let mut found =
            self.appointment_types.iter().filter(|known| known.system == system && known.code == code);
        let first = found.next()?;
        if first.active { Some(first) } else { found.find(|known| known.active).or(Some(first)) }
    }

    /// The type of an appointment that does not say its type. [`Clinic::parse`] sees to it that there is one.
    pub fn default_appointment_type(&self) -> Option<&AppointmentType> {
        self.appointment_types.iter().find(|known| known.default)
    }

    /// The reasons for visit with this code; none when reasons are not structured here.
    pub fn reasons_with_code(&self, code: &str) -> impl Iterator<Item = &ReasonForVisit> {
        let structured = self.structured_reason_for_visit;
        self.reasons_for_visit.iter().filter(move |reason| structured && reason.code == code)
    }

    /// The contact category with this coding.
    pub fn contact_category(&self, system: &str, code: &str) -> Option<&ContactCategory> {
        self.contact_categories.iter().find(|known| known.system == system && known.code == code)
    }

    /// The staff role with this code.
    pub fn role(&self, code: &str) -> Option<&Role> {
        self.roles.iter().find(|known| known.code == code)
    }

    /// The pharmacy with this NCPDP number.
    pub fn pharmacy(&self, ncpdp_id: &str) -> Option<&Pharmacy> {
        self.pharmacies.iter().find(|known| known.ncpdp_id == ncpdp_id)
    }

    /// A Reference to the automation user; of a clinic without one, its name alone.
    pub fn automation_user_reference(&self) -> Json {
        match &self.automation_user {
            Some(id) => json!({ "reference": (format!("Practitioner/{id}")), "type": "Practitioner" }),
            None => json!({ "display": "Canvas Bot" }),
        }
    }

    /// The allergen with this FDB code.
    pub fn allergen(&self, fdb: &str) -> Option<&CatalogueEntry> {
        self.allergens.iter().find(|known| known.fdb == fdb)
    }

    /// The medication with this FDB code.
    pub fn medication(&self, fdb: &str) -> Option<&CatalogueEntry> {
        self.medications.iter().find(|known| known.fdb == fdb)
    }

    /// The care team role with this coding.
    pub fn care_team_role(&self, system: &str, code: &str) -> Option<&CareTeamRole> {
        self.care_team_roles.iter().find(|known| known.system == system && known.code == code)
    }

    /// The clinic's own kind of documents with this code.
    pub fn document_type(&self, code: &str) -> Option<&DocumentType> {
        self.document_types.iter().find(|known| known.code == code)
    }

    /// Whether patients can belong to this line of business.
    pub fn has_business_line(&self, id: &str) -> bool {
        self.business_lines.is_empty() || self.business_lines.iter().any(|known| known.id == id)
    }

    /// The insurer with this payer id.
    pub fn payer(&self, id: &str) -> Option<&Payer> {
        self.payers.iter().find(|known| known.id == id)
    }

    /// The insurer whose Organization has this id.
    pub fn payer_of(&self, organization: &str) -> Option<&Payer> {
        self.payers.iter().find(|known| known.organization == organization)
    }

    /// What a queue of claims is called, the vendor's or one of the clinic's own; `None` when there is no such queue.
    pub fn claim_queue(&self, code: &str) -> Option<&str> {
        let vendors = builtin::CLAIM_QUEUES.iter().copied();
        let own = self.claim_queues.iter().map(|queue| (queue.code.as_str(), queue.display.as_str()));
        vendors.chain(own).find(|(known, _)| *known == code).map(|(_, display)| display)
    }

    /// Whether a practitioner sees patients: not when all roles that the practitioner has are of staff who don't.
    /// Who has no roles, or only roles that the clinic does not know, does.
    pub fn is_schedulable(&self, practitioner: &Json) -> bool {
        let mut roles = settings::role_codes(practitioner).peekable();
        roles.peek().is_none() || roles.any(|code| self.role(code).is_none_or(|role| role.schedulable))
    }
}

impl Default for Clinic {
    /// The vendor's own lists; UTC; double booking refused (ARCHITECTURE.md), unlike the vendor's default.
    fn default() -> Self {
        Clinic {
            time_zone: TimeZone::UTC,
            double_booking: false,
            slot_grid_minutes: 15,
            slot_minutes: 20,
            structured_reason_for_visit: false,
            appointment_types: builtin::appointment_types(),
            reasons_for_visit: Vec::new(),
            contact_categories: builtin::contact_categories(),
            roles: builtin::roles(),
            pharmacies: Vec::new(),
            automation_user: None,
            allergens: Vec::new(),
            medications: Vec::new(),
            care_team_roles: builtin::care_team_roles(),
            consents: Vec::new(),
            claim_queues: Vec::new(),
            payers: Vec::new(),
            document_types: Vec::new(),
            business_lines: Vec::new(),
            questionnaires: Vec::new(),
        }
    }
}
