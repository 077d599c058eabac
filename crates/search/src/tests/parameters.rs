//! The registry: which parameters there are, and that all that are served yield something.

use super::{REGISTRY, options, parse, zone};
use crate::{
    Criterion, ExtraParameter, ParameterId, Registry, SearchOptions, extract, from_url, token_criterion,
};
use fhir::ResourceType;
use fhir::definitions::SearchParameterType;
use jiff::tz::TimeZone;

fn extra() -> ExtraParameter {
    ExtraParameter {
        number: ParameterId::FIRST_EXTRA,
        code: "clinic-official",
        resource_type: ResourceType::PATIENT,
        kind: SearchParameterType::Token,
        expression: "Patient.name.where(use = 'official').family",
        targets: &[],
    }
}

#[test]
fn every_parameter_of_a_served_kind_is_served_where_it_is_defined() {
    let mut not_served = Vec::new();
    for resource_type in ResourceType::all() {
        for parameter in REGISTRY.parameters(resource_type) {
            use SearchParameterType as Kind;
            let kind = matches!(
                parameter.kind(),
                Kind::Token | Kind::Reference | Kind::Date | Kind::String | Kind::Uri
            );
            if kind && !parameter.is_served() {
                not_served.push(format!("{resource_type}.{}", parameter.code()));
            }
        }
    }
    // No path defines these three.
    not_served.retain(|name| {
        !["_content", "_query", "_text"].iter().any(|code| name.ends_with(&format!(".{code}")))
    });
    assert_eq!(not_served, [] as [String; 0]);
}

#[test]
fn a_parameter_of_many_types_is_restricted_to_what_applies() {
    let patient = REGISTRY.parameter(ResourceType::OBSERVATION, "patient").unwrap();
    assert_eq!(patient.alternatives().len(), 1);
    let tag = REGISTRY.parameter(ResourceType::BINARY, "_tag").unwrap();
    assert_eq!(tag.alternatives().len(), 1);
}

#[test]
fn extra_parameters_are_used_by_crates_above_and_hidden_from_clients() {
    let registry = Registry::r4(vec![extra()]);
    let patient = ResourceType::PATIENT;
    assert!(registry.advertised(patient).all(|parameter| parameter.code() != "clinic-official"));
    let parameters = [(String::from("clinic-official"), String::from("x"))];
    let refused = from_url(&registry, patient, &parameters, &options()).unwrap_err();
    assert!(refused[0].text.starts_with("Patient has no search parameter 'clinic-official' (supported"));
    let request =
        from_url(&registry, patient, &parameters, &SearchOptions { internal: true, ..options() }).unwrap();
    let criterion = token_criterion(&registry, patient, "clinic-official", "x").unwrap();
    assert_eq!(request.query.criteria, std::slice::from_ref(&criterion));
    let json = parse(r#"{ "resourceType": "Patient", "name": [{ "use": "official", "family": "X" }] }"#);
    let rows = extract(&registry, patient, &json, zone()).rows;
    let Criterion::Keys { parameter, hashes } = criterion else { panic!("{criterion:?}") };
    let row = |hash: &u64| crate::IndexRow::Key { parameter, hash: *hash };
    assert!(hashes.iter().any(|hash| rows.contains(&row(hash))), "strings are tokens without case");
}

#[test]
fn the_fingerprint_changes_with_everything_that_rows_depend_on() {
    let registry = || Registry::r4(Vec::new());
    let mut prints = vec![
        registry().fingerprint(&TimeZone::UTC),
        registry().fingerprint(zone()),
        registry().with_bases(["http://a"]).fingerprint(zone()),
        registry().with_bases(["http://b"]).fingerprint(zone()),
        Registry::r4(vec![extra()]).fingerprint(zone()),
        Registry::r4(vec![ExtraParameter { expression: "Patient.name.family", ..extra() }])
            .fingerprint(zone()),
        Registry::r4(vec![ExtraParameter { code: "clinic-x", ..extra() }]).fingerprint(zone()),
        Registry::r4(vec![ExtraParameter { number: 9000, ..extra() }]).fingerprint(zone()),
    ];
    assert_eq!(prints[1], REGISTRY_OF_NO_BASES.fingerprint(zone()), "and with nothing else");
    prints.sort();
    prints.dedup();
    assert_eq!(prints.len(), 8);
}

static REGISTRY_OF_NO_BASES: std::sync::LazyLock<Registry> =
    std::sync::LazyLock::new(|| Registry::r4(Vec::new()));

#[test]
#[should_panic(
    expected = "the expression of search parameter clinic-official: column 9: Patient has no element"
)]
fn an_extra_parameter_that_does_not_compile_stops_the_program() {
    Registry::r4(vec![ExtraParameter { expression: "Patient.nothing", ..extra() }]);
}

#[test]
fn an_index_is_good_wherever_the_server_listens_and_not_under_another_public_base() {
    let of = |registry: Registry| registry.fingerprint(zone());
    let plain = of(Registry::r4(Vec::new()));
    assert_eq!(of(Registry::r4(Vec::new()).with_passing_bases(["http://127.0.0.1:1"])), plain);
    assert_ne!(of(Registry::r4(Vec::new()).with_bases(["http://127.0.0.1:1"])), plain);
}
