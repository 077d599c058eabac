//! A request, taken apart.

use fhir::{Issue, IssueCode};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName};
use hyper::{Method, Request, Uri};
use interactions::{Refusal, query_string};
use percent_encoding::percent_decode_str;
use std::net::IpAddr;

/// The body of a request.
#[derive(Default)]
pub enum Body {
    /// It has been received, its content coding still in place.
    Here(Vec<u8>),
    /// It is arriving.
    Arriving(Incoming),
    /// It was taken.
    #[default]
    Taken,
}

/// A request: its head taken apart, its body not yet read.
pub struct Ask {
    /// The method.
    pub method: Method,
    /// Path and query as they came.
    pub uri: Uri,
    /// The steps of the path, percent-decoded; a slash at the end makes no step.
    pub steps: Vec<String>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// Who is connected: the client, or a proxy before it.
    pub peer: IpAddr,
}

impl Ask {
    /// Takes a request apart.
    ///
    /// # Errors
    ///
    /// 404 when the path is not UTF-8 once decoded.
    pub fn new(request: Request<Incoming>, peer: IpAddr) -> Result<Self, Refusal> {
        let (head, body) = request.into_parts();
        let path = head.uri.path();
        let trimmed = path.strip_prefix('/').unwrap_or(path);
        let trimmed = trimmed.strip_suffix('/').unwrap_or(trimmed);
        let steps = trimmed
            .split('/')
            .map(|step| percent_decode_str(step).decode_utf8().map(|step| step.into_owned()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| Refusal::unknown_path(path))?;
        Ok(Ask {
            method: head.method,
            uri: head.uri,
            steps,
            headers: head.headers,
            body: Body::Arriving(body),
            peer,
        })
    }

    /// The parameters of the query, decoded, in order.
    ///
    /// # Errors
    ///
    /// 400 when one is not UTF-8.
    pub fn query(&self) -> Result<Vec<(String, String)>, Refusal> {
        parameters(self.uri.query().unwrap_or_default().as_bytes())
    }

    /// The text of a header; `None` when it is absent or not text.
    pub fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The text of a header by its name in lower case.
    pub fn header_named(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Reads `application/x-www-form-urlencoded` text.
///
/// # Errors
///
/// 400 when a name or value is not UTF-8.
pub fn parameters(text: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    let text = std::str::from_utf8(text).map_err(|_| {
        let text = "the parameters are not valid UTF-8";
        Refusal::invalid(vec![Issue::error(IssueCode::Value, text)])
    })?;
    query_string::parameters(text).map_err(|issue| Refusal::invalid(vec![issue]))
}
