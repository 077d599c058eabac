//! JSON Patch: the cases of RFC 6902, appendix A, on trees; failures; and documents that are no patches.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use fhir::{Json, json};
use patch::{Format, Patch};

const DEPTH: usize = 20;

fn parse(text: &str) -> Json {
    fhir::json::parse(text.as_bytes(), DEPTH).unwrap()
}

fn patch(document: &str) -> Patch {
    Patch::parse(Format::JsonPatch, document.as_bytes(), DEPTH).unwrap()
}

#[track_caller]
fn becomes(before: &str, document: &str, after: &str) {
    let found = patch(document).apply(&parse(before)).unwrap();
    assert!(found.same_content(&parse(after)), "{found}");
}

#[track_caller]
fn fails(before: &str, document: &str, text: &str) {
    let issues = patch(document).apply(&parse(before)).unwrap_err();
    assert_eq!(issues.iter().map(|issue| issue.text.as_str()).collect::<Vec<_>>(), [text]);
}

#[track_caller]
fn is_refused(document: &str, texts: &[&str]) {
    let issues = Patch::parse(Format::JsonPatch, document.as_bytes(), DEPTH).unwrap_err();
    assert_eq!(issues.iter().map(|issue| issue.text.as_str()).collect::<Vec<_>>(), texts);
}

#[test]
fn members_and_items_are_added() {
    becomes(
        r#"{"foo":"bar"}"#,
        r#"[{"op":"add","path":"/baz","value":"qux"}]"#,
        r#"{"baz":"qux","foo":"bar"}"#,
    );
    becomes(
        r#"{"foo":["bar","baz"]}"#,
        r#"[{"op":"add","path":"/foo/1","value":"qux"}]"#,
        r#"{"foo":["bar","qux","baz"]}"#,
    );
    becomes(
        r#"{"foo":["bar"]}"#,
        r#"[{"op":"add","path":"/foo/-","value":["abc","def"]}]"#,
        r#"{"foo":["bar",["abc","def"]]}"#,
    );
    becomes(
        r#"{"foo":"bar"}"#,
        r#"[{"op":"add","path":"/child","value":{"grandchild":{"a":1}}}]"#,
        r#"{"foo":"bar","child":{"grandchild":{"a":1}}}"#,
    );
    becomes(r#"{"foo":"bar"}"#, r#"[{"op":"add","path":"/foo","value":"qux"}]"#, r#"{"foo":"qux"}"#);
}

#[test]
fn members_that_the_rfc_does_not_define_are_ignored() {
    becomes(r#"{"a":"b"}"#, r#"[{"op":"add","path":"/c","value":"d","xyz":123}]"#, r#"{"a":"b","c":"d"}"#);
}

#[test]
fn members_and_items_are_removed_and_replaced() {
    becomes(r#"{"baz":"qux","foo":"bar"}"#, r#"[{"op":"remove","path":"/baz"}]"#, r#"{"foo":"bar"}"#);
    becomes(
        r#"{"foo":["bar","qux","baz"]}"#,
        r#"[{"op":"remove","path":"/foo/1"}]"#,
        r#"{"foo":["bar","baz"]}"#,
    );
    becomes(
        r#"{"baz":"qux","foo":"bar"}"#,
        r#"[{"op":"replace","path":"/baz","value":"boo"}]"#,
        r#"{"baz":"boo","foo":"bar"}"#,
    );
}

#[test]
fn values_are_moved_and_copied() {
    becomes(
        r#"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
        r#"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
        r#"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#,
    );
    becomes(
        r#"{"foo":["all","grass","cows","eat"]}"#,
        r#"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
        r#"{"foo":["all","cows","eat","grass"]}"#,
    );
    becomes(
        r#"{"a":{"b":[1]}}"#,
        r#"[{"op":"copy","from":"/a","path":"/c"},{"op":"add","path":"/c/b/0","value":2}]"#,
        r#"{"a":{"b":[1]},"c":{"b":[2,1]}}"#,
    );
    becomes(r#"{"a":1}"#, r#"[{"op":"move","from":"/a","path":"/a"}]"#, r#"{"a":1}"#);
}

#[test]
fn tests_compare_values_and_guard_what_follows() {
    becomes(
        r#"{"baz":"qux","foo":["a",2,"c"]}"#,
        r#"[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2.0}]"#,
        r#"{"baz":"qux","foo":["a",2,"c"]}"#,
    );
    becomes(r#"{"/":9,"~1":10}"#, r#"[{"op":"test","path":"/~01","value":10}]"#, r#"{"/":9,"~1":10}"#);
    fails(
        r#"{"baz":"qux"}"#,
        r#"[{"op":"remove","path":"/baz"},{"op":"test","path":"","value":{"a":1}}]"#,
        r#"operation[1] (test '') failed: the value is {}, not {"a":1}"#,
    );
    fails(
        r#"{"/":9,"~1":10}"#,
        r#"[{"op":"test","path":"/~01","value":"10"}]"#,
        r#"operation[0] (test '/~01') failed: the value is 10, not "10""#,
    );
}

#[test]
fn what_a_patch_empties_goes_for_fhir_has_no_empty_arrays() {
    becomes(
        r#"{"resourceType":"Patient","name":[{"family":"A"}],"contact":[{"name":{"family":"B"}}]}"#,
        r#"[{"op":"remove","path":"/name/0"},{"op":"remove","path":"/contact/0/name/family"}]"#,
        r#"{"resourceType":"Patient"}"#,
    );
    becomes(
        r#"{"resourceType":"Patient"}"#,
        r#"[{"op":"add","path":"/name","value":[]},{"op":"add","path":"/name/-","value":{"family":"A"}}]"#,
        r#"{"resourceType":"Patient","name":[{"family":"A"}]}"#,
    );
}

#[test]
fn the_operation_that_fails_is_named_with_what_was_found() {
    let patient = r#"{"resourceType":"Patient","id":"p","name":[{"family":"A"},{"family":"B"}]}"#;
    fails(
        patient,
        r#"[{"op":"replace","path":"/name/0/family","value":"C"},{"op":"remove","path":"/name/2"}]"#,
        "operation[1] (remove '/name/2') failed: /name has 2 items; there is no index 2",
    );
    fails(
        patient,
        r#"[{"op":"add","path":"/name/first","value":{}}]"#,
        "operation[0] (add '/name/first') failed: /name is a list and 'first' is no index; its indices are 0 to 1",
    );
    fails(
        patient,
        r#"[{"op":"remove","path":"/name/-"}]"#,
        "operation[0] (remove '/name/-') failed: '-' stands for the place after the last item of /name, where \
         nothing is",
    );
    fails(
        patient,
        r#"[{"op":"add","path":"/contact/0","value":{}}]"#,
        "operation[0] (add '/contact/0') failed: the resource has no 'contact'; it has resourceType, id, name",
    );
    fails(
        patient,
        r#"[{"op":"add","path":"/name/0/family/x","value":1}]"#,
        "operation[0] (add '/name/0/family/x') failed: /name/0/family is a string, which has nothing inside; 'x' \
         was looked for",
    );
    fails(
        patient,
        r#"[{"op":"move","from":"/nothing","path":"/name/0/given"}]"#,
        "operation[0] (move '/nothing' to '/name/0/given') failed: the resource has no 'nothing'; it has \
         resourceType, id, name",
    );
}

#[test]
fn type_and_id_stay() {
    let patient = r#"{"resourceType":"Patient","id":"p"}"#;
    fails(
        patient,
        r#"[{"op":"replace","path":"/id","value":"q"}]"#,
        "operation[0] (replace '/id') failed: a patch must not change id, from 'p' to 'q'",
    );
    fails(
        patient,
        r#"[{"op":"remove","path":"/resourceType"}]"#,
        "operation[0] (remove '/resourceType') failed: a patch must not change resourceType, from 'Patient' to \
         nothing",
    );
    fails(
        patient,
        r#"[{"op":"replace","path":"","value":[]}]"#,
        "operation[0] (replace '') failed: a patch must not change resourceType, from 'Patient' to nothing",
    );
    fails(
        patient,
        r#"[{"op":"remove","path":""}]"#,
        "operation[0] (remove '') failed: the resource itself cannot be taken away; delete it instead",
    );
    becomes(patient, r#"[{"op":"add","path":"/id","value":"p"}]"#, patient);
}

#[test]
fn every_problem_of_a_document_is_told() {
    is_refused(
        r#"[{"op":"ad","path":"/a"},{"path":7},{"op":"add","path":"a","value":1},{"op":"copy","path":"/a"},
            {"op":"move","from":"/a","path":"/a/b"},{"op":"replace","path":"/~2"},"x",{"op":"upsert","path":""}]"#,
        &[
            "operation[0].op 'ad' is unknown; did you mean 'add'?",
            "operation[1].op is required",
            "operation[1].path must be a string, not a number",
            "operation[2].path 'a' is no JSON Pointer: it must begin with '/', for example /name/0/family",
            "operation[3].from is required",
            "operation[4] must not move '/a' into itself, to '/a/b'",
            "operation[5].path '/~2' is no JSON Pointer: '~' is written ~0 and '/' is ~1",
            "operation[5].value is required",
            "operation[6] must be an object, not a string",
            "operation[7].op 'upsert' is unknown; it is one of add, remove, replace, move, copy, test",
        ],
    );
    is_refused(r#"{"op":"add"}"#, &["a JSON Patch document is an array of operations, not an object"]);
    is_refused("[", &["line 1, column 2: expected a JSON value, but the body ends here"]);
    is_refused(
        r#"[{"op":"add","op":"remove"}]"#,
        &["line 1, column 14: the member 'op' appears twice in one object"],
    );
}

#[test]
fn a_resource_grows_neither_deep_nor_large_without_bound() {
    let wrap = r#"{"op":"move","from":"/a","path":"/b"},{"op":"add","path":"/a","value":{}},
        {"op":"move","from":"/b","path":"/a/x"}"#;
    let wrapped =
        |times| patch(&format!("[{}]", vec![wrap; times].join(","))).apply(&parse(r#"{"a":{"y":1}}"#));
    assert!(wrapped(18).is_ok());
    let told =
        "operation[56] (move '/b' to '/a/x') failed: the result is nested deeper than the limit of 20 levels";
    assert_eq!(wrapped(30).unwrap_err()[0].text, told);
    let text = "x".repeat(1_000_000);
    let copies: Vec<String> =
        (0..40).map(|n| format!(r#"{{"op":"copy","from":"/a","path":"/a{n}"}}"#)).collect();
    let document = format!("[{}]", copies.join(","));
    let issues = patch(&document).apply(&json!({ "a": (text) })).unwrap_err();
    let told = "operation[16] (copy '/a' to '/a16') failed: the operations add more than the limit of 16777216 \
                bytes to the resource";
    assert_eq!(issues[0].text, told);
}

#[test]
fn a_thousand_operations_are_the_limit() {
    let document = |count| format!("[{}]", vec![r#"{"op":"remove","path":"/a"}"#; count].join(","));
    assert!(Patch::parse(Format::JsonPatch, document(1000).as_bytes(), DEPTH).is_ok());
    is_refused(&document(1001), &["the patch has 1001 operations; the limit is 1000: send several patches"]);
}
