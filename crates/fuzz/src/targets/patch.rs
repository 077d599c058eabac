//! Patches of all formats: read, and applied to resources. The first byte of an input says which format.

use super::{DEPTH, resources};
use crate::target::{Target, Verdict};
use ::patch::{Format, Patch};
use fhir::{Json, json, xml};

pub(super) struct Patches {
    seeds: Vec<Vec<u8>>,
    resources: Vec<Json>,
}

const JSON_PATCH: [&str; 6] = [
    r#"[{"op":"test","path":"/resourceType","value":"Patient"},{"op":"add","path":"/name/-","value":{"family":"A"}}]"#,
    r#"[{"op":"copy","from":"/name","path":"/contact"}]"#,
    r#"[{"op":"move","from":"/name/0/family","path":"/name/0/text"}]"#,
    r#"[{"op":"remove","path":"/identifier/0"}]"#,
    r#"[{"op":"replace","path":"/gender","value":null}]"#,
    r#"[{"op":"add","path":"/extension","value":[{"url":"http://e","valueDecimal":1.50}]}]"#,
];

const XML_PATCH: [&str; 5] = [
    r#"<replace sel="f:Patient/f:gender/@value">male</replace>"#,
    r#"<add sel="f:Patient/f:name[1]" pos="after"><f:name><f:family value="X"/></f:name></add>"#,
    r#"<remove sel="*/f:identifier[1]"/>"#,
    r#"<add sel="f:Patient/f:name[last()]" type="@id">n</add>"#,
    r#"<replace sel="f:Patient/f:birthDate"><f:birthDate value="1980"/></replace>"#,
];

impl Patches {
    pub(super) fn new() -> Self {
        let parameters = fhirpath_patches();
        let in_json = parameters.iter().map(|patch| (Format::FhirPathJson, patch.to_bytes()));
        let in_xml = parameters.iter().map(|patch| (Format::FhirPathXml, xml::write(patch)));
        let json_patches = JSON_PATCH.map(|patch| (Format::JsonPatch, patch.as_bytes().to_vec()));
        let xml_patches = XML_PATCH.map(|operation| {
            let document = format!(r#"<diff xmlns:f="http://hl7.org/fhir">{operation}</diff>"#);
            (Format::XmlPatch, document.into_bytes())
        });
        let documents = in_json.chain(in_xml).chain(json_patches).chain(xml_patches);
        let seed = |(format, document): (Format, Vec<u8>)| {
            let place = Format::ALL.iter().position(|known| *known == format).unwrap_or_default();
            let digit = b'0' + u8::try_from(place).unwrap_or_default();
            [vec![digit], document].concat()
        };
        Patches { seeds: documents.map(seed).collect(), resources: resources::of_a_record() }
    }
}

/// An operation of each type.
fn fhirpath_patches() -> Vec<Json> {
    let patch = |kind: &str, path: &str, rest: &[Json]| {
        let mut parts = vec![
            json!({ "name": "type", "valueCode": kind }),
            json!({ "name": "path", "valueString": path }),
        ];
        parts.extend_from_slice(rest);
        json!({ "resourceType": "Parameters", "parameter": [{ "name": "operation", "part": parts }] })
    };
    let index = |name: &str, index: i64| json!({ "name": name, "valueInteger": index });
    vec![
        patch("replace", "Patient.birthDate", &[json!({ "name": "value", "valueDate": "1980-01-01" })]),
        patch("delete", "Patient.name.where(use = 'official').given[0]", &[]),
        patch(
            "insert",
            "Patient.identifier",
            &[json!({ "name": "value", "valueIdentifier": { "value": "x" } }), index("index", 0)],
        ),
        patch("move", "Patient.identifier", &[index("source", 0), index("destination", 0)]),
        patch(
            "add",
            "Patient",
            &[
                json!({ "name": "name", "valueString": "maritalStatus" }),
                json!({ "name": "value", "valueCodeableConcept": { "text": "x" } }),
            ],
        ),
    ]
}

impl Target for Patches {
    fn seeds(&self) -> &[Vec<u8>] {
        &self.seeds
    }

    fn pieces(&self) -> &[&'static str] {
        &[
            "/name/0/given",
            "/-",
            "/~1",
            "/id",
            "/resourceType",
            "/contained/0",
            "\"op\":\"copy\"",
            "\"from\":\"\"",
            "{\"op\":\"add\",",
            "Patient.name[0]",
            ".where(true)",
            ".descendants()",
            " | ",
            "valueString",
            "valueDateTime",
            "\"part\":[",
            "<f:name/>",
            "f:",
            "@value",
            "//",
            "*[1]",
            "[f:use/@value='official']",
            "text()",
            "pos=\"prepend\"",
            "xmlns=\"http://hl7.org/fhir\"",
        ]
    }

    fn take(&mut self, input: &[u8]) -> Result<Verdict, String> {
        let Some((format, document)) = input.split_first() else { return Ok(Verdict::Refused) };
        let place = usize::from(format.wrapping_sub(b'0'));
        let Some(format) = Format::ALL.get(place % Format::ALL.len()) else { return Ok(Verdict::Refused) };
        let patch = match Patch::parse(*format, document, DEPTH) {
            Ok(patch) => patch,
            Err(issues) if issues.is_empty() => return Err("refused without an issue".into()),
            Err(_) => return Ok(Verdict::Refused),
        };
        let mut verdict = Verdict::Refused;
        for resource in &self.resources {
            match patch.apply(resource) {
                Ok(patched) => {
                    verdict = Verdict::Accepted;
                    check(resource, &patched)?;
                }
                Err(issues) if issues.is_empty() => return Err("failed without an issue".into()),
                Err(_) => {}
            }
        }
        Ok(verdict)
    }
}

fn check(before: &Json, after: &Json) -> Result<(), String> {
    for name in ["resourceType", "id"] {
        if before.get(name) != after.get(name) {
            return Err(format!("the patch changed {name}: {after}"));
        }
    }
    match fhir::json::parse(&after.to_bytes(), DEPTH) {
        Ok(read) if read == *after => Ok(()),
        _ => Err(format!("what the patch made is not read as the same: {after}")),
    }
}
