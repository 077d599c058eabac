//! `$everything` of Patient and Encounter (<http://hl7.org/fhir/R4/patient-operation-everything.html>): what is in a
//! compartment, and what of no compartment it refers to (practitioners, organizations, medications, …).

use super::input::Input;
use super::{Request, Task};
use crate::caller::Caller;
use crate::cursor::Cursor;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::history_parameters::moment;
use crate::read;
use crate::search_type::{Asked, Readable};
use crate::unit::stored_json;
use crate::walk::{Walk, take_cursor};
use fhir::bundle::BundleWriter;
use fhir::definitions::{Compartment, compartment};
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, ResourceType, Subset};
use search::{Query, SearchRequest, compartment_criterion};
use std::collections::BTreeSet;
use std::sync::Arc;
use storage::{Reader, Version};

/// How many resources of the compartment one Bundle holds at most; the rest follows in pages.
pub const EVERYTHING: u64 = 10_000;

/// The names of the parameters, besides those that both types have.
const OF_PATIENT: [&str; 2] = ["start", "end"];
const COMMON: [&str; 3] = ["_since", "_type", "_count"];

/// A request, read.
struct Everything {
    compartment: &'static Compartment,
    request: SearchRequest,
    /// What is shown is of these types, when any are named; what is looked for to find it may be of others.
    types: Vec<ResourceType>,
    /// Some of what is looked for is not shown.
    looks_further: bool,
    caller: Arc<dyn Caller>,
    readable: Readable,
}

/// Where a page is taken from.
struct Page<'a> {
    walk: &'a Walk,
    start: Option<Cursor>,
}

/// Reads what is asked: a page of everything about a patient or an encounter as a searchset Bundle. Types that the caller
/// may not read are left out unless they are named.
///
/// # Errors
///
/// 403 when types are named that the caller may not read; 400 with everything that cannot be honoured. Later 404 and 410.
pub(super) fn read(engine: &Engine, request: Request) -> Result<Task, Refusal> {
    let of = request.resource_type()?;
    let Request { id, input, caller, now, .. } = request;
    let id = id.unwrap_or_default();
    let mut parameters = input.into_url()?;
    let cursor = take_cursor(&mut parameters)?;
    check_names(of, &parameters)?;
    let (ignored, readable) = (&OF_PATIENT, caller.readable());
    let asked = Asked { parameters, lenient: false, ignored, now, caller: caller.identity(), readable };
    let mut everything = engine.read_everything(of, &id, &asked, &caller)?;
    let path = format!("/{of}/{id}/$everything");
    let walk = Walk::new(engine, &path, &asked.parameters, now, asked.caller);
    let start = cursor.as_deref().map(|text| walk.read(text)).transpose()?;
    if let Some(start) = start {
        for query in everything.request.queries_mut() {
            query.offset = start.offset;
            query.as_of = Some(start.mark);
        }
    }
    let engine = engine.clone();
    Ok(Task::look(move |reader| {
        let focus = read::read(reader, of, &id)?;
        caller.may_see(&focus)?;
        engine.page_of_everything(&everything, &Page { walk: &walk, start }, reader)
    }))
}

impl Engine {
    fn page_of_everything(
        &self,
        everything: &Everything,
        page: &Page<'_>,
        reader: &mut dyn Reader,
    ) -> Result<Vec<u8>, Refusal> {
        let queries: Vec<Query> = everything.request.queries().cloned().collect();
        let matches = reader.search_all(&queries)?;
        let links = page.walk.links(&everything.request.query, page.start, &matches);
        let supporting = self.supporting(everything, &matches.resources, reader)?;
        let total = matches.total.filter(|_| !everything.looks_further);
        let mut bundle = BundleWriter::new("searchset", total, &links);
        let modes = [
            (&matches.resources, br#"{"mode":"match"}"#.as_slice()),
            (&supporting, br#"{"mode":"include"}"#),
        ];
        for (versions, mode) in modes {
            for version in versions.iter().filter(|version| everything.shows(version.resource_type)) {
                self.entry(&mut bundle, version, &Subset::Whole, mode);
            }
        }
        Ok(bundle.finish())
    }

    fn read_everything(
        &self,
        of: ResourceType,
        id: &str,
        asked: &Asked<'_>,
        caller: &Arc<dyn Caller>,
    ) -> Result<Everything, Refusal> {
        let compartment = compartment(of.name())
            .ok_or_else(|| Refusal::unknown_path(&format!("/{of}/{id}/$everything")))?;
        let codes = self.codes();
        let options = search::SearchOptions {
            default_count: EVERYTHING,
            max_count: EVERYTHING,
            ..self.search_options(asked, &codes)
        };
        let (wanted, mut problems) = types(asked);
        wanted.iter().try_for_each(|one| caller.may_read(*one))?;
        problems.extend(self.times(asked));
        let is_member = |one: &ResourceType| compartment.parameters(*one).is_some();
        // What is in nobody's compartment is found by what refers to it, whatever type that is of.
        let looks_further = !wanted.iter().all(is_member);
        let members = compartment.members.iter().map(|member| member.resource_type);
        let sources = members.filter(|one| looks_further || wanted.is_empty() || wanted.contains(one));
        let sources = asked.readable.searched(sources, &[])?;
        let parameters = as_search(&asked.parameters, problems.is_empty());
        let request = search::from_url_of_types(&self.registry(), &sources, &parameters, &options);
        let mut request = match request {
            Ok(request) if problems.is_empty() => request,
            found => {
                problems.extend(found.err().into_iter().flatten());
                return Err(Refusal::invalid(problems));
            }
        };
        let (start, end) = (value(asked, "start"), value(asked, "end"));
        for query in request.queries_mut() {
            let of_type = query.resource_type;
            query.criteria.extend(compartment_criterion(&self.registry(), compartment, id, of_type));
            let cared = self.cared(of_type, start, end, asked.now);
            query.criteria.extend(cared.map_err(|issue| Refusal::invalid(vec![issue]))?);
        }
        let (caller, readable) = (Arc::clone(caller), asked.readable.clone());
        Ok(Everything { compartment, request, types: wanted, looks_further, caller, readable })
    }

    /// What is wrong with the times, by the names that they were sent under.
    fn times(&self, asked: &Asked<'_>) -> Vec<Issue> {
        let given =
            ["_since", "start", "end"].into_iter().filter_map(|name| Some((name, value(asked, name)?)));
        given.filter_map(|(name, value)| moment(self, name, value).err()).collect()
    }

    /// What the matches refer to, directly or through one another, that is in nobody's compartment.
    fn supporting(
        &self,
        everything: &Everything,
        matches: &[Version],
        reader: &mut dyn Reader,
    ) -> Result<Vec<Version>, Refusal> {
        let mut seen: BTreeSet<(ResourceType, String)> = BTreeSet::new();
        let mut found: Vec<Version> = Vec::new();
        let mut sources = matches.iter().map(stored_json).collect::<Result<Vec<Json>, _>>()?;
        while !sources.is_empty() {
            let mut places = Vec::new();
            for source in &sources {
                let mut add = |target: Option<(ResourceType, String)>| {
                    let target = target.filter(|(one, _)| everything.follows(*one));
                    places.extend(target.filter(|place| seen.insert(place.clone())));
                };
                source.each_reference(&mut |text| add(self.own_resource(text)));
                each_url(source, &mut |text| {
                    add(self.own_resource(text).filter(|(one, _)| *one == ResourceType::BINARY));
                });
            }
            let versions = reader.resources(&places, everything.request.query.as_of)?;
            let begun = found.len();
            for version in versions.into_iter().flatten().filter(|version| version.body.is_some()) {
                match everything.caller.may_see(&version) {
                    Ok(()) => found.push(version),
                    Err(refusal) if refusal.row().status >= 500 => return Err(refusal),
                    Err(_) => {}
                }
            }
            found.truncate(EVERYTHING as usize);
            sources = found[begun.min(found.len())..].iter().map(stored_json).collect::<Result<_, _>>()?;
        }
        Ok(found)
    }
}

impl Everything {
    /// Whether resources of a type are looked at because they are referred to. What can be in a compartment is there, or
    /// is somebody else's. Whether a Binary may be seen is told by itself.
    fn follows(&self, resource_type: ResourceType) -> bool {
        let may_read = || match resource_type {
            ResourceType::BINARY => self.caller.may_read(resource_type).is_ok(),
            other => self.readable.allows(other),
        };
        self.compartment.parameters(resource_type).is_none() && may_read()
    }

    /// Whether resources of a type are asked for.
    fn shows(&self, resource_type: ResourceType) -> bool {
        self.types.is_empty() || self.types.contains(&resource_type)
    }
}

/// Shows every `url` in a resource to `each`: those of attachments lead to content.
fn each_url(value: &Json, each: &mut dyn FnMut(&str)) {
    match value {
        Json::Object(object) => {
            object.str("url").into_iter().for_each(&mut *each);
            object.iter().for_each(|(_, value)| each_url(value, each));
        }
        Json::Array(items) => items.iter().for_each(|item| each_url(item, each)),
        _ => {}
    }
}

fn value<'a>(asked: &'a Asked<'_>, name: &str) -> Option<&'a str> {
    asked.parameters.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
}

/// The types of all `_type`, none for all types; and what is no type.
fn types(asked: &Asked<'_>) -> (Vec<ResourceType>, Vec<Issue>) {
    let lists = asked.parameters.iter().filter(|(name, _)| name == "_type");
    let names = lists.flat_map(|(_, list)| list.split(','));
    let (mut types, mut problems) = (Vec::new(), Vec::new());
    for name in names {
        match ResourceType::from_name(name) {
            Some(resource_type) => types.push(resource_type),
            None => {
                let text = format!("{} in '_type' is no resource type", quoted(name));
                problems.push(Issue::error(IssueCode::Value, text));
            }
        }
    }
    (types, problems)
}

/// The parameters that are those of a search too; without times that have been found to be none.
fn as_search(parameters: &[(String, String)], with_times: bool) -> Vec<(String, String)> {
    let translated = |(name, value): &(String, String)| match name.as_str() {
        "_since" => with_times.then(|| ("_lastUpdated".to_owned(), format!("ge{value}"))),
        "_type" => None,
        _ => Some((name.clone(), value.clone())),
    };
    parameters.iter().filter_map(translated).collect()
}

fn check_names(of: ResourceType, parameters: &[(String, String)]) -> Result<(), Refusal> {
    let mut known = COMMON.to_vec();
    if of == ResourceType::PATIENT {
        known.extend(OF_PATIENT);
    }
    Input::of_url(parameters, &[]).check("everything", &known, &["_type"])
}
