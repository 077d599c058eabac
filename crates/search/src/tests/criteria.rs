//! Which resources a search finds, kind by kind, and what the builders for other crates make.

use super::{BASE, REGISTRY, check, matches, options, parse, refused, rows_of, search, zone};
use crate::{
    Criterion, Prefix, StringMatch, date_criterion, reference_criterion, string_criterion, token_criterion,
    uri_criterion,
};
use fhir::ResourceType;

#[test]
fn tokens_match_in_four_forms() {
    let patient = parse(
        r#"{ "resourceType": "Patient", "id": "P-1", "active": true, "gender": "male",
             "identifier": [{ "system": "http://a", "value": "1|2,3\\4$" }, { "value": "bare" }],
             "telecom": [{ "system": "email", "value": "a@b.c" }] }"#,
    );
    check(
        &patient,
        &[
            (r"identifier=1\|2\,3\\4\$", true),
            (r"identifier=http://a|1\|2\,3\\4\$", true),
            (r"identifier=|1\|2\,3\\4\$", false),
            ("identifier=http://a|", true),
            ("identifier=http://b|", false),
            ("identifier=bare", true),
            ("identifier=|bare", true),
            ("identifier=http://a|bare", false),
            ("identifier=BARE", false),
            ("identifier=x,bare", true),
            ("identifier=x&identifier=bare", false),
            ("identifier=http://a|&identifier=bare", true),
            ("identifier:not=x", true),
            ("identifier:not=x,bare", false),
            ("gender=male", true),
            ("gender=http://hl7.org/fhir/administrative-gender|male", true),
            ("gender=|male", false),
            ("gender=http://other|male", false),
            ("gender:not=female", true),
            ("language:not=en", true),
            ("active=true", true),
            ("active=false", false),
            ("email=a@b.c", true),
            ("phone=a@b.c", false),
            ("_id=P-1", true),
            ("_id=p-1", false),
            ("_id=x,P-1", true),
            ("_id:not=P-1", false),
            ("_id:not=x", true),
        ],
    );
    let statement = parse(r#"{ "resourceType": "CapabilityStatement", "version": "1.A" }"#);
    check(&statement, &[("version=1.a", true), ("version=1.A", true), ("version=1", false)]);
}

#[test]
fn references_match_by_id_type_and_url() {
    let observation = parse(
        r#"{ "resourceType": "Observation", "subject": { "reference": "Patient/1" },
             "encounter": { "reference": "https://clinic.example/fhir/Encounter/e" },
             "device": { "reference": "http://other/fhir/Device/d/_history/2" },
             "focus": [{ "reference": "Patient/2/_history/7" }, { "reference": "urn:uuid:0001" }] }"#,
    );
    check(
        &observation,
        &[
            ("subject=1", true),
            ("subject=Patient/1", true),
            ("subject=Group/1", false),
            ("subject:Patient=1", true),
            ("subject:Patient=Patient/1", true),
            ("subject:Group=1", false),
            ("subject=https://clinic.example/fhir/Patient/1", true),
            ("subject=http://clinic.example/fhir/Patient/1", false),
            ("subject=Patient/2,Patient/1", true),
            ("subject=2&subject=1", false),
            ("patient=1", true),
            ("patient=Patient/1", true),
            ("encounter=e", true),
            ("encounter=Encounter/e", true),
            ("device=d", false),
            ("device=http://other/fhir/Device/d", true),
            ("device=http://other/fhir/Device/d/_history/2", true),
            ("device=http://other/fhir/Device/d/_history/3", false),
            ("focus=Patient/2", true),
            ("focus=Patient/2/_history/7", true),
            ("focus=Patient/2/_history/8", false),
            ("focus=urn:uuid:0001", true),
            ("performer:missing=true", true),
            ("subject:missing=true", false),
        ],
    );
    let measure = parse(r#"{ "resourceType": "Measure", "library": ["http://l/x|1.0", "Library/y"] }"#);
    check(
        &measure,
        &[
            ("depends-on=http://l/x", true),
            ("depends-on=http://l/x|1.0", true),
            ("depends-on=http://l/x|2.0", false),
            ("depends-on=Library/y", true),
            ("depends-on=y", true),
        ],
    );
}

#[test]
fn strings_match_folded_unless_exact() {
    let patient = parse(
        r#"{ "resourceType": "Patient", "name": [{ "family": "O'Brien-Müller", "given": ["Zoë", "Jean  Luc"] }],
             "address": [{ "line": ["3, Rue de l’Église"], "city": "Łódź" }] }"#,
    );
    check(
        &patient,
        &[
            ("family=o'brien", true),
            ("family=OBRIEN", true),
            ("family=obrien muller", true),
            ("family=obrien-müller", true),
            ("family=muller", true),
            ("family=mul", true),
            ("family=ller", false),
            ("name=muller", true),
            ("family:exact=Müller", false),
            ("name:exact=Müller", false),
            ("_filter=family sw obrien", true),
            ("_filter=family sw muller", false),
            ("_filter=family eq muller", false),
            ("_filter=family eq \"obrien muller\"", true),
            ("family:contains=muller", true),
            ("family:contains=xyz", false),
            ("family:exact=O'Brien-Müller", true),
            ("family:exact=O'Brien-Muller", false),
            ("family:exact=O'Brien", false),
            ("given=zoe", true),
            ("given=jean luc", true),
            ("given=luc", false),
            ("name=luc", false),
            ("given=x,zoe", true),
            ("given=zoe&given=jean", true),
            ("name=zoe", true),
            ("name=obr", true),
            (r"address=3\, rue de leglise", true),
            ("address-city=lodz", true),
            ("address:contains=rue", true),
            ("family:missing=false", true),
            ("address-state:missing=true", true),
            ("address-state:missing=false", false),
        ],
    );
}

#[test]
fn each_part_of_a_family_name_is_found_by_itself() {
    let patient = parse(
        r#"{ "resourceType": "Patient", "name": [{ "family": "de la Carreno Quinones", "given": ["Ana"] }, { "text": "Eva Stein" }] }"#,
    );
    check(
        &patient,
        &[
            ("family=Quinones", true),
            ("family=carreno", true),
            ("family=Carreno Quinones", true),
            ("family=la carreno q", true),
            ("family=de la", true),
            ("family=uinones", false),
            ("family=quinones carreno", false),
            ("family:exact=Quinones", false),
            ("family:exact=de la Carreno Quinones", true),
            ("name=quin", true),
            ("name=stein", false),
            ("phonetic=quinonez", true),
        ],
    );
    let rows = rows_of(&parse(&format!(
        r#"{{ "resourceType": "Patient", "name": [{{ "family": "{}" }}] }}"#,
        "a ".repeat(1_000)
    )));
    assert!(rows.len() < 40, "{}", rows.len());
}

#[test]
fn names_are_found_by_how_they_sound() {
    let patient = parse(
        r#"{ "resourceType": "Patient", "name": [{ "family": "Müller-Schmidt", "given": ["Jon", "花子"] }] }"#,
    );
    check(
        &patient,
        &[
            ("phonetic=Smith", true),
            ("phonetic=muller", true),
            ("phonetic=John Smyth", true),
            ("phonetic=Jonn,Peter", true),
            ("phonetic=John Baker", false),
            ("phonetic=schm", false),
            ("phonetic=花子", true),
            ("phonetic=花", false),
            ("phonetic:missing=false", true),
            ("_filter=phonetic eq smith", true),
            // Its keys are its own.
            ("name=smith", false),
        ],
    );
    let unnamed = parse(r#"{ "resourceType": "Patient" }"#);
    check(&unnamed, &[("phonetic:missing=true", true), ("phonetic=smith", false)]);
    for (url, text) in [
        ("phonetic:exact=x", "search parameter 'phonetic' has no modifier ':exact' (supported: :missing)"),
        ("_sort=phonetic", "Patient cannot be sorted by 'phonetic'"),
        (
            "_filter=phonetic co x",
            "operator 'co' of '_filter' cannot be used with search parameter 'phonetic'",
        ),
    ] {
        assert!(refused("Patient", url)[0].contains(text), "{:?}", refused("Patient", url));
    }
}

#[test]
fn texts_longer_than_what_is_indexed_are_found_by_all_that_they_say() {
    let long = format!("{}Zürich and more", "blah ".repeat(60));
    let organization = parse(&format!(r#"{{ "resourceType": "Organization", "name": "{long}" }}"#));
    let upper = long.to_uppercase();
    for (url, expected) in [
        (String::from("name:contains=zurich"), true),
        (String::from("name:contains=nowhere"), false),
        (String::from("name:contains=nowhere,ZURICH"), true),
        (format!("name:contains={}", &upper[4..]), true),
        (format!("name={long}"), true),
        (format!("name={upper}"), true),
        (format!("name={long}x"), false),
        (format!("name={}", &long[..254]), true),
        (format!("name={}", &long[..300]), true),
        (format!("name:exact={long}"), true),
        (format!("name:exact={upper}"), false),
        (format!("name:exact={}", &long[..250]), false),
        (String::from("_filter=name co \"zurich and\""), true),
        (format!("_filter=name eq \"{long}\""), true),
        (format!("_filter=name eq \"{}\"", &long[..254]), false),
        (format!("_filter=name sw \"{}\"", &long[..300]), true),
    ] {
        assert_eq!(matches(&organization, &url), expected, "{url}");
    }
}

#[test]
fn uris_match_to_the_last_character() {
    let value_set = parse(
        r#"{ "resourceType": "ValueSet", "url": "http://v/s", "version": "2.0-A", "meta": { "profile": ["http://p|1"], "source": "http://x#1" } }"#,
    );
    check(
        &value_set,
        &[
            ("url=http://v/s", true),
            ("url=http://v/S", false),
            ("url=http://v", false),
            ("url=http://x,http://v/s", true),
            (r"url=http://v/s\|2.0-A", true),
            ("url=http://v/s|2.0-A", true),
            ("url=http://v/s|2.0-a", true),
            ("url=http://v/s|2.0", false),
            ("url=http://v/t|2.0-A", false),
            ("url=http://x|1,http://v/s|2.0-A", true),
            ("_filter=url eq http://v/s|2.0-A", true),
            ("_profile=http://p", true),
            ("_profile=http://p|1", true),
            ("_profile=http://p|2", false),
            ("_source=http://x#1", true),
        ],
    );
}

#[test]
fn last_updated_is_a_span_of_a_millisecond() {
    let patient =
        parse(r#"{ "resourceType": "Patient", "meta": { "lastUpdated": "2024-03-15T10:00:00.500-04:00" } }"#);
    check(
        &patient,
        &[
            ("_lastUpdated=2024-03-15", true),
            ("_lastUpdated=2024-03-15T14:00:00Z", true),
            ("_lastUpdated=gt2024-03-15T14:00:00Z", false),
            ("_lastUpdated=gt2024-03-15T14:00:00.499Z", true),
            ("_lastUpdated=ge2024-03-15T14:00:00.500Z", true),
            ("_lastUpdated=lt2024-03-15T14:00:00.500Z", false),
            ("_lastUpdated=2023,2024", true),
        ],
    );
}

#[test]
fn builders_say_the_same_as_urls() {
    let patient = ResourceType::PATIENT;
    let observation = ResourceType::OBSERVATION;
    let same = |name: &str, url: &str, built: Result<Criterion, fhir::Issue>| {
        assert_eq!(search(name, url).unwrap().query.criteria, [built.unwrap()], "{url}");
    };
    same("Patient", "identifier=http://a|1", token_criterion(&REGISTRY, patient, "identifier", "http://a|1"));
    same("Patient", "_id=x", token_criterion(&REGISTRY, patient, "_id", "x"));
    same("Observation", "subject=1", reference_criterion(&REGISTRY, observation, "subject", "1"));
    let absolute = format!("{BASE}/Patient/1");
    same(
        "Observation",
        "subject=Patient/1",
        reference_criterion(&REGISTRY, observation, "subject", &absolute),
    );
    let date = |code| date_criterion(&REGISTRY, observation, code, Prefix::Ge, "2024", zone(), options().now);
    same("Observation", "date=ge2024", date("date"));
    same("Observation", "_lastUpdated=ge2024", date("_lastUpdated"));
    let family = |how, value| string_criterion(&REGISTRY, patient, "family", how, value);
    same("Patient", "family=Ann", family(StringMatch::StartsWith, "Ann"));
    let contains = &search("Patient", "family:contains=Ann").unwrap().query.criteria[0];
    assert_eq!(format!("{contains:?}"), format!("{:?}", family(StringMatch::Contains, "Ann").unwrap()));
    same("Patient", r"family:exact=A\,b", family(StringMatch::Exact, "A,b"));
    same("ValueSet", "url=http://x", uri_criterion(&REGISTRY, ResourceType::VALUE_SET, "url", "http://x"));
    for refused in [
        token_criterion(&REGISTRY, patient, "family", "x"),
        token_criterion(&REGISTRY, patient, "nothing", "x"),
        reference_criterion(&REGISTRY, patient, "organization", "a b"),
        date("status"),
        family(StringMatch::StartsWith, " "),
    ] {
        assert!(refused.is_err(), "{refused:?}");
    }
}

#[test]
fn a_computed_token_is_found_by_its_truth() {
    for (deceased, is_dead) in [
        ("\"deceasedBoolean\": true", true),
        ("\"deceasedDateTime\": \"2020\"", true),
        ("\"active\": true", false),
    ] {
        let patient = parse(&format!(r#"{{ "resourceType": "Patient", {deceased} }}"#));
        assert_eq!(matches(&patient, "deceased=true"), is_dead, "{deceased}");
        assert_eq!(matches(&patient, "deceased=false"), !is_dead, "{deceased}");
    }
}
