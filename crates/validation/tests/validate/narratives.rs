//! `text.div`.

use super::*;

#[track_caller]
fn check_div(div: &str, expected: &[&str]) {
    let told: Vec<Told<'_>> = expected.iter().map(|text| ("invariant", "Patient.text.div", *text)).collect();
    let div = div.replace('"', "\\\"");
    check_patient(&format!(r#""text":{{"status":"generated","div":"{div}"}}"#), &told);
}

#[track_caller]
fn check_inside(content: &str, expected: &[&str]) {
    check_div(&format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{content}</div>"), expected);
}

#[test]
fn harmless_narratives_are_accepted() {
    check_inside(
        "<!-- <script> --><a href=\"http://a/?on=1\" title=\"on: it&#39;s\">one &lt;script&gt;</a>",
        &[],
    );
    check_inside("<p class=\"\" title='a>b'>javascript: is a language</p>", &[]);
    check_inside("<img src=\"#i\" alt='x'/>", &[]);
    check_inside("<table border='1'><tr><td colspan='2' style='color: red'>x</td></tr></table>", &[]);
    check_div("<div xml:lang='en' xmlns='http://www.w3.org/1999/xhtml'>x<br/></div>", &[]);
}

#[test]
fn a_narrative_is_a_div_of_xhtml() {
    let form = "txt-1: text.div must be XHTML in <div xmlns=\"http://www.w3.org/1999/xhtml\">…</div>";
    for div in ["", "text", "<p>x</p>", "<divx/>", "&lt;div"] {
        check_div(div, &[form]);
    }
    check_div(
        "<div>x</div>",
        &["txt-1: text.div must begin with <div xmlns=\"http://www.w3.org/1999/xhtml\">"],
    );
    check_div(
        "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div><div/>",
        &["txt-1: text.div must end where its <div> ends"],
    );
}

#[test]
fn a_narrative_is_well_formed() {
    check_div(
        "<div xmlns=\"http://www.w3.org/1999/xhtml\">x",
        &["txt-1: text.div has elements that are never closed"],
    );
    check_inside("<p>x", &["txt-1: text.div has </div> where </p> is expected"]);
    check_inside(
        "a &nbsp; b",
        &["txt-1: text.div must not use &nbsp;: XML does not know it, write the character itself"],
    );
    check_inside("<![CDATA[x]]>", &["txt-1: text.div must not contain CDATA; escape '<' and '&' instead"]);
    check_inside("x<?php x ?>", &["txt-1: text.div must not contain processing instructions (<?…?>)"]);
    for broken in ["a & b", "<p title=x>y</p>", "<p title='x' title='y'>z</p>", "<", "<p title='<'>x</p>"] {
        let body = format!("<div xmlns='http://www.w3.org/1999/xhtml'>{broken}</div>");
        let body = format!(r#"{{"resourceType":"Patient","text":{{"status":"generated","div":"{body}"}}}}"#);
        let issues = validate(&parse(&body), &Options::default());
        assert!(issues.iter().any(|issue| issue.text.starts_with("txt-1: ")), "{broken}: {issues:?}");
    }
}

#[test]
fn a_narrative_holds_the_characters_of_xml_alone() {
    for (written, code) in
        [("\\u0000", "U+0000"), ("\\u0001", "U+0001"), ("\\ufffe", "U+FFFE"), ("\\uffff", "U+FFFF")]
    {
        let text = format!("txt-1: text.div must not contain the character {code}, which XML cannot hold");
        check_inside(&format!("a{written}b"), &[&text]);
    }
    check_inside(
        "a&#1;b",
        &["txt-1: text.div must not use &#1;: XML does not know it, write the character itself"],
    );
    check_inside(
        "<b title='&#xFFFF;'>x</b>",
        &["txt-1: text.div must not contain the character U+FFFF, which XML cannot hold"],
    );
    check_inside("a\\u0009\\ufffd\\u007f😀", &[]);
}

#[test]
fn a_narrative_says_something() {
    for content in ["", " ", "<p/>", "<!-- x -->", "<br/>"] {
        check_inside(content, &["txt-2: text.div must have some text or an image"]);
    }
}

#[test]
fn a_narrative_runs_nothing() {
    let element = |name: &str| {
        format!(
            "txt-1: text.div must not contain <{name}>; only the formatting elements of HTML 4.0 are allowed, in lower case"
        )
    };
    check_inside("<script>x</script>", &[&element("script")]);
    check_inside("x<SCRIPT/>", &[&element("SCRIPT")]);
    check_inside("x<x:iframe src='a'/>", &[&element("x:iframe")]);
    check_inside(
        "<img src='a' onerror='x()'/>",
        &["txt-1: text.div must not have the attribute 'onerror' on <img>, an event handler"],
    );
    for url in ["javascript:x()", " JavaScript:x()", "vbscript:x", "&#106;avascript:x", "data:text/html,x"] {
        let shown = url.replace("&#106;", "j");
        check_inside(
            &format!("<a href='{url}'>x</a>"),
            &[&format!(
                "txt-1: text.div must not have the link '{shown}' in href of <a>; it could run a script"
            )],
        );
    }
    check_inside(
        "<p style='width: expression(x)'>x</p>",
        &[
            "txt-1: text.div must not have the style 'width: expression(x)' on <p>; it loads or runs something",
        ],
    );
}

#[test]
fn a_narrative_must_be_text() {
    check_patient(
        r#""text":{"status":"generated","div":1}"#,
        &[("value", "Patient.text.div", "text.div 1 is not XHTML")],
    );
}
