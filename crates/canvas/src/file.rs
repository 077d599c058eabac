//! Attachments: the files endpoint, what they are stored as, what is shown of them.
//!
//! An attachment is shown by two URLs (general.json, `attachments`): one that lasts and needs the bearer token, which
//! answers with a temporary redirect; and, in the extension deprecated-url, the one that it leads to, which is signed,
//! needs no token and expires.

use crate::search::Reading;
use fhir::{Json, Object, base64, json};

/// Makes the links that need no token.
pub trait Links: Send + Sync {
    /// The query that makes `path` (`/Patient/{id}/files/photo`) such a link from `now` on (milliseconds since the epoch).
    fn query(&self, path: &str, now: i64) -> String;
}

/// The extension that holds the link that needs no token.
pub const DEPRECATED_URL: &str = "http://schemas.canvasmedical.com/fhir/extensions/deprecated-url";

/// An attachment's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its media type.
    pub content_type: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// The path of an attachment.
pub fn path(type_name: &str, id: &str, element: &str) -> String {
    format!("/{type_name}/{id}/files/{element}")
}

/// What is shown of a stored Attachment of `resource` that holds data: both URLs, and of its own members `contentType` and
/// `title` where `kept` names them.
pub fn shown(
    reading: &Reading<'_>,
    resource: &Object,
    element: &str,
    attachment: &Object,
    kept: &[&str],
) -> Json {
    let part = |name: &str| resource.str(name).unwrap_or_default();
    let path = path(part("resourceType"), part("id"), element);
    let base_url = reading.base_url;
    let signed = format!("{base_url}{path}?{}", reading.links.query(&path, reading.now()));
    let mut shown = Object::new();
    shown.insert("extension", vec![json!({ "url": DEPRECATED_URL, "valueUri": signed })]);
    let own = |name: &str| attachment.get(name).filter(|_| kept.contains(&name)).cloned();
    if let Some(content_type) = own("contentType") {
        shown.insert("contentType", content_type);
    }
    shown.insert("url", format!("{base_url}{path}"));
    if let Some(title) = own("title") {
        shown.insert("title", title);
    }
    shown.into()
}

/// The content of a stored Attachment, if it holds any.
pub fn content(attachment: &Object) -> Option<File> {
    let content = base64::decode(attachment.str("data")?)?;
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
    let start = base64::decode(&start).unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::json;

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
