//! The settings in force, which may change while the server runs.

use super::Clinic;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// A handle on the settings in force; clones share it. A request takes them once and works by these to its end.
#[derive(Clone, Debug)]
pub struct Clinics(Arc<RwLock<Arc<Clinic>>>);

/// Why new settings cannot come into force while the server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeedsRestart;

impl fmt::Display for NeedsRestart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("time_zone has changed: what is stored is indexed by it; restart the server")
    }
}

impl std::error::Error for NeedsRestart {}

impl Clinics {
    /// The settings in force now.
    pub fn current(&self) -> Arc<Clinic> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts other settings into force.
    ///
    /// # Errors
    ///
    /// When their time zone is another: the old settings stay.
    pub fn replace(&self, clinic: Clinic) -> Result<(), NeedsRestart> {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if current.time_zone != clinic.time_zone {
            return Err(NeedsRestart);
        }
        *current = Arc::new(clinic);
        Ok(())
    }
}

impl From<Arc<Clinic>> for Clinics {
    fn from(clinic: Arc<Clinic>) -> Self {
        Clinics(Arc::new(RwLock::new(clinic)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_settings_come_into_force_for_every_handle_unless_the_zone_is_another() {
        let clinics = Clinics::from(Arc::new(Clinic::demo()));
        let other = clinics.clone();
        let taken = other.current();
        clinics.replace(Clinic { double_booking: true, ..Clinic::demo() }).unwrap();
        assert!(other.current().double_booking && !taken.double_booking);
        assert_eq!(clinics.replace(Clinic::default()), Err(NeedsRestart));
        assert!(other.current().double_booking);
    }
}
