//! Writes the table of value sets.

use super::Files;
use super::rust::{header, list};
use super::value_sets::ValueSet;

/// Adds the file of value sets and their codes.
pub fn emit(value_sets: &[ValueSet], files: &mut Files) {
    let mut result = header();
    result.push_str("use crate::definitions::{SystemCodes, ValueSet};\n\n");
    result.push_str(&format!("pub(crate) static VALUE_SETS: [ValueSet; {}] = [\n", value_sets.len()));
    for ValueSet { url, is_complete, systems } in value_sets {
        let head = format!("    ValueSet {{ url: {url:?}, is_complete: {is_complete}, systems: &[");
        if systems.is_empty() {
            result.push_str(&format!("{head}] }},\n"));
            continue;
        }
        result.push_str(&format!("{head}\n"));
        for (system, codes) in systems {
            result.push_str(&system_codes(system, codes));
        }
        result.push_str("    ] },\n");
    }
    result.push_str("];\n");
    files.insert("value_sets.rs".to_owned(), result);
}

fn system_codes(system: &str, codes: &[String]) -> String {
    let mut sorted: Vec<_> = codes.iter().enumerate().map(|(place, code)| (code, place)).collect();
    sorted.sort();
    let mut order = vec![0; codes.len()];
    for (sorted_place, (_, place)) in sorted.iter().enumerate() {
        order[*place] = sorted_place;
    }
    let codes = list(sorted.iter().map(|(code, _)| format!("{code:?}")), 12);
    let order = list(order.iter().map(usize::to_string), 12);
    format!(
        "        SystemCodes {{\n            system: {system:?},\n            codes: {codes},\n            \
         order: {order},\n        }},\n"
    )
}
