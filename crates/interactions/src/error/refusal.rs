//! A row of the table that happened.

use super::table::{Row, Shape, rows};
use fhir::outcome::{cut, operation_outcome};
use fhir::{Issue, IssueCode, ResourceType, json};
use std::error::Error;
use std::fmt;
use storage::StoreError;

/// Why the server failed: for the log alone. A client reads [`Issue`]s, which this is not.
pub type Cause = Box<dyn Error + Send + Sync>;

/// A refused request: what the client is told, and, apart from it, what the log is told.
#[derive(Debug)]
pub struct Refusal {
    row: &'static Row,
    issues: Vec<Issue>,
    headers: Vec<(&'static str, String)>,
    cause: Option<Cause>,
    /// The row's, unless it happened at the token endpoint.
    shape: Shape,
}

/// After how many seconds a client should try again what was refused for a while.
const RETRY_AFTER_SECONDS: &str = "1";

/// After so many issues of a transaction's entries, only one of each further entry is told.
const TOLD_ISSUES: usize = 1_000;

/// Where in a Bundle something is: `expression` is in the Bundle already, or begins with the type of the resource
/// in the entry.
fn place_in_entry(index: usize, expression: Option<&str>) -> String {
    match expression {
        Some(known) if known.starts_with("Bundle.entry[") => known.to_owned(),
        Some(within) => {
            let rest = within.find('.').map_or("", |dot| &within[dot..]);
            format!("Bundle.entry[{index}].resource{rest}")
        }
        None => format!("Bundle.entry[{index}]"),
    }
}

impl Refusal {
    fn new(row: &'static Row, text: impl Into<String>) -> Self {
        let first = Issue::error(row.code, text);
        Refusal { row, issues: vec![first], headers: Vec::new(), cause: None, shape: row.shape }
    }

    fn documented(row: &'static Row) -> Self {
        Self::new(row, row.text)
    }

    fn filled(row: &'static Row, values: &[(&str, &str)]) -> Self {
        let text = values.iter().fold(row.text.to_owned(), |text, (name, value)| text.replace(name, value));
        Self::new(row, text)
    }

    /// 400 with every problem that was found, in document order.
    pub fn invalid(problems: Vec<Issue>) -> Self {
        let mut refusal = Self::documented(&rows::INVALID);
        refusal.issues.extend(problems);
        refusal
    }

    /// 401. `token_sent` says whether there was a token, which is then `invalid_token` (RFC 6750, 3.1).
    pub fn unauthenticated(realm: &str, token_sent: bool) -> Self {
        let error = if token_sent { ", error=\"invalid_token\"" } else { "" };
        Self::documented(&rows::UNAUTHENTICATED)
            .with("www-authenticate", format!("Bearer realm=\"{realm}\"{error}"))
    }

    /// 403 for want of `scope`.
    pub fn insufficient_scope(scope: &str) -> Self {
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
        Self::documented(&rows::FORBIDDEN).with("www-authenticate", challenge)
    }

    /// 404: no such resource. A type that R4 does not know is given by its name.
    pub fn unknown_resource(resource_type: impl Into<&'static str>, id: &str) -> Self {
        let id = cut(id);
        Self::filled(&rows::UNKNOWN_RESOURCE, &[("{ResourceType}", resource_type.into()), ("{id}", &id)])
    }

    /// 404: no such version.
    pub fn unknown_version(resource_type: ResourceType, id: &str, version: &str) -> Self {
        let values =
            [("{version}", cut(version)), ("{ResourceType}", resource_type.name().into()), ("{id}", cut(id))];
        Self::filled(&rows::UNKNOWN_VERSION, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    }

    /// 404: no such path.
    pub fn unknown_path(path: &str) -> Self {
        Self::filled(&rows::UNKNOWN_PATH, &[("{path}", &cut(path))])
    }

    /// 405; `allow` lists the methods that are offered.
    pub fn not_offered(allow: &str) -> Self {
        Self::documented(&rows::NOT_OFFERED).with("allow", allow.to_owned())
    }

    /// 415: a content coding that is not known.
    pub fn unsupported_coding(coding: &str) -> Self {
        Self::filled(&rows::UNSUPPORTED_CODING, &[("{coding}", &cut(coding))])
    }

    /// 400: a body that is not what its content coding says.
    pub fn bad_coding(coding: &str) -> Self {
        let text = format!(
            "the body is not {coding}, as Content-Encoding says, or it is cut short; send it again whole"
        );
        Self::invalid(vec![Issue::error(IssueCode::Structure, text)])
    }

    /// 406.
    pub fn not_acceptable(accept: &str) -> Self {
        Self::filled(&rows::NOT_ACCEPTABLE, &[("{accept}", &cut(accept))])
    }

    /// 408; `seconds` is how long the server waited.
    pub fn request_timeout(seconds: u64) -> Self {
        Self::filled(&rows::REQUEST_TIMEOUT, &[("{seconds}", &seconds.to_string())])
            .with("connection", "close".into())
    }

    /// 409.
    pub fn conflict() -> Self {
        Self::documented(&rows::CONFLICT)
    }

    /// 409: nothing matches the criteria, but the id that shall be created exists.
    pub fn id_taken(resource_type: ResourceType, id: &str) -> Self {
        let id = cut(id);
        Self::filled(&rows::ID_TAKEN, &[("{ResourceType}", resource_type.name()), ("{id}", &id)])
    }

    /// 410.
    pub fn deleted(resource_type: ResourceType, id: &str) -> Self {
        Self::filled(&rows::DELETED, &[("{ResourceType}", resource_type.name()), ("{id}", id)])
    }

    /// 412.
    pub fn modified() -> Self {
        Self::documented(&rows::MODIFIED)
    }

    /// 412: criteria that must match one resource at most match several.
    pub fn multiple_matches() -> Self {
        Self::documented(&rows::MULTIPLE_MATCHES)
    }

    /// 413; `limit` in bytes.
    pub fn too_large(limit: usize) -> Self {
        Self::filled(&rows::TOO_LARGE, &[("{limit}", &limit.to_string())])
    }

    /// 413: a batch or transaction of too many entries.
    pub fn too_many_entries(entries: usize, limit: usize) -> Self {
        let (entries, limit) = (entries.to_string(), limit.to_string());
        Self::filled(&rows::TOO_MANY_ENTRIES, &[("{entries}", &entries), ("{limit}", &limit)])
    }

    /// 414; `limit` in bytes.
    pub fn uri_too_long(limit: usize) -> Self {
        Self::filled(&rows::URI_TOO_LONG, &[("{limit}", &limit.to_string())])
    }

    /// 415: no resource in a form that is read.
    pub fn unsupported_media_type(content_type: &str) -> Self {
        Self::unsupported_body(content_type, "application/fhir+json")
    }

    /// 415: no form.
    pub fn unsupported_form(content_type: &str) -> Self {
        Self::unsupported_body(content_type, "application/x-www-form-urlencoded")
    }

    fn unsupported_body(content_type: &str, offered: &str) -> Self {
        let content_type = cut(content_type);
        Self::filled(
            &rows::UNSUPPORTED_MEDIA_TYPE,
            &[("{content-type}", &content_type), ("{offered}", offered)],
        )
    }

    /// 415: a patch in no format that is known; `offered` are those that are.
    pub fn unsupported_patch(content_type: &str, offered: &str) -> Self {
        let values = [("{content-type}", cut(content_type)), ("{offered}", offered.to_owned())];
        Self::filled(
            &rows::UNSUPPORTED_PATCH,
            &values.each_ref().map(|(name, value)| (*name, value.as_str())),
        )
        .with("accept-patch", offered.to_owned())
    }

    /// 422: what keeps a patch from being applied.
    pub fn patch_failed(failures: Vec<Issue>) -> Self {
        Refusal { row: &rows::PATCH_FAILED, ..Self::broken_rules(failures) }
    }

    /// 422: what is wrong with what a patch would leave.
    pub fn patch_invalid(problems: Vec<Issue>) -> Self {
        let mut refusal = Self::documented(&rows::PATCH_INVALID);
        refusal.issues.extend(problems);
        refusal
    }

    /// 422 with the texts of the rules that were broken, the first broken first, each with its place if it
    /// has one. Their code is `business-rule` whatever the issues say.
    pub fn broken_rules(rules: Vec<Issue>) -> Self {
        let issues =
            rules.into_iter().map(|issue| Issue { code: IssueCode::BusinessRule, ..issue }).collect();
        Refusal { issues, ..Self::documented(&rows::BUSINESS_RULE) }
    }

    /// 429; `seconds` is how long to wait.
    pub fn throttled(seconds: u64) -> Self {
        let seconds = seconds.to_string();
        Self::filled(&rows::THROTTLED, &[("{seconds}", &seconds)]).with("retry-after", seconds)
    }

    /// 431; `limit` in bytes, `count` the most headers there may be.
    pub fn headers_too_large(limit: usize, count: usize) -> Self {
        let (limit, count) = (limit.to_string(), count.to_string());
        Self::filled(&rows::HEADERS_TOO_LARGE, &[("{limit}", &limit), ("{count}", &count)])
    }

    /// 500.
    pub fn failed(cause: impl Into<Cause>) -> Self {
        Refusal { cause: Some(cause.into()), ..Self::documented(&rows::INTERNAL) }
    }

    /// 503: too many requests at once.
    pub fn overloaded(limit: usize) -> Self {
        let text = format!("{limit} requests are under way, which is the limit; try again in a second");
        Self::for_a_while(&rows::OVERLOADED, text)
    }

    /// 503: too many requests that are answered later.
    pub fn too_many_asynchronous(limit: usize) -> Self {
        let text =
            format!("{limit} asynchronous requests are under way, which is the limit; try again in a second");
        Self::for_a_while(&rows::OVERLOADED, text)
    }

    /// 503: too many requests of one client that are answered later.
    pub fn too_many_asynchronous_of_client(limit: usize) -> Self {
        let text = format!(
            "{limit} asynchronous requests of this client are under way, which is the limit; wait for one to be \
             answered, or give one up with DELETE, and try again in a second"
        );
        Self::for_a_while(&rows::OVERLOADED, text)
    }

    /// 503: shutting down.
    pub fn stopping() -> Self {
        Self::for_a_while(&rows::STOPPING, "The server is shutting down; try again in a second")
    }

    /// 503: the store is out of reach.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        let text = "The store is not available for now; a change that was not answered with success may not have been made: read before you repeat it; try again in a second";
        Refusal { cause: Some(cause.into()), ..Self::for_a_while(&rows::UNAVAILABLE, text) }
    }

    fn for_a_while(row: &'static Row, text: impl Into<String>) -> Self {
        Self::documented(row)
            .explained(Issue::error(IssueCode::Transient, text))
            .with("retry-after", RETRY_AFTER_SECONDS.into())
    }

    /// 504; `seconds` is how long the server tried.
    pub fn took_too_long(seconds: u64) -> Self {
        let text = format!("The answer took longer than {seconds} seconds; ask for less at a time");
        Self::documented(&rows::TOOK_TOO_LONG).explained(Issue::error(IssueCode::Timeout, text))
    }

    /// RFC 6749 `invalid_request`: `problem` says what is missing or repeated.
    pub fn token_invalid_request(problem: impl Into<String>) -> Self {
        Self::new(&rows::TOKEN_INVALID_REQUEST, problem)
    }

    /// RFC 6749 `invalid_client`.
    pub fn token_invalid_client(realm: &str) -> Self {
        Self::documented(&rows::TOKEN_INVALID_CLIENT)
            .with("www-authenticate", format!("Basic realm=\"{realm}\""))
    }

    /// RFC 6749 `unsupported_grant_type`.
    pub fn token_unsupported_grant(grant_type: &str) -> Self {
        Self::filled(&rows::TOKEN_UNSUPPORTED_GRANT, &[("{grant_type}", &cut(grant_type))])
    }

    /// RFC 6749 `invalid_scope`: `problem` names the scope.
    pub fn token_invalid_scope(problem: impl Into<String>) -> Self {
        Self::new(&rows::TOKEN_INVALID_SCOPE, problem)
    }

    /// The same refusal at the token endpoint, whose errors RFC 6749 gives their form.
    #[must_use]
    pub fn at_token_endpoint(mut self) -> Self {
        if let Shape::OperationOutcome = self.shape {
            self.shape = Shape::OAuth(match self.row.status {
                429 | 503 => "temporarily_unavailable",
                500.. => "server_error",
                _ => "invalid_request",
            });
        }
        self
    }

    /// In which form it is rendered.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The same refusal, its explanations being about `place` where they name none.
    #[must_use]
    pub fn placed(mut self, place: &str) -> Self {
        let documented = self.documented_issues();
        for issue in self.issues.iter_mut().skip(documented) {
            issue.expression.get_or_insert_with(|| place.to_owned());
        }
        self
    }

    /// The same refusal of what stands in an entry of a Bundle: explanations name their places in the Bundle. The
    /// documented issue reads as everywhere.
    #[must_use]
    pub fn in_entry(mut self, index: usize) -> Self {
        let documented = self.documented_issues();
        for issue in self.issues.iter_mut().skip(documented) {
            issue.expression = Some(place_in_entry(index, issue.expression.as_deref()));
        }
        self
    }

    /// A transaction refused for its entries, each with its place in the Bundle: with the status of the root cause, and
    /// every entry that was refused. The root cause is what comes first in the order of checks: what is not allowed (of
    /// which no more is told), then what is wrong with requests, what is not there, preconditions, and rules.
    pub fn of_entries(entries: impl IntoIterator<Item = (usize, Refusal)>) -> Self {
        let mut entries: Vec<(usize, Refusal)> = entries.into_iter().collect();
        entries.sort_by_key(|(index, _)| *index);
        let is_forbidden = |refusal: &Refusal| refusal.row.id == rows::FORBIDDEN.id;
        if entries.iter().any(|(_, refusal)| is_forbidden(refusal)) {
            entries.retain(|(_, refusal)| is_forbidden(refusal));
        }
        // The statuses of the checks ascend in their order; of entries alike the first in the Bundle is taken.
        let root = entries.iter().enumerate().min_by_key(|(_, (_, refusal))| refusal.row.status);
        let Some((place, (_, root))) = root else { return Self::documented(&rows::INVALID) };
        let (row, headers) = (root.row, root.headers.clone());
        let mut issues: Vec<Issue> = Vec::new();
        if row.id == rows::INVALID.id {
            issues.push(Issue::error(row.code, row.text));
        } else {
            // The first issue is the documented one of the status.
            let root = entries.remove(place);
            entries.insert(0, root);
        }
        for (index, refusal) in entries {
            let documented = usize::from(refusal.row.id == rows::INVALID.id);
            let told = if issues.len() < TOLD_ISSUES { usize::MAX } else { 1 };
            issues.extend(refusal.issues.into_iter().skip(documented).take(told).map(|issue| Issue {
                expression: Some(place_in_entry(index, issue.expression.as_deref())),
                ..issue
            }));
        }
        Refusal { issues, headers, ..Self::documented(row) }
    }

    /// The same refusal once more, as clients are told of it.
    pub(crate) fn told_again(&self) -> Self {
        let (issues, headers, shape) = (self.issues.clone(), self.headers.clone(), self.shape);
        Refusal { row: self.row, issues, headers, cause: None, shape }
    }

    /// How many of the issues, from the first on, are those that the table documents.
    fn documented_issues(&self) -> usize {
        usize::from(![rows::BUSINESS_RULE.id, rows::PATCH_FAILED.id].contains(&self.row.id))
    }

    /// The same refusal with one more issue.
    #[must_use]
    pub fn explained(mut self, issue: Issue) -> Self {
        self.issues.push(issue);
        self
    }

    /// The same refusal with a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The row of the table.
    pub fn row(&self) -> &'static Row {
        self.row
    }

    /// What the client is told.
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    /// What the client is told beyond the documented issue; that one where there is nothing else.
    pub fn explanations(&self) -> &[Issue] {
        match self.issues.get(self.documented_issues()..) {
            Some(explanations) if !explanations.is_empty() => explanations,
            _ => &self.issues,
        }
    }

    /// The headers that belong to it.
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// What the log is told, for 5xx.
    pub fn cause(&self) -> Option<&Cause> {
        self.cause.as_ref()
    }

    /// The body: the one place where a refusal is rendered.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self.shape {
            Shape::OperationOutcome => operation_outcome(&self.issues),
            Shape::OAuth(error) => {
                let description = self.issues.first().map(|issue| issue.text.as_str()).unwrap_or_default();
                json!({ "error": error, "error_description": description }).to_bytes()
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<&str> = self.issues.iter().map(|issue| issue.text.as_str()).collect();
        write!(f, "{}: {}", self.row.id, texts.join("; "))
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Refusal::conflict(),
            StoreError::Expired => {
                let text = "_cursor leads to what is no longer kept; start the search again without it";
                Refusal::invalid(vec![Issue::error(IssueCode::Value, text)])
            }
            StoreError::TooCostly => {
                let text = format!(
                    "the search would have to look at more than {} resources; add criteria that leave fewer, such as \
                     a patient, a code or a date",
                    search::limits::RESOLVED
                );
                Refusal::invalid(vec![Issue::error(IssueCode::TooCostly, text)])
            }
            error @ (StoreError::Unavailable(_) | StoreError::Full(_)) => Refusal::unavailable(error),
            error => Refusal::failed(error),
        }
    }
}
