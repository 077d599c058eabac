//! Whether a code belongs to a value set, and how codes relate: the questions of searches, FHIRPath and validation.

use crate::canonical::Canonical;
use crate::code_system::Concept;
use crate::compose::{is_code_of, listed_member};
use crate::expansion::{Expansion, Member, System};
use crate::filter::Test;
use crate::grammar::Grammar;
use crate::limits::{NESTED_VALUE_SETS, VALUE_SETS_ASKED};
use crate::problem::Problem;
use crate::terminology::Terminology;
use crate::value_set::{Include, ValueSet};
use std::sync::Arc;

/// Whether a code belongs to a value set.
#[derive(Clone, Debug)]
pub enum Membership {
    /// It does. Whether data may use an abstract code is for the asker to say.
    Member(Box<Member>),
    /// It does not.
    NotMember,
    /// What would tell is not loaded.
    Unknown(Problem),
}

impl Terminology {
    /// All codes of the value set with that canonical URL (`url` or `url|version`), if it is known and they can be
    /// listed. Asked again, it is at hand.
    pub fn members(&self, value_set: &str) -> Option<Arc<Expansion>> {
        self.expansion(Canonical::parse(value_set)).ok()
    }

    /// Whether a code belongs to a value set, as far as it can be told: even where not all codes of the value set can
    /// be listed, one that it lists belongs to it, and one of a code system that it does not take does not. Without a
    /// `system`, that of any of its code systems counts, as for elements of type `code`.
    pub fn membership(&self, value_set: Canonical<'_>, system: Option<&str>, code: &str) -> Membership {
        match self.value_set(value_set) {
            Ok(value_set) => self.membership_in(&value_set, system, code),
            Err(problem) => Membership::Unknown(problem),
        }
    }

    pub(crate) fn membership_in(
        &self,
        value_set: &Arc<ValueSet>,
        system: Option<&str>,
        code: &str,
    ) -> Membership {
        let mut question = Question { terminology: self, system, code, left: VALUE_SETS_ASKED };
        match self.expansion_of(value_set) {
            Ok(expansion) => question.in_expansion(value_set, &expansion),
            Err(problem) if problem.is_gap() || matches!(problem, Problem::TooCostly { .. }) => {
                question.by_definition(value_set, problem, 0)
            }
            Err(problem) => Membership::Unknown(problem),
        }
    }

    /// The codes below a code, in the order of their definition, without the code itself. `None` if the code or its
    /// code system is not known, or the code system says nothing of what is more general.
    pub fn descendants(&self, system: &str, code: &str) -> Option<Vec<String>> {
        Some(codes(self.code_system(Canonical::parse(system)).ok()?.descendants(code).ok()?))
    }

    /// The codes above a code, in the order of their definition, without the code itself; `None` as for
    /// [`descendants`](Self::descendants).
    pub fn ancestors(&self, system: &str, code: &str) -> Option<Vec<String>> {
        Some(codes(self.code_system(Canonical::parse(system)).ok()?.ancestors(code).ok()?))
    }

    /// Whether a code is another code of its system or more general than it; `None` as for
    /// [`descendants`](Self::descendants).
    pub fn is_at_or_above(&self, system: &str, general: &str, special: &str) -> Option<bool> {
        self.code_system(Canonical::parse(system)).ok()?.subsumes(general, special).ok()
    }

    /// Whether all codes of the code system are loaded, so that a code that is not among them is none.
    pub fn is_known(&self, system: &str) -> bool {
        self.code_system(Canonical::parse(system)).is_ok_and(|code_system| code_system.is_complete())
    }
}

fn codes(concepts: Vec<&Concept>) -> Vec<String> {
    concepts.into_iter().map(|concept| concept.code.to_string()).collect()
}

/// A question about one code, asked of a value set and of those inside it.
struct Question<'q> {
    terminology: &'q Terminology,
    system: Option<&'q str>,
    code: &'q str,
    left: usize,
}

impl Question<'_> {
    /// Asks the includes and excludes about the code, without listing all codes. `problem` is why they are not listed.
    fn by_definition(&mut self, value_set: &ValueSet, problem: Problem, depth: usize) -> Membership {
        let Some(compose) = &value_set.compose else { return Membership::Unknown(problem) };
        let included = self.any(&compose.include, depth);
        let Membership::Member(member) = included else { return included };
        if member.is_inactive && !compose.has_inactive {
            return Membership::NotMember;
        }
        match self.any(&compose.exclude, depth) {
            Membership::Member(_) => Membership::NotMember,
            Membership::NotMember => Membership::Member(member),
            unknown => unknown,
        }
    }

    /// Asks a value set inside another. Its codes are looked at if they are at hand or published.
    fn nested(&mut self, url: &str, depth: usize) -> Membership {
        let value_set = match self.terminology.value_set(Canonical::parse(url)) {
            Ok(value_set) => value_set,
            Err(problem) => return Membership::Unknown(problem),
        };
        if let Some(Ok(expansion)) = self.terminology.computed_expansion(&value_set) {
            return self.in_expansion(&value_set, &expansion);
        }
        if depth >= NESTED_VALUE_SETS || self.left == 0 {
            let path = vec![value_set.url.to_string()];
            return Membership::Unknown(Problem::Nesting { path, is_cycle: false });
        }
        self.left -= 1;
        let open = Problem::Open {
            value_set: value_set.url.to_string(),
            system: self.system.unwrap_or_default().to_owned(),
        };
        match (self.by_definition(&value_set, open, depth + 1), &value_set.expansion) {
            (Membership::Unknown(_), Some(published)) => {
                self.in_expansion(&value_set, &published.expansion(self.terminology))
            }
            (told, _) => told,
        }
    }

    fn in_expansion(&self, value_set: &ValueSet, expansion: &Expansion) -> Membership {
        let found = match self.system {
            Some(system) => expansion.get(system, self.code),
            None => expansion.with_code(self.code).next(),
        };
        match found {
            Some(member) => Membership::Member(Box::new(member.clone())),
            None if expansion.is_closed() => Membership::NotMember,
            None => Membership::Unknown(Problem::Open {
                value_set: value_set.url.to_string(),
                system: self.system.unwrap_or_default().to_owned(),
            }),
        }
    }

    /// Whether one of the parts yields the code.
    fn any(&mut self, parts: &[Include], depth: usize) -> Membership {
        let mut result = Membership::NotMember;
        for part in parts {
            match self.part(part, depth) {
                Membership::NotMember => {}
                Membership::Unknown(problem) => result = Membership::Unknown(problem),
                member => return member,
            }
        }
        result
    }

    /// Whether the system of the part and all its value sets have the code.
    fn part(&mut self, part: &Include, depth: usize) -> Membership {
        let mut result = part.system.as_deref().map(|system| self.of_system(part, system));
        for url in &part.value_sets {
            if matches!(result, Some(Membership::NotMember)) {
                break;
            }
            let nested = self.nested(url, depth);
            result = Some(match (result, nested) {
                (None, nested) => nested,
                (_, Membership::NotMember) => Membership::NotMember,
                (Some(Membership::Member(_)), Membership::Unknown(problem)) => Membership::Unknown(problem),
                (Some(before), _) => before,
            });
        }
        result.unwrap_or(Membership::NotMember)
    }

    fn of_system(&self, part: &Include, url: &str) -> Membership {
        if self.system.is_some_and(|system| system != url) {
            return Membership::NotMember;
        }
        let asked = Canonical { url, version: part.version.as_deref() };
        let code_system = self.terminology.code_system(asked);
        let found = |member| Membership::Member(Box::new(member));
        if !part.concepts.is_empty() {
            let known = code_system.ok();
            let system = Arc::new(System::of(asked, known.as_deref()));
            let is_listed = |code: &str| {
                code == self.code || !system.is_case_sensitive && code.eq_ignore_ascii_case(self.code)
            };
            let mut listed = part.concepts.iter().filter(|listed| is_listed(&listed.code));
            let listed = listed.find(|listed| is_code_of(listed, known.as_deref()));
            return listed.map_or(Membership::NotMember, |listed| {
                found(listed_member(listed, &system, known.as_deref()))
            });
        }
        let code_system = match code_system {
            Ok(code_system) => code_system,
            Err(problem) => {
                return match Grammar::instead_of(&problem, asked) {
                    Some(grammar) => self.by_grammar(grammar, part, asked),
                    None => Membership::Unknown(problem),
                };
            }
        };
        let is_complete = code_system.is_complete();
        let tests: Result<Vec<Test<'_>>, Problem> =
            part.filters.iter().map(|filter| Test::new(&code_system, filter)).collect();
        match (tests, code_system.place(self.code)) {
            (_, None) if is_complete => Membership::NotMember,
            (Ok(tests), Some(place)) if is_complete || tests.is_empty() => {
                match code_system.concepts().get(place) {
                    Some(concept) if tests.iter().all(|test| test.accepts(place)) => {
                        found(Member::of(concept, &Arc::new(System::of(asked, Some(&code_system)))))
                    }
                    _ => Membership::NotMember,
                }
            }
            (Err(problem), _) => Membership::Unknown(problem),
            _ => Membership::Unknown(Problem::not_loaded(&code_system)),
        }
    }

    /// Asks the grammar that makes the codes of a system, and the filters as far as they concern it.
    fn by_grammar(&self, grammar: Grammar, part: &Include, asked: Canonical<'_>) -> Membership {
        if !grammar.has(self.code) {
            return Membership::NotMember;
        }
        for filter in &part.filters {
            match grammar.accepts(filter, self.code) {
                Some(true) => {}
                Some(false) => return Membership::NotMember,
                None => {
                    return Membership::Unknown(Problem::Filter {
                        system: asked.url.to_owned(),
                        filter: filter.clone(),
                        why: String::from("a grammar makes the codes, which says nothing of that"),
                    });
                }
            }
        }
        Membership::Member(Box::new(Member {
            system: Arc::new(System::of(asked, None)),
            code: self.code.into(),
            display: None,
            is_abstract: false,
            is_inactive: false,
            designations: Vec::new(),
        }))
    }
}
