//! Entries that change nothing: read, vread, histories, searches, and operations that only look.

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::history::{History, HistoryAsked, Whose};
use crate::operations::task::{Look, Think};
use crate::part;
use crate::precondition::Tags;
use crate::query_string::ANSWER_PARAMETERS;
use crate::read;
use crate::registry::Interaction;
use crate::search_type::{Asked, Search, Within};
use crate::target::Target;
use fhir::{Issue, IssueCode, ResourceType, Subset};
use storage::{Reader, Version};

/// What is to be got.
pub(super) struct Get {
    what: What,
    /// It is an operation that is asked for with POST, which comes before the updates.
    pub(super) is_posted: bool,
    /// Only the head of the answer.
    is_head: bool,
    /// Versions that the client has.
    pub(super) if_none_match: Option<Tags>,
    /// When the client last looked, in milliseconds since the epoch.
    pub(super) if_modified_since: Option<i64>,
}

enum What {
    Read(ResourceType, String, Subset),
    Vread(ResourceType, String, String, Subset),
    Search(Box<Search>),
    History(Box<History>),
    Think(Think),
    Look(Look),
}

/// What was got.
pub(super) struct Got {
    pub(super) status: u16,
    /// The version, where it is of one resource.
    pub(super) version: Option<Version>,
    /// Another body than the version's own.
    pub(super) body: Option<Vec<u8>>,
}

/// What a URL asks for.
pub(super) struct Asking<'a> {
    pub(super) method: &'a str,
    pub(super) resource_type: Option<ResourceType>,
    pub(super) target: Target<'a>,
    pub(super) parameters: Vec<(String, String)>,
    /// Whether what is not known is left out.
    pub(super) lenient: bool,
}

impl Get {
    /// Reads what a URL asks for; `now` is in milliseconds since the epoch.
    ///
    /// # Errors
    ///
    /// 403, and 400 with everything that cannot be honoured.
    pub(super) fn new(
        engine: &Engine,
        caller: &dyn Caller,
        asking: Asking<'_>,
        now: i64,
    ) -> Result<Self, Refusal> {
        let Asking { method, resource_type, target, parameters, lenient } = asking;
        let what = match (resource_type, target) {
            _ if !matches!(method, "GET" | "HEAD") => return Err(unsupported(method, target)),
            (Some(resource_type), Target::Instance(id)) => {
                let subset = part::of_read(resource_type, &parameters, &ANSWER_PARAMETERS)?;
                What::Read(resource_type, id.to_owned(), subset)
            }
            (Some(resource_type), Target::Version(id, version)) => {
                let subset = part::of_read(resource_type, &parameters, &ANSWER_PARAMETERS)?;
                What::Vread(resource_type, id.to_owned(), version.to_owned(), subset)
            }
            _ => {
                let ignored = &ANSWER_PARAMETERS;
                let (readable, caller_id) = (caller.readable(), caller.identity());
                if let Some(within) = within(caller, resource_type, target)? {
                    let asked = Asked { parameters, lenient, ignored, now, caller: caller_id, readable };
                    What::Search(Box::new(engine.read_search(&within, asked)?))
                } else if let Some(whose) = whose(resource_type, target) {
                    let asked =
                        HistoryAsked { parameters, lenient, ignored, now, caller: caller_id, readable };
                    What::History(Box::new(engine.read_history(whose, asked)?))
                } else {
                    return Err(unsupported(method, target));
                }
            }
        };
        Ok(Self::of(what, method))
    }

    /// What an operation has to work out.
    pub(super) fn think(think: Think, method: &str) -> Self {
        Self::of(What::Think(think), method)
    }

    /// What an operation has to look at.
    pub(super) fn look(look: Look, method: &str) -> Self {
        Self::of(What::Look(look), method)
    }

    fn of(what: What, method: &str) -> Self {
        let (is_posted, is_head) = (method == "POST", method == "HEAD");
        Get { what, is_posted, is_head, if_none_match: None, if_modified_since: None }
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
        let (version, subset) = match &self.what {
            What::Read(resource_type, id, subset) => (read::read(reader, *resource_type, id)?, subset),
            What::Vread(resource_type, id, version, subset) => {
                (read::vread(reader, *resource_type, id, version)?, subset)
            }
            What::Search(search) => return Ok(self.page(engine.search_page(search, reader)?)),
            What::History(history) => return Ok(self.page(engine.history_page(history, reader)?)),
            What::Think(think) => return Ok(self.page(think()?)),
            What::Look(look) => return Ok(self.page(look(reader)?)),
        };
        caller.may_see(&version)?;
        if self.is_known(&version) {
            return Ok(Got { status: 304, version: Some(version), body: None });
        }
        let stored = version.body.as_ref().filter(|_| !self.is_head);
        let body = stored.map(|body| part::of_stored(body, subset).unwrap_or_else(|| body.clone()));
        Ok(Got { status: 200, version: Some(version), body })
    }

    /// The resource that it reads.
    pub(super) fn resource(&self) -> Option<(ResourceType, &str)> {
        match &self.what {
            What::Read(resource_type, id, _) | What::Vread(resource_type, id, ..) => {
                Some((*resource_type, id))
            }
            _ => None,
        }
    }

    /// Whether it is an operation that may look at anything.
    pub(super) fn looks_around(&self) -> bool {
        matches!(self.what, What::Look(_))
    }

    fn page(&self, body: Vec<u8>) -> Got {
        Got { status: 200, version: None, body: (!self.is_head).then_some(body) }
    }

    /// Whether the client has this version (RFC 9110, 13.2.2: tags go before times).
    fn is_known(&self, version: &Version) -> bool {
        match (&self.if_none_match, self.if_modified_since) {
            (Some(tags), _) => tags.have(version.version),
            (None, Some(since)) => version.last_updated <= since,
            (None, None) => false,
        }
    }
}

/// Where a search looks.
fn within(
    caller: &dyn Caller,
    resource_type: Option<ResourceType>,
    target: Target<'_>,
) -> Result<Option<Within>, Refusal> {
    Ok(match (resource_type, target) {
        (Some(resource_type), Target::Type) => Some(Within::Type(resource_type)),
        (None, Target::System) => Some(Within::System),
        (Some(of), Target::Compartment(id, other)) => {
            other.map_or(Ok(()), |other| caller.may_search(other))?;
            Some(Within::Compartment { of, id: id.to_owned(), resource_type: other })
        }
        _ => None,
    })
}

/// Whose history is asked for.
fn whose(resource_type: Option<ResourceType>, target: Target<'_>) -> Option<Whose> {
    match (resource_type, target) {
        (Some(resource_type), Target::History(id)) => Some(Whose::Instance(resource_type, id.to_owned())),
        (Some(resource_type), Target::TypeHistory) => Some(Whose::Type(resource_type)),
        (None, Target::SystemHistory) => Some(Whose::System),
        _ => None,
    }
}

fn unsupported(method: &str, target: Target<'_>) -> Refusal {
    let asked = Interaction::asked(method, target).map_or("the interaction", Interaction::code);
    let text = format!("{asked} by {method} is not offered inside a Bundle; ask for it by itself");
    Refusal::invalid(vec![Issue::error(IssueCode::NotSupported, text)])
}
