//! A demo clinic of its own for each test: a real store in memory, and both doors.

use canvas::Canvas;
use canvas::clinic::{Clinic, demo};
use canvas::scheduling::ClinicRules;
use canvas::types::CANVAS_PARAMETERS;
use fhir::{Json, Object, ResourceType, json};
use interactions::search::Registry;
use interactions::storage::{Location, OpenOptions, Store};
use interactions::{Engine, Preconditions, Refusal, Settings};
use std::sync::Arc;

/// The moment at which searches of these tests ask: a day in November 2026.
pub const NOW: i64 = 1_795_400_000_000;

/// Links that everybody could make.
struct Unsigned;

impl canvas::file::Links for Unsigned {
    fn query(&self, _: &str, now: i64) -> String {
        format!("expires={now}")
    }
}

/// A clinic.
#[derive(Clone)]
pub struct World {
    /// The Canvas door.
    pub door: Canvas,
    /// The R4 door's engine.
    pub engine: Engine,
}

impl World {
    /// The demo clinic.
    pub async fn demo() -> Self {
        Self::with(Clinic::demo()).await
    }

    /// The demo clinic's people with other settings.
    pub async fn with(clinic: Clinic) -> Self {
        Self::empty(clinic).peopled().await
    }

    /// The demo clinic on the PostgreSQL server that `EASEL_TEST_POSTGRES` names (`scripts/with-postgres` starts one),
    /// in a schema of its own; `None`, with a line that says so, without one.
    pub async fn on_postgres(name: &str) -> Option<Self> {
        let Ok(url) = std::env::var("EASEL_TEST_POSTGRES") else {
            println!("skipped: EASEL_TEST_POSTGRES is not set");
            return None;
        };
        let separator = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{separator}schema=canvas_{name}_{}", std::process::id());
        let store = Store::open(OpenOptions::new(Location::Postgres(url))).expect("a PostgreSQL store");
        Some(Self::over(store, Clinic::demo()).peopled().await)
    }

    async fn peopled(self) -> Self {
        for (resource_type, id, resource) in demo::resources(NOW) {
            self.put(resource_type, &id, resource).await;
        }
        self
    }

    /// A clinic without anybody.
    pub fn empty(clinic: Clinic) -> Self {
        Self::over(Store::open(OpenOptions::new(Location::SqliteMemory)).expect("a store in memory"), clinic)
    }

    /// The same store under other settings.
    pub fn under(&self, clinic: Clinic) -> Self {
        Self::over(self.engine.store().clone(), clinic)
    }

    fn over(store: Store, clinic: Clinic) -> Self {
        let clinic = Arc::new(clinic);
        let engine = Engine::new(
            store,
            Settings {
                zone: clinic.time_zone.clone(),
                rules: Box::new(ClinicRules::new(Arc::clone(&clinic))),
                registry: Registry::r4(CANVAS_PARAMETERS.clone()),
                base_url: String::from("http://127.0.0.1:8080/fhir"),
                max_depth: 64,
            },
        );
        World { door: Canvas::new(engine.clone(), clinic, "http://127.0.0.1:8080", Unsigned), engine }
    }

    /// Writes at the R4 door.
    pub async fn put(&self, resource_type: ResourceType, id: &str, resource: Json) {
        self.try_put(resource_type, id, resource)
            .await
            .unwrap_or_else(|refusal| panic!("{resource_type}/{id}: {refusal}"));
    }

    /// Writes at the R4 door, perhaps.
    pub async fn try_put(
        &self,
        resource_type: ResourceType,
        id: &str,
        resource: Json,
    ) -> Result<(), Refusal> {
        let resource = with(resource, |resource| resource.insert("id", id));
        self.engine.update(resource_type, id, resource, Preconditions::default()).await.map(drop)
    }

    /// What the R4 door reads.
    pub async fn stored(&self, resource_type: ResourceType, id: &str) -> Json {
        let version = self.engine.read(resource_type, id).await.expect("a resource");
        parse(version.body.as_deref().expect("a body"))
    }

    /// Creates an appointment at the Canvas door.
    pub async fn book(&self, appointment: &Json) -> Result<String, Refusal> {
        self.door.create(ResourceType::APPOINTMENT, &appointment.to_bytes()).await
    }

    /// Updates an appointment at the Canvas door.
    pub async fn change(&self, id: &str, appointment: &Json) -> Result<(), Refusal> {
        self.door.update(ResourceType::APPOINTMENT, id, &appointment.to_bytes(), None).await
    }

    /// Reads an appointment at the Canvas door.
    pub async fn appointment(&self, id: &str) -> Json {
        parse(&self.door.read(ResourceType::APPOINTMENT, id, NOW).await.expect("an appointment"))
    }

    /// Searches at the Canvas door.
    pub async fn search(&self, resource_type: ResourceType, query: &str) -> Result<Json, Refusal> {
        let pairs: Vec<(String, String)> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let bytes = self.door.search(resource_type, &pairs, false, NOW).await?;
        Ok(parse(&bytes))
    }

    /// The resources that a search finds.
    pub async fn find(&self, resource_type: ResourceType, query: &str) -> Vec<Json> {
        let bundle =
            self.search(resource_type, query).await.unwrap_or_else(|refusal| panic!("{query}: {refusal}"));
        bundle
            .get("entry")
            .map(Json::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|e| e.get("resource").cloned())
            .collect()
    }
}

/// Reads what the server wrote.
pub fn parse(bytes: &[u8]) -> Json {
    fhir::json::parse(bytes, 64).expect("JSON")
}

/// What a refusal says: its status, then code, place and text of each issue.
pub fn told(refusal: &Refusal) -> (u16, Vec<String>) {
    let issue = |issue: &fhir::Issue| {
        let place = issue.expression.as_deref().unwrap_or("");
        format!("{} {place}: {}", issue.code.code(), issue.text)
    };
    (refusal.row().status, refusal.issues().iter().map(issue).collect())
}

/// A booking with the demo practitioner and patient on 2031-03-03, from and to in UTC.
pub fn booking(from: &str, to: &str) -> Json {
    json!({
        "resourceType": "Appointment",
        "status": "booked",
        "supportingInformation": [{ "reference": (format!("Location/{}", demo::LOCATION)) }],
        "start": (format!("2031-03-03T{from}:00Z")),
        "end": (format!("2031-03-03T{to}:00Z")),
        "participant": [
            { "actor": { "reference": (format!("Practitioner/{}", demo::PRACTITIONER)) }, "status": "accepted" },
            { "actor": { "reference": (format!("Patient/{}", demo::PATIENT)) }, "status": "accepted" }
        ]
    })
}

/// The same with changes.
pub fn with(mut resource: Json, change: impl FnOnce(&mut Object)) -> Json {
    change(resource.as_object_mut().expect("an object"));
    resource
}
