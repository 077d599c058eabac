//! FHIRPath Patch: what each operation does, on the cases that HL7's test suite distinguishes and on those that JSON
//! makes hard; failures; and Parameters that are no patches.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use fhir::Json;
use patch::{Format, Patch};

const DEPTH: usize = 20;

fn parse(text: &str) -> Json {
    fhir::json::parse(text.as_bytes(), DEPTH).unwrap()
}

/// One operation; `parts` are `name: value[x] as JSON members` parted by ` ; `.
fn operation(parts: &str) -> String {
    let part = |part: &str| {
        let (name, value) = part.split_once(": ").unwrap();
        format!(r#"{{"name":"{name}",{value}}}"#)
    };
    let parts: Vec<String> = parts.split(" ; ").map(part).collect();
    format!(r#"{{"name":"operation","part":[{}]}}"#, parts.join(","))
}

fn parameters(operations: &[&str]) -> String {
    let operations: Vec<String> = operations.iter().map(|parts| operation(parts)).collect();
    format!(r#"{{"resourceType":"Parameters","parameter":[{}]}}"#, operations.join(","))
}

#[track_caller]
fn patch(operations: &[&str]) -> Patch {
    Patch::parse(Format::FhirPathJson, parameters(operations).as_bytes(), DEPTH)
        .unwrap_or_else(|issues| panic!("{issues:?}"))
}

/// The content of a Patient before and after.
#[track_caller]
fn becomes(before: &str, operations: &[&str], after: &str) {
    let patient = |content: &str| {
        let comma = if content.is_empty() { "" } else { "," };
        parse(&format!(r#"{{"resourceType":"Patient"{comma}{content}}}"#))
    };
    let found = patch(operations).apply(&patient(before)).unwrap_or_else(|issues| panic!("{issues:?}"));
    assert!(found.same_content(&patient(after)), "{found}");
}

#[track_caller]
fn fails(before: &str, operations: &[&str], text: &str) {
    let patient = parse(&format!(r#"{{"resourceType":"Patient","id":"p"{before}}}"#));
    let issues = patch(operations).apply(&patient).unwrap_err();
    assert_eq!(issues.iter().map(|issue| issue.text.as_str()).collect::<Vec<_>>(), [text]);
    let last = operations.len() - 1;
    assert_eq!(issues[0].expression, Some(format!("Parameters.parameter[{last}]")));
}

#[track_caller]
fn is_refused(document: &str, expected: &[&str]) {
    let issues = Patch::parse(Format::FhirPathJson, document.as_bytes(), DEPTH).unwrap_err();
    let told: Vec<String> = issues
        .iter()
        .map(|issue| format!("{}: {}", issue.expression.as_deref().unwrap_or("-"), issue.text))
        .collect();
    assert_eq!(told, expected);
}

const REPLACE_GENDER: &str = r#"type: "valueCode":"replace" ; path: "valueString":"Patient.contact[0].gender" ; value: "valueCode":"female""#;

#[test]
fn primitives_are_added_replaced_and_deleted() {
    let add = r#"type: "valueCode":"add" ; path: "valueString":"Patient" ; name: "valueString":"birthDate" ; value: "valueDate":"1930-01-01""#;
    becomes("", &[add], r#""birthDate":"1930-01-01""#);
    let replace = r#"type: "valueCode":"replace" ; path: "valueString":"Patient.birthDate" ; value: "valueDate":"1930-01-01""#;
    becomes(r#""birthDate":"1920-01-01""#, &[replace], r#""birthDate":"1930-01-01""#);
    let delete = r#"type: "valueCode":"delete" ; path: "valueString":"Patient.birthDate""#;
    becomes(r#""birthDate":"1920-01-01""#, &[delete], "");
    becomes("", &[delete], "");
    becomes(r#""active":true"#, &[], r#""active":true"#);
}

#[test]
fn elements_of_elements_are_changed_and_what_is_emptied_goes() {
    let contact = r#""contact":[{"name":{"text":"a name"},"gender":"male"}]"#;
    becomes(contact, &[REPLACE_GENDER], r#""contact":[{"name":{"text":"a name"},"gender":"female"}]"#);
    let text = r#"type: "valueCode":"delete" ; path: "valueString":"Patient.contact[0].name.text""#;
    becomes(contact, &[text], r#""contact":[{"gender":"male"}]"#);
    let delete = r#"type: "valueCode":"delete" ; path: "valueString":"Patient.contact[0]""#;
    becomes(contact, &[delete], "");
    let add = r#"type: "valueCode":"add" ; path: "valueString":"Patient.contact[0]" ; name: "valueString":"gender" ; value: "valueCode":"male""#;
    becomes(r#""contact":[{"name":{"text":"a name"}}]"#, &[add], contact);
}

#[test]
fn complex_values_are_whole() {
    let add = r#"type: "valueCode":"add" ; path: "valueString":"Patient" ; name: "valueString":"maritalStatus" ; value: "valueCodeableConcept":{"text":"married"}"#;
    becomes("", &[add], r#""maritalStatus":{"text":"married"}"#);
    let replace = r#"type: "valueCode":"replace" ; path: "valueString":"Patient.maritalStatus" ; value: "valueCodeableConcept":{"id":"2","text":"not married"}"#;
    becomes(
        r#""maritalStatus":{"id":"1","text":"married","coding":[{"code":"M"}]}"#,
        &[replace],
        r#""maritalStatus":{"id":"2","text":"not married"}"#,
    );
}

#[test]
fn values_without_a_type_name_are_given_by_parts() {
    let add = r#"type: "valueCode":"add" ; path: "valueString":"Patient" ; name: "valueString":"contact" ; value: "part":[{"name":"name","valueHumanName":{"text":"a name"}},{"name":"relationship","valueCodeableConcept":{"text":"a"}},{"name":"relationship","valueCodeableConcept":{"text":"b"}}]"#;
    becomes(
        r#""contact":[{"gender":"male"}]"#,
        &[add],
        r#""contact":[{"gender":"male"},{"name":{"text":"a name"},"relationship":[{"text":"a"},{"text":"b"}]}]"#,
    );
    let wrong = r#"type: "valueCode":"add" ; path: "valueString":"Patient" ; name: "valueString":"contact" ; value: "part":[{"name":"nam","valueHumanName":{"text":"a name"}}]"#;
    fails(
        "",
        &[wrong],
        "operation[0] (add contact to Patient) failed: Patient.contact has no element 'nam'; did you mean 'name'?",
    );
}

#[test]
fn the_type_of_a_value_decides_the_name_of_a_choice() {
    let add = |value: &str| {
        format!(
            r#"type: "valueCode":"add" ; path: "valueString":"Patient" ; name: "valueString":"deceased" ; value: {value}"#
        )
    };
    becomes("", &[&add(r#""valueBoolean":true"#)], r#""deceasedBoolean":true"#);
    becomes("", &[&add(r#""valueDateTime":"2020""#)], r#""deceasedDateTime":"2020""#);
    let replace = r#"type: "valueCode":"replace" ; path: "valueString":"Patient.deceased" ; value: "valueDateTime":"2020""#;
    becomes(r#""deceasedBoolean":true"#, &[replace], r#""deceasedDateTime":"2020""#);
    fails(
        "",
        &[&add(r#""valueString":"2020""#)],
        "operation[0] (add deceased to Patient) failed: the value is of the type string, which deceased cannot be; \
         deceased is one of boolean, dateTime",
    );
    fails(
        r#","deceasedBoolean":true"#,
        &[&add(r#""valueDateTime":"2020""#)],
        "operation[0] (add deceased to Patient) failed: deceased is there already as deceasedBoolean; use replace",
    );
    let named = r#"type: "valueCode":"add" ; path: "valueString":"Patient" ; name: "valueString":"deceasedBoolean" ; value: "valueDateTime":"2020""#;
    fails(
        "",
        &[named],
        "operation[0] (add deceasedBoolean to Patient) failed: the value is of the type dateTime, which \
         deceasedBoolean cannot be; deceasedBoolean is boolean",
    );
}

/// Four identifiers in an order.
fn identifiers(order: &str) -> String {
    let items: Vec<String> = order.chars().map(|value| format!(r#"{{"value":"{value}"}}"#)).collect();
    if items.is_empty() { String::new() } else { format!(r#""identifier":[{}]"#, items.join(",")) }
}

#[test]
fn lists_take_items_at_any_place() {
    let insert = |index: usize, value: &str| {
        format!(
            r#"type: "valueCode":"insert" ; path: "valueString":"Patient.identifier" ; index: "valueInteger":{index} ; value: "valueIdentifier":{{"value":"{value}"}}"#
        )
    };
    becomes(&identifiers("12"), &[&insert(2, "3")], &identifiers("123"));
    becomes(&identifiers("12"), &[&insert(0, "3")], &identifiers("312"));
    becomes(&identifiers("12"), &[&insert(1, "3"), &insert(1, "4")], &identifiers("1432"));
    becomes("", &[&insert(0, "1"), &insert(1, "2")], &identifiers("12"));
    let add = r#"type: "valueCode":"add" ; path: "valueString":"Patient" ; name: "valueString":"identifier" ; value: "valueIdentifier":{"value":"3"}"#;
    becomes(&identifiers("12"), &[add], &identifiers("123"));
    becomes("", &[add], &identifiers("3"));
    fails(
        &format!(",{}", identifiers("12")),
        &[&insert(3, "4")],
        "operation[0] (insert into Patient.identifier at 3) failed: identifier has 2 items; there is no place 3",
    );
}

#[test]
fn items_move_within_their_list() {
    let moved = |source: usize, destination: usize| {
        format!(
            r#"type: "valueCode":"move" ; path: "valueString":"Patient.identifier" ; source: "valueInteger":{source} ; destination: "valueInteger":{destination}"#
        )
    };
    for (source, destination, after) in
        [(3, 1, "1423"), (0, 3, "2341"), (3, 0, "4123"), (1, 0, "2134"), (1, 2, "1324"), (2, 2, "1234")]
    {
        becomes(&identifiers("1234"), &[&moved(source, destination)], &identifiers(after));
    }
    becomes(&identifiers("1234"), &[&moved(3, 0), &moved(3, 1), &moved(3, 2)], &identifiers("4321"));
    fails(
        &format!(",{}", identifiers("12")),
        &[&moved(0, 2)],
        "operation[0] (move in Patient.identifier from 0 to 2) failed: identifier has 2 items; there is no place 2",
    );
}

#[test]
fn one_item_of_a_list_is_deleted_or_replaced() {
    let delete =
        r#"type: "valueCode":"delete" ; path: "valueString":"Patient.identifier.where(value = '2')""#;
    becomes(&identifiers("123"), &[delete], &identifiers("13"));
    becomes(&identifiers("13"), &[delete], &identifiers("13"));
    let replace = r#"type: "valueCode":"replace" ; path: "valueString":"Patient.identifier[1].value" ; value: "valueString":"9""#;
    becomes(&identifiers("123"), &[replace], &identifiers("193"));
    let whole = r#"type: "valueCode":"replace" ; path: "valueString":"identifier.last()" ; value: "valueIdentifier":{"value":"9"}"#;
    becomes(&identifiers("123"), &[whole], &identifiers("129"));
    fails(
        &format!(",{}", identifiers("123")),
        &[r#"type: "valueCode":"delete" ; path: "valueString":"Patient.identifier""#],
        "operation[0] (delete Patient.identifier) failed: the path leads to 3 elements; narrow it to one, by index or \
         where(…)",
    );
}

#[test]
fn what_stands_beside_primitives_goes_with_them() {
    let name = r#""name":[{"given":["a","b",null],"_given":[{"id":"1"},null,{"id":"3"}]}]"#;
    let moved = r#"type: "valueCode":"move" ; path: "valueString":"Patient.name[0].given" ; source: "valueInteger":2 ; destination: "valueInteger":0"#;
    becomes(name, &[moved], r#""name":[{"given":[null,"a","b"],"_given":[{"id":"3"},{"id":"1"},null]}]"#);
    let delete = r#"type: "valueCode":"delete" ; path: "valueString":"Patient.name[0].given[0]""#;
    becomes(name, &[delete], r#""name":[{"given":["b",null],"_given":[null,{"id":"3"}]}]"#);
    becomes(
        r#""name":[{"given":["a","b"],"_given":[{"id":"1"},null]}]"#,
        &[delete],
        r#""name":[{"given":["b"]}]"#,
    );
    let insert = r#"type: "valueCode":"insert" ; path: "valueString":"Patient.name[0].given" ; index: "valueInteger":1 ; value: "valueString":"x","_valueString":{"id":"x"}"#;
    becomes(
        r#""name":[{"given":["a","b"]}]"#,
        &[insert],
        r#""name":[{"given":["a","x","b"],"_given":[null,{"id":"x"},null]}]"#,
    );
    let replace = r#"type: "valueCode":"replace" ; path: "valueString":"Patient.birthDate" ; value: "valueDate":"1930""#;
    becomes(r#""birthDate":"1920","_birthDate":{"id":"b"}"#, &[replace], r#""birthDate":"1930""#);
    becomes(r#""_birthDate":{"id":"b"}"#, &[replace], r#""birthDate":"1930""#);
    let gone = r#"type: "valueCode":"delete" ; path: "valueString":"Patient.birthDate""#;
    becomes(r#""birthDate":"1920","_birthDate":{"id":"b"}"#, &[gone], "");
    becomes(r#""_birthDate":{"id":"b"}"#, &[gone], "");
}

#[test]
fn primitives_get_extensions() {
    let add = |path: &str| {
        format!(
            r#"type: "valueCode":"add" ; path: "valueString":"{path}" ; name: "valueString":"extension" ; value: "valueCodeableConcept":{{"text":"x"}}"#
        )
    };
    let issue = "operation[0] (add extension to Patient.birthDate) failed: the value is of the type CodeableConcept, \
                 which extension cannot be; extension is Extension";
    fails(r#","birthDate":"1920""#, &[&add("Patient.birthDate")], issue);
    let parts = r#""part":[{"name":"url","valueUri":"http://e"},{"name":"value","valueCode":"c"}]"#;
    let extension = |path: &str| {
        format!(
            r#"type: "valueCode":"add" ; path: "valueString":"{path}" ; name: "valueString":"extension" ; value: {parts}"#
        )
    };
    let added = r#"{"extension":[{"url":"http://e","valueCode":"c"}]}"#;
    becomes(
        r#""birthDate":"1920""#,
        &[&extension("Patient.birthDate")],
        &format!(r#""birthDate":"1920","_birthDate":{added}"#),
    );
    becomes(
        r#""name":[{"given":["a","b"]}]"#,
        &[&extension("Patient.name[0].given[1]")],
        &format!(r#""name":[{{"given":["a","b"],"_given":[null,{added}]}}]"#),
    );
    let delete = r#"type: "valueCode":"delete" ; path: "valueString":"Patient.birthDate.extension[0]""#;
    becomes(&format!(r#""birthDate":"1920","_birthDate":{added}"#), &[delete], r#""birthDate":"1920""#);
}

#[test]
fn resources_are_values_too() {
    let add = r#"type: "valueCode":"add" ; path: "valueString":"Patient" ; name: "valueString":"contained" ; value: "resource":{"resourceType":"Basic","id":"b"}"#;
    becomes("", &[add], r#""contained":[{"resourceType":"Basic","id":"b"}]"#);
    let inside = r#"type: "valueCode":"add" ; path: "valueString":"Patient.contained[0]" ; name: "valueString":"created" ; value: "valueDate":"2020""#;
    becomes("", &[add, inside], r#""contained":[{"resourceType":"Basic","id":"b","created":"2020"}]"#);
}

#[test]
fn operations_that_do_not_fit_say_why() {
    let add = |path: &str, name: &str, value: &str| {
        format!(
            r#"type: "valueCode":"add" ; path: "valueString":"{path}" ; name: "valueString":"{name}" ; value: {value}"#
        )
    };
    fails(
        r#","identifier":[{"use":"official"}]"#,
        &[&add("Patient.identifier.where(use = 'official').period", "end", r#""valueDate":"2021""#)],
        "operation[0] (add end to Patient.identifier.where(use = 'official').period) failed: the path leads to nothing",
    );
    fails(
        r#","active":true"#,
        &[&add("Patient", "active", r#""valueBoolean":false"#)],
        "operation[0] (add active to Patient) failed: active is there already; use replace",
    );
    fails(
        "",
        &[&add("Patient", "activ", r#""valueBoolean":false"#)],
        "operation[0] (add activ to Patient) failed: Patient has no element 'activ'; did you mean 'active'?",
    );
    fails(
        "",
        &[&add("Patient", "active", r#""valueString":"true""#)],
        "operation[0] (add active to Patient) failed: the value is of the type string, which active cannot be; active \
         is boolean",
    );
    fails(
        "",
        &[
            r#"type: "valueCode":"replace" ; path: "valueString":"Observation.status" ; value: "valueCode":"final""#,
        ],
        "operation[0] (replace Observation.status) failed: the path is for Observation, and this is Patient",
    );
    fails(
        "",
        &[
            r#"type: "valueCode":"replace" ; path: "valueString":"Patient.active.not()" ; value: "valueBoolean":true"#,
        ],
        "operation[0] (replace Patient.active.not()) failed: the path leads to nothing",
    );
    fails(
        r#","active":true"#,
        &[
            r#"type: "valueCode":"replace" ; path: "valueString":"Patient.active.not()" ; value: "valueBoolean":true"#,
        ],
        "operation[0] (replace Patient.active.not()) failed: the path computes a value; it must lead to an element",
    );
    fails(
        "",
        &[r#"type: "valueCode":"delete" ; path: "valueString":"Patient""#],
        "operation[0] (delete Patient) failed: the path leads to the resource itself, not to an element of it",
    );
    fails(
        "",
        &[r#"type: "valueCode":"replace" ; path: "valueString":"Patient.id" ; value: "valueId":"q""#],
        "operation[0] (replace Patient.id) failed: a patch must not change id, from 'p' to 'q'",
    );
}

#[test]
fn lists_are_named_as_a_whole() {
    let insert = |path: &str| {
        format!(
            r#"type: "valueCode":"insert" ; path: "valueString":"{path}" ; index: "valueInteger":0 ; value: "valueString":"x""#
        )
    };
    let patient = r#","active":true,"name":[{"given":["a","b"]},{"given":["c"]}]"#;
    fails(
        patient,
        &[&insert("Patient.name[0].given[0]")],
        "operation[0] (insert into Patient.name[0].given[0] at 0) failed: the path leads to 1 of the 2 items of given; \
         it must name the whole list, in its order",
    );
    fails(
        patient,
        &[&insert("Patient.name.given")],
        "operation[0] (insert into Patient.name.given at 0) failed: the path leads to items of several lists; narrow \
         it to one",
    );
    fails(
        patient,
        &[&insert("Patient.active")],
        "operation[0] (insert into Patient.active at 0) failed: the path leads to a single element; it must name a list",
    );
    fails(
        patient,
        &[&insert("Patient.birthDate")],
        "operation[0] (insert into Patient.birthDate at 0) failed: birthDate is no list; use add or replace",
    );
    fails(
        patient,
        &[&insert("Patient.name.suffix")],
        "operation[0] (insert into Patient.name.suffix at 0) failed: the path goes through 2 elements; narrow it to one \
         list",
    );
}

#[test]
fn every_problem_of_the_parameters_is_told() {
    is_refused(
        r#"{"resourceType":"Patient"}"#,
        &["-: a FHIRPath Patch is a Parameters resource, not 'Patient'"],
    );
    let document = r#"{"resourceType":"Parameters","parameter":[
        {"name":"op"},
        {"name":"operation"},
        {"name":"operation","part":[{"name":"type","valueCode":"put"},{"name":"path","valueString":"Patient"}]},
        {"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.("},
            {"name":"value"},{"name":"index","valueInteger":1},{"name":"vlue","valueInteger":1}]},
        {"name":"operation","part":[{"name":"type","valueCode":"insert"},{"name":"path","valueBoolean":true},
            {"name":"path","valueString":"x"},{"name":"value","valueX":1},{"name":"index","valueInteger":-1}]},
        7]}"#;
    let issues = Patch::parse(Format::FhirPathJson, document.as_bytes(), DEPTH).unwrap_err();
    let told: Vec<String> = issues
        .iter()
        .map(|issue| format!("{}: {}", issue.expression.as_deref().unwrap_or("-"), issue.text))
        .collect();
    let at = "Parameters.parameter";
    let expected = [
        format!("{at}[0]: the parameter 'op' is unknown; each is an 'operation'"),
        format!("{at}[1]: the part type is required"),
        format!(
            "{at}[2].part[0]: the type 'put' is unknown; it is one of add, insert, delete, replace, move"
        ),
        format!("{at}[3].part[4]: the part 'vlue' is unknown; did you mean 'value'?"),
        format!("{at}[3].part[1]: the path 'Patient.(' is no FHIRPath of R4: "),
        format!("{at}[3].part[2]: a value is required: value[x], a resource or parts"),
        format!("{at}[3].part[3]: an operation replace has no part index"),
        format!("{at}[4].part[2]: the part path appears twice"),
        format!("{at}[4].part[1]: the part path takes a text (valueString), not valueBoolean"),
        format!("{at}[4].part[4]: the part index takes an index from 0 (valueInteger), not '-1'"),
        format!("{at}[4].part[3]: 'valueX' is no value[x] of R4"),
        format!("{at}[5]: the parameter '' is unknown; each is an 'operation'"),
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(&expected), "{told}");
    }
    let many: Vec<&str> = vec![REPLACE_GENDER; 201];
    is_refused(
        &parameters(&many),
        &["-: the patch has 201 operations; the limit is 200: send several patches"],
    );
}

#[test]
fn parameters_come_as_xml_too() {
    let document = "<Parameters xmlns=\"http://hl7.org/fhir\"><parameter><name value=\"operation\"/><part>\
        <name value=\"type\"/><valueCode value=\"add\"/></part><part><name value=\"path\"/><valueString value=\"Patient\"/>\
        </part><part><name value=\"name\"/><valueString value=\"active\"/></part><part><name value=\"value\"/>\
        <valueBoolean value=\"true\"/></part></parameter></Parameters>";
    let patch = Patch::parse(Format::FhirPathXml, document.as_bytes(), DEPTH).unwrap();
    let patched = patch.apply(&parse(r#"{"resourceType":"Patient"}"#)).unwrap();
    assert_eq!(patched.to_string(), r#"{"resourceType":"Patient","active":true}"#);
    let issues = Patch::parse(Format::FhirPathXml, b"<Parameters", DEPTH).unwrap_err();
    assert!(
        issues[0].text.starts_with("line 1, column 1: this is not well-formed XML"),
        "{}",
        issues[0].text
    );
}
