//! What rules find in a request.

use crate::rule::Rule;
use fhir::Issue;
use fhir::outcome::cut;

/// A rule that a request breaks, and where.
#[derive(Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// What the client is told.
    pub issue: Issue,
}

/// Collects what rules find. A check adds to it; the rule that is running gives code and text.
#[derive(Default)]
pub struct Findings {
    running: Option<&'static Rule>,
    found: Vec<Finding>,
}

impl Findings {
    /// Nothing found yet.
    pub fn new() -> Self {
        Findings::default()
    }

    /// From now on, `rule` is the one that finds.
    pub(crate) fn run(&mut self, rule: &'static Rule) {
        self.running = Some(rule);
    }

    /// The running rule is broken at `expression` (FHIRPath; empty when it has no place in what was sent).
    /// `values` fill the `{…}` of its text; long ones are cut.
    pub fn add(&mut self, expression: &str, values: &[(&str, &str)]) {
        let Some(rule) = self.running else { return };
        let issue = Issue::error(rule.code, fill(rule.text, values));
        let issue = if expression.is_empty() { issue } else { issue.at(expression) };
        self.found.push(Finding { rule, issue });
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What was found, in the order it was found.
    pub fn into_list(self) -> Vec<Finding> {
        self.found
    }
}

/// `template` with each `{name}` replaced by its value. A name without a value stays as it is.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, name, after)) = next_placeholder(rest) {
        filled.push_str(before);
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => filled.push_str(&cut(value)),
            None => filled.extend(["{", name, "}"]),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Splits at the first `{name}`: what is before, the name, what is after.
pub fn next_placeholder(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once() {
        assert_eq!(fill("a {x} b {y}.", &[("x", "{y}"), ("y", "2")]), "a {y} b 2.");
        assert_eq!(fill("Invalid {race|ethnicity}", &[("race|ethnicity", "race")]), "Invalid race");
        assert_eq!(fill("{unknown} stays", &[]), "{unknown} stays");
    }
}
