//! What types can say of creates, updates and searches, said by a type of the tests' own.

use super::*;
use crate::contract::{Finds, IdForm, ParameterFact, SearchFacts, SortBy, element, parameter};
use crate::hidden::Hidden;
use crate::scheduling::rules::ClinicRules;
use fhir::Json;
use fhir::definitions::SearchParameterType;
use interactions::Settings;
use interactions::search::Registry;
use interactions::storage::{Location, OpenOptions, Store};

/// Things of which there is one for each author; those that are secret are not shown, and one is there before it is stored.
struct Thing;

const AUTHORS: &[ParameterFact] = &[parameter("code", SearchParameterType::Token, Finds::Token("code"))];

static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    hides: Some(Hidden { parameter: "code", value: "secret", is: |thing| code(thing) == Some("secret") }),
    elements: &[element("code", "CodeableConcept"), element("created", "date")],
    search: SearchFacts { order: &[(SortBy::Date("created"), true)], ..SearchFacts::by(AUTHORS) },
    ..Contract::of("Basic", ResourceType::BASIC, IdForm::Uuid)
};

fn code(resource: &Object) -> Option<&str> {
    resource.get("code")?.at(&["coding", "0", "code"])?.as_str()
}

impl CanvasType for Thing {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn replaces(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<String>, Refusal> {
        let id = format!("the-{}", code(resource).unwrap_or_default());
        Ok(matches!(write.unit.state(ResourceType::BASIC, &id)?, State::Present(_)).then_some(id))
    }

    fn unstored(&self, id: &str, _unit: &mut Unit<'_>) -> Result<Option<Object>, Refusal> {
        let known = fhir::json!({ "resourceType": "Basic", "created": "2020-01-01" });
        Ok(known.as_object().filter(|_| id == "the-first").cloned())
    }
}

struct Unsigned;

impl Links for Unsigned {
    fn query(&self, _: &str, _: i64) -> String {
        String::new()
    }
}

fn door() -> Canvas {
    let clinic = Arc::new(Clinic::default());
    let settings = Settings {
        zone: clinic.time_zone.clone(),
        rules: Box::new(ClinicRules::new(Arc::clone(&clinic))),
        registry: Registry::r4(crate::CANVAS_PARAMETERS.clone()),
        base_url: "http://clinic.test/fhir".into(),
        max_depth: 64,
    };
    let store = Store::open(OpenOptions::new(Location::SqliteMemory)).unwrap();
    Canvas::new(Engine::new(store, settings), clinic, "http://clinic.test", Unsigned)
}

fn body(code: &str, created: &str) -> Json {
    fhir::json!({
        "resourceType": "Basic",
        "code": { "coding": [{ "code": code }] },
        "created": created
    })
}

async fn update(door: &Canvas, id: &str, body: &Json) -> Result<(), Refusal> {
    let bytes = body.to_bytes();
    let (engine, clinic) = (&door.engine, &door.clinic());
    let accepted = body::accept(engine, clinic, &Thing, Interaction::Update, Some(id), &bytes)?;
    let (inner, id) = (door.clone(), id.to_owned());
    engine.write(move |unit| inner.change(unit, &Thing, &id, &accepted, &Preconditions::default())).await
}

async fn stored(door: &Canvas, id: &str) -> Option<Json> {
    door.current(ResourceType::BASIC, id).await.unwrap().map(|version| stored_json(&version).unwrap())
}

#[tokio::test]
async fn an_update_starts_from_what_is_there_before_it_is_stored() {
    let door = door();
    let mut sent = body("a", "2021-01-01");
    sent.as_object_mut().unwrap().remove("created");
    update(&door, "the-first", &sent).await.unwrap();
    assert_eq!(stored(&door, "the-first").await.unwrap().str("created"), Some("2020-01-01"));
    let refusal = update(&door, "the-second", &sent).await.unwrap_err();
    assert_eq!(refusal.issues()[0].text, "Unknown Basic resource 'the-second'");
}

#[tokio::test]
async fn a_create_can_change_what_is_there() {
    let door = door();
    update(&door, "the-first", &body("x", "2021-01-01")).await.unwrap();
    let create = |code: &str| {
        let (inner, resource) = (door.clone(), body(code, "2022-02-02"));
        let prepared = door.engine.prepare(ResourceType::BASIC, "fresh", resource.clone());
        door.engine.write(move |unit| {
            let clinic = inner.clinic();
            let empty = Object::new();
            let sent = Sent {
                interaction: Interaction::Create,
                operation: None,
                contract: &CONTRACT,
                body: resource.as_object().unwrap_or(&empty),
                clinic: &clinic,
            };
            let mut write = Write { unit, engine: &inner.engine, sent, id: "fresh", stored: None };
            create(&Thing, &mut write, &prepared, None)
        })
    };
    assert_eq!(create("first").await.unwrap(), "the-first");
    assert_eq!(stored(&door, "the-first").await.unwrap().str("created"), Some("2022-02-02"));
    assert!(stored(&door, "fresh").await.is_none());
    assert_eq!(create("other").await.unwrap(), "fresh");
}

#[tokio::test]
async fn what_is_not_shown_cannot_be_updated_or_found_and_the_rest_has_its_order() {
    let door = door();
    let things = [("1", "a", "2021-01-01"), ("2", "secret", "2022-01-01"), ("3", "b", "2023-01-01")];
    for (id, code, created) in things {
        let prepared = door.engine.prepare(ResourceType::BASIC, id, body(code, created));
        door.engine.write(move |unit| unit.put(State::Absent, &prepared).map(drop)).await.unwrap();
    }
    let refusal = update(&door, "2", &body("a", "2024-01-01")).await.unwrap_err();
    assert_eq!(refusal.row().status, 404);
    let bundle = door.search_type(&Thing, &[], false, 0).await.unwrap();
    let bundle = fhir::json::parse(&bundle, 64).unwrap();
    let entries = bundle.get("entry").unwrap().items().iter();
    let found: Vec<&str> = entries.filter_map(|entry| entry.at(&["resource", "created"])?.as_str()).collect();
    assert_eq!(found, ["2023-01-01", "2021-01-01"]);
}
