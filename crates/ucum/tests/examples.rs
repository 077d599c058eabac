//! Every UCUM code that the examples and value sets of R4 use is understood, save those listed with their reasons.
//!
//! The examples are the unpacked npm package `hl7.fhir.r4.examples@4.0.1`; `EASEL_TEST_R4_EXAMPLES` names its folder.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// `code<tab>reason`, sorted.
const NOT_UNDERSTOOD: &str = include_str!("not-understood.txt");
const SYSTEM: &str = "http://unitsofmeasure.org";

/// What 60 patients of Synthea are measured in.
const SYNTHEA: &str = "mg/dL mm[Hg] mmol/L {score} cm kg kg/m2 fL % g/dL 10*3/uL U/L mL/min/{1.73_m2} 10*6/uL pg mL/min \
    g/L Cel ng/mL kU/L {T-score} mg/g {count} pg/mL mm {nominal}";
/// What they are also measured in, which is no UCUM. (Their `pH` is: the picohenry.)
const SYNTHEA_WRONG: &str = "(score) units";

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => {
            if let (Some(SYSTEM), Some(code)) =
                (members.get("system").and_then(Value::as_str), members.get("code").and_then(Value::as_str))
            {
                found.insert(code.to_owned());
            }
            // A value set lists its codes under the system.
            let listed = members.get("concept").and_then(Value::as_array);
            if members.get("system").and_then(Value::as_str) == Some(SYSTEM) {
                let codes = listed.into_iter().flatten().filter_map(|concept| concept["code"].as_str());
                found.extend(codes.map(str::to_owned));
            }
            members.values().for_each(|member| collect(member, found));
        }
        _ => {}
    }
}

#[test]
fn codes_of_the_specification_are_understood_or_listed() {
    let Some(folder) = std::env::var_os("EASEL_TEST_R4_EXAMPLES") else {
        println!(
            "skipped: EASEL_TEST_R4_EXAMPLES names no folder with the npm package hl7.fhir.r4.examples@4.0.1"
        );
        return;
    };
    let mut codes = BTreeSet::new();
    for entry in std::fs::read_dir(Path::new(&folder)).unwrap().flatten() {
        let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
        if text.contains(SYSTEM) {
            collect(&serde_json::from_str(&text).unwrap_or_default(), &mut codes);
        }
    }
    assert!(codes.len() > 1000, "{} holds only {} codes", folder.display(), codes.len());
    let missed: Vec<&str> =
        codes.iter().map(String::as_str).filter(|code| ucum::canonical(code).is_none()).collect();
    let listed: Vec<&str> =
        NOT_UNDERSTOOD.lines().filter_map(|line| Some(line.split_once('\t')?.0)).collect();
    assert_eq!(missed, listed);
}

#[test]
fn codes_of_synthea_are_understood() {
    for code in SYNTHEA.split_whitespace() {
        assert!(ucum::canonical(code).is_some(), "{code}");
    }
    for code in SYNTHEA_WRONG.split_whitespace() {
        assert!(ucum::canonical(code).is_none(), "{code}");
    }
}
