//! What the servers of one store tell one another: that definitions or search parameters have changed, and by which
//! search parameters the index is made.
//!
//! A setting of the store names the present generation. Every write that changes one of these gives it another name;
//! every request that goes by them looks at the name first, and a write once more within its transaction: so what one
//! server has acknowledged holds at all of them, and no resource is stored without an index row that it should have.

use crate::engine::{Engine, Inner};
use crate::error::Refusal;
use std::sync::{PoisonError, RwLock};
use storage::{Reader, StoreError, Transaction};

/// The store's setting that names the present generation: the index's fingerprint, and something new each time.
const SETTING: &str = "generation";

/// The store's setting that holds what seals cursors.
const CURSOR_KEY: &str = "cursor-key";

/// The generation that a server goes by.
#[derive(Default)]
pub(crate) struct Generation {
    name: RwLock<Option<String>>,
    /// Held while another one is taken over, which one request does for all.
    following: tokio::sync::Mutex<()>,
}

impl Generation {
    fn is(&self, name: Option<&str>) -> bool {
        self.name.read().unwrap_or_else(PoisonError::into_inner).as_deref() == name
    }

    fn set(&self, name: Option<String>) {
        *self.name.write().unwrap_or_else(PoisonError::into_inner) = name;
    }
}

impl Inner {
    /// Begins a generation: something that servers go by has changed.
    pub(crate) fn begin_generation(&self, transaction: &mut dyn Transaction) -> Result<(), StoreError> {
        let name = format!("{} {}", self.fingerprint, uuid::Uuid::new_v4().simple());
        transaction.put_setting(SETTING, &name)
    }

    /// Whether this server goes by what is in force in the store.
    pub(crate) fn is_current(&self, reader: &mut dyn Reader) -> Result<bool, StoreError> {
        Ok(self.generation.is(reader.setting(SETTING)?.as_deref()))
    }
}

impl Engine {
    /// Takes account of what other servers of the store have changed of definitions and search parameters: before
    /// anything that goes by them. One look at the store where it is shared, nothing where it is not.
    ///
    /// # Errors
    ///
    /// 503 when another server has made the index by other search parameters; the store's failures.
    pub async fn follow(&self) -> Result<(), Refusal> {
        if !self.store.is_shared() {
            return Ok(());
        }
        let generation = &self.inner.generation;
        if generation.is(self.store.read_setting(SETTING).await?.as_deref()) {
            return Ok(());
        }
        let _following = generation.following.lock().await;
        let name = self.store.read_setting(SETTING).await?;
        if generation.is(name.as_deref()) {
            return Ok(());
        }
        if let Some(name) = &name
            && name.split(' ').next() != Some(&self.inner.fingerprint)
        {
            return Err(Refusal::unavailable(
                "another server has indexed the store by other search settings; start this one anew",
            ));
        }
        self.load_definitions().await?;
        self.load_search_parameters().await?;
        generation.set(name);
        Ok(())
    }

    /// What is to be done now and then where servers share a store: be known to the others, follow them, and go on with
    /// indexing that one of them has left undone.
    ///
    /// # Errors
    ///
    /// As [`follow`](Self::follow)'s.
    pub async fn keep_up(&self) -> Result<(), Refusal> {
        self.store.keep_presence().await?;
        self.follow().await?;
        self.index_what_is_left();
        Ok(())
    }

    /// Takes the store's key of cursors, or gives the store one: every server of it, and the next process, knows the
    /// cursors of this one.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub async fn share_cursor_key(&self) -> Result<(), Refusal> {
        let own = self.cursor_key();
        let key = self
            .store
            .write(move |transaction: &mut dyn Transaction| {
                if let Some(key) = transaction.setting(CURSOR_KEY)?.as_deref().and_then(parse_key) {
                    return Ok(key);
                }
                transaction.put_setting(CURSOR_KEY, &uuid::Uuid::from_bytes(own).simple().to_string())?;
                Ok::<_, Refusal>(own)
            })
            .await?;
        *self.inner.cursor_key.write().unwrap_or_else(PoisonError::into_inner) = key;
        Ok(())
    }
}

fn parse_key(text: &str) -> Option<[u8; 16]> {
    uuid::Uuid::try_parse(text).ok().map(uuid::Uuid::into_bytes)
}
