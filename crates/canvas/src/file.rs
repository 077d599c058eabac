//! Attachments: the files endpoint, what they are stored as, what is shown of them.

use fhir::{Json, Object, base64};

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
