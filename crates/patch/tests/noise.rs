//! Patches that noise has been at: each is refused, fails or applies, and the resource stays itself.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use fhir::Json;
use patch::{Format, Patch};

const DEPTH: usize = 20;

const PATIENT: &str = r#"{"resourceType":"Patient","id":"p","text":{"status":"generated",
    "div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a<b>c</b></div>"},"active":true,
    "name":[{"use":"official","given":["B","C",null],"_given":[null,null,{"id":"g"}]},{"given":["D"]}],
    "_birthDate":{"extension":[{"url":"u","valueCode":"c"}]},"deceasedBoolean":false,
    "contained":[{"resourceType":"Basic","id":"b"}],"contact":[{"name":{"text":"x"}}]}"#;

const SEEDS: &[(Format, &str)] = &[
    (
        Format::JsonPatch,
        r#"[{"op":"test","path":"/name/0/given/1","value":"C"},{"op":"add","path":"/name/-","value":{"family":"A"}},
            {"op":"copy","from":"/name","path":"/contact/0/x"},{"op":"move","from":"/name/0","path":"/name/1"},
            {"op":"remove","path":"/contact/0/name/text"},{"op":"replace","path":"/active","value":null}]"#,
    ),
    (
        Format::FhirPathJson,
        r#"{"resourceType":"Parameters","parameter":[
            {"name":"operation","part":[{"name":"type","valueCode":"insert"},{"name":"path","valueString":"Patient.name[0].given"},
                {"name":"index","valueInteger":1},{"name":"value","valueString":"X","_valueString":{"id":"v"}}]},
            {"name":"operation","part":[{"name":"type","valueCode":"move"},{"name":"path","valueString":"Patient.name"},
                {"name":"source","valueInteger":1},{"name":"destination","valueInteger":0}]},
            {"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.deceased"},
                {"name":"value","valueDateTime":"2020"}]},
            {"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Patient.contained[0]"},
                {"name":"name","valueString":"extension"},{"name":"value","part":[{"name":"url","valueUri":"u"},
                {"name":"value","valueInteger":1}]}]},
            {"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Patient.birthDate"}]}]}"#,
    ),
    (
        Format::FhirPathXml,
        r#"<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/><part><name value="type"/>
            <valueCode value="add"/></part><part><name value="path"/><valueString value="Patient.name.where(use='official')"/>
            </part><part><name value="name"/><valueString value="suffix"/></part><part><name value="value"/>
            <valueString value="x"/></part></parameter></Parameters>"#,
    ),
    (
        Format::XmlPatch,
        r#"<diff xmlns:f="http://hl7.org/fhir"><replace sel="f:Patient/f:active/@value">false</replace>
            <add sel="f:Patient/f:name[f:use/@value='official' and f:given]/f:given[2]" pos="after"><f:given value="X"/></add>
            <add sel="f:Patient/f:name[last()]" type="@id">n</add><remove sel="*/f:text/h:div/h:b"/>
            <replace sel="f:Patient/f:contact"><f:contact><f:gender value="male"/></f:contact></replace></diff>"#,
    ),
];

/// What documents hold, for noise to put in other places.
const PIECES: [&str; 40] = [
    "\"",
    "'",
    "/",
    "//",
    "-",
    "0",
    "1",
    "99",
    "~",
    "[",
    "]",
    "[1]",
    "(",
    ")",
    ".",
    ",",
    ":",
    "@value",
    "*",
    "{}",
    "[]",
    "null",
    "true",
    "Patient",
    "name",
    "given",
    "contained",
    "id",
    "resourceType",
    "text",
    ".where(true)",
    ".first()",
    ".extension",
    " | ",
    "add",
    "remove",
    "<f:name/>",
    "f:",
    "&#65;",
    "\\u0000",
];

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

/// Changes a document: pieces put in, taken out, copied, moved, and bytes of any kind.
fn mutated(seed: &str, noise: &mut Noise) -> Vec<u8> {
    let mut bytes = seed.as_bytes().to_vec();
    for _ in 0..=noise.below(3) {
        let at = noise.below(bytes.len());
        let to = (at + noise.below(12)).min(bytes.len());
        match noise.below(12) {
            0 => bytes[at] = u8::try_from(noise.below(256)).unwrap(),
            1 => drop(bytes.drain(at..to)),
            2 | 3 => {
                let copied = bytes[at..to].to_vec();
                let place = noise.below(bytes.len());
                bytes.splice(place..place, copied);
            }
            4 | 5 => drop(bytes.splice(at..to, PIECES[noise.below(PIECES.len())].bytes())),
            6..=8 => swap_words(&mut bytes, noise),
            _ => drop(bytes.splice(at..at, PIECES[noise.below(PIECES.len())].bytes())),
        }
        if bytes.is_empty() {
            bytes.push(b' ');
        }
    }
    bytes
}

/// Puts one word of a document in the place of another: what comes out is mostly well-formed.
fn swap_words(bytes: &mut Vec<u8>, noise: &mut Noise) {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric();
    let starts: Vec<usize> =
        (1..bytes.len()).filter(|at| is_word(bytes[*at]) && !is_word(bytes[at - 1])).collect();
    let mut pick = || {
        let start = *starts.get(noise.below(starts.len()))?;
        let length = bytes[start..].iter().take_while(|byte| is_word(**byte)).count();
        Some(start..start + length)
    };
    if let (Some(from), Some(to)) = (pick(), pick()) {
        let word = bytes[from].to_vec();
        bytes.splice(to, word);
    }
}

#[test]
fn mutated_patches_are_refused_fail_or_apply() {
    let patient = fhir::json::parse(PATIENT.as_bytes(), DEPTH).unwrap();
    let mut noise = Noise(0x2545_f491_4f6c_dd1d);
    for (format, seed) in SEEDS {
        let unchanged = Patch::parse(*format, seed.as_bytes(), DEPTH).unwrap();
        let (mut applied, mut failed) = (0, 0);
        for _ in 0..5_000 {
            let document = mutated(seed, &mut noise);
            let Ok(patch) = Patch::parse(*format, &document, DEPTH) else { continue };
            match patch.apply(&patient) {
                Ok(patched) => {
                    applied += 1;
                    check(&patched, &document);
                }
                Err(issues) => {
                    failed += 1;
                    assert!(!issues.is_empty() && issues.iter().all(|issue| !issue.text.is_empty()));
                }
            }
        }
        assert!(applied > 50 && failed > 50, "{format:?}: {applied} applied, {failed} failed");
        unchanged.apply(&patient).unwrap();
    }
}

fn check(patched: &Json, document: &[u8]) {
    let shown = String::from_utf8_lossy(document);
    assert_eq!((patched.str("resourceType"), patched.str("id")), (Some("Patient"), Some("p")), "{shown}");
    let read = fhir::json::parse(&patched.to_bytes(), DEPTH);
    assert_eq!(read.as_ref(), Ok(patched), "{shown}");
}
