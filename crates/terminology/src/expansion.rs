//! The codes of a value set.

use crate::code_index::{CodeIndex, Coded, Key};
use crate::code_system::Designation;
use std::collections::HashSet;
use std::sync::Arc;

/// All codes of a value set, in the order of its definition, each once.
#[derive(Debug)]
pub struct Expansion {
    members: Vec<Member>,
    index: CodeIndex<Member>,
    is_closed: bool,
}

/// A code of a value set.
#[derive(Clone, Debug)]
pub struct Member {
    /// The code system.
    pub system: Arc<System>,
    /// The code.
    pub code: Box<str>,
    /// What people read: the value set's text, else the code system's.
    pub display: Option<Box<str>>,
    /// It groups others and is not chosen in data.
    pub is_abstract: bool,
    /// It is no longer to be used.
    pub is_inactive: bool,
    /// Other texts that the value set itself gives.
    pub(crate) designations: Vec<Designation>,
}

/// A code system as an expansion uses it.
#[derive(Debug, PartialEq, Eq)]
pub struct System {
    /// Its URL.
    pub url: Box<str>,
    /// The version that the codes are taken from, where it is known.
    pub version: Option<Box<str>>,
    /// Whether codes that differ in case are different codes.
    pub is_case_sensitive: bool,
}

impl Expansion {
    /// The expansion of these members; of those that are there twice, the first counts.
    pub(crate) fn of(members: Vec<Member>, is_closed: bool) -> Self {
        let index = CodeIndex::of(&members);
        let sorted = index.all(&members);
        let pairs = sorted.clone().zip(sorted.skip(1));
        let repeated: HashSet<usize> = pairs
            .filter(|((_, one), (_, next))| one.key() == next.key())
            .map(|(_, (place, _))| place)
            .collect();
        if repeated.is_empty() {
            return Self { members, index, is_closed };
        }
        let kept = members.into_iter().enumerate().filter(|(place, _)| !repeated.contains(place));
        let members: Vec<Member> = kept.map(|(_, member)| member).collect();
        let index = CodeIndex::of(&members);
        Self { members, index, is_closed }
    }

    /// The codes in the order of the definition.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Whether there are no other codes. If not, a code that is not here may still belong to the value set.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Whether data may use the code: it is a member and not abstract.
    pub fn contains(&self, system: &str, code: &str) -> bool {
        self.get(system, code).is_some_and(|member| !member.is_abstract)
    }

    /// Whether data may use the code of whichever code system: the question for elements of type `code`.
    pub fn contains_code(&self, code: &str) -> bool {
        self.with_code(code).any(|member| !member.is_abstract)
    }

    /// The member with that code. Where case does not count, one that differs in case is found if it is the only one.
    pub fn get(&self, system: &str, code: &str) -> Option<&Member> {
        let mut alike = self.index.alike_of(&self.members, Key { system, code }).map(|(_, member)| member);
        if let Some(exact) = alike.clone().find(|member| &*member.code == code) {
            return Some(exact);
        }
        let only = alike.next().filter(|member| !member.system.is_case_sensitive)?;
        alike.next().is_none().then_some(only)
    }

    /// The members that have the code, of whichever code system.
    pub(crate) fn with_code<'e>(&'e self, code: &str) -> impl Iterator<Item = &'e Member> {
        let alike = self.index.alike(&self.members, code).map(|(_, member)| member);
        let is_exact = |member: &&Member| &*member.code == code;
        let any_exact = alike.clone().any(|member| is_exact(&member));
        let fits =
            |member: &&Member| if any_exact { is_exact(member) } else { !member.system.is_case_sensitive };
        alike.filter(fits).collect::<Vec<_>>().into_iter()
    }
}

impl Coded for Member {
    fn key(&self) -> Key<'_> {
        Key { system: &self.system.url, code: &self.code }
    }
}
