//! What is asked of a filled store.

use crate::Result;
use crate::client::Client;
use crate::driver::template::Template;
use crate::driver::work::List;
use crate::world::resources;
use serde_json::Value;

/// What every generated patient is labelled with, and nobody of the demo clinic.
const GENERATED: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason|HTEST";
/// The heart rate: of nearly every visit.
const COMMON: &str = "http://loinc.org|8867-4";
/// Patients and Observations that are asked for in turn.
const ASKED: usize = 100;
/// Observations on a page when all are walked over.
const PAGE: usize = 1000;

/// Something that is asked.
pub struct Search {
    /// Its name, for the table.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// The connections.
    pub connections: usize,
    /// Its requests.
    pub requests: List,
    /// For what is compared with a bare server: the route that its requests have, and the bytes of an answer.
    pub bare: Option<(&'static str, usize)>,
}

/// Finds what to ask for, and tries each request once.
///
/// # Errors
///
/// An answer that is not 200, or a search of which no request finds anything.
pub fn prepare(client: &Client) -> Result<Vec<Search>> {
    let patients = page(client, "Patient", &[("_security", GENERATED)])?;
    let patients: Vec<(&str, &str)> =
        patients.iter().map(patient).collect::<Option<_>>().ok_or("a patient lacks a name")?;
    let of_patient = patients
        .iter()
        .map(|(id, _)| url("Observation", &[("patient", id), ("code", COMMON), ("_count", "20")]));
    let exact = patients.iter().map(|(_, family)| url("Patient", &[("family:exact", family)]));
    // Without its digits, a family name is that of several patients.
    let family = patients.iter().map(|(_, family)| {
        url("Patient", &[("family", family.trim_end_matches(|letter: char| letter.is_ascii_digit()))])
    });
    let total = [url("Observation", &[("code", COMMON), ("_total", "accurate"), ("_count", "20")])];
    let of_patient: Vec<_> = of_patient.collect();
    let (exact, family): (Vec<_>, Vec<_>) = (exact.collect(), family.collect());
    let all: [(&'static str, &'static str, &[usize], &[String]); 4] = [
        (
            "patient-code",
            "Observation?patient=…&code=http://loinc.org|8867-4&_count=20",
            &[1, 16],
            &of_patient,
        ),
        ("family-exact", "Patient?family:exact=…", &[1, 16], &exact),
        ("family", "Patient?family=…, the beginning of a name", &[1, 16], &family),
        ("code-total", "Observation?code=http://loinc.org|8867-4&_total=accurate&_count=20", &[1], &total),
    ];
    let mut searches = reads(client)?;
    for (name, about, connections, paths) in all {
        for connections in connections {
            let requests = requests(client, paths).map_err(|problem| format!("{name}: {problem}"))?;
            searches.push(Search { name, about, connections: *connections, requests, bare: None });
        }
    }
    Ok(searches)
}

/// Reads by id: each Observation once; all of them, none twice before each was asked for; some of them over and over.
fn reads(client: &Client) -> Result<Vec<Search>> {
    let all = spread(observations(client)?);
    let again: Vec<String> = all.iter().take(ASKED).cloned().collect();
    let mut bytes = 0;
    for path in &again {
        bytes += client.send(&Template::new("GET", path, client.token.as_deref(), None))?.body.len();
    }
    let bare = Some(("/fhir/Observation/{id}", bytes / again.len().max(1)));
    let canvas = all.iter().filter_map(|path| Some(path.strip_prefix("/fhir")?.to_owned()));
    let canvas: Vec<String> = canvas.collect();
    let list = |paths: &[String]| paths.iter().map(|path| rendered(client, path)).collect::<Vec<_>>();
    let search = |name, about, requests, bare| Search { name, about, connections: 16, requests, bare };
    Ok(vec![
        search(
            "read-first",
            "GET Observation/{id}, all in no order, for the first time since the start",
            List::once(list(&all), 200),
            None,
        ),
        search("read", "the same again, round and round", List::again(list(&all), 200), bare),
        search("read-again", "GET Observation/{id}, a hundred in turn", List::again(list(&again), 200), bare),
        search(
            "canvas-read-first",
            "as read-first, at the Canvas door",
            List::once(list(&canvas), 200),
            None,
        ),
        search("canvas-read", "as read, at the Canvas door", List::again(list(&canvas), 200), None),
    ])
}

/// The paths of all Observations.
fn observations(client: &Client) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    let count = PAGE.to_string();
    let mut next = Some(url("Observation", &[("_elements", "id"), ("_count", &count)]));
    while let Some(path) = next {
        let found = client.get(&path)?;
        let ids = resources(&found).filter_map(|found| found["id"].as_str());
        paths.extend(ids.map(|id| format!("/fhir/Observation/{id}")));
        let mut links = found["link"].as_array().into_iter().flatten();
        let link = links.find(|link| link["relation"] == "next").and_then(|link| link["url"].as_str());
        next = link.and_then(|url| Some(url[url.find("/fhir/")?..].to_owned()));
    }
    if paths.is_empty() { Err("there are no Observations".into()) } else { Ok(paths) }
}

/// The same in another order, always the same one, in which neighbours are far apart.
fn spread(paths: Vec<String>) -> Vec<String> {
    let mut placed: Vec<(u64, String)> =
        (0_u64..).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15)).zip(paths).collect();
    placed.sort_unstable();
    placed.into_iter().map(|(_, path)| path).collect()
}

/// The first resources that a search finds.
fn page(client: &Client, resource_type: &str, criteria: &[(&str, &str)]) -> Result<Vec<Value>> {
    let count = ASKED.to_string();
    let criteria: Vec<(&str, &str)> = criteria.iter().copied().chain([("_count", count.as_str())]).collect();
    let path = url(resource_type, &criteria);
    let found: Vec<Value> = resources(&client.get(&path)?).cloned().collect();
    if found.is_empty() { Err(format!("{path} finds nothing").into()) } else { Ok(found) }
}

fn patient(resource: &Value) -> Option<(&str, &str)> {
    Some((resource["id"].as_str()?, resource["name"][0]["family"].as_str()?))
}

/// Requests for paths, each tried once. Those that find nothing are left out, as of patients without that Observation.
fn requests(client: &Client, paths: &[String]) -> Result<List> {
    let mut requests = Vec::new();
    for path in paths {
        let found = client.get(path)?;
        if found["resourceType"] == "Bundle" && resources(&found).next().is_none() {
            continue;
        }
        requests.push(rendered(client, path));
    }
    if requests.is_empty() { Err("nothing is found".into()) } else { Ok(List::again(requests, 200)) }
}

fn rendered(client: &Client, path: &str) -> Vec<u8> {
    let mut request = Vec::new();
    Template::new("GET", path, client.token.as_deref(), None).render(0, &mut request);
    request
}

fn url(resource_type: &str, criteria: &[(&str, &str)]) -> String {
    let criteria: Vec<String> =
        criteria.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    format!("/fhir/{resource_type}?{}", criteria.join("&"))
}

/// A text as part of a URL's query.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' | b'/' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spread_is_all_there_in_another_order() {
        let paths: Vec<String> = (0..100).map(|n| format!("{n:02}")).collect();
        let mut other = spread(paths.clone());
        assert_ne!(other, paths);
        assert_eq!(other, spread(paths.clone()));
        other.sort();
        assert_eq!(other, paths);
    }

    #[test]
    fn names_are_encoded() {
        let criteria = [("family:exact", "Gómez D'Amore7"), ("code", COMMON)];
        let expected = "/fhir/Patient?family:exact=G%C3%B3mez%20D%27Amore7&code=http://loinc.org%7C8867-4";
        assert_eq!(url("Patient", &criteria), expected);
    }
}
