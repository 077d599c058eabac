//! Cursors: where a walk over pages of a search stands. Opaque to the client, checked by the server.

use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// Where the next page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// How many matches come before it.
    pub offset: u64,
    /// The store's mark at the first page: what the walk sees.
    pub mark: i64,
    /// When the first page was answered, in milliseconds since the epoch.
    pub begun: i64,
}

/// Why a cursor is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorError {
    /// It was not made by this server for this search.
    Foreign,
    /// The snapshot it walks is no longer kept.
    Expired,
}

/// For how long a walk may go on, in milliseconds: half of how long the store keeps what it needs.
pub const CURSOR_LIFETIME: i64 = 30 * 60 * 1000;

impl Cursor {
    /// The cursor as text, for the search that `search` describes.
    pub fn encode(&self, key: &[u8; 16], search: &str) -> String {
        let Cursor { offset, mark, begun } = self;
        format!("{offset:x}.{mark:x}.{begun:x}.{:016x}", self.seal(key, search))
    }

    /// Reads a cursor of the same search.
    ///
    /// # Errors
    ///
    /// When it was changed, belongs to another search or process, or is too old at `now`.
    pub fn decode(text: &str, key: &[u8; 16], search: &str, now: i64) -> Result<Self, CursorError> {
        let mut parts = text.split('.');
        let mut hex = || parts.next().and_then(|part| u64::from_str_radix(part, 16).ok());
        let (Some(offset), Some(mark), Some(begun), Some(seal)) = (hex(), hex(), hex(), hex()) else {
            return Err(CursorError::Foreign);
        };
        let cursor = Cursor { offset, mark: mark as i64, begun: begun as i64 };
        if parts.next().is_some() || cursor.seal(key, search) != seal {
            return Err(CursorError::Foreign);
        }
        if now.saturating_sub(cursor.begun) > CURSOR_LIFETIME {
            return Err(CursorError::Expired);
        }
        Ok(cursor)
    }

    fn seal(&self, key: &[u8; 16], search: &str) -> u64 {
        let mut hasher = SipHasher13::new_with_key(key);
        hasher.write(search.as_bytes());
        hasher.write_u64(self.offset);
        hasher.write_i64(self.mark);
        hasher.write_i64(self.begun);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_search_and_for_a_while() {
        let (key, cursor) = ([7; 16], Cursor { offset: 40, mark: 99, begun: 1000 });
        let text = cursor.encode(&key, "Patient?name=a");
        assert_eq!(Cursor::decode(&text, &key, "Patient?name=a", 2000), Ok(cursor));
        assert_eq!(Cursor::decode(&text, &key, "Patient?name=b", 2000), Err(CursorError::Foreign));
        assert_eq!(Cursor::decode(&text, &[8; 16], "Patient?name=a", 2000), Err(CursorError::Foreign));
        let late = 1001 + CURSOR_LIFETIME;
        assert_eq!(Cursor::decode(&text, &key, "Patient?name=a", late), Err(CursorError::Expired));
        let forged = text.replacen("28", "29", 1);
        assert_eq!(Cursor::decode(&forged, &key, "Patient?name=a", 2000), Err(CursorError::Foreign));
    }
}
