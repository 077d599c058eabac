//! Tokens and client secrets: drawn at random, stored as hashes, compared in constant time.
//!
//! Both have 256 random bits, so a plain SHA-256 (salted for secrets) keeps them: there is nothing to guess
//! faster than the bits themselves. Passwords that people choose will need more.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

/// A SHA-256.
pub type Digest = [u8; 32];

/// How many random bytes a token or secret has.
const SECRET_BYTES: usize = 32;
/// How many random bytes a salt has.
const SALT_BYTES: usize = 16;

/// Draws a fresh token or secret: 43 characters of base64url.
///
/// # Errors
///
/// When the operating system has no randomness.
pub fn generate_token() -> Result<String, getrandom::Error> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(fhir::base64::encode_for_urls(&bytes))
}

/// The digest under which a token is stored and looked up.
pub fn token_digest(token: &str) -> Digest {
    Sha256::digest(token.as_bytes()).into()
}

/// A client secret as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// Random bytes that make equal secrets differ.
    pub salt: Vec<u8>,
    /// SHA-256 of salt and secret.
    pub digest: Digest,
}

impl StoredSecret {
    /// Hashes `secret` under a fresh salt.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness.
    pub fn new(secret: &str) -> Result<Self, getrandom::Error> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt)?;
        Ok(StoredSecret { salt: salt.to_vec(), digest: salted(&salt, secret) })
    }

    /// Whether `secret` is the one. Takes the same time whether and where they differ.
    pub fn is(&self, secret: &str) -> bool {
        salted(&self.salt, secret).ct_eq(&self.digest).into()
    }

    /// What to compare with when there is no such client, so that an unknown client takes as long as a wrong
    /// secret. No secret matches it.
    pub fn nobody() -> Self {
        StoredSecret { salt: vec![0; SALT_BYTES], digest: [0; 32] }
    }
}

fn salted(salt: &[u8], secret: &str) -> Digest {
    Sha256::new().chain_update(salt).chain_update(secret.as_bytes()).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_recognised_and_nothing_else_is() {
        let stored = StoredSecret::new("sandbox-secret").unwrap();
        assert!(stored.is("sandbox-secret"));
        assert!(!stored.is("sandbox-secre"));
        assert!(!stored.is(""));
        assert!(!StoredSecret::nobody().is(""));
        assert_ne!(StoredSecret::new("sandbox-secret").unwrap().digest, stored.digest);
    }

    #[test]
    fn tokens_are_43_characters_of_base64url_and_differ() {
        let (a, b) = (generate_token().unwrap(), generate_token().unwrap());
        assert_ne!(a, b);
        assert_eq!(a.len(), 43);
    }
}
