//! A server in this process over a store of its own.

use super::client::{Reply, Request};
use auth::Scopes;
use fhir::Json;
use server::config::{Config, Layers};
use server::start::{Server, StartError, start};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::Runtime;

/// Which backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    Sqlite,
    Postgres,
}

impl Store {
    /// The backends that can be tested here. PostgreSQL needs a server, which `scripts/with-postgres` starts.
    pub fn all() -> Vec<Store> {
        if postgres_url().is_some() {
            return vec![Store::Sqlite, Store::Postgres];
        }
        println!("skipped on PostgreSQL: EASEL_TEST_POSTGRES is not set; scripts/with-postgres sets it");
        vec![Store::Sqlite]
    }
}

fn postgres_url() -> Option<String> {
    std::env::var("EASEL_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// A folder or schema that goes when the test does.
struct Place {
    settings: Vec<(String, String)>,
    folder: PathBuf,
}

impl Place {
    fn new(store: Store) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("easel_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(&name);
        let mut settings = vec![("data".to_owned(), folder.display().to_string())];
        if store == Store::Postgres {
            let url = postgres_url().expect("asked for by Store::all alone");
            let separator = if url.contains('?') { '&' } else { '?' };
            settings.push(("store".to_owned(), format!("{url}{separator}schema={name}")));
        }
        Place { settings, folder }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A running sandbox.
pub struct Site {
    pub address: SocketAddr,
    pub base_url: String,
    pub token: String,
    server: Option<Server>,
    config: Config,
    runtime: Runtime,
    /// Of the first server of a store.
    _place: Option<Place>,
}

impl Site {
    /// A sandbox on SQLite.
    pub fn new() -> Self {
        Self::with(Store::Sqlite, &[])
    }

    /// A sandbox on `store`.
    pub fn on(store: Store) -> Self {
        Self::with(store, &[])
    }

    /// A sandbox on `store` with some settings (key, value).
    pub fn with(store: Store, settings: &[(&str, &str)]) -> Self {
        let place = Place::new(store);
        let mut all = place.settings.clone();
        all.extend([("listen".into(), "127.0.0.1:0".into()), ("sandbox".into(), "true".into())]);
        all.extend(settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        let config =
            Layers::new(None, [], all).and_then(|layers| Config::from_layers(&layers)).expect("settings");
        Self::start(config, Some(place)).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Another server of the same store, by settings that `change` changes.
    pub fn beside(&self, change: impl FnOnce(&mut Config)) -> Result<Self, StartError> {
        let mut config = self.config.clone();
        change(&mut config);
        Self::start(config, None)
    }

    fn start(config: Config, place: Option<Place>) -> Result<Self, StartError> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime =
            builder.worker_threads(2).thread_name(server::RUNTIME_THREAD).enable_all().build().unwrap();
        server::http::unwind::install_hook();
        let server = runtime.block_on(start(config.clone()))?;
        let (address, base_url) = (server.address, server.base_url.clone());
        let mut site = Site {
            address,
            base_url,
            token: String::new(),
            server: Some(server),
            config,
            runtime,
            _place: place,
        };
        site.token = site.token_for("system/*.* user/*.*");
        Ok(site)
    }

    pub fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }

    /// From now on the server refuses new requests; those under way go on.
    pub fn begin_stop(&self) {
        self.server.as_ref().expect("running").begin_stop();
    }

    /// A token with these scopes.
    pub fn token_for(&self, scopes: &str) -> String {
        Scopes::parse(scopes).expect("scopes");
        let form = format!(
            "grant_type=client_credentials&client_id=sandbox&client_secret=sandbox-secret&scope={}",
            scopes.replace('*', "%2A").replace('/', "%2F").replace(' ', "+")
        );
        let reply = self
            .send(
                Request::new("POST", "/auth/token/")
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(form),
            )
            .expect(200);
        reply.json().str("access_token").unwrap().to_owned()
    }

    /// A token with these scopes of another client than the sandbox's. Asked for again, it is another token of that
    /// client.
    pub fn token_of(&self, client_id: &str, scopes: &str) -> String {
        let (text, now) = (auth::generate_token().expect("random bytes"), server::clock::now());
        let token = storage::Token {
            hash: auth::token_digest(&text),
            client_id: client_id.to_owned(),
            scopes: scopes.to_owned(),
            patient: None,
            issued: now,
            expires: now + 60_000,
        };
        let store = server::start::open_store(&self.config, storage::Access::Shared).expect("the store");
        let written = store.write(move |transaction| transaction.put_token(&token));
        self.runtime.block_on(written).expect("a token");
        self.runtime.block_on(store.close());
        text
    }

    /// Sends a request as it is.
    pub fn send(&self, request: Request) -> Reply {
        request.send(self.address).unwrap_or_else(|error| panic!("no answer: {error}"))
    }

    /// Sends a request with the site's token and, for a body, FHIR's content type, unless it has its own.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> Reply {
        self.ask_with(Request::new(method, path).body(body))
    }

    /// The same for a request with headers.
    pub fn ask_with(&self, mut request: Request) -> Reply {
        if !request.has("authorization") {
            request = request.header("authorization", &format!("Bearer {}", self.token));
        }
        if !request.has("content-type") {
            request = request.header("content-type", "application/fhir+json");
        }
        self.send(request)
    }

    pub fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, "")
    }

    pub fn post(&self, path: &str, body: &Json) -> Reply {
        self.ask("POST", path, &body.to_string())
    }

    pub fn put(&self, path: &str, body: &Json) -> Reply {
        self.ask("PUT", path, &body.to_string())
    }

    pub fn delete(&self, path: &str) -> Reply {
        self.ask("DELETE", path, "")
    }

    /// The resources of a search.
    pub fn search(&self, path: &str) -> Vec<Json> {
        let bundle = self.get(path).expect(200).json();
        bundle
            .get("entry")
            .map(Json::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|entry| entry.get("resource").cloned())
            .collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop();
    }
}
