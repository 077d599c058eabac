//! Structured logs on standard error: pretty for people, JSON for machines.

use fhir::datetime::instant_of_micros;
use fhir::json::write_string;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// How often buffered lines are written.
const FLUSH_INTERVAL: Duration = Duration::from_millis(20);
/// From how many bytes on they are written at once.
const FLUSH_BYTES: usize = 64 * 1024;

/// Where request lines go, once logging has begun at a level that has them.
static REQUESTS: OnceLock<Requests> = OnceLock::new();

struct Requests {
    lines: Lines,
    json: bool,
}

/// What the log says of a request: no query values, no headers, no bodies.
#[derive(Clone, Copy, Debug)]
pub struct RequestLine<'a> {
    /// The correlation id.
    pub id: &'a str,
    /// The method.
    pub method: &'a str,
    /// The path, cut where it is long, without the query.
    pub path: &'a str,
    /// The answer's status.
    pub status: u16,
    /// The time that the answer took, in microseconds.
    pub micros: u64,
    /// The row of the error table, when the request was refused.
    pub refusal: Option<&'a str>,
}

/// Whether request lines are written at all.
pub fn has_requests() -> bool {
    REQUESTS.get().is_some()
}

/// Writes a request's line. It looks like any other event, but is put together by hand: there is one for every
/// request, and the general way costs as much as a read.
pub fn request(line: &RequestLine<'_>) {
    let Some(requests) = REQUESTS.get() else { return };
    let time = instant_of_micros(jiff::Timestamp::now().as_microsecond());
    let RequestLine { id, method, path, status, micros, refusal } = *line;
    let mut text = Vec::with_capacity(256);
    // Writing into memory cannot fail.
    if requests.json {
        let _ = write!(
            text,
            r#"{{"timestamp":"{time}","level":"INFO","message":"request","id":"{id}","method":"#
        );
        write_string(method, &mut text);
        text.extend_from_slice(br#","path":"#);
        write_string(path, &mut text);
        let _ = write!(text, r#","status":{status},"micros":{micros}"#);
        if let Some(refusal) = refusal {
            let _ = write!(text, r#","refusal":"{refusal}""#);
        }
        text.extend_from_slice(b"}\n");
    } else {
        let _ = write!(
            text,
            "{time}  INFO request id={id} method={method} path={path} status={status} micros={micros}"
        );
        if let Some(refusal) = refusal {
            let _ = write!(text, " refusal={refusal}");
        }
        text.push(b'\n');
    }
    requests.lines.push(&text);
}

/// Starts logging at `level`. A second call in one process changes nothing.
pub fn start(level: tracing::Level, json: bool) {
    let lines = Lines::default();
    let (flusher, requests) = (lines.clone(), lines.clone());
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
    if started && level >= tracing::Level::INFO {
        let _ = REQUESTS.set(Requests { lines: requests, json });
    }
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
    /// Adds text, and writes all when there is enough of it.
    fn push(&self, text: &[u8]) {
        let full = {
            let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            buffer.extend_from_slice(text);
            buffer.len() > FLUSH_BYTES
        };
        if full {
            self.flush();
        }
    }

    fn flush(&self) {
        let taken = {
            let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if buffer.is_empty() {
                return;
            }
            let room = buffer.capacity().min(2 * FLUSH_BYTES);
            std::mem::replace(&mut *buffer, Vec::with_capacity(room))
        };
        let _ = io::stderr().write_all(&taken);
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
        self.lines.push(bytes);
        if self.urgent {
            self.lines.flush();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lines.flush();
        Ok(())
    }
}

/// An error with its causes. A cause that is told in what it causes is not told again.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
