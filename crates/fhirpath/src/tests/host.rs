//! What lies beyond the tree comes from the host, or is unknown.

use super::patient;
use crate::{Context, EvaluateError, Evaluator, Expression, Host, Item, Options};
use fhir::{Json, json};

/// Knows one practitioner, one value set, one hierarchy and one profile.
struct Known(Json);

impl Host for Known {
    fn resolve(&self, reference: &str) -> Option<&Json> {
        (reference == "Practitioner/1").then_some(&self.0)
    }

    fn member_of(&self, value_set: &str, system: Option<&str>, code: &str) -> Option<bool> {
        (value_set == "http://set").then_some(system.is_none() && code == "official")
    }

    fn subsumes(&self, system: &str, general: &str, special: &str) -> Option<bool> {
        (system == "http://system").then_some(special.starts_with(general))
    }

    fn conforms_to(&self, item: &Item<'_>, profile: &str) -> Option<bool> {
        let has_name = item.json().is_some_and(|value| value.get("name").is_some());
        (profile == "http://profile").then_some(has_name)
    }

    fn allows_narrative(&self, div: &str) -> Option<bool> {
        Some(!div.contains("<script"))
    }
}

fn yielded(text: &str, host: Option<&dyn Host>) -> Result<Option<bool>, EvaluateError> {
    let mut patient = patient();
    let coding = |code: &str| json!({ "system": "http://system", "code": (code) });
    if let Json::Object(patient) = &mut patient {
        patient.insert("text", json!({ "status": "generated", "div": "<div><script/></div>" }));
        patient.insert("maritalStatus", json!({ "coding": [(coding("a")), (coding("ab"))] }));
    }
    let expression = Expression::compile_with(text, Options { resolving: true, ..Options::default() });
    let expression = expression.unwrap_or_else(|error| panic!("{text}: {error}"));
    let root = Item::resource(&patient).unwrap();
    let context = Context::new(&root);
    let context = match host {
        Some(host) => context.with_host(host),
        None => context,
    };
    Evaluator::new(context).truth(&expression, &root)
}

#[test]
fn the_host_answers_what_the_tree_does_not_say() {
    let known = Known(json!({ "resourceType": "Practitioner", "id": "1", "gender": "female" }));
    for (text, with_host, without) in [
        (
            "generalPractitioner.first().resolve().gender = 'female'",
            Ok(Some(true)),
            Err(EvaluateError::NotLoaded),
        ),
        ("generalPractitioner[2].resolve().name = 'Inside'", Ok(Some(true)), Ok(Some(true))),
        (
            "generalPractitioner[1].resolve().name = 'x'",
            Err(EvaluateError::NotLoaded),
            Err(EvaluateError::NotLoaded),
        ),
        ("name.first().use.memberOf('http://set')", Ok(Some(true)), Ok(None)),
        ("name.last().use.memberOf('http://set')", Ok(Some(false)), Ok(None)),
        ("name.last().use.memberOf('http://other')", Ok(None), Ok(None)),
        ("maritalStatus.memberOf('http://set')", Ok(Some(false)), Ok(None)),
        ("maritalStatus.coding[0].subsumes(maritalStatus.coding[1])", Ok(Some(true)), Ok(None)),
        ("maritalStatus.coding[1].subsumes(maritalStatus.coding[0])", Ok(Some(false)), Ok(None)),
        ("maritalStatus.coding[1].subsumedBy(maritalStatus.coding[0])", Ok(Some(true)), Ok(None)),
        ("maritalStatus.subsumes(maritalStatus)", Ok(Some(true)), Ok(None)),
        ("conformsTo('http://profile')", Ok(Some(true)), Ok(None)),
        ("conformsTo('http://other')", Ok(None), Ok(None)),
        ("text.`div`.htmlChecks()", Ok(Some(false)), Ok(None)),
        ("now() = now()", Err(EvaluateError::NoTime), Err(EvaluateError::NoTime)),
    ] {
        assert_eq!(yielded(text, Some(&known)), with_host, "{text}");
        assert_eq!(yielded(text, None), without, "{text}");
    }
}

#[test]
fn a_contained_resource_is_looked_for_in_the_one_that_contains_it() {
    let patient = patient();
    let root = Item::resource(&patient).unwrap();
    let contained = Item::resource(&patient.get("contained").unwrap().items()[0]).unwrap();
    let expression = Expression::compile("%resource.id = 'c' and %rootResource.id = 'p1'").unwrap();
    let mut evaluator = Evaluator::new(Context::new(&contained).with_root(&root));
    assert_eq!(evaluator.truth(&expression, &contained), Ok(Some(true)));
}
