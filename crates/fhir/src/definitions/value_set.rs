//! Value sets that elements are bound to, with their codes where they can be listed.

use super::generated::VALUE_SETS;

/// A value set by number; see [`ValueSetId::definition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueSetId(pub(super) u16);

impl ValueSetId {
    /// The value set itself.
    pub fn definition(self) -> &'static ValueSet {
        &VALUE_SETS[usize::from(self.0)]
    }

    /// Its place in [`value_sets`], from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A value set that an element of R4 is bound to.
///
/// Codes are listed for those with a `required` binding somewhere, and for those with an `extensible` one when
/// there are at most 500 codes (all of them: the largest has 224). They are those of the specification's own
/// expansion, which leaves out abstract and retired codes; where it has none, they are computed from whole code
/// systems and explicit lists.
#[derive(Debug)]
pub struct ValueSet {
    /// Its canonical URL, without a version.
    pub url: &'static str,
    /// `systems` holds all codes. Otherwise it is empty: the codes cannot be listed (MIME types, UCUM, all
    /// languages, LOINC answer lists), or nothing binds more than by preference.
    pub is_complete: bool,
    /// The codes of each code system, in the order the value set names the systems.
    pub systems: &'static [SystemCodes],
}

/// The codes that a value set takes from one code system.
#[derive(Debug)]
pub struct SystemCodes {
    /// The code system's URL.
    pub system: &'static str,
    /// The codes, sorted.
    pub codes: &'static [&'static str],
    /// Places in `codes` in the order of the definition.
    pub(super) order: &'static [u16],
}

impl SystemCodes {
    /// Whether the code is one of them.
    pub fn contains(&self, code: &str) -> bool {
        self.codes.binary_search(&code).is_ok()
    }

    /// The codes in the order of their definition.
    pub fn in_definition_order(&self) -> impl ExactSizeIterator<Item = &'static str> + Clone {
        self.order.iter().map(|place| self.codes[usize::from(*place)])
    }
}

impl ValueSet {
    /// Whether the code is listed, whatever its system: the question for elements of type `code`. Always false
    /// when nothing is listed, so look at [`is_complete`](Self::is_complete) first.
    pub fn contains_code(&self, code: &str) -> bool {
        self.systems.iter().any(|system| system.contains(code))
    }

    /// Whether the code of that system is listed: the question for Coding. Always false when nothing is listed.
    pub fn contains(&self, system: &str, code: &str) -> bool {
        self.systems.iter().any(|codes| codes.system == system && codes.contains(code))
    }

    /// All listed codes, `(system, code)`, in the order of their definition.
    pub fn codes(&self) -> impl Iterator<Item = (&'static str, &'static str)> + Clone {
        self.systems.iter().flat_map(|codes| codes.in_definition_order().map(|code| (codes.system, code)))
    }
}

/// The value set with that canonical URL, a version (`…|4.0.1`) ignored.
pub fn value_set_by_url(url: &str) -> Option<&'static ValueSet> {
    let url = url.split_once('|').map_or(url, |(url, _version)| url);
    VALUE_SETS.binary_search_by(|value_set| value_set.url.cmp(url)).ok().map(|found| &VALUE_SETS[found])
}

/// All value sets that elements of R4 are bound to, by URL.
pub fn value_sets() -> &'static [ValueSet] {
    &VALUE_SETS
}
