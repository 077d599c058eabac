//! Attachments: the files endpoint, what they are stored as, what is shown of them.

use fhir::{Json, Object};

/// An attachment's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its media type.
    pub content_type: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Where an attachment is shown to be: `{base}/Patient/{id}/files/photo` (general.json, `attachments`).
pub fn url(base_url: &str, resource: &Object, element: &str) -> String {
    let part = |name: &str| resource.str(name).unwrap_or_default();
    format!("{base_url}/{}/{}/files/{element}", part("resourceType"), part("id"))
}

/// The content of a stored Attachment, if it holds any.
pub fn content(attachment: &Object) -> Option<File> {
    let content = decode_base64(attachment.str("data")?)?;
    let content_type = attachment.str("contentType").unwrap_or(OCTETS).to_owned();
    Some(File { content_type, content })
}

/// Gives an Attachment with data the content type that R4 demands (invariant att-1) and the vendor does not.
pub fn add_content_type(attachment: &mut Json) {
    let Some(attachment) = attachment.as_object_mut() else { return };
    if attachment.contains("contentType") {
        return;
    }
    let Some(data) = attachment.str("data") else { return };
    // The first bytes tell; 64 characters of base64 hold 48.
    let start: String = data.chars().filter(|character| !character.is_whitespace()).take(64).collect();
    let start = decode_base64(&start).unwrap_or_default();
    attachment.insert("contentType", sniff(&start));
}

const OCTETS: &str = "application/octet-stream";

/// The media type that the first bytes of a file tell.
fn sniff(start: &[u8]) -> &'static str {
    const KNOWN: &[(&[u8], &str)] = &[
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"BM", "image/bmp"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"%PDF-", "application/pdf"),
    ];
    if start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP") {
        return "image/webp";
    }
    KNOWN.iter().find(|(magic, _)| start.starts_with(magic)).map_or(OCTETS, |(_, media_type)| media_type)
}

/// Decodes base64 (RFC 4648) as FHIR has it: with padding, white space allowed.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count, mut padding) = (0u32, 0u32, 0usize);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        (bits, count) = (bits << 6 | u32::from(value), count + 6);
        if count >= 8 {
            count -= 8;
            decoded.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    (padding <= 2 && count < 6).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::json;

    #[test]
    fn base64_is_decoded() {
        assert_eq!(decode_base64("UUI="), Some(b"QB".to_vec()));
        assert_eq!(decode_base64("UU JD\n"), Some(b"QBC".to_vec()));
        assert_eq!(decode_base64("U"), None);
        assert_eq!(decode_base64("UU=B"), None);
    }

    #[test]
    fn the_content_type_is_read_from_the_first_bytes() {
        let mut attachment = json!({ "data": "R0lGODlhEwARAPcAAA==" });
        add_content_type(&mut attachment);
        assert_eq!(attachment.str("contentType"), Some("image/gif"));
        let mut attachment = json!({ "data": "JVBERi0xLjIg", "contentType": "application/x" });
        add_content_type(&mut attachment);
        assert_eq!(attachment.str("contentType"), Some("application/x"));
    }
}
