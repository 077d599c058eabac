//! Links to files that need no token: signed by a key of the store, so that every server of it knows them.

use auth::LinkKey;
use canvas::file::Links;
use interactions::{Engine, Refusal};

/// For how many seconds a link is good.
pub const LINK_SECONDS: i64 = 10 * 60;

/// The name under which the store keeps the key.
const SETTING: &str = "file-link-key";

/// Makes and knows such links.
#[derive(Clone)]
pub struct FileLinks(LinkKey);

impl FileLinks {
    /// Takes the store's key, or gives the store one.
    ///
    /// # Errors
    ///
    /// The store's failures; no randomness.
    pub async fn of(engine: &Engine) -> Result<Self, Refusal> {
        let fresh = LinkKey::generate().map_err(|error| Refusal::failed(error.to_string()))?;
        let key = engine
            .write(move |unit| {
                if let Some(key) = unit.setting(SETTING)?.as_deref().and_then(LinkKey::parse) {
                    return Ok(key);
                }
                unit.put_setting(SETTING, &fresh.to_text())?;
                Ok(fresh.clone())
            })
            .await?;
        Ok(FileLinks(key))
    }

    /// Whether the parameters of a request for `path` make it a link that is good at `now` (milliseconds since the epoch).
    pub fn are_good(&self, path: &str, query: &[(String, String)], now: i64) -> bool {
        let value =
            |wanted: &str| query.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let (Some(expires), Some(signature)) = (value("expires"), value("signature")) else { return false };
        let Ok(expires) = expires.parse::<i64>() else { return false };
        expires > now / 1000 && self.0.is_signature(path, expires, signature)
    }
}

impl Links for FileLinks {
    fn query(&self, path: &str, now: i64) -> String {
        let expires = now / 1000 + LINK_SECONDS;
        format!("expires={expires}&signature={}", self.0.sign(path, expires))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use interactions::{NoRules, Settings};
    use search::Registry;
    use storage::{Location, OpenOptions, Store};

    fn engine() -> Engine {
        let settings = Settings {
            zone: jiff::tz::TimeZone::UTC,
            rules: Box::new(NoRules),
            registry: Registry::r4(Vec::new()),
            base_url: "http://localhost/fhir".into(),
            max_depth: 64,
        };
        Engine::new(Store::open(OpenOptions::new(Location::SqliteMemory)).unwrap(), settings)
    }

    #[tokio::test]
    async fn every_server_of_a_store_knows_its_links_until_they_expire() {
        let (engine, path, now) = (engine(), "/Patient/1/files/photo", 1_795_000_000_000);
        let one = FileLinks::of(&engine).await.unwrap();
        let other = FileLinks::of(&engine).await.unwrap();
        let query: Vec<(String, String)> = one
            .query(path, now)
            .split('&')
            .map(|pair| pair.split_once('=').map(|(name, value)| (name.into(), value.into())).unwrap())
            .collect();
        assert!(other.are_good(path, &query, now));
        assert!(other.are_good(path, &query, now + (LINK_SECONDS - 1) * 1000));
        assert!(!other.are_good(path, &query, now + LINK_SECONDS * 1000));
        assert!(!other.are_good("/Patient/2/files/photo", &query, now));
    }
}
