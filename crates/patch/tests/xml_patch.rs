//! XML Patch: what each operation does to a resource, what selectors understand, failures, and documents that are no
//! patches.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use fhir::Json;
use patch::{Format, Patch};

const DEPTH: usize = 20;

const PATIENT: &str = r#"{"resourceType":"Patient","id":"p",
    "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\" lang='en'>a<br />b</div>"},
    "active":true,"name":[{"use":"official","family":"A","given":["B","C"]},{"use":"usual","given":["D"]}],
    "gender":"male"}"#;

fn parse(text: &str) -> Json {
    fhir::json::parse(text.as_bytes(), DEPTH).unwrap()
}

fn diff(operations: &str) -> String {
    format!("<diff xmlns:f=\"http://hl7.org/fhir\">{operations}</diff>")
}

#[track_caller]
fn patch(operations: &str) -> Patch {
    Patch::parse(Format::XmlPatch, diff(operations).as_bytes(), DEPTH)
        .unwrap_or_else(|issues| panic!("{issues:?}"))
}

/// What becomes of the Patient: `changed` are pointers to values that are other than before, and what they are.
#[track_caller]
fn becomes(operations: &str, change: impl Fn(&mut Json)) {
    let mut expected = parse(PATIENT);
    change(&mut expected);
    let found = patch(operations).apply(&parse(PATIENT)).unwrap_or_else(|issues| panic!("{issues:?}"));
    assert!(found.same_content(&expected), "{found}");
}

#[track_caller]
fn fails(operations: &str, texts: &[&str]) {
    let issues = patch(operations).apply(&parse(PATIENT)).unwrap_err();
    assert_eq!(issues.iter().map(|issue| issue.text.as_str()).collect::<Vec<_>>(), texts);
}

#[track_caller]
fn is_refused(document: &str, texts: &[&str]) {
    let issues = Patch::parse(Format::XmlPatch, document.as_bytes(), DEPTH).unwrap_err();
    let told: Vec<&str> = issues.iter().map(|issue| issue.text.as_str()).collect();
    assert_eq!(told, texts);
}

/// Sets a member of the object at a path of names and indices.
fn set(resource: &mut Json, path: &str, member: &str, value: Json) {
    object(resource, path).insert(member, value);
}

fn object<'j>(resource: &'j mut Json, path: &str) -> &'j mut fhir::Object {
    let step = |value: &'j mut Json, step: &str| match step.parse::<usize>() {
        Ok(index) => &mut value.as_array_mut().unwrap()[index],
        Err(_) => value.as_object_mut().unwrap().get_mut(step).unwrap(),
    };
    path.split('/').filter(|name| !name.is_empty()).fold(resource, step).as_object_mut().unwrap()
}

#[test]
fn values_of_primitives_are_attributes() {
    becomes("<replace sel=\"f:Patient/f:active/@value\">false</replace>", |p| {
        set(p, "", "active", false.into())
    });
    becomes(
        "<replace sel=\"f:Patient/f:name[f:use/@value='official']/f:family/@value\">X &amp; Y&#65;</replace>",
        |p| set(p, "name/0", "family", "X & YA".into()),
    );
    becomes("<add sel=\"f:Patient/f:name[2]\" type=\"@id\">n</add>", |p| set(p, "name/1", "id", "n".into()));
    becomes(
        "<add sel=\"f:Patient/f:name[2]\" type=\"@id\">n</add><remove sel=\"f:Patient/f:name/@id\"/>"
            .replace("f:name/@id", "f:name[@id='n']/@id")
            .as_str(),
        |_| {},
    );
}

#[test]
fn elements_are_added_where_the_patch_says() {
    let born = |p: &mut Json| set(p, "", "birthDate", "1980".into());
    becomes("<add sel=\"f:Patient\"><f:birthDate value=\"1980\"/></add>", born);
    becomes("<add sel=\"/f:Patient/f:gender\" pos=\"after\">\n<f:birthDate value=\"1980\"/>\n</add>", born);
    let given = |names: [&'static str; 3]| {
        move |p: &mut Json| set(p, "name/0", "given", Json::from(names.map(Json::from).to_vec()))
    };
    let add =
        |target: &str, pos: &str| format!("<add sel=\"{target}\" pos=\"{pos}\"><f:given value=\"X\"/></add>");
    becomes(&add("f:Patient/f:name[1]/f:given[1]", "before"), given(["X", "B", "C"]));
    becomes(&add("f:Patient/f:name[1]/f:given[1]", "after"), given(["B", "X", "C"]));
    becomes(&add("f:Patient/f:name[1]", "append"), given(["B", "C", "X"]));
    becomes(&add("f:Patient/f:name[f:family]/f:given[last()]", "after"), given(["B", "C", "X"]));
    let identified =
        |p: &mut Json| set(p, "", "_gender", parse(r#"{"extension":[{"url":"u","valueCode":"c"}]}"#));
    becomes(
        "<add sel=\"f:Patient/f:gender\" pos=\"prepend\"><f:extension url=\"u\"><f:valueCode value=\"c\"/></f:extension></add>",
        identified,
    );
}

#[test]
fn elements_are_replaced_and_removed() {
    becomes("<replace sel=\"f:Patient/f:name[2]\"><f:name><f:text value=\"X\"/></f:name></replace>", |p| {
        *p.as_object_mut().unwrap().get_mut("name").unwrap().as_array_mut().unwrap().last_mut().unwrap() =
            parse(r#"{"text":"X"}"#)
    });
    becomes("<remove sel=\"f:Patient/f:gender\"/>", |p| drop(object(p, "").remove("gender")));
    becomes("<remove ws=\"both\" sel=\"f:Patient/f:name[1]/f:given[@value='B']\"/>", |p| {
        set(p, "name/0", "given", Json::from(vec![Json::from("C")]));
    });
    becomes("<remove sel=\"*/f:name[2]/f:given\"/><remove sel=\"*/*[f:use/@value='usual']/f:use\"/>", |p| {
        drop(object(p, "").get_mut("name").unwrap().as_array_mut().unwrap().pop())
    });
}

#[test]
fn namespaces_may_be_left_out_or_named_otherwise() {
    let apply = |document: &str| {
        let patch = Patch::parse(Format::XmlPatch, document.as_bytes(), DEPTH).unwrap();
        patch.apply(&parse(PATIENT)).unwrap()
    };
    let documents = [
        "<diff xmlns=\"http://hl7.org/fhir\"><replace sel=\"Patient/gender\"><gender value=\"other\"/></replace></diff>",
        "<diff><replace sel=\"f:Patient/f:gender\"><gender value=\"other\"/></replace></diff>",
        "<diff><replace sel=\"Patient/gender\"><gender value=\"other\"/></replace></diff>",
        "<diff xmlns:x=\"http://hl7.org/fhir\"><replace sel=\"x:Patient/x:gender\"><x:gender value=\"other\"/></replace></diff>",
    ];
    for document in documents {
        assert_eq!(apply(document).str("gender"), Some("other"), "{document}");
    }
}

#[test]
fn narratives_are_xml_too_and_untouched_ones_keep_every_character() {
    becomes("<replace sel=\"f:Patient/f:active/@value\">true</replace>", |_| {});
    let div = |text: &'static str| move |p: &mut Json| set(p, "text", "div", text.into());
    becomes(
        "<replace sel=\"f:Patient/f:text/h:div\"><div xmlns=\"http://www.w3.org/1999/xhtml\">x</div></replace>",
        div("<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"),
    );
    becomes(
        "<remove sel=\"f:Patient/f:text/h:div/h:br\"/>",
        div("<div xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">ab</div>"),
    );
}

#[test]
fn the_operation_that_fails_is_named() {
    fails(
        "<remove sel=\"f:Patient/f:gender\"/><remove sel=\"f:Patient/f:gender\"/>",
        &["operation[1] (remove 'f:Patient/f:gender') failed: the selector leads to nothing"],
    );
    fails(
        "<remove sel=\"f:Patient/f:name\"/>",
        &[
            "operation[0] (remove 'f:Patient/f:name') failed: the selector leads to 2 elements; narrow it to one by a \
           predicate",
        ],
    );
    fails(
        "<replace sel=\"f:Patient/f:gender/@id\">x</replace>",
        &["operation[0] (replace 'f:Patient/f:gender/@id') failed: the element has no attribute 'id'"],
    );
    fails(
        "<add sel=\"f:Patient/f:gender\" type=\"@value\">x</add>",
        &[
            "operation[0] (add @value to 'f:Patient/f:gender') failed: the attribute 'value' is there already; use replace",
        ],
    );
    fails(
        "<remove sel=\"f:Patient\"/>",
        &[
            "operation[0] (remove 'f:Patient') failed: the resource itself cannot be taken away; delete it instead",
        ],
    );
    fails(
        "<add sel=\"f:Patient\" pos=\"after\"><f:x/></add>",
        &["operation[0] (add after 'f:Patient') failed: nothing can stand beside the resource itself"],
    );
    fails(
        "<remove sel=\"f:Observation/f:status\"/>",
        &["operation[0] (remove 'f:Observation/f:status') failed: the selector leads to nothing"],
    );
}

#[test]
fn type_and_id_stay() {
    fails(
        "<replace sel=\"f:Patient/f:id/@value\">q</replace>",
        &[
            "operation[0] (replace 'f:Patient/f:id/@value') failed: a patch must not change id, from 'p' to 'q'",
        ],
    );
    fails(
        "<replace sel=\"f:Patient\"><f:Basic/></replace>",
        &[
            "operation[0] (replace 'f:Patient') failed: a patch must not change the type, from 'Patient' to 'Basic'",
        ],
    );
}

#[test]
fn what_comes_out_is_fhir_or_the_patch_fails() {
    fails(
        "<add sel=\"f:Patient/f:name[1]\"><f:nick value=\"x\"/></add>",
        &["what the patch makes is no FHIR: HumanName has no element 'nick'"],
    );
    fails(
        "<add sel=\"f:Patient/f:active\" pos=\"before\"><f:gender value=\"male\"/></add>",
        &[
            "what the patch makes is no FHIR: active must stand before gender: XML keeps the order of the specification",
            "what the patch makes is no FHIR: name must stand before gender: XML keeps the order of the specification",
            "what the patch makes is no FHIR: name must stand before gender: XML keeps the order of the specification",
            "what the patch makes is no FHIR: gender appears twice; it can be there once",
        ],
    );
    let issues =
        patch("<add sel=\"f:Patient\"><f:gender value=\"x\"/></add>").apply(&parse(PATIENT)).unwrap_err();
    assert_eq!(issues[0].expression.as_deref(), Some("Patient.gender"));
    // Whether values are valid is for the caller to say.
    becomes("<replace sel=\"f:Patient/f:active/@value\">x</replace>", |p| set(p, "", "active", "x".into()));
}

#[test]
fn every_problem_of_a_document_is_told() {
    let what = "a selector is steps such as f:name, f:name[2], f:name[last()], f:name[f:use/@value='official'], and \
                @value at the end";
    is_refused(
        &diff(
            "text<ad sel=\"f:Patient\"/>\n<add/>\n<remove sel=\"//f:name\"/>\n<remove sel=\"f:Patient/f:name[\"/>\n\
             <remove sel=\"x:Patient\"/>\n<add sel=\"f:Patient\" pos=\"first\"/>\n<add sel=\"f:Patient\" type=\"id\"/>\n\
             <add sel=\"f:Patient\"/>\n<replace sel=\"f:Patient/f:name\"/>\n<replace sel=\"f:a/@b\"><c/></replace>\n\
             <add sel=\"f:a/@b\">c</add>\n<remove sel=\"@a\"/>\n<remove sel=\"f:a/text()\"/>",
        ),
        &[
            "line 1, column 37: text 'text' is not allowed between operations",
            "line 1, column 41: operation[0] 'ad' is unknown; did you mean 'add'?",
            "line 2, column 1: operation[1] needs the attribute sel",
            &format!("line 3, column 9: operation[2] sel '//f:name' stops making sense at '/f:name'; {what}"),
            &format!("line 4, column 9: operation[3] sel 'f:Patient/f:name[' ends too early; {what}"),
            "line 5, column 9: operation[4] sel 'x:Patient' uses the prefix 'x', which is not declared",
            "line 6, column 1: operation[5] pos 'first' is unknown; it is one of append, prepend, before, after",
            "line 7, column 1: operation[6] type 'id' is not understood; it is @ and a name",
            "line 8, column 1: operation[7] has nothing to add",
            "line 9, column 1: operation[8] replaces the element 'f:Patient/f:name', so it must contain one element",
            "line 10, column 1: operation[9] takes the text of an attribute, not the element <c>",
            "line 11, column 1: operation[10] cannot add to the attribute 'f:a/@b'; to add one, use type=\"@value\"",
            "line 12, column 9: operation[11] sel '@a' must begin with the resource: f:Patient/…",
            &format!("line 13, column 9: operation[12] sel 'f:a/text()' stops making sense at '()'; {what}"),
        ],
    );
    is_refused("<patch/>", &["line 1, column 1: an XML Patch is a <diff>, not <patch>"]);
    is_refused("<diff>", &["line 1, column 7: the body ends while 1 elements are open"]);
    is_refused(
        "<!DOCTYPE diff [<!ENTITY x \"y\">]><diff/>",
        &["line 1, column 1: a document type (<!DOCTYPE …>) is not allowed"],
    );
}

#[test]
fn patches_are_bounded() {
    let many = |count| diff(&"<remove sel=\"f:a\"/>".repeat(count));
    assert!(Patch::parse(Format::XmlPatch, many(1000).as_bytes(), DEPTH).is_ok());
    is_refused(&many(1001), &["the patch has 1001 operations; the limit is 1000: send several patches"]);
    let long = format!("f:Patient{}", "[1]".repeat(400));
    let issues = Patch::parse(Format::XmlPatch, diff(&format!("<remove sel=\"{long}\"/>")).as_bytes(), DEPTH)
        .unwrap_err();
    assert!(issues[0].text.ends_with("is longer than the limit of 1024 bytes"), "{}", issues[0].text);
    // Each operation puts its content into that of the one before.
    let mut operations = String::new();
    let (open, close) = ("<f:extension url=\"u\">".repeat(50), "</f:extension>".repeat(50));
    for n in 0..4 {
        let steps = "/*".repeat(n * 50);
        operations.push_str(&format!("<add sel=\"f:Patient{steps}\" pos=\"prepend\">{open}{close}</add>"));
    }
    let issues = patch(&operations).apply(&parse(r#"{"resourceType":"Patient"}"#)).unwrap_err();
    assert!(issues[0].text.ends_with("nested deeper than the limit of 121 elements"), "{}", issues[0].text);
}
