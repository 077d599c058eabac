//! What is stored and found.

use fhir::ResourceType;
use fhir::datetime::Period;
use search::{Hold, IndexRow};

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
