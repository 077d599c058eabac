//! Bodies that are deep, long, doubled, cut or of another kind than they say; ids that lead elsewhere; XML that declares;
//! narratives that act.

use super::{refused, stored};
use crate::support::{Request, Site};

const FHIR_XML: &str = "application/fhir+xml";
const XHTML: &str = "http://www.w3.org/1999/xhtml";

fn post(body: impl Into<Vec<u8>>) -> Request {
    Request::new("POST", "/fhir/Basic").body(body)
}

fn basic(rest: &str) -> String {
    format!(r#"{{"resourceType":"Basic","code":{{"text":"x"}},{rest}}}"#)
}

fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn json_that_is_deep_doubled_or_malformed_is_refused() {
    let site = Site::new();
    let before = stored(&site);
    let value = |name: &str, literal: &str| {
        basic(&format!(r#""extension":[{{"url":"http://a","{name}":{literal}}}]"#))
    };
    let extensions = format!(
        "{}{}",
        r#""extension":[{"url":"http://a",""#.repeat(10_000).replace(r#"",""#, r#"","#),
        "}]".repeat(10_000)
    );
    let too_deep = "nested deeper than the limit of 100 levels";
    let cases: &[(Vec<u8>, &str)] = &[
        (nested(10_000).into(), too_deep),
        ("[".repeat(1_000_000).into(), too_deep),
        (r#"{"a":"#.repeat(10_000).into(), too_deep),
        (basic(&extensions).into(), too_deep),
        (value("valueDecimal", "1e999999").into(), "is not a decimal"),
        (value("valueDecimal", &"9".repeat(400)).into(), "is not a decimal"),
        (value("valueDecimal", &format!("0.{}", "1".repeat(400))).into(), "is not a decimal"),
        (value("valueInteger", "1e5").into(), "is not an integer"),
        (value("valueInteger", &"9".repeat(400)).into(), "is not an integer"),
        (value("valueDecimal", "-").into(), "expected"),
        (value("valueDecimal", "NaN").into(), "expected"),
        (r#"{"resourceType":"Basic","resourceType":"Patient"}"#.into(), "appears twice"),
        (r#"{"resourceType":"Basic","\u0072esourceType":"Patient"}"#.into(), "appears twice"),
        (format!("{{{}\"z\":1}}", r#""a":1,"#.repeat(100_000)).into(), "appears twice"),
        (r#"{"resourceType":"Basic","code":{"text":"\ud800"}}"#.into(), "lone surrogate"),
        (r#"{"resourceType":"Basic","code":{"text":"\udc00\ud800"}}"#.into(), "lone surrogate"),
        (r#"{"resourceType":"Basic","code":{"text":"a\u0000b"}}"#.into(), "is not a string"),
        (r#"{"resourceType":"Basic","\u0000":1,"code":{"text":"a"}}"#.into(), "\\u{0}"),
        ("{\"resourceType\":\"Basic\",\"code\":{\"text\":\"a\u{1}b\"}}".into(), "control character"),
        ("{\"resourceType\":\"Basic\",\"code\":{\"text\":\"a\0b\"}}".into(), "control character"),
        ("\u{feff}{}".into(), "byte order mark"),
        (b"{\"a\":\"\xff\"}".into(), "not valid UTF-8"),
        (b"{\"a\":\"\xed\xa0\x80\"}".into(), "not valid UTF-8"),
        (b"{\"a\":\"\xc0\xaf\"}".into(), "not valid UTF-8"),
        (b"\xff\xfe{\0}\0".into(), "not valid UTF-8"),
        ("".into(), "empty"),
        ("[]".into(), "object"),
        ("null".into(), "object"),
        (r#"{"code":{}}"#.into(), "resourceType"),
        (r#"{"resourceType":["Basic"]}"#.into(), "resourceType"),
        (r#"{"resourceType":null}"#.into(), "resourceType"),
        (r#"{"resourceType":"basic"}"#.into(), "resourceType"),
        (r#"{"resourceType":"Patient"}"#.into(), "Basic"),
        (basic(r#""x":1} {"y":2"#).into(), "after the"),
    ];
    for (body, expected) in cases {
        let told = refused(&site, post(body.clone()), 400);
        let body: String = String::from_utf8_lossy(body).chars().take(80).collect();
        assert!(told.contains(expected), "{body}: {told}");
    }
    assert_eq!(stored(&site), before);
}

#[test]
fn xml_that_declares_nests_or_repeats_is_refused() {
    let site = Site::new();
    let before = stored(&site);
    let basic = |prologue: &str, inside: &str| {
        format!(r#"{prologue}<Basic xmlns="http://hl7.org/fhir"><code>{inside}</code></Basic>"#)
    };
    let mut laughs = String::from(r#"<!DOCTYPE x [<!ENTITY a0 "ha">"#);
    (1..40).for_each(|n| laughs.push_str(&format!(r#"<!ENTITY a{n} "&a{0};&a{0};">"#, n - 1)));
    let deep = format!("{}{}", r#"<extension url="http://a">"#.repeat(10_000), "</extension>".repeat(10_000));
    let no_doctype = "a document type (<!DOCTYPE …>) is not allowed";
    let cases = [
        (basic(r#"<!DOCTYPE Basic SYSTEM "http://127.0.0.1:1/x.dtd">"#, ""), no_doctype),
        (
            basic(r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>"#, r#"<text value="&e;"/>"#),
            no_doctype,
        ),
        (basic(r#"<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>"#, ""), no_doctype),
        (basic(&format!("{laughs}]>"), r#"<text value="&a39;"/>"#), no_doctype),
        (basic("", r#"<text value="&a39;"/>"#), "the entity 'a39' is not defined"),
        (basic("", &deep), "nested deeper than the limit"),
        (basic("", &"<text value=\"a\"/>".repeat(100_000)), "text"),
        (basic("", r#"<text value="a" value="b"/>"#), "appears twice"),
        (basic("", r#"<text value="&#0;"/>"#), "no character of XML"),
        (
            basic(
                "",
                r#"<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>"#,
            ),
            "include",
        ),
        (basic(r#"<?xml-stylesheet href="http://127.0.0.1:1/x.xsl"?>"#, "<x/>"), "x"),
        (basic(r#"<?xml version="1.0" encoding="UTF-7"?>"#, ""), "UTF-7"),
    ];
    for (body, expected) in cases {
        let told = refused(&site, post(body.as_str()).header("content-type", FHIR_XML), 400);
        let body: String = body.chars().take(200).collect();
        assert!(told.contains(expected), "{body}: {told}");
        assert!(!told.contains("root:"), "{told}");
    }
    assert_eq!(stored(&site), before);
}

#[test]
fn narratives_that_act_are_refused_wherever_they_stand() {
    let site = Site::new();
    let before = stored(&site);
    for (inside, expected) in [
        ("<script>x</script>", "script"),
        ("<SCRIPT>x</SCRIPT>", "SCRIPT"),
        ("<a href='javascript:alert(1)'>x</a>", "javascript:"),
        ("<a href='JaVaScRiPt:alert(1)'>x</a>", "script"),
        ("<a href=' javascript:alert(1)'>x</a>", "script"),
        ("<a href='java&#10;script:alert(1)'>x</a>", "script"),
        ("<a href='&#106;avascript:alert(1)'>x</a>", "javascript:"),
        ("<a href='data:text/html,x'>x</a>", "data:"),
        ("<a href='vbscript:x'>x</a>", "vbscript:"),
        ("<img src='javascript:x' alt='x'/>", "javascript:"),
        ("<b onclick='x()'>x</b>", "onclick"),
        ("<b ONCLICK='x()'>x</b>", "ONCLICK"),
        ("<iframe src='x'/>", "iframe"),
        ("<object data='x'/>", "object"),
        ("<form action='x'><input/></form>", "form"),
        ("<link rel='stylesheet' href='x'/>", "link"),
        ("<base href='http://evil.example/'/>", "base"),
        ("<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "svg"),
        ("<style>@import 'http://evil.example'</style>", "style"),
    ] {
        let text =
            format!(r#""text":{{"status":"generated","div":"<div xmlns=\"{XHTML}\">{inside}</div>"}}"#);
        let contained = basic(&format!(
            r##""contained":[{{"resourceType":"Basic","id":"a","code":{{"text":"x"}},{text}}}],"subject":{{"reference":"#a"}}"##
        ));
        let in_xml = format!(
            r#"<Basic xmlns="http://hl7.org/fhir"><text><status value="generated"/><div xmlns="{XHTML}">{inside}</div></text><code><text value="x"/></code></Basic>"#
        );
        for request in [post(basic(&text)), post(contained), post(in_xml).header("content-type", FHIR_XML)] {
            let told = refused(&site, request, 400);
            assert!(told.contains(expected), "{inside}: {told}");
        }
    }
    assert_eq!(stored(&site), before);
}

#[test]
fn bodies_of_other_kinds_are_not_read() {
    let site = Site::new();
    let before = stored(&site);
    let multipart =
        "--x\r\ncontent-disposition: form-data; name=\"a\"; filename=\"../../a\"\r\n\r\nx\r\n--x--\r\n";
    for kind in [
        "multipart/form-data; boundary=x",
        "multipart/related; boundary=x",
        "application/x-www-form-urlencoded",
        "text/html",
        "application/fhir+json, text/html",
        "application/fhir+json; charset=utf-7",
        "",
        "x",
    ] {
        let told = refused(&site, post(multipart).header("content-type", kind), 415);
        assert!(told.contains("application/fhir+json"), "{kind}: {told}");
    }
    for coding in ["deflate", "compress", "gzip, gzip", "../gzip"] {
        refused(&site, post("{}").header("content-encoding", coding), 415);
    }
    assert_eq!(stored(&site), before);
}

/// Two ids were valid: each was created and deleted.
fn before_and_four(before: &str) -> String {
    (before.parse::<u32>().unwrap() + 4).to_string()
}

#[test]
fn hostile_ids_find_nothing_and_make_nothing() {
    let site = Site::new();
    let before = stored(&site);
    let long = "a".repeat(65);
    for (id, decoded) in [
        ("..%2F..%2Fetc%2Fpasswd", "../../etc/passwd"),
        ("%2e%2e", ".."),
        (".", "."),
        (long.as_str(), long.as_str()),
        ("%D0%B0bc", "\u{430}bc"),
        ("a'%20OR%201=1--", "a' OR 1=1--"),
        ("a%00b", "a\\u0000b"),
        ("a%0d%0aset-cookie:%20a=b", "a\\r\\nset-cookie: a=b"),
        ("a_b", "a_b"),
        ("%EF%BC%91", "\u{ff11}"),
    ] {
        for path in
            [format!("/fhir/Basic/{id}"), format!("/fhir/Basic/{id}/_history/1"), format!("/Patient/{id}")]
        {
            let reply = site.get(&path);
            // `..` and `.` are valid ids; they lead to no other place.
            assert_eq!((reply.status, reply.issues().len()), (404, 1), "{path}: {}", reply.text());
            assert_eq!(reply.header("set-cookie"), None);
        }
        let body = format!(r#"{{"resourceType":"Basic","id":"{decoded}","code":{{"text":"x"}}}}"#);
        let is_valid = matches!(decoded, "." | "..");
        let put = site.ask("PUT", &format!("/fhir/Basic/{id}"), &body);
        assert_eq!(put.status, if is_valid { 201 } else { 400 }, "{id}: {}", put.text());
        site.delete(&format!("/fhir/Basic/{id}")).expect(if is_valid { 204 } else { 404 });
    }
    site.get("/fhir/Basic/%ff").expect(404);
    site.ask("PUT", "/fhir/Basic/%ff", r#"{"resourceType":"Basic","id":"\u00ff","code":{"text":"x"}}"#)
        .expect(404);
    assert_eq!(stored(&site), before_and_four(&before));
}
