//! What hyper refuses before a request reaches us (a broken request line, bad chunks of headers) it answers by
//! itself, without a body. This stream stands between hyper and the socket and puts our answer in its place:
//! every refusal is an OperationOutcome.

use super::answer::FHIR_JSON;
use super::correlation;
use fhir::{Issue, IssueCode};
use hyper::rt::{Read, ReadBufCursor, Write};
use interactions::Refusal;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A stream that rewrites hyper's own refusals.
pub struct Watched<S> {
    inner: S,
    limits: HeadLimits,
    /// Our answer, while it is being written in place of hyper's.
    replacement: Option<Replacement>,
}

struct Replacement {
    bytes: Vec<u8>,
    written: usize,
}

/// The settings' limits on what comes before a body.
#[derive(Clone, Copy, Debug)]
pub struct HeadLimits {
    /// Path and query, in bytes.
    pub uri_bytes: usize,
    /// All headers, in bytes.
    pub header_bytes: usize,
}

/// How many headers hyper takes.
pub const HEADERS: usize = 100;

/// A limit of hyper's on all headers together, well over ours, so that ours is the one that is met.
pub const HYPER_HEADER_BYTES: usize = 256 * 1024;

impl<S> Watched<S> {
    /// Watches `inner`; the limits are told where hyper's own are met, which lie above them.
    pub fn new(inner: S, limits: HeadLimits) -> Self {
        Watched { inner, limits, replacement: None }
    }
}

/// Hyper's own refusal, told by what all of our answers have and it has not.
fn refusal_of_hyper(head: &[u8], limits: HeadLimits) -> Option<Refusal> {
    let status = head.strip_prefix(b"HTTP/1.1 ").or_else(|| head.strip_prefix(b"HTTP/1.0 "))?.get(..3)?;
    if status[0] != b'4' || contains(head, correlation::HEADER.as_bytes()) {
        return None;
    }
    Some(match status {
        b"414" => Refusal::uri_too_long(limits.uri_bytes),
        b"431" => Refusal::headers_too_large(limits.header_bytes, HEADERS),
        _ => {
            let text = "the HTTP request is malformed; check the request line, headers and framing";
            Refusal::invalid(vec![Issue::error(IssueCode::Structure, text)])
        }
    })
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn rendered(refusal: &Refusal) -> Vec<u8> {
    let (status, body) = (refusal.row().status, refusal.to_bytes());
    let id = correlation::next();
    tracing::info!(%id, status, refusal = refusal.row().id, "request refused before it was one");
    let mut answer = format!(
        "HTTP/1.1 {status} {}\r\ncontent-type: {FHIR_JSON}\r\ncontent-length: {}\r\n{}: {id}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n",
        hyper::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or("Refused"),
        body.len(),
        correlation::HEADER,
    )
    .into_bytes();
    answer.extend_from_slice(&body);
    answer
}

impl<S: Write + Unpin> Watched<S> {
    /// Writes our answer; then says that hyper's `length` bytes are gone.
    fn poll_replacement(&mut self, context: &mut Context<'_>, length: usize) -> Poll<io::Result<usize>> {
        while let Some(replacement) = &mut self.replacement {
            let rest = &replacement.bytes[replacement.written..];
            if rest.is_empty() {
                self.replacement = None;
                return Poll::Ready(Ok(length));
            }
            match Pin::new(&mut self.inner).poll_write(context, rest) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(written)) => replacement.written += written,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(length))
    }
}

impl<S: Write + Unpin> Write for Watched<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let stream = self.get_mut();
        if stream.replacement.is_none() {
            match refusal_of_hyper(bytes, stream.limits) {
                None => return Pin::new(&mut stream.inner).poll_write(context, bytes),
                Some(refusal) => {
                    stream.replacement = Some(Replacement { bytes: rendered(&refusal), written: 0 })
                }
            }
        }
        stream.poll_replacement(context, bytes.len())
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let stream = self.get_mut();
        let first = parts.iter().find(|part| !part.is_empty());
        let is_hypers = |part: &&io::IoSlice<'_>| refusal_of_hyper(part, stream.limits).is_some();
        let foreign = stream.replacement.is_some() || first.is_some_and(|part| is_hypers(&part));
        match first {
            Some(part) if foreign => Pin::new(stream).poll_write(context, part),
            _ => Pin::new(&mut stream.inner).poll_write_vectored(context, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}

impl<S: Read + Unpin> Read for Watched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_read(context, buffer)
    }
}
