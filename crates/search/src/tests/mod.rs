//! What is indexed and what is asked for, together: resources, rows, URLs and which of them match.

mod criteria;
mod dates;
mod extraction;
mod mutation;
mod parameters;
mod synthea;
mod urls;

use crate::key::Key;
use crate::{
    Criterion, IndexRow, Registry, SearchOptions, SearchRequest, TextTest, Total, extract, from_url,
};
use fhir::datetime::PartialDateTime;
use fhir::{Issue, Json, ResourceType};
use jiff::tz::TimeZone;
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
    extract(&REGISTRY, type_of(resource), resource, zone())
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

/// The meaning of a criterion, written out: what storage does in SQL.
fn holds(criterion: &Criterion, id: &str, last_updated: i64, rows: &[IndexRow]) -> bool {
    match criterion {
        Criterion::Ids(ids) => ids.iter().any(|wanted| wanted == id),
        Criterion::Keys { parameter, hashes } => {
            hashes.iter().any(|hash| rows.contains(&IndexRow::Key { parameter: *parameter, hash: *hash }))
        }
        Criterion::Text { parameter, any_of } => rows.iter().any(|row| match row {
            IndexRow::Text { parameter: found, folded } => {
                found == parameter
                    && any_of.iter().any(|test| match test {
                        TextTest::StartsWith(text) => folded.starts_with(text.as_str()),
                        TextTest::Contains(text) => folded.contains(text.as_str()),
                        TextTest::Equals(text) => **folded == **text,
                    })
            }
            _ => false,
        }),
        Criterion::Spans { parameter, any_of } => rows.iter().any(|row| match row {
            IndexRow::Span { parameter: found, from, to } => {
                found == parameter && any_of.iter().any(|test| test.holds(*from, *to))
            }
            _ => false,
        }),
        Criterion::LastUpdated(tests) => tests.iter().any(|test| test.holds(last_updated, last_updated + 1)),
        Criterion::Either(each) => each.iter().any(|one| holds(one, id, last_updated, rows)),
        Criterion::Not(not) => !holds(not, id, last_updated, rows),
    }
}

/// Whether a resource matches the search that a URL says.
fn matches(resource: &Json, url: &str) -> bool {
    let request = search(type_of(resource).name(), url).unwrap_or_else(|issues| panic!("{url}: {issues:?}"));
    let rows = rows_of(resource);
    let id = resource.str("id").unwrap_or_default();
    let last_updated = resource.at(&["meta", "lastUpdated"]).and_then(Json::as_str).map_or(0, ms);
    request.query.criteria.iter().all(|criterion| holds(criterion, id, last_updated, &rows))
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
