//! PaymentNotice (<https://docs.canvasmedical.com/api/paymentnotice/>): payments of patients.

mod account;
mod rules;

use crate::canvas_type::CanvasType;
use crate::clinic::Clinic;
use crate::contract::{
    Contract, Decision, ElementFact, ExtensionFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts,
    decision, element, extension, parameter,
};
use crate::money::Decimal;
use crate::references::{Target, id_of, set_type};
use crate::search::Reading;
use crate::sent::Sent;
use crate::stored::{in_contract_order, writable};
use crate::time;
use crate::write::Write;
use account::Account;
use fhir::definitions::SearchParameterType::Reference;
use fhir::{Json, Object, ResourceType, json};
use interactions::{Interaction, Refusal};

/// The type.
pub struct PaymentNotice;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Create, Interaction::SearchType],
    elements: ELEMENTS,
    extensions: EXTENSIONS,
    search: SearchFacts::by(PARAMETERS),
    rules: rules::RULES,
    minimal: r#"{"resourceType":"PaymentNotice","status":"active","request":{"reference":"Patient/{demo-patient}"},"created":"2024-05-06","payment":{},"recipient":{},"amount":{"value":10.0,"currency":"USD"}}"#,
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("PaymentNotice", ResourceType::PAYMENT_NOTICE, IdForm::Uuid)
};

const ON_CREATE: &[Interaction] = &[Interaction::Create];

/// The extension that makes a payment a copayment.
const COPAYMENT: &str = "http://schemas.canvasmedical.com/fhir/copayment-claims";
/// The id of the contained PaymentReconciliation, which says what the payment is applied to.
const PAYMENT: &str = "payment";
/// What the vendor shows in place of elements without use.
const UNUSED: &str = "Unused";

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID with dashes"),
    element("extension", "Extension").list(),
    element("status", "code").required_on(ON_CREATE).one_of(&["active"]),
    element("request", "Reference").required_on(ON_CREATE).note("the patient who pays"),
    element("request.reference", "string").required_on(ON_CREATE).format("Patient/{id}"),
    element("request.type", "uri").one_of(&["Patient"]),
    element("created", "dateTime")
        .required_on(ON_CREATE)
        .format("YYYY-MM-DDThh:mm:ss.ffffff+00:00")
        .note("what is sent has no effect: the time of the create is stored"),
    element("payment", "Reference").required_on(ON_CREATE).note("has no effect, {} is taken"),
    element("payment.display", "string").ignored_on(ON_CREATE).one_of(&[UNUSED]),
    element("recipient", "Reference").required_on(ON_CREATE).note("has no effect, {} is taken"),
    element("recipient.display", "string").ignored_on(ON_CREATE).one_of(&[UNUSED]),
    element("amount", "Money").required_on(ON_CREATE),
    element("amount.value", "decimal").required_on(ON_CREATE).note("US dollars"),
    element("amount.currency", "code").ignored_on(ON_CREATE).note("always USD"),
    element("paymentStatus", "CodeableConcept").ignored_on(ON_CREATE).read_only(),
    element("paymentStatus.coding", "Coding").list().ignored_on(ON_CREATE).read_only(),
    element("paymentStatus.coding.system", "uri")
        .ignored_on(ON_CREATE)
        .read_only()
        .one_of(&["http://terminology.hl7.org/CodeSystem/paymentstatus"]),
    element("paymentStatus.coding.code", "code").ignored_on(ON_CREATE).read_only().one_of(&["paid"]),
];

const EXTENSIONS: &[ExtensionFact] = &[
    extension("PaymentNotice", COPAYMENT, "extension").note("makes the payment a copayment"),
    extension(COPAYMENT, "claim", "valueReference").note("Claim/{id}; exactly one"),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("request", Reference, Finds::Reference("request"))
        .defined_by("http://hl7.org/fhir/SearchParameter/PaymentNotice-request")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const BEHAVIOURS: &[&str] = &[
    "A payment reduces what the patient owes; only a copayment can make that negative.",
    "A copayment is told by the copayment-claims extension alone, and goes to its claim. Any other payment goes to the claims that the patient owes for, the oldest first.",
    "created is the time of the create, the currency is US dollars, paymentStatus is paid.",
    "The R4 door shows as provider the automation user, and in a contained PaymentReconciliation what the payment is applied to.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "What a patient owes",
        "What the active claims cost that are in the queue PatientBalance, or have no insurance and are in none of Appointment, Trash and ZeroBalance; less what was paid for them, and less what was paid for claims that are not the patient's to pay yet. A claim in ZeroBalance is settled and counts no more.",
        "The facts name a balance and not what it is made of; the queues are what the API has to say whose a claim is to pay.",
    ),
    decision(
        "The order of charges",
        "Claims by their date of service, then by their last change.",
        "The page says oldest first.",
    ),
    decision(
        "amount.value",
        "Is required, positive and in whole cents.",
        "A payment of nothing is none, and the API has no refunds. The page lists amount alone.",
    ),
    decision(
        "The claim of a copayment",
        "Must be of the patient who pays, where it is of a patient.",
        "Nobody's payment may go to another patient's claim.",
    ),
    decision(
        "Payments of the R4 door",
        "Count when they are active; without the extension and without a PaymentReconciliation they reduce the balance as a whole.",
        "The clinic's own software takes payments too.",
    ),
];

impl CanvasType for PaymentNotice {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn normalise(&self, body: &mut Object, _clinic: &Clinic) {
        for name in ["payment", "recipient"] {
            if body.get(name).and_then(Json::as_object).is_some_and(Object::is_empty) {
                body.insert(name, unused());
            }
        }
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        let mut notice = writable(sent);
        set_type(&mut notice, "request");
        let value = sent.body.get("amount").and_then(|amount| amount.get("value")).cloned();
        notice.insert("amount", json!({ "value": (value.unwrap_or(Json::Null)), "currency": "USD" }));
        let claims = copayment_claims(sent.body);
        let claim =
            |id: &&str| json!({ "url": "claim", "valueReference": { "reference": (format!("Claim/{id}")) } });
        let claims: Vec<Json> = claims.iter().map(claim).collect();
        if !claims.is_empty() {
            notice.insert("extension", vec![json!({ "extension": claims, "url": COPAYMENT })]);
        }
        notice.insert("recipient", unused());
        notice.insert("paymentStatus", paid());
        in_contract_order(&CONTRACT, notice)
    }

    fn leaves_open(&self, target: &Target) -> bool {
        ["PaymentNotice.payment.reference", "PaymentNotice.recipient.reference"]
            .contains(&target.expression.as_str())
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        let value = resource.get("amount").and_then(|amount| amount.get("value")).cloned();
        let amount = Decimal::of(value.as_ref()).unwrap_or_default();
        let patient = resource.get("request").and_then(|request| request.str("reference"));
        let account;
        let parts = match (copayment_claims(resource).first(), patient) {
            (Some(claim), _) => vec![(*claim, amount)],
            (None, Some(patient)) => {
                account = Account::of(patient, write)?;
                account.apply(amount)
            }
            (None, None) => Vec::new(),
        };
        let now = write.unit.now();
        let reconciliation = reconciliation(&parts, amount, now, write.sent.clinic);
        let mut settled = resource.clone();
        settled.insert_at(1, "contained", vec![reconciliation]);
        settled.insert("created", fhir::datetime::instant(now));
        settled.insert("payment", json!({ "reference": (format!("#{PAYMENT}")) }));
        settled.insert("provider", write.sent.clinic.automation_user_reference());
        Ok(Some(settled))
    }

    fn present(&self, resource: &mut Object, _reading: &mut Reading<'_>) -> Result<(), Refusal> {
        set_type(resource, "request");
        time::show(resource, &["created"]);
        for name in ["payment", "recipient"] {
            resource.insert(name, unused());
        }
        if let Some(amount) = resource.get_mut("amount").and_then(Json::as_object_mut)
            && let Some(value) = Decimal::of(amount.get("value"))
        {
            amount.insert("value", value.to_json());
        }
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}

fn unused() -> Json {
    json!({ "display": UNUSED })
}

fn paid() -> Json {
    json!({ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/paymentstatus", "code": "paid" }] })
}

/// The ids of the claims that a copayment names.
fn copayment_claims(notice: &Object) -> Vec<&str> {
    let containers = notice.items("extension").iter().filter(|outer| outer.str("url") == Some(COPAYMENT));
    let parts = containers.flat_map(|outer| outer.get("extension").map(Json::items).unwrap_or_default());
    let claims = parts.filter(|part| part.str("url") == Some("claim"));
    claims.filter_map(|part| id_of(part.get("valueReference"), ResourceType::CLAIM)).collect()
}

/// What a payment is applied to.
fn reconciliation(parts: &[(&str, Decimal)], amount: Decimal, now: i64, clinic: &Clinic) -> Json {
    let money = |amount: Decimal| json!({ "value": (amount.to_json()), "currency": "USD" });
    let detail = |(claim, part): &(&str, Decimal)| {
        json!({
            "type": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/payment-type", "code": "payment" }] },
            "request": { "reference": (format!("Claim/{claim}")), "type": "Claim" },
            "amount": (money(*part))
        })
    };
    let mut reconciliation = json!({
        "resourceType": "PaymentReconciliation",
        "id": PAYMENT,
        "status": "active",
        "created": (fhir::datetime::instant(now)),
        "paymentDate": (time::date(now, &clinic.time_zone)),
        "paymentAmount": (money(amount))
    });
    let details: Vec<Json> = parts.iter().map(detail).collect();
    if let (false, Some(object)) = (details.is_empty(), reconciliation.as_object_mut()) {
        object.insert("detail", details);
    }
    reconciliation
}
