//! SearchParameters that clients store (<http://hl7.org/fhir/R4/searchparameter.html>): in use as soon as all resources
//! are indexed under them.
//!
//! One that is stored, changed or deleted is known when the write is answered: from then on every write indexes by it.
//! What was stored before is indexed in the background ([`index_search_parameters`](Engine::index_search_parameters)),
//! batch by batch; where that stopped is kept in the store. Until it is done, searches by the parameter are refused.

use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::{Unit, stored_json};
use fhir::outcome::cut;
use fhir::{Issue, IssueCode, Json, Object, ResourceType, json};
use search::{CustomParameter, ParameterId, Progress, Registry, custom_fingerprint, is_active};
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Poll, Waker};
use storage::Transaction;

/// The store's setting that says which parameters there are and how far each is indexed.
pub(crate) const SETTING: &str = "search-parameters";

/// The search parameters in use.
pub(crate) struct InUse {
    /// Those of the program, on which the stored ones are built.
    program: Registry,
    current: RwLock<Current>,
    /// How often they were read from the store: a later reading has seen more.
    readings: AtomicU64,
    /// Whether someone is indexing.
    pub(crate) indexing: AtomicBool,
    changed: Signal,
}

#[derive(Clone)]
struct Current {
    reading: u64,
    registry: Arc<Registry>,
}

/// Wakes whoever waits for a change.
#[derive(Default)]
struct Signal {
    raised: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Signal {
    fn raise(&self) {
        self.raised.store(true, Ordering::SeqCst);
        let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
        waker.into_iter().for_each(Waker::wake);
    }

    async fn raised(&self) {
        poll_fn(|context| {
            *self.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.waker().clone());
            if self.raised.swap(false, Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

impl InUse {
    pub(crate) fn new(program: Registry) -> Self {
        let registry = Arc::new(program.clone());
        InUse {
            program,
            current: RwLock::new(Current { reading: 0, registry }),
            readings: AtomicU64::new(0),
            indexing: AtomicBool::new(false),
            changed: Signal::default(),
        }
    }

    fn get(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The parameters in use.
    pub(crate) fn registry(&self) -> Arc<Registry> {
        self.get().registry
    }

    /// A number that changes with the parameters.
    pub(crate) fn generation(&self) -> u64 {
        self.current.read().unwrap_or_else(PoisonError::into_inner).reading
    }

    /// The parameters in use and their number.
    pub(crate) fn with_generation(&self) -> (Arc<Registry>, u64) {
        let Current { reading, registry } = self.get();
        (registry, reading)
    }

    fn put(&self, reading: u64, registry: Registry) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if reading > current.reading {
            *current = Current { reading, registry: Arc::new(registry) };
        }
    }
}

/// What is kept of a SearchParameter, in use or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// Its number, never given to another.
    number: u16,
    /// What its rows were made by.
    fingerprint: String,
    /// Whether all resources have them.
    is_complete: bool,
    /// Whether they cannot be made of some resource, because that takes too much.
    is_too_costly: bool,
}

impl Known {
    fn progress(&self) -> Progress {
        match (self.is_too_costly, self.is_complete) {
            (true, _) => Progress::TooCostly,
            (false, true) => Progress::Complete,
            (false, false) => Progress::Indexing,
        }
    }
}

/// All that is kept, by URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account(BTreeMap<String, Known>);

impl Account {
    fn parse(text: &str) -> Self {
        let tree = fhir::json::parse(text.as_bytes(), 4).ok();
        let object = tree.as_ref().and_then(Json::as_object);
        let known = |json: &Json| {
            let number = json.get("number")?.as_number()?.as_i64()?;
            Some(Known {
                number: u16::try_from(number).ok()?,
                fingerprint: json.str("fingerprint")?.to_owned(),
                is_complete: json.get("complete")?.as_bool()?,
                is_too_costly: json.get("costly").and_then(Json::as_bool).unwrap_or(false),
            })
        };
        let all = object.into_iter().flat_map(Object::iter);
        Account(all.filter_map(|(url, json)| Some((url.to_owned(), known(json)?))).collect())
    }

    fn text(&self) -> String {
        let known = |one: &Known| json!({ "number": (i64::from(one.number)), "fingerprint": (one.fingerprint.as_str()), "complete": (one.is_complete), "costly": (one.is_too_costly) });
        let object: Object = self.0.iter().map(|(url, one)| (url.as_str(), known(one))).collect();
        Json::from(object).to_string()
    }

    /// Takes account of what is stored now.
    fn update(&mut self, stored: &BTreeMap<String, Json>) {
        for (url, known) in &mut self.0 {
            // Writes do not index by one that is gone: when it comes back, its rows are stale.
            known.is_complete &= stored.contains_key(url);
        }
        for (url, resource) in stored {
            let fingerprint = custom_fingerprint(resource);
            let next = self.0.values().map(|known| known.number + 1).max();
            let known = self.0.entry(url.clone()).or_insert_with(|| Known {
                number: next.unwrap_or(ParameterId::FIRST_CUSTOM),
                fingerprint: String::new(),
                is_complete: false,
                is_too_costly: false,
            });
            if known.fingerprint != fingerprint {
                known.fingerprint = fingerprint;
                (known.is_complete, known.is_too_costly) = (false, false);
            }
        }
    }
}

/// The SearchParameters that are stored and active, by URL. Of several with one URL, one.
fn stored(transaction: &mut dyn Transaction) -> Result<BTreeMap<String, Json>, Refusal> {
    let mut versions = Vec::new();
    transaction.each_current(Some(ResourceType::SEARCH_PARAMETER), &mut |version| {
        versions.push(version);
        Ok(())
    })?;
    let mut found = BTreeMap::new();
    for version in &versions {
        let resource = stored_json(version)?;
        if let Some(url) = resource.str("url").filter(|_| is_active(&resource)) {
            found.insert(url.to_owned(), resource);
        }
    }
    Ok(found)
}

impl Unit<'_> {
    /// Refuses a SearchParameter whose code another active one defines for one of its types, also one of the same
    /// transaction: only one of them could be searched by.
    ///
    /// # Errors
    ///
    /// 400; the store's failures.
    pub(crate) fn refuse_overlap(&mut self, id: &str, new: &Json) -> Result<(), Refusal> {
        let mut others = Vec::new();
        self.reader().each_current(Some(ResourceType::SEARCH_PARAMETER), &mut |version| {
            others.push(version);
            Ok(())
        })?;
        let registry = &self.inner().parameters.program;
        for other in others.iter().filter(|other| other.id != id) {
            let other = stored_json(other)?;
            if let Some(resource_type) = registry.overlap(new, &other) {
                let url = |one: &Json| cut(one.str("url").unwrap_or_default());
                let text = format!(
                    "{resource_type} has a search parameter '{}' already: {} defines it, so {} cannot; give it another code, \
                     or retire the other one first",
                    cut(new.str("code").unwrap_or_default()),
                    url(&other),
                    url(new)
                );
                let place = format_args!("SearchParameter.code");
                return Err(Refusal::invalid(vec![Issue::error(IssueCode::Duplicate, text).at(place)]));
            }
        }
        Ok(())
    }
}

/// What is to be indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    /// The URLs of the parameters with what each is indexed by: the same indexing, begun again, goes on.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The types that have them.
    pub(crate) types: Vec<ResourceType>,
}

impl Engine {
    /// Puts the stored SearchParameters in use: at start, and whenever one was changed.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub async fn load_search_parameters(&self) -> Result<(), Refusal> {
        let reading = self.inner.parameters.readings.fetch_add(1, Ordering::SeqCst) + 1;
        let inner = Arc::clone(&self.inner);
        let (stored, account) = self
            .store
            .write(move |transaction: &mut dyn Transaction| {
                let stored = stored(transaction)?;
                let old = transaction.setting(SETTING)?.map(|text| Account::parse(&text)).unwrap_or_default();
                let mut account = old.clone();
                account.update(&stored);
                if account != old {
                    transaction.put_setting(SETTING, &account.text())?;
                    inner.begin_generation(transaction)?;
                }
                Ok::<_, Refusal>((stored, account))
            })
            .await?;
        let custom: Vec<CustomParameter<'_>> = stored
            .iter()
            .filter_map(|(url, resource)| {
                let known = account.0.get(url)?;
                Some(CustomParameter { number: known.number, resource, progress: known.progress() })
            })
            .collect();
        let (registry, problems) = self.inner.parameters.program.with_custom(&custom);
        for problem in problems {
            tracing::warn!(why = problem.text, "a SearchParameter cannot be used");
        }
        self.inner.parameters.put(reading, registry);
        self.inner.parameters.changed.raise();
        Ok(())
    }

    /// Has someone look whether there is something to be indexed, if it seems so.
    pub(crate) fn index_what_is_left(&self) {
        let registry = self.registry();
        let is_left = |resource_type| {
            registry
                .parameters(resource_type)
                .iter()
                .any(|one| one.origin() == search::Origin::CustomIndexing)
        };
        if ResourceType::all().any(is_left) {
            self.inner.parameters.changed.raise();
        }
    }

    /// Waits until the stored SearchParameters have changed since the last time.
    pub async fn search_parameters_changed(&self) {
        self.inner.parameters.changed.raised().await;
    }

    /// What is not yet indexed.
    pub(crate) async fn pending(&self) -> Result<Option<Pending>, Refusal> {
        let registry = self.registry();
        let text = self.snapshot(|reader| Ok(reader.setting(SETTING)?)).await?;
        let account = Account::parse(&text.unwrap_or_default());
        let (mut parameters, mut types) = (BTreeMap::new(), Vec::new());
        for resource_type in ResourceType::all() {
            for parameter in registry.parameters(resource_type) {
                let url = parameter.url().unwrap_or_default();
                if parameter.origin() == search::Origin::CustomIndexing
                    && let Some(known) = account.0.get(url)
                {
                    parameters.insert(url.to_owned(), known.fingerprint.clone());
                    types.push(resource_type);
                }
            }
        }
        types.dedup();
        Ok((!parameters.is_empty()).then_some(Pending { parameters, types }))
    }

    /// Marks what was pending as indexed, where it has not changed meanwhile; `None` for everything that is in use. Those
    /// whose URLs are `too_costly` are marked as that.
    pub(crate) async fn completed(
        &self,
        pending: Option<Pending>,
        too_costly: BTreeSet<String>,
    ) -> Result<(), Refusal> {
        let inner = Arc::clone(&self.inner);
        self.store
            .write(move |transaction: &mut dyn Transaction| {
                let Some(text) = transaction.setting(SETTING)? else { return Ok(()) };
                let mut account = Account::parse(&text);
                let stored = stored(transaction)?;
                for (url, known) in account.0.iter_mut().filter(|(url, _)| stored.contains_key(*url)) {
                    let same = |pending: &Pending| pending.parameters.get(url) == Some(&known.fingerprint);
                    if pending.as_ref().is_none_or(same) {
                        known.is_too_costly |= too_costly.contains(url);
                        known.is_complete = !known.is_too_costly;
                    }
                }
                transaction.put_setting(SETTING, &account.text())?;
                Ok::<_, Refusal>(inner.begin_generation(transaction)?)
            })
            .await?;
        self.load_search_parameters().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(expression: &str) -> Json {
        json!({ "resourceType": "SearchParameter", "code": "x", "expression": expression })
    }

    #[test]
    fn numbers_are_never_given_to_another_and_changes_begin_anew() {
        let mut account = Account::default();
        let both: BTreeMap<String, Json> =
            [("http://a".to_owned(), resource("A.b")), ("http://b".to_owned(), resource("A.c"))].into();
        account.update(&both);
        let number = |account: &Account, url: &str| account.0.get(url).map(|known| known.number);
        assert_eq!(number(&account, "http://a"), Some(ParameterId::FIRST_CUSTOM));
        assert_eq!(number(&account, "http://b"), Some(ParameterId::FIRST_CUSTOM + 1));
        account.0.values_mut().for_each(|known| known.is_complete = true);
        assert_eq!(Account::parse(&account.text()), account);
        let complete =
            |account: &Account| account.0.values().map(|known| known.is_complete).collect::<Vec<_>>();
        account.update(&both);
        assert_eq!(complete(&account), [true, true]);
        // One changes, the other goes; a third one is new.
        let others: BTreeMap<String, Json> =
            [("http://b".to_owned(), resource("A.d")), ("http://c".to_owned(), resource("A.c"))].into();
        account.update(&others);
        assert_eq!(complete(&account), [false, false, false]);
        assert_eq!(number(&account, "http://c"), Some(ParameterId::FIRST_CUSTOM + 2));
        assert_eq!(number(&account, "http://a"), Some(ParameterId::FIRST_CUSTOM));
    }

    #[test]
    fn what_was_kept_damaged_is_begun_anew() {
        assert_eq!(Account::parse("{"), Account::default());
        assert_eq!(
            Account::parse(r#"{"http://a":{"number":-1,"fingerprint":"x","complete":true}}"#),
            Account::default()
        );
    }
}
