//! Walks over the pages of a search: links, and the cursors in them.

use crate::cursor::{CURSOR_LIFETIME, Cursor, CursorError, not_expired, sealed, unsealed};
use crate::engine::Engine;
use crate::error::Refusal;
use fhir::{Issue, IssueCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use search::Query;
use storage::{HistoryCursor, Matches};

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

/// The cursor among the parameters, taken out.
pub(crate) fn take_cursor(parameters: &mut Vec<(String, String)>) -> Result<Option<String>, Refusal> {
    let mut cursors = parameters.extract_if(.., |(name, _)| name == CURSOR);
    let cursor = cursors.next().map(|(_, text)| text);
    if cursors.next().is_some() {
        let text = format!("parameter '{CURSOR}' is given more than once");
        return Err(Refusal::invalid(vec![Issue::error(IssueCode::Duplicate, text)]));
    }
    drop(cursors);
    Ok(cursor)
}

/// 400: a cursor that is not good.
fn refused(error: CursorError) -> Refusal {
    let minutes = CURSOR_LIFETIME / 60_000;
    let text = match error {
        CursorError::Foreign => {
            "_cursor does not belong to this request of this client; follow the links of its answers unchanged".to_owned()
        }
        CursorError::Expired => {
            format!("_cursor is older than {minutes} minutes; start again without it")
        }
    };
    Refusal::invalid(vec![Issue::error(IssueCode::Value, text)])
}

/// A caller's walk over the pages of one search.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    key: [u8; 16],
    /// The search without its cursor, as the `self` link shows it.
    url: String,
    /// What cursors are bound to: the caller and the search.
    bound_to: String,
    now: i64,
}

impl Walk {
    /// The walk of `caller` over a search at `path` below the base, with the parameters that were applied.
    pub(crate) fn new(
        engine: &Engine,
        path: &str,
        applied: &[(String, String)],
        now: i64,
        caller: &str,
    ) -> Self {
        let pairs: Vec<String> = applied
            .iter()
            .map(|(name, value)| {
                format!("{}={}", utf8_percent_encode(name, LINK), utf8_percent_encode(value, LINK))
            })
            .collect();
        let mut url = format!("{}{path}", engine.base_url());
        if !pairs.is_empty() {
            url.push('?');
            url.push_str(&pairs.join("&"));
        }
        // The length keeps a caller's name from running on into the URL.
        let bound_to = format!("{} {caller} {url}", caller.len());
        Walk { key: engine.cursor_key(), url, bound_to, now }
    }

    /// Reads a cursor of this search.
    pub(crate) fn read(&self, text: &str) -> Result<Cursor, Refusal> {
        Cursor::decode(text, &self.key, &self.bound_to, self.now).map_err(refused)
    }

    /// Reads a cursor of this history, and when its first page was answered.
    pub(crate) fn read_history(&self, text: &str) -> Result<(HistoryCursor, i64), Refusal> {
        let [mark, last_updated, vid, begun] = unsealed(text, &self.key, &self.bound_to).map_err(refused)?;
        not_expired(begun, self.now).map_err(refused)?;
        Ok((HistoryCursor { mark, last_updated, vid }, begun))
    }

    /// The links of a page of a history: `at` is the cursor that led to it.
    pub(crate) fn history_links(
        &self,
        at: Option<&str>,
        next: Option<HistoryCursor>,
        begun: i64,
    ) -> Vec<(&'static str, String)> {
        let page = |cursor: &str| {
            let separator = if self.url.contains('?') { '&' } else { '?' };
            format!("{}{separator}{CURSOR}={cursor}", self.url)
        };
        let mut links = vec![("self", at.map_or_else(|| self.url.clone(), page))];
        if at.is_some() || next.is_some() {
            links.push(("first", self.url.clone()));
        }
        if let Some(HistoryCursor { mark, last_updated, vid }) = next {
            links.push(("next", page(&sealed(&[mark, last_updated, vid, begun], &self.key, &self.bound_to))));
        }
        links
    }

    /// The links of a page.
    pub(crate) fn links(
        &self,
        query: &Query,
        start: Option<Cursor>,
        matches: &Matches,
    ) -> Vec<(&'static str, String)> {
        let (limit, offset) = (query.limit, query.offset);
        let begun = start.map_or(self.now, |cursor| cursor.begun);
        let mark = start.map_or(matches.mark, |cursor| cursor.mark);
        let page = |offset: u64| {
            let separator = if self.url.contains('?') { '&' } else { '?' };
            let cursor = Cursor { offset, mark, begun }.encode(&self.key, &self.bound_to);
            format!("{}{separator}{CURSOR}={cursor}", self.url)
        };
        let mut links = vec![("self", if start.is_some() { page(offset) } else { self.url.clone() })];
        if limit == 0 {
            return links;
        }
        if offset > 0 || matches.has_more {
            links.push(("first", page(0)));
        }
        if offset > 0 {
            links.push(("previous", page(offset.saturating_sub(limit))));
        }
        if matches.has_more {
            links.push(("next", page(offset + limit)));
        }
        // Where the last page begins is known from the total alone.
        if let Some(last) =
            matches.total.filter(|total| *total > limit).map(|total| (total - 1) / limit * limit)
        {
            links.push(("last", page(last)));
        }
        links
    }
}
