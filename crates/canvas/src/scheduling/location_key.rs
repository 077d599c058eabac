//! Location keys: the small numbers by which the ids of Schedules name a Location (Schedule.json).
//!
//! The first Location that is stored, at whichever door, gets 1, the next 2, and so on. A Location keeps its key for
//! ever, also when it is changed, deleted or stored again. Kept as facts of the store.

use super::schedule_id::parse_key;
use interactions::storage::{Reader, StoreError};
use interactions::{Refusal, Unit};

/// The fact that holds the last key that was given.
const LAST: &str = "location-key-last";

/// The fact that holds a Location's key.
fn key_fact(location: &str) -> String {
    format!("location-key/{location}")
}

/// The fact that holds the id of the Location with a key.
fn location_fact(key: u32) -> String {
    format!("location-of-key/{key}")
}

/// Gives the Location a key, if it has none.
///
/// # Errors
///
/// The store's failures.
pub fn ensure(unit: &mut Unit<'_>, location: &str) -> Result<(), Refusal> {
    if unit.setting(&key_fact(location))?.is_some() {
        return Ok(());
    }
    let last = unit.setting(LAST)?.and_then(|text| parse_key(&text)).unwrap_or(0);
    let key = last + 1;
    unit.put_setting(LAST, &key.to_string())?;
    unit.put_setting(&key_fact(location), &key.to_string())?;
    unit.put_setting(&location_fact(key), location)
}

/// The id of the Location with this key, as the write sees it.
///
/// # Errors
///
/// The store's failures.
pub fn location_in(unit: &mut Unit<'_>, key: u32) -> Result<Option<String>, Refusal> {
    unit.setting(&location_fact(key))
}

/// The key of a Location.
///
/// # Errors
///
/// The store's failures.
pub fn key_of(reader: &mut dyn Reader, location: &str) -> Result<Option<u32>, StoreError> {
    Ok(reader.setting(&key_fact(location))?.and_then(|text| parse_key(&text)))
}

/// The id of the Location with this key.
///
/// # Errors
///
/// The store's failures.
pub fn location(reader: &mut dyn Reader, key: u32) -> Result<Option<String>, StoreError> {
    reader.setting(&location_fact(key))
}
