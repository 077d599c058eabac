//! Rebuilding the index: when the program extracts something else than before, and when a client has defined a search
//! parameter.

use crate::engine::Engine;
use crate::error::Refusal;
use crate::search_parameters;
use crate::search_parameters::Pending;
use crate::unit::stored_json;
use fhir::ResourceType;
use search::{Criterion, Query, SpanTest};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use storage::{Sole, Transaction};

/// The store's setting that names the extraction its index was made by.
const FINGERPRINT: &str = "index-fingerprint";

/// The store's setting that says how far the indexing of new search parameters has come.
const PROGRESS: &str = "search-parameters-progress";

/// How many resources are indexed anew in one write.
const BATCH: usize = 500;

/// For how long before its parameters were in use a write may have begun that did not index by them, in
/// milliseconds.
const OVERLAP: i64 = 10 * 60 * 1000;

/// Where an indexing stands: after this resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    type_name: String,
    id: String,
}

impl Engine {
    /// Whether the index was made by other search parameters or another extraction than this binary's. A store that was
    /// never used has no index: the first of its servers says by what it is made.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub async fn is_index_stale(&self) -> Result<bool, Refusal> {
        let own = self.inner.fingerprint.clone();
        let known = self
            .store
            .write(move |transaction: &mut dyn Transaction| {
                let known = transaction.setting(FINGERPRINT)?;
                if known.is_none() && transaction.setting(search_parameters::SETTING)?.is_none() {
                    transaction.put_setting(FINGERPRINT, &own)?;
                    return Ok(own.clone());
                }
                Ok::<_, Refusal>(known.unwrap_or_default())
            })
            .await?;
        Ok(known != self.inner.fingerprint)
    }

    /// Rebuilds the index if it was made by other search parameters or another extraction than this binary's;
    /// `progress` is told how many resources are done. Returns how many were. Puts the stored SearchParameters in use.
    ///
    /// # Errors
    ///
    /// The store's failures; the next start begins anew.
    pub async fn reindex_if_stale(&self, mut progress: impl FnMut(u64)) -> Result<u64, Refusal> {
        self.load_search_parameters().await?;
        let fingerprint = self.inner.fingerprint.clone();
        let known = self.snapshot(|reader| Ok(reader.setting(FINGERPRINT)?)).await?;
        if known.as_deref() == Some(fingerprint.as_str()) {
            return Ok(0);
        }
        let (mut done, mut too_costly) = (0, BTreeSet::new());
        for resource_type in ResourceType::all() {
            let ids = self.ids(resource_type).await?;
            for batch in ids.chunks(BATCH) {
                too_costly.extend(self.reindex_batch(resource_type, batch.to_vec(), None).await?);
                done += batch.len() as u64;
                progress(done);
            }
        }
        self.write(move |unit| unit.put_setting(FINGERPRINT, &fingerprint)).await?;
        self.completed(None, too_costly).await?;
        Ok(done)
    }

    /// Indexes all resources under the search parameters that are not complete, and then puts these in use. It goes on
    /// where it was interrupted; of several at a time, one does the work. Returns how many resources it has indexed.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub async fn index_search_parameters(&self) -> Result<u64, Refusal> {
        if self.inner.parameters.indexing.swap(true, Ordering::SeqCst) {
            return Ok(0);
        }
        let done = self.index_alone().await;
        self.inner.parameters.indexing.store(false, Ordering::SeqCst);
        done
    }

    /// Indexes what is pending, unless another server of the store is at it.
    async fn index_alone(&self) -> Result<u64, Refusal> {
        if self.pending().await?.is_none() || !self.store.claim(Sole::Indexing).await? {
            return Ok(0);
        }
        let done = self.index_pending().await;
        self.store.give_up(Sole::Indexing).await?;
        done
    }

    async fn index_pending(&self) -> Result<u64, Refusal> {
        let mut done = 0;
        while let Some(pending) = self.pending().await? {
            tracing::info!(parameters = pending.parameters.len(), "indexing new search parameters");
            let begun = self.write(|unit| Ok(unit.now())).await?;
            let mut too_costly = BTreeSet::new();
            done += self.index_types(&pending, &mut too_costly).await?;
            for resource_type in &pending.types {
                done += self.reindex_since(*resource_type, begun - OVERLAP, &mut too_costly).await?;
            }
            self.completed(Some(pending), too_costly).await?;
        }
        Ok(done)
    }

    async fn index_types(
        &self,
        pending: &Pending,
        too_costly: &mut BTreeSet<String>,
    ) -> Result<u64, Refusal> {
        let run = pending.parameters.iter().map(|(url, fingerprint)| format!("{url} {fingerprint}"));
        let run = run.collect::<Vec<_>>().join("\n");
        let stopped = self.snapshot(|reader| Ok(reader.setting(PROGRESS)?)).await?;
        let stopped = stopped.and_then(|text| place_of(&text, &run)).unwrap_or_default();
        let mut done = 0;
        for resource_type in &pending.types {
            let type_name = resource_type.name().to_owned();
            if type_name < stopped.type_name {
                continue;
            }
            let mut ids = self.ids(*resource_type).await?;
            ids.sort_unstable();
            ids.retain(|id| type_name > stopped.type_name || *id > stopped.id);
            for batch in ids.chunks(BATCH) {
                let last = batch.last().cloned().unwrap_or_default();
                let told = format!("{type_name}/{last}\n{run}");
                too_costly.extend(self.reindex_batch(*resource_type, batch.to_vec(), Some(told)).await?);
                done += batch.len() as u64;
            }
        }
        Ok(done)
    }

    /// Indexes what a type has that was written since a moment.
    async fn reindex_since(
        &self,
        resource_type: ResourceType,
        since: i64,
        too_costly: &mut BTreeSet<String>,
    ) -> Result<u64, Refusal> {
        let query = Query::all(resource_type).and(Criterion::LastUpdated(vec![SpanTest::StartsFrom(since)]));
        let found = self.snapshot(move |reader| Ok(reader.search(&query)?.resources)).await?;
        let ids: Vec<String> = found.into_iter().map(|version| version.id).collect();
        for batch in ids.chunks(BATCH) {
            too_costly.extend(self.reindex_batch(resource_type, batch.to_vec(), None).await?);
        }
        Ok(ids.len() as u64)
    }

    async fn ids(&self, resource_type: ResourceType) -> Result<Vec<String>, Refusal> {
        self.snapshot(move |reader| {
            let mut ids = Vec::new();
            reader.each_current(Some(resource_type), &mut |version| {
                ids.push(version.id);
                Ok(())
            })?;
            Ok(ids)
        })
        .await
    }

    /// Indexes resources anew in one write, and keeps how far that has come. Returns the URLs of the parameters that
    /// cannot be evaluated on one of them.
    async fn reindex_batch(
        &self,
        resource_type: ResourceType,
        ids: Vec<String>,
        progress: Option<String>,
    ) -> Result<BTreeSet<String>, Refusal> {
        self.write(move |unit| {
            let mut too_costly = BTreeSet::new();
            for id in &ids {
                too_costly.extend(unit.reindex(resource_type, id)?);
            }
            if let Some(progress) = &progress {
                unit.put_setting(PROGRESS, progress)?;
            }
            Ok(too_costly)
        })
        .await
    }
}

/// Where the indexing of the same parameters stopped.
fn place_of(text: &str, run: &str) -> Option<Place> {
    let (place, of) = text.split_once('\n')?;
    let (type_name, id) = place.split_once('/')?;
    (of == run).then(|| Place { type_name: type_name.to_owned(), id: id.to_owned() })
}

impl crate::Unit<'_> {
    /// Returns the URLs of the parameters that cannot be evaluated.
    fn reindex(&mut self, resource_type: ResourceType, id: &str) -> Result<Vec<String>, Refusal> {
        let mut too_costly = Vec::new();
        if let crate::State::Present(current) = self.state(resource_type, id)? {
            let prepared = self.prepare(resource_type, id, stored_json(&current)?);
            self.replace_index(&prepared)?;
            for parameter in prepared.too_costly {
                let (code, url) = (parameter.code, parameter.url.unwrap_or_default());
                tracing::warn!(%resource_type, id, code, url, "a search parameter takes too much to be evaluated");
                too_costly.push(url);
            }
        }
        Ok(too_costly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_indexing_goes_on_where_it_stopped() {
        let place = Place { type_name: "Patient".into(), id: "7".into() };
        assert_eq!(place_of("Patient/7\nhttp://a x", "http://a x"), Some(place));
        assert_eq!(place_of("Patient/7\nhttp://a x", "http://a y"), None);
        assert_eq!(place_of("", "http://a y"), None);
    }
}
