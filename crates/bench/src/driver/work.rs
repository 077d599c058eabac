//! What connections are asked to do.

use super::connection::Answered;
use super::template::Template;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Requests for the connections of a driver.
pub trait Work: Sync {
    /// Puts the next request of a connection into `out`, in place of what is there, and says which status its answer
    /// must have. None when nothing is left to do. Connections are numbered from 0.
    fn next(&self, connection: usize, out: &mut Vec<u8>) -> Option<u16>;

    /// Learns from an answer of the expected status.
    fn answered(&self, _connection: usize, _answer: &Answered<'_>) {}
}

/// One request, over and over.
pub struct Job<'a> {
    /// The request.
    pub template: &'a Template,
    /// The status that every answer must have.
    pub expected: u16,
    /// Counts the requests, so that no two are the same.
    pub counter: &'a AtomicU64,
}

impl Work for Job<'_> {
    fn next(&self, _: usize, out: &mut Vec<u8>) -> Option<u16> {
        self.template.render(self.counter.fetch_add(1, Ordering::Relaxed), out);
        Some(self.expected)
    }
}

/// A list of requests: once, or round and round.
pub struct List {
    requests: Vec<Vec<u8>>,
    expected: u16,
    again: bool,
    next: AtomicUsize,
}

impl List {
    /// Each request once.
    pub fn once(requests: Vec<Vec<u8>>, expected: u16) -> Self {
        List { requests, expected, again: false, next: AtomicUsize::new(0) }
    }

    /// Whether each request is there once.
    pub fn is_once(&self) -> bool {
        !self.again
    }

    /// After the last request the first one again.
    pub fn again(requests: Vec<Vec<u8>>, expected: u16) -> Self {
        List { again: true, ..List::once(requests, expected) }
    }
}

impl Work for List {
    fn next(&self, _: usize, out: &mut Vec<u8>) -> Option<u16> {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        let place = if self.again { place % self.requests.len().max(1) } else { place };
        out.clear();
        out.extend_from_slice(self.requests.get(place)?);
        Some(self.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(list: &List) -> Vec<u8> {
        let mut out = Vec::new();
        (0..5).map_while(|_| list.next(0, &mut out).map(|_| out[0])).collect()
    }

    #[test]
    fn a_list_ends_or_begins_again() {
        let requests = || vec![b"a".to_vec(), b"b".to_vec()];
        assert_eq!(drawn(&List::once(requests(), 200)), b"ab");
        assert_eq!(drawn(&List::again(requests(), 200)), b"ababa");
        assert_eq!(drawn(&List::again(Vec::new(), 200)), b"");
    }
}
