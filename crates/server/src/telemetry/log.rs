//! Structured logs on standard error: pretty for people, JSON for machines.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// How often buffered lines are written.
const FLUSH_INTERVAL: Duration = Duration::from_millis(20);
/// From how many bytes on they are written at once.
const FLUSH_BYTES: usize = 64 * 1024;

/// Starts logging at `level`. A second call in one process changes nothing.
pub fn start(level: tracing::Level, json: bool) {
    let lines = Lines::default();
    let flusher = lines.clone();
    let started = if json {
        tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(level)
            .with_writer(lines)
            .try_init()
            .is_ok()
    } else {
        tracing_subscriber::fmt()
            .with_ansi(false)
            .with_target(false)
            .with_max_level(level)
            .with_writer(lines)
            .try_init()
            .is_ok()
    };
    if started {
        let flush = move || loop {
            std::thread::sleep(FLUSH_INTERVAL);
            flusher.flush();
        };
        // Without the thread lines would wait for a full buffer; then they are written one by one.
        let _ = std::thread::Builder::new().name("log".into()).spawn(flush);
    }
}

/// Lines on their way to standard error: a request pays for a copy into memory, not for a system call.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn flush(&self) {
        let taken = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if !taken.is_empty() {
            let _ = io::stderr().write_all(&taken);
        }
    }
}

/// Writes one event; warnings and errors do not wait.
struct Line<'a> {
    lines: &'a Lines,
    urgent: bool,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { lines: self, urgent: false }
    }

    fn make_writer_for(&'a self, metadata: &tracing::Metadata<'_>) -> Line<'a> {
        Line { lines: self, urgent: *metadata.level() <= tracing::Level::WARN }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let full = {
            let mut buffer = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
            buffer.extend_from_slice(bytes);
            buffer.len() > FLUSH_BYTES
        };
        if full || self.urgent {
            self.lines.flush();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lines.flush();
        Ok(())
    }
}
