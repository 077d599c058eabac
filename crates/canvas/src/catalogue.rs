//! Searching and reading a catalogue of clinic.toml, whose entries are resources without being stored.

use crate::clinic::CatalogueEntry;
use crate::search::{Asked, alternatives, unescaped};
use fhir::{Json, json};

/// The system of First Databank's codes.
pub const FDB: &str = "http://www.fdbhealth.com/";
/// RxNorm.
pub const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
/// SNOMED CT.
pub const SNOMED: &str = "http://snomed.info/sct";

/// The id of an entry.
pub fn id(entry: &CatalogueEntry) -> String {
    format!("fdb-{}", entry.fdb)
}

/// The entry that an id names.
pub fn by_id<'c>(entries: &'c [CatalogueEntry], id: &str) -> Option<&'c CatalogueEntry> {
    let fdb = id.strip_prefix("fdb-")?;
    entries.iter().find(|entry| entry.fdb == fdb)
}

/// The codings of an entry: system and code, FDB's first.
pub fn codings(entry: &CatalogueEntry) -> impl Iterator<Item = (&'static str, &str)> {
    let rxnorm = entry.rxnorm.iter().map(|code| (RXNORM, code.as_str()));
    let snomed = entry.snomed.iter().map(|code| (SNOMED, code.as_str()));
    std::iter::once((FDB, entry.fdb.as_str())).chain(rxnorm).chain(snomed)
}

/// The entries that a search by `code` and `_text` finds: every repetition must hold, any of its alternatives. `texts`
/// are those that the narrative of an entry shows.
pub fn found<'c>(
    entries: &'c [CatalogueEntry],
    asked: &Asked<'_>,
    texts: fn(&CatalogueEntry) -> Vec<&str>,
) -> Vec<&'c CatalogueEntry> {
    let matches = |entry: &&CatalogueEntry| {
        asked.values("code").all(|value| alternatives(value).into_iter().any(|token| has_code(entry, token)))
            && asked.values("_text").all(|value| {
                alternatives(value).into_iter().any(|text| has_text(&texts(entry), &unescaped(text)))
            })
    };
    entries.iter().filter(matches).collect()
}

/// `code`, `system|code`, `system|`; nothing here has a code without a system.
fn has_code(entry: &CatalogueEntry, token: &str) -> bool {
    let (system, code) = match token.split_once('|') {
        Some((system, code)) => (Some(unescaped(system)), unescaped(code)),
        None => (None, unescaped(token)),
    };
    codings(entry).any(|(own_system, own_code)| {
        system.as_deref().is_none_or(|system| system == own_system)
            && (code == own_code || (code.is_empty() && system.is_some()))
    })
}

/// Whether one of the texts has the text somewhere, whatever its case.
fn has_text(texts: &[&str], text: &str) -> bool {
    let wanted = text.to_lowercase();
    texts.iter().any(|shown| shown.to_lowercase().contains(&wanted))
}

/// The entry as a concept: every coding has the name, which is the text as well.
pub fn concept(entry: &CatalogueEntry) -> Json {
    let name = entry.name.as_str();
    let coding =
        |(system, code): (&'static str, &str)| json!({ "system": system, "code": code, "display": name });
    let codings: Vec<Json> = codings(entry).map(coding).collect();
    json!({ "coding": codings, "text": name })
}

/// A narrative of this content.
pub fn narrative(content: &str) -> Json {
    let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{content}</div>");
    json!({ "status": "generated", "div": div })
}
