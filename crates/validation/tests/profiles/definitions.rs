//! StructureDefinitions: laid over one another, replaced, refused.

use super::*;
use validation::Unusable;

#[test]
fn a_differential_is_laid_over_its_base() {
    let base = definition(
        "http://example.org/b",
        "Patient",
        r#"{"path":"Patient.name","min":1},{"path":"Patient.name.family","min":1},{"path":"Patient.birthDate","min":1}"#,
    );
    let profile = derived(
        URL,
        "Patient",
        "http://example.org/b",
        r#"{"path":"Patient.name","max":"1"},{"path":"Patient.gender","min":1}"#,
    );
    // In whatever order they come.
    for profiles in [load([&base, &profile]), load([&profile, &base])] {
        check(
            &profiles,
            r#"{"resourceType":"Patient","name":[{"family":"x"},{"text":"y"}]}"#,
            &[
                ("required", "Patient.birthDate", "birthDate is required"),
                ("required", "Patient.gender", "gender is required"),
                ("structure", "Patient.name[1]", "name may occur at most 1 times, not 2"),
                ("required", "Patient.name[1].family", "name.family is required"),
            ],
        );
    }
}

#[track_caller]
fn check_unusable(definitions: &[Json], expected: &[(&str, &str)]) {
    let unusable: Vec<Unusable> = Profiles::new().add(definitions);
    let issues = unusable.iter().flat_map(|one| &one.issues);
    let told: Vec<(&str, &str)> =
        issues.map(|issue| (issue.expression.as_deref().unwrap_or("-"), issue.text.as_str())).collect();
    assert_eq!(told, expected);
}

#[test]
fn what_cannot_be_used_is_refused_with_its_place() {
    check_unusable(
        &[definition(URL, "Patient", r#"{"path":"Patient"},{"path":"Patient.nam","min":1}"#)],
        &[(
            "StructureDefinition.differential.element[1].path",
            "path 'Patient.nam': Patient has no element 'nam'; did you mean 'name'?",
        )],
    );
    check_unusable(
        &[definition(
            URL,
            "Patient",
            r#"{"path":"Patient.name","slicing":{"discriminator":[{"type":"value","path":"a b"}],"rules":"open"},
                "constraint":[{"key":"x-1","severity":"error","human":"x","expression":"nam("}]}"#,
        )],
        &[
            (
                "StructureDefinition.differential.element[0].constraint[0].expression",
                "constraint 'x-1' cannot be compiled: column 5: expected an operand: a name, a function, a literal or '(', found the end",
            ),
            (
                "StructureDefinition.differential.element[0].slicing.discriminator[0]",
                "the discriminator has the path 'a b'; supported are $this, element names, extension('url'), ofType(type) and resolve()",
            ),
        ],
    );
    check_unusable(
        &[definition(URL, "Pateint", r#"{"path":"Pateint"}"#)],
        &[("StructureDefinition.type", "type 'Pateint' is not a type of FHIR R4")],
    );
    check_unusable(
        &[definition(URL, "Patient", "")],
        &[("StructureDefinition", "snapshot or differential is required")],
    );
}

#[test]
fn bases_that_are_not_there_or_go_in_circles_are_refused() {
    let problem = |url: &str| {
        format!("the base '{url}' is not loaded, and there is no snapshot; load it first or send a snapshot")
    };
    let element = r#"{"path":"Patient.name","min":1}"#;
    check_unusable(
        &[derived(URL, "Patient", "http://example.org/q", element)],
        &[("StructureDefinition.baseDefinition", &problem("http://example.org/q"))],
    );
    check_unusable(
        &[
            derived(URL, "Patient", "http://example.org/q", element),
            derived("http://example.org/q", "Patient", URL, element),
        ],
        &[
            ("StructureDefinition.baseDefinition", &problem("http://example.org/q")),
            ("StructureDefinition.baseDefinition", &problem(URL)),
        ],
    );
}

#[test]
fn what_is_no_profile_is_passed_over() {
    let mut logical = definition(URL, "Patient", r#"{"path":"Patient.nam"}"#);
    logical.as_object_mut().unwrap().insert("kind", "logical");
    let mut own_type = definition(URL, "Patient", r#"{"path":"Patient.nam"}"#);
    own_type.as_object_mut().unwrap().insert("derivation", "specialization");
    assert!(load([&logical, &own_type, &parse(r#"{"resourceType":"ValueSet"}"#)]).is_empty());
}

#[test]
fn versions_stand_beside_one_another() {
    let version = |version: &str, name: &str| {
        let mut one = definition(URL, "Patient", &format!(r#"{{"path":"Patient.{name}","min":1}}"#));
        one.as_object_mut().unwrap().insert("version", version);
        one
    };
    let mut profiles = load([&version("1", "name"), &version("2", "gender")]);
    for (asked, missing) in
        [("http://example.org/p|1", "name"), ("http://example.org/p|2", "gender"), (URL, "gender")]
    {
        let asked = [asked];
        let options = Options { profiles: Some(&profiles), asked_profiles: &asked, ..Options::default() };
        let (expression, text) = (format!("Patient.{missing}"), format!("{missing} is required"));
        check_with(
            &options,
            r#"{"resourceType":"Patient","active":true}"#,
            &[("required", &expression, &text)],
        );
    }
    assert_eq!(profiles.len(), 1);
    profiles.remove(URL);
    assert!(profiles.get(URL).is_none());
}

#[test]
fn definitions_made_to_hurt_are_refused() {
    let deep = format!("Patient{}", ".extension".repeat(10_000));
    check_unusable(
        &[definition(URL, "Patient", &format!(r#"{{"path":"{deep}","min":1}}"#))],
        &[("StructureDefinition.differential.element[0].path", "the path is nested too deeply")],
    );
    let slice = "a/".repeat(10_000);
    check_unusable(
        &[definition(URL, "Patient", &format!(r#"{{"path":"Patient.name","sliceName":"{slice}"}}"#))],
        &[("StructureDefinition.differential.element[0].path", "the path is nested too deeply")],
    );
    let many = vec![r#"{"path":"Patient.name"}"#; 10_001].join(",");
    check_unusable(
        &[definition(URL, "Patient", &many)],
        &[("StructureDefinition.differential", "differential has more than 10000 elements")],
    );
}

#[test]
fn profiles_that_take_too_long_end() {
    // Every value is asked whether it belongs to each of many slices.
    let slices: Vec<String> = (0..2_000)
        .map(|index| {
            format!(
                r#"{{"path":"Patient.identifier","sliceName":"s{index}"}},
                   {{"path":"Patient.identifier.value","fixedString":"{index}"}}"#
            )
        })
        .collect();
    let elements = format!(
        r#"{{"path":"Patient.identifier","slicing":{{"discriminator":[{{"type":"value","path":"value"}}],"rules":"open"}}}},{}"#,
        slices.join(",")
    );
    let identifiers = vec![r#"{"value":"x"}"#; 5_000].join(",");
    let profiles = load([&definition(URL, "Patient", &elements)]);
    ends(&profiles, &format!(r#"{{"resourceType":"Patient","identifier":[{identifiers}]}}"#));
    // Each constraint is as expensive as it may be.
    let element = r#"{"path":"Patient.name","constraint":[{"key":"x-1","severity":"error","human":"x",
        "expression":"%resource.descendants().where(%resource.descendants().exists()).count() >= 0"}]}"#;
    let profiles = load([&definition(URL, "Patient", element)]);
    let names = vec![r#"{"text":"x"}"#; 2_000].join(",");
    ends(&profiles, &format!(r#"{{"resourceType":"Patient","name":[{names}]}}"#));
}

/// Checks that validation gives up, and says so once.
#[track_caller]
fn ends(profiles: &Profiles, body: &str) {
    let asked = [URL];
    let options = Options { profiles: Some(profiles), asked_profiles: &asked, ..Options::default() };
    let issues = validate(&parse(body), &options);
    assert_eq!(issues.len(), 1, "{issues:?}");
    let text = "the constraints on this take too long to check from here on; send less at once";
    assert_eq!(issues[0].text, text);
}
