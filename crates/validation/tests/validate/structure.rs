//! Unknown elements, cardinality, lists, objects, null and emptiness.

use super::*;

#[test]
fn unknown_elements_are_refused_with_what_may_have_been_meant() {
    check_patient(
        r#""birthdate":"1980","zzzzzzzzz":1,"maritalStatus":{"txt":"x"},"contact":[{"zzzzzzzzz":1,"name":{"text":"x"}}]"#,
        &[
            (
                "structure",
                "Patient.birthdate",
                "Patient has no element 'birthdate'; did you mean 'birthDate'?",
            ),
            ("structure", "Patient.zzzzzzzzz", "Patient has no element 'zzzzzzzzz'"),
            (
                "structure",
                "Patient.maritalStatus.txt",
                "maritalStatus (CodeableConcept) has no element 'txt'; did you mean 'text'?",
            ),
            (
                "structure",
                "Patient.contact[0].zzzzzzzzz",
                "contact has no element 'zzzzzzzzz'; its elements are id, extension, modifierExtension, relationship, \
                 name, telecom, address, gender, organization, period",
            ),
        ],
    );
}

#[test]
fn unknown_names_are_quoted_and_cut() {
    check_patient(r#""a b":1"#, &[("structure", "Patient.`a b`", "Patient has no element 'a b'")]);
    let name = "x".repeat(5000);
    let shown = format!("{}…", "x".repeat(80));
    check_patient(
        &format!("\"{name}\":1"),
        &[("structure", &format!("Patient.`{shown}`"), &format!("Patient has no element '{shown}'"))],
    );
}

#[test]
fn a_resource_type_inside_a_data_type_is_unknown() {
    check_patient(
        r#""maritalStatus":{"resourceType":"CodeableConcept","text":"x"}"#,
        &[(
            "structure",
            "Patient.maritalStatus.resourceType",
            "maritalStatus (CodeableConcept) has no element 'resourceType'; only resources have one",
        )],
    );
}

#[test]
fn missing_elements_are_told_before_what_the_present_ones_do_wrong() {
    check(
        r#"{"resourceType":"Observation","subject":{"reference":"nowhere"},"component":[{"valueString":"x"}]}"#,
        &[
            ("required", "Observation.status", "status is required"),
            ("required", "Observation.code", "code is required"),
            (
                "value",
                "Observation.subject.reference",
                "subject.reference 'nowhere' is not a reference (Type/id, an absolute URL, urn:uuid:…, urn:oid:… or #id)",
            ),
            ("required", "Observation.component[0].code", "component.code is required"),
        ],
    );
}

#[test]
fn an_extension_instead_of_the_value_meets_a_minimum_of_one() {
    check(
        r#"{"resourceType":"Observation","code":{"text":"x"},"_status":{"extension":[
            {"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}}"#,
        &[],
    );
}

#[test]
fn lists_and_single_values_are_not_exchanged() {
    check_patient(
        r#""telecom":{"system":"pigeon"},"maritalStatus":[{"text":1}],"birthDate":["1980-13-01"],"name":"Jo",
           "contact":[{"name":[],"telecom":"x"}],"communication":[["x"],7]"#,
        &[
            ("structure", "Patient.telecom", "telecom must be a list, not an object"),
            (
                "code-invalid",
                "Patient.telecom.system",
                "telecom.system 'pigeon' is not one of phone, fax, email, pager, url, sms, other",
            ),
            ("structure", "Patient.maritalStatus", "maritalStatus must be an object, not a list"),
            (
                "value",
                "Patient.maritalStatus[0].text",
                "maritalStatus.text 1 is not a string (text, not empty, without control characters, U+FFFE and U+FFFF)",
            ),
            ("structure", "Patient.birthDate", "birthDate must be a single value, not a list"),
            (
                "value",
                "Patient.birthDate[0]",
                "birthDate '1980-13-01' is not a date (YYYY, YYYY-MM or YYYY-MM-DD)",
            ),
            ("structure", "Patient.name", "name must be a list, not a string"),
            ("structure", "Patient.contact[0].name", "contact.name must be an object, not a list"),
            ("structure", "Patient.contact[0].telecom", "contact.telecom must be a list, not a string"),
            ("structure", "Patient.communication[0]", "communication must be an object, not a list"),
            ("structure", "Patient.communication[1]", "communication must be an object, not a number"),
        ],
    );
}

#[test]
fn null_is_refused_outside_lists_of_primitives() {
    check_patient(
        r#""birthDate":null,"name":[null,{"given":["x",null]}],"maritalStatus":null,"telecom":null"#,
        &[
            ("structure", "Patient.birthDate", "birthDate must not be null; leave it out"),
            ("structure", "Patient.name[0]", "name must not contain null"),
            (
                "structure",
                "Patient.name[1].given[1]",
                "name.given must not contain null without an extension in its place",
            ),
            ("structure", "Patient.maritalStatus", "maritalStatus must not be null; leave it out"),
            ("structure", "Patient.telecom", "telecom must not be null; leave it out"),
        ],
    );
}

#[test]
fn what_is_empty_is_refused() {
    check_patient(
        r#""name":[],"contact":[{}],"maritalStatus":{},"telecom":[{"system":"phone","value":""}],"extension":[]"#,
        &[
            ("structure", "Patient.name", "name must not be an empty list; leave it out"),
            ("structure", "Patient.contact[0]", "contact must not be an empty object; leave it out"),
            ("structure", "Patient.maritalStatus", "maritalStatus must not be an empty object; leave it out"),
            (
                "value",
                "Patient.telecom[0].value",
                "telecom.value '' is not a string (text, not empty, without control characters, U+FFFE and U+FFFF)",
            ),
            ("structure", "Patient.extension", "extension must not be an empty list; leave it out"),
        ],
    );
}

#[test]
fn an_id_alone_is_no_content() {
    check_patient(
        r#""maritalStatus":{"id":"a"}"#,
        &[("invariant", "Patient.maritalStatus", "ele-1: maritalStatus has only an id; it needs content")],
    );
}

#[test]
fn content_that_refers_to_itself_is_checked_at_every_depth() {
    check(
        r#"{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"group","item":[
            {"linkId":"2","type":"group","item":[{"type":"strng","item":[{"linkID":"x"}]}]}]}]}"#,
        &[
            ("required", "Questionnaire.item[0].item[0].item[0].linkId", "item.item.item.linkId is required"),
            (
                "code-invalid",
                "Questionnaire.item[0].item[0].item[0].type",
                "item.item.item.type 'strng' is not a code of http://hl7.org/fhir/ValueSet/item-type; \
                 did you mean 'string'?",
            ),
            (
                "required",
                "Questionnaire.item[0].item[0].item[0].item[0].linkId",
                "item.item.item.item.linkId is required",
            ),
            (
                "required",
                "Questionnaire.item[0].item[0].item[0].item[0].type",
                "item.item.item.item.type is required",
            ),
            (
                "structure",
                "Questionnaire.item[0].item[0].item[0].item[0].linkID",
                "item.item.item.item has no element 'linkID'; did you mean 'linkId'?",
            ),
        ],
    );
}

/// All values below `value` (its own place excluded), as paths of names and indices.
fn paths(value: &Json, path: &mut Vec<String>, all: &mut Vec<Vec<String>>) {
    let children: Vec<(String, &Json)> = match value {
        Json::Object(object) => object.iter().map(|(name, child)| (name.to_owned(), child)).collect(),
        Json::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        _ => Vec::new(),
    };
    for (step, child) in children {
        path.push(step);
        all.push(path.clone());
        paths(child, path, all);
        path.pop();
    }
}

fn replace(value: &mut Json, path: &[String], replacement: &Json) {
    let Some((step, rest)) = path.split_first() else { return value.clone_from(replacement) };
    match value {
        Json::Object(object) => replace(object.get_mut(step).unwrap(), rest, replacement),
        Json::Array(items) => replace(&mut items[step.parse::<usize>().unwrap()], rest, replacement),
        _ => unreachable!("a path leads through objects and arrays"),
    }
}

#[test]
fn nothing_empty_is_accepted_in_any_place_of_a_resource() {
    let body = parse(
        r##"{"resourceType":"Observation","id":"1","meta":{"profile":["http://a"],"tag":[{"system":"http://a","code":"x"}]},
            "language":"en","text":{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'>x</div>"},
            "contained":[{"resourceType":"Patient","id":"p","name":[{"given":["x"],"_given":[{"id":"y"}]}]}],
            "extension":[{"url":"http://a","extension":[{"url":"b","valuePeriod":{"start":"2024","_end":{"extension":
            [{"url":"http://a","valueCode":"x"}]}}}]}],"status":"final","code":{"coding":[{"code":"x"}]},
            "subject":{"reference":"#p"},"effectiveTiming":{"repeat":{"frequency":1,"dayOfWeek":["mon"]}},
            "component":[{"code":{"text":"x"},"valueSampledData":{"origin":{"value":1},"period":1.0,"dimensions":1}}]}"##,
    );
    assert_eq!(validate(&body, &Options::default()), []);
    let mut all = Vec::new();
    paths(&body, &mut Vec::new(), &mut all);
    for path in all {
        for replacement in
            [Json::Null, parse("{}"), parse("[]"), parse("\"\""), parse("[null]"), parse("[[]]")]
        {
            let mut changed = body.clone();
            replace(&mut changed, &path, &replacement);
            let issues = validate(&changed, &Options::default());
            // Null says the same as the absence of an id beside a value, and is the one placeholder that is allowed.
            let is_placeholder = path.ends_with(&["_given".into(), "0".into()]) && replacement == Json::Null
                || path.ends_with(&["_given".into()]) && replacement == parse("[null]");
            assert_eq!(issues.is_empty(), is_placeholder, "{path:?} {replacement}");
            for (index, issue) in issues.iter().enumerate() {
                assert!(!issues[..index].contains(issue), "repeated: {issue:?}");
                assert!(issue.expression.is_some() && !issue.text.starts_with(' '), "{issue:?}");
            }
        }
    }
}
