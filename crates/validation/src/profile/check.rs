//! A value against what a profile demands of it, element by element.

use super::definition::{Node, Profile, TypeRule};
use super::matching::{has_pattern, is_fixed};
use super::value::{Found, Value};
use crate::findings::Findings;
use crate::place::Place;
use crate::walk::Walk;
use fhir::definitions::TypeId;
use fhir::outcome::{cut, quoted};
use fhir::{Issue, IssueCode, Severity};
use fhirpath::EvaluateError;

/// How deep profiles may lead from one to another: by the profiles of types, and by references.
const MAX_DEPTH: usize = 16;

/// How many values may be compared with how many elements of profiles in one validation. A typical resource takes
/// hundreds; more than this says that resource and profiles were made to take time.
const MAX_STEPS: usize = 2_000_000;

/// How far checking profiles has come.
#[derive(Debug, Default)]
pub(crate) struct Effort {
    depth: usize,
    pub(super) steps: usize,
}

impl<'r> Walk<'r> {
    /// Checks a value against a profile on its type.
    pub(crate) fn conform(&mut self, profile: &'r Profile, value: Value<'r>, place: &Place<'_>) {
        if self.effort.depth == MAX_DEPTH {
            return;
        }
        self.effort.depth += 1;
        self.node(&profile.root, value, profile, place);
        self.effort.depth -= 1;
    }

    /// Asks whether checks find anything, and what: nothing is told.
    pub(super) fn trial(&mut self, check: impl FnOnce(&mut Self)) -> Option<Issue> {
        let findings = std::mem::replace(&mut self.findings, Findings::trial());
        check(self);
        std::mem::replace(&mut self.findings, findings).into_issues().into_iter().next()
    }

    /// Whether there is effort left for one more comparison.
    pub(super) fn may_go_on(&mut self, place: &Place<'_>) -> bool {
        self.effort.steps += 1;
        if self.effort.steps >= MAX_STEPS {
            self.findings.exhaust(place);
        }
        !self.findings.is_full()
    }

    /// Checks a value against an element or slice of a profile.
    pub(super) fn node(&mut self, node: &'r Node, value: Value<'r>, profile: &'r Profile, place: &Place<'_>) {
        if !self.may_go_on(place) || !self.types(node, value, profile, place) {
            return;
        }
        self.literals(node, value, profile, place);
        for rule in node.binding.iter().chain(&node.max_value_set) {
            self.profile_binding(rule, value, profile, place);
        }
        self.constraints(node, value, profile, place);
        self.children(node, value, profile, place);
        // A profile may narrow what another element shares with this one.
        if let Some(shared) = node.content.as_ref().and_then(|id| profile.root.at_id(id)) {
            self.children(shared, value, profile, place);
        }
    }

    /// Whether the value has a type that is allowed.
    fn types(&mut self, node: &'r Node, value: Value<'r>, profile: &'r Profile, place: &Place<'_>) -> bool {
        let Some(rules) = &node.types else { return true };
        let is_of =
            |rule: &&TypeRule| rule.type_id == value.type_id || value.type_id.definition().is_a(rule.type_id);
        let mut fitting = rules.iter().filter(is_of).peekable();
        if fitting.peek().is_none() {
            let names: Vec<&str> = rules.iter().map(|rule| rule.type_id.name()).collect();
            let text =
                format!("{} must be {}, not {}", place.path(), names.join(" or "), value.type_id.name());
            self.told(IssueCode::Structure, place, &text, profile);
            return false;
        }
        for rule in fitting {
            self.type_profiles(rule, value, profile, place);
            if !rule.targets.is_empty() && value.type_id == TypeId::REFERENCE {
                self.targets(rule, value, profile, place);
            }
        }
        true
    }

    /// Checks the profiles on a type: one of them must be met.
    fn type_profiles(
        &mut self,
        rule: &'r TypeRule,
        value: Value<'r>,
        profile: &'r Profile,
        place: &Place<'_>,
    ) {
        // Extensions are checked against their own definitions wherever they stand.
        let Some(profiles) = self.profiles.filter(|_| value.type_id != TypeId::EXTENSION) else { return };
        let known: Vec<&'r Profile> = rule.profiles.iter().filter_map(|url| profiles.get(url)).collect();
        match known.as_slice() {
            // One that is not loaded may be the one that is met.
            known if known.len() < rule.profiles.len() => {}
            [] => {}
            [only] => self.conform(only, value, place),
            several => {
                if several.iter().all(|one| self.trial(|walk| walk.conform(one, value, place)).is_some()) {
                    let urls: Vec<&str> = several.iter().map(|one| one.url.as_str()).collect();
                    let text = format!("{} conforms to none of {}", place.path(), urls.join(", "));
                    self.told(IssueCode::Invalid, place, &text, profile);
                }
            }
        }
    }

    /// Checks fixed values, patterns and lengths.
    fn literals(&mut self, node: &Node, value: Value<'r>, profile: &Profile, place: &Place<'_>) {
        if let Some(fixed) = node.fixed.as_ref().filter(|fixed| !is_fixed(value.json, fixed)) {
            let shown = (cut(&value.json.to_string()), cut(&fixed.to_string()));
            let text = format!("{} {} is not the fixed value {}", place.path(), shown.0, shown.1);
            self.told(IssueCode::Value, place, &text, profile);
        }
        if let Some(pattern) = node.pattern.as_ref().filter(|pattern| !has_pattern(value.json, pattern)) {
            let shown = (cut(&value.json.to_string()), cut(&pattern.to_string()));
            let text = format!("{} {} does not have {}", place.path(), shown.0, shown.1);
            self.told(IssueCode::Value, place, &text, profile);
        }
        if let (Some(longest), Some(text)) = (node.max_length, value.json.as_str()) {
            let length = text.chars().count();
            if length > longest {
                let shown = quoted(text);
                let text = format!("{} {shown} has {length} characters, more than {longest}", place.path());
                self.told(IssueCode::TooLong, place, &text, profile);
            }
        }
    }

    fn constraints(&mut self, node: &'r Node, value: Value<'r>, profile: &Profile, place: &Place<'_>) {
        for constraint in &node.constraints {
            if constraint.severity != Severity::Error && !self.findings.advises() {
                continue;
            }
            let by = || format!(" (profile {})", profile.url);
            match self.holds(&constraint.expression, &value.item(), place) {
                // What is elsewhere can't be asked.
                Ok(true) | Err(EvaluateError::NotLoaded) => {}
                Ok(false) => {
                    let text = || format!("{}: {}{}", constraint.key, cut(&constraint.human), by());
                    self.findings.tell(constraint.severity, IssueCode::Invariant, place, text);
                }
                Err(problem) => self.undecided(&constraint.key, problem, &by(), place),
            }
        }
    }

    fn children(&mut self, node: &'r Node, value: Value<'r>, profile: &'r Profile, place: &Place<'_>) {
        for child in &node.children {
            let found = value.members(&child.name);
            self.number(child, &found, value, profile, place);
            for one in &found {
                one.at(child, place, |place| self.node(child, one.value, profile, place));
            }
            self.slices(child, &found, profile, place);
        }
    }

    /// Checks how many values there are.
    fn number(
        &mut self,
        child: &Node,
        found: &[Found<'r>],
        owner: Value<'r>,
        profile: &Profile,
        place: &Place<'_>,
    ) {
        let element = owner.type_id.definition().element(&child.name).map(|(_, element)| element);
        let choice = if element.is_some_and(|element| element.is_choice()) { "[x]" } else { "" };
        let missing = place.child(&child.name);
        let least = child.min.unwrap_or(0) as usize;
        // What the type itself requires was told already.
        let is_told = found.is_empty() && element.is_some_and(|element| element.min() > 0);
        if found.len() < least && !is_told {
            let text = match least {
                1 => format!("{}{choice} is required", missing.path()),
                _ => format!(
                    "{}{choice} must occur at least {least} times, not {}",
                    missing.path(),
                    found.len()
                ),
            };
            self.told(IssueCode::Required, &missing, &text, profile);
        }
        let most = child.max.unwrap_or(u32::MAX) as usize;
        if let Some(excess) = found.get(most) {
            excess.at(child, place, |place| {
                let text = match most {
                    0 => format!("{} is not allowed", place.path()),
                    _ => format!("{} may occur at most {most} times, not {}", place.path(), found.len()),
                };
                self.told(IssueCode::Structure, place, &text, profile);
            });
        }
    }

    /// Reports a problem, and which profile makes it one.
    pub(super) fn told(&mut self, code: IssueCode, place: &Place<'_>, text: &str, profile: &Profile) {
        self.findings.tell(Severity::Error, code, place, || format!("{text} (profile {})", profile.url));
    }
}

impl Found<'_> {
    /// Goes to its place below that of its owner.
    pub(super) fn at<T>(&self, node: &Node, owner: &Place<'_>, look: impl FnOnce(&Place<'_>) -> T) -> T {
        let member = owner.member(&node.name, self.key, self.position);
        match self.index {
            Some(index) => look(&member.item(index)),
            None => look(&member),
        }
    }
}
