//! `_include` and `_revinclude` (<http://hl7.org/fhir/R4/search.html#include>): what is returned besides the matches.
//!
//! Here is said what a resource's references are, and how what refers to resources is searched for; whoever carries out
//! the search follows them.

use crate::extract::each_item;
use crate::has::resource_type_of;
use crate::key::Key;
use crate::merge::any;
use crate::query::{Criterion, Query};
use crate::reading::Reading;
use crate::reference::{canonical_keys, has_one_of, parse};
use crate::registry::{Bases, Parameter, Registry};
use fhir::definitions::SearchParameterType;
use fhir::outcome::{cut, did_you_mean, quoted};
use fhir::{Issue, IssueCode, Json, Reference, ResourceType};
use fhirpath::{Context, Item};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One `_include` or `_revinclude`.
#[derive(Clone, Debug)]
pub struct Include {
    /// The type whose references are followed; for `_revinclude`, the type that is included.
    pub source: ResourceType,
    /// The reference parameters; more than one where `*` was said.
    pub parameters: Vec<Arc<Parameter>>,
    /// Only what refers to this type.
    pub target: Option<ResourceType>,
    /// Whether what was included is looked at, too.
    pub iterate: bool,
}

/// What a resource refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A resource of this server: the version that is named, or the current one.
    Resource(ResourceType, String, Option<u64>),
    /// A resource with this canonical URL.
    Canonical {
        /// The types that it can be of.
        types: Vec<ResourceType>,
        /// Its URL.
        url: String,
        /// Its version, where one was named.
        version: Option<String>,
    },
}

/// A resource that others may refer to.
#[derive(Clone, Copy, Debug)]
pub struct Referred<'a> {
    /// Its type.
    pub resource_type: ResourceType,
    /// Its id.
    pub id: &'a str,
    /// Its canonical URL and version, if it has them.
    pub canonical: Option<(&'a str, Option<&'a str>)>,
}

impl<'a> Referred<'a> {
    /// What a resource is referred to by; nothing if it has no type or id.
    pub fn of(resource: &'a Json) -> Option<Self> {
        Some(Referred {
            resource_type: ResourceType::from_name(resource.str("resourceType")?)?,
            id: resource.str("id")?,
            canonical: resource.str("url").map(|url| (url, resource.str("version"))),
        })
    }
}

impl Include {
    /// Reads the value of an `_include` (or, if `reverse`, a `_revinclude`) of a search of `types`: `Type:parameter`,
    /// `Type:parameter:Target`, `Type:*` or `*`.
    pub(crate) fn read(
        reading: &Reading<'_>,
        types: &[ResourceType],
        name: &str,
        value: &str,
    ) -> Result<Vec<Self>, Issue> {
        let (plain, modifier) = name.split_once(':').map_or((name, None), |(name, rest)| (name, Some(rest)));
        let reverse = plain == "_revinclude";
        let iterate = match modifier {
            None => false,
            Some("iterate") => true,
            Some(other) => {
                let text =
                    format!("parameter '{plain}' has no modifier ':{}' (supported: :iterate)", cut(other));
                return Err(Issue::error(IssueCode::NotSupported, text));
            }
        };
        if value == "*" && !reverse {
            let all = types.iter().map(|source| Include {
                source: *source,
                parameters: references_of(reading.registry, *source),
                target: None,
                iterate,
            });
            return Ok(all.filter(|include| !include.parameters.is_empty()).collect());
        }
        let mut parts = value.splitn(3, ':');
        let (Some(source), Some(code), target) = (parts.next(), parts.next(), parts.next()) else {
            let text = format!(
                "the value {} of '{plain}' is not [type]:[reference parameter], such as Observation:subject",
                quoted(value)
            );
            return Err(Issue::error(IssueCode::Value, text));
        };
        let source = resource_type_of(source)?;
        let target = target.map(resource_type_of).transpose()?;
        let mut parameters = match code {
            "*" => references_of(reading.registry, source),
            code => vec![reference(reading, source, code)?],
        };
        if let Some(target) = target {
            parameters.retain(|parameter| can_refer(parameter, target));
        }
        if reverse && !iterate {
            parameters.retain(|parameter| types.iter().any(|searched| can_refer(parameter, *searched)));
        }
        let is_searched = reverse || iterate || types.contains(&source);
        let fits = target.is_none_or(|target| !reverse || iterate || types.contains(&target));
        if parameters.is_empty() || !is_searched || !fits {
            return Err(nothing(types, name, value, iterate));
        }
        Ok(vec![Include { source, parameters, target, iterate }])
    }

    /// What a resource refers to under this. Nothing if it is of another type.
    pub fn targets(&self, registry: &Registry, resource: &Json) -> Vec<Target> {
        if resource.str("resourceType") != Some(self.source.name()) {
            return Vec::new();
        }
        let root = Item::of_type(resource, self.source.type_id());
        let context = Context::new(&root);
        let mut found = Vec::new();
        for parameter in &self.parameters {
            each_item(parameter.alternatives(), &context, &root, &mut |item| {
                found.extend(self.target(registry, parameter, item));
            });
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn target(&self, registry: &Registry, parameter: &Parameter, item: &Item<'_>) -> Option<Target> {
        match reference_of(registry.bases(), item)? {
            Reference::Local { resource_type, id, version } => {
                let wanted = self.target.is_none_or(|only| only == resource_type);
                // What is no number of a version is none that there was.
                let version = version.map(|version| version.parse().unwrap_or(0));
                wanted.then(|| Target::Resource(resource_type, id.to_owned(), version))
            }
            // A canonical; what a Reference says of elsewhere is not here.
            Reference::Absolute(url) if item.as_str().is_some() => {
                let (url, version) =
                    url.split_once('|').map_or((url, None), |(url, version)| (url, Some(version)));
                let types = match self.target {
                    Some(only) => vec![only],
                    None => parameter.targets().to_vec(),
                };
                Some(Target::Canonical { types, url: url.to_owned(), version: version.map(str::to_owned) })
            }
            _ => None,
        }
    }

    /// The search for what refers to these resources under this `_revinclude`; nothing if none of them can be referred
    /// to.
    pub fn referring(&self, targets: &[Referred<'_>]) -> Option<Query> {
        let mut each = Vec::new();
        for parameter in &self.parameters {
            let wanted = targets.iter().filter(|found| {
                self.target.is_none_or(|only| only == found.resource_type)
                    && can_refer(parameter, found.resource_type)
            });
            let mut hashes = Vec::new();
            for found in wanted {
                hashes.push(Key::Resource(found.resource_type.name(), found.id).hash());
                if let Some((url, version)) = found.canonical {
                    hashes.extend(canonical_keys(url, version));
                }
            }
            if !hashes.is_empty() {
                each.push(has_one_of(parameter, hashes));
            }
        }
        (!each.is_empty()).then(|| Query::all(self.source).and(any(each)))
    }
}

/// Searches that find what was referred to: by id, or by canonical URL.
pub fn fetching(registry: &Registry, targets: &[Target]) -> Vec<Query> {
    let mut ids: BTreeMap<ResourceType, Vec<String>> = BTreeMap::new();
    let mut urls: BTreeMap<ResourceType, Vec<Criterion>> = BTreeMap::new();
    for target in targets {
        match target {
            Target::Resource(resource_type, id, _) => ids.entry(*resource_type).or_default().push(id.clone()),
            Target::Canonical { types, url, version } => {
                for resource_type in types {
                    let found = has_url(registry, *resource_type, url, version.as_deref());
                    urls.entry(*resource_type).or_default().extend(found);
                }
            }
        }
    }
    let by_id = ids.into_iter().map(|(of, ids)| Query::all(of).and(Criterion::Ids(ids)));
    let by_url = urls.into_iter().filter(|(_, each)| !each.is_empty());
    by_id.chain(by_url.map(|(of, each)| Query::all(of).and(any(each)))).collect()
}

/// The condition that a resource has a canonical URL and version.
pub(crate) fn has_url(
    registry: &Registry,
    resource_type: ResourceType,
    url: &str,
    version: Option<&str>,
) -> Option<Criterion> {
    let has_url = has_one_of(registry.parameter(resource_type, "url")?, vec![Key::Uri(url).hash()]);
    let Some(version) = version else { return Some(has_url) };
    let token = crate::token::Token::of("", version);
    let has_version = token.criterion(registry.parameter(resource_type, "version")?);
    Some(Criterion::All(vec![has_url, has_version]))
}

/// What a value of a reference parameter says.
pub(crate) fn reference_of<'i>(bases: &Bases, item: &'i Item<'_>) -> Option<Reference<'i>> {
    let text = item.as_str().or_else(|| item.json()?.str("reference"))?;
    parse(bases, text)
}

impl Registry {
    /// The values of `_include` that a CapabilityStatement lists for a type.
    pub fn includes(&self, resource_type: ResourceType) -> Vec<String> {
        let references =
            self.advertised(resource_type).filter(|one| one.kind() == SearchParameterType::Reference);
        let mut values: Vec<String> =
            references.map(|one| format!("{resource_type}:{}", one.code())).collect();
        if !values.is_empty() {
            values.insert(0, format!("{resource_type}:*"));
        }
        values
    }

    /// The values of `_revinclude` that a CapabilityStatement lists for a type.
    pub fn revincludes(&self, resource_type: ResourceType) -> Vec<String> {
        let mut values = Vec::new();
        for source in ResourceType::all() {
            let refers = |one: &&Arc<Parameter>| {
                one.kind() == SearchParameterType::Reference && can_refer(one, resource_type)
            };
            values
                .extend(self.advertised(source).filter(refers).map(|one| format!("{source}:{}", one.code())));
        }
        values
    }
}

fn can_refer(parameter: &Parameter, target: ResourceType) -> bool {
    parameter.targets().is_empty() || parameter.targets().contains(&target)
}

/// The reference parameters of a type that clients may use.
fn references_of(registry: &Registry, source: ResourceType) -> Vec<Arc<Parameter>> {
    let all = registry.advertised(source).filter(|one| one.kind() == SearchParameterType::Reference);
    // Narrower parameters would find the same references again.
    all.filter(|one| one.is_indexed()).cloned().collect()
}

fn reference(reading: &Reading<'_>, source: ResourceType, code: &str) -> Result<Arc<Parameter>, Issue> {
    let found = crate::criteria::parameter(reading, source, code);
    match found {
        Ok(parameter) if parameter.kind() == SearchParameterType::Reference => Ok(Arc::clone(parameter)),
        Ok(parameter) => {
            let text = format!(
                "search parameter '{}' of {source} is of type {}; only references can be included",
                parameter.code(),
                parameter.kind().code()
            );
            Err(Issue::error(IssueCode::NotSupported, text))
        }
        Err(_) => {
            let all: Vec<&str> = reading
                .registry
                .advertised(source)
                .filter(|one| one.kind() == SearchParameterType::Reference)
                .map(|one| one.code())
                .collect();
            let hint = did_you_mean(code, all.iter().copied());
            let hint = hint.map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
            let text = format!(
                "{source} has no reference parameter {}{hint} (supported: {})",
                quoted(code),
                if all.is_empty() { String::from("none") } else { all.join(", ") }
            );
            Err(Issue::error(IssueCode::NotSupported, text))
        }
    }
}

fn nothing(types: &[ResourceType], name: &str, value: &str, iterate: bool) -> Issue {
    let searched = match types {
        [only] => format!("the search is for {only}"),
        _ => String::from("the search is for other types"),
    };
    let hint = if iterate { "" } else { "; ':iterate' follows what was included" };
    let text = format!("'{}={}' can include nothing: {searched}{hint}", cut(name), cut(value));
    Issue::error(IssueCode::NotSupported, text)
}
