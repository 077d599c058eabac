//! Rebuilding the index when what is extracted has changed.

use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::stored_json;
use fhir::ResourceType;

/// The store's setting that names the extraction its index was made by.
const FINGERPRINT: &str = "index-fingerprint";

/// How many resources are indexed anew in one write.
const BATCH: usize = 500;

impl Engine {
    /// Rebuilds the index if it was made by other search parameters or another extraction than this binary's;
    /// `progress` is told how many resources are done. Returns how many were.
    ///
    /// # Errors
    ///
    /// The store's failures; the next start begins anew.
    pub async fn reindex_if_stale(&self, mut progress: impl FnMut(u64)) -> Result<u64, Refusal> {
        let fingerprint = self.registry().fingerprint(self.zone());
        let known = self.snapshot(|reader| Ok(reader.setting(FINGERPRINT)?)).await?;
        if known.as_deref() == Some(fingerprint.as_str()) {
            return Ok(0);
        }
        let mut done = 0;
        for resource_type in ResourceType::all() {
            done += self.reindex_type(resource_type, done, &mut progress).await?;
        }
        self.write(move |unit| unit.put_setting(FINGERPRINT, &fingerprint)).await?;
        Ok(done)
    }

    async fn reindex_type(
        &self,
        resource_type: ResourceType,
        done_before: u64,
        progress: &mut impl FnMut(u64),
    ) -> Result<u64, Refusal> {
        let ids: Vec<String> = self
            .snapshot(move |reader| {
                let mut ids = Vec::new();
                reader.each_current(Some(resource_type), &mut |version| {
                    ids.push(version.id);
                    Ok(())
                })?;
                Ok(ids)
            })
            .await?;
        let mut done = 0;
        for batch in ids.chunks(BATCH) {
            let batch = batch.to_vec();
            done += batch.len() as u64;
            self.write(move |unit| {
                for id in &batch {
                    unit.reindex(resource_type, id)?;
                }
                Ok(())
            })
            .await?;
            progress(done_before + done);
        }
        Ok(done)
    }
}

impl crate::Unit<'_> {
    fn reindex(&mut self, resource_type: ResourceType, id: &str) -> Result<(), Refusal> {
        if let crate::State::Present(current) = self.state(resource_type, id)? {
            let prepared = self.prepare(resource_type, id, stored_json(&current)?);
            self.replace_index(&prepared)?;
        }
        Ok(())
    }
}
