//! Media (<https://docs.canvasmedical.com/api/media/>): images that are findings of a visual examination.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, ExtensionFact, Finds, ID_PARAMETER, IdForm, NOTE_ID, ParameterFact,
    SearchFacts, decision, element, extension, parameter,
};
use crate::file::{self, DEPRECATED_URL};
use crate::finding::Findings;
use crate::keyed::pick;
use crate::note_of;
use crate::references::{only, tell_type, typed};
use crate::rule::{Check, Rule, remove, rule, set};
use crate::search::Reading;
use crate::sent::Sent;
use crate::stored::{self, in_contract_order};
use crate::write::Write;
use fhir::definitions::SearchParameterType::Reference;
use fhir::{IssueCode, Json, Object, ResourceType, json};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Media;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Create, Interaction::SearchType],
    elements: ELEMENTS,
    extensions: EXTENSIONS,
    search: SearchFacts::by(PARAMETERS),
    rules: RULES,
    note: Some(note_of!(
        "Media",
        "media",
        "encounter",
        "The note identifier and the encounter must refer to the same note"
    )),
    minimal: r#"{"resourceType":"Media","status":"completed","subject":{"reference":"Patient/{demo-patient}"},"content":{"contentType":"image/png","data":"iVBORw0KGgo="}}"#,
    files: &["content"],
    behaviours: &[
        "A create lands in the note that encounter or the note-id extension names, else in a new Data Import note.",
        "Each note is a comment; their order stays.",
        "The image is shown by its URLs, of which one needs the bearer token and one expires; its data is not shown.",
    ],
    decisions: DECISIONS,
    ..Contract::of("Media", ResourceType::MEDIA, IdForm::Uuid)
};

const ON_CREATE: &[Interaction] = &[Interaction::Create];
/// What an image may be.
const IMAGES: [&str; 3] = ["image/heic", "image/jpeg", "image/png"];

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("extension", "Extension").list(),
    element("extension.url", "uri"),
    element("extension.valueId", "id"),
    element("status", "code").required_on(ON_CREATE).one_of(&["completed", "entered-in-error"]),
    element("subject", "Reference").required_on(ON_CREATE),
    element("subject.reference", "string").required_on(ON_CREATE).format("Patient/{id}"),
    element("subject.type", "uri").ignored_on(ON_CREATE).one_of(&["Patient"]),
    element("encounter", "Reference").note("its note is the one that a create lands in"),
    element("encounter.reference", "string").format("Encounter/{id}"),
    element("encounter.type", "uri").ignored_on(ON_CREATE).one_of(&["Encounter"]),
    element("operator", "Reference").note("the automation user when it is not sent"),
    element("operator.reference", "string")
        .required_on(ON_CREATE)
        .format("Practitioner/{id} or Patient/{id}"),
    element("operator.type", "uri").ignored_on(ON_CREATE),
    element("content", "Attachment").required_on(ON_CREATE),
    element("content.contentType", "code")
        .required_on(ON_CREATE)
        .format("image/heic, image/jpeg or image/png"),
    element("content.data", "base64Binary").required_on(ON_CREATE).write_only(),
    element("content.title", "string").note("the label of the finding in the chart"),
    element("content.url", "url").read_only().format("{base}/Media/{id}/files/content"),
    element("content.extension", "Extension").list().read_only(),
    element("content.extension.url", "uri").read_only(),
    element("content.extension.valueUri", "uri").read_only().note("needs no token and expires"),
    element("note", "Annotation").list(),
    element("note.text", "markdown").required_on(ON_CREATE),
];

const EXTENSIONS: &[ExtensionFact] = &[
    extension("Media", NOTE_ID, "valueId").note("the note that it is in"),
    extension("Media.content", DEPRECATED_URL, "valueUri").read_only(),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Media-patient")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const RULES: &[Rule] = &[
    rule("media-content-type", IssueCode::BusinessRule, "Unsupported content type: {contentType}")
        .on(ON_CREATE)
        .when("content.contentType is not image/heic, image/jpeg or image/png")
        .check(Check::Write(content_type))
        .broken_by(
            &[set("content.contentType", "\"image/gif\"")],
            "Media.content.contentType",
            "Unsupported content type: image/gif",
        )
        .kept_by(&[set("content.contentType", "\"image/heic\"")]),
    rule("media-required", IssueCode::Required, "{path} is required")
        .on(ON_CREATE)
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(&[remove("subject")], "Media.subject", "subject is required")
        .kept_by(&[]),
    rule("media-status", IssueCode::Value, "Media status is not supported: {status}")
        .on(ON_CREATE)
        .when("status is neither completed nor entered-in-error")
        .check(Check::Listed(&["status"]))
        .broken_by(
            &[set("status", "\"preparation\"")],
            "Media.status",
            "Media status is not supported: preparation",
        )
        .kept_by(&[set("status", "\"entered-in-error\"")])
        .note("ours: the facts list the values and give no text"),
    rule("media-subject", IssueCode::Value, "{element} must reference a Patient")
        .on(ON_CREATE)
        .when("subject refers to something else than a Patient")
        .check(Check::Body(|sent, findings| only(sent, "subject", &[ResourceType::PATIENT], findings)))
        .broken_by(
            &[set("subject.reference", "\"Location/{demo-location}\"")],
            "Media.subject.reference",
            "subject must reference a Patient",
        )
        .kept_by(&[])
        .note("ours: the facts name the target and no text"),
    rule("media-operator", IssueCode::Value, "{element} must reference a Practitioner or a Patient")
        .on(ON_CREATE)
        .when("operator refers to something else than a Practitioner or a Patient")
        .check(Check::Body(|sent, findings| {
            only(sent, "operator", &[ResourceType::PRACTITIONER, ResourceType::PATIENT], findings);
        }))
        .broken_by(
            &[set("operator", r#"{"reference":"Organization/00000000-0000-4000-8000-0000000000aa"}"#)],
            "Media.operator.reference",
            "operator must reference a Practitioner or a Patient",
        )
        .kept_by(&[set("operator", r#"{"reference":"Practitioner/{demo-practitioner}"}"#)])
        .note("ours: the facts name the targets and no text"),
];

const DECISIONS: &[Decision] = &[
    decision(
        "encounter.type, operator.type",
        "Are shown.",
        "The table has them, the examples lack them; the table ranks higher.",
    ),
    decision(
        "content of records of the R4 door whose bytes are elsewhere",
        "Is shown with the URL that it was stored with.",
        "files/content has nothing to serve.",
    ),
    decision(
        "Update",
        "Is not offered (405).",
        "The page's update block is among neither its endpoints nor the live interactions.",
    ),
    decision(
        "Creates at the same time that name one encounter",
        "Are all stored.",
        "The vendor does not support them; nothing here keeps them apart.",
    ),
];

impl CanvasType for Media {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        let mut resource = stored::writable(sent);
        for name in ["subject", "encounter", "operator"] {
            if let Some(reference) = sent.body.get(name) {
                resource.insert(name, typed(reference));
            }
        }
        if !resource.contains("operator") {
            resource.insert("operator", sent.clinic.automation_user_reference());
        }
        if let Some(content) = sent.body.get("content").and_then(Json::as_object) {
            resource.insert("content", pick(&["contentType", "data", "title"], content, None));
        }
        if resource.contains("note") {
            let texts = sent.body.items("note").iter().filter_map(|note| note.str("text"));
            let notes: Vec<Json> = texts.map(|text| json!({ "text": text })).collect();
            resource.insert("note", notes);
        }
        in_contract_order(&CONTRACT, resource)
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        for name in ["subject", "encounter", "operator"] {
            tell_type(resource.get_mut(name));
        }
        let stored = self.file(resource, "content");
        let shown =
            stored.map(|stored| file::shown(reading, resource, "content", stored, &["contentType", "title"]));
        if let Some(shown) = shown {
            resource.insert("content", shown);
        }
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }

    fn file<'a>(&self, resource: &'a Object, element: &str) -> Option<&'a Object> {
        let content = resource.get("content")?.as_object()?;
        (element == "content" && content.contains("data")).then_some(content)
    }
}

fn content_type(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    for (place, found) in write.sent.values("content.contentType") {
        if let Some(found) = found.as_str().filter(|found| !IMAGES.contains(found)) {
            findings.add(&place, &[("contentType", found)]);
        }
    }
    Ok(())
}
