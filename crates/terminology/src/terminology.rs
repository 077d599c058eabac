//! The definitions that questions are answered from: built in, and loaded by users.

use crate::canonical::{Canonical, compare_versions};
use crate::code_system::CodeSystem;
use crate::compose::Composer;
use crate::concept_map::ConceptMap;
use crate::expansion::Expansion;
use crate::limits::CACHED_CODES;
use crate::pack::{Packed, Section, pack};
use crate::problem::Problem;
use crate::value_set::{ValueSet, ValueSetResource};
use fhir::{Json, Object};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Code systems, value sets and concept maps: those of R4 and, above them, those that users load.
///
/// It does not change: [`with`](Self::with) makes another that has one definition more. Cloning costs a counter;
/// clones and threads share what has been computed.
#[derive(Clone)]
pub struct Terminology {
    layer: Arc<Layer>,
}

/// What users have loaded, and what has been computed.
#[derive(Default)]
struct Layer {
    code_systems: Shelf<CodeSystem>,
    value_sets: Shelf<ValueSet>,
    concept_maps: Shelf<ConceptMap>,
    /// The value sets of all codes that the latest of each code system names, by their URL.
    whole_systems: BTreeMap<Box<str>, Arc<ValueSet>>,
    computed: Mutex<Computed>,
}

/// Definitions by URL, each with its versions, the latest last.
type Shelf<T> = BTreeMap<Box<str>, Vec<Arc<T>>>;

/// Expansions by the canonical of their value set, or why there is none.
#[derive(Default)]
struct Computed {
    expansions: HashMap<String, Result<Arc<Expansion>, Problem>>,
    codes: usize,
}

/// A resource type that defines terminology.
pub(crate) trait Definition: Sized {
    const TYPE: &'static str;
    fn of(resource: &Object) -> Self;
    fn url(&self) -> &str;
    fn version(&self) -> Option<&str>;
}

impl Terminology {
    /// The definitions of R4. All that are made by this share what has been computed.
    pub fn builtin() -> Self {
        static BUILTIN: OnceLock<Terminology> = OnceLock::new();
        BUILTIN.get_or_init(|| Terminology { layer: Arc::default() }).clone()
    }

    /// The same with one resource more: a CodeSystem, ValueSet or ConceptMap, which takes the place of what has its URL
    /// and version. Others, and those without a URL, by which they could be asked for, change nothing.
    #[must_use]
    pub fn with(&self, resource: &Json) -> Self {
        self.with_all(std::iter::once(resource))
    }

    /// The same with more resources, later ones taking the place of earlier ones; see [`with`](Self::with).
    #[must_use]
    pub fn with_all<'r>(&self, resources: impl IntoIterator<Item = &'r Json>) -> Self {
        let mut layer = self.layer.copied();
        for resource in resources.into_iter().filter_map(Json::as_object) {
            match resource.str("resourceType") {
                Some(CodeSystem::TYPE) => put(&mut layer.code_systems, resource),
                Some(ValueSet::TYPE) => put(&mut layer.value_sets, resource),
                Some(ConceptMap::TYPE) => put(&mut layer.concept_maps, resource),
                _ => {}
            }
        }
        layer.name_whole_systems();
        Self { layer: Arc::new(layer) }
    }

    /// The same without a resource that was loaded: the one of its type, URL and version. What is built in shows again.
    #[must_use]
    pub fn without(&self, resource: &Json) -> Self {
        let mut layer = self.layer.copied();
        let url = resource.str("url").unwrap_or_default();
        let version = resource.str("version");
        match resource.str("resourceType") {
            Some(CodeSystem::TYPE) => take(&mut layer.code_systems, url, version),
            Some(ValueSet::TYPE) => take(&mut layer.value_sets, url, version),
            Some(ConceptMap::TYPE) => take(&mut layer.concept_maps, url, version),
            _ => {}
        }
        layer.name_whole_systems();
        Self { layer: Arc::new(layer) }
    }

    /// The code system of that canonical URL. Without a version, the latest that users loaded, else the built-in one.
    ///
    /// # Errors
    ///
    /// [`Problem::Unknown`].
    pub fn code_system(&self, asked: Canonical<'_>) -> Result<Arc<CodeSystem>, Problem> {
        find(&self.layer.code_systems, &pack().code_systems, asked)
    }

    /// The value set of that canonical URL; that of all codes of a code system where only the code system names it.
    pub(crate) fn value_set(&self, asked: Canonical<'_>) -> Result<Arc<ValueSet>, Problem> {
        let found = find(&self.layer.value_sets, &pack().value_sets, asked);
        if let Err(Problem::Unknown { versions, .. }) = &found
            && versions.is_empty()
            && let Some(whole_system) = self.layer.whole_systems.get(asked.url)
            && asked.version.is_none_or(|version| whole_system.version.as_deref() == Some(version))
        {
            return Ok(Arc::clone(whole_system));
        }
        found
    }

    pub(crate) fn concept_map(&self, asked: Canonical<'_>) -> Result<Arc<ConceptMap>, Problem> {
        find(&self.layer.concept_maps, &pack().concept_maps, asked)
    }

    /// All concept maps, of each URL the one that is found without a version; ordered by URL.
    pub(crate) fn concept_maps(&self) -> Vec<Arc<ConceptMap>> {
        let urls = urls(&self.layer.concept_maps, &pack().concept_maps);
        urls.into_iter().filter_map(|url| self.concept_map(Canonical { url, version: None }).ok()).collect()
    }

    /// The URLs of all value sets, in order.
    pub fn value_set_urls(&self) -> Vec<&str> {
        urls(&self.layer.value_sets, &pack().value_sets)
    }

    /// The URLs of all code systems, in order.
    pub fn code_system_urls(&self) -> Vec<&str> {
        urls(&self.layer.code_systems, &pack().code_systems)
    }

    /// All codes of a value set. What has been computed is kept.
    ///
    /// # Errors
    ///
    /// It is unknown, or its codes cannot all be listed.
    pub fn expansion(&self, asked: Canonical<'_>) -> Result<Arc<Expansion>, Problem> {
        self.expansion_of(&self.value_set(asked)?)
    }

    /// The value set that a resource is. Where it is the one that its URL and version name, what is computed of it is
    /// kept; where another has its URL and version, or it has no URL, its codes are its own all the same.
    pub fn value_set_resource(&self, resource: &Json) -> Option<ValueSetResource> {
        let own = ValueSet::of(resource.as_object()?);
        let named = self.value_set(Canonical { url: &own.url, version: own.version.as_deref() });
        let known = named.ok().filter(|known| !own.url.is_empty() && known.has_codes_of(&own));
        Some(ValueSetResource(known.unwrap_or_else(|| {
            let place = || format!("ValueSet/{}", resource.str("id").unwrap_or_default()).into();
            let url = if own.url.is_empty() { place() } else { own.url.clone() };
            Arc::new(ValueSet { url, ..own })
        })))
    }

    /// All codes of the value set that a resource is.
    ///
    /// # Errors
    ///
    /// Its codes cannot all be listed.
    pub fn expansion_of_resource(&self, value_set: &ValueSetResource) -> Result<Arc<Expansion>, Problem> {
        self.expansion_of(&value_set.0)
    }

    /// The same of a value set that is at hand.
    pub(crate) fn expansion_of(&self, value_set: &Arc<ValueSet>) -> Result<Arc<Expansion>, Problem> {
        if let Some(known) = self.computed_expansion(value_set) {
            return known;
        }
        let result = Composer::new(self).value_set(value_set).map(Arc::new);
        if self.is_own(value_set) {
            self.computed(|computed| computed.keep(value_set.name(), result.clone()));
        }
        result
    }

    /// The same if it has been computed before.
    pub(crate) fn computed_expansion(
        &self,
        value_set: &Arc<ValueSet>,
    ) -> Option<Result<Arc<Expansion>, Problem>> {
        let known = self.computed(|computed| computed.expansions.get(&value_set.name()).cloned());
        known.filter(|_| self.is_own(value_set))
    }

    /// Whether a value set is one of these: one that came with a question may have the URL of another.
    fn is_own(&self, value_set: &Arc<ValueSet>) -> bool {
        let asked = Canonical { url: &value_set.url, version: value_set.version.as_deref() };
        self.value_set(asked).is_ok_and(|known| Arc::ptr_eq(&known, value_set))
    }

    fn computed<T>(&self, work: impl FnOnce(&mut Computed) -> T) -> T {
        work(&mut self.layer.computed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Default for Terminology {
    fn default() -> Self {
        Self::builtin()
    }
}

impl fmt::Debug for Terminology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layer = &self.layer;
        f.debug_struct("Terminology")
            .field("code_systems", &layer.code_systems.len())
            .field("value_sets", &layer.value_sets.len())
            .field("concept_maps", &layer.concept_maps.len())
            .finish_non_exhaustive()
    }
}

impl Computed {
    fn keep(&mut self, key: String, result: Result<Arc<Expansion>, Problem>) {
        let count = 1 + result.as_ref().map_or(0, |expansion| expansion.members().len());
        if self.codes + count > CACHED_CODES {
            *self = Computed::default();
        }
        self.codes += count;
        self.expansions.insert(key, result);
    }
}

impl Layer {
    /// The same definitions, with nothing computed.
    fn copied(&self) -> Layer {
        Layer {
            code_systems: self.code_systems.clone(),
            value_sets: self.value_sets.clone(),
            concept_maps: self.concept_maps.clone(),
            whole_systems: BTreeMap::new(),
            computed: Mutex::default(),
        }
    }

    /// Those built in need none: their value sets are built in too.
    fn name_whole_systems(&mut self) {
        let latest = self.code_systems.values().filter_map(|versions| versions.last());
        let named = latest.filter_map(|code_system| {
            let url = Canonical::parse(code_system.value_set.as_deref()?).url;
            let version = code_system.version.as_deref();
            Some((url.into(), Arc::new(ValueSet::of_whole_system(url, &code_system.url, version))))
        });
        self.whole_systems = named.collect();
    }
}

fn put<T: Definition>(shelf: &mut Shelf<T>, resource: &Object) {
    let definition = T::of(resource);
    if definition.url().is_empty() {
        return;
    }
    take(shelf, definition.url(), definition.version());
    let versions = shelf.entry(definition.url().into()).or_default();
    versions.push(Arc::new(definition));
    versions.sort_by(|one, other| compare_versions(one.version(), other.version()));
}

fn take<T: Definition>(shelf: &mut Shelf<T>, url: &str, version: Option<&str>) {
    if let Some(versions) = shelf.get_mut(url) {
        versions.retain(|definition| definition.version() != version);
        if versions.is_empty() {
            shelf.remove(url);
        }
    }
}

fn find<T: Definition>(
    shelf: &Shelf<T>,
    section: &'static Section<T>,
    asked: Canonical<'_>,
) -> Result<Arc<T>, Problem> {
    // Some v2 tables have a bar in the very URL: http://terminology.hl7.org/CodeSystem/v2-0006|2.1.
    let barred = asked.version.and_then(|_| section.get(asked.to_string().as_str()));
    if let Some(found) = barred.and_then(Packed::definition) {
        return Ok(Arc::clone(found));
    }
    let loaded = shelf.get(asked.url).map(Vec::as_slice).unwrap_or_default();
    let builtin = section.get(asked.url).and_then(Packed::definition);
    let all = loaded.iter().rev().chain(builtin);
    let fits = |version: Option<&str>| asked.version.is_none_or(|wanted| version == Some(wanted));
    all.clone().find(|definition| fits(definition.version())).cloned().ok_or_else(|| {
        let versions = all.map(|definition| definition.version().unwrap_or("(without a version)").to_owned());
        Problem::unknown(T::TYPE, asked, versions.collect())
    })
}

fn urls<'s, T>(shelf: &'s Shelf<T>, section: &'static Section<T>) -> Vec<&'s str> {
    let mut urls: Vec<&str> = section.keys().copied().chain(shelf.keys().map(|url| &**url)).collect();
    urls.sort_unstable();
    urls.dedup();
    urls
}
