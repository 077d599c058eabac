//! Bodies in JSON: parsed, validated, written.

use super::{DEPTH, resources};
use crate::target::{Target, Verdict};
use fhir::{Json, xml};
use validation::{Mode, Options, validate};

/// What is said of a body goes into the answer; more than this is no help.
const LONGEST_TEXT: usize = 1_000;

pub(super) struct JsonBodies {
    seeds: Vec<Vec<u8>>,
}

impl JsonBodies {
    pub(super) fn new() -> Self {
        JsonBodies { seeds: resources::of_every_type().iter().map(Json::to_bytes).collect() }
    }
}

impl Target for JsonBodies {
    fn seeds(&self) -> &[Vec<u8>] {
        &self.seeds
    }

    fn pieces(&self) -> &[&'static str] {
        &[
            "\"resourceType\":\"Patient\",",
            "\"extension\":[{\"url\":\"http://e\",\"valueString\":\"x\"}],",
            "\"contained\":[{\"resourceType\":\"Basic\",\"id\":\"a\"}],",
            "\"reference\":\"#a\"",
            "\"_given\":[null,{\"id\":\"x\"}],",
            "\"value\":1.50,",
            "[",
            "]",
            "{",
            "}",
            "\"\":",
            "\\u0000",
            "\"meta\":{\"profile\":[\"http://p\"]},",
            "\"text\":{\"status\":\"generated\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">x</div>\"},",
        ]
    }

    fn take(&mut self, input: &[u8]) -> Result<Verdict, String> {
        let Ok(tree) = fhir::json::parse(input, DEPTH) else { return Ok(Verdict::Refused) };
        if fhir::json::parse(&tree.to_bytes(), DEPTH).as_ref() != Ok(&tree) {
            return Err("what was written is not read as the same".into());
        }
        let issues = validate(&tree, &Options { mode: Mode::Check, ..Options::default() });
        if let Some(issue) =
            issues.iter().find(|issue| issue.text.is_empty() || issue.text.len() > LONGEST_TEXT)
        {
            return Err(format!("an issue has a text of {} bytes", issue.text.len()));
        }
        if !validate(&tree, &Options::default()).is_empty() {
            return Ok(Verdict::Accepted);
        }
        match xml::read(&xml::write(&tree), DEPTH) {
            Ok(read) if read.same_content(&tree) => Ok(Verdict::Accepted),
            Ok(read) => Err(format!("a valid resource is another in XML: {read}")),
            Err(problems) => Err(format!("a valid resource cannot be read from its XML: {}", problems[0])),
        }
    }
}
