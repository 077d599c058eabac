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
    /// It was not made by this server for this search of this caller.
    Foreign,
    /// The snapshot it walks is no longer kept.
    Expired,
}

/// For how long a walk may go on, in milliseconds: half of how long the store keeps what it needs.
pub const CURSOR_LIFETIME: i64 = 30 * 60 * 1000;

impl Cursor {
    /// The cursor as text, for the search and the caller that `search` describes.
    pub fn encode(&self, key: &[u8; 16], search: &str) -> String {
        sealed(&[self.offset as i64, self.mark, self.begun], key, search)
    }

    /// Reads a cursor of the same search and caller.
    ///
    /// # Errors
    ///
    /// When it was changed, belongs to another search, caller or process, or is too old at `now`.
    pub fn decode(text: &str, key: &[u8; 16], search: &str, now: i64) -> Result<Self, CursorError> {
        let [offset, mark, begun] = unsealed(text, key, search)?;
        not_expired(begun, now)?;
        Ok(Cursor { offset: offset as u64, mark, begun })
    }
}

/// Checks that a walk that began at `begun` may go on at `now`.
///
/// # Errors
///
/// It is too old.
pub fn not_expired(begun: i64, now: i64) -> Result<(), CursorError> {
    if now.saturating_sub(begun) > CURSOR_LIFETIME { Err(CursorError::Expired) } else { Ok(()) }
}

/// Numbers as text that only this process can have made, for the request and the caller that `search` describes.
pub fn sealed(numbers: &[i64], key: &[u8; 16], search: &str) -> String {
    let mut text = String::new();
    for number in numbers {
        text.push_str(&format!("{number:x}."));
    }
    text.push_str(&format!("{:016x}", seal(numbers, key, search)));
    text
}

/// The numbers of such a text.
///
/// # Errors
///
/// It was changed, or belongs to another request, caller or process.
pub fn unsealed<const N: usize>(text: &str, key: &[u8; 16], search: &str) -> Result<[i64; N], CursorError> {
    let mut parts = text.split('.');
    let mut hex = || parts.next().and_then(|part| u64::from_str_radix(part, 16).ok());
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = hex().ok_or(CursorError::Foreign)? as i64;
    }
    let found = hex().ok_or(CursorError::Foreign)?;
    let is_ours = parts.next().is_none() && seal(&numbers, key, search) == found;
    if is_ours { Ok(numbers) } else { Err(CursorError::Foreign) }
}

fn seal(numbers: &[i64], key: &[u8; 16], search: &str) -> u64 {
    let mut hasher = SipHasher13::new_with_key(key);
    hasher.write(search.as_bytes());
    numbers.iter().for_each(|number| hasher.write_i64(*number));
    hasher.finish()
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
