//! The index: made anew when it must be, kept complete while the server runs.

use crate::start::{StartError, failed};
use crate::telemetry::log::with_causes;
use interactions::Engine;
use std::time::Duration;
use storage::Sole;

/// How often a server looks after the others of its store when nobody asks it for anything.
const KEEP_UP_PAUSE: Duration = Duration::from_secs(1);

/// How long to wait before indexing is tried again.
const INDEXING_PAUSE: Duration = Duration::from_secs(10);

/// Indexes what clients define, whenever they do, for as long as the server runs.
pub async fn of_search_parameters(engine: Engine) {
    loop {
        engine.search_parameters_changed().await;
        while let Err(refusal) = engine.index_search_parameters().await {
            tracing::error!(%refusal, "search parameters could not be indexed; trying again");
            tokio::time::sleep(INDEXING_PAUSE).await;
        }
    }
}

/// Keeps up with the other servers of the store for as long as this one runs.
pub async fn keep_up(engine: Engine) {
    let mut is_told = false;
    loop {
        tokio::time::sleep(KEEP_UP_PAUSE).await;
        match engine.keep_up().await {
            Ok(()) => is_told = false,
            Err(refusal) if !is_told => {
                tracing::error!(error = %failed(refusal), "cannot keep up with the other servers of the store");
                is_told = true;
            }
            Err(_) => {}
        }
    }
}

/// Rebuilds the index when this binary extracts something else than the one before.
///
/// # Errors
///
/// Other servers are there, which go by another index; the store's failures.
pub async fn renew(engine: &Engine) -> Result<(), StartError> {
    let store = engine.store();
    let is_stale = engine.is_index_stale().await.map_err(failed)?;
    if is_stale && !store.claim(Sole::Server).await.map_err(|error| StartError(with_causes(&error)))? {
        return Err(StartError(
            "another server uses this store, and by its settings (time zone, public base URL) or its version it \
             indexes otherwise than this one would; give both the same, or stop it first"
                .to_owned(),
        ));
    }
    let told = |done| {
        if done % 10_000 < 500 {
            tracing::info!(done, "the search parameters have changed; indexing anew");
        }
    };
    let done = engine.reindex_if_stale(told).await.map_err(failed)?;
    if done > 0 {
        tracing::info!(done, "indexed anew");
    }
    if is_stale {
        store.give_up(Sole::Server).await.map_err(|error| StartError(with_causes(&error)))?;
    }
    Ok(())
}
