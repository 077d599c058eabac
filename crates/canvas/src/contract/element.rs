//! The elements of a type, as the vendor's attribute table has them.

use super::WRITES;
use fhir::ResourceType;
use interactions::Interaction;

/// One element of the vendor's attribute table. Built by [`element`].
#[derive(Clone, Copy, Debug)]
pub struct ElementFact {
    /// Where it is, without the type and without indices: `telecom.system`.
    pub path: &'static str,
    /// Its R4 type.
    pub type_name: &'static str,
    /// Whether it repeats.
    pub list: bool,
    /// Whether an empty list may be sent, which R4 forbids: it says that there is none.
    pub may_be_empty: bool,
    /// On what it must be there, where its parent is.
    pub required_on: &'static [Interaction],
    /// On what it may be sent and has no effect.
    pub ignored_on: &'static [Interaction],
    /// Who writes it.
    pub access: Access,
    /// The codes it may have; empty when it is not limited.
    pub values: &'static [&'static str],
    /// Of these, the ones that an interaction takes, where it does not take all.
    pub values_on: &'static [(Interaction, &'static [&'static str])],
    /// Of the `reference` of a Reference: the types that it may lead to; empty for those of R4.
    pub targets: &'static [ResourceType],
    /// What it is when it is not sent.
    pub default: Option<&'static str>,
    /// How its values look, in words.
    pub format: &'static str,
    /// What else there is to say.
    pub note: &'static str,
}

/// The [`format`](ElementFact::format) of times that are shown in UTC, with a fraction of a second only where there is one.
pub const UTC: &str = "YYYY-MM-DDThh:mm:ss[.ffffff]+00:00";

/// Who writes an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The client, and it reads it back.
    ReadWrite,
    /// The server; what a client sends has no effect.
    ReadOnly,
    /// The client, and it does not read it back.
    WriteOnly,
}

/// An element that a client may write and leave out.
pub const fn element(path: &'static str, type_name: &'static str) -> ElementFact {
    ElementFact {
        path,
        type_name,
        list: false,
        may_be_empty: false,
        required_on: &[],
        ignored_on: &[],
        access: Access::ReadWrite,
        values: &[],
        values_on: &[],
        targets: &[],
        default: None,
        format: "",
        note: "",
    }
}

impl ElementFact {
    /// It repeats.
    #[must_use]
    pub const fn list(self) -> Self {
        ElementFact { list: true, ..self }
    }

    /// It repeats, and an empty list may be sent for none.
    #[must_use]
    pub const fn list_or_empty(self) -> Self {
        ElementFact { list: true, may_be_empty: true, ..self }
    }

    /// It is required on create and update, where its parent is.
    #[must_use]
    pub const fn required(self) -> Self {
        self.required_on(WRITES)
    }

    /// It is required on these, where its parent is.
    #[must_use]
    pub const fn required_on(self, required_on: &'static [Interaction]) -> Self {
        ElementFact { required_on, ..self }
    }

    /// It has no effect on these.
    #[must_use]
    pub const fn ignored_on(self, ignored_on: &'static [Interaction]) -> Self {
        ElementFact { ignored_on, ..self }
    }

    /// The server writes it.
    #[must_use]
    pub const fn read_only(self) -> Self {
        ElementFact { access: Access::ReadOnly, ..self }
    }

    /// It is not read back.
    #[must_use]
    pub const fn write_only(self) -> Self {
        ElementFact { access: Access::WriteOnly, ..self }
    }

    /// It is one of these.
    #[must_use]
    pub const fn one_of(self, values: &'static [&'static str]) -> Self {
        ElementFact { values, ..self }
    }

    /// Of those, the ones that each of these interactions takes.
    #[must_use]
    pub const fn values_on(self, values_on: &'static [(Interaction, &'static [&'static str])]) -> Self {
        ElementFact { values_on, ..self }
    }

    /// It leads to one of these types.
    #[must_use]
    pub const fn to(self, targets: &'static [ResourceType]) -> Self {
        ElementFact { targets, ..self }
    }

    /// What it is when it is not sent.
    #[must_use]
    pub const fn default(self, value: &'static str) -> Self {
        ElementFact { default: Some(value), ..self }
    }

    /// How its values look.
    #[must_use]
    pub const fn format(self, format: &'static str) -> Self {
        ElementFact { format, ..self }
    }

    /// What else there is to say.
    #[must_use]
    pub const fn note(self, note: &'static str) -> Self {
        ElementFact { note, ..self }
    }
}
