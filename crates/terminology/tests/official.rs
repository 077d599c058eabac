//! The terminology of R4 as it is published: every value set expands or says why not, and what is computed agrees with
//! the publisher's expansions.
//!
//! `EASEL_TEST_R4_EXAMPLES` names the folder of the unpacked npm package `hl7.fhir.r4.examples@4.0.1`.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use fhir::Json;
use fhir::definitions::value_sets;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use terminology::{Canonical, CodeSystem, Expansion, Problem, Terminology};

/// Lines `url: why it cannot be expanded`.
const UNEXPANDED: &str = "unexpanded-value-sets.txt";

/// Value sets whose published expansion misses codes, and why.
const INCOMPLETE: &[(&str, &str)] = &[(
    "http://hl7.org/fhir/ValueSet/detectedissue-category",
    "the publisher did not follow the property child of _AdministrationDetectedIssueCode and of what is below it",
)];

/// How many arrays and objects the bundle of expansions nests at most.
const MAX_DEPTH: usize = 100;

/// The publisher's expansions by the URL of their value set.
fn published() -> Option<BTreeMap<String, Json>> {
    let Some(folder) = std::env::var_os("EASEL_TEST_R4_EXAMPLES") else {
        println!(
            "skipped: EASEL_TEST_R4_EXAMPLES names no folder with the npm package hl7.fhir.r4.examples@4.0.1"
        );
        return None;
    };
    let bytes = std::fs::read(Path::new(&folder).join("Bundle-valueset-expansions.json")).unwrap();
    let bundle = fhir::json::parse(&bytes, MAX_DEPTH).unwrap();
    let resources = bundle.get("entry").unwrap().items().iter().map(|entry| entry.get("resource").unwrap());
    Some(resources.map(|resource| (resource.str("url").unwrap().to_owned(), resource.clone())).collect())
}

type Codes = BTreeSet<(String, String)>;

fn codes(expansion: &Expansion) -> Codes {
    let pair = |member: &terminology::Member| (member.system.url.to_string(), member.code.to_string());
    expansion.members().iter().map(pair).collect()
}

/// The publisher leaves out what is abstract, deprecated or retired, and what lies below deprecated or retired concepts.
fn is_left_out(code_system: &CodeSystem, code: &str) -> bool {
    let Some(concept) = code_system.find(code) else { return false };
    let is_old = |concept: &terminology::Concept| {
        let mut status = concept.properties.iter().filter(|property| &*property.code == "status");
        status.any(|property| matches!(property.text(), Some("deprecated" | "retired")))
    };
    let above = code_system.ancestors(code).unwrap_or_default();
    concept.is_abstract || is_old(concept) || above.into_iter().any(is_old)
}

/// What is in `ours` and not in `theirs` for no reason, or the other way round.
fn disagreements(terminology: &Terminology, ours: &Codes, theirs: &Codes) -> Vec<String> {
    let missing = theirs.difference(ours).map(|(system, code)| format!("missing: {system} {code}"));
    let unexplained = ours.difference(theirs).filter(|(system, code)| {
        let code_system = terminology.code_system(Canonical::parse(system));
        !code_system.is_ok_and(|code_system| is_left_out(&code_system, code))
    });
    missing.chain(unexplained.map(|(system, code)| format!("too many: {system} {code}"))).collect()
}

#[test]
fn every_value_set_of_r4_expands_or_says_why_not() {
    let terminology = Terminology::builtin();
    let mut lines = String::new();
    let mut count = 0;
    for url in terminology.value_set_urls() {
        count += 1;
        if let Err(problem) = terminology.expansion(Canonical::parse(url)) {
            lines.push_str(&format!("{url}: {problem}\n"));
        }
    }
    assert!(count >= 1316, "{count}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(UNEXPANDED);
    if std::env::var_os("EASEL_TEST_WRITE_DOCS").is_some() {
        std::fs::write(&file, &lines).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap();
    let (known, now): (BTreeSet<&str>, BTreeSet<&str>) = (known.lines().collect(), lines.lines().collect());
    let differences: Vec<_> = known.symmetric_difference(&now).collect();
    assert!(differences.is_empty(), "not as in {UNEXPANDED}: {differences:#?}");
}

#[test]
fn the_value_set_of_all_codes_that_a_code_system_names_is_known() {
    let terminology = Terminology::builtin();
    let mut wrong = Vec::new();
    for url in terminology.code_system_urls() {
        let code_system = terminology.code_system(Canonical::parse(url)).unwrap();
        let Some(value_set) = code_system.value_set.as_deref().filter(|_| code_system.is_complete()) else {
            continue;
        };
        let members = match terminology.expansion(Canonical::parse(value_set)) {
            Ok(members) => members,
            Err(problem @ Problem::Unknown { resource_type: "ValueSet", .. }) => {
                wrong.push(format!("{url}: {problem}"));
                continue;
            }
            // Why others do not expand is told by the list of those.
            Err(_) => continue,
        };
        let is_in = |concept: &terminology::Concept| members.get(url, &concept.code).is_some();
        if !code_system.concepts().iter().all(is_in) {
            wrong.push(format!("{url}: {value_set} does not have all codes"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn expansions_agree_with_the_published_ones() {
    let Some(published) = published() else { return };
    let terminology = Terminology::builtin();
    let (mut compared, mut wrong) = (0, String::new());
    for (url, value_set) in &published {
        let expansion = value_set.get("expansion").unwrap();
        let contains = expansion.get("contains").map(Json::items).unwrap_or_default();
        let is_partial = contains.is_empty()
            || expansion.get("extension").is_some()
            || INCOMPLETE.iter().any(|(incomplete, _)| incomplete == url);
        let Some(ours) = terminology.members(url).filter(|_| !is_partial) else { continue };
        let pair =
            |item: &Json| (item.str("system").unwrap().to_owned(), item.str("code").unwrap().to_owned());
        let theirs = contains.iter().map(pair).collect();
        compared += 1;
        for text in disagreements(&terminology, &codes(&ours), &theirs) {
            wrong.push_str(&format!("\n  {url} {text}"));
        }
    }
    println!("{compared} expansions compared");
    assert!(wrong.is_empty(), "{wrong}");
    assert!(compared > 480, "only {compared} expansions compared");
}

#[test]
fn expansions_agree_with_the_codes_of_bindings() {
    let terminology = Terminology::builtin();
    let (mut compared, mut wrong) = (0, String::new());
    for value_set in value_sets().iter().filter(|value_set| value_set.is_complete) {
        let Some(ours) = terminology.members(value_set.url) else {
            wrong.push_str(&format!("\n  {} does not expand", value_set.url));
            continue;
        };
        compared += 1;
        let theirs = value_set.codes().map(|(system, code)| (system.to_owned(), code.to_owned())).collect();
        for text in disagreements(&terminology, &codes(&ours), &theirs) {
            wrong.push_str(&format!("\n  {} {text}", value_set.url));
        }
    }
    println!("{compared} value sets compared");
    assert!(wrong.is_empty(), "{wrong}");
    assert!(compared > 200, "only {compared} value sets compared");
}
