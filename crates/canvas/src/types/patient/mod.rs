//! Patient (<https://docs.canvasmedical.com/api/patient/>).

mod elements;
mod gender;
mod lists;
mod mrn;
mod narrative;
mod parameters;
mod pharmacy;
mod present;
mod race;
mod related;
mod rules;
mod store;

pub use elements::{DEFAULT_LOCATION, DEFAULT_PROVIDER};
pub(crate) use related::follow;

use crate::canvas_type::CanvasType;
use crate::clinic::Clinic;
use crate::contract::{Contract, Decision, IdForm, decision};
use crate::file::add_content_type;
use crate::lookup;
use crate::search::Reading;
use crate::sent::Sent;
use crate::write::Write;
use fhir::{Json, Object, ResourceType};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Patient;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"],
    elements: elements::ELEMENTS,
    extensions: elements::EXTENSIONS,
    search: parameters::SEARCH,
    indexed: parameters::INDEXED,
    rules: rules::RULES,
    authors: Some(&[]),
    minimal: r#"{"resourceType":"Patient","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"}],"gender":"female","active":true,"name":[{"use":"official","family":"Mitko","given":["Salina"]}],"birthDate":"1949-11-13"}"#,
    files: &["photo"],
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("Patient", ResourceType::PATIENT, IdForm::Hex32)
};

const BEHAVIOURS: &[&str] = &[
    "The server issues a medical record number of nine digits, unique in the store; it is the first identifier and cannot be written.",
    "Of the names, the first official one, the first nickname and all maiden and old ones are kept; others are not stored.",
    "A gender identity wins over gender: gender is shown as the identity says.",
    "gender unknown is kept as gender identity ASKU, gender other as OTH.",
    "On update, an entry of identifier, telecom, address or contact with the id of a stored one changes it; any other entry is new.",
    "On update, stored telecom, address and contact entries that are not sent are deleted; leaving the list out is sending none.",
    "On update, a stored identifier that is not sent is deleted only if its period ends in the future.",
    "On update, preferred-pharmacy, patient-default-provider and patient-default-location are cleared when they are not sent; anything else that is optional keeps its stored value.",
    "Race and ethnicity are shown with displays and a text; a text that is sent without a coding is kept.",
    "A photo is shown by its URLs, of which one needs the bearer token and one expires; its data is not shown.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "contact.relationship.text, emergency-contact, authorized-for-release-of-information",
        "Accepted, not stored, not shown.",
        "The change released 2025-09-30 is newer than the attribute table and the examples.",
    ),
    decision(
        "address.country",
        "Defaults to us.",
        "The attribute table says us; the example (United States) ranks lower, the release note (US) is quoted only in a note.",
    ),
    decision(
        "communication",
        "Stored as sent; English when nothing was ever sent.",
        "The release note of 2025-01-16 lets create and update set the language; the table's restriction to English is older.",
    ),
    decision(
        "An id of identifier, telecom, address or contact that matches no stored entry",
        "The entry is new and gets a fresh id.",
        "The facts are silent; the outcome is the list that the client sent, as with an entry without id.",
    ),
    decision(
        "identifier, telecom, address and contact as []",
        "Are taken as the list left out, on create and update; of other elements an empty list is refused.",
        "The page says so of telecom, address and contact; what leaving out identifier does, an empty list says as well. R4 forbids empty lists.",
    ),
    decision(
        "Elements and extensions that the contract does not list",
        "Checked as R4 has them, not stored at this door, not shown; what the R4 door stored of them is kept on update.",
        "The vendor has no place for them; applications must not come to rely on them.",
    ),
    decision(
        "Patients of the R4 door",
        "Are shown with the contract's elements alone, at every depth; a name that has a text alone as a family name, a contact's name that has no text as its parts joined, a birthDate with less than a day as the first day it names.",
        "The vendor's applications read nothing else.",
    ),
    decision(
        "birthDate with less than a day",
        "Stored as the first day it names.",
        "The vendor reads it back so; text of the error contract for a malformed one.",
    ),
    decision(
        "Gender identities shown as gender",
        "446151000124109 and 407377005 male; 446141000124107 and 407376001 female; 446131000124102 and OTH other; ASKU unknown.",
        "The facts say that gender is derived from the identity and not how.",
    ),
    decision(
        "An update with another gender and no gender identity",
        "Drops a stored identity OTH or ASKU, keeps any other, which then wins.",
        "OTH and ASKU may be the form in which an earlier plain gender was kept; other identities were chosen.",
    ),
    decision(
        "deceasedBoolean, deceasedDateTime",
        "Can be written; the time is shown in place of the flag.",
        "Nothing excludes them from writes; the change released 2025-08-22 orders the output.",
    ),
    decision(
        "identifier.period",
        "A default that would contradict what was sent is left out: an end before 1970 has no start, a start after 2100 no end. An end before the start is refused (per-1).",
        "The page accepts an end before the start; what is stored is read at the R4 door too, and R4 forbids it.",
    ),
    decision(
        "business-line",
        "Must be one of clinic.toml, where that has any: 400; else whatever is sent is stored.",
        "The facts are silent on unknown ids, and the feature is not on everywhere. A patient of no known line would be found by nobody who looks for those of a line.",
    ),
    decision(
        "preferred-pharmacy",
        "Any NCPDP number is accepted; specialty_type, default (false), name, address, phone and fax are shown when clinic.toml knows the pharmacy.",
        "The facts are silent on unknown numbers and on what default means.",
    ),
    decision(
        "family, given, nickname",
        "Found by their beginning, without case and accents; name by any part of any family or given name.",
        "The page says part for name alone; FHIR's string search is by the beginning.",
    ),
    decision(
        "_has:CareTeam:participant:member",
        "Finds the patients whose active team the practitioner is on; it is not claimed in /metadata.",
        "The change released 2025-07-03 leaves inactive members out; the live capability statement does not list it.",
    ),
    decision(
        "_sort",
        "Offered as the page says, not claimed in /metadata.",
        "The live capability statement lists no result parameters.",
    ),
    decision(
        "us-core-birthsex ASKU",
        "Refused.",
        "The value set of the page has M, F, OTH, UNK; the migration guide that adds ASKU is older.",
    ),
];

impl CanvasType for Patient {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn normalise(&self, body: &mut Object, _clinic: &Clinic) {
        if let Some(Json::Array(photos)) = body.get_mut("photo") {
            photos.iter_mut().for_each(add_content_type);
        }
        if let Some(Json::Array(telecoms)) = body.get_mut("telecom") {
            // R4 asks for a system where there is a value (invariant cpt-2); the vendor has a default.
            for telecom in telecoms.iter_mut().filter_map(Json::as_object_mut) {
                if !telecom.contains("id") && telecom.contains("value") {
                    crate::keyed::default(telecom, "system", "other");
                }
            }
        }
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        // Nothing is stored whose time could be compared with the time of the write.
        store::compose(sent.body, None, 0, sent.clinic)
    }

    fn merge(&self, stored: &Object, write: &Write<'_, '_>) -> Object {
        store::compose(write.sent.body, Some(stored), write.unit.now(), write.sent.clinic)
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        related::record(resource, write)?;
        if write.stored.is_some_and(|stored| mrn::of(stored).is_some()) {
            return Ok(None);
        }
        let mut number = mrn::of(resource).unwrap_or_default().to_owned();
        let mut is_other = false;
        while lookup::identified(write, mrn::MRN_SYSTEM, &number)? {
            number = mrn::fresh();
            is_other = true;
        }
        Ok(is_other.then(|| store::renumbered(resource, &number)))
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        present::present(resource, reading)
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        Some(present::references(resource))
    }

    fn file<'a>(&self, resource: &'a Object, element: &str) -> Option<&'a Object> {
        resource.items(element).first()?.as_object()
    }
}
