//! `text.div`.

use super::*;

#[track_caller]
fn check_div(div: &str, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|text| format!("text.div {text}")).collect();
    let told: Vec<Told<'_>> =
        expected.iter().map(|text| ("invariant", "Patient.text.div", text.as_str())).collect();
    let div = div.replace('"', "\\\"");
    check_patient(&format!(r#""text":{{"status":"generated","div":"{div}"}}"#), &told);
}

#[track_caller]
fn check_inside(content: &str, expected: &[&str]) {
    check_div(&format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{content}</div>"), expected);
}

#[test]
fn harmless_narratives_are_accepted() {
    check_inside("", &[]);
    check_inside(
        "<!-- <script> --><a href=\"http://a/?on=1\" title=\"on: it&#39;s\">one &lt;script&gt;</a>",
        &[],
    );
    check_inside("<p on=\"\" title='a>b'>javascript: is a language</p><img src=\"#i\" alt='x'/>", &[]);
    check_div("<div xml:lang='en' xmlns='http://www.w3.org/1999/xhtml'><br/></div>", &[]);
}

#[test]
fn a_narrative_is_a_div_of_xhtml() {
    let form = "must be XHTML in <div xmlns=\"http://www.w3.org/1999/xhtml\">…</div>";
    for div in ["", "text", "<p>x</p>", "<divx/>", "&lt;div"] {
        check_div(div, &[form]);
    }
    check_div("<div>x</div>", &["must begin with <div xmlns=\"http://www.w3.org/1999/xhtml\">"]);
    check_div("<div xmlns=\"http://www.w3.org/1999/xhtml\">x", &["must end where its <div> ends"]);
    check_div(
        "<div xmlns=\"http://www.w3.org/1999/xhtml",
        &["must end where its <div> ends", "has a tag that is not closed by '>'"],
    );
}

#[test]
fn a_narrative_runs_nothing() {
    check_inside("<script>x</script>", &["must not contain <script>"]);
    check_inside("<SCRIPT/>", &["must not contain <script>"]);
    check_inside("<x:iframe src='a'/>", &["must not contain <iframe>"]);
    check_inside("<img src='a' onerror='x()'/>", &["must not have event handlers such as 'onerror'"]);
    check_inside("<img/OnLoad=x/>", &["must not have event handlers such as 'OnLoad'"]);
    for url in [
        "javascript:x()",
        " JavaScript:x()",
        "java\\tscript:x",
        "vbscript:x",
        "&#106;avascript:x",
        "javascript&colon;x:",
    ] {
        let shown = url.to_owned();
        check_inside(
            &format!("<a href='{url}'>x</a>"),
            &[&format!("must not have script URLs such as '{shown}'")],
        );
    }
}

#[test]
fn a_narrative_must_be_text() {
    check_patient(
        r#""text":{"status":"generated","div":1}"#,
        &[("value", "Patient.text.div", "text.div 1 is not XHTML")],
    );
}
