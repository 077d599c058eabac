//! Entries that change nothing: read, vread, search.

use super::Caller;
use crate::codes::ValueSets;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::read;
use crate::registry::Interaction;
use crate::search_type::{Asked, Readable, Search, Within};
use crate::target::Target;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, ResourceType};
use storage::{Reader, Version};

/// Parameters that say how to answer. A Bundle is answered as a whole, so they are passed over.
const PASSED_OVER: [&str; 2] = ["_format", "_pretty"];

/// What is to be got.
pub(super) struct Get {
    what: What,
    /// Only the head of the answer.
    is_head: bool,
    /// Versions that the client has; `*` is the inner `None`.
    pub(super) if_none_match: Option<Option<Vec<u64>>>,
    /// When the client last looked, in milliseconds since the epoch.
    pub(super) if_modified_since: Option<i64>,
}

enum What {
    Read(ResourceType, String),
    Vread(ResourceType, String, String),
    Search(Box<Search>),
}

/// What was got.
pub(super) struct Got {
    pub(super) status: u16,
    /// The version, where it is of one resource.
    pub(super) version: Option<Version>,
    /// Another body than the version's own.
    pub(super) body: Option<Vec<u8>>,
}

impl Get {
    /// Reads what a URL asks for.
    ///
    /// # Errors
    ///
    /// Everything that cannot be honoured.
    pub(super) fn new(
        engine: &Engine,
        method: &str,
        resource_type: Option<ResourceType>,
        target: Target<'_>,
        parameters: Vec<(String, String)>,
        now: i64,
        readable: Readable,
    ) -> Result<Self, Vec<Issue>> {
        let unsupported = || {
            let asked = Interaction::asked(method, target).map_or("the interaction", Interaction::code);
            let text = format!("{asked} by {method} is not offered inside a Bundle; ask for it by itself");
            vec![Issue::error(IssueCode::NotSupported, text)]
        };
        let resource_type =
            resource_type.filter(|_| matches!(method, "GET" | "HEAD")).ok_or_else(unsupported)?;
        let what = match target {
            Target::Instance(id) => What::Read(resource_type, id.to_owned()),
            Target::Version(id, version) => What::Vread(resource_type, id.to_owned(), version.to_owned()),
            Target::Type => {
                let asked = Asked { parameters, lenient: false, ignored: &PASSED_OVER, now, readable };
                let search = engine.read_search(&Within::Type(resource_type), asked, ValueSets::new());
                let search =
                    search.map_err(|refusal| refusal.issues().get(1..).unwrap_or_default().to_vec())?;
                return Ok(Self::of(What::Search(Box::new(search)), method));
            }
            _ => return Err(unsupported()),
        };
        let unknown = parameters.iter().filter(|(name, _)| !PASSED_OVER.contains(&name.as_str()));
        let problems: Vec<Issue> = unknown
            .map(|(name, _)| {
                let text = format!("the parameter {} is not supported here", quoted(name));
                Issue::error(IssueCode::NotSupported, text)
            })
            .collect();
        if problems.is_empty() { Ok(Self::of(what, method)) } else { Err(problems) }
    }

    fn of(what: What, method: &str) -> Self {
        Get { what, is_head: method == "HEAD", if_none_match: None, if_modified_since: None }
    }

    /// Gets it.
    ///
    /// # Errors
    ///
    /// 403, 404 and 410; the store's failures.
    pub(super) fn run(
        &self,
        engine: &Engine,
        caller: &dyn Caller,
        reader: &mut dyn Reader,
    ) -> Result<Got, Refusal> {
        let version = match &self.what {
            What::Read(resource_type, id) => read::read(reader, *resource_type, id)?,
            What::Vread(resource_type, id, version) => read::vread(reader, *resource_type, id, version)?,
            What::Search(search) => {
                let body = engine.search_page(search, reader)?;
                let body = (!self.is_head).then_some(body);
                return Ok(Got { status: 200, version: None, body });
            }
        };
        caller.may_see(&version)?;
        if self.is_known(&version) {
            return Ok(Got { status: 304, version: Some(version), body: None });
        }
        let body = version.body.clone().filter(|_| !self.is_head);
        Ok(Got { status: 200, version: Some(version), body })
    }

    /// Whether the client has this version (RFC 9110, 13.2.2: tags go before times).
    fn is_known(&self, version: &Version) -> bool {
        match (&self.if_none_match, self.if_modified_since) {
            (Some(None), _) => true,
            (Some(Some(tags)), _) => tags.contains(&version.version),
            (None, Some(since)) => version.last_updated <= since,
            (None, None) => false,
        }
    }
}
