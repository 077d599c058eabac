//! The official examples of R4 through the server: accepted, read back as they were sent, and the same in XML.
//!
//! The examples are the unpacked npm package `hl7.fhir.r4.examples@4.0.1`; `EASEL_TEST_R4_EXAMPLES` names its folder. All of
//! clinical and administrative types are taken; of those that define something (4,500, mostly of R4 itself) one in 25.
//! `EASEL_TEST_ALL` takes all of everything.

use crate::support::{Reply, Request, Site, Store, in_parallel};
use fhir::{Json, Object, ResourceType};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Those that the specification's own rules refuse, each with its reason.
const REFUSED: &str = include_str!("../../../validation/tests/refused-examples.txt");

/// Large enough for the largest example (35 MB, and longer in XML).
const LIMITS: &[(&str, &str)] = &[("limits.body_bytes", "100000000"), ("limits.request_seconds", "600")];

/// Types of which there are hundreds.
const MANY: [&str; 5] = ["CodeSystem", "ConceptMap", "SearchParameter", "StructureDefinition", "ValueSet"];

/// One in so many of them is taken.
const SAMPLE: usize = 25;

/// The largest that is taken then, in bytes.
const SAMPLE_BYTES: u64 = 1_000_000;

/// An example by its file's name.
struct Example {
    file: String,
    path: PathBuf,
}

impl Example {
    /// The examples to try: those that define something apart.
    fn all() -> Option<(Vec<Example>, Vec<Example>)> {
        let Some(folder) = std::env::var_os("EASEL_TEST_R4_EXAMPLES") else {
            println!(
                "skipped: EASEL_TEST_R4_EXAMPLES names no folder with the npm package hl7.fhir.r4.examples@4.0.1"
            );
            return None;
        };
        let entries = std::fs::read_dir(Path::new(&folder)).unwrap().map(|entry| entry.unwrap().path());
        let mut examples: Vec<Example> = entries
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .map(|path| Example { file: path.file_name().unwrap().display().to_string(), path })
            // The package's description and its index are no resources.
            .filter(|example| !matches!(example.file.as_str(), "package.json" | ".index.json"))
            .collect();
        examples.sort_by(|a, b| a.file.cmp(&b.file));
        let (mut many, mut few): (Vec<Example>, Vec<Example>) =
            examples.into_iter().partition(|example| MANY.contains(&example.type_name()));
        if std::env::var_os("EASEL_TEST_ALL").is_none() {
            let mut number = 0;
            many.retain(|example| {
                number += 1;
                number % SAMPLE == 0 || example.is_listed()
            });
            few.retain(|example| example.path.metadata().is_ok_and(|data| data.len() <= SAMPLE_BYTES));
        }
        Some((few, many))
    }

    fn type_name(&self) -> &str {
        self.file.split('-').next().unwrap_or_default()
    }

    fn is_listed(&self) -> bool {
        REFUSED.lines().any(|line| line.split_once(": ").is_some_and(|(file, _)| file == self.file))
    }
}

/// What does not go as it should.
struct Problems<'a> {
    site: &'a Site,
    told: Mutex<Vec<String>>,
}

#[test]
fn every_official_example_is_accepted_and_read_back_in_both_forms() {
    let Some((few, many)) = Example::all() else { return };
    let site = Site::with(Store::Sqlite, LIMITS);
    let problems = Problems { site: &site, told: Mutex::default() };
    for examples in [&few, &many] {
        in_parallel(examples, |example| problems.of(example));
    }
    println!("{} examples", few.len() + many.len());
    let told = problems.told.into_inner().unwrap();
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(few.len() > 500 && many.len() > 100, "is this the whole package?");
}

impl Problems<'_> {
    fn add(&self, example: &Example, problem: &str) {
        let cut: String = problem.chars().take(1_000).collect();
        self.told.lock().unwrap().push(format!("{}: {cut}", example.file));
    }

    fn of(&self, example: &Example) {
        let sent = std::fs::read(&example.path).unwrap();
        let mut expected = fhir::json::parse(&sent, 100).unwrap();
        let resource_type = ResourceType::from_name(expected.str("resourceType").unwrap()).unwrap();
        let path = format!("/fhir/{resource_type}/{}", expected.str("id").unwrap_or("none"));
        let put = self.site.ask_with(Request::new("PUT", &path).body(sent));
        match (put.status, example.is_listed()) {
            (200 | 201, false) => {}
            (400, true) => return,
            _ => return self.add(example, &format!("{} {}", put.status, put.text())),
        }
        let ask = |accept: &str| {
            self.site.ask_with(Request::new("GET", &path).header("accept", accept)).expect(200)
        };
        let mut read = ask("application/fhir+json").json();
        for resource in [&mut expected, &mut read] {
            without_what_the_server_sets(resource.as_object_mut().unwrap());
        }
        if read.to_string() != expected.to_string() {
            self.add(example, &format!("is read as {read}"));
        }
        self.in_xml(example, &path, &put, &ask("application/fhir+xml"));
        if MANY.contains(&example.type_name()) {
            // A definition is in force as long as it is stored, and others would be held to it.
            self.site.delete(&path).expect(204);
        }
    }

    /// What is read in XML and sent back says nothing new, so it makes no new version.
    fn in_xml(&self, example: &Example, path: &str, put: &Reply, xml: &Reply) {
        let back =
            Request::new("PUT", path).header("content-type", "application/fhir+xml").body(xml.body.clone());
        let back = self.site.ask_with(back);
        if back.status != 200 || back.header("etag") != put.header("etag") {
            self.add(example, &format!("sent back in XML: {} {}", back.status, back.text()));
        }
    }
}

/// Version and time are the server's. So is where `resourceType`, `id` and `meta` stand: first.
fn without_what_the_server_sets(resource: &mut Object) {
    if let Some(Json::Object(meta)) = resource.get_mut("meta") {
        meta.remove("versionId");
        meta.remove("lastUpdated");
        if meta.is_empty() {
            resource.remove("meta");
        }
    }
    for name in ["meta", "id", "resourceType"] {
        if let Some(value) = resource.remove(name) {
            resource.insert_at(0, name, value);
        }
    }
}
