//! search-type (<http://hl7.org/fhir/R4/http.html#search>): a page of the resources of a type that match.

use crate::cursor::{CURSOR_LIFETIME, Cursor, CursorError};
use crate::engine::Engine;
use crate::error::Refusal;
use fhir::bundle::{BundleWriter, EntryPart};
use fhir::outcome::operation_outcome;
use fhir::{Issue, IssueCode, ResourceType};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use search::{SearchOptions, SearchRequest, Total};
use storage::{Matches, Reader};

/// How many matches a page holds unless `_count` says otherwise.
pub const SEARCH_PAGE: u64 = 20;
/// The most matches that a page holds.
pub const SEARCH_PAGE_LIMIT: u64 = 1000;

/// The parameter that carries a [`Cursor`].
const CURSOR: &str = "_cursor";

/// What is left as it is in the values of links.
const LINK: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b',')
    .remove(b'/');

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
}

/// A search that can be carried out, over any snapshot.
#[derive(Clone, Debug)]
pub struct Search {
    request: SearchRequest,
    walk: Walk,
    start: Option<Cursor>,
}

impl Engine {
    /// A page of matches as a searchset Bundle. The first page fixes what the following ones see.
    ///
    /// # Errors
    ///
    /// 400 with everything that cannot be honoured.
    pub async fn search_type(
        &self,
        resource_type: ResourceType,
        asked: Asked<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        let search = self.read_search(resource_type, asked)?;
        let engine = self.clone();
        self.snapshot(move |reader| engine.search_page(&search, reader)).await
    }

    /// Reads a search.
    ///
    /// # Errors
    ///
    /// 400 with everything that cannot be honoured.
    pub(crate) fn read_search(
        &self,
        resource_type: ResourceType,
        mut asked: Asked<'_>,
    ) -> Result<Search, Refusal> {
        let cursor = take_cursor(&mut asked.parameters)?;
        let options = SearchOptions {
            zone: self.zone(),
            now: asked.now,
            default_count: SEARCH_PAGE,
            max_count: SEARCH_PAGE_LIMIT,
            default_total: Total::None,
            ignored: asked.ignored,
            lenient: asked.lenient,
            internal: false,
        };
        let mut request = search::from_url(self.registry(), resource_type, &asked.parameters, &options)
            .map_err(Refusal::invalid)?;
        let walk = Walk::new(self, resource_type, &request.applied, asked.now);
        let start = match &cursor {
            Some(text) => Some(walk.read(text)?),
            None => None,
        };
        if let Some(start) = start {
            request.query.offset = start.offset;
            request.query.as_of = Some(start.mark);
        }
        Ok(Search { request, walk, start })
    }

    /// A page of what a search finds.
    pub(crate) fn search_page(&self, search: &Search, reader: &mut dyn Reader) -> Result<Vec<u8>, Refusal> {
        let Search { request, walk, start } = search;
        let matches = reader.search(&request.query)?;
        let links = walk.links(request, *start, &matches);
        Ok(self.searchset(request, &links, &matches))
    }

    fn searchset(&self, request: &SearchRequest, links: &[(&str, String)], matches: &Matches) -> Vec<u8> {
        let mut bundle = BundleWriter::new("searchset", matches.total, links);
        for version in &matches.resources {
            let url = format!("{}/{}/{}", self.base_url(), version.resource_type, version.id);
            bundle.entry(&[
                ("fullUrl", EntryPart::Text(&url)),
                ("resource", EntryPart::Json(version.body.as_deref().unwrap_or_default())),
                ("search", EntryPart::Json(br#"{"mode":"match"}"#)),
            ]);
        }
        if !request.warnings.is_empty() {
            let outcome = operation_outcome(&request.warnings);
            bundle.entry(&[
                ("resource", EntryPart::Json(&outcome)),
                ("search", EntryPart::Json(br#"{"mode":"outcome"}"#)),
            ]);
        }
        bundle.finish()
    }
}

/// The cursor among the parameters, taken out.
fn take_cursor(parameters: &mut Vec<(String, String)>) -> Result<Option<String>, Refusal> {
    let mut cursors = parameters.extract_if(.., |(name, _)| name == CURSOR);
    let cursor = cursors.next().map(|(_, text)| text);
    if cursors.next().is_some() {
        let text = format!("parameter '{CURSOR}' is given more than once");
        return Err(Refusal::invalid(vec![Issue::error(IssueCode::Duplicate, text)]));
    }
    drop(cursors);
    Ok(cursor)
}

/// A walk over the pages of one search.
#[derive(Clone, Debug)]
struct Walk {
    key: [u8; 16],
    /// The search without its cursor, as the `self` link shows it.
    url: String,
    now: i64,
}

impl Walk {
    fn new(engine: &Engine, resource_type: ResourceType, applied: &[(String, String)], now: i64) -> Self {
        let pairs: Vec<String> = applied
            .iter()
            .map(|(name, value)| {
                format!("{}={}", utf8_percent_encode(name, LINK), utf8_percent_encode(value, LINK))
            })
            .collect();
        let mut url = format!("{}/{resource_type}", engine.base_url());
        if !pairs.is_empty() {
            url.push('?');
            url.push_str(&pairs.join("&"));
        }
        Walk { key: *engine.cursor_key(), url, now }
    }

    fn read(&self, text: &str) -> Result<Cursor, Refusal> {
        Cursor::decode(text, &self.key, &self.url, self.now).map_err(|error| {
            let minutes = CURSOR_LIFETIME / 60_000;
            let text = match error {
                CursorError::Foreign => {
                    "_cursor does not belong to this search; follow the links of its answers unchanged"
                        .to_owned()
                }
                CursorError::Expired => {
                    format!("_cursor is older than {minutes} minutes; start the search again without it")
                }
            };
            Refusal::invalid(vec![Issue::error(IssueCode::Value, text)])
        })
    }

    fn links(
        &self,
        request: &SearchRequest,
        start: Option<Cursor>,
        matches: &Matches,
    ) -> Vec<(&'static str, String)> {
        let (limit, offset) = (request.query.limit, request.query.offset);
        let begun = start.map_or(self.now, |cursor| cursor.begun);
        let mark = start.map_or(matches.mark, |cursor| cursor.mark);
        let page = |offset: u64| {
            let separator = if self.url.contains('?') { '&' } else { '?' };
            let cursor = Cursor { offset, mark, begun }.encode(&self.key, &self.url);
            format!("{}{separator}{CURSOR}={cursor}", self.url)
        };
        let mut links = vec![("self", if start.is_some() { page(offset) } else { self.url.clone() })];
        if limit > 0 && (offset > 0 || matches.has_more) {
            links.push(("first", page(0)));
        }
        if limit > 0 && offset > 0 {
            links.push(("previous", page(offset.saturating_sub(limit))));
        }
        if limit > 0 && matches.has_more {
            links.push(("next", page(offset + limit)));
        }
        links
    }
}
