//! Definitions that users load: what takes whose place, filters, and what bounds hostile ones.

use fhir::Json;
use std::fmt::Write;
use terminology::{
    Canonical, Coding, ExpandOptions, Membership, Problem, Source, Terminology, TranslateOptions, limits,
};

fn json(text: &str) -> Json {
    fhir::json::parse(text.as_bytes(), 50).unwrap_or_else(|errors| panic!("{}: {text}", errors[0]))
}

/// A code system of animals: dog and cat are mammals, a puppy is a dog, a bat is a mammal and a flyer.
fn animals() -> Json {
    json(
        r#"{"resourceType":"CodeSystem","url":"http://a/animals","version":"1","status":"active","content":"complete",
        "caseSensitive":true,"hierarchyMeaning":"is-a","valueSet":"http://a/all-animals","language":"en",
        "property":[{"code":"legs","type":"integer"},{"code":"deep","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"}],
        "concept":[
          {"code":"mammal","display":"Mammal","property":[{"code":"notSelectable","valueBoolean":true}],"concept":[
            {"code":"dog","display":"Dog","definition":"It barks","property":[{"code":"legs","valueInteger":4}],
             "designation":[{"language":"de","value":"Hund"}],
             "concept":[{"code":"puppy","display":"Puppy"}]},
            {"code":"cat","display":"Cat","property":[{"code":"legs","valueInteger":4}]},
            {"code":"bat","display":"Bat","property":[{"code":"legs","valueInteger":2},{"code":"deep","valueCode":"flyer"}]}]},
          {"code":"flyer","display":"Flyer"},
          {"code":"dodo","display":"Dodo","property":[{"code":"inactive","valueBoolean":true}]}]}"#,
    )
}

fn value_set(url: &str, compose: &str) -> Json {
    json(&format!(r#"{{"resourceType":"ValueSet","url":"{url}","status":"active","compose":{compose}}}"#))
}

fn filtered(property: &str, op: &str, value: &str) -> String {
    format!(
        r#"{{"include":[{{"system":"http://a/animals","filter":[{{"property":"{property}","op":"{op}","value":"{value}"}}]}}]}}"#
    )
}

fn codes(terminology: &Terminology, url: &str) -> Result<Vec<String>, Problem> {
    let expansion = terminology.expansion(Canonical::parse(url))?;
    Ok(expansion.members().iter().map(|member| member.code.to_string()).collect())
}

/// The codes that a value set of animals has, or why it has none.
fn check(compose: &str, expected: &str) {
    let terminology = Terminology::builtin().with(&animals()).with(&value_set("http://a/set", compose));
    let found = codes(&terminology, "http://a/set").map(|codes| codes.join(" "));
    assert_eq!(found.unwrap_or_else(|problem| problem.to_string()), expected, "{compose}");
}

#[test]
fn filters_select_by_hierarchy_and_properties() {
    let check = |property, op, value, expected| check(&filtered(property, op, value), expected);
    check("concept", "is-a", "dog", "dog puppy");
    check("code", "is-a", "dog", "dog puppy");
    check("concept", "descendent-of", "mammal", "dog puppy cat bat");
    check("concept", "is-not-a", "mammal", "flyer dodo");
    check("concept", "generalizes", "bat", "mammal bat flyer");
    check("concept", "in", "cat, bat,none", "cat bat");
    check("concept", "not-in", "cat,bat,dodo", "mammal dog puppy flyer");
    check("parent", "=", "mammal", "dog cat bat");
    check("child", "=", "bat", "mammal flyer");
    check("deep", "=", "flyer", "bat");
    check("legs", "=", "4", "dog cat");
    check("legs", "exists", "true", "dog cat bat");
    check("legs", "exists", "false", "mammal puppy flyer dodo");
    check("legs", "in", "2,4", "dog cat bat");
    check("inactive", "=", "true", "dodo");
    check("notSelectable", "=", "true", "mammal");
    check("code", "regex", "[a-d].t", "cat bat");
    check("display", "regex", "P.*", "puppy");
}

#[test]
fn filters_that_cannot_be_applied_are_told() {
    let check = |property, op, value, why: &str| {
        let text =
            format!("the filter '{property} {op} {value}' on 'http://a/animals' cannot be applied: {why}");
        check(&filtered(property, op, value), &text);
    };
    check("wings", "=", "2", "the code system declares no such property");
    check("concept", "like", "cat", "there is no such operation");
    check("legs", "is-a", "cat", "it applies to the property concept alone");
    check("legs", "exists", "yes", "expected true or false");
    check("code", "regex", "(a", "it is not a regular expression that can be matched");
    check("code", "regex", "a)|(b", "it is not a regular expression that can be matched");
}

#[test]
fn hostile_regular_expressions_are_refused_or_matched_in_linear_time() {
    let refused = |pattern: &str, why: &str| {
        let terminology = Terminology::builtin()
            .with(&animals())
            .with(&value_set("http://a/set", &filtered("code", "regex", pattern)));
        let problem = codes(&terminology, "http://a/set").unwrap_err().to_string();
        assert!(problem.ends_with(why), "{problem}");
    };
    refused("((a{100}){100}){100}", "the regular expression takes too much memory");
    refused(&"a".repeat(limits::REGEX_LENGTH + 1), "the regular expression has more than 1000 bytes");
    refused(&"(".repeat(200), "it is not a regular expression that can be matched");
    // Exponential for engines that go back: here as fast as any other.
    let long = json(&format!(
        r#"{{"resourceType":"CodeSystem","url":"http://a/long","status":"active","content":"complete","concept":[{{"code":"{}!"}}]}}"#,
        "a".repeat(50_000)
    ));
    let set = value_set(
        "http://a/set",
        r#"{"include":[{"system":"http://a/long","filter":[{"property":"code","op":"regex","value":"(a*)*b"}]}]}"#,
    );
    let terminology = Terminology::builtin().with_all([&long, &set]);
    assert_eq!(codes(&terminology, "http://a/set").unwrap(), Vec::<String>::new());
}

#[test]
fn includes_are_united_their_parts_have_in_common_and_excludes_take_away() {
    let animals_of = |rest: &str| format!(r#"{{"system":"http://a/animals"{rest}}}"#);
    let listed =
        animals_of(r#","concept":[{"code":"cat"},{"code":"unicorn","display":"Unicorn"},{"code":"cat"}]"#);
    check(&format!(r#"{{"include":[{listed}]}}"#), "cat");
    check(
        &format!(r#"{{"include":[{}],"exclude":[{listed}]}}"#, animals_of("")),
        "mammal dog puppy bat flyer dodo",
    );
    check(
        &format!(r#"{{"inactive":false,"include":[{}]}}"#, animals_of("")),
        "mammal dog puppy cat bat flyer",
    );
    let both = animals_of(
        r#","filter":[{"property":"concept","op":"is-a","value":"mammal"},{"property":"legs","op":"=","value":"2"}]"#,
    );
    check(&format!(r#"{{"include":[{both}]}}"#), "bat");
    let common = animals_of(
        r#","filter":[{"property":"legs","op":"=","value":"2"}],"valueSet":["http://a/all-animals"]"#,
    );
    check(&format!(r#"{{"include":[{common}]}}"#), "bat");
    check(
        r#"{"include":[{"valueSet":["http://a/all-animals","http://hl7.org/fhir/ValueSet/administrative-gender"]}]}"#,
        "",
    );
    check(
        r#"{"include":[{"system":"http://a/animals","version":"2"}]}"#,
        "CodeSystem 'http://a/animals|2' is not known; the known versions are 1",
    );
    check(r#"{"include":[{}]}"#, "an include has neither a system nor a value set");
}

#[test]
fn the_value_set_of_all_codes_is_known_by_the_code_system() {
    let terminology = Terminology::builtin().with(&animals());
    let expected = ["mammal", "dog", "puppy", "cat", "bat", "flyer", "dodo"];
    assert_eq!(codes(&terminology, "http://a/all-animals").unwrap(), expected);
    assert!(codes(&terminology, "http://a/all-animals|2").is_err());
}

#[test]
fn what_users_load_comes_before_what_is_built_in_and_leaves_again() {
    let url = "http://hl7.org/fhir/ValueSet/administrative-gender";
    let own = value_set(url, r#"{"include":[{"system":"http://a/animals","concept":[{"code":"cat"}]}]}"#);
    let before = Terminology::builtin();
    let with = before.with(&own);
    assert_eq!(codes(&with, url).unwrap(), ["cat"]);
    assert_eq!(
        codes(&with, &format!("{url}|4.0.1")).unwrap().len(),
        4,
        "the built-in version is still there"
    );
    assert_eq!(codes(&before, url).unwrap().len(), 4, "the one before does not change");
    assert_eq!(codes(&with.without(&own), url).unwrap().len(), 4);
}

#[test]
fn the_latest_version_is_meant_where_none_is_said() {
    let version = |version: &str, code: &str| {
        json(&format!(
            r#"{{"resourceType":"CodeSystem","url":"http://a/v","version":"{version}","status":"active","content":"complete","valueSet":"http://a/vs","concept":[{{"code":"{code}"}}]}}"#
        ))
    };
    let (nine, ten, again) = (version("1.9", "nine"), version("1.10", "ten"), version("1.10", "again"));
    let terminology = Terminology::builtin().with(&ten).with(&nine);
    assert_eq!(codes(&terminology, "http://a/vs").unwrap(), ["ten"]);
    let found = terminology.code_system(Canonical::parse("http://a/v|1.9")).unwrap();
    assert!(found.find("nine").is_some());
    assert_eq!(
        codes(&terminology.with(&again), "http://a/vs").unwrap(),
        ["again"],
        "the later takes the place"
    );
}

#[test]
fn value_sets_that_include_one_another_in_a_circle_are_told() {
    let include = |url: &str| format!(r#"{{"include":[{{"valueSet":["{url}"]}}]}}"#);
    let terminology = Terminology::builtin()
        .with(&value_set("http://a/1", &include("http://a/2")))
        .with(&value_set("http://a/2", &include("http://a/1")));
    let expected = "the value sets include one another in a circle: 'http://a/1' includes 'http://a/2' includes 'http://a/1'";
    assert_eq!(codes(&terminology, "http://a/1").unwrap_err().to_string(), expected);
    let membership = terminology.membership(Canonical::parse("http://a/1"), Some("http://a/animals"), "cat");
    assert!(matches!(membership, Membership::Unknown(Problem::Nesting { is_cycle: true, .. })));
}

/// Each includes the next twice; the last has a cat, or a code system that is not loaded.
fn tower(height: usize, last: &str) -> Terminology {
    let mut all = vec![animals(), value_set(&format!("http://a/{height}"), last)];
    for level in 0..height {
        let next = format!("http://a/{}", level + 1);
        let compose = format!(r#"{{"include":[{{"valueSet":["{next}"]}},{{"valueSet":["{next}"]}}]}}"#);
        all.push(value_set(&format!("http://a/{level}"), &compose));
    }
    Terminology::builtin().with_all(&all)
}

#[test]
fn towers_of_value_sets_cost_no_more_than_their_height() {
    let cat = r#"{"include":[{"system":"http://a/animals","concept":[{"code":"cat"}]}]}"#;
    assert_eq!(codes(&tower(20, cat), "http://a/0").unwrap(), ["cat"]);
    let text = codes(&tower(limits::NESTED_VALUE_SETS, cat), "http://a/0").unwrap_err().to_string();
    assert!(text.starts_with("the value sets include one another too deep"), "{text}");
    let loinc = r#"{"include":[{"system":"http://loinc.org"}]}"#;
    let terminology = tower(20, loinc);
    let asked = Canonical::parse("http://a/0");
    let of_loinc = terminology.membership(asked, Some("http://loinc.org"), "1-8");
    assert!(matches!(of_loinc, Membership::Unknown(_)), "{of_loinc:?}");
}

#[test]
fn a_value_set_that_takes_too_much_is_refused_and_its_codes_are_still_told() {
    let mut concepts = String::new();
    for number in 0..limits::EXPANSION_CODES + 1 {
        write!(concepts, r#"{}{{"code":"c{number}"}}"#, if number == 0 { "" } else { "," }).unwrap();
    }
    let large = json(&format!(
        r#"{{"resourceType":"CodeSystem","url":"http://a/large","status":"active","content":"complete","valueSet":"http://a/larges","concept":[{concepts}]}}"#
    ));
    let include = r#"{"system":"http://a/large"}"#;
    let times = limits::COMPOSED_CODES / limits::EXPANSION_CODES + 1;
    let huge = value_set("http://a/huge", &format!(r#"{{"include":[{}]}}"#, vec![include; times].join(",")));
    let terminology = Terminology::builtin().with_all([&large, &huge]);
    let expand = |url, count| {
        let options = ExpandOptions { count, ..ExpandOptions::default() };
        terminology
            .expand(Source::Canonical(Canonical::parse(url)), &options)
            .map_err(|problem| problem.to_string())
    };
    let expected = "the expansion of 'http://a/larges' exceeds 10000 codes; read it in pages with count and offset, \
                    or narrow it with filter";
    assert_eq!(expand("http://a/larges", None).unwrap_err(), expected);
    assert!(expand("http://a/larges", Some(10)).is_ok());
    assert_eq!(
        expand("http://a/huge", Some(1)).unwrap_err(),
        "the expansion of 'http://a/huge' exceeds 1000000 codes"
    );
    let found = terminology.membership(Canonical::parse("http://a/huge"), Some("http://a/large"), "c7");
    assert!(matches!(found, Membership::Member(_)), "{found:?}");
    let other = terminology.membership(Canonical::parse("http://a/huge"), Some("http://a/large"), "d");
    assert!(matches!(other, Membership::NotMember), "{other:?}");
}

#[test]
fn nesting_that_means_something_else_is_no_subsumption() {
    let parts = json(
        r#"{"resourceType":"CodeSystem","url":"http://a/parts","status":"active","content":"complete","hierarchyMeaning":"part-of",
        "concept":[{"code":"car","concept":[{"code":"wheel"}]}]}"#,
    );
    let terminology = Terminology::builtin().with(&parts);
    assert_eq!(terminology.descendants("http://a/parts", "car"), None);
    let coding = |code| Coding::new("http://a/parts", code);
    let problem = terminology.subsumes(None, coding("car"), coding("wheel")).unwrap_err().to_string();
    let expected = "code system 'http://a/parts': its hierarchy means 'part-of', which does not make one code more \
                    general than another";
    assert_eq!(problem, expected);
}

#[test]
fn hierarchies_in_a_circle_end() {
    let circle = json(
        r#"{"resourceType":"CodeSystem","url":"http://a/circle","status":"active","content":"complete",
        "concept":[{"code":"a","property":[{"code":"parent","valueCode":"b"}]},{"code":"b","property":[{"code":"parent","valueCode":"a"}]}]}"#,
    );
    let terminology = Terminology::builtin().with(&circle);
    assert_eq!(terminology.descendants("http://a/circle", "a").unwrap(), ["b"]);
    assert_eq!(terminology.ancestors("http://a/circle", "a").unwrap(), ["b"]);
}

#[test]
fn a_definition_that_comes_with_the_request_is_used_and_forgotten() {
    let url = "http://hl7.org/fhir/ValueSet/administrative-gender";
    let own = value_set(url, r#"{"include":[{"system":"http://a/animals","concept":[{"code":"cat"}]}]}"#);
    let terminology = Terminology::builtin();
    let answer = terminology.expand(Source::Resource(&own), &ExpandOptions::default()).unwrap();
    assert_eq!(answer.at(&["expansion", "contains", "0", "code"]).and_then(Json::as_str), Some("cat"));
    assert_eq!(codes(&terminology, url).unwrap().len(), 4);
    let problem = terminology.expand(Source::Resource(&animals()), &ExpandOptions::default()).unwrap_err();
    assert_eq!(problem, Problem::Invalid("expected a ValueSet".into()));
}

#[test]
fn maps_that_send_codes_on_to_one_another_end() {
    let map = |url: &str, next: &str| {
        json(&format!(
            r#"{{"resourceType":"ConceptMap","url":"{url}","status":"active","group":[{{"source":"http://a/animals","target":"http://a/b","element":[{{"code":"dog","target":[{{"code":"d","equivalence":"equal"}}]}}],"unmapped":{{"mode":"other-map","url":"{next}"}}}}]}}"#
        ))
    };
    let terminology = Terminology::builtin()
        .with_all([&map("http://a/m1", "http://a/m2"), &map("http://a/m2", "http://a/m1")]);
    let source = Some(Source::Canonical(Canonical::parse("http://a/m1")));
    let translate = |code| {
        let answer = terminology.translate(
            source,
            &[Coding::new("http://a/animals", code)],
            &TranslateOptions::default(),
        );
        answer.unwrap().at(&["parameter", "0", "valueBoolean"]).and_then(Json::as_bool)
    };
    assert_eq!((translate("dog"), translate("cat")), (Some(true), Some(false)));
}

#[test]
fn what_cannot_be_asked_for_changes_nothing() {
    let nameless = json(r#"{"resourceType":"ValueSet","status":"active"}"#);
    let patient = json(r#"{"resourceType":"Patient"}"#);
    let before = Terminology::builtin();
    let after = before.with_all([&nameless, &patient, &Json::Null]);
    assert_eq!(before.value_set_urls(), after.value_set_urls());
}

#[test]
fn a_published_expansion_stands_in_for_what_cannot_be_computed() {
    let set = |expansion: &str| {
        json(&format!(
            r#"{{"resourceType":"ValueSet","url":"http://a/p","status":"active","expansion":{{"timestamp":"2020-01-01"{expansion},"contains":[{{"contains":[{{"system":"http://loinc.org","code":"1-8"}}]}}]}}}}"#
        ))
    };
    let membership = |resource: &Json, code| {
        let terminology = Terminology::builtin().with(resource);
        terminology.membership(Canonical::parse("http://a/p"), Some("http://loinc.org"), code)
    };
    let whole = set("");
    assert!(matches!(membership(&whole, "1-8"), Membership::Member(_)));
    assert!(matches!(membership(&whole, "2-8"), Membership::NotMember));
    let part = set(r#","total":5"#);
    assert!(matches!(membership(&part, "1-8"), Membership::Unknown(Problem::Invalid(_))));
}
