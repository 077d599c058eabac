//! `$everything` of Patient and Encounter (<http://hl7.org/fhir/R4/patient-operation-everything.html>): what is in a
//! compartment, and what of no compartment it refers to (practitioners, organizations, medications, …).

use super::input::Input;
use super::{Request, Task};
use crate::cursor::Cursor;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::read;
use crate::search_type::{Asked, Readable};
use crate::unit::stored_json;
use crate::walk::{Walk, take_cursor};
use fhir::bundle::BundleWriter;
use fhir::definitions::{Compartment, compartment};
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, ResourceType, Subset};
use search::{Criterion, Prefix, Query, SearchRequest, compartment_criterion, date_criterion};
use std::collections::BTreeSet;
use storage::{Reader, Version};

/// How many resources of the compartment one Bundle holds at most; the rest follows in pages.
pub const EVERYTHING: u64 = 10_000;

/// The search parameters that say when care was given, the first that a type has.
const CARE_DATES: [&str; 9] = [
    "date",
    "authoredon",
    "authored",
    "authored-on",
    "onset-date",
    "start-date",
    "created",
    "started",
    "period",
];

/// The names of the parameters, besides those that both types have.
const OF_PATIENT: [&str; 2] = ["start", "end"];
const COMMON: [&str; 3] = ["_since", "_type", "_count"];

/// A request, read.
struct Everything {
    compartment: &'static Compartment,
    request: SearchRequest,
    /// What is referred to is shown only if it is of these types, when any are named.
    types: Vec<ResourceType>,
    readable: Readable,
}

/// Reads what is asked: a page of everything about a patient or an encounter as a searchset Bundle. Types that the caller
/// may not read are left out.
///
/// # Errors
///
/// 400 with everything that cannot be honoured. Later 404 and 410.
pub(super) fn read(engine: &Engine, request: Request) -> Result<Task, Refusal> {
    let of = request.resource_type()?;
    let Request { id, input, caller, now, .. } = request;
    let id = id.unwrap_or_default();
    let mut parameters = input.into_url()?;
    let cursor = take_cursor(&mut parameters)?;
    check_names(of, &parameters)?;
    let (ignored, readable) = (&OF_PATIENT, caller.readable());
    let asked = Asked { parameters, lenient: false, ignored, now, caller: caller.identity(), readable };
    let mut everything = engine.read_everything(of, &id, &asked)?;
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
        engine.page_of_everything(&everything, &walk, start, reader)
    }))
}

impl Engine {
    fn page_of_everything(
        &self,
        everything: &Everything,
        walk: &Walk,
        start: Option<Cursor>,
        reader: &mut dyn Reader,
    ) -> Result<Vec<u8>, Refusal> {
        let queries: Vec<Query> = everything.request.queries().cloned().collect();
        let matches = reader.search_all(&queries)?;
        let links = walk.links(&everything.request.query, start, &matches);
        let supporting = self.supporting(everything, &matches.resources, reader)?;
        let mut bundle = BundleWriter::new("searchset", matches.total, &links);
        for version in &matches.resources {
            self.entry(&mut bundle, version, &Subset::Whole, br#"{"mode":"match"}"#);
        }
        for version in &supporting {
            self.entry(&mut bundle, version, &Subset::Whole, br#"{"mode":"include"}"#);
        }
        Ok(bundle.finish())
    }

    fn read_everything(&self, of: ResourceType, id: &str, asked: &Asked<'_>) -> Result<Everything, Refusal> {
        let compartment = compartment(of.name())
            .ok_or_else(|| Refusal::unknown_path(&format!("/{of}/{id}/$everything")))?;
        let codes = self.codes();
        let options = search::SearchOptions {
            default_count: EVERYTHING,
            max_count: EVERYTHING,
            ..self.search_options(asked, &codes)
        };
        let wanted = types(asked)?;
        let members: Vec<ResourceType> = compartment
            .members
            .iter()
            .map(|member| member.resource_type)
            .filter(|one| wanted.is_empty() || wanted.contains(one))
            .collect();
        if members.is_empty() {
            let text = format!("none of the types of '_type' can be in the compartment of {of}");
            return Err(Refusal::invalid(vec![Issue::error(IssueCode::Value, text)]));
        }
        let readable = members.into_iter().filter(|one| asked.readable.allows(*one)).collect::<Vec<_>>();
        let parameters = as_search(&asked.parameters);
        let mut request = search::from_url_of_types(&self.registry(), &readable, &parameters, &options)
            .map_err(Refusal::invalid)?;
        let (start, end) = (value(asked, "start"), value(asked, "end"));
        for query in request.queries_mut() {
            query.criteria.extend(compartment_criterion(
                &self.registry(),
                compartment,
                id,
                query.resource_type,
            ));
            for (prefix, date) in [(Prefix::Ge, start), (Prefix::Le, end)] {
                let Some(date) = date else { continue };
                query.criteria.extend(self.care_date(query.resource_type, prefix, date, asked.now)?);
            }
        }
        Ok(Everything { compartment, request, types: wanted, readable: asked.readable.clone() })
    }

    /// The condition on when care was given; none for types that do not say.
    fn care_date(
        &self,
        resource_type: ResourceType,
        prefix: Prefix,
        date: &str,
        now: i64,
    ) -> Result<Option<Criterion>, Refusal> {
        let registry = self.registry();
        let has = |code: &&&str| {
            let parameter = registry.parameter(resource_type, code);
            parameter.is_some_and(|one| one.kind() == fhir::definitions::SearchParameterType::Date)
        };
        let Some(code) = CARE_DATES.iter().find(has) else { return Ok(None) };
        let criterion = date_criterion(&registry, resource_type, code, prefix, date, self.zone(), now);
        criterion.map(Some).map_err(|issue| Refusal::invalid(vec![issue]))
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
                source.each_reference(&mut |text| {
                    let target = self.own_resource(text).filter(|(one, _)| everything.shows(*one));
                    places.extend(target.filter(|place| seen.insert(place.clone())));
                });
            }
            let versions = reader.resources(&places, everything.request.query.as_of)?;
            let begun = found.len();
            found.extend(versions.into_iter().flatten().filter(|version| version.body.is_some()));
            found.truncate(EVERYTHING as usize);
            sources = found[begun.min(found.len())..].iter().map(stored_json).collect::<Result<_, _>>()?;
        }
        Ok(found)
    }
}

impl Everything {
    /// Whether a resource of a type comes along because it is referred to. What can be in a compartment is there, or is
    /// somebody else's.
    fn shows(&self, resource_type: ResourceType) -> bool {
        self.compartment.parameters(resource_type).is_none()
            && self.readable.allows(resource_type)
            && (self.types.is_empty() || self.types.contains(&resource_type))
    }
}

fn value<'a>(asked: &'a Asked<'_>, name: &str) -> Option<&'a str> {
    asked.parameters.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
}

/// The types of all `_type`; none for all types.
fn types(asked: &Asked<'_>) -> Result<Vec<ResourceType>, Refusal> {
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
    if problems.is_empty() { Ok(types) } else { Err(Refusal::invalid(problems)) }
}

/// The parameters that are those of a search too.
fn as_search(parameters: &[(String, String)]) -> Vec<(String, String)> {
    let translated = |(name, value): &(String, String)| match name.as_str() {
        "_since" => Some(("_lastUpdated".to_owned(), format!("ge{value}"))),
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
