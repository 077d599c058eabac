//! Required bindings.

use super::*;
use terminology::Terminology;

#[test]
fn codes_come_from_their_value_set() {
    check_patient(
        r#""gender":"Male","contact":[{"name":{"text":"x"},"gender":" male"}],"name":[{"use":""}]"#,
        &[
            ("code-invalid", "Patient.gender", "gender 'Male' is not one of male, female, other, unknown"),
            (
                "code-invalid",
                "Patient.contact[0].gender",
                "contact.gender ' male' is not one of male, female, other, unknown",
            ),
            (
                "code-invalid",
                "Patient.name[0].use",
                "name.use '' is not one of usual, official, temp, nickname, anonymous, old, maiden",
            ),
        ],
    );
}

#[test]
fn large_value_sets_are_named_with_the_nearest_code() {
    check(
        r#"{"resourceType":"SearchParameter","url":"http://a","name":"a","status":"draft","description":"a","code":"a",
            "base":["Patint","Zzzzzzzz"],"type":"string"}"#,
        &[
            (
                "code-invalid",
                "SearchParameter.base[0]",
                "base 'Patint' is not a code of http://hl7.org/fhir/ValueSet/resource-types; did you mean 'Patient'?",
            ),
            (
                "code-invalid",
                "SearchParameter.base[1]",
                "base 'Zzzzzzzz' is not a code of http://hl7.org/fhir/ValueSet/resource-types",
            ),
        ],
    );
}

fn condition(status: &str) -> String {
    format!(
        r#"{{"resourceType":"Condition","subject":{{"reference":"Patient/1"}},"clinicalStatus":{status}}}"#
    )
}

#[test]
fn one_coding_of_a_concept_comes_from_its_value_set() {
    const SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    const CODES: &str = "active, recurrence, relapse, inactive, remission, resolved";
    let told = |text: String| [("code-invalid", "Condition.clinicalStatus", text)];
    let check = |status: &str, expected: &[(&str, &str, String)]| {
        let expected: Vec<_> = expected.iter().map(|(code, at, text)| (*code, *at, text.as_str())).collect();
        check(&condition(status), &expected);
    };
    check(&format!(r#"{{"coding":[{{"code":"x"}},{{"system":"{SYSTEM}","code":"active"}}]}}"#), &[]);
    check(r#"{"extension":[{"url":"http://a","valueCode":"unknown"}]}"#, &[]);
    check(
        &format!(r#"{{"coding":[{{"system":"{SYSTEM}","code":"activ"}}]}}"#),
        &told(format!("clinicalStatus has the code 'activ', not one of {CODES} of {SYSTEM}")),
    );
    check(
        r#"{"coding":[{"system":"http://a","code":"active"}]}"#,
        &told(format!("clinicalStatus has the code 'active' of another system than {SYSTEM}")),
    );
    check(
        r#"{"coding":[{"code":"active"}]}"#,
        &told(format!("clinicalStatus has the code 'active' without its system, {SYSTEM}")),
    );
    check(
        r#"{"text":"active"}"#,
        &told(format!("clinicalStatus has no code; expected one of {CODES} of {SYSTEM}")),
    );
}

#[test]
fn of_sets_that_no_list_exhausts_the_form_is_checked() {
    check_patient(
        r#""language":"en-US","communication":[{"language":{"coding":[{"system":"http://a","code":"x"}]}}],
           "photo":[{"language":"english language","contentType":"image/png"}]"#,
        &[(
            "code-invalid",
            "Patient.photo[0].language",
            "photo.language 'english language' is not a language (a BCP 47 tag such as en or pt-BR)",
        )],
    );
}

#[test]
fn codes_outside_an_extensible_binding_are_told_when_checking() {
    let terminology = terminology::Terminology::builtin();
    let told = |body: &str| -> Vec<(String, String)> {
        let mode = validation::Mode::Check;
        let options = Options { mode, terminology: Some(&terminology), ..Options::default() };
        let issues = validate(&parse(body), &options);
        let issues = issues.into_iter().filter(|issue| !issue.text.starts_with("dom-6"));
        issues.map(|issue| (issue.severity.code().to_owned(), issue.text)).collect()
    };
    let patient = |coding: &str| {
        format!(r#"{{"resourceType":"Patient","maritalStatus":{{"coding":[{coding}],"text":"x"}}}}"#)
    };
    let system = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus";
    assert_eq!(told(&patient(&format!(r#"{{"system":"{system}","code":"M"}}"#))), []);
    assert_eq!(
        told(&patient(r#"{"system":"http://example.org","code":"M"}"#)),
        [(
            String::from("warning"),
            String::from(
                "maritalStatus has the code 'M', not one of http://hl7.org/fhir/ValueSet/marital-status; use one of its codes if one fits"
            )
        )]
    );
    // A concept without codes says by its text what no code says.
    assert_eq!(told(r#"{"resourceType":"Patient","maritalStatus":{"text":"x"}}"#), []);
    check(&patient(r#"{"system":"http://example.org","code":"M"}"#), &[]);
}

#[test]
fn types_bind_their_values_wherever_they_stand() {
    let quantity = |code: &str| {
        format!(r#"{{"value":1,"unit":"x","system":"http://unitsofmeasure.org","code":"{code}"}}"#)
    };
    let age = |code: &str| {
        format!(
            r#"{{"resourceType":"Condition","subject":{{"reference":"Patient/1"}},"onsetAge":{}}}"#,
            quantity(code)
        )
    };
    let length = |quantity: &str| {
        format!(
            r#"{{"resourceType":"Encounter","status":"finished","class":{{"code":"AMB"}},"length":{quantity}}}"#
        )
    };
    let terminology = Terminology::builtin();
    let write = Options { terminology: Some(&terminology), ..Options::default() };
    for body in [age("a"), age("mo"), length(&quantity("h")), length(r#"{"value":1,"unit":"hours"}"#)] {
        check_with(&body, &write, &[]);
    }
    for (body, path) in
        [(age("kg"), "onsetAge"), (length(&quantity("kg")), "length"), (age("nothing"), "onsetAge")]
    {
        let issues = validate(&parse(&body), &write);
        assert_eq!(issues.len(), 1, "{issues:?}");
        assert_eq!(issues[0].code, fhir::IssueCode::CodeInvalid);
        assert!(issues[0].text.starts_with(&format!("{path} has the code '")), "{issues:?}");
        assert!(
            issues[0].text.ends_with("not one of http://hl7.org/fhir/ValueSet/all-time-units"),
            "{issues:?}"
        );
    }
    let distance = |code: &str| {
        format!(
            r#"{{"resourceType":"Patient","extension":[{{"url":"http://example.org/far","valueDistance":{}}}]}}"#,
            quantity(code)
        )
    };
    check_with(&distance("km"), &write, &[]);
    assert_eq!(validate(&parse(&distance("kg")), &write).len(), 1);
    let told = |body: &str| {
        let options = Options { mode: validation::Mode::Check, ..write };
        let issues = validate(&parse(body), &options);
        issues.iter().any(|issue| issue.text.contains("http://hl7.org/fhir/ValueSet/age-units"))
    };
    assert!(told(&age("ms")) && !told(&age("a")), "the extensible binding, too");
}

#[test]
fn codes_that_a_grammar_makes_are_judged_by_it() {
    let terminology = Terminology::builtin();
    let options = Options { terminology: Some(&terminology), ..Options::default() };
    for (body, problem) in [
        (r#"{"resourceType":"Binary","contentType":"text/plain; charset=utf-8"}"#, None),
        (
            r#"{"resourceType":"Binary","contentType":"notmime"}"#,
            Some(
                "contentType 'notmime' is not a media type (such as application/pdf or text/plain; charset=utf-8)",
            ),
        ),
        (
            r#"{"resourceType":"Binary","contentType":"json"}"#,
            Some(
                "contentType 'json' is not a media type (such as application/pdf or text/plain; charset=utf-8)",
            ),
        ),
        (
            r#"{"resourceType":"CapabilityStatement","status":"draft","date":"2024","kind":"requirements","fhirVersion":"4.0.1",
                "format":["json","application/fhir+xml"],"description":"x","rest":[{"mode":"server"}]}"#,
            None,
        ),
        (r#"{"resourceType":"Patient","language":"pt-BR"}"#, None),
        (
            r#"{"resourceType":"Patient","language":"xx-yy-bad"}"#,
            Some("language 'xx-yy-bad' is not a language (a BCP 47 tag such as en or pt-BR)"),
        ),
    ] {
        let issues = validate(&parse(body), &options);
        let told: Vec<&str> = issues.iter().map(|issue| issue.text.as_str()).collect();
        assert_eq!(told, problem.into_iter().collect::<Vec<_>>(), "{body}");
    }
}
