//! Configuration: flags over environment over `easel.toml` over defaults, all checked before anything starts.

pub mod layers;
pub mod table;
pub mod value;

pub use layers::{ConfigProblem, Layers};

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of a server, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The folder of the SQLite store.
    pub data: PathBuf,
    /// The URL of the PostgreSQL store, if it is one.
    pub store: Option<String>,
    /// Whether acknowledged writes survive a power cut.
    pub durable: bool,
    /// The public base of links, if it was set.
    pub base_url: Option<String>,
    /// The clinic's settings, if a file was named.
    pub clinic: Option<PathBuf>,
    /// Packages of definitions.
    pub packages: Vec<PathBuf>,
    /// Whether this is a sandbox.
    pub sandbox: bool,
    /// Whether a sandbox may be reached from elsewhere.
    pub allow_remote_sandbox: bool,
    /// Connections for reading.
    pub readers: usize,
    /// Memory for resources that were read lately, in bytes.
    pub cache_bytes: usize,
    /// Whether log lines are JSON.
    pub log_json: bool,
    /// The least level that is logged.
    pub log_level: tracing::Level,
    /// Limits.
    pub limits: Limits,
}

/// Limits on requests.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Nesting of a body.
    pub json_depth: usize,
    /// Bytes of path and query.
    pub uri_bytes: usize,
    /// Bytes of all headers.
    pub header_bytes: usize,
    /// Time for a request to arrive.
    pub receive: Duration,
    /// Time to answer.
    pub request: Duration,
    /// Requests under way.
    pub concurrent_requests: usize,
    /// Open connections.
    pub connections: usize,
    /// Time for requests under way when stopping.
    pub shutdown: Duration,
}

impl Config {
    /// Puts the layers together.
    ///
    /// # Errors
    ///
    /// Every value that is not what its setting takes.
    pub fn from_layers(layers: &Layers) -> Result<Self, Vec<ConfigProblem>> {
        let problems = layers.check();
        if !problems.is_empty() {
            return Err(problems);
        }
        let text = |key: &str| layers.get(key).filter(|value| !value.is_empty()).map(str::to_owned);
        // Checked above: every count is in its range.
        let count = |key: &str| text(key).and_then(|value| value.parse::<u64>().ok()).unwrap_or_default();
        let size = |key: &str| usize::try_from(count(key)).unwrap_or(usize::MAX);
        let seconds = |key: &str| Duration::from_secs(count(key));
        let is = |key: &str, word: &str| layers.get(key) == Some(word);
        let listen = layers.get("listen").and_then(value::address).ok_or_else(|| {
            vec![ConfigProblem::new("listen", "is not an address with a port, such as 127.0.0.1:8080")]
        })?;
        let config = Config {
            listen,
            data: text("data").unwrap_or_default().into(),
            store: text("store"),
            durable: is("durability", "full"),
            base_url: text("base_url"),
            clinic: text("clinic").map(PathBuf::from),
            packages: text("package")
                .unwrap_or_default()
                .split(',')
                .filter(|p| !p.is_empty())
                .map(PathBuf::from)
                .collect(),
            sandbox: is("sandbox", "true"),
            allow_remote_sandbox: is("allow_remote_sandbox", "true"),
            readers: size("readers"),
            cache_bytes: size("cache_bytes"),
            log_json: is("log.format", "json"),
            log_level: text("log.level").and_then(|level| level.parse().ok()).unwrap_or(tracing::Level::INFO),
            limits: Limits {
                body_bytes: size("limits.body_bytes"),
                json_depth: size("limits.json_depth"),
                uri_bytes: size("limits.uri_bytes"),
                header_bytes: size("limits.header_bytes"),
                receive: seconds("limits.receive_seconds"),
                request: seconds("limits.request_seconds"),
                concurrent_requests: size("limits.concurrent_requests"),
                connections: size("limits.connections"),
                shutdown: seconds("limits.shutdown_seconds"),
            },
        };
        config.check_sandbox()?;
        Ok(config)
    }

    fn check_sandbox(&self) -> Result<(), Vec<ConfigProblem>> {
        if self.sandbox && !self.listen.ip().is_loopback() && !self.allow_remote_sandbox {
            let problem = "is not a loopback address, and everybody knows the sandbox's secret; \
                           listen on 127.0.0.1, or say --allow-remote-sandbox if that is wanted";
            return Err(vec![ConfigProblem::new("listen", problem)]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(file: &str, variables: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, String> {
        let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        let told = |problems: Vec<ConfigProblem>| {
            problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        Layers::new(Some(("easel.toml", file)), owned(variables), owned(flags))
            .and_then(|layers| Config::from_layers(&layers))
            .map_err(told)
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_file() {
        let file = "listen = \"127.0.0.1:1\"\n[limits]\nbody_bytes = 2048\njson_depth = 9";
        let environment = [("EASEL_LISTEN", "127.0.0.1:2"), ("EASEL_LIMITS_BODY_BYTES", "4096")];
        let config = config(file, &environment, &[("listen", "127.0.0.1:3")]).unwrap();
        assert_eq!(config.listen.port(), 3);
        assert_eq!((config.limits.body_bytes, config.limits.json_depth), (4096, 9));
    }

    #[test]
    fn unknown_settings_and_malformed_values_are_all_told() {
        let problem =
            config("lissten = \"x\"\n[log]\nlevel = \"loud\"", &[("EASEL_LIMTS", "1")], &[]).unwrap_err();
        assert!(problem.contains("easel.toml: lissten is no setting; did you mean 'listen'?"), "{problem}");
        assert!(problem.contains("EASEL_LIMTS is no setting"), "{problem}");
        let problem = config("[log]\nlevel = \"loud\"\n[limits]\nbody_bytes = 3", &[], &[]).unwrap_err();
        assert!(
            problem.contains("log.level 'loud' is not one of error, warn, info, debug (from easel.toml)"),
            "{problem}"
        );
        assert!(problem.contains("limits.body_bytes '3' is not a whole number from 1024 to"), "{problem}");
    }

    #[test]
    fn a_sandbox_stays_on_loopback_unless_told_otherwise() {
        let remote = [("listen", "0.0.0.0:8080"), ("sandbox", "true")];
        assert!(config("", &[], &remote).unwrap_err().contains("--allow-remote-sandbox"));
        let allowed = [remote[0], remote[1], ("allow_remote_sandbox", "true")];
        assert!(config("", &[], &allowed).is_ok());
    }
}
