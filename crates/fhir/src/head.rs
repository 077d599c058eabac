//! What every resource of the server begins with: its type, id, version and time. It follows from where a version is
//! stored, so that only what comes after it has to be kept.

use crate::ResourceType;
use crate::datetime;
use crate::json::write_string;

/// Which version of which resource, and when it was written.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The type.
    pub resource_type: ResourceType,
    /// The logical id.
    pub id: &'a str,
    /// The version id.
    pub version: u64,
    /// In milliseconds since the epoch.
    pub last_updated: i64,
}

impl Head<'_> {
    /// What is the same in all of them, and the longest type, version and time, in bytes.
    const AROUND_ID: usize = 192;

    /// Writes the beginning of the resource: up to `lastUpdated`, within `meta`.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"resourceType\":\"");
        out.extend_from_slice(self.resource_type.name().as_bytes());
        out.extend_from_slice(b"\",\"id\":");
        write_string(self.id, out);
        out.extend_from_slice(b",\"meta\":{\"versionId\":\"");
        out.extend_from_slice(self.version.to_string().as_bytes());
        out.extend_from_slice(b"\",\"lastUpdated\":\"");
        out.extend_from_slice(datetime::instant(self.last_updated).as_bytes());
        out.push(b'"');
    }

    /// How many bytes it has at most, as long as nothing in the id has to be escaped.
    pub fn most_bytes(&self) -> usize {
        Self::AROUND_ID + self.id.len()
    }

    /// The head, with room for so many bytes after it.
    pub fn with_capacity(&self, rest: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.most_bytes() + rest);
        self.write(&mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_the_beginning_of_a_resource() {
        let head = Head { resource_type: ResourceType::BASIC, id: "a", version: 3, last_updated: 0 };
        let expected = r#"{"resourceType":"Basic","id":"a","meta":{"versionId":"3","lastUpdated":"1970-01-01T00:00:00.000Z""#;
        assert_eq!(String::from_utf8(head.with_capacity(0)).unwrap(), expected);
    }
}
