//! Definitions of extensions, found by their URL wherever the extension stands.

use super::*;

fn simple(url: &str) -> Json {
    definition(
        url,
        "Extension",
        &format!(
            r#"{{"path":"Extension.extension","max":"0"}},{{"path":"Extension.url","fixedUri":"{url}"}},
               {{"path":"Extension.value[x]","min":1,"type":[{{"code":"code"}}]}}"#
        ),
    )
}

#[test]
fn an_extension_conforms_to_its_definition() {
    let profiles = load([&simple("http://example.org/e")]);
    let options = Options { profiles: Some(&profiles), ..Options::default() };
    check_with(
        &options,
        r#"{"resourceType":"Patient","extension":[{"url":"http://example.org/e","valueCode":"x"},
            {"url":"http://example.org/unknown","valueString":"x"}]}"#,
        &[],
    );
    check_with(
        &options,
        r#"{"resourceType":"Patient","name":[{"extension":[{"url":"http://example.org/e","valueString":"x"}]}]}"#,
        &[(
            "structure",
            "Patient.name[0].extension[0].value",
            "name.extension.valueString must be code, not string",
        )],
    );
}

#[test]
fn the_parts_of_a_complex_extension_are_slices() {
    let elements = r#"{"id":"Extension.extension:part","path":"Extension.extension","sliceName":"part","min":1,"max":"1"},
        {"id":"Extension.extension:part.url","path":"Extension.extension.url","fixedUri":"part"},
        {"id":"Extension.extension:part.value[x]","path":"Extension.extension.value[x]","min":1,"type":[{"code":"string"}]},
        {"id":"Extension.url","path":"Extension.url","fixedUri":"http://example.org/e"},
        {"id":"Extension.value[x]","path":"Extension.value[x]","max":"0"}"#;
    let profiles = load([&definition("http://example.org/e", "Extension", elements)]);
    let options = Options { profiles: Some(&profiles), ..Options::default() };
    let patient = |part: &str| {
        format!(
            r#"{{"resourceType":"Patient","extension":[{{"url":"http://example.org/e","extension":[{part}]}}]}}"#
        )
    };
    check_with(&options, &patient(r#"{"url":"part","valueString":"x"}"#), &[]);
    check_with(
        &options,
        &patient(r#"{"url":"other","valueString":"x"}"#),
        &[(
            "required",
            "Patient.extension[0].extension",
            "extension.extension of the slice 'part' is required; its url is \"part\"",
        )],
    );
    check_with(
        &options,
        &patient(r#"{"url":"part","valueInteger":1}"#),
        &[(
            "structure",
            "Patient.extension[0].extension[0].value",
            "extension.extension.valueInteger must be string, not integer",
        )],
    );
}

#[test]
fn a_profile_requires_extensions_by_their_definition() {
    let elements = r#"{"path":"Patient.extension","sliceName":"e","min":1,"max":"1","type":[{"code":"Extension",
        "profile":["http://example.org/e"]}]}"#;
    let patient = definition(URL, "Patient", elements);
    // With its definition or without it: the URL says which extension it is.
    for profiles in [load([&patient, &simple("http://example.org/e")]), load([&patient])] {
        check(
            &profiles,
            r#"{"resourceType":"Patient","extension":[{"url":"http://example.org/e","valueCode":"x"}]}"#,
            &[],
        );
        check(
            &profiles,
            r#"{"resourceType":"Patient","extension":[{"url":"http://example.org/f","valueCode":"x"}]}"#,
            &[(
                "required",
                "Patient.extension",
                "extension of the slice 'e' is required; its url is http://example.org/e",
            )],
        );
    }
}

/// The definition of an extension of any value that may stand where `contexts` says.
fn placed(contexts: &str) -> Json {
    let mut definition =
        definition("http://example.org/e", "Extension", r#"{"path":"Extension.value[x]","min":1}"#);
    let own = parse(&format!("{{{contexts}}}"));
    if let (Json::Object(definition), Json::Object(own)) = (&mut definition, &own) {
        own.iter().for_each(|(name, value)| definition.insert(name, value.clone()));
    }
    definition
}

#[test]
fn an_extension_stands_where_its_definition_allows_it() {
    const E: &str = r#"{"url":"http://example.org/e","valueInteger":1}"#;
    let context = |kind: &str, expression: &str| {
        format!(r#""context":[{{"type":"{kind}","expression":"{expression}"}}]"#)
    };
    let patient = |members: &str| format!(r#"{{"resourceType":"Patient",{members}}}"#);
    let on_patient = patient(&format!(r#""extension":[{E}]"#));
    let on_name = patient(&format!(r#""name":[{{"text":"x"}},{{"text":"y","extension":[{E}]}}]"#));
    let on_birth = patient(&format!(r#""birthDate":"2000-01-01","_birthDate":{{"extension":[{E}]}}"#));
    let on_given =
        patient(&format!(r#""name":[{{"given":["a","b"],"_given":[null,{{"extension":[{E}]}}]}}]"#));
    let on_contact = patient(&format!(r#""contact":[{{"extension":[{E}],"name":{{"text":"x"}}}}]"#));
    let on_extension =
        patient(&format!(r#""extension":[{{"url":"http://example.org/o","extension":[{E}]}}]"#));
    let on_value = observation(&format!(r#""valueQuantity":{{"value":1,"extension":[{E}]}}"#));
    let on_observation = observation(&format!(r#""extension":[{E}]"#));
    let contained = format!(
        r##"{{"resourceType":"Basic","code":{{"text":"x"}},"subject":{{"reference":"#p"}},"contained":[{{"resourceType":"Patient","id":"p","extension":[{E}]}}]}}"##
    );
    let entry =
        format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{on_name}}}]}}"#);
    for (contexts, allowed, refused) in [
        (context("element", "Patient"), vec![&on_patient, &contained], vec![&on_name, &on_observation]),
        (context("element", "DomainResource"), vec![&on_patient, &on_observation], vec![&on_name]),
        (context("element", "Element"), vec![&on_name, &on_birth, &on_value, &on_contact, &on_patient], vec![]),
        (context("element", "HumanName"), vec![&on_name, &entry], vec![&on_given, &on_contact]),
        (context("element", "Patient.name"), vec![&on_name, &entry], vec![&on_patient, &on_contact]),
        (context("element", "HumanName.given"), vec![&on_given], vec![&on_name]),
        (context("element", "Patient.name.given"), vec![&on_given], vec![&on_birth]),
        (context("element", "string"), vec![&on_given], vec![&on_birth, &on_value]),
        (context("element", "Patient.birthDate"), vec![&on_birth], vec![&on_given]),
        (context("element", "Patient.contact"), vec![&on_contact], vec![&on_patient, &on_name]),
        (context("element", "BackboneElement"), vec![&on_contact], vec![&on_name]),
        (context("element", "Observation.value[x]"), vec![&on_value], vec![&on_observation]),
        (context("element", "Quantity"), vec![&on_value], vec![&on_birth]),
        (context("extension", "http://example.org/o"), vec![&on_extension], vec![&on_patient]),
        (context("extension", "http://example.org/x"), vec![], vec![&on_extension]),
        (context("fhirpath", "Patient.name.where(text = 'y')"), vec![&on_name], vec![&on_patient, &on_given]),
        (context("element", "http://example.org/profile"), vec![&on_patient], vec![]),
        (
            r#""context":[{"type":"element","expression":"Patient"},{"type":"element","expression":"HumanName"}]"#.into(),
            vec![&on_patient, &on_name],
            vec![&on_birth],
        ),
        (String::from(r#""context":[]"#), vec![&on_patient, &on_name], vec![]),
    ] {
        let profiles = load([&placed(&contexts)]);
        let options = Options { profiles: Some(&profiles), ..Options::default() };
        for (bodies, is_refused) in [(&allowed, false), (&refused, true)] {
            for body in bodies {
                let issues = validate(&parse(body), &options);
                let is_told =
                    |issue: &fhir::Issue| issue.text.starts_with("the extension 'http://example.org/e' does not belong on ");
                assert_eq!(issues.iter().any(is_told), is_refused, "{contexts} {body}: {issues:?}");
                assert_eq!(issues.len(), usize::from(is_refused), "{contexts} {body}: {issues:?}");
            }
        }
    }
}

#[test]
fn extensions_of_r4_stand_where_its_own_definitions_have_them() {
    let url = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";
    let mut definition =
        placed(r#""context":[{"type":"element","expression":"ElementDefinition.type.code"}]"#);
    if let Json::Object(definition) = &mut definition {
        definition.insert("url", url);
    }
    let profiles = load([&definition]);
    let options = Options { profiles: Some(&profiles), ..Options::default() };
    let body = parse(&format!(
        r#"{{"resourceType":"StructureDefinition","url":"http://example.org/s","name":"S","status":"draft","kind":"resource",
            "abstract":false,"type":"Basic","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Basic","derivation":"constraint",
            "differential":{{"element":[{{"id":"Basic.id","path":"Basic.id","type":[{{"extension":[{{"url":"{url}","valueUrl":"string"}}],
            "code":"http://hl7.org/fhirpath/System.String"}}]}}]}}}}"#
    ));
    let issues = validate(&body, &options);
    assert!(issues.iter().all(|issue| !issue.text.contains("does not belong")), "{issues:?}");
}

#[test]
fn an_extension_holds_what_its_definition_demands_of_its_place() {
    let invariant = r#""context":[{"type":"element","expression":"Patient"}],"contextInvariant":["active and %extension.value > 0"]"#;
    let profiles = load([&placed(invariant)]);
    let options = Options { profiles: Some(&profiles), ..Options::default() };
    for (active, value, expected) in [(true, 1, 0), (false, 1, 1), (true, 0, 1)] {
        let body = format!(
            r#"{{"resourceType":"Patient","active":{active},"extension":[{{"url":"http://example.org/e","valueInteger":{value}}}]}}"#
        );
        let issues = validate(&parse(&body), &options);
        assert_eq!(issues.len(), expected, "{body}: {issues:?}");
        assert!(issues.iter().all(|issue| issue.expression.as_deref() == Some("Patient.extension[0]")));
    }
}
