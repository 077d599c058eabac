//! From a bearer token to its caller (RFC 6750), and whether the caller may.

use crate::clock::now;
use crate::http::ask::Ask;
use auth::{Access, Caller, Digest, Scopes, TypeName, token_digest};
use hyper::header::AUTHORIZATION;
use interactions::Refusal;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use storage::{Store, StoreError};

/// The realm of challenges.
pub const REALM: &str = "easel";

/// For how many milliseconds a token that was found is not looked up again. A client that is removed by the
/// command line loses its tokens within this time.
const REMEMBERED_MS: i64 = 5_000;

/// How many tokens are remembered at most.
const REMEMBERED_TOKENS: usize = 10_000;

/// Knows the bearers of tokens.
pub struct Authenticator {
    store: Store,
    remembered: RwLock<HashMap<Digest, Remembered>>,
}

#[derive(Clone)]
struct Remembered {
    caller: Arc<Caller>,
    until: i64,
}

impl Authenticator {
    /// Looks tokens up in `store`.
    pub fn new(store: Store) -> Self {
        Authenticator { store, remembered: RwLock::default() }
    }

    /// Who asks.
    ///
    /// # Errors
    ///
    /// 401 without a token that is known and not expired.
    pub async fn caller(&self, ask: &Ask) -> Result<Arc<Caller>, Refusal> {
        let Some(token) = bearer(ask) else {
            return Err(Refusal::unauthenticated(REALM, ask.headers.contains_key(AUTHORIZATION)));
        };
        let (digest, now) = (token_digest(token), now());
        if let Some(caller) = self.remembered(&digest, now) {
            return Ok(caller);
        }
        let found = self
            .store
            .read(move |reader| reader.token(&digest))
            .await
            .map_err(|e: StoreError| Refusal::from(e))?;
        let Some(token) = found.filter(|token| token.expires > now) else {
            return Err(Refusal::unauthenticated(REALM, true));
        };
        // Scopes were written by this server; what cannot be read any more grants nothing.
        let scopes = Scopes::parse(&token.scopes).unwrap_or_default();
        let caller = Arc::new(Caller { client_id: token.client_id, scopes });
        let until = token.expires.min(now + REMEMBERED_MS);
        self.remember(digest, Remembered { caller: Arc::clone(&caller), until }, now);
        Ok(caller)
    }

    fn remembered(&self, digest: &Digest, now: i64) -> Option<Arc<Caller>> {
        let tokens = self.remembered.read().unwrap_or_else(PoisonError::into_inner);
        tokens.get(digest).filter(|token| token.until > now).map(|token| Arc::clone(&token.caller))
    }

    fn remember(&self, digest: Digest, token: Remembered, now: i64) {
        let mut tokens = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= REMEMBERED_TOKENS {
            tokens.retain(|_, token| token.until > now);
        }
        if tokens.len() < REMEMBERED_TOKENS {
            tokens.insert(digest, token);
        }
    }
}

/// Whether `caller` may have `access` to a type.
///
/// # Errors
///
/// 403 naming a scope that would do.
pub fn may(caller: &Caller, type_name: impl Into<TypeName>, access: Access) -> Result<(), Refusal> {
    let type_name = type_name.into();
    if caller.scopes.allow(type_name, access) {
        return Ok(());
    }
    Err(Refusal::insufficient_scope(&Scopes::needed(type_name, access).to_string()))
}

/// The bearer token of the Authorization header.
fn bearer(ask: &Ask) -> Option<&str> {
    let (scheme, token) = ask.header(AUTHORIZATION)?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
