//! base64 (RFC 4648) as FHIR has it (<http://hl7.org/fhir/R4/datatypes.html#base64Binary>): with padding, white space
//! allowed between.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// The bytes that a text stands for; `None` if it is no base64.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        let dense: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        return STANDARD.decode(dense).ok();
    }
    STANDARD.decode(text).ok()
}

/// Bytes as text.
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes as text that a URL may hold as it is, without padding: for tokens and secrets.
pub fn encode_for_urls(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_if_it_is_base64() {
        assert_eq!(decode("UUI="), Some(b"QB".to_vec()));
        assert_eq!(decode("UU JD\n"), Some(b"QBC".to_vec()));
        assert_eq!(decode(""), Some(Vec::new()));
        for text in ["U", "UU=B", "UUI", "%%%%"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        for bytes in [&b""[..], b"M", b"Ma", b"Man", &[0xfb, 0xff]] {
            assert_eq!(decode(&encode(bytes)).as_deref(), Some(bytes));
        }
        assert_eq!(encode_for_urls(b"M"), "TQ");
        assert_eq!(encode_for_urls(&[0xfb, 0xff]), "-_8");
    }
}
