//! What the server knows besides R4 itself: the profiles, code systems, value sets and concept maps of packages, and
//! those that clients have stored.
//!
//! A request takes the definitions as they are when it begins. A change to a stored one is in force when it is
//! answered.

use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::stored_json;
use fhir::{Json, ResourceType};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use terminology::{Terminology, ValueSetResource};
use validation::{Profiles, Unusable};

/// The types whose resources are definitions, each with its name.
pub const DEFINITION_TYPES: [ResourceType; 4] = [
    ResourceType::CODE_SYSTEM,
    ResourceType::CONCEPT_MAP,
    ResourceType::STRUCTURE_DEFINITION,
    ResourceType::VALUE_SET,
];

/// Definitions at one moment.
#[derive(Clone, Default)]
pub struct Definitions {
    /// Codes.
    pub terminology: Terminology,
    /// Profiles and extension definitions.
    pub profiles: Profiles,
    /// StructureDefinitions that are there and cannot be used, and why.
    pub unusable: Vec<Unusable>,
    /// The value sets that are stored here, by their ids: what `ValueSet/id` means, whatever URL it has.
    pub(crate) stored_value_sets: BTreeMap<String, ValueSetResource>,
    /// The code systems of packages and stored here that say that case does not count.
    pub(crate) caseless_systems: BTreeSet<String>,
}

impl Definitions {
    /// These and those among `resources`.
    #[must_use]
    pub fn with(&self, resources: &[Json]) -> Self {
        let mut all = Definitions { terminology: self.terminology.with_all(resources), ..self.clone() };
        for resource in resources.iter().filter(|one| one.str("resourceType") == Some("CodeSystem")) {
            if let Some(url) = resource.str("url") {
                match resource.get("caseSensitive").and_then(Json::as_bool) {
                    Some(false) => all.caseless_systems.insert(url.to_owned()),
                    _ => all.caseless_systems.remove(url),
                };
            }
        }
        let of_structure = |resource: &&Json| resource.str("resourceType") == Some("StructureDefinition");
        all.unusable.extend(all.profiles.add(resources.iter().filter(of_structure)));
        all
    }
}

/// The definitions in force.
pub(crate) struct InForce {
    /// Those of packages, on which the stored ones are built.
    packaged: Definitions,
    current: RwLock<(u64, Arc<Definitions>)>,
    /// How often they were read from the store: a later reading has seen more.
    readings: AtomicU64,
}

impl InForce {
    pub(crate) fn new(packaged: Definitions) -> Self {
        let current = RwLock::new((0, Arc::new(packaged.clone())));
        InForce { packaged, current, readings: AtomicU64::new(0) }
    }

    pub(crate) fn get(&self) -> Arc<Definitions> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).1)
    }

    fn put(&self, reading: u64, definitions: Definitions) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if reading > current.0 {
            *current = (reading, Arc::new(definitions));
        }
    }
}

impl Engine {
    /// The definitions in force.
    pub fn definitions(&self) -> Arc<Definitions> {
        self.inner.definitions.get()
    }

    /// Puts the stored definitions in force: at start, and whenever one was changed.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub async fn load_definitions(&self) -> Result<(), Refusal> {
        let reading = self.inner.definitions.readings.fetch_add(1, Ordering::SeqCst) + 1;
        let stored = self
            .snapshot(|reader| {
                let mut stored = Vec::new();
                for resource_type in DEFINITION_TYPES {
                    reader.each_current(Some(resource_type), &mut |version| {
                        stored.push(version);
                        Ok(())
                    })?;
                }
                Ok(stored)
            })
            .await?;
        let resources = stored.iter().map(stored_json).collect::<Result<Vec<Json>, _>>()?;
        let mut definitions = self.inner.definitions.packaged.with(&resources);
        let is_value_set = |resource: &&Json| resource.str("resourceType") == Some("ValueSet");
        for value_set in resources.iter().filter(is_value_set) {
            if let (Some(id), Some(known)) =
                (value_set.str("id"), definitions.terminology.value_set_resource(value_set))
            {
                definitions.stored_value_sets.insert(id.to_owned(), known);
            }
        }
        for unusable in &definitions.unusable {
            let why = unusable.issues.first().map(|issue| issue.text.as_str()).unwrap_or_default();
            tracing::warn!(url = unusable.url, why, "a StructureDefinition cannot be used");
        }
        self.inner.definitions.put(reading, definitions);
        Ok(())
    }
}
