//! The built-in definitions: every CodeSystem, ValueSet and ConceptMap of the published R4 package.
//!
//! `data/definitions.tsv.gz`, which `cargo xtask codegen` writes, is text compressed by gzip. A line is a definition:
//!
//! ```text
//! resource type TAB url TAB resource
//! ```
//!
//! The resource is FHIR's own JSON without what computing does not need: no prose (definitions, descriptions,
//! narratives, comments), no publication data. A ValueSet has its `expansion` where the package publishes a whole one
//! and the code systems that it takes are not in the package; the extension `valueset-unclosed` says that it may miss
//! codes. `zcat` reads it.
//!
//! The text is decompressed and its lines are found by URL when the first question comes; a resource is parsed when it
//! is asked for, and then kept.

use crate::code_system::CodeSystem;
use crate::concept_map::ConceptMap;
use crate::limits::DEFINITION_DEPTH;
use crate::terminology::Definition;
use crate::value_set::ValueSet;
use flate2::read::GzDecoder;
use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, OnceLock};

static COMPRESSED: &[u8] = include_bytes!("../data/definitions.tsv.gz");
static TEXT: OnceLock<String> = OnceLock::new();
static PACK: OnceLock<Pack> = OnceLock::new();

/// The built-in definitions by type and URL.
pub(crate) struct Pack {
    pub(crate) code_systems: Section<CodeSystem>,
    pub(crate) value_sets: Section<ValueSet>,
    pub(crate) concept_maps: Section<ConceptMap>,
}

/// The definitions of one type, by URL. There is one version of each.
pub(crate) type Section<T> = HashMap<&'static str, Packed<T>>;

/// A definition that is parsed when it is asked for.
pub(crate) struct Packed<T> {
    json: &'static str,
    parsed: OnceLock<Option<Arc<T>>>,
}

impl<T: Definition> Packed<T> {
    fn new(json: &'static str) -> Self {
        Packed { json, parsed: OnceLock::new() }
    }

    /// The definition. Tests prove that every line of the pack parses.
    pub(crate) fn definition(&self) -> Option<&Arc<T>> {
        let parse = || {
            let resource = fhir::json::parse(self.json.as_bytes(), DEFINITION_DEPTH).ok()?;
            Some(Arc::new(T::of(resource.as_object()?)))
        };
        self.parsed.get_or_init(parse).as_ref()
    }
}

/// The built-in definitions, found on the first call.
pub(crate) fn pack() -> &'static Pack {
    PACK.get_or_init(|| Pack::of(TEXT.get_or_init(decompress)))
}

/// The pack's text. It is a part of the program, so it cannot be broken; tests prove it whole.
fn decompress() -> String {
    let mut text = String::with_capacity(COMPRESSED.len() * 8);
    match GzDecoder::new(COMPRESSED).read_to_string(&mut text) {
        Ok(_) => text,
        Err(_) => String::new(),
    }
}

impl Pack {
    fn of(text: &'static str) -> Self {
        let (code_systems, value_sets, concept_maps) = Default::default();
        let mut pack = Pack { code_systems, value_sets, concept_maps };
        for line in text.lines() {
            let mut fields = line.splitn(3, '\t');
            let (Some(kind), Some(url), Some(json)) = (fields.next(), fields.next(), fields.next()) else {
                continue;
            };
            match kind {
                CodeSystem::TYPE => drop(pack.code_systems.insert(url, Packed::new(json))),
                ValueSet::TYPE => drop(pack.value_sets.insert(url, Packed::new(json))),
                ConceptMap::TYPE => drop(pack.concept_maps.insert(url, Packed::new(json))),
                _ => {}
            }
        }
        pack
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_parse<T: Definition>(section: &Section<T>, least: usize) {
        assert!(section.len() >= least, "{} of type {}", section.len(), T::TYPE);
        for (url, packed) in section {
            let definition = packed.definition().unwrap_or_else(|| panic!("{url} does not parse"));
            assert_eq!(definition.url(), *url);
        }
    }

    #[test]
    fn every_definition_of_the_package_is_there_and_parses() {
        all_parse(&pack().code_systems, 1062);
        all_parse(&pack().value_sets, 1316);
        all_parse(&pack().concept_maps, 80);
    }
}
