//! fhirpath.js, the implementation of the National Library of Medicine, finds the same: on the cases of `tests/cases/`,
//! and on the official examples of R4 for the expressions of all search parameters and invariants. Where it does not,
//! `tests/oracle/differences.txt` says why.
//!
//! npm installs it, and the examples, into `target/fhirpath-oracle`; without node or npm the tests are skipped.
//! `EASEL_TEST_R4_EXAMPLES` names a folder with the unpacked examples if there is one. A sample of the examples is compared,
//! or with `EASEL_FHIRPATH_ORACLE=full` all of them, which takes some minutes.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

mod support;

use fhir::definitions::search_parameters_of;
use fhir::{Json, json};
use fhirpath::{Context, Evaluator, Expression, Item, Place};
use regex::Regex;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use support::cases::{cases, resource};
use support::elements::{Element, elements};
use support::fhirpath_js::{Answer, FhirpathJs, Task, examples};

const DIFFERENCES: &str = include_str!("oracle/differences.txt");

/// How large a file may be, and that one in so many is compared: in the sample, and when all are compared. Larger ones
/// are Bundles of what other files hold.
const SAMPLE: (u64, usize) = (60_000, 16);
const FULL: (u64, usize) = (1_000_000, 1);

/// The lines `expression => reason` of a section of `differences.txt`.
fn differences(section: &str) -> BTreeMap<&'static str, &'static str> {
    let heading = format!("## {section}");
    let lines = DIFFERENCES.lines().skip_while(|line| *line != heading).skip(1);
    let lines = lines.take_while(|line| !line.starts_with("## ")).filter(|line| !line.is_empty());
    lines.map(|line| line.split_once(" => ").unwrap_or_else(|| panic!("no reason: {line}"))).collect()
}

/// Fails unless exactly the listed expressions differ.
fn assert_listed(section: &str, found: &BTreeMap<String, String>, all: bool) {
    let listed = differences(section);
    let new: Vec<String> = found
        .iter()
        .filter(|(expression, _)| !listed.contains_key(expression.as_str()))
        .map(|(expression, difference)| format!("\n  {expression} => {difference}"))
        .collect();
    assert!(new.is_empty(), "differences that {section} doesn't list:{}", new.concat());
    let gone: Vec<&&str> = listed.keys().filter(|expression| !found.contains_key(**expression)).collect();
    assert!(!all || gone.is_empty(), "{section} lists what doesn't differ: {gone:?}");
}

/// Items and the other's values, told apart; `None` if they are the same.
fn difference(ours: &Result<Vec<Item<'_>>, String>, theirs: &Answer) -> Option<String> {
    match (ours, theirs) {
        (Err(_), Answer::Error(_)) => None,
        (Err(ours), Answer::Values(theirs)) => Some(format!("error {ours:?}, theirs {}", shown(theirs))),
        (Ok(ours), Answer::Error(theirs)) => {
            Some(format!("{}, theirs error {theirs:?}", support::cases::shown(ours)))
        }
        (Ok(ours), Answer::Values(theirs)) => {
            let same = support::fhirpath_js::same(ours, theirs);
            (!same).then(|| format!("{}, theirs {}", support::cases::shown(ours), shown(theirs)))
        }
    }
}

fn shown(values: &[Json]) -> String {
    Json::Array(values.to_vec()).to_string().chars().take(200).collect()
}

#[test]
fn it_finds_the_same_in_the_cases() {
    let Some(mut other) = FhirpathJs::start() else { return };
    let mut found = BTreeMap::new();
    for case in cases().iter().filter(|case| case.file != "dates") {
        let resource = resource(case.resource_type);
        let root = Item::resource(&resource).unwrap();
        let type_id = root.item_type.fhir().unwrap();
        let compiled = Expression::compile_for(case.expression, type_id);
        let mut evaluator = Evaluator::new(Context::new(&root));
        let ours = match &compiled {
            Err(error) => Err(error.to_string()),
            Ok(expression) => evaluator.evaluate(expression, &root).map_err(|error| error.to_string()),
        };
        let task = Task { expression: case.expression, ..Task::default() };
        let theirs = other.ask(json!({ "resource": (resource.clone()) }), &[task]);
        if let Some(difference) = difference(&ours, &theirs[0]) {
            found.insert(format!("{} {}", case.resource_type, case.expression), difference);
        }
    }
    assert_listed("Cases", &found, true);
}

#[test]
fn it_finds_the_same_in_the_examples() {
    let Some(mut other) = FhirpathJs::start() else { return };
    let full = std::env::var_os("EASEL_FHIRPATH_ORACLE").is_some_and(|value| value == "full");
    let files = sample(examples(), full);
    if files.is_empty() {
        println!("skipped: there are no examples (EASEL_TEST_R4_EXAMPLES names their folder)");
        return;
    }
    let mut comparison = Comparison::default();
    for (index, file) in files.iter().enumerate() {
        comparison.compare(file, &mut other);
        if index % 500 == 499 {
            println!("{} of {} files", index + 1, files.len());
        }
    }
    println!("{} files, {} evaluations", files.len(), comparison.evaluations);
    assert_listed("Search parameters", &comparison.parameters, full);
    assert_listed("Invariants", &comparison.invariants, full);
    assert!(comparison.evaluations > 1_000, "only {} evaluations", comparison.evaluations);
}

/// An expression whose `as` is an `ofType()`: R4 applies it to collections, of which fhirpath.js wants no more than one
/// item.
fn filtering(expression: &str) -> String {
    static OPERATOR: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\(([\w.]+) as (\w+)\)").unwrap());
    OPERATOR
        .replace_all(expression, "$1.ofType($2)")
        .replace(".as(", ".ofType(")
        .replace("where(as(", "where(ofType(")
}

fn sample(files: Vec<PathBuf>, full: bool) -> Vec<PathBuf> {
    let (size, step) = if full { FULL } else { SAMPLE };
    let small = |file: &PathBuf| std::fs::metadata(file).is_ok_and(|found| found.len() < size);
    files.into_iter().filter(small).step_by(step).collect()
}

/// What differs, by expression.
#[derive(Default)]
struct Comparison {
    compiled: HashMap<&'static str, Expression>,
    parameters: BTreeMap<String, String>,
    invariants: BTreeMap<String, String>,
    evaluations: usize,
}

impl Comparison {
    fn compare(&mut self, file: &Path, other: &mut FhirpathJs) {
        let bytes = std::fs::read(file).unwrap();
        let Ok(resource) = fhir::json::parse(&bytes, 100) else { return };
        let Some(root) = Item::resource(&resource) else { return };
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        self.compare_parameters(&name, file, &root, other);
        self.compare_invariants(&name, file, &resource, &root, other);
    }

    fn compare_parameters(&mut self, name: &str, file: &Path, root: &Item<'_>, other: &mut FhirpathJs) {
        let resource_type = root.item_type.fhir().and_then(|type_id| type_id.resource_type()).unwrap();
        let parameters = search_parameters_of(resource_type).map(|parameter| parameter.expression);
        // fhirpath.js resolves references over the network, or not at all.
        let expressions: Vec<&'static str> = parameters
            .filter(|expression| !expression.is_empty() && !expression.contains("resolve()"))
            .collect();
        for expression in &expressions {
            self.compiled.entry(expression).or_insert_with(|| Expression::compile(expression).unwrap());
        }
        let theirs: Vec<String> = expressions.iter().map(|expression| filtering(expression)).collect();
        let tasks: Vec<Task<'_>> =
            theirs.iter().map(|expression| Task { expression, ..Task::default() }).collect();
        let answers = other.ask(json!({ "file": (file.to_string_lossy().into_owned()) }), &tasks);
        let context = Context::new(root);
        for (expression, theirs) in expressions.iter().zip(&answers) {
            let ours = self.compiled[expression].evaluate(&context, root).map_err(|error| error.to_string());
            if let Some(difference) = difference(&ours, theirs) {
                self.parameters.entry((*expression).to_owned()).or_insert(format!("{name}: {difference}"));
            }
        }
        self.evaluations += expressions.len();
    }

    fn compare_invariants(
        &mut self,
        name: &str,
        file: &Path,
        resource: &Json,
        root: &Item<'_>,
        other: &mut FhirpathJs,
    ) {
        let elements = elements(root);
        let items: Vec<Item<'_>> = elements.iter().map(|element| element.item.clone()).collect();
        let places = Place::of_all(&items, resource);
        assert_eq!(places.len(), elements.len(), "{name}");
        let mut rewritten = HashMap::new();
        for invariant in elements.iter().flat_map(Element::invariants) {
            rewritten.entry(invariant.expression).or_insert_with(|| filtering(invariant.expression));
        }
        let mut tasks = Vec::new();
        let mut asked: Vec<(&Element<'_>, &'static str)> = Vec::new();
        for (element, place) in elements.iter().zip(&places) {
            let item_type = element.item.item_type.name();
            let is_resource = element.item.json().is_some_and(|json| json.get("resourceType").is_some());
            for invariant in element.invariants() {
                let task = Task {
                    focus: Some(place),
                    resource: Some(&places[element.resource]),
                    root: Some(&places[element.root]),
                    item_type: (!is_resource).then_some(item_type),
                    expression: &rewritten[invariant.expression],
                };
                tasks.push(task);
                asked.push((element, invariant.expression));
            }
        }
        let answers = other.ask(json!({ "file": (file.to_string_lossy().into_owned()) }), &tasks);
        for ((element, expression), theirs) in asked.iter().zip(&answers) {
            let compiled = self.compiled.entry(expression);
            let compiled = compiled.or_insert_with(|| Expression::compile(expression).unwrap());
            let context = Context::new(&items[element.resource]).with_root(&items[element.root]);
            let ours = compiled.evaluate(&context, &element.item).map_err(|error| error.to_string());
            if let Some(difference) = difference(&ours, theirs) {
                let place = &places[element.place];
                self.invariants
                    .entry((*expression).to_owned())
                    .or_insert(format!("{name} {place}: {difference}"));
            }
        }
        self.evaluations += asked.len();
    }
}
