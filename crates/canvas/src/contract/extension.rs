//! The extensions of a type.

use super::{Access, WRITES};
use interactions::Interaction;

/// One extension that the vendor knows. Built by [`extension`].
#[derive(Clone, Copy, Debug)]
pub struct ExtensionFact {
    /// Its exact url.
    pub url: &'static str,
    /// What carries it: `Patient`, `Patient.telecom`, or the url of the extension it is a part of.
    pub on: &'static str,
    /// The member that holds its value: `valueCode`; `extension` for one made of parts.
    pub value: &'static str,
    /// Whether there may be several.
    pub list: bool,
    /// On what it must be there.
    pub required_on: &'static [Interaction],
    /// The codes it may have; empty when it is not limited.
    pub values: &'static [&'static str],
    /// Who writes it.
    pub access: Access,
    /// What else there is to say.
    pub note: &'static str,
}

/// An extension that a client may write and leave out.
pub const fn extension(on: &'static str, url: &'static str, value: &'static str) -> ExtensionFact {
    ExtensionFact {
        url,
        on,
        value,
        list: false,
        required_on: &[],
        values: &[],
        access: Access::ReadWrite,
        note: "",
    }
}

impl ExtensionFact {
    /// There may be several.
    #[must_use]
    pub const fn list(self) -> Self {
        ExtensionFact { list: true, ..self }
    }

    /// It is required on create and update.
    #[must_use]
    pub const fn required(self) -> Self {
        ExtensionFact { required_on: WRITES, ..self }
    }

    /// It is one of these.
    #[must_use]
    pub const fn one_of(self, values: &'static [&'static str]) -> Self {
        ExtensionFact { values, ..self }
    }

    /// The server writes it.
    #[must_use]
    pub const fn read_only(self) -> Self {
        ExtensionFact { access: Access::ReadOnly, ..self }
    }

    /// What else there is to say.
    #[must_use]
    pub const fn note(self, note: &'static str) -> Self {
        ExtensionFact { note, ..self }
    }
}
