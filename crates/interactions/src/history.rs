//! history-instance, history-type, history-system (<http://hl7.org/fhir/R4/http.html#history>): versions, newest first,
//! deletions included, in pages over one moment of the store.

use crate::engine::Engine;
use crate::error::Refusal;
use crate::search_type::Readable;
use crate::walk::{Walk, take_cursor};
use fhir::bundle::{BundleWriter, EntryPart};
use fhir::datetime::{PartialDateTime, Period};
use fhir::outcome::{did_you_mean, quoted};
use fhir::{Issue, IssueCode, ResourceType};
use storage::{HistoryOf, HistoryPage, HistoryQuery, Method, Reader, Version};

/// How many versions a page of history holds unless `_count` says otherwise.
pub const HISTORY_PAGE: u64 = 50;
/// The most versions that a page of history holds.
pub const HISTORY_PAGE_LIMIT: u64 = 1000;

/// The parameters of a history.
const PARAMETERS: [&str; 3] = ["_count", "_since", "_at"];

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
    /// Parameters that the caller reads itself.
    pub ignored: &'a [&'a str],
    /// The present, in milliseconds since the epoch.
    pub now: i64,
    /// What the caller may read.
    pub readable: Readable,
}

/// A history that can be answered, over any snapshot.
#[derive(Clone, Debug)]
pub(crate) struct History {
    whose: Whose,
    query: HistoryQuery,
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

    fn stored(&self, readable: &Readable) -> HistoryOf {
        match self {
            Whose::Instance(resource_type, id) => HistoryOf::Instance(*resource_type, id.clone()),
            Whose::Type(resource_type) => HistoryOf::Types(vec![*resource_type]),
            Whose::System => {
                let types: Vec<ResourceType> =
                    ResourceType::all().filter(|one| readable.allows(*one)).collect();
                if types.len() == ResourceType::all().count() {
                    HistoryOf::System
                } else {
                    HistoryOf::Types(types)
                }
            }
        }
    }
}

impl Engine {
    /// A page of a history as a Bundle. The first page fixes what the following ones see.
    ///
    /// # Errors
    ///
    /// 400 with every parameter that cannot be honoured; 404 when the resource never existed.
    pub async fn history(&self, whose: Whose, asked: HistoryAsked<'_>) -> Result<Vec<u8>, Refusal> {
        let (engine, history) = (self.clone(), self.read_history(whose, asked)?);
        self.snapshot(move |reader| engine.history_page(&history, reader)).await
    }

    /// Reads what is asked of a history.
    ///
    /// # Errors
    ///
    /// 400 with every parameter that cannot be honoured.
    pub(crate) fn read_history(&self, whose: Whose, mut asked: HistoryAsked<'_>) -> Result<History, Refusal> {
        let cursor = take_cursor(&mut asked.parameters)?;
        let mut query = self.history_query(&whose, &asked)?;
        let walk = Walk::new(self, &whose.path(), &asked.parameters, asked.now);
        let mut begun = asked.now;
        if let Some(text) = &cursor {
            let (after, when) = walk.read_history(text)?;
            query.after = Some(after);
            begun = when;
        }
        Ok(History { whose, query, walk, cursor, begun })
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
        Ok(self.history_bundle(&page, &created, &links))
    }

    fn history_query(&self, whose: &Whose, asked: &HistoryAsked<'_>) -> Result<HistoryQuery, Refusal> {
        let of = whose.stored(&asked.readable);
        let mut query =
            HistoryQuery { of, since: None, at: None, limit: HISTORY_PAGE, after: None, total: true };
        let (mut problems, mut seen) = (Vec::new(), Vec::new());
        for (name, value) in
            asked.parameters.iter().filter(|(name, _)| !asked.ignored.contains(&name.as_str()))
        {
            if seen.contains(&name) {
                let text = format!("parameter {} is given more than once", quoted(name));
                problems.push(Issue::error(IssueCode::Duplicate, text));
                continue;
            }
            seen.push(name);
            let period = || self.moment(name, value);
            let read = match name.as_str() {
                "_count" => count(value).map(|count| query.limit = count),
                "_since" => period().map(|period| query.since = Some(period.from)),
                "_at" => period().map(|period| query.at = Some(period)),
                _ => Err(unknown(name)),
            };
            problems.extend(read.err());
        }
        if problems.is_empty() { Ok(query) } else { Err(Refusal::invalid(problems)) }
    }

    /// The span of time that a parameter names.
    fn moment(&self, name: &str, value: &str) -> Result<Period, Issue> {
        // The decoder of forms makes a blank of a + that was not percent-encoded.
        let date = PartialDateTime::parse(value).or_else(|| PartialDateTime::parse(&value.replace(' ', "+")));
        date.map(|date| date.period(self.zone())).ok_or_else(|| {
            let text = format!(
                "the value {} of '{name}' is not a time (YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with Z or an offset)",
                quoted(value)
            );
            Issue::error(IssueCode::Value, text)
        })
    }

    fn history_bundle(&self, page: &HistoryPage, created: &[bool], links: &[(&str, String)]) -> Vec<u8> {
        let mut bundle = BundleWriter::new("history", page.total, links);
        for (version, created) in page.versions.iter().zip(created) {
            let url = format!("{}/{}/{}", self.base_url(), version.resource_type, version.id);
            write_entry(&mut bundle, &url, version, *created);
        }
        bundle.finish()
    }
}

fn count(value: &str) -> Result<u64, Issue> {
    let number = value.parse::<u64>().map_err(|_| {
        let text = format!("the value {} of '_count' is not a number from 0 on", quoted(value));
        Issue::error(IssueCode::Value, text)
    })?;
    Ok(number.min(HISTORY_PAGE_LIMIT))
}

fn unknown(name: &str) -> Issue {
    let hint =
        did_you_mean(name, PARAMETERS).map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
    let text = format!(
        "the parameter {} is not supported on histories{hint} (supported: {})",
        quoted(name),
        PARAMETERS.join(", ")
    );
    Issue::error(IssueCode::NotSupported, text)
}

/// Whether a version made the resource: the first one, or the one after a deletion.
fn is_created(reader: &mut dyn Reader, version: &Version) -> Result<bool, Refusal> {
    if version.method != Method::Update || version.version == 1 {
        return Ok(version.method != Method::Delete);
    }
    let before = reader.version(version.resource_type, &version.id, version.version - 1)?;
    Ok(before.is_some_and(|before| before.method == Method::Delete))
}

fn write_entry(bundle: &mut BundleWriter, url: &str, version: &Version, created: bool) {
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
    if let Some(body) = &version.body {
        parts.push(("resource", EntryPart::Json(body)));
    }
    parts.push(("request", EntryPart::Json(&request)));
    parts.push(("response", EntryPart::Json(&response)));
    bundle.entry(&parts);
}
