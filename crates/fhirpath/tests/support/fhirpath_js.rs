//! fhirpath.js in a process of its own.

use fhir::Json;
use fhirpath::{Item, ItemValue, Place, PlaceStep};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

const FHIRPATH_JS: &str = "fhirpath@5.2.2";
const EXAMPLES: &str = "hl7.fhir.r4.examples@4.0.1";

/// One evaluation: what is left out is the resource itself.
#[derive(Default)]
pub struct Task<'t> {
    pub focus: Option<&'t Place>,
    pub resource: Option<&'t Place>,
    pub root: Option<&'t Place>,
    pub item_type: Option<&'t str>,
    pub expression: &'t str,
}

/// What came of it.
pub enum Answer {
    Values(Vec<Json>),
    Error(String),
}

/// The process.
pub struct FhirpathJs {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl FhirpathJs {
    /// Starts the process; `None`, and a line that says so, if it can't be had here.
    pub fn start() -> Option<Self> {
        let Some(folder) = installed(FHIRPATH_JS) else {
            println!("skipped: {FHIRPATH_JS} can't be installed (it takes node and npm)");
            return None;
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/evaluate.js");
        let mut child = Command::new("node")
            .arg(script)
            .env("NODE_PATH", folder.join("node_modules"))
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs, since npm did");
        let stdin = child.stdin.take().expect("it is piped");
        let stdout = child.stdout.take().expect("it is piped");
        Some(FhirpathJs { child, stdin, stdout: BufReader::new(stdout) })
    }

    /// Evaluates tasks on the resource that the request names.
    pub fn ask(&mut self, request: Json, tasks: &[Task<'_>]) -> Vec<Answer> {
        let Json::Object(mut request) = request else { panic!("the request is an object") };
        request.insert("tasks", Json::Array(tasks.iter().map(task).collect()));
        writeln!(self.stdin, "{}", Json::Object(request)).expect("node reads");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("node writes");
        let answers =
            fhir::json::parse(line.as_bytes(), 200).unwrap_or_else(|errors| panic!("{}: {line}", errors[0]));
        let answers: Vec<Answer> = answers.items().iter().map(answer).collect();
        assert_eq!(answers.len(), tasks.len());
        answers
    }
}

impl Drop for FhirpathJs {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn task(task: &Task<'_>) -> Json {
    let item_type = task.item_type.map_or(Json::Null, Json::from);
    let places =
        [task.focus, task.resource, task.root].map(|place| place.map_or(Json::Array(Vec::new()), steps));
    Json::Array(places.into_iter().chain([item_type, Json::from(task.expression)]).collect())
}

fn steps(place: &Place) -> Json {
    let step = |step: &PlaceStep| match step {
        PlaceStep::Member(name) => Json::from(&**name),
        PlaceStep::Index(index) => Json::from(*index as i64),
    };
    Json::Array(place.steps.iter().map(step).collect())
}

fn answer(json: &Json) -> Answer {
    match json.str("error") {
        Some(error) => Answer::Error(error.to_owned()),
        None => Answer::Values(json.get("values").map(|values| values.items().to_vec()).unwrap_or_default()),
    }
}

/// The JSON files of the examples; none if they can't be had here.
pub fn examples() -> Vec<PathBuf> {
    let folder = match std::env::var_os("EASEL_TEST_R4_EXAMPLES") {
        Some(folder) => PathBuf::from(folder),
        None => match installed(EXAMPLES) {
            Some(folder) => folder.join("node_modules/hl7.fhir.r4.examples"),
            None => return Vec::new(),
        },
    };
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

/// The folder under `target/` where npm installed a package.
fn installed(package: &str) -> Option<PathBuf> {
    static LOCK: OnceLock<std::sync::Mutex<()>> = OnceLock::new();
    let lock = LOCK.get_or_init(Default::default).lock();
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let name = package.split('@').next().unwrap_or_default();
    let folder = target.join("fhirpath-oracle").join(name);
    if !folder.join("node_modules").join(name).exists() {
        std::fs::create_dir_all(&folder).ok()?;
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let arguments = ["install", package, "--silent", "--no-audit", "--no-fund", "--prefix"];
        let status = Command::new(npm).args(arguments).arg(&folder).status().ok()?;
        if !status.success() {
            return None;
        }
    }
    drop(lock);
    Some(folder)
}

/// Whether items and values are the same. What JavaScript doesn't keep doesn't count: the digits of numbers, and the type
/// of dates, times and quantities, which come as text. Primitives without a value are left out by it.
pub fn same(ours: &[Item<'_>], theirs: &[Json]) -> bool {
    let ours: Vec<&Item<'_>> = ours.iter().filter(|item| item.has_value()).collect();
    let theirs: Vec<&Json> = theirs.iter().filter(|value| **value != Json::Null).collect();
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(item, value)| same_value(item, value))
}

fn same_value(item: &Item<'_>, value: &Json) -> bool {
    let number = |text: &str| {
        value.as_number().is_some_and(|number| close(text.parse().unwrap_or(f64::NAN), number.as_f64()))
    };
    match &item.value {
        ItemValue::Json(json) => same_json(json, value),
        ItemValue::Boolean(found) => value.as_bool() == Some(*found),
        ItemValue::Integer(found) => number(&found.to_string()),
        ItemValue::Decimal(found) => number(&found.to_string()),
        ItemValue::Text(text) => {
            value.as_str().is_some_and(|value| value.trim_start_matches('T') == text.trim_start_matches('T'))
        }
        ItemValue::Quantity(quantity) => value.as_str().is_some_and(|value| value == quantity.to_string()),
        ItemValue::Type(item_type) => {
            value.as_str() == Some(&format!("{}.{}", item_type.namespace(), item_type.name()))
        }
        ItemValue::Elsewhere(_) => false,
    }
}

fn same_json(ours: &Json, theirs: &Json) -> bool {
    match (ours, theirs) {
        (Json::Number(one), Json::Number(other)) => close(one.as_f64(), other.as_f64()),
        (Json::Object(one), Json::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, value)| other.get(name).is_some_and(|other| same_json(value, other)))
        }
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_json(one, other))
        }
        _ => ours == theirs,
    }
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-12 * one.abs().max(other.abs())
}
