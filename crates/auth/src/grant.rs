//! The token request (RFC 6749, 4.4 and 2.3.1).

use crate::scope::Scopes;

/// A client_credentials request that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// The client's id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The scopes asked for; `None` asks for all that the client is allowed.
    pub scopes: Option<Scopes>,
}

/// Client id and secret of HTTP Basic authentication, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// The client's id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
}

/// Why a token request is refused (RFC 6749, 5.2). The text is for the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantError {
    /// `invalid_request`
    InvalidRequest(String),
    /// `invalid_client`
    InvalidClient,
    /// `unsupported_grant_type`: this one.
    UnsupportedGrantType(String),
    /// `invalid_scope`
    InvalidScope(String),
}

impl TokenRequest {
    /// Reads the form of a token request. `basic` is what the Authorization header said.
    ///
    /// # Errors
    ///
    /// When something is missing, repeated or not supported.
    pub fn read(form: &[(String, String)], basic: Option<Authorization>) -> Result<Self, GrantError> {
        let field = |name: &str| -> Result<Option<&str>, GrantError> {
            let mut values = form.iter().filter(|(key, value)| key == name && !value.is_empty());
            let first = values.next().map(|(_, value)| value.as_str());
            match values.next() {
                Some(_) => Err(GrantError::InvalidRequest(format!("{name} is repeated"))),
                None => Ok(first),
            }
        };
        let missing = |name: &str| GrantError::InvalidRequest(format!("{name} is required"));
        match field("grant_type")? {
            Some("client_credentials") => {}
            Some(other) => return Err(GrantError::UnsupportedGrantType(other.to_owned())),
            None => return Err(missing("grant_type")),
        }
        let (client_id, client_secret) = match (basic, field("client_id")?, field("client_secret")?) {
            (Some(_), _, Some(_)) => {
                let problem = "the client authenticates in two ways; use the form or HTTP Basic";
                return Err(GrantError::InvalidRequest(problem.to_owned()));
            }
            (Some(basic), id, None) if id.is_none_or(|id| id == basic.client_id) => {
                (basic.client_id, basic.client_secret)
            }
            (Some(_), ..) => return Err(GrantError::InvalidClient),
            (None, Some(id), Some(secret)) => (id.to_owned(), secret.to_owned()),
            (None, None, _) => return Err(missing("client_id")),
            (None, _, None) => return Err(missing("client_secret")),
        };
        if field("patient")?.is_some() {
            let problem = "patient is not supported yet; leave it out";
            return Err(GrantError::InvalidRequest(problem.to_owned()));
        }
        let scopes = match field("scope")? {
            Some(text) => Some(Scopes::parse(text).map_err(|e| GrantError::InvalidScope(e.to_string()))?),
            None => None,
        };
        Ok(TokenRequest { client_id, client_secret, scopes })
    }

    /// What is granted to a client that is allowed `allowed`: what it asks for, or all of it.
    ///
    /// # Errors
    ///
    /// `invalid_scope` when it asks for more.
    pub fn granted(&self, allowed: &Scopes) -> Result<Scopes, GrantError> {
        let Some(wanted) = self.scopes.as_ref().filter(|wanted| !wanted.is_empty()) else {
            return Ok(allowed.clone());
        };
        match wanted.beyond(allowed) {
            None => Ok(wanted.clone()),
            Some(scope) => {
                let problem = format!("'{scope}' is more than this client is allowed: {allowed}");
                Err(GrantError::InvalidScope(problem))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &[(&str, &str)], basic: bool) -> Result<TokenRequest, GrantError> {
        let form: Vec<_> = form.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let basic = basic.then(|| Authorization { client_id: "a".into(), client_secret: "s".into() });
        TokenRequest::read(&form, basic)
    }

    #[test]
    fn a_client_authenticates_by_form_or_by_basic_but_not_by_both() {
        let grant = ("grant_type", "client_credentials");
        assert!(read(&[grant, ("client_id", "a"), ("client_secret", "s")], false).is_ok());
        assert!(read(&[grant], true).is_ok());
        assert!(read(&[grant, ("client_id", "a")], true).is_ok());
        assert_eq!(read(&[grant, ("client_id", "b")], true), Err(GrantError::InvalidClient));
        assert!(matches!(read(&[grant, ("client_secret", "s")], true), Err(GrantError::InvalidRequest(_))));
        assert!(matches!(read(&[grant, ("client_id", "a")], false), Err(GrantError::InvalidRequest(_))));
        assert!(matches!(read(&[grant, grant], true), Err(GrantError::InvalidRequest(_))));
        assert!(matches!(
            read(&[("grant_type", "password")], true),
            Err(GrantError::UnsupportedGrantType(_))
        ));
    }

    #[test]
    fn without_scope_everything_allowed_is_granted() {
        let allowed = Scopes::parse("system/*.read").unwrap();
        let grant = ("grant_type", "client_credentials");
        assert_eq!(read(&[grant], true).unwrap().granted(&allowed), Ok(allowed.clone()));
        let asked = read(&[grant, ("scope", "system/*.write")], true).unwrap();
        assert!(matches!(asked.granted(&allowed), Err(GrantError::InvalidScope(_))));
    }
}
