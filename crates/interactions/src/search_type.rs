//! search-type and search-system (<http://hl7.org/fhir/R4/http.html#search>): a page of the resources that match, of one
//! type or several, of the whole server or of a compartment.

use crate::bare_ids::{ambiguous, as_warning};
use crate::codes::Codes;
use crate::cursor::Cursor;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::include::included;
use crate::part;
use crate::walk::{Walk, take_cursor};
use fhir::bundle::{BundleWriter, EntryPart};
use fhir::definitions::compartment;
use fhir::outcome::operation_outcome;
use fhir::{Issue, ResourceType, Subset};
use search::{SearchOptions, SearchRequest, Total, Types, compartment_criterion};
use std::sync::Arc;
use storage::{Matches, Reader, Version};

/// How many matches a page holds unless `_count` says otherwise.
pub const SEARCH_PAGE: u64 = 20;
/// The most matches that a page holds.
pub const SEARCH_PAGE_LIMIT: u64 = 1000;

/// The scope of those who may read everything.
pub(crate) const READ_ALL: &str = "system/*.read";

/// A search as it was asked for.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The parameters, decoded, in order.
    pub parameters: Vec<(String, String)>,
    /// Whether what is not known is left out (`Prefer: handling=lenient`).
    pub lenient: bool,
    /// Parameters that the caller reads itself.
    pub ignored: &'a [&'a str],
    /// The present, in milliseconds since the epoch.
    pub now: i64,
    /// Who asks: what tells callers apart, so that a cursor is good for the one that it was made for.
    pub caller: &'a str,
    /// What the caller may read besides the type that is searched.
    pub readable: Readable,
}

/// The types that a caller may read.
#[derive(Clone, Debug)]
pub struct Readable(Option<Arc<[bool]>>);

impl Readable {
    /// All of them.
    pub fn all() -> Self {
        Readable(None)
    }

    /// Those that `allows` says.
    pub fn of(allows: impl Fn(ResourceType) -> bool) -> Self {
        Readable(Some(ResourceType::all().map(allows).collect()))
    }

    /// Whether a type is among them.
    pub fn allows(&self, resource_type: ResourceType) -> bool {
        let types = self.0.as_ref();
        types.is_none_or(|types| types.get(usize::from(resource_type.index())).copied().unwrap_or(false))
    }

    /// Whether a type is among them.
    ///
    /// # Errors
    ///
    /// 403 naming a scope that would do.
    pub(crate) fn check(&self, resource_type: ResourceType) -> Result<(), Refusal> {
        match resource_type {
            allowed if self.allows(allowed) => Ok(()),
            // Their permissions are those of their security contexts, which may be anything.
            ResourceType::BINARY => Err(Refusal::insufficient_scope(READ_ALL)),
            hidden => Err(Refusal::insufficient_scope(&format!("system/{hidden}.read"))),
        }
    }

    /// Whether what a search looks at besides what it finds is among them.
    ///
    /// # Errors
    ///
    /// 403.
    pub(crate) fn allow_looked_at(&self, request: &SearchRequest) -> Result<(), Refusal> {
        request.looked_at().into_iter().try_for_each(|looked_at| self.check(looked_at))
    }

    /// Those of `types` that are searched by somebody who may read these: all that are among them.
    ///
    /// # Errors
    ///
    /// 403 when none is, or `_type` names one that is not.
    pub(crate) fn searched(
        &self,
        types: impl Iterator<Item = ResourceType>,
        parameters: &[(String, String)],
    ) -> Result<Types, Refusal> {
        search::named_types(parameters).into_iter().try_for_each(|named| self.check(named))?;
        let allowed = types.filter(|one| self.allows(*one));
        Types::of(allowed).ok_or_else(|| Refusal::insufficient_scope(READ_ALL))
    }
}

/// Where is searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    /// All resources of a type.
    Type(ResourceType),
    /// All resources.
    System,
    /// What is in the compartment of a resource: of one type, or of all.
    Compartment {
        /// The type of the resource, such as Patient.
        of: ResourceType,
        /// Its id.
        id: String,
        /// What is searched for.
        resource_type: Option<ResourceType>,
    },
}

impl Within {
    /// The path below the base.
    fn path(&self) -> String {
        match self {
            Within::Type(resource_type) => format!("/{resource_type}"),
            Within::System => String::new(),
            Within::Compartment { of, id, resource_type: Some(found) } => format!("/{of}/{id}/{found}"),
            Within::Compartment { of, id, resource_type: None } => format!("/{of}/{id}/*"),
        }
    }
}

/// A search that can be carried out, over any snapshot.
#[derive(Clone, Debug)]
pub struct Search {
    request: SearchRequest,
    walk: Walk,
    start: Option<Cursor>,
    readable: Readable,
    lenient: bool,
}

impl Search {
    /// What the store is asked, one query for each type.
    pub(crate) fn queries(&self) -> Vec<search::Query> {
        self.request.queries().cloned().collect()
    }
}

impl Engine {
    /// A page of the matches of a type as a searchset Bundle. The first page fixes what the following ones see.
    ///
    /// # Errors
    ///
    /// 400 with everything that cannot be honoured; 403 when it looks at what the caller may not read.
    pub async fn search_type(
        &self,
        resource_type: ResourceType,
        asked: Asked<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        self.search_within(&Within::Type(resource_type), asked).await
    }

    /// The same wherever is searched.
    ///
    /// # Errors
    ///
    /// As [`search_type`](Self::search_type); 404 when there is no such compartment.
    pub async fn search_within(&self, within: &Within, asked: Asked<'_>) -> Result<Vec<u8>, Refusal> {
        let search = self.read_search(within, asked)?;
        let engine = self.clone();
        self.snapshot(move |reader| engine.search_page(&search, reader)).await
    }

    /// What searches depend on besides their parameters.
    pub(crate) fn search_options<'a>(&'a self, asked: &Asked<'a>, codes: &'a Codes) -> SearchOptions<'a> {
        SearchOptions {
            zone: self.zone(),
            now: asked.now,
            default_count: SEARCH_PAGE,
            max_count: SEARCH_PAGE_LIMIT,
            default_total: Total::None,
            ignored: asked.ignored,
            lenient: asked.lenient,
            internal: false,
            terminology: Some(codes),
        }
    }

    /// Reads a search.
    ///
    /// # Errors
    ///
    /// 400 with everything that cannot be honoured; 403; 404.
    pub(crate) fn read_search(&self, within: &Within, mut asked: Asked<'_>) -> Result<Search, Refusal> {
        let cursor = take_cursor(&mut asked.parameters)?;
        let codes = self.codes();
        let mut request = self.request(within, &asked, &codes)?;
        asked.readable.allow_looked_at(&request)?;
        let walk = Walk::new(self, &within.path(), &request.applied, asked.now, asked.caller);
        let start = match &cursor {
            Some(text) => Some(walk.read(text)?),
            None => None,
        };
        if let Some(start) = start {
            for query in request.queries_mut() {
                query.offset = start.offset;
                query.as_of = Some(start.mark);
            }
        }
        Ok(Search { request, walk, start, readable: asked.readable, lenient: asked.lenient })
    }

    fn request(&self, within: &Within, asked: &Asked<'_>, codes: &Codes) -> Result<SearchRequest, Refusal> {
        let (registry, options, parameters) =
            (&self.registry(), self.search_options(asked, codes), &asked.parameters);
        let request = match within {
            Within::Type(resource_type) => search::from_url(registry, *resource_type, parameters, &options),
            Within::System => {
                let types = asked.readable.searched(ResourceType::all(), parameters)?;
                search::from_url_of_types(registry, &types, parameters, &options)
            }
            Within::Compartment { of, id, resource_type } => {
                return self.request_in_compartment(*of, id, *resource_type, asked, &options);
            }
        };
        request.map_err(Refusal::invalid)
    }

    fn request_in_compartment(
        &self,
        of: ResourceType,
        id: &str,
        resource_type: Option<ResourceType>,
        asked: &Asked<'_>,
        options: &SearchOptions<'_>,
    ) -> Result<SearchRequest, Refusal> {
        let registry = &self.registry();
        let path = Within::Compartment { of, id: id.to_owned(), resource_type }.path();
        let unknown = || Refusal::unknown_path(&path);
        let compartment = compartment(of.name()).ok_or_else(unknown)?;
        let mut request = match resource_type {
            Some(resource_type) => {
                compartment.parameters(resource_type).ok_or_else(unknown)?;
                search::from_url(registry, resource_type, &asked.parameters, options)
            }
            None => {
                let members = compartment.members.iter().map(|member| member.resource_type);
                let types = asked.readable.searched(members, &asked.parameters)?;
                search::from_url_of_types(registry, &types, &asked.parameters, options)
            }
        }
        .map_err(Refusal::invalid)?;
        for query in request.queries_mut() {
            query.criteria.extend(compartment_criterion(registry, compartment, id, query.resource_type));
        }
        Ok(request)
    }

    /// A page of what a search finds.
    pub(crate) fn search_page(&self, search: &Search, reader: &mut dyn Reader) -> Result<Vec<u8>, Refusal> {
        let Search { request, walk, start, readable, lenient } = search;
        let mut warnings = request.warnings.clone();
        warnings.extend(refuse_ambiguous(request, readable, *lenient, reader)?);
        let matches = if request.others.is_empty() {
            reader.search(&request.query)?
        } else {
            reader.search_all(&search.queries())?
        };
        let included = included(&self.registry(), request, readable, &matches.resources, reader)?;
        warnings.extend(included.warnings);
        let links = walk.links(&request.query, *start, &matches);
        Ok(self.searchset(&request.subset, &links, &matches, &included.resources, &warnings))
    }

    fn searchset(
        &self,
        subset: &Subset,
        links: &[(&str, String)],
        matches: &Matches,
        included: &[Version],
        warnings: &[Issue],
    ) -> Vec<u8> {
        let mut bundle = BundleWriter::new("searchset", matches.total, links);
        for version in &matches.resources {
            self.entry(&mut bundle, version, subset, br#"{"mode":"match"}"#);
        }
        // Elements are listed of what is searched for; a summary is one of everything.
        let subset = match subset {
            Subset::Elements(_) => &Subset::Whole,
            summary => summary,
        };
        for version in included {
            self.entry(&mut bundle, version, subset, br#"{"mode":"include"}"#);
        }
        if !warnings.is_empty() {
            write_outcome(&mut bundle, warnings);
        }
        bundle.finish()
    }

    /// Writes an entry of a searchset; `mode` is its `search`.
    pub(crate) fn entry(&self, bundle: &mut BundleWriter, version: &Version, subset: &Subset, mode: &[u8]) {
        let url = format!("{}/{}/{}", self.base_url(), version.resource_type, version.id);
        let body = version.body.as_deref().unwrap_or_default();
        let part = part::of_stored(body, subset);
        bundle.entry(&[
            ("fullUrl", EntryPart::Text(&url)),
            ("resource", EntryPart::Json(part.as_deref().unwrap_or(body))),
            ("search", EntryPart::Json(mode)),
        ]);
    }
}

/// Refuses ids without a type that several resources have; a lenient search is warned.
///
/// # Errors
///
/// 400; the store's failures.
pub(crate) fn refuse_ambiguous(
    request: &SearchRequest,
    readable: &Readable,
    lenient: bool,
    reader: &mut dyn Reader,
) -> Result<Vec<Issue>, Refusal> {
    let found = ambiguous(&request.bare_ids, readable, reader)?;
    match found.is_empty() || lenient {
        true => Ok(found.into_iter().map(as_warning).collect()),
        false => Err(Refusal::invalid(found)),
    }
}

/// Says in a searchset what the search was carried out without.
pub(crate) fn write_outcome(bundle: &mut BundleWriter, warnings: &[Issue]) {
    bundle.entry(&[
        ("resource", EntryPart::Json(&operation_outcome(warnings))),
        ("search", EntryPart::Json(br#"{"mode":"outcome"}"#)),
    ]);
}
