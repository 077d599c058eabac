//! Extensions.

use super::*;

#[test]
fn an_extension_has_a_url_and_either_a_value_or_extensions() {
    check_patient(
        r#""extension":[{"valueString":"x"},{"url":"http://a"},{"url":"http://b","valueString":"x","extension":
           [{"url":"c","valueBoolean":true}]},{"url":"http://d","extension":[{"url":"e"}]}],
           "modifierExtension":[{"url":"http://f"}]"#,
        &[
            ("required", "Patient.extension[0].url", "extension.url is required"),
            (
                "invariant",
                "Patient.extension[1]",
                "ext-1: extension 'http://a' must have a value or extensions",
            ),
            (
                "invariant",
                "Patient.extension[2]",
                "ext-1: extension 'http://b' must not have both a value and extensions",
            ),
            (
                "invariant",
                "Patient.extension[3].extension[0]",
                "ext-1: extension.extension 'e' must have a value or extensions",
            ),
            (
                "invariant",
                "Patient.modifierExtension[0]",
                "ext-1: modifierExtension 'http://f' must have a value or extensions",
            ),
        ],
    );
}

#[test]
fn the_values_of_extensions_are_checked_by_their_type() {
    check_patient(
        r#""extension":[{"url":"http://a","valueDate":"x"},{"url":"http://a","valueCoding":{"systm":"x"}},
           {"url":"http://a","valuePatient":{}},{"url":1,"valueCode":"x"},{"url":"http://a","_valueCode":{"extension":
           [{"url":"http://a","valueUri":"a b"}]}}]"#,
        &[
            (
                "value",
                "Patient.extension[0].value",
                "extension.valueDate 'x' is not a date (YYYY, YYYY-MM or YYYY-MM-DD)",
            ),
            (
                "structure",
                "Patient.extension[1].value.systm",
                "extension.valueCoding (Coding) has no element 'systm'; did you mean 'system'?",
            ),
            ("structure", "Patient.extension[2].valuePatient", "extension.value[x] cannot be 'Patient'"),
            ("value", "Patient.extension[3].url", "extension.url 1 is not a URI (text without spaces)"),
            (
                "value",
                "Patient.extension[4].value.extension[0].value",
                "extension._valueCode.extension.valueUri 'a b' is not a URI (text without spaces)",
            ),
        ],
    );
}
