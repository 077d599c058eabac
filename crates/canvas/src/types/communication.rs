//! Communication (<https://docs.canvasmedical.com/api/communication/>): messages between a patient and the staff.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision,
    element, parameter,
};
use crate::finding::Findings;
use crate::hidden::Hidden;
use crate::references::{leads_to, tell_type, typed};
use crate::rule::{Check, Rule, remove, rule, set};
use crate::search::Reading;
use crate::sent::Sent;
use crate::stored::{self, in_contract_order};
use crate::time;
use crate::write::Write;
use fhir::definitions::SearchParameterType::{Reference, Token};
use fhir::{IssueCode, Json, Object, ResourceType, json};
use interactions::search::{ExtraParameter, ParameterId};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Communication;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Create, Interaction::SearchType],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    hides: Some(Hidden { parameter: EXCHANGED, value: "false", is: |message| !is_exchanged(message) }),
    indexed: &[
        ExtraParameter {
            number: ParameterId::FIRST_EXTRA,
            code: EXCHANGED,
            resource_type: ResourceType::COMMUNICATION,
            kind: Token,
            expression: "(Communication.sender.where(resolve() is Patient).exists() and Communication.recipient.where(resolve() is Practitioner).exists()) or (Communication.sender.where(resolve() is Practitioner).exists() and Communication.recipient.where(resolve() is Patient).exists())",
            targets: &[],
        },
        ExtraParameter {
            number: ParameterId::FIRST_EXTRA + 1,
            code: PATIENT,
            resource_type: ResourceType::COMMUNICATION,
            kind: Reference,
            expression: "Communication.sender.where(resolve() is Patient) | Communication.recipient.where(resolve() is Patient)",
            targets: &[ResourceType::PATIENT],
        },
    ],
    rules: RULES,
    minimal: r#"{"resourceType":"Communication","status":"unknown","recipient":[{"reference":"Patient/{demo-patient}"}],"sender":{"reference":"Practitioner/{demo-practitioner}"},"payload":[{"contentString":"Your results are in."}]}"#,
    behaviours: &[
        "A message is between a patient and a practitioner; others that the R4 door stores are neither found nor read here.",
        "subject is the patient of the exchange, whoever sent it.",
    ],
    decisions: DECISIONS,
    ..Contract::of("Communication", ResourceType::COMMUNICATION, IdForm::Uuid)
};

/// True of what is between a patient and a practitioner.
const EXCHANGED: &str = "canvas-exchanged";
/// The patient of the exchange.
const PATIENT: &str = "canvas-patient";

const ON_CREATE: &[Interaction] = &[Interaction::Create];

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("status", "code")
        .required_on(ON_CREATE)
        .one_of(&["completed", "in-progress", "preparation", "unknown"])
        .note("any of them creates a completed one"),
    element("subject", "Reference").read_only().note("the patient of the exchange"),
    element("subject.reference", "string").read_only().format("Patient/{id}"),
    element("subject.type", "uri").read_only().one_of(&["Patient"]),
    element("sent", "dateTime").note("received, else the moment of the create, when it is not sent"),
    element("received", "dateTime").note("without it a message to a practitioner is unread"),
    element("recipient", "Reference").list().required_on(ON_CREATE).note("one"),
    element("recipient.reference", "string")
        .required_on(ON_CREATE)
        .format("Patient/{id} or Practitioner/{id}"),
    element("recipient.type", "uri").ignored_on(ON_CREATE).one_of(&["Patient", "Practitioner"]),
    element("sender", "Reference")
        .required_on(ON_CREATE)
        .note("a patient's message goes to a practitioner, and the other way"),
    element("sender.reference", "string").required_on(ON_CREATE).format("Patient/{id} or Practitioner/{id}"),
    element("sender.type", "uri").ignored_on(ON_CREATE).one_of(&["Patient", "Practitioner"]),
    element("payload", "BackboneElement").list().required_on(ON_CREATE),
    element("payload.contentString", "string").required_on(ON_CREATE).note("HTML"),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", Reference, Finds::Reference(PATIENT))
        .defined_by("http://hl7.org/fhir/SearchParameter/Communication-patient")
        .note("Patient/{id}; sender or recipient"),
    parameter("recipient", Reference, Finds::Reference("recipient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Communication-recipient")
        .note("Patient/{id} or Practitioner/{id}"),
    parameter("sender", Reference, Finds::Reference("sender"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Communication-sender")
        .note("Patient/{id} or Practitioner/{id}"),
    ID_PARAMETER,
];

const SIDES: &str = "One of sender and recipient must be a Patient and the other a Practitioner";

const RULES: &[Rule] = &[
    rule("communication-required", IssueCode::Required, "{element} is required")
        .on(ON_CREATE)
        .when("an element that is required is missing, where its parent is there; also when payload has content, as an earlier version of the API had it, in place of contentString")
        .check(Check::RequiredElements)
        .in_place_of("payload.contentString is required")
        .broken_by(&[remove("sender")], "Communication.sender", "sender is required")
        .kept_by(&[]),
    rule("communication-status", IssueCode::Value, "Communication status is not supported: {status}")
        .on(ON_CREATE)
        .when("status is not among the vendor's")
        .check(Check::Listed(&["status"]))
        .broken_by(
            &[set("status", "\"not-done\"")],
            "Communication.status",
            "Communication status is not supported: not-done",
        )
        .kept_by(&[set("status", "\"completed\"")])
        .note("ours: the facts list the values and give no text"),
    rule("communication-one-recipient", IssueCode::Value, "Only a single recipient is supported")
        .on(ON_CREATE)
        .when("recipient has more than one entry")
        .check(Check::Body(one_recipient))
        .broken_by(
            &[set("recipient.1", r#"{"reference":"Practitioner/{demo-practitioner}"}"#)],
            "Communication.recipient",
            "Only a single recipient is supported",
        )
        .kept_by(&[]),
    rule("communication-content", IssueCode::Value, "payload.contentString must not be empty")
        .on(ON_CREATE)
        .when("contentString is empty")
        .check(Check::Body(content))
        .broken_by(
            &[set("payload.0.contentString", "\"\"")],
            "Communication.payload[0].content",
            "payload.contentString must not be empty",
        )
        .kept_by(&[set("payload.0.contentString", "\"<p>Hello</p>\"")]),
    rule("communication-sides", IssueCode::BusinessRule, SIDES)
        .on(ON_CREATE)
        .when("sender and recipient are not exactly one Patient and one Practitioner")
        .check(Check::Write(sides))
        .broken_by(
            &[set("sender.reference", "\"Patient/{demo-patient}\"")],
            "Communication.sender.reference",
            SIDES,
        )
        .kept_by(&[
            set("sender.reference", "\"Patient/{demo-patient}\""),
            set("recipient.0.reference", "\"Practitioner/{demo-practitioner}\""),
        ]),
];

const DECISIONS: &[Decision] = &[
    decision(
        "status",
        "A create stores completed, whichever of the four is sent; a read shows what is stored.",
        "The table says that it is always completed; the examples, which show unknown, rank below it.",
    ),
    decision(
        "sent of a message that only says when it was received",
        "Is received.",
        "An earlier edition says so, the current table says now; nothing is received before it is sent.",
    ),
    decision(
        "subject",
        "Is shown: the patient of the exchange, by whom it is found too, also where the R4 door stored another.",
        "The table has it, the examples lack it; the table ranks higher, and says that it is always that patient.",
    ),
    decision(
        "Further entries of payload",
        "Are stored and shown.",
        "That only the first is saved stands in an earlier edition alone; what is said to a patient must not vanish.",
    ),
    decision(
        "A read of a message between practitioners, which the R4 door can store",
        "404.",
        "The page says that searches never find one; reads agree with searches.",
    ),
    decision(
        "received set by the user interface, drafts and scheduled messages",
        "There are none here.",
        "They belong to the vendor's user interface.",
    ),
];

impl CanvasType for Communication {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        let mut resource = stored::writable(sent);
        resource.insert("status", "completed");
        if let Some(sender) = sent.body.get("sender") {
            resource.insert("sender", typed(sender));
        }
        let recipients: Vec<Json> = sent.body.items("recipient").iter().map(typed).collect();
        resource.insert("recipient", recipients);
        let said = sent.body.items("payload").iter().filter_map(|payload| payload.str("contentString"));
        let payload: Vec<Json> = said.map(|text| json!({ "contentString": text })).collect();
        resource.insert("payload", payload);
        tell_subject(&mut resource);
        in_contract_order(&CONTRACT, resource)
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        if resource.contains("sent") {
            return Ok(None);
        }
        let mut settled = resource.clone();
        let now = || fhir::datetime::instant(write.unit.now());
        settled.insert("sent", resource.str("received").map_or_else(now, str::to_owned));
        Ok(Some(in_contract_order(&CONTRACT, settled)))
    }

    fn present(&self, resource: &mut Object, _reading: &mut Reading<'_>) -> Result<(), Refusal> {
        tell_type(resource.get_mut("sender"));
        tell_type(resource.get_mut("recipient"));
        tell_subject(resource);
        time::show(resource, &["sent", "received"]);
        *resource = in_contract_order(&CONTRACT, std::mem::take(resource));
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}

/// Whether a message is between a patient and a practitioner, as the expression of [`EXCHANGED`] tells it.
fn is_exchanged(message: &Object) -> bool {
    let sender = message.get("sender").and_then(leads_to);
    let recipients: Vec<_> = message.items("recipient").iter().filter_map(leads_to).collect();
    match sender {
        Some(ResourceType::PATIENT) => recipients.contains(&ResourceType::PRACTITIONER),
        Some(ResourceType::PRACTITIONER) => recipients.contains(&ResourceType::PATIENT),
        _ => false,
    }
}

/// The patient of the exchange.
fn tell_subject(resource: &mut Object) {
    let sides = resource.get("sender").into_iter().chain(resource.items("recipient"));
    let patient = sides.into_iter().find(|side| leads_to(side) == Some(ResourceType::PATIENT)).map(typed);
    if let Some(patient) = patient {
        resource.insert("subject", patient);
    }
}

fn one_recipient(sent: &Sent<'_>, findings: &mut Findings) {
    if sent.body.items("recipient").len() > 1 {
        findings.add("Communication.recipient", &[]);
    }
}

fn content(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, text) in sent.values("payload.contentString") {
        if text.as_str() == Some("") {
            // A choice is named without its type (R4's validation tells of the same).
            findings.add(place.strip_suffix("String").unwrap_or(&place), &[]);
        }
    }
}

fn sides(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if !is_exchanged(write.sent.body) {
        findings.add("Communication.sender.reference", &[]);
    }
    Ok(())
}
