//! Storing the resources of files. Lines of NDJSON are stored many at a time; while some are written, the next are
//! parsed, validated and indexed. A Bundle goes in whole or not at all.

use super::bundle::{Operator, as_transaction};
use super::read::Item;
use crate::clock::now;
use fhir::{Issue, ResourceType};
use interactions::bundle::{Bundle, EntryReturn};
use interactions::{Engine, Prepared, Refusal};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// How many resources are stored in one write.
const SHARE: usize = 1_000;

/// How many shares may be in the making while one is written.
const AHEAD: usize = 4;

/// How many refusals are kept to be shown.
const SHOWN: usize = 20;

/// How an import went.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Resources that are stored as they were sent.
    pub stored: u64,
    /// Resources and Bundles that were refused.
    pub refused: u64,
    /// The first of them, each with where and why.
    pub shown: Vec<(String, Vec<Issue>)>,
}

/// An import under way.
pub struct Import {
    engine: Engine,
    tally: Tally,
    /// Lines that are not yet a share, with their places.
    lines: Vec<(String, Option<Vec<u8>>)>,
    /// Shares in the making, in the order of their lines.
    making: VecDeque<JoinHandle<Share>>,
}

/// Resources that are ready to be stored, and the Bundles among them, which come after them.
#[derive(Default)]
struct Share {
    prepared: Vec<Prepared>,
    places: Vec<String>,
    refused: Vec<(String, Refusal)>,
    bundles: Vec<(String, Result<Bundle, Refusal>)>,
}

impl Import {
    /// Imports into `engine`.
    pub fn new(engine: &Engine) -> Self {
        Import { engine: engine.clone(), tally: Tally::default(), lines: Vec::new(), making: VecDeque::new() }
    }

    /// How it has gone so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Takes a resource or Bundle of the file `name`; it is stored before [`finish`](Self::finish) returns.
    ///
    /// # Errors
    ///
    /// The store's failures; what is wrong with a resource is in the tally.
    pub async fn add(&mut self, name: &str, item: Item) -> Result<(), Refusal> {
        let place = match item.line {
            Some(line) => format!("{name}:{line}"),
            None => name.to_owned(),
        };
        self.lines.push((place, item.bytes));
        // What stands alone in its file may be large.
        if self.lines.len() >= SHARE || item.line.is_none() {
            self.make_share();
        }
        while self.making.len() > AHEAD {
            self.store_first().await?;
        }
        Ok(())
    }

    /// Stores what is still in the making.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub async fn finish(mut self) -> Result<Tally, Refusal> {
        self.make_share();
        while !self.making.is_empty() {
            self.store_first().await?;
        }
        Ok(self.tally)
    }

    fn make_share(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        if lines.is_empty() {
            return;
        }
        let engine = self.engine.clone();
        self.making.push_back(tokio::task::spawn_blocking(move || Share::of(&engine, lines)));
    }

    async fn store_first(&mut self) -> Result<(), Refusal> {
        let Some(made) = self.making.pop_front() else { return Ok(()) };
        let Share { prepared, places, refused, bundles } = made.await.map_err(Refusal::failed)?;
        for (place, refusal) in refused {
            self.refuse(place, &refusal);
        }
        if !prepared.is_empty() {
            let results = self.engine.update_all(prepared).await?;
            for (place, result) in places.into_iter().zip(results) {
                match result {
                    Ok(_) => self.tally.stored += 1,
                    Err(refusal) => self.refuse(place, &refusal),
                }
            }
        }
        for (place, bundle) in bundles {
            self.store_bundle(place, bundle).await?;
        }
        Ok(())
    }

    async fn store_bundle(&mut self, place: String, read: Result<Bundle, Refusal>) -> Result<(), Refusal> {
        let stored = match read {
            Ok(bundle) => {
                let changes = bundle.changes() as u64;
                self.engine.carry_out(bundle, EntryReturn::Minimal).await.map(|_| changes)
            }
            Err(refusal) => Err(refusal),
        };
        match stored {
            Ok(stored) => self.tally.stored += stored,
            Err(refusal) if refusal.row().status >= 500 => return Err(refusal),
            Err(refusal) => self.refuse(place, &refusal),
        }
        Ok(())
    }

    fn refuse(&mut self, place: String, refusal: &Refusal) {
        self.tally.refused += 1;
        if self.tally.shown.len() < SHOWN {
            self.tally.shown.push((place, refusal.explanations().to_vec()));
        }
    }
}

fn too_long() -> Refusal {
    Refusal::invalid(vec![super::read::too_long()])
}

impl Share {
    fn of(engine: &Engine, lines: Vec<(String, Option<Vec<u8>>)>) -> Self {
        let mut share = Share::default();
        for (place, bytes) in lines {
            match bytes.ok_or_else(too_long).and_then(|bytes| engine.parse(&bytes)) {
                Ok(resource) if resource.str("resourceType") == Some(ResourceType::BUNDLE.name()) => {
                    let bundle = as_transaction(resource);
                    share.bundles.push((place, engine.read_bundle(bundle, Arc::new(Operator), false, now())));
                }
                Ok(resource) => share.add(place, engine.prepare_any(resource)),
                Err(refusal) => share.add(place, Err(refusal)),
            }
        }
        share
    }

    fn add(&mut self, place: String, prepared: Result<Prepared, Refusal>) {
        match prepared {
            Ok(prepared) => {
                self.prepared.push(prepared);
                self.places.push(place);
            }
            Err(refusal) => self.refused.push((place, refusal)),
        }
    }
}
