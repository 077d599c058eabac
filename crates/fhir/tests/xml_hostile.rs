//! XML from hostile clients: what is not well-formed, what XML allows and FHIR does not need, and noise. Every body is
//! refused or read, in bounded time, and nothing outside it is ever looked at.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use fhir::{Json, xml};
use std::time::{Duration, Instant};

const DEPTH: usize = 20;

const ROOT: &str = "<Patient xmlns=\"http://hl7.org/fhir\">";

fn patient(inside: &str) -> String {
    format!("{ROOT}{inside}</Patient>")
}

#[track_caller]
fn refused(body: impl AsRef<[u8]>, expected: &str) {
    let problems = xml::read(body.as_ref(), DEPTH).unwrap_err();
    let last = problems.last().unwrap().to_string();
    assert!(last.contains(expected), "{last}");
}

#[test]
fn document_types_are_refused_whatever_they_declare() {
    let expected = "a document type (<!DOCTYPE …>) is not allowed";
    refused(format!("<!DOCTYPE Patient>{}", patient("")), expected);
    refused(format!("<!DOCTYPE Patient SYSTEM \"http://example.org/x.dtd\">{}", patient("")), expected);
    refused(
        format!("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>{}", patient("<id value=\"&e;\"/>")),
        expected,
    );
    let mut laughs = String::from("<!DOCTYPE x [<!ENTITY a0 \"ha\">");
    for n in 1..30 {
        laughs.push_str(&format!("<!ENTITY a{n} \"&a{};&a{};\">", n - 1, n - 1));
    }
    refused(format!("{laughs}]>{}", patient("<id value=\"&a29;\"/>")), expected);
    refused(patient("<!DOCTYPE x>"), expected);
}

#[test]
fn entities_that_nothing_declares_are_refused() {
    refused(patient("<id value=\"&xxe;\"/>"), "line 1, column 49: the entity 'xxe' is not defined");
    refused(
        patient("<text><div xmlns=\"http://www.w3.org/1999/xhtml\">a&nbsp;b</div></text>"),
        "line 1, column 87: the entity 'nbsp' is not defined",
    );
    refused(patient("<id value=\"&#0;\"/>"), "'&#0;' is no character of XML");
    refused(patient("<id value=\"a&b\"/>"), "'&' begins a reference that has no end");
    refused(patient("&amp"), "'&' begins a reference that has no end");
}

#[test]
fn what_is_not_well_formed_is_refused_at_its_place() {
    refused("", "line 1, column 1: the body is empty; an XML document was expected");
    refused("  <!-- c -->\n", "line 2, column 1: the body is empty");
    refused("{\"resourceType\":\"Patient\"}", "line 1, column 1: text outside the root element");
    refused(ROOT, "the body ends while 1 elements are open");
    refused(format!("{ROOT}<name>\n</nam>"), "line 2, column 1: expected the end tag </name>, found </nam>");
    refused(format!("{}</x>", patient("")), "the end tag </x> ends nothing");
    refused(format!("{}{}", patient(""), patient("")), "there is a second root element");
    refused(format!("{}x", patient("")), "text outside the root element: 'x'");
    refused(format!(" <?xml version=\"1.0\"?>{}", patient("")), "the XML declaration must be the very first");
    refused(
        format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>{}", patient("")),
        "'UTF-16' is not supported",
    );
    refused(patient("<id value=x/>"), "the attribute 'value' must have its value in quotes");
    refused(patient("<id value/>"), "the attribute 'value' has no value");
    refused(patient("<id value=\"a\"id=\"b\"/>"), "attributes must be parted by white space");
    refused(patient("<id value=\"a\" value=\"b\"/>"), "the attribute 'value' appears twice");
    refused(patient("<id value=\"a<b\"/>"), "'<' in the value of an attribute");
    refused(patient("<id value=\"a/>"), "not well-formed XML");
    refused(patient("<1d/>"), "'1d' is no name of XML");
    refused(patient("<a:b:c/>"), "'b:c' is no name of XML");
    refused(patient("<!-- a -- b -->"), "'--' is not allowed in a comment");
    refused(patient("a]]>b"), "']]>' in text");
    refused(patient("<name xmlns:x=\"\"/>"), "the namespace prefix 'x' is declared as nothing");
    refused(patient("<name xmlns:xml=\"urn:x\"/>"), "cannot be declared");
    refused(patient("\u{1}"), "the character U+0001 is not allowed in XML");
    refused(b"<Patient xmlns=\"\xff\"/>", "line 1, column 17: the bytes are not valid UTF-8");
    refused(b"\xff\xfe<\x00P\x00", "line 1, column 1: the bytes are not valid UTF-8");
}

#[test]
fn nesting_is_bounded_as_in_json() {
    let nested = |levels| {
        let (open, close) = ("<extension url=\"u\">".repeat(levels), "</extension>".repeat(levels));
        patient(&format!("{open}<extension url=\"u\"><valueCode value=\"c\"/></extension>{close}"))
    };
    // One level for the resource, two for each extension: the list and its object.
    assert!(xml::read(nested(8).as_bytes(), DEPTH).is_ok());
    refused(nested(9), "nested deeper than the limit of 20 levels of JSON");
    refused(nested(10_000), "nested deeper than the limit of 20 levels of JSON");
    let narrative = |levels| {
        let (open, close) = ("<b>".repeat(levels), "</b>".repeat(levels));
        patient(&format!("<text><div xmlns=\"http://www.w3.org/1999/xhtml\">{open}{close}</div></text>"))
    };
    assert!(xml::read(narrative(90).as_bytes(), DEPTH).is_ok());
    refused(narrative(10_000), "nested deeper than the limit of 121 levels");
    let deep_json = format!("{}{}", "[".repeat(90), "]".repeat(90));
    let deep = fhir::json::parse(deep_json.as_bytes(), 100).unwrap();
    assert!(xml::write(&deep).is_empty());
}

#[test]
fn attributes_and_namespaces_are_bounded() {
    let attributes: String = (0..1_000).map(|n| format!(" a{n}=\"\"")).collect();
    refused(patient(&format!("<id{attributes}/>")), "more attributes than the limit of 64");
    let declarations: String = (0..40).map(|n| format!(" xmlns:a{n}=\"urn:a\"")).collect();
    refused(patient(&format!("<id{declarations}/>")), "more than the limit of 32 namespace declarations");
    let many = "<id xmlns:a=\"urn:a\"/>".repeat(100);
    assert!(xml::read_all(patient(&many).as_bytes(), DEPTH).resource.is_some(), "ends of elements end them");
}

#[test]
fn a_thousand_mistakes_are_told_as_fifty() {
    let problems = xml::read(patient(&"<x/>".repeat(1_000)).as_bytes(), DEPTH).unwrap_err();
    assert_eq!(problems.len(), xml::limits::PROBLEMS);
}

#[test]
fn large_bodies_take_time_in_proportion() {
    let start = Instant::now();
    let large = [
        patient(&"<x/>".repeat(200_000)),
        patient(&"<name><given value=\"&#65;\"/></name>".repeat(30_000)),
        patient(&format!("<id value=\"{}\"/>", "&#10;".repeat(200_000))),
        patient(&format!(
            "<text><div xmlns=\"http://www.w3.org/1999/xhtml\">{}</div></text>",
            "&#65;<b/>".repeat(80_000)
        )),
        format!("<!DOCTYPE x [{}]>", "<!ENTITY a \"b\">".repeat(50_000)),
        format!("<{}", "a".repeat(1_000_000)),
        patient(&format!("<!--{}-->", "- ".repeat(500_000))),
    ];
    for body in large {
        drop(xml::read_all(body.as_bytes(), DEPTH));
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

/// The same numbers every time (xorshift).
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

const SEEDS: [&str; 3] = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><f:Patient xmlns:f=\"http://hl7.org/fhir\"><!-- c --><f:id value=\"p\"/>\
     <f:text><f:status value=\"generated\"/><div xmlns=\"http://www.w3.org/1999/xhtml\">a<b x='y'>&lt;&#65;</b><![CDATA[<]]>\
     </div></f:text><f:contained><f:Basic/></f:contained><f:name id=\"n\"><f:given value=\"A&amp;\"><f:extension \
     url=\"http://e\"><f:valueDecimal value=\"1.50\"/></f:extension></f:given></f:name></f:Patient>",
    "<Bundle xmlns=\"http://hl7.org/fhir\"><type value=\"batch\"/><total value=\"3\"/><entry><resource><Observation>\
     <status value=\"final\"/><valueQuantity><value value=\"-1e5\"/></valueQuantity></Observation></resource></entry>\
     <entry id=\"e\"><request><method value=\"GET\"/></request></entry></Bundle>",
    "<Questionnaire xmlns=\"http://hl7.org/fhir\"><item><linkId value=\"1\"/><item><linkId value=\"1.1\"/>\
     <initial><valueBoolean value=\"true\"/></initial></item></item></Questionnaire>",
];

const PIECES: [&str; 24] = [
    "<",
    ">",
    "/",
    "\"",
    "'",
    "=",
    "&",
    ";",
    ":",
    "xmlns",
    "xmlns=\"\"",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?xml ",
    "?>",
    "<!DOCTYPE",
    "&#",
    "\u{feff}",
    "é",
    " value=\"1\"",
    "<name>",
    "</name>",
];

fn mutated(seed: &str, noise: &mut Noise) -> Vec<u8> {
    let mut bytes = seed.as_bytes().to_vec();
    for _ in 0..=noise.below(4) {
        let (at, other) = (noise.below(bytes.len()), noise.below(bytes.len()));
        match noise.below(9) {
            0 => bytes[at] = u8::try_from(noise.below(256)).unwrap(),
            1 => drop(bytes.drain(at.min(other)..at.max(other).min(at.min(other) + 20))),
            2 => {
                let piece = PIECES[noise.below(PIECES.len())];
                bytes.splice(at..at, piece.bytes());
            }
            3 => {
                let copied = bytes[at.min(other)..at.max(other).min(at.min(other) + 60)].to_vec();
                let to = noise.below(bytes.len());
                bytes.splice(to..to, copied);
            }
            4 => bytes.truncate(at.max(bytes.len() / 2)),
            _ => change_a_value(&mut bytes, noise),
        }
    }
    bytes
}

/// Puts something before a value: most such documents stay well-formed.
fn change_a_value(bytes: &mut Vec<u8>, noise: &mut Noise) {
    const VALUES: [&str; 8] = ["1", "-", ".5", "true", "&#xA;", " ", "\n", "😀"];
    let starts: Vec<usize> =
        bytes.windows(7).enumerate().filter(|(_, w)| w == b"value=\"").map(|(at, _)| at + 7).collect();
    if !starts.is_empty() {
        let at = starts[noise.below(starts.len())];
        bytes.splice(at..at, VALUES[noise.below(VALUES.len())].bytes());
    }
}

#[test]
fn mutated_documents_are_read_or_refused_and_what_is_read_survives_a_round_trip() {
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut read = 0;
    for round in 0..30_000 {
        let body = mutated(SEEDS[round % SEEDS.len()], &mut noise);
        let reading = xml::read_all(&body, DEPTH);
        assert!(reading.resource.is_some() || !reading.problems.is_empty());
        let Some(resource) = reading.resource.filter(|_| reading.problems.is_empty()) else { continue };
        read += 1;
        check_round_trip(&resource, &body);
    }
    assert!(read > 500, "only {read} were read: the mutations are too wild to test anything");
}

fn check_round_trip(resource: &Json, body: &[u8]) {
    let shown = String::from_utf8_lossy(body);
    let again = xml::read(&xml::write(resource), DEPTH)
        .unwrap_or_else(|problems| panic!("{}\n{shown}\n{resource}", problems[0]));
    assert!(again.same_content(resource), "{shown}\n{resource}\n{again}");
}
