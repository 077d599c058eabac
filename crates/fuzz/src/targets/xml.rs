//! Bodies in XML: read, written, read again.

use super::{DEPTH, resources};
use crate::target::{Target, Verdict};
use fhir::xml;
use validation::{Options, validate};

pub(super) struct XmlBodies {
    seeds: Vec<Vec<u8>>,
}

impl XmlBodies {
    pub(super) fn new() -> Self {
        XmlBodies { seeds: resources::of_every_type().iter().map(xml::write).collect() }
    }
}

impl Target for XmlBodies {
    fn seeds(&self) -> &[Vec<u8>] {
        &self.seeds
    }

    fn pieces(&self) -> &[&'static str] {
        &[
            "<",
            ">",
            "/>",
            "</",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<?xml version=\"1.0\"?>",
            "<!DOCTYPE x [",
            "&#65;",
            "&amp;",
            "&x;",
            " xmlns=\"http://hl7.org/fhir\"",
            " xmlns:f=\"http://hl7.org/fhir\"",
            "f:",
            " value=\"1\"",
            " id=\"a\"",
            "<name>",
            "</name>",
            "<div xmlns=\"http://www.w3.org/1999/xhtml\">",
            "<contained>",
            "<extension url=\"http://e\">",
        ]
    }

    fn take(&mut self, input: &[u8]) -> Result<Verdict, String> {
        let reading = xml::read_all(input, DEPTH);
        let Some(resource) = reading.resource else {
            let is_told = !reading.problems.is_empty();
            return if is_told { Ok(Verdict::Refused) } else { Err("refused without a problem".into()) };
        };
        drop(validate(&resource, &Options::default()));
        if !reading.problems.is_empty() {
            return Ok(Verdict::Refused);
        }
        match xml::read(&xml::write(&resource), DEPTH) {
            Ok(again) if again.same_content(&resource) => {}
            Ok(again) => return Err(format!("read as {resource}, read again as {again}")),
            Err(problems) => return Err(format!("what was written is refused: {}", problems[0])),
        }
        Ok(Verdict::Accepted)
    }
}
