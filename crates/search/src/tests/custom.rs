//! Parameters that clients define.

use super::{options, parse, refused, zone};
use crate::{
    CustomParameter, Origin, ParameterId, Progress, Registry, custom_fingerprint, extract, from_url,
};
use fhir::{Json, ResourceType};

fn definition(changes: &[(&str, Json)]) -> Json {
    let mut resource = parse(
        r#"{ "resourceType": "SearchParameter", "url": "http://x/eye", "name": "eye", "status": "active", "description": "d",
             "code": "eye-color", "base": ["Patient"], "type": "token",
             "expression": "Patient.extension.where(url = 'http://x/eye-color').value" }"#,
    );
    for (name, value) in changes {
        resource.as_object_mut().unwrap().insert(name, value.clone());
    }
    resource
}

fn with(resource: &Json, is_complete: bool) -> Registry {
    let progress = if is_complete { Progress::Complete } else { Progress::Indexing };
    let custom = CustomParameter { number: ParameterId::FIRST_CUSTOM, resource, progress };
    let (registry, problems) = Registry::r4(Vec::new()).with_custom(&[custom]);
    assert!(problems.is_empty(), "{problems:?}");
    registry
}

fn search(registry: &Registry, url: &str) -> Result<crate::SearchRequest, String> {
    let (name, value) = url.split_once('=').unwrap();
    let parameters = [(name.to_owned(), value.to_owned())];
    from_url(registry, ResourceType::PATIENT, &parameters, &options())
        .map_err(|issues| issues[0].text.clone())
}

#[test]
fn a_custom_parameter_is_searched_by_like_any_other_once_it_is_complete() {
    let resource = definition(&[]);
    let registry = with(&resource, true);
    let patient = parse(
        r#"{ "resourceType": "Patient", "extension": [{ "url": "http://x/eye-color", "valueCode": "green" }] }"#,
    );
    let rows = extract(&registry, ResourceType::PATIENT, &patient, zone()).rows;
    for (url, expected) in
        [("eye-color=green", true), ("eye-color=blue", false), ("eye-color:missing=false", true)]
    {
        let request = search(&registry, url).unwrap();
        assert_eq!(crate::holds::holds(&request.query.criteria[0], &rows), expected, "{url}");
    }
    assert!(registry.advertised(ResourceType::PATIENT).any(|one| one.url() == Some("http://x/eye")));
    let indexing = with(&resource, false);
    assert_eq!(
        search(&indexing, "eye-color=green").unwrap_err(),
        "search parameter 'eye-color' of Patient cannot be used yet: resources are still being indexed; try again later"
    );
    assert!(indexing.advertised(ResourceType::PATIENT).all(|one| one.origin() == Origin::Standard));
    assert_eq!(
        rows,
        extract(&indexing, ResourceType::PATIENT, &patient, zone()).rows,
        "and is indexed meanwhile"
    );
    assert!(refused("Patient", "eye-color=green")[0].contains("Patient has no search parameter 'eye-color'"));
    let zone = zone();
    assert_eq!(registry.fingerprint(zone), Registry::r4(Vec::new()).fingerprint(zone));
}

#[test]
fn a_composite_is_made_of_other_parameters() {
    let component =
        |url: &str, expression: &str| fhir::json!({ "definition": url, "expression": expression });
    let parts = vec![
        component("http://hl7.org/fhir/SearchParameter/Patient-telecom", "value"),
        component("http://hl7.org/fhir/SearchParameter/Patient-address-use", "use"),
    ];
    let resource = definition(&[
        ("type", "composite".into()),
        ("expression", "Patient.telecom".into()),
        ("component", Json::Array(parts)),
    ]);
    let problems = Registry::r4(Vec::new()).problems_of_custom(&resource);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].text.contains("Patient-telecom is no indexed parameter of the type"), "{problems:?}");
}

#[test]
fn what_cannot_be_used_is_told_with_its_place() {
    let registry = Registry::r4(Vec::new());
    let texts = |list: &[&str]| Json::Array(list.iter().map(|text| Json::from(*text)).collect());
    for (changes, place, text) in [
        (
            vec![("base", texts(&["Patient", "Patien"]))],
            "base[1]",
            "'Patien' is not a resource type of R4; did you mean 'Patient'?",
        ),
        (vec![("base", texts(&[]))], "base", "base is required to search by it"),
        (
            vec![("type", "special".into())],
            "type",
            "a search parameter of type 'special' cannot be defined here",
        ),
        (vec![("code", "a:b".into())], "code", "the code 'a:b' is not letters"),
        (vec![("code", "_id".into())], "code", "the code '_id' is not letters"),
        (
            vec![("code", "gender".into())],
            "code",
            "Patient has a search parameter 'gender' already: http://hl7.org/fhir/SearchParameter/individual-gender",
        ),
        (
            vec![("expression", "Patient.nmae".into())],
            "expression",
            "the expression does not compile: column 9: Patient has no element 'nmae'",
        ),
        (vec![("expression", "Patient.".into())], "expression", "the expression does not compile"),
        (
            vec![("expression", "Person.name".into()), ("base", texts(&["Patient", "Person"]))],
            "expression",
            "the expression 'Person.name' says nothing of Patient",
        ),
        (
            vec![("expression", "Patient.birthDate.where($this < today())".into())],
            "expression",
            "the expression asks for the time (now(), today(), timeOfDay()), which an index cannot hold",
        ),
        (vec![("expression", Json::Null)], "expression", "expression is required to search by it"),
        (vec![("type", "composite".into())], "component", "a composite needs two components"),
    ] {
        let problems = registry.problems_of_custom(&definition(&changes));
        assert_eq!(problems.len(), 1, "{changes:?}: {problems:?}");
        assert!(problems[0].text.contains(text), "{problems:?}");
        assert_eq!(problems[0].expression.as_deref(), Some(format!("SearchParameter.{place}").as_str()));
    }
    assert!(
        registry
            .problems_of_custom(&definition(&[("status", "draft".into()), ("code", "a:b".into())]))
            .is_empty()
    );
    let own = definition(&[("url", "http://hl7.org/fhir/SearchParameter/individual-gender".into())]);
    assert!(registry.problems_of_custom(&own).is_empty(), "R4's own are there already");
}

#[test]
fn the_fingerprint_changes_with_what_rows_depend_on() {
    let plain = custom_fingerprint(&definition(&[]));
    assert_eq!(plain, custom_fingerprint(&definition(&[("description", "other".into())])));
    for change in [("expression", "Patient.name"), ("type", "string"), ("code", "x")] {
        assert_ne!(plain, custom_fingerprint(&definition(&[(change.0, change.1.into())])), "{change:?}");
    }
}
