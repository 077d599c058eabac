//! Many requests at once, so that their writes share commits.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many clients ask at once.
const CLIENTS: usize = 8;

/// Runs `work` on every item, on as many threads as there are clients. A panic in one of them is the caller's.
pub fn in_parallel<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(item);
                }
            });
        }
    });
}
