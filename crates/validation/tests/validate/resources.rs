//! The body and the resources inside it.

use super::*;

#[test]
fn a_typical_patient_is_valid() {
    check(
        r#"{"resourceType":"Patient","id":"a-1","meta":{"versionId":"1","lastUpdated":"2024-01-02T03:04:05.678Z"},
            "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Jo</div>"},
            "identifier":[{"system":"urn:oid:1.2.3","value":"7","assigner":{"display":"x"}}],"active":true,
            "name":[{"use":"official","family":"Doe","given":["Jo","X"]}],"telecom":[{"system":"phone","value":"1"}],
            "gender":"female","birthDate":"1980-02","deceasedBoolean":false,"multipleBirthInteger":2,
            "contact":[{"name":{"text":"x"}}],"communication":[{"language":{"text":"en"}}],
            "generalPractitioner":[{"reference":"Practitioner/1"}],"managingOrganization":{"reference":"Organization/1"}}"#,
        &[],
    );
}

#[test]
fn the_documented_explanations_are_told_word_for_word() {
    // `gender is required` is a rule of the other door; a name stands in for it here.
    check(
        r#"{"resourceType":"Organization","name":"x","contact":[{"telecom":[{"system":"phone","value":""}]}],"endpoint":{"reference":"Endpoint/1"}}"#,
        &[
            (
                "value",
                "Organization.contact[0].telecom[0].value",
                "contact.telecom.value '' is not a string (text, not empty, without control characters, U+FFFE and U+FFFF)",
            ),
            ("structure", "Organization.endpoint", "endpoint must be a list, not an object"),
        ],
    );
    check_patient(
        r#""birthDate":"1980-13-01""#,
        &[(
            "value",
            "Patient.birthDate",
            "birthDate '1980-13-01' is not a date (YYYY, YYYY-MM or YYYY-MM-DD)",
        )],
    );
}

#[test]
fn a_body_must_be_an_object_with_a_resource_type() {
    let structure = |text| ("structure", "Resource", text);
    check("[]", &[structure("the body must be a resource (a JSON object), not a list")]);
    check("\"x\"", &[structure("the body must be a resource (a JSON object), not a string")]);
    check("{}", &[("required", "Resource.resourceType", "resourceType is required")]);
    check(
        r#"{"resourceType":1}"#,
        &[("structure", "Resource.resourceType", "resourceType must be a string, not a number")],
    );
}

#[test]
fn a_resource_type_must_be_a_concrete_one_of_r4() {
    let texts = [
        ("patient", "'patient' is not a resource type of FHIR R4; did you mean 'Patient'?"),
        ("Zzzzzzzz", "'Zzzzzzzz' is not a resource type of FHIR R4"),
        ("DomainResource", "'DomainResource' is abstract; name the type of this resource"),
        ("HumanName", "'HumanName' is a data type, not a resource type"),
        ("", "'' is not a resource type of FHIR R4"),
    ];
    for (name, text) in texts {
        let body = format!(r#"{{"resourceType":"{name}"}}"#);
        check(&body, &[("structure", "Resource.resourceType", &format!("resourceType {text}"))]);
    }
}

#[test]
fn a_body_of_another_type_than_the_urls_is_refused_and_still_looked_at() {
    check_with(
        r#"{"resourceType":"Observation"}"#,
        &expecting(ResourceType::PATIENT),
        &[
            (
                "structure",
                "Observation.resourceType",
                "resourceType 'Observation' is not Patient, the type in the URL",
            ),
            ("required", "Observation.status", "status is required"),
            ("required", "Observation.code", "code is required"),
        ],
    );
    check_with(
        r#"{"gender":"x"}"#,
        &expecting(ResourceType::PATIENT),
        &[
            ("required", "Patient.resourceType", "resourceType is required"),
            ("code-invalid", "Patient.gender", "gender 'x' is not one of male, female, other, unknown"),
        ],
    );
}

#[test]
fn expressions_begin_with_the_root_that_is_given() {
    check_with(
        r#"{"resourceType":"Patient","contact":[{"name":{"text":"x"},"gender":1}]}"#,
        &Options { root: Some("Bundle.entry[3].resource"), ..Options::default() },
        &[(
            "value",
            "Bundle.entry[3].resource.contact[0].gender",
            "contact.gender 1 is not a code (text without leading, trailing or double spaces)",
        )],
    );
}

#[test]
fn resources_inside_others_are_checked_by_their_own_type() {
    check(
        r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","active":"no"}},
            {"resource":{}},{"resource":[]},{"resource":{"resourceType":"Patint"}},{"resource":{"id":"1"}}]}"#,
        &[
            (
                "value",
                "Bundle.entry[0].resource.active",
                "active 'no' is not a boolean (true or false, without quotes)",
            ),
            (
                "structure",
                "Bundle.entry[1].resource",
                "entry.resource must not be an empty object; leave it out",
            ),
            ("structure", "Bundle.entry[2].resource", "entry.resource must be an object, not a list"),
            (
                "structure",
                "Bundle.entry[3].resource.resourceType",
                "resourceType 'Patint' is not a resource type of FHIR R4; did you mean 'Patient'?",
            ),
            ("required", "Bundle.entry[4].resource.resourceType", "resourceType is required"),
        ],
    );
    check(
        r#"{"resourceType":"Parameters","parameter":[{"name":"a","part":[{"name":"b","resource":
            {"resourceType":"Basic","code":{"text":"x"},"created":"now"}}]}]}"#,
        &[(
            "value",
            "Parameters.parameter[0].part[0].resource.created",
            "created 'now' is not a date (YYYY, YYYY-MM or YYYY-MM-DD)",
        )],
    );
}
