//! Cardinality, types, fixed values, patterns, lengths, bounds, bindings and constraints of elements.

use super::*;
use terminology::Terminology;

#[track_caller]
fn check_patient(elements: &str, members: &str, expected: &[Told<'_>]) {
    let profiles = load([&definition(URL, "Patient", elements)]);
    check(&profiles, &format!(r#"{{"resourceType":"Patient",{members}}}"#), expected);
}

#[track_caller]
fn check_observation(elements: &str, members: &str, expected: &[Told<'_>]) {
    let profiles = load([&definition(URL, "Observation", elements)]);
    check(&profiles, &observation(members), expected);
}

#[test]
fn elements_occur_as_often_as_the_profile_says() {
    let elements = r#"{"path":"Patient.name","min":1,"max":"2"},{"path":"Patient.name.family","min":1},
        {"path":"Patient.photo","max":"0"},{"path":"Patient.telecom","min":2},{"path":"Patient.deceased[x]","min":1}"#;
    check_patient(
        elements,
        r#""name":[{"family":"a"},{"family":"b"}],"telecom":[{"system":"sms"},{"system":"fax"}],"deceasedBoolean":false"#,
        &[],
    );
    check_patient(
        elements,
        r#""name":[{"family":"a"},{"text":"b"},{"_family":{"extension":[{"url":"a","valueCode":"b"}]}}],
           "telecom":[{"system":"sms"}],"photo":[{"url":"http://a"}]"#,
        &[
            ("required", "Patient.telecom", "telecom must occur at least 2 times, not 1"),
            ("required", "Patient.deceased", "deceased[x] is required"),
            ("required", "Patient.name[1].family", "name.family is required"),
            ("structure", "Patient.name[2]", "name may occur at most 2 times, not 3"),
            ("structure", "Patient.photo[0]", "photo is not allowed"),
        ],
    );
    check_patient(
        elements,
        r#""active":true"#,
        &[
            ("required", "Patient.name", "name is required"),
            ("required", "Patient.telecom", "telecom must occur at least 2 times, not 0"),
            ("required", "Patient.deceased", "deceased[x] is required"),
        ],
    );
}

#[test]
fn what_the_type_requires_too_is_told_once() {
    let profiles = load([&definition(URL, "Observation", r#"{"path":"Observation.status","min":1}"#)]);
    check(
        &profiles,
        r#"{"resourceType":"Observation","code":{"text":"x"}}"#,
        &[("required", "Observation.status", "status is required")],
    );
}

#[test]
fn choices_are_narrowed_to_types() {
    let elements = r#"{"path":"Observation.value[x]","type":[{"code":"Quantity"},{"code":"string"}]}"#;
    check_observation(elements, r#""valueString":"x""#, &[]);
    check_observation(
        elements,
        r#""valueBoolean":true"#,
        &[("structure", "Observation.value", "valueBoolean must be Quantity or string, not boolean")],
    );
}

#[test]
fn fixed_values_and_patterns_are_met() {
    let elements = r#"{"path":"Observation.status","fixedCode":"final"},
        {"path":"Observation.code","patternCodeableConcept":{"coding":[{"system":"http://loinc.org","code":"1-8"}]}},
        {"path":"Observation.issued","fixedInstant":"2024-01-01T00:00:00Z"}"#;
    let profiles = load([&definition(URL, "Observation", elements)]);
    check(
        &profiles,
        r#"{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"y"},{"system":"http://loinc.org",
            "code":"1-8","display":"x"}]},"issued":"2024-01-01T00:00:00Z"}"#,
        &[],
    );
    check(
        &profiles,
        r#"{"resourceType":"Observation","status":"amended","code":{"coding":[{"code":"1-8"}]}}"#,
        &[
            ("value", "Observation.status", "status \"amended\" is not the fixed value \"final\""),
            (
                "value",
                "Observation.code",
                r#"code {"coding":[{"code":"1-8"}]} does not have {"coding":[{"system":"http://loinc.org","code":"1-8"}]}"#,
            ),
        ],
    );
}

#[test]
fn values_keep_their_length_and_their_bounds() {
    let elements = r#"{"path":"Patient.name.family","maxLength":3},
        {"path":"Patient.birthDate","minValueDate":"1900-01-01","maxValueDate":"2030-01-01"},
        {"path":"Patient.multipleBirth[x]","maxValueInteger":9}"#;
    check_patient(
        elements,
        r#""name":[{"family":"abc"}],"birthDate":"1900-01-01","multipleBirthInteger":9"#,
        &[],
    );
    check_patient(
        elements,
        r#""name":[{"family":"äbcd"}],"birthDate":"1899-12-31","multipleBirthInteger":10"#,
        &[
            ("too-long", "Patient.name[0].family", "name.family 'äbcd' has 4 characters, more than 3"),
            ("invariant", "Patient.birthDate", "minValue: the value must be at least @1900-01-01"),
            ("invariant", "Patient.multipleBirth", "maxValue: the value must be at most 9"),
        ],
    );
}

#[test]
fn constraints_of_the_profile_are_evaluated_where_they_stand() {
    let elements = r#"{"path":"Patient","constraint":[{"key":"p-1","severity":"error","human":"a name or an identifier",
            "expression":"name.exists() or identifier.exists()"}]},
        {"path":"Patient.contact","constraint":[{"key":"p-2","severity":"error","human":"a gender",
            "expression":"gender.exists()"},{"key":"p-3","severity":"warning","human":"a period",
            "expression":"period.exists()"}]}"#;
    check_patient(
        elements,
        r#""identifier":[{"value":"1"}],"contact":[{"name":{"text":"x"},"gender":"male"}]"#,
        &[],
    );
    let body = r#"{"resourceType":"Patient","contact":[{"name":{"text":"x"}}]}"#;
    let errors = [
        ("invariant", "Patient", "p-1: a name or an identifier"),
        ("invariant", "Patient.contact[0]", "p-2: a gender"),
    ];
    let profiles = load([&definition(URL, "Patient", elements)]);
    check(&profiles, body, &errors);
    let asked = [URL];
    let options = Options {
        profiles: Some(&profiles),
        asked_profiles: &asked,
        mode: Mode::Check,
        ..Options::default()
    };
    let issues = validate(&parse(body), &options);
    assert!(
        issues
            .iter()
            .any(|issue| issue.text.starts_with("p-3: a period") && issue.severity.code() == "warning")
    );
}

#[test]
fn bindings_of_the_profile_bind() {
    let value_set = parse(
        r#"{"resourceType":"ValueSet","url":"http://example.org/v","status":"active","compose":{"include":[
            {"system":"http://example.org/s","concept":[{"code":"a"},{"code":"b"}]}]}}"#,
    );
    let terminology = Terminology::builtin().with(&value_set);
    let element = |strength: &str| {
        format!(
            r#"{{"path":"Observation.code","binding":{{"strength":"{strength}","valueSet":"http://example.org/v"}}}}"#
        )
    };
    let body = |code: &str| {
        format!(
            r#"{{"resourceType":"Observation","status":"final","code":{{"coding":[{{"system":"http://example.org/s","code":"{code}"}}]}}}}"#
        )
    };
    let asked = [URL];
    for (strength, mode, code, expected) in [
        ("required", Mode::Write, "a", None),
        ("required", Mode::Write, "c", Some("error")),
        ("extensible", Mode::Write, "c", None),
        ("extensible", Mode::Check, "c", Some("warning")),
        ("extensible", Mode::Check, "b", None),
        ("preferred", Mode::Check, "c", None),
    ] {
        let profiles = load([&definition(URL, "Observation", &element(strength))]);
        let options = Options {
            profiles: Some(&profiles),
            asked_profiles: &asked,
            terminology: Some(&terminology),
            mode,
            ..Options::default()
        };
        let issues = validate(&parse(&body(code)), &options);
        let told = issues.iter().find(|issue| issue.text.contains("http://example.org/v"));
        assert_eq!(told.map(|issue| issue.severity.code()), expected, "{strength} {code}: {issues:?}");
    }
}

#[test]
fn codes_must_not_leave_the_largest_value_set_of_a_binding() {
    let value_set = |url: &str, codes: &str| {
        parse(&format!(
            r#"{{"resourceType":"ValueSet","url":"http://example.org/{url}","status":"active","compose":{{"include":[
            {{"system":"http://example.org/s","concept":[{codes}]}}]}}}}"#
        ))
    };
    let terminology = Terminology::builtin()
        .with(&value_set("few", r#"{"code":"a"}"#))
        .with(&value_set("all", r#"{"code":"a"},{"code":"b"}"#));
    let binding = |strength: &str| {
        format!(
            r#"{{"path":"Observation.code","binding":{{"strength":"{strength}","valueSet":"http://example.org/few",
            "extension":[{{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet",
            "valueCanonical":"http://example.org/all|1"}}]}}}}"#
        )
    };
    let asked = [URL];
    for strength in ["extensible", "preferred"] {
        let profiles = load([&definition(URL, "Observation", &binding(strength))]);
        for (code, is_refused) in [("a", false), ("b", false), ("c", true)] {
            let body = parse(&format!(
                r#"{{"resourceType":"Observation","status":"final","code":{{"coding":[{{"system":"http://example.org/s","code":"{code}"}}]}}}}"#
            ));
            let options = Options {
                profiles: Some(&profiles),
                asked_profiles: &asked,
                terminology: Some(&terminology),
                ..Options::default()
            };
            let issues = validate(&body, &options);
            let told = issues.iter().any(|issue| issue.text.contains("not one of http://example.org/all"));
            assert_eq!(told, is_refused, "{strength} {code}: {issues:?}");
        }
    }
}

#[test]
fn a_profile_on_a_type_holds_for_the_values_of_that_type() {
    let name = definition("http://example.org/n", "HumanName", r#"{"path":"HumanName.family","min":1}"#);
    let patient = definition(
        URL,
        "Patient",
        r#"{"path":"Patient.name","type":[{"code":"HumanName","profile":["http://example.org/n"]}]}"#,
    );
    let profiles = load([&patient, &name]);
    check(&profiles, r#"{"resourceType":"Patient","name":[{"family":"x"}]}"#, &[]);
    check(
        &profiles,
        r#"{"resourceType":"Patient","name":[{"text":"x"}]}"#,
        &[("required", "Patient.name[0].family", "name.family is required")],
    );
}

#[test]
fn constraints_are_told_the_time_on_the_clocks_of_the_zone() {
    let constraint = |expression: &str| {
        let element = format!(
            r#"{{"path":"Patient.birthDate","constraint":[{{"key":"t-1","severity":"error","human":"x","expression":"{expression}"}}]}}"#
        );
        load([&definition(URL, "Patient", &element)])
    };
    let patient = parse(r#"{"resourceType":"Patient","birthDate":"2024-03-11"}"#);
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    // 2024-03-11T03:30:00Z, which is still the tenth in New York.
    let now = Some(validation::Moment { ms: 1_710_127_800_000, zone: &zone });
    let asked = [URL];
    for (expression, at, is_broken) in [
        ("$this <= today()", now, true),
        ("$this <= today() + 1 day", now, false),
        ("now() > @2024-03-11T03:29:00Z", now, false),
        ("now() < @2024-03-11T03:29:00Z", now, true),
        ("timeOfDay() > @T23:00", now, false),
        ("timeOfDay() < @T23:00", now, true),
        ("$this <= today()", None, false),
    ] {
        let profiles = constraint(expression);
        let options =
            Options { profiles: Some(&profiles), asked_profiles: &asked, now: at, ..Options::default() };
        let issues = validate(&patient, &options);
        assert_eq!(
            issues.iter().any(|issue| issue.text.starts_with("t-1")),
            is_broken,
            "{expression}: {issues:?}"
        );
    }
}
