//! `value[x]`.

use super::*;

#[test]
fn a_choice_has_one_value() {
    check_patient(
        r#""deceasedBoolean":true,"active":true,"deceasedDateTime":"2020","_deceasedDateTime":{"id":"a"}"#,
        &[(
            "structure",
            "Patient.deceased",
            "deceased[x] can have one value only, not deceasedBoolean and deceasedDateTime",
        )],
    );
    check_observation(
        r#""component":[{"code":{"text":"x"},"valueString":"a","valueBoolean":true,"valueInteger":1}]"#,
        &[(
            "structure",
            "Observation.component[0].value",
            "component.value[x] can have one value only, not valueString and valueBoolean and valueInteger",
        )],
    );
}

#[test]
fn a_choice_has_one_of_its_types() {
    check_patient(
        r#""deceasedString":"x","deceased":true,"multipleBirth[x]":1,"_deceasedFoo":{}"#,
        &[
            (
                "structure",
                "Patient.deceasedString",
                "deceased[x] cannot be 'String'; allowed: deceasedBoolean, deceasedDateTime",
            ),
            (
                "structure",
                "Patient.deceased",
                "deceased[x] must name its type; allowed: deceasedBoolean, deceasedDateTime",
            ),
            (
                "structure",
                "Patient.`multipleBirth[x]`",
                "multipleBirth[x] must name its type; allowed: multipleBirthBoolean, multipleBirthInteger",
            ),
            (
                "structure",
                "Patient._deceasedFoo",
                "deceased[x] cannot be 'Foo'; allowed: deceasedBoolean, deceasedDateTime",
            ),
        ],
    );
}

#[test]
fn a_choice_of_many_types_names_the_nearest() {
    check_patient(
        r#""extension":[{"url":"http://a","valueStrin":"x"},{"url":"http://a","valueReally":"x"}]"#,
        &[
            (
                "structure",
                "Patient.extension[0].valueStrin",
                "extension.value[x] cannot be 'Strin'; did you mean 'valueString'?",
            ),
            ("structure", "Patient.extension[1].valueReally", "extension.value[x] cannot be 'Really'"),
        ],
    );
}

#[test]
fn a_required_choice_names_its_types() {
    let body = |medication| {
        let subject = r#""subject":{"reference":"Patient/1"}"#;
        format!(
            r#"{{"resourceType":"MedicationRequest","status":"active","intent":"order",{subject}{medication}}}"#
        )
    };
    check(
        &body(""),
        &[(
            "required",
            "MedicationRequest.medication",
            "medication[x] is required: one of medicationCodeableConcept, medicationReference",
        )],
    );
    check(
        &body(r#","medicationString":"x""#),
        &[(
            "structure",
            "MedicationRequest.medicationString",
            "medication[x] cannot be 'String'; allowed: medicationCodeableConcept, medicationReference",
        )],
    );
}
