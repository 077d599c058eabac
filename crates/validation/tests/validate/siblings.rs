//! `_birthDate` and `_given`: ids and extensions of primitives.

use super::*;

const REASON: &str =
    r#"{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}"#;

#[test]
fn siblings_carry_ids_and_extensions() {
    check_patient(
        &format!(
            r#""birthDate":"1980","_birthDate":{{"id":"a","extension":[{REASON}]}},"_gender":{{"extension":[{REASON}]}},
               "_deceasedBoolean":{{"extension":[{REASON}]}},"deceasedBoolean":true,
               "name":[{{"given":["a",null],"_given":[null,{{"extension":[{REASON}]}}]}},{{"_given":[{{"extension":[{REASON}]}}]}}]"#
        ),
        &[],
    );
}

#[test]
fn siblings_hold_nothing_else() {
    check_patient(
        r#""_birthDate":{"value":"1980"},"_active":"x","_gender":null,"_language":[],"_deceasedBoolean":{},
           "_implicitRules":{"id":"a"}"#,
        &[
            (
                "structure",
                "Patient.birthDate.value",
                "_birthDate has no element 'value'; its elements are id, extension",
            ),
            ("structure", "Patient.active", "_active must be an object, not a string"),
            ("structure", "Patient.gender", "_gender must not be null; leave it out"),
            ("structure", "Patient.language", "_language must be an object, not a list"),
            ("structure", "Patient.deceased", "_deceasedBoolean must not be an empty object; leave it out"),
            (
                "invariant",
                "Patient.implicitRules",
                "ele-1: _implicitRules has only an id; it needs a value or an extension",
            ),
        ],
    );
}

#[test]
fn only_primitives_have_siblings() {
    check_patient(
        r#""_name":[{"id":"a"}],"_nmae":{},"maritalStatus":{"_id":{"id":"x"},"text":"x"}"#,
        &[
            (
                "structure",
                "Patient._name",
                "Patient has no element '_name'; only primitive elements have one: extensions of name belong inside it",
            ),
            ("structure", "Patient._nmae", "Patient has no element '_nmae'"),
            (
                "structure",
                "Patient.maritalStatus._id",
                "maritalStatus (CodeableConcept) has no element '_id'; id cannot have extensions",
            ),
        ],
    );
}

#[test]
fn lists_and_their_siblings_agree_in_length() {
    check_patient(
        &format!(r#""name":[{{"given":["a","b","c"],"_given":[null,{{"extension":[{REASON}]}}]}}]"#),
        &[(
            "structure",
            "Patient.name[0].given",
            "name.given and _given must have the same number of items (3 and 2); put null where one has nothing",
        )],
    );
}

#[test]
fn no_item_is_null_in_both_lists() {
    check_patient(
        r#""name":[{"given":["a",null],"_given":[null,null]},{"_given":[null]},{"_given":{"id":"a"}},{"_given":[]},
           {"given":[null],"_given":[{"id":"x"}]},{"given":["a"],"_given":["b"]}]"#,
        &[
            (
                "structure",
                "Patient.name[0].given[1]",
                "name.given must not contain null without an extension in its place",
            ),
            (
                "structure",
                "Patient.name[1].given[0]",
                "name._given must not contain null without a value in its place",
            ),
            ("structure", "Patient.name[2].given", "name._given must be a list, not an object"),
            ("structure", "Patient.name[3].given", "name._given must not be an empty list; leave it out"),
            (
                "invariant",
                "Patient.name[4].given[0]",
                "ele-1: name._given has only an id; it needs a value or an extension",
            ),
            ("structure", "Patient.name[5].given[0]", "name._given must be an object, not a string"),
        ],
    );
}
