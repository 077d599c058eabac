//! The table. A row is added here, provoked by its example, and documented by both (CONTRIBUTING.md).

use super::example::{Body, Example, Provocation, Request, Token};
use fhir::IssueCode;

/// What the body of a refusal looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An OperationOutcome.
    OperationOutcome,
    /// RFC 6749, section 5.2, with this `error`: the token endpoint alone.
    OAuth(&'static str),
}

/// Something that the server refuses.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name: in the documentation, the log and the metrics.
    pub id: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The code of the first issue.
    pub code: IssueCode,
    /// The text of the first issue; `{…}` are filled in.
    pub text: &'static str,
    /// When it is refused, in one sentence, and what to do.
    pub when: &'static str,
    /// Whether more issues explain.
    pub explains: bool,
    /// The body.
    pub shape: Shape,
    /// A request that provokes it.
    pub example: Example,
}

/// The text of every 5xx.
const SERVER_ERROR: &str = "Internal server error";

/// The text of every 412.
const PRECONDITION_FAILED: &str = "The resource has been modified since the precondition was specified.";

const DANA: &str = "/Patient/{demo-patient}";

/// Names of [`TABLE`]'s rows.
pub mod rows {
    use super::*;

    macro_rules! rows {
        ($($(#[$doc:meta])* $name:ident = $row:expr;)*) => {
            $($(#[$doc])* pub static $name: Row = $row;)*
            /// Everything the server refuses, by status.
            pub static TABLE: &[&Row] = &[$(&$name),*];
        };
    }

    const OUTCOME: Shape = Shape::OperationOutcome;

    rows! {
        /// 400
        INVALID = Row {
            id: "invalid",
            status: 400,
            code: IssueCode::Invalid,
            text: "The request was malformed or failed validation.",
            when: "The body is not JSON, or not a valid resource, or a parameter cannot be honoured. Every problem follows as an issue of its own with its place.",
            explains: true,
            shape: OUTCOME,
            example: Example::plain(Request::send("POST", "/Patient",
                r#"{"resourceType":"Patient","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"}],"name":[{"use":"official","family":"Roe","given":["Jane"]}],"birthDate":"1980-13-01"}"#)),
        };
        /// 401
        UNAUTHENTICATED = Row {
            id: "unauthenticated",
            status: 401,
            code: IssueCode::Unknown,
            text: "Authentication failed",
            when: "No bearer token was sent, or it is unknown, expired or revoked. Get one from /auth/token/.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request::get("/Patient").by(Token::Wrong("not-a-token"))),
        };
        /// 403
        FORBIDDEN = Row {
            id: "forbidden",
            status: 403,
            code: IssueCode::Forbidden,
            text: "Authorization failed",
            when: "The token's scopes do not cover the interaction. The WWW-Authenticate header names a scope that does.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request::get("/Appointment").by(Token::Scopes("system/Patient.read"))),
        };
        /// 404
        UNKNOWN_RESOURCE = Row {
            id: "unknown-resource",
            status: 404,
            code: IssueCode::NotFound,
            text: "Unknown {ResourceType} resource '{id}'",
            when: "There is no resource of this type with this id, or the caller may not know of it.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request::get("/Patient/a47c7b0ebbb442cdbc4adf259d148ea1")),
        };
        /// 404
        UNKNOWN_VERSION = Row {
            id: "unknown-version",
            status: 404,
            code: IssueCode::NotFound,
            text: "Unknown version '{version}' of {ResourceType} resource '{id}'",
            when: "The resource exists, this version of it does not. Its history lists the versions.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request::get("/fhir/Patient/{demo-patient}/_history/999")),
        };
        /// 404
        UNKNOWN_PATH = Row {
            id: "unknown-path",
            status: 404,
            code: IssueCode::NotFound,
            text: "Unknown path '{path}'",
            when: "The path is no resource type and no operation of this server. /metadata lists what is served.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request::get("/Patiens")),
        };
        /// 405
        NOT_OFFERED = Row {
            id: "not-offered",
            status: 405,
            code: IssueCode::NotSupported,
            text: "Operation is not supported",
            when: "The resource type does not offer the interaction. The Allow header names the methods that are offered here.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request { method: "DELETE", path: DANA, headers: &[], body: Body::None, token: Token::Full }),
        };
        /// 406
        NOT_ACCEPTABLE = Row {
            id: "not-acceptable",
            status: 406,
            code: IssueCode::NotSupported,
            text: "The media type '{accept}' cannot be produced; application/fhir+json can",
            when: "The Accept header or _format asks for neither JSON nor, at the R4 door, XML.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request::get("/Patient").with(&[("accept", "text/turtle")])),
        };
        /// 408
        REQUEST_TIMEOUT = Row {
            id: "request-timeout",
            status: 408,
            code: IssueCode::Timeout,
            text: "The request did not arrive within {seconds} seconds; send it again",
            when: "The client took too long to send its request.",
            explains: false,
            shape: OUTCOME,
            example: Example {
                before: &[],
                request: Request::send("POST", "/fhir/Basic", r#"{"resourceType":"Basic","code":{"text":"x"}}"#),
                provocation: Provocation::StopsHalfWay,
            },
        };
        /// 409
        CONFLICT = Row {
            id: "conflict",
            status: 409,
            code: IssueCode::Conflict,
            text: "The change conflicted with a concurrent one and was not made; read the resource and try again",
            when: "Concurrent changes could not be put in an order although the server tried several times. Nothing was written.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request::send("POST", "/fhir/Basic", r#"{"resourceType":"Basic","code":{"text":"x"}}"#)
                .with(&[("easel-fault", "conflict")])),
        };
        /// 409
        ID_TAKEN = Row {
            id: "id-taken",
            status: 409,
            code: IssueCode::Conflict,
            text: "No {ResourceType} matches the criteria, but one with the id '{id}' exists; leave the id out or correct the criteria",
            when: "A conditional update matches nothing and would create its resource under an id that another has.",
            explains: false,
            shape: OUTCOME,
            example: Example::after(
                &[Request::send("PUT", "/fhir/Basic/taken", r#"{"resourceType":"Basic","id":"taken","code":{"text":"x"}}"#)],
                Request::send("PUT", "/fhir/Basic?identifier=urn:none%7C1", r#"{"resourceType":"Basic","id":"taken","code":{"text":"y"}}"#),
            ),
        };
        /// 410
        DELETED = Row {
            id: "deleted",
            status: 410,
            code: IssueCode::Deleted,
            text: "The {ResourceType} resource '{id}' has been deleted",
            when: "The resource was deleted. Its earlier versions are in its history.",
            explains: false,
            shape: OUTCOME,
            example: Example::after(
                &[
                    Request::send("PUT", "/fhir/Basic/deleted", r#"{"resourceType":"Basic","id":"deleted","code":{"text":"x"}}"#),
                    Request { method: "DELETE", path: "/fhir/Basic/deleted", headers: &[], body: Body::None, token: Token::Full },
                ],
                Request::get("/fhir/Basic/deleted"),
            ),
        };
        /// 412
        MODIFIED = Row {
            id: "modified",
            status: 412,
            code: IssueCode::Conflict,
            text: PRECONDITION_FAILED,
            when: "If-Match, If-None-Match or If-Unmodified-Since does not hold of the stored resource. Read it again and repeat the change on what it is now.",
            explains: false,
            shape: OUTCOME,
            example: Example::after(
                &[Request::send("POST", "/fhir/Basic", r#"{"resourceType":"Basic","code":{"text":"x"}}"#)],
                Request::send("PUT", "/fhir/Basic/{id}", r#"{"resourceType":"Basic","id":"{id}","code":{"text":"y"}}"#)
                    .with(&[("if-unmodified-since", "Wed, 21 Oct 2015 07:28:00 GMT")]),
            ),
        };
        /// 412
        MULTIPLE_MATCHES = Row {
            id: "multiple-matches",
            status: 412,
            code: IssueCode::Conflict,
            text: PRECONDITION_FAILED,
            when: "The criteria of a conditional interaction or reference, which must match one resource, match several. Search with them, then name more.",
            explains: false,
            shape: OUTCOME,
            example: Example::after(
                &[
                    Request::send("POST", "/fhir/Basic", r#"{"resourceType":"Basic","identifier":[{"system":"urn:twice","value":"1"}],"code":{"text":"x"}}"#),
                    Request::send("POST", "/fhir/Basic", r#"{"resourceType":"Basic","identifier":[{"system":"urn:twice","value":"1"}],"code":{"text":"y"}}"#),
                ],
                Request::send("POST", "/fhir/Basic", r#"{"resourceType":"Basic","code":{"text":"z"}}"#)
                    .with(&[("if-none-exist", "identifier=urn:twice|1")]),
            ),
        };
        /// 413
        TOO_LARGE = Row {
            id: "too-large",
            status: 413,
            code: IssueCode::TooLong,
            text: "The body is larger than the limit of {limit} bytes",
            when: "The body is over the limit (setting limits.body_bytes; 262144 bytes for the form of a _search).",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request { method: "POST", path: "/fhir/Basic", headers: &[], body: Body::OverLimit, token: Token::Full }),
        };
        /// 413
        TOO_MANY_ENTRIES = Row {
            id: "too-many-entries",
            status: 413,
            code: IssueCode::TooLong,
            text: "The Bundle has {entries} entries; the limit is {limit}: send several",
            when: "A batch or transaction has more entries than are carried out in one go.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request { method: "POST", path: "/fhir", headers: &[], body: Body::TooManyEntries, token: Token::Full }),
        };
        /// 414
        URI_TOO_LONG = Row {
            id: "uri-too-long",
            status: 414,
            code: IssueCode::TooLong,
            text: "The URL is longer than the limit of {limit} bytes",
            when: "Path and query are over the limit (setting limits.uri_bytes).",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request::get("/Patient?name={long}")),
        };
        /// 415
        UNSUPPORTED_MEDIA_TYPE = Row {
            id: "unsupported-media-type",
            status: 415,
            code: IssueCode::NotSupported,
            text: "The media type '{content-type}' cannot be read; send {offered}",
            when: "The body is not said to be of a media type that the interaction reads. FHIR resources are JSON or, at the R4 door, XML; the parameters of _search and of token requests are forms.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request::send("POST", "/Patient", "resourceType=Patient")
                .with(&[("content-type", "application/x-www-form-urlencoded")])),
        };
        /// 415
        UNSUPPORTED_CODING = Row {
            id: "unsupported-coding",
            status: 415,
            code: IssueCode::NotSupported,
            text: "The content coding '{coding}' cannot be read; send zstd, br, gzip or none",
            when: "The body is compressed in a way that the server does not know, or in several.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request::send("POST", "/fhir/Basic", r#"{"resourceType":"Basic","code":{"text":"x"}}"#)
                .with(&[("content-encoding", "compress")])),
        };
        /// 415
        UNSUPPORTED_PATCH = Row {
            id: "unsupported-patch",
            status: 415,
            code: IssueCode::NotSupported,
            text: "A patch of the media type '{content-type}' cannot be read; send one of {offered}",
            when: "The Content-Type of a PATCH is none of a patch: JSON Patch, XML Patch, or a FHIRPath Patch in Parameters.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request::send("PATCH", "/fhir/Patient/{demo-patient}", r#"{"gender":"other"}"#)
                .with(&[("content-type", "application/merge-patch+json")])),
        };
        /// 422
        BUSINESS_RULE = Row {
            id: "business-rule",
            status: 422,
            code: IssueCode::BusinessRule,
            text: "{the rule's own text}",
            when: "The request is well-formed, but its meaning, the stored state or a business rule forbids it. Each broken rule is an issue; docs/canvas lists the rules.",
            explains: true,
            shape: OUTCOME,
            example: Example::after(
                &[Request::send("POST", "/Appointment", APPOINTMENT)],
                Request::send("POST", "/Appointment", APPOINTMENT),
            ),
        };
        /// 422
        PATCH_FAILED = Row {
            id: "patch-failed",
            status: 422,
            code: IssueCode::BusinessRule,
            text: "{the operation that failed, and why}",
            when: "A patch does not fit the resource: a path leads nowhere, a test does not hold. No operation of it was carried out.",
            explains: true,
            shape: OUTCOME,
            example: Example::plain(Request::send("PATCH", "/fhir/Patient/{demo-patient}", r#"[{"op":"remove","path":"/maritalStatus/text"}]"#)
                .with(&[("content-type", "application/json-patch+json")])),
        };
        /// 422
        PATCH_INVALID = Row {
            id: "patch-invalid",
            status: 422,
            code: IssueCode::BusinessRule,
            text: "The patch would leave a resource that is not valid; nothing was changed",
            when: "The patched resource breaks the specification. Every problem follows as an issue of its own with its place in the patched resource.",
            explains: true,
            shape: OUTCOME,
            example: Example::plain(Request::send("PATCH", "/fhir/Patient/{demo-patient}", r#"[{"op":"replace","path":"/birthDate","value":"1980-13-01"}]"#)
                .with(&[("content-type", "application/json-patch+json")])),
        };
        /// 429
        THROTTLED = Row {
            id: "throttled",
            status: 429,
            code: IssueCode::Throttled,
            text: "Too many wrong secrets; try again in {seconds} seconds",
            when: "Twenty wrong secrets of one client came from one address within a minute. The Retry-After header says when to try again; others are not kept waiting.",
            explains: false,
            shape: Shape::OAuth("temporarily_unavailable"),
            example: Example { before: &[], request: form("grant_type=client_credentials&client_id=guessed&client_secret=guess"), provocation: Provocation::Repeated },
        };
        /// 431
        HEADERS_TOO_LARGE = Row {
            id: "headers-too-large",
            status: 431,
            code: IssueCode::TooLong,
            text: "The headers are larger than the limit of {limit} bytes, or more than {count}",
            when: "The request's headers are over the limit (setting limits.header_bytes), or there are too many of them.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request::get("/Patient").with(&[("x-padding", "{long}")])),
        };
        /// 500
        INTERNAL = Row {
            id: "internal",
            status: 500,
            code: IssueCode::Exception,
            text: SERVER_ERROR,
            when: "The server failed. The log has the cause under the answer's fumage-correlation-id; nothing was written.",
            explains: false,
            shape: OUTCOME,
            example: Example::plain(Request::get("/Patient").with(&[("easel-fault", "panic")])),
        };
        /// 503
        OVERLOADED = Row {
            id: "overloaded",
            status: 503,
            code: IssueCode::Exception,
            text: SERVER_ERROR,
            when: "More requests are under way than the server takes at once (setting limits.concurrent_requests; 64 asynchronous ones, 16 of one client). Try again after Retry-After seconds.",
            explains: true,
            shape: OUTCOME,
            example: Example { before: &[], request: Request::get("/Patient"), provocation: Provocation::Busy },
        };
        /// 503
        STOPPING = Row {
            id: "stopping",
            status: 503,
            code: IssueCode::Exception,
            text: SERVER_ERROR,
            when: "The server is shutting down; requests under way are finished, new ones are not begun. Try again after Retry-After seconds.",
            explains: true,
            shape: OUTCOME,
            example: Example { before: &[], request: Request::get("/Patient"), provocation: Provocation::Stopping },
        };
        /// 503
        UNAVAILABLE = Row {
            id: "store-unavailable",
            status: 503,
            code: IssueCode::Exception,
            text: SERVER_ERROR,
            when: "The store cannot be reached or cannot write (no database, disk full). Try again after Retry-After seconds; if the connection to the database broke at the last moment, a change may have been made: read before you repeat it.",
            explains: true,
            shape: OUTCOME,
            example: Example::plain(Request::get("/fhir/Basic").with(&[("easel-fault", "unavailable")])),
        };
        /// 504
        TOOK_TOO_LONG = Row {
            id: "took-too-long",
            status: 504,
            code: IssueCode::Exception,
            text: SERVER_ERROR,
            when: "The answer took longer than the server allows (setting limits.request_seconds). Ask for less at a time; a change may have been made: read before you repeat it.",
            explains: true,
            shape: OUTCOME,
            example: Example::plain(Request::get("/fhir/Basic").with(&[("easel-fault", "slow")])),
        };
        /// RFC 6749
        TOKEN_INVALID_REQUEST = Row {
            id: "token-invalid-request",
            status: 400,
            code: IssueCode::Invalid,
            text: "{what is missing or repeated}",
            when: "The token request lacks a parameter, repeats one, or authenticates the client in two ways.",
            explains: false,
            shape: Shape::OAuth("invalid_request"),
            example: Example::plain(form("client_id=sandbox&client_secret=sandbox-secret")),
        };
        /// RFC 6749
        TOKEN_INVALID_CLIENT = Row {
            id: "token-invalid-client",
            status: 401,
            code: IssueCode::Unknown,
            text: "The client is unknown or its secret is wrong",
            when: "The client is unknown or its secret is wrong. `easel client list` shows the clients.",
            explains: false,
            shape: Shape::OAuth("invalid_client"),
            example: Example::plain(form("grant_type=client_credentials&client_id=sandbox&client_secret=wrong")),
        };
        /// RFC 6749
        TOKEN_UNSUPPORTED_GRANT = Row {
            id: "token-unsupported-grant-type",
            status: 400,
            code: IssueCode::NotSupported,
            text: "grant_type '{grant_type}' is not supported; send client_credentials",
            when: "The grant type is not client_credentials.",
            explains: false,
            shape: Shape::OAuth("unsupported_grant_type"),
            example: Example::plain(form("grant_type=password&client_id=sandbox&client_secret=sandbox-secret")),
        };
        /// RFC 6749
        TOKEN_INVALID_SCOPE = Row {
            id: "token-invalid-scope",
            status: 400,
            code: IssueCode::Invalid,
            text: "{the scope that is not one, or not allowed to the client}",
            when: "A scope is malformed or more than the client is allowed.",
            explains: false,
            shape: Shape::OAuth("invalid_scope"),
            example: Example::plain(form("grant_type=client_credentials&client_id=sandbox&client_secret=sandbox-secret&scope=system%2FPatient.fly")),
        };
    }
}

pub use rows::TABLE;

const fn form(body: &'static str) -> Request {
    Request::send("POST", "/auth/token/", body)
        .with(&[("content-type", "application/x-www-form-urlencoded")])
        .by(Token::None)
}

/// A booking in the demo clinic.
const APPOINTMENT: &str = r#"{"resourceType":"Appointment","status":"booked","supportingInformation":[{"reference":"Location/{demo-location}"}],"start":"2031-03-03T15:00:00Z","end":"2031-03-03T15:20:00Z","participant":[{"actor":{"reference":"Practitioner/{demo-practitioner}"},"status":"accepted"},{"actor":{"reference":"Patient/{demo-patient}"},"status":"accepted"}]}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_unique_names_and_stand_by_status() {
        let mut names: Vec<&str> = TABLE.iter().map(|row| row.id).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TABLE.len());
        let outcomes: Vec<u16> =
            TABLE.iter().filter(|row| row.shape == Shape::OperationOutcome).map(|row| row.status).collect();
        assert!(outcomes.is_sorted(), "{outcomes:?}");
    }

    #[test]
    fn server_errors_tell_nothing_but_the_documented_text() {
        for row in TABLE.iter().filter(|row| row.status >= 500) {
            assert_eq!((row.code, row.text), (IssueCode::Exception, SERVER_ERROR), "{}", row.id);
        }
    }
}
