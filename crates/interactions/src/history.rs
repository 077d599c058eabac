//! history-instance, history-type, history-system (<http://hl7.org/fhir/R4/http.html#history>): versions, newest first,
//! deletions included, in pages over one moment of the store.

use crate::engine::Engine;
use crate::error::Refusal;
use crate::history_parameters::{self as parameters, Given};
use crate::part;
use crate::search_type::{READ_ALL, Readable};
use crate::walk::{Walk, take_cursor};
use fhir::bundle::{BundleWriter, EntryPart};
use fhir::outcome::operation_outcome;
use fhir::{Issue, ResourceType, Subset};
use storage::{HistoryOf, HistoryPage, HistoryQuery, Method, Reader, Version};

/// Whose history is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// That of a resource.
    Instance(ResourceType, String),
    /// That of all resources of a type.
    Type(ResourceType),
    /// That of all resources that the caller may read.
    System,
}

/// A history as it was asked for.
#[derive(Clone, Debug)]
pub struct HistoryAsked<'a> {
    /// The parameters, decoded, in order.
    pub parameters: Vec<(String, String)>,
    /// Whether what cannot be honoured is left out (`Prefer: handling=lenient`).
    pub lenient: bool,
    /// Parameters that the caller reads itself.
    pub ignored: &'a [&'a str],
    /// The present, in milliseconds since the epoch.
    pub now: i64,
    /// Who asks: what tells callers apart, so that a cursor is good for the one that it was made for.
    pub caller: &'a str,
    /// What the caller may read.
    pub readable: Readable,
}

/// A history that can be answered, over any snapshot.
#[derive(Clone, Debug)]
pub(crate) struct History {
    whose: Whose,
    query: HistoryQuery,
    subset: Subset,
    warnings: Vec<Issue>,
    walk: Walk,
    cursor: Option<String>,
    begun: i64,
}

impl Whose {
    /// The path below the base.
    fn path(&self) -> String {
        match self {
            Whose::Instance(resource_type, id) => format!("/{resource_type}/{id}/_history"),
            Whose::Type(resource_type) => format!("/{resource_type}/_history"),
            Whose::System => "/_history".to_owned(),
        }
    }

    /// The types of what it shows.
    fn types(&self, readable: &Readable) -> Vec<ResourceType> {
        match self {
            Whose::Instance(resource_type, _) | Whose::Type(resource_type) => vec![*resource_type],
            Whose::System => ResourceType::all().filter(|one| readable.allows(*one)).collect(),
        }
    }

    fn stored(&self, types: Vec<ResourceType>) -> HistoryOf {
        match self {
            Whose::Instance(resource_type, id) => HistoryOf::Instance(*resource_type, id.clone()),
            Whose::System if types.len() == ResourceType::all().count() => HistoryOf::System,
            Whose::Type(_) | Whose::System => HistoryOf::Types(types),
        }
    }
}

impl Engine {
    /// A page of a history as a Bundle. The first page fixes what the following ones see.
    ///
    /// # Errors
    ///
    /// 400 with every parameter that cannot be honoured; 403 when the caller may read nothing; 404 when the resource
    /// never existed.
    pub async fn history(&self, whose: Whose, asked: HistoryAsked<'_>) -> Result<Vec<u8>, Refusal> {
        let (engine, history) = (self.clone(), self.read_history(whose, asked)?);
        self.snapshot(move |reader| engine.history_page(&history, reader)).await
    }

    /// Reads what is asked of a history.
    ///
    /// # Errors
    ///
    /// 400 with every parameter that cannot be honoured; 403 when the caller may read nothing.
    pub(crate) fn read_history(&self, whose: Whose, mut asked: HistoryAsked<'_>) -> Result<History, Refusal> {
        let cursor = take_cursor(&mut asked.parameters)?;
        let HistoryAsked { parameters, lenient, ignored, now, caller, readable } = asked;
        let types = whose.types(&readable);
        if types.is_empty() {
            return Err(Refusal::insufficient_scope(READ_ALL));
        }
        let given = Given { parameters: &parameters, ignored, lenient, types: &types };
        let read = parameters::read(self, given)?;
        let walk = Walk::new(self, &whose.path(), &read.applied, now, caller);
        let (mut after, mut begun) = (None, now);
        if let Some(text) = &cursor {
            let (end, when) = walk.read_history(text)?;
            (after, begun) = (Some(end), when);
        }
        let of = whose.stored(types);
        let query =
            HistoryQuery { of, since: read.since, at: read.at, limit: read.limit, after, total: true };
        let (subset, warnings) = (read.parts.subset, read.warnings);
        Ok(History { whose, query, subset, warnings, walk, cursor, begun })
    }

    /// A page of a history.
    ///
    /// # Errors
    ///
    /// 404 when the resource never existed.
    pub(crate) fn history_page(
        &self,
        history: &History,
        reader: &mut dyn Reader,
    ) -> Result<Vec<u8>, Refusal> {
        if let Whose::Instance(resource_type, id) = &history.whose
            && (!fhir::primitive::is_id(id) || reader.resource(*resource_type, id)?.is_none())
        {
            return Err(Refusal::unknown_resource(*resource_type, id));
        }
        let page = reader.history_page(&history.query)?;
        let created = page.versions.iter().map(|version| is_created(reader, version));
        let created = created.collect::<Result<Vec<bool>, Refusal>>()?;
        let links = history.walk.history_links(history.cursor.as_deref(), page.next, history.begun);
        Ok(self.history_bundle(history, &page, &created, &links))
    }

    fn history_bundle(
        &self,
        history: &History,
        page: &HistoryPage,
        created: &[bool],
        links: &[(&str, String)],
    ) -> Vec<u8> {
        let mut bundle = BundleWriter::new("history", page.total, links);
        for (version, created) in page.versions.iter().zip(created) {
            let url = format!("{}/{}/{}", self.base_url(), version.resource_type, version.id);
            write_entry(&mut bundle, &url, version, *created, &history.subset);
        }
        if !history.warnings.is_empty() {
            write_outcome(&mut bundle, &history.whose, &history.warnings);
        }
        bundle.finish()
    }
}

/// Whether a version made the resource: the first one, or the one after a deletion.
fn is_created(reader: &mut dyn Reader, version: &Version) -> Result<bool, Refusal> {
    if version.method != Method::Update || version.version == 1 {
        return Ok(version.method != Method::Delete);
    }
    let before = reader.version(version.resource_type, &version.id, version.version - 1)?;
    Ok(before.is_some_and(|before| before.method == Method::Delete))
}

fn write_entry(bundle: &mut BundleWriter, url: &str, version: &Version, created: bool, subset: &Subset) {
    let (method, status) = match version.method {
        Method::Create => ("POST", "201 Created"),
        Method::Update if created => ("PUT", "201 Created"),
        Method::Update => ("PUT", "200 OK"),
        Method::Delete => ("DELETE", "204 No Content"),
    };
    let target = format!("{}/{}", version.resource_type, version.id);
    let request_url = if method == "POST" { version.resource_type.name() } else { target.as_str() };
    let request = fhir::json!({ "method": method, "url": request_url }).to_bytes();
    let response = fhir::json!({
        "status": status,
        "etag": (format!("W/\"{}\"", version.version)),
        "lastModified": (fhir::datetime::instant(version.last_updated))
    })
    .to_bytes();
    let mut parts = vec![("fullUrl", EntryPart::Text(url))];
    let part = version.body.as_ref().and_then(|body| part::of_stored(body, subset));
    if let Some(body) = part.as_ref().or(version.body.as_ref()) {
        parts.push(("resource", EntryPart::Json(body)));
    }
    parts.push(("request", EntryPart::Json(&request)));
    parts.push(("response", EntryPart::Json(&response)));
    bundle.entry(&parts);
}

/// Says what was left out. In a history every entry has a request and a response, and none has a search mode
/// (bdl-2 to bdl-4): this one is about the reading of the history itself.
fn write_outcome(bundle: &mut BundleWriter, whose: &Whose, warnings: &[Issue]) {
    let path = whose.path();
    let request = fhir::json!({ "method": "GET", "url": (path.trim_start_matches('/')) }).to_bytes();
    bundle.entry(&[
        ("resource", EntryPart::Json(&operation_outcome(warnings))),
        ("request", EntryPart::Json(&request)),
        ("response", EntryPart::Json(br#"{"status":"200 OK"}"#)),
    ]);
}
