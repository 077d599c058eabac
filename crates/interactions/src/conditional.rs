//! Conditional interactions (<http://hl7.org/fhir/R4/http.html#cond-update>): criteria instead of an id.
//!
//! Criteria are evaluated inside the write that depends on them, so that of many clients with the same criteria one
//! creates and the others find what it created.

use crate::bare_ids::ambiguous;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::query_string::{self, ANSWER_PARAMETERS};
use crate::search_type::Readable;
use crate::unit::{State, Unit};
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, ResourceType};
use search::{BareId, Query, SearchOptions, Total};
use storage::Version;

/// What one resource of a type must match.
#[derive(Clone, Debug)]
pub struct Criteria {
    query: Query,
    text: String,
    looked_at: Vec<ResourceType>,
    bare_ids: Vec<BareId>,
}

/// Parameters of searches that say how to answer, not which resources match.
const RESULT_PARAMETERS: [&str; 11] = [
    "_contained",
    "_containedType",
    "_count",
    "_cursor",
    "_elements",
    "_include",
    "_revinclude",
    "_score",
    "_sort",
    "_summary",
    "_total",
];

impl Engine {
    /// Reads criteria, still percent-encoded: the part of a URL after its `?`, which may come along.
    ///
    /// # Errors
    ///
    /// Everything that cannot be honoured; that there are none.
    pub fn criteria_of_text(
        &self,
        resource_type: ResourceType,
        text: &str,
        now: i64,
    ) -> Result<Criteria, Vec<Issue>> {
        let text = text.strip_prefix('?').unwrap_or(text);
        let parameters = query_string::parameters(text).map_err(|issue| vec![issue])?;
        let criteria = self.criteria(resource_type, &parameters, now)?;
        Ok(Criteria { text: text.to_owned(), ..criteria })
    }

    /// Reads decoded criteria. `now`, in milliseconds since the epoch, is what `ap` depends on.
    ///
    /// # Errors
    ///
    /// Everything that cannot be honoured; that there are none.
    pub fn criteria(
        &self,
        resource_type: ResourceType,
        parameters: &[(String, String)],
        now: i64,
    ) -> Result<Criteria, Vec<Issue>> {
        let problems: Vec<Issue> = parameters
            .iter()
            .filter(|(name, _)| RESULT_PARAMETERS.contains(&name.split(':').next().unwrap_or_default()))
            .map(|(name, _)| {
                let text = format!("{} says nothing of which resource is meant; leave it out", quoted(name));
                Issue::error(IssueCode::NotSupported, text)
            })
            .collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let codes = self.codes();
        let options = SearchOptions {
            zone: self.zone(),
            now,
            // Two are enough to know that there is more than one.
            default_count: 2,
            max_count: 2,
            default_total: Total::None,
            ignored: &ANSWER_PARAMETERS,
            lenient: false,
            internal: false,
            terminology: Some(&codes),
        };
        let request = search::from_url(&self.registry(), resource_type, parameters, &options)?;
        // Without criteria every resource would match.
        if request.query.criteria.is_empty() {
            let text = format!(
                "criteria are required here: search parameters with values, such as {resource_type}?_id=123"
            );
            return Err(vec![Issue::error(IssueCode::Required, text)]);
        }
        let pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let looked_at = request.looked_at();
        let bare_ids = request.bare_ids;
        Ok(Criteria { query: request.query, text: pairs.join("&"), looked_at, bare_ids })
    }
}

impl Criteria {
    /// The type of what they match.
    pub fn resource_type(&self) -> ResourceType {
        self.query.resource_type
    }

    /// The types that chains look at besides: to ask what matches is to ask about them.
    pub fn looked_at(&self) -> &[ResourceType] {
        &self.looked_at
    }

    /// The criteria as they were sent.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Unit<'_> {
    /// The resource that matches.
    ///
    /// # Errors
    ///
    /// 412 when several do; 400 when an id in the criteria is that of several resources; the store's failures.
    pub fn only_match(&mut self, criteria: &Criteria) -> Result<Option<Version>, Refusal> {
        let ambiguous = ambiguous(&criteria.bare_ids, &Readable::all(), self.reader())?;
        if !ambiguous.is_empty() {
            return Err(Refusal::invalid(ambiguous));
        }
        let mut found = self.search(&criteria.query)?.into_iter();
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(Refusal::multiple_matches()),
            (found, None) => Ok(found),
        }
    }

    /// Which resource a conditional update is about, and what is stored of it: the one that matches, or where none
    /// does, a new one under the id that the client sent, else under `fresh`.
    ///
    /// # Errors
    ///
    /// 412 when several match, 400 when another than the client's id does, 409 when none matches and the client's
    /// id is taken; the store's failures.
    pub fn chosen_by(
        &mut self,
        criteria: &Criteria,
        sent_id: Option<&str>,
        fresh: &str,
    ) -> Result<(String, State), Refusal> {
        let resource_type = criteria.resource_type();
        match (self.only_match(criteria)?, sent_id) {
            (Some(current), Some(sent)) if sent != current.id => {
                let text = format!(
                    "id {} is not the id of the {resource_type} that matches the criteria; leave it out or correct it",
                    quoted(sent)
                );
                let place = format_args!("{resource_type}.id");
                Err(Refusal::invalid(vec![Issue::error(IssueCode::Value, text).at(place)]))
            }
            (Some(current), _) => Ok((current.id.clone(), State::Present(current))),
            (None, None) => Ok((fresh.to_owned(), State::Absent)),
            (None, Some(sent)) => match self.state(resource_type, sent)? {
                State::Present(_) => Err(Refusal::id_taken(resource_type, sent)),
                free => Ok((sent.to_owned(), free)),
            },
        }
    }
}
