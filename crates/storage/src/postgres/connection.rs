//! How to reach PostgreSQL.

use super::error::store_error;
use crate::error::{OpenError, StoreError};
use crate::limits;
use crate::options::{Clock, Durability, OpenOptions};
use crate::probe::Probe;
use ::postgres::config::SslMode;
use ::postgres::{Client, Config, NoTls};
use std::sync::Arc;

/// What every connection of a store has in common.
pub(super) struct Settings {
    config: Config,
    /// Where the tables are, when not where the database says.
    pub(super) schema: Option<String>,
    durability: Durability,
    pub(super) clock: Clock,
    pub(super) probe: Option<Arc<Probe>>,
    /// How long index rows of superseded versions are kept, in milliseconds.
    pub(super) retention: i64,
}

impl Settings {
    /// Reads the URL.
    pub(super) fn new(url: &str, options: &OpenOptions) -> Result<Self, OpenError> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            let reason = "it must begin with postgres://".to_owned();
            return Err(OpenError::Url { reason });
        }
        let (url, schema) = take_schema(url)?;
        let mut config: Config = url.parse().map_err(|error: ::postgres::Error| {
            // Neither the URL nor the parser's text: both may hold a password.
            let reason =
                std::error::Error::source(&error).map_or_else(|| "invalid".to_owned(), |e| e.to_string());
            OpenError::Url { reason }
        })?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(OpenError::Url { reason: "TLS (sslmode=require) is not supported yet".to_owned() });
        }
        config.application_name("easel").connect_timeout(limits::CONNECT_TIME);
        Ok(Settings {
            config,
            schema,
            durability: options.durability,
            clock: options.clock.clone(),
            probe: options.probe.clone(),
            retention: i64::try_from(options.retention.as_millis()).unwrap_or(i64::MAX),
        })
    }

    /// Opens a connection.
    pub(super) fn connect(&self) -> Result<Client, StoreError> {
        let mut client = self.config.connect(NoTls).map_err(store_error)?;
        let timeout = limits::STATEMENT_TIME.as_millis();
        // Sequential scans would put all concurrent serialisable transactions into conflict with one another, and the
        // searches are written as walks over one index with looks into others. So a plan need not know the values, and
        // it must not: of a long list, the planner would rather make a join of all pairs than look up each.
        let mut sql = format!(
            "SET statement_timeout = {timeout}; SET idle_in_transaction_session_timeout = {timeout}; \
             SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; \
             SET enable_mergejoin = off; SET jit = off; SET plan_cache_mode = force_generic_plan;"
        );
        if self.durability == Durability::Relaxed {
            sql.push_str("SET synchronous_commit = off;");
        }
        if let Some(schema) = &self.schema {
            // The name was checked to be a plain one.
            sql.push_str(&format!("SET search_path = \"{schema}\";"));
        }
        client.batch_execute(&sql).map_err(store_error)?;
        Ok(client)
    }
}

/// Takes `schema=NAME` out of the URL's parameters.
fn take_schema(url: &str) -> Result<(String, Option<String>), OpenError> {
    let Some((base, parameters)) = url.split_once('?') else { return Ok((url.to_owned(), None)) };
    let mut schema = None;
    let mut others = Vec::new();
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.strip_prefix("schema=") {
            Some(name) if is_plain(name) => schema = Some(name.to_owned()),
            Some(_) => {
                let reason = "schema must be lower-case letters, digits and underscores".to_owned();
                return Err(OpenError::Url { reason });
            }
            None => others.push(parameter),
        }
    }
    let others = others.join("&");
    Ok((if others.is_empty() { base.to_owned() } else { format!("{base}?{others}") }, schema))
}

/// A name that needs no care in SQL, of at most 63 characters as PostgreSQL has them.
fn is_plain(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && !name.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Location;

    #[test]
    fn the_schema_is_taken_out_of_the_url() {
        let take = |url| take_schema(url).unwrap();
        assert_eq!(take("postgres://h/d"), ("postgres://h/d".into(), None));
        assert_eq!(take("postgres://h/d?schema=a_1"), ("postgres://h/d".into(), Some("a_1".into())));
        let both = take("postgres://h/d?sslmode=disable&schema=s&connect_timeout=3");
        assert_eq!(both, ("postgres://h/d?sslmode=disable&connect_timeout=3".into(), Some("s".into())));
        for name in ["", "A", "a-b", "a\"b", "1a", "a%20b"] {
            assert!(take_schema(&format!("postgres://h/d?schema={name}")).is_err(), "{name}");
        }
    }

    #[test]
    fn an_unusable_url_is_refused_without_repeating_it() {
        let options = OpenOptions::new(Location::SqliteMemory);
        for url in [
            "mysql://u:secret@h/d",
            "postgres://u:secret@h/d?nonsense=1",
            "postgres://u:secret@h/d?sslmode=require",
        ] {
            let error = Settings::new(url, &options).err().unwrap();
            assert!(matches!(error, OpenError::Url { .. }));
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
