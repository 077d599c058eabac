//! The texts whose hashes are [`Key`](IndexRow::Key) rows: one place for extraction and queries.
//!
//! A parameter's keys of different meaning must never coincide, whatever a resource or a client says. So every
//! text begins with a letter for its meaning, and where two parts follow, the length of the first does.

use crate::index::{IndexRow, ParameterId, hash_parts};

/// Something that is equal or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key<'a> {
    /// The parameter has a value: what `:missing` asks for.
    Present,
    /// A reference has a value that refers to a resource of this type, which another parameter asks for alone; in
    /// place of `Present`.
    PresentAs(&'a str),
    /// A value is of a type that a composite leaves out.
    OfType(&'a str),
    /// A code, whatever its system: `male`.
    Code(&'a str),
    /// A code of elements whose case does not count, in lower case.
    CaselessCode(&'a str),
    /// A code without a system: `|male`.
    CodeWithoutSystem(&'a str),
    /// Any code of a system: `http://loinc.org|`.
    System(&'a str),
    /// A code of a system: `http://loinc.org|1-8`.
    SystemAndCode(&'a str, &'a str),
    /// An identifier by the system and code of its type, and its value.
    TypedIdentifier(&'a str, &'a str, &'a str),
    /// A resource of this server: its type and id.
    Resource(&'a str, &'a str),
    /// A version of one: its type and id, and the version.
    ResourceVersion(&'a str, &'a str, &'a str),
    /// A URI, as it is written.
    Uri(&'a str),
    /// A canonical URL that names no version: whatever the version.
    AnyVersion(&'a str),
    /// A text, as it is written.
    Exact(&'a str),
    /// A text is longer than what is indexed of it.
    Cut,
    /// A reference points to a contained resource of this type.
    Contained(&'a str),
    /// How a word sounds.
    Sound(&'a str),
}

impl Key<'_> {
    /// The hash that is stored.
    pub(crate) fn hash(self) -> u64 {
        match self {
            Key::Present => hash_parts(&["!"]),
            Key::PresentAs(resource_type) => hash_parts(&["!", resource_type]),
            Key::OfType(type_name) => hash_parts(&["t", type_name]),
            Key::Code(code) => hash_parts(&["c", code]),
            Key::CaselessCode(code) => hash_parts(&["i", code]),
            Key::CodeWithoutSystem(code) => hash_parts(&["n", code]),
            Key::System(system) => hash_parts(&["s", system]),
            Key::SystemAndCode(system, code) => {
                hash_parts(&["p", &system.len().to_string(), ":", system, code])
            }
            Key::TypedIdentifier(system, code, value) => {
                let (system_length, code_length) = (system.len().to_string(), code.len().to_string());
                hash_parts(&["o", &system_length, ":", &code_length, ":", system, code, value])
            }
            // Neither types nor ids have a slash.
            Key::Resource(resource_type, id) => hash_parts(&["r", resource_type, "/", id]),
            Key::ResourceVersion(resource_type, id, version) => {
                hash_parts(&["v", resource_type, "/", id, "/", version])
            }
            Key::Uri(uri) => hash_parts(&["u", uri]),
            Key::AnyVersion(url) => hash_parts(&["a", url]),
            Key::Exact(text) => hash_parts(&["e", text]),
            Key::Cut => hash_parts(&["l"]),
            Key::Contained(resource_type) => hash_parts(&["h", resource_type]),
            Key::Sound(sound) => hash_parts(&["m", sound]),
        }
    }

    /// The row that says it of a parameter.
    pub(crate) fn row(self, parameter: ParameterId) -> IndexRow {
        IndexRow::Key { parameter, hash: self.hash() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_different_meaning_never_coincide() {
        let keys = [
            Key::Present,
            Key::PresentAs("a|b"),
            Key::OfType("a|b"),
            Key::TypedIdentifier("a", "|", "b"),
            Key::TypedIdentifier("a|", "", "b"),
            Key::Code("a|b"),
            Key::CaselessCode("a|b"),
            Key::CodeWithoutSystem("a|b"),
            Key::System("a|b"),
            Key::SystemAndCode("a", "b"),
            Key::SystemAndCode("a|", "b"),
            Key::SystemAndCode("a", "|b"),
            Key::SystemAndCode("", "a|b"),
            Key::SystemAndCode("1:a", "b"),
            Key::Resource("a", "b"),
            Key::ResourceVersion("a", "b", "c"),
            Key::Resource("a", "b/c"),
            Key::Uri("a/b"),
            Key::AnyVersion("a/b"),
            Key::Exact("a/b"),
            Key::Exact("!"),
            Key::Exact(""),
            Key::Cut,
            Key::Contained("a/b"),
            Key::Sound(""),
            Key::Sound("a/b"),
        ];
        let mut hashes: Vec<u64> = keys.iter().map(|key| key.hash()).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), keys.len());
    }

    #[test]
    fn stored_hashes_never_change_unnoticed() {
        // Whoever changes these must raise EXTRACTION_VERSION.
        assert_eq!(Key::Present.hash(), 0xf0cf_86bc_b151_3dd0);
        assert_eq!(Key::SystemAndCode("http://loinc.org", "1-8").hash(), 0x1d8f_fbc5_2843_9a3b);
        assert_eq!(Key::Resource("Patient", "1").hash(), 0xe49f_fa59_030b_dbdf);
    }
}
