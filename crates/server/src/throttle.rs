//! Wrong secrets: how many of them an address may try for a client before it has to wait.
//!
//! Others than the one who guesses are not kept out: a client is counted by the address that it is asked for from.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many wrong secrets are taken within [`WINDOW`].
pub const FAILURES: u32 = 20;

/// For how long a wrong secret counts.
pub const WINDOW: Duration = Duration::from_secs(60);

/// How many pairs of client and address are remembered. When there are more, those that have waited long enough are
/// forgotten, and if there are none, the newest are not counted: an attacker who has so many addresses gains little.
const REMEMBERED: usize = 10_000;

/// Counts wrong secrets.
#[derive(Default)]
pub struct Throttle {
    hashing: RandomState,
    /// By the hash of the client's id, which may be of any length, and the address.
    known: Mutex<HashMap<(u64, IpAddr), Tries>>,
}

struct Tries {
    begun: Instant,
    failures: u32,
}

impl Throttle {
    /// How long this address must wait before it may try another secret of the client.
    pub fn wait(&self, client_id: &str, address: IpAddr, now: Instant) -> Option<Duration> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let tries = known.get(&(self.hashing.hash_one(client_id), address))?;
        let left = WINDOW.checked_sub(now.duration_since(tries.begun))?;
        (tries.failures >= FAILURES).then_some(left)
    }

    /// Counts a wrong secret.
    pub fn failed(&self, client_id: &str, address: IpAddr, now: Instant) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |tries: &Tries| now.duration_since(tries.begun) > WINDOW;
        if known.len() >= REMEMBERED {
            known.retain(|_, tries| !is_over(tries));
        }
        let key = (self.hashing.hash_one(client_id), address);
        if known.len() >= REMEMBERED && !known.contains_key(&key) {
            return;
        }
        let tries = known.entry(key).or_insert(Tries { begun: now, failures: 0 });
        if is_over(tries) {
            *tries = Tries { begun: now, failures: 0 };
        }
        tries.failures += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn whoever_guesses_waits_and_nobody_else_does() {
        let (throttle, begin) = (Throttle::default(), Instant::now());
        let (guesser, other) = (IpAddr::from(Ipv4Addr::new(10, 0, 0, 1)), IpAddr::from(Ipv4Addr::LOCALHOST));
        for _ in 0..FAILURES {
            assert_eq!(throttle.wait("a", guesser, begin), None);
            throttle.failed("a", guesser, begin);
        }
        let later = begin + Duration::from_secs(10);
        assert_eq!(throttle.wait("a", guesser, later), Some(Duration::from_secs(50)));
        assert_eq!(throttle.wait("b", guesser, later), None);
        assert_eq!(throttle.wait("a", other, later), None);
        assert_eq!(throttle.wait("a", guesser, begin + WINDOW + Duration::from_secs(1)), None);
    }

    #[test]
    fn many_addresses_do_not_take_more_memory() {
        let (throttle, begin) = (Throttle::default(), Instant::now());
        for number in 0..20_000_u32 {
            throttle.failed("a", IpAddr::from(Ipv4Addr::from(number)), begin);
        }
        assert_eq!(throttle.known.lock().unwrap().len(), REMEMBERED);
        throttle.failed("a", IpAddr::from(Ipv4Addr::LOCALHOST), begin + WINDOW * 2);
        assert_eq!(throttle.known.lock().unwrap().len(), 1);
    }
}
