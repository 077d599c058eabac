//! Which codes belong to value sets, and how codes relate, as searches and validation ask.

use fhir::Json;
use terminology::{Canonical, Membership, Problem, Terminology};

const ACT_MOOD: &str = "http://terminology.hl7.org/CodeSystem/v3-ActMood";
const SNOMED: &str = "http://snomed.info/sct";
const LOINC: &str = "http://loinc.org";

fn json(text: &str) -> Json {
    fhir::json::parse(text.as_bytes(), 50).unwrap_or_else(|errors| panic!("{}: {text}", errors[0]))
}

#[test]
fn relatives_are_told_in_the_order_of_their_definition() {
    let terminology = Terminology::builtin();
    let below = terminology.descendants(ACT_MOOD, "EXPEC");
    assert_eq!(below.as_deref(), Some(&["GOL".to_owned(), "RSK".to_owned()][..]));
    let above = terminology.ancestors(ACT_MOOD, "GOL");
    assert_eq!(above.as_deref(), Some(&["_ActMoodPredicate".to_owned(), "EXPEC".to_owned()][..]));
    assert_eq!(terminology.descendants(ACT_MOOD, "OPT"), Some(Vec::new()));
    assert_eq!(terminology.descendants(ACT_MOOD, "NONE"), None);
    assert_eq!(terminology.ancestors(SNOMED, "73211009"), None);
    assert_eq!(terminology.is_at_or_above(ACT_MOOD, "EXPEC", "GOL"), Some(true));
    assert_eq!(terminology.is_at_or_above(ACT_MOOD, "GOL", "GOL"), Some(true));
    assert_eq!(terminology.is_at_or_above(ACT_MOOD, "GOL", "EXPEC"), Some(false));
    assert_eq!(terminology.is_at_or_above(ACT_MOOD, "GOL", "NONE"), None);
}

#[test]
fn a_code_system_is_known_if_all_its_codes_are_loaded() {
    let check = |system, expected| assert_eq!(Terminology::builtin().is_known(system), expected, "{system}");
    check(ACT_MOOD, true);
    check("http://terminology.hl7.org/CodeSystem/v3-ActMood|2018-08-12", true);
    check("http://terminology.hl7.org/CodeSystem/v3-ActMood|1", false);
    check(SNOMED, false);
    check(LOINC, false);
    check("http://terminology.hl7.org/CodeSystem/service-type", false);
}

#[test]
fn abstract_codes_are_members_that_data_may_not_use() {
    let terminology = Terminology::builtin();
    let moods = terminology.members("http://terminology.hl7.org/ValueSet/v3-ActMood|2014-03-26");
    let moods = moods.or_else(|| terminology.members("http://terminology.hl7.org/ValueSet/v3-ActMood"));
    let Some(moods) = moods else { panic!("v3-ActMood does not expand") };
    assert!(moods.get(ACT_MOOD, "_ActMoodPredicate").is_some_and(|member| member.is_abstract));
    assert!(!moods.contains(ACT_MOOD, "_ActMoodPredicate"));
    assert!(!moods.contains_code("_ActMoodPredicate"));
    assert!(moods.contains(ACT_MOOD, "GOL"));
    assert!(moods.contains_code("GOL"));
    assert!(!moods.contains(LOINC, "GOL"));
    assert!(!moods.contains(ACT_MOOD, "gol"), "v3-ActMood says that case counts");
}

#[test]
fn case_counts_unless_the_code_system_leaves_it_open() {
    let terminology = Terminology::builtin();
    let Some(sexes) = terminology.members("http://terminology.hl7.org/ValueSet/v2-0001") else {
        panic!("v2-0001 does not expand")
    };
    let system = "http://terminology.hl7.org/CodeSystem/v2-0001";
    assert!(sexes.contains(system, "F") && sexes.contains(system, "f") && sexes.contains_code("f"));
    assert_eq!(sexes.get(system, "f").map(|member| &*member.code), Some("F"));
}

#[test]
fn membership_is_told_as_far_as_what_is_loaded_goes() {
    let set = |url: &str, compose: &str| {
        json(&format!(r#"{{"resourceType":"ValueSet","url":"{url}","status":"active","compose":{compose}}}"#))
    };
    let mixed = set(
        "http://a/mixed",
        r#"{"include":[{"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"is-a","value":"1"}]},
            {"system":"http://loinc.org","concept":[{"code":"1-8"},{"code":"2-6"}]}],
           "exclude":[{"system":"http://loinc.org","concept":[{"code":"2-6"}]}]}"#,
    );
    let around = set("http://a/around", r#"{"include":[{"valueSet":["http://a/mixed"]}]}"#);
    let both =
        set("http://a/both", r#"{"include":[{"system":"http://loinc.org","valueSet":["http://a/mixed"]}]}"#);
    let terminology = Terminology::builtin().with_all([&mixed, &around, &both]);
    let check = |url: &str, system: Option<&str>, code: &str, expected: &str| {
        let told = match terminology.membership(Canonical::parse(url), system, code) {
            Membership::Member(_) => "member",
            Membership::NotMember => "no member",
            Membership::Unknown(Problem::NotLoaded { .. }) => "not loaded",
            Membership::Unknown(Problem::Unknown { .. }) => "unknown",
            Membership::Unknown(_) => "another problem",
        };
        assert_eq!(told, expected, "{url} {system:?} {code}");
    };
    for url in ["http://a/mixed", "http://a/around"] {
        check(url, Some(LOINC), "1-8", "member");
        check(url, None, "1-8", "member");
        check(url, Some(LOINC), "2-6", "no member");
        check(url, Some(LOINC), "3-4", "no member");
        check(url, Some(SNOMED), "1", "not loaded");
        check(url, None, "3-4", "not loaded");
        check(url, Some("http://a/other"), "1-8", "no member");
    }
    check("http://a/both", Some(LOINC), "1-8", "unknown");
    check("http://a/both", Some(LOINC), "2-6", "no member");
    check("http://a/nothing", Some(LOINC), "1-8", "unknown");
}

#[test]
fn resources_of_the_wrong_shape_are_taken_as_far_as_they_go() {
    let shapes =
        ["null", "5", "true", r#""x""#, "{}", "[]", "[null]", "[5]", "[{}]", r#"[{"code":5}]"#, r#"[["a"]]"#];
    let members = [
        ("CodeSystem", "concept"),
        ("CodeSystem", "property"),
        ("CodeSystem", "version"),
        ("ValueSet", "compose"),
        ("ValueSet", "expansion"),
        ("ConceptMap", "group"),
        ("ValueSet", "url"),
    ];
    for (resource_type, member) in members {
        for shape in shapes {
            let text = format!(
                r#"{{"resourceType":"{resource_type}","url":"http://a/x","x{member}":0,"{member}x":0}}"#
            );
            let mut resource = json(&text);
            if let Some(object) = resource.as_object_mut() {
                object.insert(member, json(shape));
            }
            let terminology = Terminology::builtin().with(&resource);
            let told = terminology.membership(Canonical::parse("http://a/x"), Some("http://a/x"), "a");
            assert!(!matches!(told, Membership::Member(_)), "{resource}");
        }
    }
}

#[test]
fn codes_that_a_grammar_makes_are_judged_one_by_one() {
    let terminology = Terminology::builtin();
    let judged = |name: &str, system: Option<&str>, code: &str| {
        let url = format!("http://hl7.org/fhir/ValueSet/{name}");
        match terminology.membership(Canonical::parse(&url), system, code) {
            Membership::Member(_) => Some(true),
            Membership::NotMember => Some(false),
            Membership::Unknown(_) => None,
        }
    };
    const UCUM: Option<&str> = Some("http://unitsofmeasure.org");
    for (value_set, system, code, expected) in [
        ("mimetypes", Some("urn:ietf:bcp:13"), "text/plain", true),
        ("mimetypes", None, "text/plain", true),
        ("mimetypes", None, "notmime", false),
        ("mimetypes", Some("http://example.org"), "text/plain", false),
        ("all-languages", None, "pt-BR", true),
        ("all-languages", None, "xx-yy-bad", false),
        ("ucum-units", UCUM, "mg/dL", true),
        ("ucum-units", UCUM, "furlong", false),
        ("all-time-units", UCUM, "ms", true),
        ("all-time-units", UCUM, "kg", false),
        ("all-distance-units", UCUM, "km", true),
        ("all-distance-units", UCUM, "s", false),
    ] {
        assert_eq!(judged(value_set, system, code), Some(expected), "{value_set} {code}");
    }
    // Codes that users load go before the grammar.
    let own = json(
        r#"{"resourceType":"CodeSystem","url":"urn:ietf:bcp:13","status":"active","content":"complete","concept":[{"code":"own"}]}"#,
    );
    let loaded = terminology.with(&own);
    let types = Canonical::parse("http://hl7.org/fhir/ValueSet/mimetypes");
    assert!(matches!(loaded.membership(types, None, "own"), Membership::Member(_)));
    assert!(matches!(loaded.membership(types, None, "text/plain"), Membership::NotMember));
}
