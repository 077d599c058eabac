//! Searches, as they stand in a URL (`Patient?name=x`): read, and carried out on a store.

use super::DEPTH;
use super::server::{Server, is_the_clients};
use crate::target::{Target, Verdict};
use fhir::ResourceType;
use fhir::definitions::{SearchParameterType, search_parameters_of};
use interactions::search_type::{Asked, Readable, Within};
use percent_encoding::percent_decode_str;

/// The present of all searches.
const NOW: i64 = 1_780_000_000_000;

const OTHERS: [&str; 18] = [
    "Patient?_filter=name co \"a\" and (birthdate ge 1980 or not (gender eq male))",
    "Patient?_has:Observation:patient:_has:Provenance:target:agent=Practitioner/x",
    "Observation?subject:Patient.general-practitioner:Practitioner.name:contains=a",
    "Observation?code-value-quantity=http://loinc.org|8867-4$gt5.4|http://unitsofmeasure.org|/min",
    "Observation?_sort=-date,code,_id&_count=3&_total=accurate",
    "Observation?_include=*&_include:iterate=Encounter:participant&_revinclude=Provenance:target",
    "Patient?_summary=true&_lastUpdated=ap2026-01&_tag=a|b,|c,d",
    "Patient?_elements=name,birthDate&_id=a,b",
    "Patient?birthdate=ne1980-01-01T00:00:00%2B01:00&birthdate:missing=false",
    "Location?near=42.1|-71.2|11.2|km",
    "Patient?identifier:of-type=http://t|MR|1",
    "Patient?_text=a and (b or \"c d\")",
    "Patient?_content=a,b,c",
    "Condition?code:below=http://snomed.info/sct|1&code:in=http://v&code:not=a",
    "Encounter?_list=a",
    "Encounter?length=gt5.40e-3||min",
    "?_type=Patient,Observation&_lastUpdated=gt2020",
    "Patient?organization:identifier=http://s|1&name:exact=A\\,B",
];

pub(super) struct Searches {
    seeds: Vec<Vec<u8>>,
    server: Server,
}

impl Searches {
    pub(super) fn new() -> Result<Self, String> {
        let mut seeds: Vec<Vec<u8>> = OTHERS.iter().map(|seed| seed.as_bytes().to_vec()).collect();
        for resource_type in [
            ResourceType::PATIENT,
            ResourceType::OBSERVATION,
            ResourceType::ENCOUNTER,
            ResourceType::VALUE_SET,
        ] {
            for parameter in search_parameters_of(resource_type) {
                let value = match parameter.kind {
                    SearchParameterType::Number => "ge1.50",
                    SearchParameterType::Date => "sa2020-02-29T10:00:00Z",
                    SearchParameterType::Quantity => "lt5.4e3|http://unitsofmeasure.org|mg",
                    SearchParameterType::Reference => "Patient/1,http://e/x",
                    SearchParameterType::Composite => "a|b$ge5",
                    SearchParameterType::Token => "http://s|c,|d",
                    _ => "http://a",
                };
                seeds.push(format!("{resource_type}?{}={value}", parameter.code).into_bytes());
            }
        }
        Ok(Searches { seeds, server: Server::new()? })
    }
}

impl Target for Searches {
    fn seeds(&self) -> &[Vec<u8>] {
        &self.seeds
    }

    fn pieces(&self) -> &[&'static str] {
        &[
            "&",
            "=",
            ",",
            "|",
            "$",
            "\\,",
            ":missing",
            ":not",
            ":contains",
            ":exact",
            ":text",
            ":in",
            ":below",
            ":above",
            ":of-type",
            ":identifier",
            ":iterate",
            ":Patient",
            ".name",
            "_has:Observation:patient:",
            "&_sort=-",
            "&_count=0",
            "&_total=accurate",
            "&_summary=count",
            "&_elements=",
            "&_include=*",
            "&_revinclude:iterate=*",
            "&_filter=",
            " and ",
            " or ",
            "not (",
            " eq ",
            "ge",
            "ap",
            "sa",
            "2024-02-29",
            "T10:00",
            "%2B",
            "%00",
            "&_text=",
            "&_content=",
            "&_list=",
            "&_id=",
            "http://loinc.org|",
        ]
    }

    fn take(&mut self, input: &[u8]) -> Result<Verdict, String> {
        let Some(text) = std::str::from_utf8(input).ok().filter(|text| text.len() <= 8_192) else {
            return Ok(Verdict::Refused);
        };
        let (name, query) = text.split_once('?').unwrap_or((text, ""));
        let within = match ResourceType::from_name(name) {
            Some(resource_type) => Within::Type(resource_type),
            None => Within::System,
        };
        let decoded =
            |text: &str| percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned);
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(value)?))
        };
        let parameters: Option<Vec<(String, String)>> =
            query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect();
        let Some(parameters) = parameters else { return Ok(Verdict::Refused) };
        let is_lenient = input.len().is_multiple_of(4);
        let asked = Asked {
            parameters,
            lenient: is_lenient,
            ignored: &[],
            now: NOW,
            caller: "anyone",
            readable: Readable::all(),
        };
        match self.server.wait(self.server.engine.search_within(&within, asked)) {
            Ok(bundle) => match fhir::json::parse(&bundle, DEPTH + 10) {
                Ok(_) => Ok(Verdict::Accepted),
                Err(errors) => Err(format!("the answer is no JSON: {}", errors[0])),
            },
            Err(refusal) => is_the_clients(&refusal).map(|()| Verdict::Refused),
        }
    }
}
