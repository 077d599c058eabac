//! Rules: what the vendor demands of a request beyond R4.
//!
//! A rule is one entry of its type's contract: its name, when it runs, its text, its check, an example that breaks
//! it and a neighbour that keeps it. A test sends every example through the door; the documentation prints them.

use crate::finding::Findings;
use crate::search::Asked;
use crate::sent::Sent;
use crate::write::Write;
use fhir::IssueCode;
use interactions::{Interaction, Refusal};

/// One rule of a contract. Built by [`rule`].
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name: the type, then what it demands.
    pub id: &'static str,
    /// The interactions it runs on.
    pub on: &'static [Interaction],
    /// When it is broken, in words.
    pub when: &'static str,
    /// The code of the issue. `business-rule` is refused with 422, any other with 400.
    pub code: IssueCode,
    /// The text of the issue; `{…}` are filled in.
    pub text: &'static str,
    /// Whether the text is the vendor's own; else it was proposed where the vendor documents none.
    pub text_documented: bool,
    /// The facts' text for the same rule, where the error table demands another.
    pub stands_for: Option<&'static str>,
    /// How it is checked.
    pub check: Check,
    /// A request that breaks it.
    pub broken: Example,
    /// The issue that the request then gets: its expression (empty for none) and its text, in which `{interaction}` is the
    /// one that the example is run on.
    pub finding: (&'static str, &'static str),
    /// A request that keeps it.
    pub kept: Example,
    /// What else there is to say.
    pub note: &'static str,
}

/// How and at what moment a rule is checked. Paths are as in [`ElementFact::path`](crate::contract::ElementFact::path).
#[derive(Clone, Copy)]
pub enum Check {
    /// Of the body: the elements at these paths are there wherever their parents are. Fills `{element}` (the
    /// path) and `{attribute}` (its last step).
    Required(&'static [&'static str]),
    /// Of the body: the elements at these paths have values that the contract lists for them. Fills `{value}`,
    /// `{attribute}`, `{element}` and `{the last step of the path}`.
    Listed(&'static [&'static str]),
    /// Of the body: every element that the contract requires on the interaction is there, wherever its parent is.
    /// Fills `{path}` as well.
    RequiredElements,
    /// Of the body: every element whose values the contract lists has one of them, but for those that have no effect on
    /// the interaction. Fills as [`Listed`](Check::Listed) does, and `{path}`.
    ListedElements,
    /// Inside the write: the element at this path has a value that the contract lists for the interaction
    /// ([`ElementFact::values_on`](crate::contract::ElementFact::values_on)). Fills `{value}`, `{interaction}`, `{path}`.
    ListedOn(&'static str),
    /// Of the body: the element at this path is a list.
    List(&'static str),
    /// Of the body: the element at this path is an object.
    Object(&'static str),
    /// Of the body before anything else, even when it is no resource of the type; if it finds something, that
    /// is all that is told.
    Envelope(fn(&Sent<'_>, &mut Findings)),
    /// Of the body.
    Body(fn(&Sent<'_>, &mut Findings)),
    /// Inside the serialised write, after existence and preconditions.
    Write(fn(&mut Write<'_, '_>, &mut Findings) -> Result<(), Refusal>),
    /// Of the parameters of a search.
    Query(fn(&Asked<'_>, &mut Findings)),
    /// Of the parameters of a search: one of these is there.
    AnyParameter(&'static [&'static str]),
    /// By the hook that runs at every door ([`interactions::Rules`]).
    EveryDoor,
}

/// A request for the test and the documentation. What it writes is the contract's minimal body with changes; on
/// update the resource is created first. It runs once for each interaction of its rule, in a clinic of its own.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Resources of the type that exist already: the changes to the minimal body of each. On update the last
    /// one is updated.
    pub before: &'static [&'static [Change]],
    /// The changes to the minimal body.
    pub changes: &'static [Change],
    /// The query of a search, without the question mark.
    pub query: &'static str,
}

/// A change to the minimal body. Steps of a path are separated by dots; numbers count items from 0, one past the
/// last appends. Values are JSON; `{id}` in them is the id of the last resource created before, `{demo-patient}`
/// and its like are ids of the demo clinic.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// Puts a value at a path.
    Set(&'static str, &'static str),
    /// Takes away what is at a path.
    Remove(&'static str),
}

/// Puts the JSON `value` at `path`.
pub const fn set(path: &'static str, value: &'static str) -> Change {
    Change::Set(path, value)
}

/// Takes away what is at `path`.
pub const fn remove(path: &'static str) -> Change {
    Change::Remove(path)
}

impl Example {
    /// The minimal body as it is.
    pub const MINIMAL: Example = Example { before: &[], changes: &[], query: "" };
}

/// A rule of create and update, to be completed by the methods of [`Rule`].
pub const fn rule(id: &'static str, code: IssueCode, text: &'static str) -> Rule {
    Rule {
        id,
        on: crate::contract::WRITES,
        when: "",
        code,
        text,
        text_documented: false,
        stands_for: None,
        check: Check::EveryDoor,
        broken: Example::MINIMAL,
        finding: ("", ""),
        kept: Example::MINIMAL,
        note: "",
    }
}

impl Rule {
    /// When it is broken.
    #[must_use]
    pub const fn when(self, when: &'static str) -> Self {
        Rule { when, ..self }
    }

    /// It runs on these.
    #[must_use]
    pub const fn on(self, on: &'static [Interaction]) -> Self {
        Rule { on, ..self }
    }

    /// Its text is the vendor's own.
    #[must_use]
    pub const fn documented(self) -> Self {
        Rule { text_documented: true, ..self }
    }

    /// the error table demands its text in place of this one of the facts.
    #[must_use]
    pub const fn in_place_of(self, text: &'static str) -> Self {
        Rule { stands_for: Some(text), ..self }
    }

    /// How it is checked.
    #[must_use]
    pub const fn check(self, check: Check) -> Self {
        Rule { check, ..self }
    }

    /// These changes to the minimal body break it; the issue has this expression (empty for none) and text.
    #[must_use]
    pub const fn broken_by(
        self,
        changes: &'static [Change],
        expression: &'static str,
        text: &'static str,
    ) -> Self {
        Rule { broken: Example { changes, ..self.broken }, finding: (expression, text), ..self }
    }

    /// This query breaks it.
    #[must_use]
    pub const fn broken_by_query(self, query: &'static str, text: &'static str) -> Self {
        Rule { broken: Example { query, ..self.broken }, finding: ("", text), ..self }
    }

    /// These changes to the minimal body keep it.
    #[must_use]
    pub const fn kept_by(self, changes: &'static [Change]) -> Self {
        Rule { kept: Example { changes, ..self.kept }, ..self }
    }

    /// This query keeps it.
    #[must_use]
    pub const fn kept_by_query(self, query: &'static str) -> Self {
        Rule { kept: Example { query, ..self.kept }, ..self }
    }

    /// Both examples come after these creates.
    #[must_use]
    pub const fn after(self, before: &'static [&'static [Change]]) -> Self {
        Rule { broken: Example { before, ..self.broken }, kept: Example { before, ..self.kept }, ..self }
    }

    /// What else there is to say.
    #[must_use]
    pub const fn note(self, note: &'static str) -> Self {
        Rule { note, ..self }
    }

    /// The status of the refusal.
    pub const fn status(&self) -> u16 {
        match self.code {
            IssueCode::BusinessRule => 422,
            _ => 400,
        }
    }
}
