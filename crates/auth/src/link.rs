//! Links that need no token: a path, when it expires, and a signature over both that only the server can make.

use crate::secret::Digest;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

/// How many random bytes the key has.
const KEY_BYTES: usize = 32;
/// The block size of SHA-256, in bytes.
const BLOCK: usize = 64;

/// The key that signs links. Whoever has it can make links to every file.
#[derive(Clone)]
pub struct LinkKey([u8; KEY_BYTES]);

impl LinkKey {
    /// Draws a fresh key.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut key = [0; KEY_BYTES];
        getrandom::fill(&mut key)?;
        Ok(LinkKey(key))
    }

    /// Reads a key that [`to_text`](Self::to_text) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Some(LinkKey(fhir::base64::decode(text)?.try_into().ok()?))
    }

    /// The key as base64, to be kept where nobody else reads.
    pub fn to_text(&self) -> String {
        fhir::base64::encode(&self.0)
    }

    /// The signature over a path that is good until `expires` (seconds since the epoch): 43 characters of base64url.
    pub fn sign(&self, path: &str, expires: i64) -> String {
        fhir::base64::encode_for_urls(&hmac(&self.0, format!("{expires}\n{path}").as_bytes()))
    }

    /// Whether that is the signature. Takes the same time whether and where it differs.
    pub fn is_signature(&self, path: &str, expires: i64, signature: &str) -> bool {
        self.sign(path, expires).as_bytes().ct_eq(signature.as_bytes()).into()
    }
}

/// HMAC-SHA-256 (RFC 2104) under a key that is no longer than a block.
fn hmac(key: &[u8], message: &[u8]) -> Digest {
    let padded = |with: u8| {
        let mut block = [with; BLOCK];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_hmac_of_rfc_4231() {
        let hex = |digest: Digest| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let first = hex(hmac(&[0x0b; 20], b"Hi There"));
        assert_eq!(first, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        let second = hex(hmac(b"Jefe", b"what do ya want for nothing?"));
        assert_eq!(second, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn a_signature_is_good_for_its_path_its_time_and_its_key_alone() {
        let key = LinkKey::generate().unwrap();
        let signature = key.sign("/Patient/1/files/photo", 100);
        let same = LinkKey::parse(&key.to_text()).unwrap();
        assert!(same.is_signature("/Patient/1/files/photo", 100, &signature));
        assert!(!key.is_signature("/Patient/2/files/photo", 100, &signature));
        assert!(!key.is_signature("/Patient/1/files/photo", 101, &signature));
        assert!(!key.is_signature("/Patient/1/files/photo", 100, ""));
        assert!(!LinkKey::generate().unwrap().is_signature("/Patient/1/files/photo", 100, &signature));
        assert!(LinkKey::parse("short").is_none());
    }
}
