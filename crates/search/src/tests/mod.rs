//! What is indexed and what is asked for, together: resources, rows, URLs and which of them match.

mod criteria;
mod custom;
mod dates;
mod extraction;
mod links;
mod memory;
mod modifiers;
mod mutation;
mod numbers;
mod parameters;
mod synthea;
mod urls;

use crate::holds::holds;
use crate::key::Key;
use crate::{Criterion, IndexRow, Registry, SearchOptions, SearchRequest, Total, extract, from_url};
use fhir::datetime::PartialDateTime;
use fhir::{Issue, Json, ResourceType};
use jiff::tz::TimeZone;
use memory::Memory;
use std::sync::{LazyLock, OnceLock};

/// The server's own base in these tests.
const BASE: &str = "https://clinic.example/fhir";

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| Registry::r4(Vec::new()).with_bases([BASE]));

fn zone() -> &'static TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(|| TimeZone::get("America/New_York").unwrap())
}

fn parse(text: &str) -> Json {
    fhir::json::parse(text.as_bytes(), 50).unwrap_or_else(|error| panic!("{error:?}: {text}"))
}

fn ms(text: &str) -> i64 {
    PartialDateTime::parse(text).unwrap().start(zone())
}

fn type_of(resource: &Json) -> ResourceType {
    ResourceType::from_name(resource.str("resourceType").unwrap()).unwrap()
}

fn rows_of(resource: &Json) -> Vec<IndexRow> {
    extract(&REGISTRY, type_of(resource), resource, zone()).rows
}

fn options() -> SearchOptions<'static> {
    SearchOptions {
        zone: zone(),
        now: ms("2024-03-15T12:00"),
        default_count: 20,
        max_count: 100,
        default_total: Total::None,
        ignored: &["_format", "_pretty"],
        lenient: false,
        internal: false,
        terminology: None,
    }
}

/// A URL's parameters, separated by `&`, undecoded.
fn search_with(name: &str, url: &str, options: &SearchOptions<'_>) -> Result<SearchRequest, Vec<Issue>> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    };
    let parameters: Vec<(String, String)> =
        url.split('&').filter(|pair| !pair.is_empty()).map(pair).collect();
    from_url(&REGISTRY, ResourceType::from_name(name).unwrap(), &parameters, options)
}

fn search(name: &str, url: &str) -> Result<SearchRequest, Vec<Issue>> {
    search_with(name, url, &options())
}

/// A resource as the store knows it.
struct Stored<'a> {
    id: &'a str,
    last_updated: i64,
    rows: Vec<IndexRow>,
    body: Vec<u8>,
}

/// Whether a resource meets a criterion that looks at no other resource: what resolving and the store do together.
fn meets(criterion: &Criterion, stored: &Stored<'_>) -> bool {
    match criterion {
        Criterion::Ids(ids) => ids.iter().any(|wanted| wanted == stored.id),
        Criterion::LastUpdated(tests) => {
            tests.iter().any(|test| test.holds(stored.last_updated, stored.last_updated + 1))
        }
        Criterion::Tested { candidates, test } => {
            candidates.iter().all(|one| meets(one, stored)) && (test.0)(&stored.body)
        }
        Criterion::All(each) => each.iter().all(|one| meets(one, stored)),
        Criterion::Either(each) => each.iter().any(|one| meets(one, stored)),
        Criterion::Not(not) => !meets(not, stored),
        Criterion::RefersTo { .. }
        | Criterion::RefersWithin { .. }
        | Criterion::RefersAlong { .. }
        | Criterion::ReferredToBy { .. } => {
            panic!("other resources: {criterion:?}")
        }
        of_rows => holds(of_rows, &stored.rows),
    }
}

/// Whether a resource matches the search that a URL says.
fn matches(resource: &Json, url: &str) -> bool {
    let request = search(type_of(resource).name(), url).unwrap_or_else(|issues| panic!("{url}: {issues:?}"));
    let stored = Stored {
        id: resource.str("id").unwrap_or_default(),
        last_updated: resource.at(&["meta", "lastUpdated"]).and_then(Json::as_str).map_or(0, ms),
        rows: rows_of(resource),
        body: resource.to_string().into_bytes(),
    };
    request.query.criteria.iter().all(|criterion| meets(criterion, &stored))
}

/// Checks a table of URLs, `true` for those that find the resource.
fn check(resource: &Json, table: &[(&str, bool)]) {
    for (url, expected) in table {
        assert_eq!(matches(resource, url), *expected, "{url}");
    }
}

/// The texts of what is wrong with a search.
fn refused(name: &str, url: &str) -> Vec<String> {
    match search(name, url) {
        Ok(request) => panic!("{url} was read as {:?}", request.query),
        Err(issues) => issues.into_iter().map(|issue| format!("{}: {}", issue.code, issue.text)).collect(),
    }
}
