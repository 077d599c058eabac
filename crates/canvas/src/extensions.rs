//! Extensions in what was sent: one that the contract lists has the value that the contract gives it, and is there once
//! unless it may repeat. Whatever else it held would be stored without being understood, or lost.

use crate::contract::{Access, ExtensionFact};
use crate::sent::Sent;
use fhir::{Issue, IssueCode, Object};
use interactions::Interaction;

/// What is wrong with the extensions that the contract lists, wherever it has them. An update that does nothing but mark
/// takes nothing from them.
pub fn issues(sent: &Sent<'_>) -> Vec<Issue> {
    let (contract, root) = (sent.contract, sent.root());
    let mut issues = Vec::new();
    if sent.operation.is_some() || contract.mark.is_some() && sent.interaction == Interaction::Update {
        return issues;
    }
    let mut carriers: Vec<&str> = contract.extensions.iter().map(|fact| fact.on).collect();
    carriers.dedup();
    for on in carriers {
        match on.strip_prefix(root) {
            Some("") => check(sent, on, root, sent.body, &mut issues),
            Some(path) => {
                for (place, element) in sent.objects(path.trim_start_matches('.')) {
                    check(sent, on, &place, element, &mut issues);
                }
            }
            // Parts of other extensions are looked at with those.
            None => {}
        }
    }
    issues
}

/// Looks at the extensions of an element, and at their parts.
fn check(sent: &Sent<'_>, on: &str, place: &str, element: &Object, issues: &mut Vec<Issue>) {
    let mut seen: Vec<&str> = Vec::new();
    let extensions = element.items("extension").iter().enumerate();
    for (index, extension) in extensions.filter_map(|(index, one)| Some((index, one.as_object()?))) {
        let known = extension.str("url").and_then(|url| sent.contract.extension(on, url));
        let Some(fact) = known.filter(|fact| fact.access != Access::ReadOnly) else { continue };
        let place = format!("{place}.extension[{index}]");
        if !fact.list && seen.contains(&fact.url) {
            let text = format!("extension {} must be there once, not several times", fact.url);
            issues.push(Issue::error(IssueCode::Structure, text).at(&place));
        }
        seen.push(fact.url);
        issues.extend(misvalued(fact, extension, &place));
        check(sent, fact.url, &place, extension, issues);
    }
}

/// What is wrong with the value of an extension. That it has one is R4's validation's affair.
fn misvalued(fact: &ExtensionFact, extension: &Object, place: &str) -> Option<Issue> {
    let plain = |name: &str| name.strip_prefix('_').unwrap_or(name).to_owned();
    let holds: Vec<String> = extension
        .iter()
        .map(|(name, _)| plain(name))
        .filter(|name| name == "extension" || name.starts_with("value"))
        .collect();
    if holds.iter().any(|name| name == fact.value) {
        return None;
    }
    let found = holds.iter().find(|name| *name != "extension").or(holds.first())?;
    let text = format!("extension {} must have {}, not {found}", fact.url, fact.value);
    Some(Issue::error(IssueCode::Value, text).at(format_args!("{place}.{}", fact.value)))
}

/// Takes away those on which a rule of the type has had its word.
pub fn unspoken(mut issues: Vec<Issue>, ruled: &[Issue]) -> Vec<Issue> {
    let is_within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    issues.retain(|issue| {
        let Some(place) = issue.expression.as_deref() else { return true };
        let spoken = ruled.iter().filter_map(|ruled| ruled.expression.as_deref());
        !spoken.into_iter().any(|ruled| is_within(place, ruled) || is_within(ruled, place))
    });
    issues
}
