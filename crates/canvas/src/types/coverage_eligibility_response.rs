//! CoverageEligibilityResponse (<https://docs.canvasmedical.com/api/coverageeligibilityresponse/>): what an insurer says that
//! a coverage covers, read-only at this door.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, ExtensionFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts,
    UTC, decision, element, extension, parameter,
};
use crate::search::Reading;
use fhir::definitions::SearchParameterType::Reference;
use fhir::{Json, Object, ResourceType};
use interactions::unit::stored_json;
use interactions::{Interaction, Refusal};

/// The type.
pub struct CoverageEligibilityResponse;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    elements: ELEMENTS,
    extensions: EXTENSIONS,
    search: SearchFacts::by(PARAMETERS),
    behaviours: &[
        "insurer.identifier is the bare payor id, no Identifier.",
        "Responses are written at the R4 door.",
    ],
    decisions: DECISIONS,
    ..Contract::of("CoverageEligibilityResponse", ResourceType::COVERAGE_ELIGIBILITY_RESPONSE, IdForm::Uuid)
};

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID with dashes"),
    element("status", "code").read_only().one_of(&["active", "entered-in-error"]),
    element("purpose", "code").list().read_only().one_of(&["benefits"]),
    element("patient", "Reference").read_only(),
    element("patient.reference", "string").read_only().format("Patient/{32 hex}"),
    element("patient.type", "uri").read_only().one_of(&["Patient"]),
    element("created", "dateTime").read_only().format(UTC),
    element("request", "Reference").read_only(),
    element("request.reference", "string").read_only().format("CoverageEligibilityRequest/{uuid}"),
    element("request.type", "uri").read_only().one_of(&["CoverageEligibilityRequest"]),
    element("outcome", "code").read_only().one_of(&["complete", "error"]),
    element("insurer", "Reference").read_only(),
    element("insurer.identifier", "string").read_only(),
    element("insurer.display", "string").read_only().format("Payer ID: {identifier}"),
    element("insurance", "BackboneElement").list().read_only(),
    element("insurance.extension", "Extension").list().read_only(),
    element("insurance.coverage", "Reference").read_only(),
    element("insurance.coverage.reference", "string").read_only().format("Coverage/{uuid}"),
    element("insurance.coverage.type", "uri").read_only().one_of(&["Coverage"]),
    element("insurance.item", "BackboneElement").list().read_only(),
    element("insurance.item.name", "string").read_only(),
    element("insurance.item.network", "CodeableConcept").read_only(),
    element("insurance.item.network.coding", "Coding").list().read_only(),
    element("insurance.item.network.coding.system", "uri")
        .read_only()
        .one_of(&["http://terminology.hl7.org/CodeSystem/benefit-network"]),
    element("insurance.item.network.coding.code", "code").read_only().one_of(&["in", "out"]),
    element("insurance.item.network.coding.display", "string")
        .read_only()
        .one_of(&["In Network", "Out of Network"]),
    element("insurance.item.network.text", "string").read_only().one_of(&["In Network", "Out of Network"]),
    element("insurance.item.unit", "CodeableConcept").read_only(),
    element("insurance.item.unit.coding", "Coding").list().read_only(),
    element("insurance.item.unit.coding.system", "uri")
        .read_only()
        .one_of(&["http://terminology.hl7.org/CodeSystem/benefit-unit"]),
    element("insurance.item.unit.coding.code", "code").read_only().one_of(&["individual", "family"]),
    element("insurance.item.unit.coding.display", "string").read_only().one_of(&["Individual", "Family"]),
    element("insurance.item.unit.text", "string").read_only().one_of(&["Individual", "Family"]),
    element("insurance.item.benefit", "BackboneElement").list().read_only(),
    element("insurance.item.benefit.type", "CodeableConcept").read_only(),
    element("insurance.item.benefit.type.text", "string").read_only(),
    element("insurance.item.benefit.allowedString", "string").read_only(),
    element("insurance.item.benefit.allowedMoney", "Money").read_only(),
    element("insurance.item.benefit.allowedMoney.value", "decimal").read_only(),
    element("insurance.item.benefit.allowedUnsignedInt", "unsignedInt").read_only(),
    element("insurance.item.benefit.usedMoney", "Money").read_only(),
    element("insurance.item.benefit.usedMoney.value", "decimal").read_only(),
    element("insurance.item.benefit.usedUnsignedInt", "unsignedInt").read_only(),
];

const EXTENSIONS: &[ExtensionFact] = &[extension(
    "CoverageEligibilityResponse.insurance",
    "http://schemas.canvasmedical.com/fhir/extensions/active-health-benefit-plan-coverage-description",
    "valueString",
)
.read_only()];

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/CoverageEligibilityResponse-patient")
        .note("Patient/{id}"),
    parameter("request", Reference, Finds::Reference("request"))
        .defined_by("http://hl7.org/fhir/SearchParameter/CoverageEligibilityResponse-request")
        .note("CoverageEligibilityRequest/{id}"),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[
    decision(
        "insurer.identifier",
        "The value of the stored identifier, else the first identifier of the Organization that is neither NPI, taxonomy nor tax id.",
        "The vendor's is a text, which R4 does not allow to be stored.",
    ),
    decision("Links", "As on every search.", "The search example has none, the page's text has them."),
    decision(
        "outcome",
        "As stored, also queued and partial.",
        "An answer that has not come must not read as complete.",
    ),
];

/// Systems of an Organization's identifiers that are no payor ids.
const OTHER_IDENTIFIERS: [&str; 3] =
    ["http://hl7.org/fhir/sid/us-npi", "http://nucc.org/provider-taxonomy", "urn:oid:2.16.840.1.113883.4.4"];

impl CanvasType for CoverageEligibilityResponse {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        let payor = payor_id(resource, reading)?;
        let Some(insurer) = resource.get_mut("insurer").and_then(Json::as_object_mut) else { return Ok(()) };
        match payor {
            Some(payor) => {
                insurer.insert("display", format!("Payer ID: {payor}"));
                insurer.insert("identifier", payor);
            }
            None => drop(insurer.remove("identifier")),
        }
        Ok(())
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        Some(organization(resource).into_iter().collect())
    }
}

/// The insurer's own identifier.
fn identifier(response: &Object) -> Option<&str> {
    response.get("insurer")?.get("identifier")?.str("value")
}

/// The reference to the insurer, when the response does not say its identifier.
fn organization(response: &Object) -> Option<&str> {
    match identifier(response) {
        Some(_) => None,
        None => response.get("insurer")?.str("reference"),
    }
}

fn payor_id(response: &Object, reading: &mut Reading<'_>) -> Result<Option<String>, Refusal> {
    use fhir::Reference::Local;
    if let Some(identifier) = identifier(response) {
        return Ok(Some(identifier.to_owned()));
    }
    let Some(Local { resource_type, id, .. }) = organization(response).and_then(fhir::Reference::local)
    else {
        return Ok(None);
    };
    let found = reading.reader.resource(resource_type, id)?.filter(|version| version.body.is_some());
    let Some(organization) = found.as_ref().map(stored_json).transpose()? else { return Ok(None) };
    let identifiers = organization.get("identifier").map(Json::items).unwrap_or_default();
    let is_payor = |identifier: &&Json| {
        identifier.str("system").is_none_or(|system| !OTHER_IDENTIFIERS.contains(&system))
    };
    Ok(identifiers.iter().filter(is_payor).find_map(|identifier| identifier.str("value")).map(str::to_owned))
}
