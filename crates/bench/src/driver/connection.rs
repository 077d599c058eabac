//! One keep-alive connection: a request under way at a time, no waiting inside.

use super::response::Response;
use crate::Result;
use mio::net::TcpStream;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How much is read at once.
const READ_BYTES: usize = 64 * 1024;

/// A connection of the load driver.
pub struct Connection {
    /// The socket, to be registered.
    pub stream: TcpStream,
    /// The request under way; the next one is written here.
    pub request: Vec<u8>,
    written: usize,
    answer: Vec<u8>,
    filled: usize,
    sent: Option<Instant>,
}

/// A whole answer.
pub struct Answered<'a> {
    /// Its status.
    pub status: u16,
    /// Its status line and headers.
    pub head: &'a [u8],
    /// Its body.
    pub body: &'a [u8],
    /// From the first byte sent to the last byte read.
    pub took: Duration,
    /// When it was whole.
    pub at: Instant,
}

impl Connection {
    /// Connects to this machine's own address.
    ///
    /// # Errors
    ///
    /// An address that is not loopback, the system's refusals.
    pub fn open(address: SocketAddr) -> Result<Self> {
        if !address.ip().is_loopback() {
            return Err(format!("load goes to loopback only, not to {address}").into());
        }
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Connection {
            stream: TcpStream::from_std(stream),
            request: Vec::new(),
            written: 0,
            answer: vec![0; READ_BYTES],
            filled: 0,
            sent: None,
        })
    }

    /// Whether a request is under way.
    pub fn is_busy(&self) -> bool {
        self.sent.is_some()
    }

    /// Sends the request that stands in its buffer.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn send(&mut self, now: Instant) -> Result<()> {
        (self.written, self.filled, self.sent) = (0, 0, Some(now));
        self.flush()
    }

    /// Writes what the socket takes of the request.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn flush(&mut self) -> Result<()> {
        while self.written < self.request.len() {
            match self.stream.write(&self.request[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Reads what has come; the answer once it is whole.
    ///
    /// # Errors
    ///
    /// The system's, a connection that the server closed, an answer that is none.
    pub fn receive(&mut self) -> Result<Option<Answered<'_>>> {
        let Some(sent) = self.sent else { return Ok(None) };
        loop {
            if self.filled == self.answer.len() {
                self.answer.resize(self.filled * 2, 0);
            }
            match self.stream.read(&mut self.answer[self.filled..]) {
                Ok(0) => return Err("the server closed a connection with a request under way".into()),
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            }
            if let Some(Response { status, body, end }) = Response::read(&self.answer[..self.filled])? {
                if end != self.filled {
                    return Err("the server sent more than one answer to one request".into());
                }
                let at = Instant::now();
                self.sent = None;
                let (head, body) = (&self.answer[..body], &self.answer[body..end]);
                return Ok(Some(Answered { status, head, body, took: at - sent, at }));
            }
        }
    }
}
