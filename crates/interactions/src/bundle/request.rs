//! `Bundle.entry.request` (<http://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request>).

use super::entry::Sent;
use crate::error::Refusal;
use crate::operations::Operation;
use crate::precondition::{Preconditions, Tags};
use crate::query_string;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, Object, ResourceType};
use percent_encoding::percent_decode_str;

/// `Bundle.entry.request` of an entry.
pub(super) struct Request<'e> {
    pub(super) index: usize,
    pub(super) object: &'e Object,
    pub(super) method: &'e str,
    /// The path of the URL below the base, and what follows its `?`.
    pub(super) path: &'e str,
    pub(super) query: &'e str,
}

impl<'e> Request<'e> {
    /// Reads `Bundle.entry.request`.
    ///
    /// # Errors
    ///
    /// 400 when it is absent or leads to another server.
    pub(super) fn of(base: &str, index: usize, entry: &'e Object) -> Result<Self, Refusal> {
        let object = entry.get("request").and_then(Json::as_object).ok_or_else(|| {
            let text = "request is required in a batch or transaction; it says what to do with the entry";
            invalid(Issue::error(IssueCode::Required, text).at(format_args!("Bundle.entry[{index}].request")))
        })?;
        let (method, url) = (object.str("method").unwrap_or_default(), object.str("url").unwrap_or_default());
        let is_absolute = url.split(['/', '?']).next().is_some_and(|scheme| scheme.ends_with(':'));
        let relative = match url.strip_prefix(base) {
            Some(rest) if rest.is_empty() || rest.starts_with(['/', '?']) => rest,
            _ if is_absolute || url.starts_with("//") => {
                let text = format!(
                    "url {} is not below {base}, where this server's resources are; send it relative to that",
                    quoted(url)
                );
                return Err(invalid(
                    Issue::error(IssueCode::Value, text)
                        .at(format_args!("Bundle.entry[{index}].request.url")),
                ));
            }
            _ => url,
        };
        let relative = relative.strip_prefix('/').unwrap_or(relative);
        let (path, query) = relative.split_once('?').unwrap_or((relative, ""));
        Ok(Request { index, object, method, path, query })
    }

    /// The same refusal, its explanations being about the URL.
    pub(super) fn placed(&self, refusal: Refusal) -> Refusal {
        refusal.placed(&format!("Bundle.entry[{}].request.url", self.index))
    }

    pub(super) fn parameters(&self) -> Result<Vec<(String, String)>, Refusal> {
        query_string::parameters(self.query).map_err(|issue| self.placed(invalid(issue)))
    }

    pub(super) fn no_query(&self) -> Result<(), Refusal> {
        query_string::none(&self.parameters()?).map_err(|refusal| self.placed(refusal))
    }

    pub(super) fn sent(
        &self,
        resource_type: ResourceType,
        id: String,
        resource: Option<Json>,
    ) -> Result<Sent, Refusal> {
        Ok(Sent { resource_type, id, sent_id: None, resource: self.resource(resource)? })
    }

    pub(super) fn resource(&self, resource: Option<Json>) -> Result<Json, Refusal> {
        resource.ok_or_else(|| {
            let text = format!("resource is required with {}", self.method);
            let place = format_args!("Bundle.entry[{}].resource", self.index);
            invalid(Issue::error(IssueCode::Required, text).at(place))
        })
    }

    /// `ifMatch` and `ifNoneMatch` of a change.
    pub(super) fn preconditions(&self, operation: Option<&Operation>) -> Result<Preconditions, Refusal> {
        let known: &[&str] = match self.method {
            "POST" if operation.is_some_and(|operation| operation.writes) => &["ifMatch"],
            "POST" if operation.is_some() => &[],
            "PUT" => &["ifMatch", "ifNoneMatch"],
            "PATCH" | "DELETE" => &["ifMatch"],
            "POST" => &["ifNoneExist"],
            _ => &["ifNoneMatch", "ifModifiedSince"],
        };
        let meaningless = ["ifMatch", "ifNoneMatch", "ifModifiedSince", "ifNoneExist"]
            .into_iter()
            .filter(|name| self.object.contains(name) && !known.contains(name));
        let problems: Vec<Issue> = meaningless
            .map(|name| {
                let text = format!("{name} has no meaning with {}; leave it out", self.method);
                let place = format_args!("Bundle.entry[{}].request.{name}", self.index);
                Issue::error(IssueCode::NotSupported, text).at(place)
            })
            .collect();
        if !problems.is_empty() {
            return Err(Refusal::invalid(problems));
        }
        let mut preconditions = Preconditions::default();
        if matches!(self.method, "GET" | "HEAD") {
            return Ok(preconditions);
        }
        preconditions.if_match = self.tags("ifMatch")?;
        preconditions.must_not_exist = match self.tags("ifNoneMatch")? {
            None => false,
            Some(Tags::Any) => true,
            Some(Tags::These(_)) => {
                let expected = "*, the only form that a change can have";
                return Err(self.malformed("ifNoneMatch", expected));
            }
        };
        Ok(preconditions)
    }

    /// The versions that a condition names.
    pub(super) fn tags(&self, name: &str) -> Result<Option<Tags>, Refusal> {
        let Some(text) = self.object.str(name) else { return Ok(None) };
        match Tags::parse(text) {
            Some(tags) => Ok(Some(tags)),
            None => Err(self.malformed(name, "a list of entity tags such as W/\"3\"")),
        }
    }

    fn malformed(&self, name: &str, expected: &str) -> Refusal {
        let text = format!("{name} {} is not {expected}", quoted(self.object.str(name).unwrap_or_default()));
        let place = format_args!("Bundle.entry[{}].request.{name}", self.index);
        invalid(Issue::error(IssueCode::Value, text).at(place))
    }
}

/// 400 for one reason.
pub(super) fn invalid(issue: Issue) -> Refusal {
    Refusal::invalid(vec![issue])
}

/// The steps of a path, percent-decoded; a slash at the end makes no step. `None` when they are not UTF-8.
pub(super) fn steps(path: &str) -> Option<Vec<String>> {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Some(Vec::new());
    }
    let decoded = path.split('/').map(|step| percent_decode_str(step).decode_utf8().ok());
    decoded.map(|step| Some(step?.into_owned())).collect()
}
