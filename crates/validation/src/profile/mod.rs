//! Profiles and extension definitions (<http://hl7.org/fhir/R4/profiling.html>): StructureDefinitions that narrow what
//! a type allows. They are read into trees when they are loaded, and laid over a resource after its own type was.

mod belonging;
mod binding;
mod build;
mod check;
mod claims;
mod conformance;
mod context;
mod definition;
mod discriminator;
mod element;
mod matching;
mod slicing;
mod target;
mod value;

pub(crate) use check::Effort;
pub use claims::type_defined_by;
pub(crate) use conformance::Asked;
pub use definition::Profile;

use build::build;
use fhir::{Issue, Json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What precedes the name of a type in the URL of its definition.
pub(crate) const DEFINITIONS: &str = "http://hl7.org/fhir/StructureDefinition/";

/// Profiles by their canonical URLs. A clone shares them, so a set that requests read from can be replaced by one
/// with more.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    /// Several versions of a profile in the order they were added.
    by_url: HashMap<String, Vec<Arc<Profile>>>,
}

/// A StructureDefinition that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// Its canonical URL; empty if it has none.
    pub url: String,
    /// Why, with places in the StructureDefinition.
    pub issues: Vec<Issue>,
}

impl Profiles {
    /// A set without profiles.
    pub fn new() -> Self {
        Profiles::default()
    }

    /// Adds the profiles and extension definitions among these resources. Others are passed over: definitions of
    /// types, which are those of R4 itself, logical models, and whatever is no StructureDefinition. A definition that
    /// was there with the same version is replaced.
    ///
    /// Those that cannot be used come back: an element that the type does not have, a constraint whose FHIRPath does
    /// not compile, a differential whose base is neither here nor among the others.
    pub fn add<'j>(&mut self, definitions: impl IntoIterator<Item = &'j Json>) -> Vec<Unusable> {
        let all: Vec<&Json> = definitions.into_iter().filter(|definition| is_profile(definition)).collect();
        // Those with a snapshot stand alone; the others wait for their bases.
        let (ready, mut waiting): (Vec<&Json>, Vec<&Json>) =
            all.into_iter().partition(|definition| has_snapshot(definition));
        let mut unusable: Vec<Unusable> =
            ready.iter().filter_map(|definition| self.add_one(definition)).collect();
        while !waiting.is_empty() {
            let urls: Vec<&str> = waiting.iter().filter_map(|definition| definition.str("url")).collect();
            let waits = |definition: &&Json| {
                definition.str("baseDefinition").is_some_and(|base| urls.contains(&unversioned(base)))
            };
            let (later, now): (Vec<&Json>, Vec<&Json>) = waiting.iter().copied().partition(waits);
            // Bases in a circle: none is ever ready, and each says that its base is not loaded.
            let (now, later) = if now.is_empty() { (later, Vec::new()) } else { (now, later) };
            unusable.extend(now.iter().filter_map(|definition| self.add_one(definition)));
            waiting = later;
        }
        unusable
    }

    fn add_one(&mut self, definition: &Json) -> Option<Unusable> {
        match build(definition, self) {
            Ok(profile) => {
                let versions = self.by_url.entry(profile.url.clone()).or_default();
                versions.retain(|known| known.version != profile.version);
                versions.push(Arc::new(profile));
                None
            }
            Err(issues) => {
                Some(Unusable { url: definition.str("url").unwrap_or_default().to_owned(), issues })
            }
        }
    }

    /// Takes all versions of a profile out.
    pub fn remove(&mut self, url: &str) {
        self.by_url.remove(url);
    }

    /// The profile with that canonical URL: of the version after `|`, or the one added last.
    pub fn get(&self, canonical: &str) -> Option<&Profile> {
        let versions = self.by_url.get(unversioned(canonical))?;
        let found = match canonical.split_once('|') {
            Some((_, wanted)) => versions.iter().find(|profile| profile.version.as_deref() == Some(wanted)),
            None => versions.last(),
        };
        found.map(|profile| &**profile)
    }

    /// All profiles, each in the version that [`get`](Self::get) finds, by URL.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        let sorted: BTreeMap<&String, &Profile> =
            self.by_url.iter().filter_map(|(url, versions)| Some((url, &**versions.last()?))).collect();
        sorted.into_values()
    }

    /// The number of profiles, versions not counted.
    pub fn len(&self) -> usize {
        self.by_url.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_url.is_empty()
    }
}

fn is_profile(definition: &Json) -> bool {
    definition.str("resourceType") == Some("StructureDefinition")
        && definition.str("derivation") == Some("constraint")
        && definition.str("kind") != Some("logical")
}

fn has_snapshot(definition: &Json) -> bool {
    definition.at(&["snapshot", "element"]).is_some_and(|elements| !elements.items().is_empty())
}

fn unversioned(url: &str) -> &str {
    url.split_once('|').map_or(url, |(url, _version)| url)
}
