//! Slicing, by every kind of discriminator.

use super::*;

/// Checks Observations of a profile whose components are sliced.
#[track_caller]
fn check_components(slicing: &str, elements: &str, components: &str, expected: &[Told<'_>]) {
    let elements = format!(r#"{{"path":"Observation.component","slicing":{slicing}}},{elements}"#);
    let profiles = load([&definition(URL, "Observation", &elements)]);
    check(&profiles, &observation(&format!(r#""component":[{components}]"#)), expected);
}

fn slicing(kind: &str, path: &str, rules: &str) -> String {
    format!(r#"{{"discriminator":[{{"type":"{kind}","path":"{path}"}}],"rules":"{rules}"}}"#)
}

const A: &str = r#"{"code":{"coding":[{"system":"s","code":"a"}]},"valueInteger":1}"#;
const B: &str = r#"{"code":{"coding":[{"system":"s","code":"b"}]},"valueString":"x"}"#;
const C: &str = r#"{"code":{"coding":[{"system":"s","code":"c"}]}}"#;

/// Slices `a` (required, once, with an integer) and `b`, by the code.
const BY_PATTERN: &str = r#"{"path":"Observation.component","sliceName":"a","min":1,"max":"1"},
    {"path":"Observation.component.code","patternCodeableConcept":{"coding":[{"system":"s","code":"a"}]}},
    {"path":"Observation.component.value[x]","min":1,"type":[{"code":"integer"}]},
    {"path":"Observation.component","sliceName":"b"},
    {"path":"Observation.component.code","patternCodeableConcept":{"coding":[{"system":"s","code":"b"}]}}"#;

#[test]
fn values_are_held_to_the_slice_they_belong_to() {
    let slicing = slicing("pattern", "code", "open");
    check_components(&slicing, BY_PATTERN, &format!("{B},{A},{C}"), &[]);
    check_components(
        &slicing,
        BY_PATTERN,
        &format!("{B},{C}"),
        &[(
            "required",
            "Observation.component",
            r#"component of the slice 'a' is required; its code is {"coding":[{"system":"s","code":"a"}]}"#,
        )],
    );
    check_components(
        &slicing,
        BY_PATTERN,
        &format!(r#"{A},{{"code":{{"coding":[{{"system":"s","code":"a"}}]}},"valueString":"x"}}"#),
        &[
            (
                "structure",
                "Observation.component[1]",
                "component of the slice 'a' may occur at most 1 times, not 2",
            ),
            (
                "structure",
                "Observation.component[1].value",
                "component.valueString must be integer, not string",
            ),
        ],
    );
}

#[test]
fn closed_slicing_refuses_what_is_in_no_slice() {
    check_components(
        &slicing("value", "code", "closed"),
        BY_PATTERN,
        &format!("{A},{C}"),
        &[("structure", "Observation.component[1]", "component belongs to none of the slices a, b")],
    );
}

#[test]
fn slicing_open_at_its_end_has_its_slices_first() {
    let slicing = slicing("value", "code", "openAtEnd");
    check_components(&slicing, BY_PATTERN, &format!("{A},{B},{C}"), &[]);
    check_components(
        &slicing,
        BY_PATTERN,
        &format!("{A},{C},{B}"),
        &[("structure", "Observation.component[2]", "component stands after values of no slice")],
    );
}

#[test]
fn ordered_slices_stand_in_their_order() {
    let slicing = r#"{"discriminator":[{"type":"value","path":"code"}],"rules":"open","ordered":true}"#;
    check_components(slicing, BY_PATTERN, &format!("{A},{C},{B}"), &[]);
    check_components(
        slicing,
        BY_PATTERN,
        &format!("{B},{A}"),
        &[("structure", "Observation.component[1]", "component stands after values of later slices")],
    );
}

#[test]
fn a_value_deep_inside_tells_slices_apart() {
    let elements = r#"{"path":"Observation.component","sliceName":"a","max":"1"},
        {"path":"Observation.component.code.coding.code","min":1,"fixedCode":"a"},
        {"path":"Observation.component.value[x]","max":"0"}"#;
    check_components(
        &slicing("value", "code.coding.code", "open"),
        elements,
        &format!("{A},{B}"),
        &[("structure", "Observation.component[0].value", "component.valueInteger is not allowed")],
    );
}

#[test]
fn existence_tells_slices_apart() {
    let elements = r#"{"path":"Observation.component","sliceName":"with","max":"1"},
        {"path":"Observation.component.value[x]","min":1},
        {"path":"Observation.component","sliceName":"without","max":"1"},
        {"path":"Observation.component.value[x]","max":"0"}"#;
    check_components(&slicing("exists", "value", "closed"), elements, &format!("{A},{C}"), &[]);
    check_components(
        &slicing("exists", "value", "closed"),
        elements,
        &format!("{A},{B}"),
        &[(
            "structure",
            "Observation.component[1]",
            "component of the slice 'with' may occur at most 1 times, not 2",
        )],
    );
}

#[test]
fn types_tell_slices_apart() {
    let elements = r#"{"path":"Observation.value[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],
            "rules":"closed"}},
        {"path":"Observation.value[x]","sliceName":"valueQuantity","type":[{"code":"Quantity"}]},
        {"path":"Observation.value[x].unit","min":1}"#;
    let profiles = load([&definition(URL, "Observation", elements)]);
    check(&profiles, &observation(r#""valueQuantity":{"value":1,"unit":"g"}"#), &[]);
    check(
        &profiles,
        &observation(r#""valueQuantity":{"value":1}"#),
        &[("required", "Observation.value.unit", "valueQuantity.unit is required")],
    );
    check(
        &profiles,
        &observation(r#""valueString":"x""#),
        &[("structure", "Observation.value", "valueString belongs to none of the slices valueQuantity")],
    );
}

#[test]
fn a_choice_may_be_named_by_its_type() {
    let elements =
        r#"{"path":"Observation.valueQuantity","min":1},{"path":"Observation.valueQuantity.unit","min":1}"#;
    let profiles = load([&definition(URL, "Observation", elements)]);
    check(
        &profiles,
        &observation(r#""valueQuantity":{"value":1}"#),
        &[("required", "Observation.value.unit", "valueQuantity.unit is required")],
    );
    check(
        &profiles,
        &observation(r#""valueString":"x""#),
        &[("required", "Observation.value", "value of the slice 'valueQuantity' is required")],
    );
}

#[test]
fn the_type_of_what_is_referred_to_tells_slices_apart() {
    let elements = r#"{"path":"Observation.performer","slicing":{"discriminator":[{"type":"type","path":"resolve()"}],
            "rules":"open"}},
        {"path":"Observation.performer","sliceName":"who","min":1,"type":[{"code":"Reference",
            "targetProfile":["http://hl7.org/fhir/StructureDefinition/Practitioner"]}]},
        {"path":"Observation.performer.display","min":1}"#;
    let profiles = load([&definition(URL, "Observation", elements)]);
    check(
        &profiles,
        &observation(
            r#""performer":[{"reference":"Patient/1"},{"reference":"Practitioner/1","display":"x"}]"#,
        ),
        &[],
    );
    check(
        &profiles,
        &observation(r#""performer":[{"reference":"Patient/1"}]"#),
        &[("required", "Observation.performer", "performer of the slice 'who' is required")],
    );
    check(
        &profiles,
        &observation(r#""performer":[{"reference":"Practitioner/1"}]"#),
        &[("required", "Observation.performer[0].display", "performer.display is required")],
    );
}

#[test]
fn conformance_to_a_profile_tells_slices_apart() {
    let official = definition("http://example.org/o", "HumanName", r#"{"path":"HumanName.family","min":1}"#);
    let elements = r#"{"path":"Patient.name","slicing":{"discriminator":[{"type":"profile","path":"$this"}],
            "rules":"open"}},
        {"path":"Patient.name","sliceName":"whole","min":1,"type":[{"code":"HumanName","profile":["http://example.org/o"]}]},
        {"path":"Patient.name.use","min":1}"#;
    let profiles = load([&definition(URL, "Patient", elements), &official]);
    check(&profiles, r#"{"resourceType":"Patient","name":[{"text":"x"},{"family":"x","use":"old"}]}"#, &[]);
    check(
        &profiles,
        r#"{"resourceType":"Patient","name":[{"text":"x"}]}"#,
        &[("required", "Patient.name", "name of the slice 'whole' is required")],
    );
    check(
        &profiles,
        r#"{"resourceType":"Patient","name":[{"family":"x"}]}"#,
        &[("required", "Patient.name[0].use", "name.use is required")],
    );
}

#[test]
fn slices_are_sliced_again() {
    let elements = r#"{"id":"Patient.identifier","path":"Patient.identifier",
            "slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}},
        {"id":"Patient.identifier:a","path":"Patient.identifier","sliceName":"a",
            "slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"open"}},
        {"id":"Patient.identifier:a.system","path":"Patient.identifier.system","fixedUri":"http://a"},
        {"id":"Patient.identifier:a/old","path":"Patient.identifier","sliceName":"a/old","max":"1"},
        {"id":"Patient.identifier:a/old.use","path":"Patient.identifier.use","fixedCode":"old"}"#;
    let profiles = load([&definition(URL, "Patient", elements)]);
    let old = |system: &str| format!(r#"{{"system":"{system}","use":"old"}}"#);
    let patient = |identifiers: &[String]| {
        format!(r#"{{"resourceType":"Patient","identifier":[{}]}}"#, identifiers.join(","))
    };
    check(&profiles, &patient(&[old("http://a"), old("http://b"), old("http://b")]), &[]);
    check(
        &profiles,
        &patient(&[old("http://a"), old("http://b"), old("http://a")]),
        &[(
            "structure",
            "Patient.identifier[2]",
            "identifier of the slice 'a/old' may occur at most 1 times, not 2",
        )],
    );
}
