//! A panic is a failed request, not a lost connection.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Remembers where a panic happened instead of printing it: [`caught`] tells it to the log, once.
pub fn install_hook() {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map(ToString::to_string);
        PLACE.with(|cell| *cell.borrow_mut() = place.clone());
        // Threads that nobody watches would otherwise end in silence.
        if std::thread::current().name() != Some(crate::RUNTIME_THREAD) {
            if tracing::dispatcher::has_been_set() {
                tracing::error!(place, message = message(info.payload()), "a thread panicked");
            } else {
                previous(info);
            }
        }
    }));
}

/// Runs a future to its end, or to its panic, whose message and place are the error.
pub async fn caught<F: Future>(future: F) -> Result<F::Output, String> {
    let mut future: Pin<Box<F>> = Box::pin(future);
    std::future::poll_fn(move |context| {
        // After a panic the future is dropped and never polled again; what it shared is behind locks that
        // are not poisoned by design (no lock is held across a call that may panic).
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(payload) => Poll::Ready(Err(describe(&*payload))),
        }
    })
    .await
}

fn describe(payload: &(dyn Any + Send)) -> String {
    let place = PLACE.with(|cell| cell.borrow_mut().take()).unwrap_or_else(|| "an unknown place".into());
    format!("panicked at {place}: {}", message(payload))
}

fn message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
