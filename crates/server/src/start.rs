//! Starting and stopping a server.

use crate::app::App;
use crate::config::Config;
use crate::http::accept;
use crate::links::FileLinks;
use crate::telemetry::log::with_causes;
use crate::{indexing, packages, sandbox};
use canvas::Canvas;
use canvas::clinic::{Clinic, Clinics};
use interactions::{Engine, Settings};
use search::Registry;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use storage::{Access, Durability, Location, OpenOptions, Store};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Why a server did not start: what is wrong and what to do, for the one who started it.
#[derive(Debug)]
pub struct StartError(pub String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// A running server.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// The public base of its links.
    pub base_url: String,
    app: Arc<App>,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Refuses new requests, lets those under way finish, closes the store.
    pub async fn stop(self) {
        self.begin_stop();
        let _ = self.accepting.await;
        self.app.engine.store().clone().close().await;
    }

    /// Reads the clinic's settings again, from the file that was named at the start. What is wrong with it is logged, and
    /// the settings that are in force stay.
    pub async fn reload_clinic(&self) {
        let replaced = clinic(&self.app.config)
            .map_err(|error| error.to_string())
            .and_then(|clinic| self.app.canvas.replace_clinic(clinic).map_err(|error| error.to_string()));
        if replaced.is_ok()
            && let Err(error) = self.app.canvas.store_questionnaires().await
        {
            tracing::error!(%error, "the clinic's questionnaires stay as they were");
        }
        match replaced {
            Ok(()) => {
                tracing::info!("the clinic's settings were read again");
                warn_of_unstored(&self.app.canvas).await;
            }
            Err(error) => tracing::error!(%error, "the clinic's settings stay as they were"),
        }
    }

    /// Refuses new requests from now on.
    pub fn begin_stop(&self) {
        self.app.stop();
        let _ = self.stop.send(true);
    }
}

/// Opens the store, listens and serves.
///
/// # Errors
///
/// What kept it from starting.
pub async fn start(config: Config) -> Result<Server, StartError> {
    let clinics = Clinics::from(Arc::new(clinic(&config)?));
    let store = open_store(&config, Access::Server)?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        let (address, port) = (config.listen, config.listen.port());
        StartError(format!(
            "cannot listen on {address}: {error}; choose another with --listen, is {port} in use?"
        ))
    })?;
    let address = listener.local_addr().map_err(|error| StartError(error.to_string()))?;
    let base_url = config.base_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let engine = engine(&config, store, &clinics, &base_url)?;
    sandbox::admit(&engine, config.sandbox, &place(&config)).await?;
    indexing::renew(&engine).await?;
    engine.load_definitions().await.map_err(failed)?;
    engine.share_cursor_key().await.map_err(failed)?;
    if config.sandbox {
        sandbox::prepare(&engine).await.map_err(failed)?;
    }
    tokio::spawn(indexing::of_search_parameters(engine.clone()));
    if engine.store().is_shared() {
        tokio::spawn(indexing::keep_up(engine.clone()));
    }
    let links = FileLinks::of(&engine).await.map_err(failed)?;
    let canvas = Canvas::new(engine.clone(), clinics, &base_url, links.clone());
    let canvas = canvas.remembering(config.cache_bytes / 2);
    canvas.store_questionnaires().await.map_err(|error| StartError(error.to_string()))?;
    warn_of_unstored(&canvas).await;
    let app = Arc::new(App::new(config, base_url.clone(), engine, canvas, links));
    let (stop, stopped) = watch::channel(false);
    let accepting = tokio::spawn(accept::serve(Arc::clone(&app), listener, stopped));
    Ok(Server { address, base_url, app, stop, accepting })
}

/// Logs what the clinic's settings refer to and nobody has stored yet.
async fn warn_of_unstored(canvas: &Canvas) {
    match canvas.unstored_settings().await {
        Ok(told) => told.iter().for_each(|problem| tracing::warn!("clinic.toml: {problem}")),
        Err(error) => tracing::error!(%error, "what clinic.toml refers to was not looked up"),
    }
}

/// The clinic's settings: the file's, the demo clinic's in a sandbox, or the built-in ones.
///
/// # Errors
///
/// A file that cannot be read, or what is wrong in it.
pub fn clinic(config: &Config) -> Result<Clinic, StartError> {
    let Some(path) = &config.clinic else {
        return Ok(if config.sandbox { Clinic::demo() } else { Clinic::default() });
    };
    let shown = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| StartError(format!("cannot read {shown}: {error}")))?;
    let told = |problems: Vec<canvas::clinic::ClinicProblem>| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("{shown}, {problem}")).collect();
        StartError(lines.join("\n"))
    };
    Clinic::parse(&text).map_err(told)
}

/// What the store is called in messages. A URL may hold a password.
pub fn place(config: &Config) -> String {
    match &config.store {
        Some(_) => "the database of --store".to_owned(),
        None => format!("the data folder {}", config.data.display()),
    }
}

/// Opens the store that the settings name.
///
/// # Errors
///
/// Why it cannot be opened: held by another server, newer than this binary, out of reach.
pub fn open_store(config: &Config, access: Access) -> Result<Store, StartError> {
    let location = match &config.store {
        Some(url) => Location::Postgres(url.clone()),
        None => Location::Sqlite(config.data.clone()),
    };
    let durability = if config.durable { Durability::Full } else { Durability::Relaxed };
    let Config { readers, cache_bytes, .. } = *config;
    let options = OpenOptions { readers, cache_bytes, durability, access, ..OpenOptions::new(location) };
    Store::open(options).map_err(|error| StartError(with_causes(&error)))
}

/// The engine over a store, with the clinic's rules and the definitions of packages.
///
/// # Errors
///
/// A package that cannot be read.
pub fn engine(
    config: &Config,
    store: Store,
    clinics: &Clinics,
    base_url: &str,
) -> Result<Engine, StartError> {
    let settings = Settings {
        zone: clinics.current().time_zone.clone(),
        rules: Box::new(canvas::scheduling::ClinicRules::new(clinics.clone())),
        registry: registry(config, base_url),
        base_url: format!("{base_url}/fhir"),
        max_depth: config.limits.json_depth,
    };
    Ok(Engine::with_definitions(store, settings, packages::read(&config.packages)?))
}

/// The search parameters. References under the base of either door are references to the server's own resources. Without
/// a public base that is where the server listens: the index does not depend on it, so that a server on another port need
/// not index anew.
fn registry(config: &Config, base_url: &str) -> Registry {
    let registry = Registry::r4(canvas::types::CANVAS_PARAMETERS.clone());
    let doors = |base_url: &str| [base_url.to_owned(), format!("{base_url}/fhir")];
    match &config.base_url {
        Some(public) => registry.with_bases(doors(public)),
        None => registry.with_passing_bases(doors(base_url)),
    }
}

/// Opens the store that the settings name, for a command that would be wrong to make one.
///
/// # Errors
///
/// As [`open_store`]'s; that there is none.
pub fn open_existing_store(config: &Config) -> Result<Store, StartError> {
    check_existing_store(config)?;
    open_store(config, Access::Shared)
}

/// Checks that there is a store where the settings say, unless that is in PostgreSQL.
///
/// # Errors
///
/// That there is none.
pub fn check_existing_store(config: &Config) -> Result<(), StartError> {
    if config.store.is_some() || config.data.join(storage::SQLITE_FILE).exists() {
        return Ok(());
    }
    let place = place(config);
    Err(StartError(format!(
        "{place} holds no store; name another with --data, or make one: easel serve, easel client add"
    )))
}

/// A refusal at the start, with what is behind it.
pub(crate) fn failed(refusal: interactions::Refusal) -> StartError {
    let cause = refusal.cause().map(|cause| format!(": {cause}")).unwrap_or_default();
    StartError(format!("{refusal}{cause}"))
}
