//! The invariants of R4: the key and a sentence, at the place of what breaks it.

use super::*;
use validation::Mode;

/// Checks that a body breaks one invariant, and that it is told at `expression`.
#[track_caller]
fn breaks(body: &str, expression: &str, text: &str) {
    check(body, &[("invariant", expression, text)]);
}

#[test]
fn constraints_of_data_types_are_told_where_the_value_stands() {
    for (members, expression, text) in [
        (
            r#""name":[{"period":{"start":"2024-01-02","end":"2024-01-01"}}]"#,
            "Patient.name[0].period",
            "per-1: start must not be after end",
        ),
        (
            r#""telecom":[{"value":"1"}]"#,
            "Patient.telecom[0]",
            "cpt-2: a contact point with a value needs a system",
        ),
        (
            r#""photo":[{"data":"QQ=="}]"#,
            "Patient.photo[0]",
            "att-1: an attachment with data needs a contentType",
        ),
        (
            r#""extension":[{"url":"http://a","valueQuantity":{"code":"g"}}]"#,
            "Patient.extension[0].value",
            "qty-3: a quantity with a code needs the system of that code",
        ),
        (
            r#""extension":[{"url":"http://a","valueRange":{"low":{"value":2},"high":{"value":1}}}]"#,
            "Patient.extension[0].value",
            "rng-2: low must not be above high",
        ),
        (
            r#""extension":[{"url":"http://a","valueRatio":{"numerator":{"value":2}}}]"#,
            "Patient.extension[0].value",
            "rat-1: numerator and denominator must both be given, or neither and an extension that says why",
        ),
        (
            r#""extension":[{"url":"http://a","valueRange":{"low":{"value":2,"comparator":"<"}}}]"#,
            "Patient.extension[0].value.low",
            "sqty-1: comparator is not allowed here",
        ),
        (
            r#""extension":[{"url":"http://a","valueTiming":{"repeat":{"duration":1}}}]"#,
            "Patient.extension[0].value.repeat",
            "tim-1: a duration needs a durationUnit",
        ),
        (
            r#""contact":[{"gender":"male"}]"#,
            "Patient.contact[0]",
            "pat-1: a contact needs a name, telecom, address or organization",
        ),
    ] {
        check_patient(members, &[("invariant", expression, text)]);
    }
}

#[test]
fn constraints_of_resources_are_told_at_the_resource() {
    breaks(
        r#"{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"x"}]},"valueString":"y",
            "dataAbsentReason":{"text":"z"}}"#,
        "Observation",
        "obs-6: dataAbsentReason must be left out when there is a value",
    );
    breaks(
        r#"{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"s","code":"x"}]},
            "valueString":"y","component":[{"code":{"coding":[{"system":"s","code":"x"}]}}]}"#,
        "Observation",
        "obs-7: a component must not have the code of the Observation when that has a value",
    );
    breaks(
        r#"{"resourceType":"Organization","active":true}"#,
        "Organization",
        "org-1: an organization needs an identifier or a name",
    );
    breaks(
        r#"{"resourceType":"Appointment","status":"booked","participant":[{"status":"accepted","actor":
            {"reference":"Patient/1"}}]}"#,
        "Appointment",
        "app-3: only appointments that are proposed, cancelled or on the waitlist may leave out start and end",
    );
    breaks(
        r#"{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"display","item":
            [{"linkId":"1.1","type":"string"}]}]}"#,
        "Questionnaire.item[0]",
        "que-1: a group needs items; a display has none",
    );
    breaks(
        r#"{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"string"},
            {"linkId":"1","type":"string"}]}"#,
        "Questionnaire",
        "que-2: each linkId must be used once",
    );
    breaks(
        r#"{"resourceType":"Linkage","item":[{"type":"source","resource":{"reference":"Patient/1"}}]}"#,
        "Linkage",
        "lnk-1: a linkage joins two items at least",
    );
    breaks(
        r#"{"resourceType":"Parameters","parameter":[{"name":"a","valueString":"b","part":[{"name":"c","valueString":"d"}]}]}"#,
        "Parameters.parameter[0]",
        "inv-1: a parameter has exactly one of a value, a resource and parts",
    );
}

#[test]
fn constraints_of_elements_are_told_at_their_values() {
    check(
        r#"{"resourceType":"Organization","name":"x","address":[{"use":"work"},{"use":"home"}]}"#,
        &[(
            "invariant",
            "Organization.address[1]",
            "org-2: an address of an organization must not have the use home",
        )],
    );
    check(
        r#"{"resourceType":"OperationDefinition","name":"X","status":"draft","kind":"query","code":"x","system":false,
            "type":false,"instance":true,"parameter":[{"name":"a","use":"in","min":0,"max":"0","type":"string"}]}"#,
        &[],
    );
}

#[test]
fn a_contained_resource_sees_itself_and_its_container() {
    // %resource is the contained one, %rootResource the one that contains it.
    check_observation(
        r##""contained":[{"resourceType":"Observation","id":"o","status":"final","code":{"text":"y"},
            "subject":{"reference":"#p"},"valueString":"x","dataAbsentReason":{"text":"z"}},
            {"resourceType":"Patient","id":"p"}],"hasMember":[{"reference":"#o"}]"##,
        &[(
            "invariant",
            "Observation.contained[0]",
            "obs-6: dataAbsentReason must be left out when there is a value",
        )],
    );
}

#[test]
fn what_is_only_advised_is_told_when_checking() {
    let body = r#"{"resourceType":"Patient","active":true}"#;
    check(body, &[]);
    let issues = validate(&parse(body), &Options { mode: Mode::Check, ..Options::default() });
    let told: Vec<(&str, &str)> =
        issues.iter().map(|issue| (issue.severity.code(), issue.text.as_str())).collect();
    assert_eq!(told, [("warning", "dom-6: a resource should have a narrative (text)")]);
}
