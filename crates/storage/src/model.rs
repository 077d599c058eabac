//! What is stored and found.

use crate::sql::Rest;
use fhir::ResourceType;
use fhir::datetime::Period;
use search::{Hold, IndexRow};
use std::time::Duration;

/// One version of one resource. Versions never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The type.
    pub resource_type: ResourceType,
    /// The logical id.
    pub id: String,
    /// The version id: 1, 2, 3, … without gaps.
    pub version: u64,
    /// When it was written, in milliseconds since the epoch: the [`now`](crate::Transaction::now) of its unit.
    pub last_updated: i64,
    /// How it came about.
    pub method: Method,
    /// The resource as it is sent; `None` for a deletion.
    pub body: Option<Vec<u8>>,
}

/// What tells a current version of a resource from every other that it has had, even before everything was erased, when
/// numbers began anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The version's number.
    pub version: u64,
    /// When it was written, in milliseconds since the epoch.
    pub last_updated: i64,
}

impl Version {
    /// Its stamp.
    pub fn stamp(&self) -> Stamp {
        Stamp { version: self.version, last_updated: self.last_updated }
    }
}

/// How a version came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By a create (or an update to an id that was free).
    Create,
    /// By an update or patch.
    Update,
    /// By a delete.
    Delete,
}

impl Method {
    /// The number that is stored.
    pub(crate) const fn code(self) -> i64 {
        match self {
            Method::Create => 1,
            Method::Update => 2,
            Method::Delete => 3,
        }
    }

    /// The method that is stored as this number.
    pub(crate) const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Method::Create),
            2 => Some(Method::Update),
            3 => Some(Method::Delete),
            _ => None,
        }
    }
}

/// A version to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewVersion<'a> {
    /// The version itself.
    pub version: &'a Version,
    /// What comes after the head of its body, if it was made ahead.
    pub rest: Option<&'a Rest>,
    /// Under what it is found; none for a deletion.
    pub index: &'a [IndexRow],
    /// Whose time it holds; none for a deletion.
    pub holds: &'a [Hold],
}

/// Versions of one resource, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// How many there are in all.
    pub total: u64,
    /// Those asked for.
    pub versions: Vec<Version>,
}

/// Whose history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryOf {
    /// One resource's.
    Instance(ResourceType, String),
    /// That of all resources of these types.
    Types(Vec<ResourceType>),
    /// Everything's.
    System,
}

/// Which versions, newest first: those for which all holds that is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Whose.
    pub of: HistoryOf,
    /// Written at this moment or later, in milliseconds since the epoch.
    pub since: Option<i64>,
    /// Current at some moment of the period.
    pub at: Option<Period>,
    /// At most so many.
    pub limit: u64,
    /// Only what follows the page that ended there, as of the moment of the first page.
    pub after: Option<HistoryCursor>,
    /// Whether the number of all is wanted: if it is cheap to tell, or whatever it costs where the limit is 0.
    pub total: bool,
}

/// The end of a page of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryCursor {
    /// The moment that the first page saw.
    pub mark: i64,
    /// When the last version of the page was written, in milliseconds since the epoch.
    pub last_updated: i64,
    /// Its number among all versions of the store.
    pub vid: i64,
}

/// A page of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// How many versions there are on all pages, when asked for and, unless the limit is 0, not more than
    /// [`limits::HISTORY_COUNTED`](crate::limits::HISTORY_COUNTED) of a type.
    pub total: Option<u64>,
    /// Newest first, deletions included.
    pub versions: Vec<Version>,
    /// Where the next page follows, if there is one.
    pub next: Option<HistoryCursor>,
}

/// How a search is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explain {
    /// What it found.
    pub matches: Matches,
    /// What led to the candidates, of the search itself and before it of those that it needed (chains and their like).
    pub drivers: Vec<ExplainDriver>,
    /// The SQL statements in their order.
    pub statements: Vec<ExplainStatement>,
}

/// What led to the candidates of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainDriver {
    /// The type searched.
    pub resource_type: ResourceType,
    /// Which of the criteria, counted from 0; `None` when all resources of the type were candidates.
    pub criterion: Option<usize>,
    /// What of the index was walked: "keys", "text", …
    pub by: Vec<&'static str>,
    /// How many rows each criterion has that could have led, as far as they were counted; empty when none were.
    pub counted: Vec<(usize, u64)>,
}

/// An SQL statement that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainStatement {
    /// Its text. Values are not in it: they are parameters.
    pub sql: String,
    /// How many rows it gave.
    pub rows: u64,
    /// How long it took.
    pub time: Duration,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matches {
    /// The number of all matches, when asked for.
    pub total: Option<u64>,
    /// The matches asked for, in order.
    pub resources: Vec<Version>,
    /// Whether more matches follow these. Of a search with limit 0 that is known only with a total.
    pub has_more: bool,
    /// The moment that was seen, to be given as `as_of` when asking for the following matches. It is exact
    /// when [`has_more`](Self::has_more) is set; later searches have the same or a greater one.
    pub mark: i64,
}

/// A resource that holds someone's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The type of the resource.
    pub resource_type: ResourceType,
    /// Its id.
    pub id: String,
    /// From when until when it holds it.
    pub period: Period,
}

/// A registered client application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The `client_id`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The salt of the secret's hash.
    pub secret_salt: Vec<u8>,
    /// The hash of salt and secret.
    pub secret_hash: [u8; 32],
    /// The scopes that it may get, separated by spaces.
    pub scopes: String,
    /// When it was registered, in milliseconds since the epoch.
    pub created: i64,
}

/// An access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The hash of the token; the token itself is not stored.
    pub hash: [u8; 32],
    /// Whose it is.
    pub client_id: String,
    /// What it allows, separated by spaces.
    pub scopes: String,
    /// The id of the patient whose compartment it is confined to.
    pub patient: Option<String>,
    /// When it was issued, in milliseconds since the epoch.
    pub issued: i64,
    /// From when on it is worthless, in milliseconds since the epoch.
    pub expires: i64,
}
