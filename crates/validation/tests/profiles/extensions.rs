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
