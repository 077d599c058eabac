//! From the parameters of a URL (or of a form that is POSTed to `_search`) to a query.

use crate::criteria::{self, one};
use crate::has::resource_type_of;
use crate::include::Include;
use crate::merge::nothing;
use crate::query::{Criterion, Query, Sort, Total};
use crate::reading::{BareId, Reading, SearchOptions};
use crate::registry::Registry;
use crate::result_parameters::Parts;
use crate::{limits, result_parameters, sort};
use fhir::outcome::{cut, quoted};
use fhir::{Issue, IssueCode, ResourceType, Severity, Subset};
use std::cell::RefCell;

/// A search that can be carried out.
#[derive(Clone, Debug)]
pub struct SearchRequest {
    /// What is searched for; of a search for several types, the first of them.
    pub query: Query,
    /// The other types of a search for several, with the same order, limits and total.
    pub others: Vec<Query>,
    /// What is returned besides the matches because they refer to it.
    pub includes: Vec<Include>,
    /// What is returned besides the matches because it refers to them.
    pub revincludes: Vec<Include>,
    /// Which part of each resource is returned.
    pub subset: Subset,
    /// The parameters that count, in their order and as they were applied: what the `self` link says. Those
    /// without a value are not among them, those that the caller reads itself are.
    pub applied: Vec<(String, String)>,
    /// What was left out, and why; only where [`lenient`](SearchOptions::lenient).
    pub warnings: Vec<Issue>,
    /// Ids without a type, each once.
    pub bare_ids: Vec<BareId>,
}

impl SearchRequest {
    /// The queries of all types.
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        std::iter::once(&self.query).chain(&self.others)
    }

    /// The types that chains, `_has` and lists look at besides those that are searched.
    pub fn looked_at(&self) -> Vec<ResourceType> {
        let mut types = Vec::new();
        for query in self.queries() {
            query.criteria.iter().for_each(|criterion| criterion.look_at(&mut types));
        }
        types.sort_unstable();
        types.dedup();
        types
    }

    /// The queries of all types, to be changed.
    pub fn queries_mut(&mut self) -> impl Iterator<Item = &mut Query> {
        std::iter::once(&mut self.query).chain(&mut self.others)
    }
}

/// Reads the decoded parameters of a search of one type.
///
/// # Errors
///
/// Everything that cannot be honoured, in the order of the parameters.
pub fn from_url(
    registry: &Registry,
    resource_type: ResourceType,
    parameters: &[(String, String)],
    options: &SearchOptions<'_>,
) -> Result<SearchRequest, Vec<Issue>> {
    let bare_ids = RefCell::default();
    Reader::new(registry, Types::from(resource_type), false, options, &bare_ids).request(parameters)
}

/// The types of a search of several: one at least, for a search of none has no meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Types {
    first: ResourceType,
    others: Vec<ResourceType>,
}

impl Types {
    /// These types; `None` where there are none.
    pub fn of(types: impl IntoIterator<Item = ResourceType>) -> Option<Self> {
        let mut types = types.into_iter();
        let first = types.next()?;
        Some(Types { first, others: types.collect() })
    }

    fn contain(&self, resource_type: ResourceType) -> bool {
        self.first == resource_type || self.others.contains(&resource_type)
    }
}

impl From<ResourceType> for Types {
    fn from(first: ResourceType) -> Self {
        Types { first, others: Vec::new() }
    }
}

/// The types that `_type` names: what is searched is decided by them, so that whoever asks must be allowed to read them.
/// Names of no type are passed over here; [`from_url_of_types`] tells of them.
pub fn named_types(parameters: &[(String, String)]) -> Vec<ResourceType> {
    let lists = parameters.iter().filter(|(name, _)| name == "_type");
    lists.flat_map(|(_, list)| list.split(',')).filter_map(ResourceType::from_name).collect()
}

/// Reads the decoded parameters of a search of several types: of the whole server, or of a compartment. `offered` are
/// the types that there are; `_type` may name some of them. All must have all parameters.
///
/// # Errors
///
/// Everything that cannot be honoured, in the order of the parameters.
pub fn from_url_of_types(
    registry: &Registry,
    offered: &Types,
    parameters: &[(String, String)],
    options: &SearchOptions<'_>,
) -> Result<SearchRequest, Vec<Issue>> {
    let (types, mut problems) = types(offered, parameters);
    let bare_ids = RefCell::default();
    let reader = Reader::new(registry, types, true, options, &bare_ids);
    match reader.request(parameters) {
        Ok(request) if problems.is_empty() => Ok(request),
        Ok(mut request) if options.lenient => {
            request.applied.retain(|(name, _)| name != "_type");
            request.warnings.extend(problems.into_iter().map(|issue| left_out(issue, "_type")));
            Ok(request)
        }
        Ok(_) => Err(problems),
        Err(found) => {
            problems.extend(found);
            Err(problems)
        }
    }
}

/// The types that `_type` names; all that are offered if nothing does.
fn types(offered: &Types, parameters: &[(String, String)]) -> (Types, Vec<Issue>) {
    let mut said = parameters.iter().filter(|(name, value)| name == "_type" && !value.is_empty());
    let Some((_, value)) = said.next() else { return (offered.clone(), Vec::new()) };
    let (mut named, mut problems) = (Vec::new(), Vec::new());
    for name in value.split(',') {
        match resource_type_of(name) {
            Ok(found) if !offered.contain(found) => {
                let text = format!("'_type': {found} cannot be searched for here");
                problems.push(Issue::error(IssueCode::Value, text));
            }
            Ok(found) => named.push(found),
            Err(issue) => {
                problems.push(Issue { text: format!("'_type': {}", issue.text), ..issue });
            }
        }
    }
    if said.next().is_some() {
        problems.push(twice("_type"));
    }
    named.sort_unstable();
    named.dedup();
    let named = Types::of(named).filter(|_| problems.is_empty());
    (named.unwrap_or_else(|| offered.clone()), problems)
}

fn twice(name: &str) -> Issue {
    Issue::error(IssueCode::Duplicate, format!("parameter '{name}' is given more than once"))
}

fn left_out(issue: Issue, name: &str) -> Issue {
    let text = format!("{}; the search ran without '{}'", issue.text, cut(name));
    Issue { severity: Severity::Warning, text, ..issue }
}

struct Reader<'a> {
    reading: Reading<'a>,
    types: Vec<ResourceType>,
    /// Whether the search is for several types, so that `_type` may be said.
    wide: bool,
    criteria: Vec<Vec<Criterion>>,
    sort: Vec<Vec<Sort>>,
    limit: u64,
    total: Total,
    parts: Parts,
    request: SearchRequest,
    /// Which of the parameters that may come only once have come.
    seen: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    fn new(
        registry: &'a Registry,
        types: Types,
        wide: bool,
        options: &'a SearchOptions<'a>,
        bare_ids: &'a RefCell<Vec<BareId>>,
    ) -> Self {
        let Types { first, others } = types;
        let types: Vec<ResourceType> = std::iter::once(first).chain(others).collect();
        Reader {
            reading: Reading { registry, options, bare_ids },
            criteria: vec![Vec::new(); types.len()],
            sort: vec![Vec::new(); types.len()],
            types,
            wide,
            limit: options.default_count.min(options.max_count),
            total: options.default_total,
            parts: Parts::default(),
            request: SearchRequest {
                query: Query::all(first),
                others: Vec::new(),
                includes: Vec::new(),
                revincludes: Vec::new(),
                subset: Subset::Whole,
                applied: Vec::new(),
                warnings: Vec::new(),
                bare_ids: Vec::new(),
            },
            seen: Vec::new(),
        }
    }

    fn request(mut self, parameters: &[(String, String)]) -> Result<SearchRequest, Vec<Issue>> {
        if parameters.len() > limits::PARAMETERS {
            let text = format!(
                "the search has {} parameters; at most {} are taken",
                parameters.len(),
                limits::PARAMETERS
            );
            return Err(vec![Issue::error(IssueCode::TooLong, text)]);
        }
        let mut problems = Vec::new();
        for (name, value) in parameters {
            match self.read(name, value) {
                Ok(None) => {}
                Ok(Some(value)) => self.request.applied.push((name.clone(), value)),
                Err(found) if self.reading.options.lenient => {
                    self.request.warnings.extend(found.into_iter().map(|issue| left_out(issue, name)));
                }
                Err(found) => problems.extend(found),
            }
        }
        let includes = self.request.includes.len() + self.request.revincludes.len();
        if self.parts.subset == Subset::Text && includes > 0 {
            let text = "'_summary=text' cannot be used together with '_include' or '_revinclude'";
            problems.push(Issue::error(IssueCode::Invalid, text));
        }
        if problems.is_empty() { Ok(self.finish()) } else { Err(problems) }
    }

    fn finish(self) -> SearchRequest {
        let Reader { reading, types, criteria, sort, limit, total, parts, mut request, .. } = self;
        for bare in reading.bare_ids.take() {
            if !request.bare_ids.contains(&bare) {
                request.bare_ids.push(bare);
            }
        }
        // `_summary=count` asks for no resources, whatever their number.
        let limit = if parts.only_count { 0 } else { limit };
        request.subset = parts.subset;
        let total = if limit == 0 { Total::Accurate } else { total };
        let each = types.into_iter().zip(criteria).zip(sort);
        let mut queries = each.map(|((resource_type, criteria), sort)| Query {
            criteria,
            sort,
            limit,
            total,
            ..Query::all(resource_type)
        });
        if let Some(query) = queries.next() {
            request.query = query;
        }
        request.others = queries.collect();
        request
    }

    /// Applies one parameter. Returns its value as it was applied; nothing for one without a value, which the
    /// specification says to ignore.
    fn read(&mut self, name: &str, value: &str) -> Result<Option<String>, Vec<Issue>> {
        if self.reading.options.ignored.contains(&name) {
            return Ok(Some(value.to_owned()));
        }
        let plain = name.split(':').next().unwrap_or_default();
        match plain {
            "_sort" | "_count" | "_total" | "_summary" | "_elements" | "_include" | "_revinclude"
            | "_contained" | "_containedType" | "_type"
                if value.is_empty() =>
            {
                Ok(None)
            }
            "_include" | "_revinclude" => self.include(name, value),
            "_type" if self.wide && name == "_type" => Ok(Some(value.to_owned())),
            "_type" => {
                let text = String::from("'_type' is for searches of several types: [base]?_type=…");
                Err(one(Issue::error(IssueCode::NotSupported, text)))
            }
            "_sort" | "_count" | "_total" | "_summary" | "_elements" | "_contained" | "_containedType"
                if plain != name =>
            {
                let text =
                    format!("parameter '{plain}' has no modifier ':{}'", cut(&name[plain.len() + 1..]));
                Err(one(Issue::error(IssueCode::NotSupported, text)))
            }
            "_contained" => self.contained(value),
            "_containedType" => {
                let text = "'_containedType' is not supported: contained resources are not searched for";
                Err(one(Issue::error(IssueCode::NotSupported, text)))
            }
            "_sort" | "_count" | "_total" | "_summary" | "_elements" => self.result(plain, value),
            _ => self.filter(name, value),
        }
    }

    /// A parameter that says how results are returned.
    fn result(&mut self, name: &str, value: &str) -> Result<Option<String>, Vec<Issue>> {
        match name {
            "_sort" => {
                let keys = self.of_each_type(|reading, of| sort::keys(reading, of, value))?;
                self.once("_sort")?;
                self.sort = keys;
            }
            "_count" => {
                let count = result_parameters::count(value, self.reading.options.max_count).map_err(one)?;
                self.once("_count")?;
                self.limit = count;
                return Ok(Some(count.to_string()));
            }
            "_total" => {
                let total = result_parameters::total(value).map_err(one)?;
                self.once("_total")?;
                self.total = total;
            }
            "_summary" => {
                self.not_yet("_summary")?;
                self.parts.summary(value)?;
                self.seen.push("_summary");
            }
            _ => {
                self.not_yet("_elements")?;
                self.parts.elements(&self.types, value)?;
                self.seen.push("_elements");
            }
        }
        Ok(Some(value.to_owned()))
    }

    fn once(&mut self, name: &'static str) -> Result<(), Vec<Issue>> {
        self.not_yet(name)?;
        self.seen.push(name);
        Ok(())
    }

    fn not_yet(&self, name: &'static str) -> Result<(), Vec<Issue>> {
        if self.seen.contains(&name) { Err(one(twice(name))) } else { Ok(()) }
    }

    fn contained(&mut self, value: &str) -> Result<Option<String>, Vec<Issue>> {
        let issue = match value {
            "false" => return Ok(Some(value.to_owned())),
            "true" | "both" => {
                let text = format!(
                    "'_contained={value}' is not supported: contained resources are not searched for"
                );
                Issue::error(IssueCode::NotSupported, text)
            }
            _ => {
                let text =
                    format!("the value {} of '_contained' is not one of false, true, both", quoted(value));
                Issue::error(IssueCode::Value, text)
            }
        };
        Err(one(issue))
    }

    fn include(&mut self, name: &str, value: &str) -> Result<Option<String>, Vec<Issue>> {
        let found = Include::read(&self.reading, &self.types, name, value).map_err(one)?;
        let (includes, revincludes) = (&mut self.request.includes, &mut self.request.revincludes);
        if includes.len() + revincludes.len() >= limits::INCLUDES {
            let text = format!("at most {} '_include' and '_revinclude' are taken", limits::INCLUDES);
            return Err(one(Issue::error(IssueCode::TooLong, text)));
        }
        if name.starts_with("_include") {
            includes.extend(found)
        } else {
            revincludes.extend(found)
        }
        Ok(Some(value.to_owned()))
    }

    /// A parameter that says which resources match.
    fn filter(&mut self, name: &str, value: &str) -> Result<Option<String>, Vec<Issue>> {
        let found = self.of_each_type(|reading, of| match name {
            // Base parameters are for all types, and what cannot have a narrative has none.
            "_text" if self.wide && reading.registry.parameter(of, name).is_none() => Ok(Some(nothing())),
            _ => criteria::criterion(reading, of, name, value, 0),
        })?;
        let mut applied = None;
        for (criteria, criterion) in self.criteria.iter_mut().zip(found) {
            if let Some(criterion) = criterion {
                criteria.push(criterion);
                applied = Some(value.to_owned());
            }
        }
        Ok(applied)
    }

    /// What is made of a parameter for each type; what is wrong with it for the first for which something is.
    fn of_each_type<T>(
        &self,
        make: impl Fn(&Reading<'_>, ResourceType) -> Result<T, Vec<Issue>>,
    ) -> Result<Vec<T>, Vec<Issue>> {
        self.types.iter().map(|resource_type| make(&self.reading, *resource_type)).collect()
    }
}
