//! Group (<https://docs.canvasmedical.com/api/group/>): groups of patients, and teams with their responsibilities.

mod rules;

use crate::canvas_type::CanvasType;
use crate::clinic::Clinic;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, WRITES,
    decision, element, parameter,
};
use crate::hidden::Hidden;
use crate::keyed::pick;
use crate::references::typed;
use crate::search::Reading;
use crate::sent::Sent;
use crate::stored::{in_contract_order, replaced, writable};
use crate::write::Write;
use fhir::definitions::SearchParameterType::Token;
use fhir::{Json, Object, ResourceType, json};
use interactions::search::{ExtraParameter, ParameterId};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Group;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    hides: Some(Hidden { parameter: OTHER, value: "true", is: |group| !is_shown(group) }),
    indexed: INDEXED,
    rules: rules::RULES,
    minimal: r#"{"resourceType":"Group","type":"practitioner","actual":true,"name":"Front desk","characteristic":[{"code":{"text":"responsibility"},"valueCodeableConcept":{"text":"COLLECT_PATIENT_PAYMENTS"},"exclude":false}],"member":[{"entity":{"reference":"Practitioner/{demo-practitioner}"}}]}"#,
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("Group", ResourceType::GROUP, IdForm::Uuid)
};

const RESPONSIBILITY: &str = "canvas-responsibility";

/// True of groups that are not shown.
const OTHER: &str = "canvas-other-group";

const INDEXED: &[ExtraParameter] = &[
    ExtraParameter {
        number: ParameterId::FIRST_EXTRA,
        code: RESPONSIBILITY,
        resource_type: ResourceType::GROUP,
        kind: Token,
        expression: "Group.characteristic.where(code.text = 'responsibility').value.ofType(CodeableConcept).text",
        targets: &[],
    },
    ExtraParameter {
        number: ParameterId::FIRST_EXTRA + 1,
        code: OTHER,
        resource_type: ResourceType::GROUP,
        kind: Token,
        expression: "Group.where((type = 'person' or type = 'practitioner') and actual = true).empty()",
        targets: &[],
    },
];

const TYPES: &[&str] = &["person", "practitioner"];

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("type", "code").required().one_of(TYPES).note("a group of patients, or a team of the staff"),
    element("actual", "boolean").required().note("true, whatever is sent"),
    element("name", "string").required(),
    element("quantity", "unsignedInt").ignored_on(WRITES).read_only(),
    element("characteristic", "BackboneElement").list().note("the responsibilities of a team"),
    element("characteristic.code", "CodeableConcept").required(),
    element("characteristic.code.text", "string").required().one_of(&["responsibility"]),
    element("characteristic.valueCodeableConcept", "CodeableConcept").required(),
    element("characteristic.valueCodeableConcept.text", "string").required().one_of(&[
        "COLLECT_SPECIMENS_FROM_PATIENT",
        "COMMUNICATE_DIAGNOSTIC_RESULTS_TO_PATIENT",
        "COORDINATE_REFERRALS_FOR_PATIENT",
        "PROCESS_REFILL_REQUESTS",
        "PROCESS_CHANGE_REQUESTS",
        "SCHEDULE_LAB_VISITS_FOR_PATIENT",
        "POPULATION_HEALTH_CAMPAIGN_OUTREACH",
        "COLLECT_PATIENT_PAYMENTS",
        "COMPLETE_OPEN_LAB_ORDERS",
        "REVIEW_ERA_POSTING_EXCEPTIONS",
        "REVIEW_COVERAGES",
    ]),
    element("characteristic.exclude", "boolean").ignored_on(WRITES).note("false"),
    element("member", "BackboneElement").list(),
    element("member.entity", "Reference").required(),
    element("member.entity.reference", "string").required().format("Patient/{id} | Practitioner/{id}"),
    element("member.entity.type", "uri").one_of(&["Patient", "Practitioner"]),
    element("member.entity.display", "string")
        .ignored_on(WRITES)
        .read_only()
        .note("shown where the R4 door stored it"),
    element("member.inactive", "boolean"),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("type", Token, Finds::Token("type"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Group-type")
        .one_of(TYPES),
    ID_PARAMETER,
];

const BEHAVIOURS: &[&str] = &[
    "A group of type person has patients as members, one of type practitioner is a team of the staff.",
    "A responsibility is of one team at most.",
    "actual is true and characteristic.exclude false, whatever is sent.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "member and characteristic on update",
        "Are replaced; left out, they are gone.",
        "The page does not say; that is what R4's update does.",
    ),
    decision(
        "A member of another type than the group is of",
        "Is refused (400).",
        "The page says what members a type of group has, and not what another would mean.",
    ),
    decision(
        "Responsibilities of a group of patients",
        "Are refused (400).",
        "They are not applicable; to drop them the sender would not learn.",
    ),
    decision(
        "characteristic.valueCodeableConcept.text",
        "Is required.",
        "Without it nothing says which responsibility it is.",
    ),
    decision(
        "quantity, member.entity.display",
        "Are shown where the R4 door stored them. An update takes the quantity away.",
        "No example has them; after an update the count of others would be wrong.",
    ),
    decision(
        "Groups of the R4 door of other types, or that are not actual",
        "Are neither read nor found.",
        "The vendor has groups of patients and teams, whose members are known.",
    ),
    decision(
        "Which teams have a responsibility",
        "All that this door shows and that are not inactive (Group.active).",
        "An inactive team does nothing.",
    ),
];

impl CanvasType for Group {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn normalise(&self, body: &mut Object, _clinic: &Clinic) {
        if body.get("actual").and_then(Json::as_bool).is_some() {
            body.insert("actual", true);
        }
        let Some(Json::Array(characteristics)) = body.get_mut("characteristic") else { return };
        for characteristic in characteristics.iter_mut().filter_map(Json::as_object_mut) {
            if !characteristic.contains("exclude") {
                characteristic.insert("exclude", false);
            }
        }
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        compose(sent)
    }

    fn merge(&self, stored: &Object, write: &Write<'_, '_>) -> Object {
        let mut merged = replaced(&CONTRACT, stored, &compose(&write.sent));
        merged.remove("quantity");
        merged
    }

    fn present(&self, resource: &mut Object, _reading: &mut Reading<'_>) -> Result<(), Refusal> {
        each(resource, "member", |member| {
            let mut shown = member.clone();
            let display = member.get("entity").and_then(|entity| entity.get("display")).cloned();
            let mut entity = member.get("entity").map_or(Json::Null, typed);
            if let (Some(display), Some(entity)) = (display, entity.as_object_mut()) {
                entity.insert("display", display);
            }
            shown.insert("entity", entity);
            pick(&["entity", "inactive"], &shown, None)
        });
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}

/// Whether a group is one of patients or a team, and actual; [`OTHER`] is true of all others.
fn is_shown(group: &Object) -> bool {
    group.str("type").is_some_and(|own| TYPES.contains(&own))
        && group.get("actual").and_then(Json::as_bool) == Some(true)
}

/// What is stored of what was sent.
fn compose(sent: &Sent<'_>) -> Object {
    let mut group = writable(sent);
    group.insert("actual", true);
    each(&mut group, "characteristic", |characteristic| {
        let text =
            |name: &str| characteristic.get(name).and_then(|concept| concept.str("text")).unwrap_or_default();
        let (code, value) = (text("code"), text("valueCodeableConcept"));
        let composed =
            json!({ "code": { "text": code }, "valueCodeableConcept": { "text": value }, "exclude": false });
        composed.as_object().cloned().unwrap_or_default()
    });
    each(&mut group, "member", |member| {
        let mut kept = pick(&["entity", "inactive"], member, None);
        kept.get_mut("entity").into_iter().for_each(|entity| *entity = typed(entity));
        kept
    });
    in_contract_order(&CONTRACT, group)
}

fn each(group: &mut Object, name: &str, change: impl Fn(&Object) -> Object) {
    let Some(Json::Array(entries)) = group.get_mut(name) else { return };
    for entry in entries {
        if let Some(object) = entry.as_object() {
            *entry = change(object).into();
        }
    }
}
