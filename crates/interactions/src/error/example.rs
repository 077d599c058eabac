//! A request that provokes a row of the table: documentation and test at once.
//!
//! Examples run against the demo clinic of `easel serve --sandbox`. `{id}` in a path, header or body stands
//! for the id in the `Location` of the request before; `{now}` for the present as an HTTP date.

/// How a row is provoked.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Requests that succeed first.
    pub before: &'static [Request],
    /// The request that is refused.
    pub request: Request,
    /// What else it takes.
    pub provocation: Provocation,
}

/// What it takes besides the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provocation {
    /// Nothing.
    Plain,
    /// The client sends half of the body and then waits.
    StopsHalfWay,
    /// As many requests as the server takes at once are under way already.
    Busy,
    /// The request was sent as often as it is taken otherwise.
    Repeated,
    /// The server is stopping.
    Stopping,
}

/// One HTTP request.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// The method.
    pub method: &'static str,
    /// Path and query.
    pub path: &'static str,
    /// Headers besides `authorization`; a body is `application/fhir+json` unless `content-type` is here.
    pub headers: &'static [(&'static str, &'static str)],
    /// What is sent.
    pub body: Body,
    /// Who asks.
    pub token: Token,
}

/// The body of an example.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// None.
    None,
    /// This text.
    Text(&'static str),
    /// A JSON string one byte longer than the limit on bodies.
    OverLimit,
    /// A batch of one entry more than is taken.
    TooManyEntries,
}

/// The bearer token of an example.
#[derive(Clone, Copy, Debug)]
pub enum Token {
    /// One with every scope.
    Full,
    /// None.
    None,
    /// This text, which is no token.
    Wrong(&'static str),
    /// One with these scopes.
    Scopes(&'static str),
}

impl Request {
    /// A GET with a token of every scope.
    pub const fn get(path: &'static str) -> Self {
        Request { method: "GET", path, headers: &[], body: Body::None, token: Token::Full }
    }

    /// A request with a body and a token of every scope.
    pub const fn send(method: &'static str, path: &'static str, body: &'static str) -> Self {
        Request { method, path, headers: &[], body: Body::Text(body), token: Token::Full }
    }

    /// The same with these headers.
    #[must_use]
    pub const fn with(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Request { headers, ..self }
    }

    /// The same by another bearer.
    #[must_use]
    pub const fn by(self, token: Token) -> Self {
        Request { token, ..self }
    }
}

impl Example {
    /// A request that is refused by itself.
    pub const fn plain(request: Request) -> Self {
        Example { before: &[], request, provocation: Provocation::Plain }
    }

    /// A request that is refused after others.
    pub const fn after(before: &'static [Request], request: Request) -> Self {
        Example { before, request, provocation: Provocation::Plain }
    }
}
