//! The token endpoint: `POST /auth/token/` (RFC 6749, 4.4).

use crate::app::App;
use crate::authenticate::REALM;
use crate::clock::now;
use crate::http::answer::{self, Answer};
use crate::http::ask::{Ask, parameters};
use crate::http::{negotiate, receive};
use auth::{Authorization, GrantError, Scopes, StoredSecret, TOKEN_LIFETIME_SECONDS, TokenRequest};
use fhir::json;
use hyper::Method;
use hyper::header::AUTHORIZATION;
use interactions::Refusal;
use percent_encoding::percent_decode_str;
use std::time::Instant;
use storage::{Client, Store, StoreError, Token};

/// The longest token request in bytes.
const FORM_BYTES: usize = 16 * 1024;

/// Answers a token request.
///
/// # Errors
///
/// RFC 6749 refusals; the statuses of others are those of everywhere.
pub async fn token(app: &App, ask: Ask) -> Result<Answer, Refusal> {
    granted(app, ask).await.map_err(Refusal::at_token_endpoint)
}

async fn granted(app: &App, ask: Ask) -> Result<Answer, Refusal> {
    if ask.method != Method::POST {
        return Err(Refusal::not_offered("POST"));
    }
    negotiate::body_is_form(&ask)?;
    let basic = basic(&ask)?;
    let peer = ask.peer;
    let form = receive::body(ask, FORM_BYTES, app.config.limits.receive).await?;
    let form =
        parameters(&form).map_err(|_| Refusal::token_invalid_request("the form is not valid UTF-8"))?;
    let request = TokenRequest::read(&form, basic).map_err(refused)?;
    if let Some(wait) = app.throttle.wait(&request.client_id, peer, Instant::now()) {
        return Err(Refusal::throttled(wait.as_secs() + 1));
    }
    let client = authenticated(app.engine.store(), &request).await?.ok_or_else(|| {
        app.throttle.failed(&request.client_id, peer, Instant::now());
        Refusal::token_invalid_client(REALM)
    })?;
    let allowed = Scopes::parse(&client.scopes).unwrap_or_default();
    let scopes = request.granted(&allowed).map_err(refused)?;
    let token = issue(app.engine.store(), &client.id, &scopes).await?;
    let body = json!({
        "access_token": (token), "token_type": "Bearer",
        "expires_in": (TOKEN_LIFETIME_SECONDS), "scope": (scopes.to_string())
    });
    let mut answer = answer::with_body(200, "application/json", body.to_bytes());
    answer::set(&mut answer, "cache-control", "no-store");
    answer::set(&mut answer, "pragma", "no-cache");
    Ok(answer)
}

/// Draws a token, stores its hash and returns the token itself, which nobody can ask for again.
///
/// # Errors
///
/// The store's failures; 500 when the operating system has no randomness.
pub async fn issue(store: &Store, client_id: &str, scopes: &Scopes) -> Result<String, Refusal> {
    let text = auth::generate_token().map_err(|error| Refusal::failed(error.to_string()))?;
    let issued = now();
    let token = Token {
        hash: auth::token_digest(&text),
        client_id: client_id.to_owned(),
        scopes: scopes.to_string(),
        patient: None,
        issued,
        expires: issued + TOKEN_LIFETIME_SECONDS * 1000,
    };
    store
        .write(move |transaction| {
            transaction.remove_expired_tokens(issued)?;
            transaction.put_token(&token)
        })
        .await
        .map_err(|error: StoreError| Refusal::from(error))?;
    Ok(text)
}

/// The client, when its secret is right. A client that does not exist takes as long as one whose secret is
/// wrong, and is told the same.
async fn authenticated(store: &Store, request: &TokenRequest) -> Result<Option<Client>, Refusal> {
    let id = request.client_id.clone();
    let client = store
        .read(move |reader| reader.client(&id))
        .await
        .map_err(|error: StoreError| Refusal::from(error))?;
    let secret = match &client {
        Some(client) => StoredSecret { salt: client.secret_salt.clone(), digest: client.secret_hash },
        None => StoredSecret::nobody(),
    };
    let is_right = secret.is(&request.client_secret);
    Ok(client.filter(|_| is_right))
}

fn refused(error: GrantError) -> Refusal {
    match error {
        GrantError::InvalidRequest(problem) => Refusal::token_invalid_request(problem),
        GrantError::InvalidClient => Refusal::token_invalid_client(REALM),
        GrantError::UnsupportedGrantType(grant) => Refusal::token_unsupported_grant(&grant),
        GrantError::InvalidScope(problem) => Refusal::token_invalid_scope(problem),
    }
}

/// HTTP Basic authentication, its parts form-encoded before they were put together (RFC 6749, 2.3.1).
fn basic(ask: &Ask) -> Result<Option<Authorization>, Refusal> {
    let Some(header) = ask.header(AUTHORIZATION) else { return Ok(None) };
    let read = || {
        let (scheme, encoded) = header.split_once(' ')?;
        let pair = scheme.eq_ignore_ascii_case("basic").then(|| base64(encoded.trim()))??;
        let pair = String::from_utf8(pair).ok()?;
        let (id, secret) = pair.split_once(':')?;
        let decoded = |text: &str| {
            let spaced = text.replace('+', " ");
            percent_decode_str(&spaced).decode_utf8().map(|text| text.into_owned()).ok()
        };
        Some(Authorization { client_id: decoded(id)?, client_secret: decoded(secret)? })
    };
    match read() {
        Some(authorization) => Ok(Some(authorization)),
        None => Err(Refusal::token_invalid_request("the Authorization header is not HTTP Basic")),
    }
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.chunks(4) {
        let mut group = 0u32;
        for character in chunk {
            let value = match character {
                b'A'..=b'Z' => character - b'A',
                b'a'..=b'z' => character - b'a' + 26,
                b'0'..=b'9' => character - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            group = group << 6 | u32::from(value);
        }
        let kept = match chunk.len() {
            4 => 3,
            3 => 2,
            2 => 1,
            _ => return None,
        };
        let bits = group << (6 * (4 - chunk.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..=kept]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_basic_authentication_is_read() {
        assert_eq!(
            base64("c2FuZGJveDpzYW5kYm94LXNlY3JldA==").as_deref(),
            Some(&b"sandbox:sandbox-secret"[..])
        );
        assert_eq!(base64("TWFu").as_deref(), Some(&b"Man"[..]));
        assert_eq!(base64("T!"), None);
        assert_eq!(base64("T"), None);
    }
}
