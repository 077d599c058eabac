//! As much of an HTTP/1.1 answer as a load driver needs: its status and where it ends.

use std::fmt;

/// The longest head of an answer in bytes.
const HEAD_BYTES: usize = 16 * 1024;

/// A whole answer at the beginning of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Where its body begins.
    pub body: usize,
    /// Where it ends.
    pub end: usize,
}

/// Why bytes are no answer that can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// The first line is not HTTP/1.1's.
    StatusLine,
    /// The head does not end.
    Head,
    /// There is neither a Content-Length nor a status without a body.
    Length,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Malformed::StatusLine => "an answer does not begin with an HTTP/1.1 status line",
            Malformed::Head => "an answer's head does not end",
            Malformed::Length => "an answer has no Content-Length; chunked answers are not measured",
        })
    }
}

impl std::error::Error for Malformed {}

impl Response {
    /// Reads the answer at the beginning of `bytes`; `None` while it is not whole.
    ///
    /// # Errors
    ///
    /// Why it never will be.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, Malformed> {
        let Some(head) = head_end(bytes) else {
            return if bytes.len() > HEAD_BYTES { Err(Malformed::Head) } else { Ok(None) };
        };
        let status = status(&bytes[..head]).ok_or(Malformed::StatusLine)?;
        let length = match header(&bytes[..head], "content-length") {
            Some(text) => text.trim().parse().map_err(|_| Malformed::Length)?,
            None if matches!(status, 100..=199 | 204 | 304) => 0,
            None => return Err(Malformed::Length),
        };
        let end = head + length;
        Ok((bytes.len() >= end).then_some(Response { status, body: head, end }))
    }
}

/// The value of the header of this name (in lower case) in an answer's head.
pub fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    head.split(|byte| *byte == b'\n').skip(1).find_map(|line| {
        let (found, value) = line.split_at_checked(name.len())?;
        let value = value.strip_prefix(b":")?;
        found.eq_ignore_ascii_case(name.as_bytes()).then(|| std::str::from_utf8(value).ok().map(str::trim))?
    })
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|byte| *byte == b'\r') {
        if bytes[from + at..].starts_with(b"\r\n\r\n") {
            return Some(from + at + 4);
        }
        from += at + 1;
    }
    None
}

fn status(head: &[u8]) -> Option<u16> {
    let digits = head.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &str, expected: Result<Option<(u16, &str)>, Malformed>) {
        let read = Response::read(bytes.as_bytes());
        let read = read.map(|answer| answer.map(|answer| (answer.status, &bytes[answer.body..answer.end])));
        assert_eq!(read, expected, "{bytes:?}");
    }

    #[test]
    fn an_answer_is_read_when_it_is_whole() {
        let whole = "HTTP/1.1 201 Created\r\netag: W/\"1\"\r\nContent-Length: 3\r\n\r\nabc";
        for cut in 0..whole.len() {
            check(&whole[..cut], Ok(None));
        }
        check(whole, Ok(Some((201, "abc"))));
        check(&format!("{whole}HTTP/1.1 "), Ok(Some((201, "abc"))));
        check("HTTP/1.1 204 No Content\r\n\r\n", Ok(Some((204, ""))));
    }

    #[test]
    fn what_cannot_be_measured_is_said() {
        check("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", Err(Malformed::Length));
        check("HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n", Err(Malformed::Length));
        check("SSH-2.0-OpenSSH\r\n\r\n", Err(Malformed::StatusLine));
        check(&"a".repeat(HEAD_BYTES + 1), Err(Malformed::Head));
    }

    #[test]
    fn headers_are_found_whatever_their_case() {
        let head = b"HTTP/1.1 201 Created\r\nLocation: http://x/Patient/1\r\n\r\n";
        assert_eq!(header(head, "location"), Some("http://x/Patient/1"));
        assert_eq!(header(head, "loc"), None);
    }
}
