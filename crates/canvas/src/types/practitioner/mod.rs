//! Practitioner (<https://docs.canvasmedical.com/api/practitioner/>).

mod elements;
mod parameters;
mod password;
mod rules;
mod store;
mod username;

use crate::canvas_type::CanvasType;
use crate::clinic::Clinic;
use crate::contract::{Contract, Decision, IdForm, decision};
use crate::search::Reading;
use crate::sent::{Sent, extension};
use crate::stored::in_contract_order;
use crate::write::Write;
use crate::{display, file};
use elements::{PRIMARY_LOCATION, SIGNATURE};
use fhir::{Json, Object, ResourceType};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Practitioner;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-practitioner"],
    elements: elements::ELEMENTS,
    extensions: elements::EXTENSIONS,
    search: parameters::SEARCH,
    indexed: parameters::INDEXED,
    rules: rules::RULES,
    minimal: r#"{"resourceType":"Practitioner","name":[{"use":"usual","family":"Reyes","given":["Maria"]}],"telecom":[{"system":"phone","value":"5551234567","use":"work","rank":1},{"system":"email","value":"maria.reyes@example.com","use":"work","rank":1}],"birthDate":"1988-10-10"}"#,
    files: &["signature"],
    operations: &[password::SEND_RESET_PASSWORD_EMAIL],
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("Practitioner", ResourceType::PRACTITIONER, IdForm::Hex32)
};

const BEHAVIOURS: &[&str] = &[
    "name.text is made of given and family name.",
    "On update, each known extension that is not sent is cleared, except the username, which stays.",
    "On update, an entry of telecom or address with the id of a stored one changes it; any other entry is new.",
    "$send-reset-password-email stores a CommunicationRequest for whatever sends the clinic's e-mail; the server sends none.",
    "A search finds active practitioners who can be scheduled, unless it asks for others.",
    "A signature is shown by its URLs, of which one needs the bearer token and one expires; its data is not shown.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "Stored telecom and address entries that an update does not send",
        "Are deleted, as with Patient; an update without any address keeps the addresses.",
        "The page does not say. telecom is required and carries every email, so it is sent whole; address is optional.",
    ),
    decision(
        "identifier, photo, qualification, active left out of an update",
        "Keep their stored value.",
        "The page clears extensions alone.",
    ),
    decision(
        "address.use and address.type of an entry with an id, on update",
        "May be left out: the stored entry has them.",
        "The table requires them, the vendor's update example leaves type out.",
    ),
    decision(
        "The two urls of the username",
        "Both are taken; stored and shown as practitioner-user-username.",
        "Every example uses it, only the attribute table names the other.",
    ),
    decision(
        "A signature without data on update, also in the nested form without url",
        "Leaves the stored signature as it is.",
        "The vendor's update example sends back what a read shows.",
    ),
    decision(
        "Identifiers of another system than NPI",
        "Are neither stored nor shown at this door; those that the R4 door stored are kept on update.",
        "The table knows the NPI alone.",
    ),
    decision("A username on create", "Is optional.", "The facts are silent on whether it is required."),
    decision(
        "Role codes that the clinic does not know",
        "Are accepted.",
        "The facts are silent on whether they are refused.",
    ),
    decision(
        "Who can be scheduled",
        "A practitioner to whom an active PractitionerRole refers, and whose roles are not all of staff who see no patients.",
        "The page does not say; availability is PractitionerRole here.",
    ),
    decision(
        "$send-reset-password-email",
        "Stores an active CommunicationRequest to the practitioner, by e-mail, which the R4 door shows; a practitioner without an e-mail address is refused (422).",
        "The server has no mail of its own; what was asked for must not be lost. The facts name no answer.",
    ),
    decision(
        "The emails of a practitioner whom the R4 door stored without one",
        "Are those of the first update; from then on they cannot be changed.",
        "An update must have an email of rank 1; without this, such a practitioner could never be changed at this door.",
    ),
    decision("npi-number", "Is found by its beginning.", "The live capability statement types it string."),
];

impl CanvasType for Practitioner {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn normalise(&self, body: &mut Object, _clinic: &Clinic) {
        username::normalise(body);
        let Some(Json::Array(extensions)) = body.get_mut("extension") else { return };
        for extension in extensions.iter_mut().filter_map(Json::as_object_mut) {
            if extension.str("url") == Some(SIGNATURE) {
                normalise_signature(extension);
            }
        }
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        store::compose(sent.body, None)
    }

    fn merge(&self, stored: &Object, write: &Write<'_, '_>) -> Object {
        store::compose(write.sent.body, Some(stored))
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        let npi: Vec<Json> =
            resource.items("identifier").iter().filter(|one| store::is_npi(one)).cloned().collect();
        store::set_list(resource, "identifier", npi);
        let signature = self.file(resource, "signature");
        let signature = signature.map(|stored| file::shown(reading, resource, "signature", stored, &[]));
        if !resource.contains("active") {
            resource.insert("active", true);
            *resource = in_contract_order(&CONTRACT, std::mem::take(resource));
        }
        let Some(Json::Array(extensions)) = resource.get_mut("extension") else { return Ok(()) };
        for extension in extensions.iter_mut().filter_map(Json::as_object_mut) {
            match extension.str("url").unwrap_or_default() {
                PRIMARY_LOCATION => display::add(extension.get_mut("valueReference"), reading)?,
                SIGNATURE => {
                    if let Some(shown) = &signature {
                        extension.insert("valueAttachment", shown.clone());
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        let location =
            extension(resource, PRIMARY_LOCATION).and_then(|extension| extension.get("valueReference"));
        Some(location.and_then(|location| location.str("reference")).into_iter().collect())
    }

    fn file<'a>(&self, resource: &'a Object, element: &str) -> Option<&'a Object> {
        match element {
            "signature" => extension(resource, SIGNATURE)?.get("valueAttachment")?.as_object(),
            _ => None,
        }
    }
}

/// The update examples nest the attachment in an extension without url; R4 has it in the extension itself.
fn normalise_signature(signature: &mut Object) {
    if let [nested] = signature.items("extension")
        && nested.get("url").is_none()
        && let Some(attachment) = nested.get("valueAttachment").cloned()
        && !signature.contains("valueAttachment")
    {
        signature.remove("extension");
        signature.insert("valueAttachment", attachment);
    }
    if let Some(attachment) = signature.get_mut("valueAttachment") {
        file::add_content_type(attachment);
    }
}
