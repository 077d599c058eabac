//! Who may do what: OAuth 2.0 client credentials (RFC 6749), bearer tokens (RFC 6750) and SMART scopes
//! (<http://hl7.org/fhir/smart-app-launch/1.0.0/scopes-and-launch-context/>). No routes, no store, no clock.

pub mod grant;
pub mod link;
pub mod scope;
pub mod secret;

pub use grant::{Authorization, GrantError, TokenRequest};
pub use link::LinkKey;
pub use scope::{Access, OPERATIONS, Scope, ScopeError, Scopes, TypeName};
pub use secret::{Digest, StoredSecret, generate_token, token_digest};

/// How long an access token is good, in seconds.
pub const TOKEN_LIFETIME_SECONDS: i64 = 36_000;

/// Who asks: a client and what it was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The client's id.
    pub client_id: String,
    /// What it was granted.
    pub scopes: Scopes,
}

impl Caller {
    /// What tells callers apart wherever something is kept for one: the client, whichever of its tokens it sends.
    pub fn identity(&self) -> &str {
        &self.client_id
    }
}
