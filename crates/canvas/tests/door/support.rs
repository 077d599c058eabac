//! A clinic of the test's own, and ways to ask its door.

use canvas::clinic::demo;
use canvas::rule::Change;
use canvas::scheduling::rules::ClinicRules;
use canvas::{CANVAS_PARAMETERS, Canvas, Clinic};
use fhir::{Issue, Json, ResourceType};
use interactions::search::Registry;
use interactions::storage::{Location, OpenOptions, Store};
use interactions::{Engine, Refusal, Settings};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Where the door is reached in these tests.
pub const BASE: &str = "http://clinic.test";
/// The moment of searches.
pub const NOW: i64 = 1_795_000_000_000;

/// Links that everybody could make.
struct Unsigned;

impl canvas::file::Links for Unsigned {
    fn query(&self, _: &str, now: i64) -> String {
        format!("expires={now}")
    }
}

/// A door with its store.
pub struct Door {
    /// The door.
    pub canvas: Canvas,
    /// What is under it, and under the R4 door.
    pub engine: Engine,
}

impl Door {
    /// The door of the demo clinic, with its people in it.
    pub fn of_demo_clinic() -> Self {
        let door = Self::empty();
        for (resource_type, id, resource) in demo::resources(NOW) {
            door.put(resource_type, &id, resource);
        }
        door
    }

    /// The door of a clinic with the demo clinic's settings and nobody in it.
    pub fn empty() -> Self {
        let clinic = Arc::new(Clinic::demo());
        let store = Store::open(OpenOptions::new(Location::SqliteMemory)).unwrap();
        let settings = Settings {
            zone: clinic.time_zone.clone(),
            rules: Box::new(ClinicRules::new(Arc::clone(&clinic))),
            registry: Registry::r4(CANVAS_PARAMETERS.clone()),
            base_url: format!("{BASE}/fhir"),
            max_depth: 64,
        };
        let engine = Engine::new(store, settings);
        Door { canvas: Canvas::new(engine.clone(), clinic, BASE, Unsigned), engine }
    }

    /// Stores a resource at the R4 door.
    pub fn put(&self, resource_type: ResourceType, id: &str, mut resource: Json) {
        resource.as_object_mut().unwrap().insert("id", id);
        let preconditions = interactions::Preconditions::default();
        block_on(self.engine.update(resource_type, id, resource, preconditions)).unwrap();
    }

    /// What is stored, as the R4 door sends it.
    pub fn stored(&self, resource_type: ResourceType, id: &str) -> Json {
        let version = block_on(self.engine.read(resource_type, id)).unwrap();
        parse(std::str::from_utf8(&version.body.unwrap()).unwrap())
    }

    /// Whether a resource is stored.
    pub fn exists(&self, resource_type: ResourceType, id: &str) -> bool {
        block_on(self.engine.read(resource_type, id)).is_ok()
    }

    /// How many resources of a type are stored.
    pub fn count(&self, resource_type: ResourceType) -> u64 {
        block_on(self.engine.snapshot(move |reader| Ok(reader.count(resource_type)?))).unwrap()
    }

    /// create.
    pub fn create(&self, body: &Json) -> Result<String, Refusal> {
        block_on(self.canvas.create(type_of(body), &body.to_bytes()))
    }

    /// update.
    pub fn update(&self, id: &str, body: &Json) -> Result<(), Refusal> {
        block_on(self.canvas.update(type_of(body), id, &body.to_bytes(), None))
    }

    /// read.
    pub fn read(&self, resource_type: ResourceType, id: &str) -> Result<Json, Refusal> {
        block_on(self.canvas.read(resource_type, id, NOW))
            .map(|bytes| parse(std::str::from_utf8(&bytes).unwrap()))
    }

    /// search with a query as it stands in a URL, not encoded.
    pub fn search(&self, resource_type: ResourceType, query: &str) -> Result<Json, Refusal> {
        let bytes = block_on(self.canvas.search(resource_type, &pairs(query), false, NOW))?;
        Ok(parse(std::str::from_utf8(&bytes).unwrap()))
    }

    /// The ids that a search finds, sorted.
    pub fn found(&self, resource_type: ResourceType, query: &str) -> Vec<String> {
        let bundle = self.search(resource_type, query).unwrap_or_else(|refusal| panic!("{query}: {refusal}"));
        let mut ids: Vec<String> =
            entries(&bundle).iter().map(|found| found.str("id").unwrap().to_owned()).collect();
        ids.sort();
        ids
    }
}

/// The resources of a Bundle.
pub fn entries(bundle: &Json) -> Vec<Json> {
    let entries = bundle.get("entry").map(Json::items).unwrap_or_default();
    entries.iter().map(|entry| entry.get("resource").unwrap().clone()).collect()
}

/// The pairs of a query that is not encoded.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').map(|(name, value)| (name.into(), value.into())).unwrap()).collect()
}

/// JSON.
pub fn parse(text: &str) -> Json {
    fhir::json::parse(text.as_bytes(), 64).unwrap_or_else(|errors| panic!("{errors:?} in {text}"))
}

fn type_of(body: &Json) -> ResourceType {
    ResourceType::from_name(body.str("resourceType").unwrap()).unwrap()
}

/// The status of a refusal and what it says of each problem: code, text and place.
pub fn told(refusal: &Refusal) -> (u16, Vec<(String, String, String)>) {
    let skipped = usize::from(refusal.row().status == 400);
    let say = |issue: &Issue| {
        let place = issue.expression.clone().unwrap_or_default();
        (issue.code.code().to_owned(), issue.text.clone(), place)
    };
    (refusal.row().status, refusal.issues().iter().skip(skipped).map(say).collect())
}

/// A body with changes made to it; `{demo-patient}` and its like, and `{id}`, are filled in.
pub fn changed(body: &str, changes: &[Change], id: &str) -> Json {
    let mut body = parse(&filled(body, id));
    for change in changes {
        match change {
            Change::Set(path, value) => set(&mut body, path, parse(&filled(value, id))),
            Change::Remove(path) => remove(&mut body, path),
        }
    }
    body
}

/// Puts `value` at a path of names and indices.
pub fn set(body: &mut Json, path: &str, value: Json) {
    let (parent, last) = path.rsplit_once('.').map_or(("", path), |(parent, last)| (parent, last));
    match target(body, parent) {
        Json::Object(object) => object.insert(last, value),
        Json::Array(items) => match items.get_mut(last.parse::<usize>().unwrap()) {
            Some(item) => *item = value,
            None => items.push(value),
        },
        _ => panic!("nothing to set at {path}"),
    }
}

/// Takes away what is at a path of names and indices.
pub fn remove(body: &mut Json, path: &str) {
    let (parent, last) = path.rsplit_once('.').map_or(("", path), |(parent, last)| (parent, last));
    match target(body, parent) {
        Json::Object(object) => drop(object.remove(last)),
        Json::Array(items) => drop(items.remove(last.parse().unwrap())),
        _ => panic!("nothing to remove at {path}"),
    }
}

fn target<'a>(body: &'a mut Json, path: &str) -> &'a mut Json {
    path.split('.').filter(|step| !step.is_empty()).fold(body, |here, step| match here {
        Json::Object(object) => object.get_mut(step).unwrap_or_else(|| panic!("no {step} of {path}")),
        Json::Array(items) => &mut items[step.parse::<usize>().unwrap()],
        _ => panic!("no {step} of {path}"),
    })
}

fn filled(text: &str, id: &str) -> String {
    text.replace("{demo-patient}", demo::PATIENT)
        .replace("{demo-practitioner}", demo::PRACTITIONER)
        .replace("{demo-location}", demo::LOCATION)
        .replace("{demo-note}", demo::NOTE)
        .replace("{demo-encounter}", demo::ENCOUNTER)
        .replace("{demo-encounter-other}", demo::OTHER_ENCOUNTER)
        .replace("{demo-encounter-cancelled}", demo::CANCELLED_ENCOUNTER)
        .replace("{demo-encounter-stranger}", demo::STRANGERS_ENCOUNTER)
        .replace("{demo-insurer}", demo::INSURER)
        .replace("{demo-coverage}", demo::COVERAGE)
        .replace("{demo-coverage-other}", demo::OTHER_COVERAGE)
        .replace("{demo-coverage-stranger}", demo::STRANGERS_COVERAGE)
        .replace("{demo-patient-unprovided}", demo::UNPROVIDED_PATIENT)
        .replace("{demo-coverage-unprovided}", demo::UNPROVIDED_COVERAGE)
        .replace("{demo-claim}", demo::CLAIM)
        .replace("{id}", id)
}

/// The folder of the vendor's facts, when it lies beside the checkout.
pub fn facts() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/canvas");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no vendor facts at {}", folder.display());
    None
}

/// One JSON file of the vendor's facts.
pub fn fact(path: &str) -> Option<Json> {
    let file = facts()?.join(path);
    Some(parse(&std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))))
}

/// Waits for a future on this thread. The store has threads of its own and needs no runtime.
pub fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
