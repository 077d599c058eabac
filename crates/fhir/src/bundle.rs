//! Bundles that this server answers with, written from stored bytes without parsing them.

use crate::json::write_string;

/// A Bundle being written. Entries are appended as they come; `finish` closes it.
pub struct BundleWriter {
    out: Vec<u8>,
    entries: usize,
}

impl BundleWriter {
    /// Starts a Bundle of `bundle_type` (`searchset`, `history`) with its total, when it is known, and its
    /// links (relation, url).
    pub fn new(bundle_type: &str, total: Option<u64>, links: &[(&str, String)]) -> Self {
        let mut out = head(bundle_type);
        if let Some(total) = total {
            out.extend_from_slice(format!(",\"total\":{total}").as_bytes());
        }
        if !links.is_empty() {
            out.extend_from_slice(b",\"link\":[");
            for (index, (relation, url)) in links.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(b"{\"relation\":");
                write_string(relation, &mut out);
                out.extend_from_slice(b",\"url\":");
                write_string(url, &mut out);
                out.push(b'}');
            }
            out.push(b']');
        }
        BundleWriter { out, entries: 0 }
    }

    /// Starts a Bundle of `bundle_type` with other members: a name and a JSON value each.
    pub fn with_members(bundle_type: &str, members: &[(&str, Vec<u8>)]) -> Self {
        let mut out = head(bundle_type);
        for (name, value) in members {
            out.push(b',');
            write_string(name, &mut out);
            out.push(b':');
            out.extend_from_slice(value);
        }
        BundleWriter { out, entries: 0 }
    }

    /// Appends an entry. `members` are its parts in order: a name and a JSON value.
    pub fn entry(&mut self, members: &[(&str, EntryPart<'_>)]) {
        self.out.extend_from_slice(if self.entries == 0 { b",\"entry\":[{" } else { b",{" });
        self.entries += 1;
        for (index, (name, part)) in members.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            write_string(name, &mut self.out);
            self.out.push(b':');
            match part {
                EntryPart::Json(bytes) => self.out.extend_from_slice(bytes),
                EntryPart::Text(text) => write_string(text, &mut self.out),
            }
        }
        self.out.push(b'}');
    }

    /// The finished Bundle. Without entries it has no `entry`, for FHIR forbids empty arrays.
    pub fn finish(mut self) -> Vec<u8> {
        self.out.extend_from_slice(if self.entries > 0 { b"]}" } else { b"}" });
        self.out
    }
}

fn head(bundle_type: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(4096);
    out.extend_from_slice(b"{\"resourceType\":\"Bundle\",\"type\":");
    write_string(bundle_type, &mut out);
    out
}

/// A part of an entry.
pub enum EntryPart<'a> {
    /// JSON as it is.
    Json(&'a [u8]),
    /// Text, to be written as a JSON string.
    Text(&'a str),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bundle_has_no_entry_member() {
        assert_eq!(
            BundleWriter::new("searchset", Some(0), &[]).finish(),
            br#"{"resourceType":"Bundle","type":"searchset","total":0}"#
        );
    }

    #[test]
    fn entries_hold_stored_bytes_unchanged() {
        let mut bundle = BundleWriter::new("searchset", None, &[("self", "/Patient".into())]);
        bundle.entry(&[("fullUrl", EntryPart::Text("x")), ("resource", EntryPart::Json(b"{\"a\":1.0}"))]);
        bundle.entry(&[("resource", EntryPart::Json(b"{}"))]);
        assert_eq!(
            bundle.finish(),
            br#"{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"/Patient"}],"entry":[{"fullUrl":"x","resource":{"a":1.0}},{"resource":{}}]}"#
        );
    }
}
