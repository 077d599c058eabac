//! The operations over the definitions of R4, by cases: what is asked, and what of the answer matters.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use fhir::Json;
use terminology::{
    Canonical, Coding, Dependency, ExpandOptions, LookupOptions, Problem, Source, Terminology,
    TranslateOptions, ValidateCodeOptions,
};

const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const ACT_MOOD: &str = "http://terminology.hl7.org/CodeSystem/v3-ActMood";
const ADDRESS_USE: &str = "http://hl7.org/fhir/address-use";
const GENDER: &str = "http://hl7.org/fhir/administrative-gender";
const GENDERS: &str = "http://hl7.org/fhir/ValueSet/administrative-gender";
const LOINC: &str = "http://loinc.org";
const SEX: &str = "http://terminology.hl7.org/CodeSystem/v2-0001";
const SNOMED: &str = "http://snomed.info/sct";

fn url(url: &str) -> Source<'_> {
    Source::Canonical(Canonical::parse(url))
}

fn system(system: &str, code: &'static str) -> Coding<'static> {
    // Cases name their systems by constants; leaking the few others keeps them in one line.
    Coding::new(Box::leak(system.to_owned().into_boxed_str()), code)
}

/// A line for a parameter: `name=value`, its parts in brackets.
fn line(parameter: &Json) -> String {
    let name = parameter.str("name").unwrap();
    let members = parameter.as_object().unwrap();
    let value = members.iter().find(|(name, _)| name.starts_with("value")).map(|(_, value)| value);
    match (value, parameter.get("part")) {
        (Some(Json::String(text)), _) => format!("{name}={text}"),
        (Some(Json::Object(coding)), _) => {
            format!("{name}={}|{}", coding.str("system").unwrap_or_default(), coding.str("code").unwrap())
        }
        (Some(other), _) => format!("{name}={other}"),
        (None, parts) => {
            let parts: Vec<String> = parts.unwrap().items().iter().map(line).collect();
            format!("{name}[{}]", parts.join(" "))
        }
    }
}

fn lines(answer: Result<Json, Problem>) -> Vec<String> {
    match answer {
        Ok(answer) => {
            assert_eq!(answer.str("resourceType"), Some("Parameters"));
            answer.get("parameter").unwrap().items().iter().map(line).collect()
        }
        Err(problem) => vec![format!("{}: {problem}", problem.issue_code())],
    }
}

/// Every expected line is there.
fn check(answer: Result<Json, Problem>, expected: &[&str]) {
    let lines = lines(answer);
    for text in expected {
        assert!(lines.iter().any(|line| line == text), "no {text:?} in {lines:#?}");
    }
}

#[test]
fn lookup_tells_what_the_code_system_says_of_a_code() {
    let terminology = Terminology::builtin();
    let all = LookupOptions::default();
    let named = |names: &[&str]| LookupOptions {
        properties: names.iter().map(|name| (*name).to_owned()).collect(),
        display_language: None,
    };
    let dutch = LookupOptions { display_language: Some("nl-NL".into()), ..LookupOptions::default() };
    let check = |coding, options: &LookupOptions, expected: &[&str]| {
        check(terminology.lookup(None, coding, options), expected);
    };
    check(
        system(GENDER, "female"),
        &all,
        &[
            "name=AdministrativeGender",
            "version=4.0.1",
            "display=Female",
            "property[code=inactive value=false]",
        ],
    );
    check(
        system(ACT_MOOD, "GOL"),
        &all,
        &["display=Goal", "property[code=parent value=EXPEC description=expectation]"],
    );
    check(
        system(ACT_MOOD, "CRT"),
        &all,
        &["property[code=inactive value=true]", "property[code=status value=deprecated]"],
    );
    check(
        system(ACT_MOOD, "_ActMoodPredicate"),
        &named(&["notSelectable", "child"]),
        &["property[code=notSelectable value=true]", "property[code=child value=OPT description=option]"],
    );
    check(
        system(SEX, "F"),
        &named(&["lang.nl"]),
        &[
            "designation[language=nl use=http://terminology.hl7.org/CodeSystem/designation-usage|display value=Vrouw]",
        ],
    );
    check(system(SEX, "F"), &dutch, &["display=Vrouw"]);
    check(
        system(GENDER, "femail"),
        &all,
        &[
            "code-invalid: 'femail' is not a code of 'http://hl7.org/fhir/administrative-gender'; did you mean 'female'?",
        ],
    );
    check(
        system(SNOMED, "73211009"),
        &all,
        &[
            "not-supported: code system 'http://snomed.info/sct': its codes are not loaded (content is not-present)",
        ],
    );
    check(
        system(LOINC, "1234-5"),
        &all,
        &["not-found: CodeSystem 'http://loinc.org' is not known; store one to use it"],
    );
}

#[test]
fn lookup_tells_only_the_properties_that_are_asked_for() {
    let terminology = Terminology::builtin();
    let options = LookupOptions { properties: vec!["parent".into()], display_language: None };
    let answer = lines(terminology.lookup(None, system(ACT_MOOD, "GOL"), &options));
    assert_eq!(
        answer,
        [
            "name=v3 Code System ActMood",
            "version=2018-08-12",
            "display=Goal",
            "property[code=parent value=EXPEC description=expectation]"
        ]
    );
}

#[test]
fn subsumption_follows_nesting_and_the_property_child() {
    let terminology = Terminology::builtin();
    let check = |system_url, a, b, expected: &str| {
        check(terminology.subsumes(None, system(system_url, a), system(system_url, b)), &[expected]);
    };
    check(ACT_MOOD, "EXPEC", "GOL", "outcome=subsumes");
    check(ACT_MOOD, "GOL", "_ActMoodPredicate", "outcome=subsumed-by");
    check(ACT_MOOD, "GOL", "GOL", "outcome=equivalent");
    check(ACT_MOOD, "GOL", "RSK", "outcome=not-subsumed");
    // FFS stands below _ActBillingArrangementCode, and FF names it as its child.
    check(ACT_CODE, "FF", "FFS", "outcome=subsumes");
    check(ACT_CODE, "_ActBillingArrangementCode", "FFS", "outcome=subsumes");
    check(
        ACT_MOOD,
        "GOL",
        "NONE",
        "code-invalid: 'NONE' is not a code of 'http://terminology.hl7.org/CodeSystem/v3-ActMood'",
    );
    check(
        SNOMED,
        "1",
        "2",
        "not-supported: code system 'http://snomed.info/sct': its codes are not loaded (content is not-present)",
    );
}

#[test]
fn codes_of_different_systems_are_not_compared() {
    let terminology = Terminology::builtin();
    let expected =
        "not-supported: codes of different code systems cannot be compared; give both the same system";
    check(terminology.subsumes(None, system(ACT_MOOD, "GOL"), system(ACT_CODE, "FF")), &[expected]);
}

#[test]
fn validate_code_in_a_code_system_says_why_a_code_is_not_valid() {
    let terminology = Terminology::builtin();
    let options = ValidateCodeOptions::default();
    let strict = ValidateCodeOptions { is_abstract_valid: Some(false), ..ValidateCodeOptions::default() };
    let with_display = |coding, display| Coding { display: Some(display), ..coding };
    let check = |coding, options: &ValidateCodeOptions, expected: &[&str]| {
        check(terminology.validate_code_in_system(None, &[coding], options), expected);
    };
    check(system(GENDER, "female"), &options, &["result=true", "display=Female"]);
    check(with_display(system(GENDER, "female"), " FEMALE "), &options, &["result=true"]);
    check(with_display(system(SEX, "F"), "weiblich"), &options, &["result=true"]);
    check(
        with_display(system(GENDER, "female"), "Male"),
        &options,
        &[
            "result=false",
            "message='Male' is not a display of the code 'female'; it is 'Female'",
            "display=Female",
        ],
    );
    check(
        system(GENDER, "Female"),
        &options,
        &[
            "result=false",
            "message='Female' is not a code of 'http://hl7.org/fhir/administrative-gender'; did you mean 'female'?",
        ],
    );
    check(
        system(ACT_MOOD, "_ActMoodPredicate"),
        &options,
        &[
            "result=true",
            "message=the code '_ActMoodPredicate' is abstract: it groups codes and is not for use in data",
        ],
    );
    check(system(ACT_MOOD, "_ActMoodPredicate"), &strict, &["result=false"]);
    check(
        system(ACT_MOOD, "CRT"),
        &options,
        &["result=true", "message=the code 'CRT' is no longer to be used"],
    );
}

#[test]
fn a_code_is_accepted_in_any_case_where_the_code_system_does_not_say_that_case_counts() {
    let terminology = Terminology::builtin();
    let answer =
        terminology.validate_code_in_system(None, &[system(SEX, "f")], &ValidateCodeOptions::default());
    check(answer, &["result=true", "message=the code 'f' is written 'F'"]);
}

#[test]
fn validate_code_in_a_value_set_decides_as_far_as_it_can() {
    let terminology = Terminology::builtin();
    let check = |value_set, codings: &[Coding<'_>], expected: &[&str]| {
        let options = ValidateCodeOptions::default();
        check(terminology.validate_code_in_value_set(url(value_set), codings, &options), expected);
    };
    check(GENDERS, &[system(GENDER, "other")], &["result=true", "display=Other"]);
    check(
        GENDERS,
        &[system(GENDER, "x")],
        &[
            "result=false",
            "message=the code 'x' of 'http://hl7.org/fhir/administrative-gender' is not in the value set \
             'http://hl7.org/fhir/ValueSet/administrative-gender'; 'x' is not a code of \
             'http://hl7.org/fhir/administrative-gender'",
        ],
    );
    // A CodeableConcept is valid if one of its codings is.
    check(GENDERS, &[system(LOINC, "1"), system(GENDER, "male")], &["result=true", "display=Male"]);
    check(GENDERS, &[], &["result=false", "message=there is no code to validate"]);
    // The value set is all of LOINC, which is not loaded: a code of it cannot be told, one of another system can.
    let observation_codes = "http://hl7.org/fhir/ValueSet/observation-codes";
    check(
        observation_codes,
        &[system(LOINC, "718-7")],
        &["not-found: CodeSystem 'http://loinc.org' is not known; store one to use it"],
    );
    check(observation_codes, &[system(GENDER, "male")], &["result=false"]);
    // SNOMED CT by a condition, HL7's null flavours by a list: the list is known, and so is the published expansion.
    let route_codes = "http://hl7.org/fhir/ValueSet/route-codes";
    check(route_codes, &[system(SNOMED, "26643006")], &["result=true"]);
    check(
        route_codes,
        &[system(SNOMED, "1")],
        &[
            "not-supported: whether the code belongs to 'http://hl7.org/fhir/ValueSet/route-codes' cannot be told: \
             not all codes of 'http://snomed.info/sct' are loaded",
        ],
    );
}

#[test]
fn a_coding_without_a_system_is_not_valid() {
    let terminology = Terminology::builtin();
    let coding = Coding { system: None, ..system(GENDER, "male") };
    let options = ValidateCodeOptions::default();
    check(
        terminology.validate_code_in_value_set(url(GENDERS), &[coding], &options),
        &["result=false", "message=the code 'male' has no system, so nothing says what it means"],
    );
}

#[test]
fn translate_uses_the_maps_of_the_specification() {
    let terminology = Terminology::builtin();
    let v2 = "http://terminology.hl7.org/CodeSystem/v2-0190";
    let to_v2 = TranslateOptions { target_system: Some(v2.into()), ..TranslateOptions::default() };
    let map = "http://hl7.org/fhir/ConceptMap/cm-address-use-v2";
    let check = |source: Option<&str>, coding, options: &TranslateOptions, expected: &[&str]| {
        check(terminology.translate(source.map(url), &[coding], options), expected);
    };
    let home = "match[equivalence=equivalent concept=http://terminology.hl7.org/CodeSystem/v2-0190|H \
                source=http://hl7.org/fhir/ConceptMap/cm-address-use-v2]";
    check(Some(map), system(ADDRESS_USE, "home"), &TranslateOptions::default(), &["result=true", home]);
    check(None, system(ADDRESS_USE, "home"), &to_v2, &["result=true", home]);
    let by_value_set = TranslateOptions {
        source: Some("http://hl7.org/fhir/ValueSet/address-use".into()),
        target: Some("http://terminology.hl7.org/ValueSet/v2-0190".into()),
        ..TranslateOptions::default()
    };
    check(None, system(ADDRESS_USE, "home"), &by_value_set, &["result=true", home]);
    let back = TranslateOptions { reverse: true, ..TranslateOptions::default() };
    check(
        Some(map),
        system(v2, "BA"),
        &back,
        &[
            "result=true",
            "match[equivalence=narrower concept=http://hl7.org/fhir/address-use|old \
             source=http://hl7.org/fhir/ConceptMap/cm-address-use-v2]",
        ],
    );
    check(
        Some(map),
        system(ADDRESS_USE, "moon"),
        &to_v2,
        &["result=false", "message=no translation of 'moon' is known"],
    );
    check(
        Some("http://nowhere/map"),
        system(ADDRESS_USE, "home"),
        &to_v2,
        &["not-found: ConceptMap 'http://nowhere/map' is not known; store one to use it"],
    );
    // What is not listed becomes one fixed code.
    check(
        Some("http://hl7.org/fhir/ConceptMap/101"),
        system(ADDRESS_USE, "billing"),
        &TranslateOptions::default(),
        &["match[equivalence=relatedto concept=http://terminology.hl7.org/CodeSystem/v3-AddressUse|temp \
             source=http://hl7.org/fhir/ConceptMap/101]"],
    );
}

#[test]
fn a_mapping_that_depends_on_another_element_needs_its_value() {
    let terminology = Terminology::builtin();
    let map = url("http://hl7.org/fhir/ConceptMap/example2");
    let coding = [system("http://example.org/fhir/example1", "code")];
    let without = TranslateOptions::default();
    check(terminology.translate(Some(map), &coding, &without), &["result=false"]);
    let dependency = Dependency {
        element: "http://example.org/fhir/property-value/example".into(),
        system: Some("http://example.org/fhir/example3".into()),
        value: "some-code".into(),
    };
    let with = TranslateOptions { dependencies: vec![dependency], ..TranslateOptions::default() };
    check(terminology.translate(Some(map), &coding, &with), &["result=true"]);
}

/// The codes of an expansion, its total, or why there is none.
fn expanded(value_set: &str, options: &ExpandOptions) -> Vec<String> {
    match Terminology::builtin().expand(url(value_set), options) {
        Ok(answer) => {
            assert_eq!(answer.str("resourceType"), Some("ValueSet"));
            let contains = answer.at(&["expansion", "contains"]).map(Json::items).unwrap_or_default();
            let codes = contains.iter().map(|item| item.str("code").unwrap().to_owned());
            codes.chain([format!("total {}", answer.at(&["expansion", "total"]).unwrap())]).collect()
        }
        Err(problem) => vec![format!("{}: {problem}", problem.issue_code())],
    }
}

#[test]
fn expand_lists_the_codes_that_are_asked_for() {
    let options = ExpandOptions { timestamp: "2026-01-01T00:00:00Z".into(), ..ExpandOptions::default() };
    let check = |value_set, options: ExpandOptions, expected: &[&str]| {
        assert_eq!(expanded(value_set, &options), expected, "{value_set} {options:?}");
    };
    let all = || options.clone();
    check(GENDERS, all(), &["male", "female", "other", "unknown", "total 4"]);
    check(GENDERS, ExpandOptions { count: Some(0), ..all() }, &["total 4"]);
    check(
        GENDERS,
        ExpandOptions { offset: Some(1), count: Some(2), ..all() },
        &["female", "other", "total 4"],
    );
    check(GENDERS, ExpandOptions { offset: Some(9), ..all() }, &["total 4"]);
    check(GENDERS, ExpandOptions { filter: Some("MA".into()), ..all() }, &["male", "total 1"]);
    let moods = "http://hl7.org/fhir/ValueSet/inactive";
    check(
        moods,
        all(),
        &[
            "CRT", "EVN.CRT", "GOL.CRT", "INT.CRT", "PRMS.CRT", "RQO.CRT", "RSK.CRT", "EXPEC", "GOL", "RSK",
            "OPT", "total 11",
        ],
    );
    check(moods, ExpandOptions { active_only: true, ..all() }, &["EXPEC", "GOL", "RSK", "OPT", "total 4"]);
    check(moods, ExpandOptions { filter: Some("cri eve".into()), ..all() }, &["EVN.CRT", "total 1"]);
    let all_moods = "http://terminology.hl7.org/ValueSet/v3-ActMood";
    let selectable = ExpandOptions { exclude_not_for_ui: true, count: Some(2), ..all() };
    check(all_moods, selectable, &["DEF", "PERM", "total 23"]);
    check(
        "http://hl7.org/fhir/ValueSet/condition-code",
        all(),
        &[
            "not-supported: code system 'http://snomed.info/sct': its codes are not loaded (content is not-present)",
        ],
    );
    check(
        "http://hl7.org/fhir/ValueSet/nothing",
        all(),
        &["not-found: ValueSet 'http://hl7.org/fhir/ValueSet/nothing' is not known; store one to use it"],
    );
}

#[test]
fn an_expansion_says_what_it_was_made_from() {
    let options = ExpandOptions {
        timestamp: "2026-01-01T00:00:00Z".into(),
        display_language: Some("nl".into()),
        include_designations: true,
        include_definition: true,
        designations: vec!["urn:ietf:bcp:47|nl".into()],
        count: Some(1),
        ..ExpandOptions::default()
    };
    let value_set = "http://terminology.hl7.org/ValueSet/v2-0001";
    let answer = Terminology::builtin().expand(url(value_set), &options).unwrap();
    let expected = r#"{
        "resourceType": "ValueSet",
        "url": "http://terminology.hl7.org/ValueSet/v2-0001",
        "version": "2.9",
        "name": "v2.0001",
        "title": "v2 SEX",
        "status": "active",
        "compose": { "include": [{ "system": "http://terminology.hl7.org/CodeSystem/v2-0001" }] },
        "expansion": {
            "timestamp": "2026-01-01T00:00:00Z",
            "total": 6,
            "offset": 0,
            "parameter": [
                { "name": "version", "valueUri": "http://terminology.hl7.org/CodeSystem/v2-0001|2.9" },
                { "name": "count", "valueInteger": 1 },
                { "name": "includeDesignations", "valueBoolean": true },
                { "name": "designation", "valueString": "urn:ietf:bcp:47|nl" },
                { "name": "displayLanguage", "valueCode": "nl" }
            ],
            "contains": [{
                "system": "http://terminology.hl7.org/CodeSystem/v2-0001",
                "code": "A",
                "display": "Ambigu",
                "designation": [{
                    "language": "nl",
                    "use": {
                        "system": "http://terminology.hl7.org/CodeSystem/designation-usage",
                        "code": "display"
                    },
                    "value": "Ambigu"
                }]
            }]
        }
    }"#;
    let expected = fhir::json::parse(expected.as_bytes(), 20).unwrap();
    assert!(answer.same_content(&expected), "{}", answer.to_pretty());
}

#[test]
fn an_open_expansion_is_marked() {
    let answer = Terminology::builtin()
        .expand(url("http://hl7.org/fhir/ValueSet/route-codes"), &ExpandOptions::default())
        .unwrap();
    let extension = answer.at(&["expansion", "extension", "0", "url"]).and_then(Json::as_str);
    assert_eq!(extension, Some("http://hl7.org/fhir/StructureDefinition/valueset-unclosed"));
}

#[test]
fn codes_that_a_grammar_makes_are_validated_by_their_form() {
    let terminology = Terminology::builtin();
    let options = ValidateCodeOptions::default();
    for (name, code, expected) in [
        ("urn:ietf:bcp:13", "text/plain", &["result=true"][..]),
        (
            "urn:ietf:bcp:13",
            "notmime",
            &["result=false", "message='notmime' is not a media type (BCP 13, such as text/plain)"],
        ),
        ("urn:ietf:bcp:47", "pt-BR", &["result=true"]),
        (
            "urn:ietf:bcp:47",
            "xx-yy-bad",
            &["result=false", "message='xx-yy-bad' is not a language (a BCP 47 tag such as en or pt-BR)"],
        ),
        ("http://unitsofmeasure.org", "mg/dL", &["result=true"]),
        (
            "http://unitsofmeasure.org",
            "furlong",
            &["result=false", "message='furlong' is not a unit of UCUM (such as mg/dL)"],
        ),
    ] {
        let asked = Some(Source::Canonical(Canonical::parse(name)));
        check(terminology.validate_code_in_system(asked, &[system(name, code)], &options), expected);
        let alone = Coding { system: None, ..system(name, code) };
        check(terminology.validate_code_in_system(asked, &[alone], &options), expected);
        check(terminology.validate_code_in_system(None, &[system(name, code)], &options), expected);
    }
    let types = url("http://hl7.org/fhir/ValueSet/mimetypes");
    let told = lines(terminology.validate_code_in_value_set(
        types,
        &[system("urn:ietf:bcp:13", "notmime")],
        &options,
    ));
    assert!(told[1].ends_with("; 'notmime' is not a media type (BCP 13, such as text/plain)"), "{told:?}");
    let expanded = terminology.expand(types, &ExpandOptions::default()).unwrap_err();
    assert!(expanded.to_string().contains("cannot be enumerated"), "{expanded}");
}

#[test]
fn a_listed_code_that_its_code_system_does_not_have_is_none() {
    let json = |text: &str| fhir::json::parse(text.as_bytes(), 50).unwrap();
    let code_system = |content: &str| {
        json(&format!(
            r#"{{"resourceType":"CodeSystem","url":"http://a/s","status":"active","caseSensitive":true,"content":"{content}","concept":[{{"code":"there"}}]}}"#
        ))
    };
    let value_set = json(
        r#"{"resourceType":"ValueSet","url":"http://a/v","status":"active","compose":{"include":[{"system":"http://a/s","concept":[{"code":"there"},{"code":"gone"}]}]}}"#,
    );
    let options = ValidateCodeOptions::default();
    for (content, is_valid, members) in [("complete", false, 1), ("fragment", true, 2)] {
        let terminology = Terminology::builtin().with(&code_system(content)).with(&value_set);
        let told = lines(terminology.validate_code_in_value_set(
            url("http://a/v"),
            &[system("http://a/s", "gone")],
            &options,
        ));
        assert_eq!(told[0], format!("result={is_valid}"), "{content}");
        let message = "message=the code 'gone' of 'http://a/s' is not in the value set 'http://a/v'; 'gone' is not a code of 'http://a/s'";
        assert!(is_valid || told[1].starts_with(message), "{told:?}");
        assert_eq!(terminology.expansion(Canonical::parse("http://a/v")).unwrap().members().len(), members);
    }
}
