//! Running rules over what was sent.

use crate::contract::{Access, ElementFact};
use crate::finding::{Finding, Findings};
use crate::rule::{Check, Rule};
use crate::search::Asked;
use crate::sent::Sent;
use crate::write::Write;
use fhir::{Issue, Json, Location, ResourceType};
use interactions::{Interaction, Refusal};

/// What the rules of the envelope find: told alone.
pub fn envelope(sent: &Sent<'_>) -> Vec<Finding> {
    let mut findings = Findings::new();
    for rule in sent.rules() {
        if let Check::Envelope(check) = rule.check {
            findings.run(rule);
            check(sent, &mut findings);
        }
    }
    findings.into_list()
}

/// What the rules of the body find.
pub fn body(sent: &Sent<'_>) -> Vec<Finding> {
    let mut findings = Findings::new();
    for rule in sent.rules() {
        findings.run(rule);
        match rule.check {
            Check::RequiredElements => {
                let is_required = |element: &&ElementFact| element.required_on.contains(&sent.interaction);
                let required_elements = sent.contract.elements.iter().filter(is_required);
                required_elements.for_each(|element| required(sent, element.path, &mut findings));
            }
            Check::ListedElements => {
                let is_checked = |element: &&ElementFact| {
                    !element.values.is_empty()
                        && element.access != Access::ReadOnly
                        && element.path != "resourceType"
                        && !element.ignored_on.contains(&sent.interaction)
                };
                let listed_elements = sent.contract.elements.iter().filter(is_checked);
                listed_elements.for_each(|element| listed(sent, element.path, &mut findings));
            }
            Check::Required(paths) => paths.iter().for_each(|path| required(sent, path, &mut findings)),
            Check::Listed(paths) => paths.iter().for_each(|path| listed(sent, path, &mut findings)),
            Check::List(path) => shape(sent, path, |value| value.as_array().is_some(), &mut findings),
            Check::Object(path) => shape(sent, path, |value| value.as_object().is_some(), &mut findings),
            Check::Body(check) => check(sent, &mut findings),
            Check::Envelope(_)
            | Check::ListedOn(_)
            | Check::Write(_)
            | Check::Query(_)
            | Check::AnyParameter(_)
            | Check::EveryDoor => {}
        }
    }
    findings.into_list()
}

/// Runs the rules of the write.
///
/// # Errors
///
/// 400 with what is wrong with what was sent, else 422 with the rules of business that are broken.
pub fn write(write: &mut Write<'_, '_>, mut invalid: Vec<Issue>) -> Result<(), Refusal> {
    let mut findings = Findings::new();
    for rule in write.sent.rules() {
        findings.run(rule);
        match rule.check {
            Check::Write(check) => check(write, &mut findings)?,
            Check::ListedOn(path) => listed_on(&write.sent, path, &mut findings),
            _ => {}
        }
    }
    let (broken, found): (Vec<Finding>, Vec<Finding>) =
        findings.into_list().into_iter().partition(|finding| finding.rule.status() == 422);
    invalid.extend(found.into_iter().map(|finding| finding.issue));
    if !invalid.is_empty() {
        let root = match write.sent.operation {
            Some(_) => ResourceType::PARAMETERS,
            None => write.sent.contract.resource_type,
        };
        crate::order::sort_by_place(root, write.sent.body, &mut invalid);
        return Err(Refusal::invalid(invalid));
    }
    if broken.is_empty() { Ok(()) } else { Err(Refusal::broken_rules(issues(broken))) }
}

/// What the rules of a search find.
pub fn query(asked: &Asked<'_>) -> Vec<Issue> {
    let mut findings = Findings::new();
    let on_search = |rule: &&Rule| rule.on.contains(&Interaction::SearchType);
    for rule in asked.contract.all_rules().filter(on_search) {
        findings.run(rule);
        match rule.check {
            Check::Query(check) => check(asked, &mut findings),
            Check::AnyParameter(names) if names.iter().all(|name| asked.value(name).is_none()) => {
                findings.add("", &[]);
            }
            _ => {}
        }
    }
    issues(findings.into_list())
}

/// The issues of findings.
pub fn issues(findings: Vec<Finding>) -> Vec<Issue> {
    findings.into_iter().map(|finding| finding.issue).collect()
}

/// For rules: every empty string in the body.
pub fn empty_strings(sent: &Sent<'_>, findings: &mut Findings) {
    fn walk(value: &Json, location: &Location<'_>, findings: &mut Findings) {
        match value {
            Json::String(text) if text.is_empty() => {
                let place = location.to_string();
                let path = path_of(&place);
                findings.add(&place, &[("path", &path), ("element", &path)]);
            }
            Json::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, item)| walk(item, &location.item(index), findings));
            }
            Json::Object(object) => {
                object.iter().for_each(|(name, member)| walk(member, &location.child(name), findings));
            }
            _ => {}
        }
    }
    let root = Location::root(sent.root());
    sent.body.iter().for_each(|(name, value)| walk(value, &root.child(name), findings));
}

/// For rules: the dateTime at `path` has a day at least. Fills `{value}`. What is no dateTime is R4's validation's affair.
pub fn whole_date(sent: &Sent<'_>, path: &str, findings: &mut Findings) {
    for (place, value) in sent.values(path) {
        let is_date = fhir::primitive::check("dateTime", value).is_ok();
        if let Some(text) = value.as_str().filter(|text| is_date && text.len() < "YYYY-MM-DD".len()) {
            findings.add(&place, &[("value", text)]);
        }
    }
}

/// For rules: the lists at these paths have one item at most.
pub fn one_entry(sent: &Sent<'_>, paths: &[&str], findings: &mut Findings) {
    for path in paths {
        sent.visit(path, |location, value| {
            if value.is_some_and(|value| value.items().len() > 1) {
                findings.add(&location.to_string(), &[("path", path), ("element", path)]);
            }
        });
    }
}

/// For rules of the envelope: the body is of the type it is sent to.
pub fn resource_type(sent: &Sent<'_>, findings: &mut Findings) {
    if sent.body.str("resourceType") != Some(sent.contract.resource_type.name()) {
        findings.add(&format!("{}.resourceType", sent.root()), &[]);
    }
}

/// A place as the path of an element: without type and indices.
pub(crate) fn path_of(place: &str) -> String {
    let names = place.split('.').skip(1).map(|step| step.split_once('[').map_or(step, |(name, _)| name));
    names.collect::<Vec<_>>().join(".")
}

/// For rules: an update of a type that knows no other than to mark entered in error does so.
///
/// # Errors
///
/// None.
pub fn marks(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let sent = &write.sent;
    if let Some(mark) = sent.contract.mark.filter(|mark| !mark.is_on(sent.body)) {
        findings.add(&format!("{}.{}", sent.root(), mark.element), &[]);
    }
    Ok(())
}

fn required(sent: &Sent<'_>, path: &str, findings: &mut Findings) {
    sent.visit(path, |location, value| {
        if is_missing(value) {
            findings.add(
                &location.to_string(),
                &[("element", path), ("path", path), ("attribute", last_step(path))],
            );
        }
    });
}

/// Whether nothing was said: no member, or an empty one.
fn is_missing(value: Option<&Json>) -> bool {
    match value {
        None | Some(Json::Null) => true,
        Some(Json::Array(items)) => items.is_empty(),
        Some(Json::Object(object)) => object.is_empty(),
        Some(_) => false,
    }
}

fn listed(sent: &Sent<'_>, path: &str, findings: &mut Findings) {
    let allowed = sent.contract.element(path).map(|element| element.values).unwrap_or_default();
    let attribute = last_step(path);
    let mut check = |location: &Location<'_>, value: &Json| {
        // What is no text, or empty, is R4's validation's affair.
        let Some(code) = value.as_str().filter(|code| !code.is_empty() && !allowed.contains(code)) else {
            return;
        };
        let values =
            [("value", code), (attribute, code), ("attribute", attribute), ("element", path), ("path", path)];
        findings.add(&location.to_string(), &values);
    };
    sent.visit(path, |location, value| match value {
        Some(Json::Array(items)) => {
            items.iter().enumerate().for_each(|(index, item)| check(&location.item(index), item));
        }
        Some(value) => check(location, value),
        None => {}
    });
}

/// Values that the contract lists, but not for this interaction.
fn listed_on(sent: &Sent<'_>, path: &str, findings: &mut Findings) {
    for (place, code) in unlisted_on(sent, path) {
        findings.add(&place, &[("value", code), ("interaction", sent.interaction.code()), ("path", path)]);
    }
}

/// Where a rule of the write will refuse a code that the contract lists for other interactions.
pub fn refused_later(sent: &Sent<'_>) -> Vec<String> {
    let paths = sent.rules().filter_map(|rule| match rule.check {
        Check::ListedOn(path) => Some(path),
        _ => None,
    });
    paths.flat_map(|path| unlisted_on(sent, path)).map(|(place, _)| place).collect()
}

/// The codes at `path` that the contract lists, but not for this interaction, and where they are.
fn unlisted_on<'a>(sent: &Sent<'a>, path: &str) -> Vec<(String, &'a str)> {
    let Some(element) = sent.contract.element(path) else { return Vec::new() };
    let on = element.values_on.iter().find(|(interaction, _)| *interaction == sent.interaction);
    let Some((_, allowed)) = on else { return Vec::new() };
    let is_refused = |code: &&str| element.values.contains(code) && !allowed.contains(code);
    let values = sent.values(path).into_iter();
    values.filter_map(|(place, value)| Some((place, value.as_str().filter(is_refused)?))).collect()
}

fn shape(sent: &Sent<'_>, path: &str, is_it: fn(&Json) -> bool, findings: &mut Findings) {
    sent.visit(path, |location, value| {
        if value.is_some_and(|value| !is_it(value)) {
            findings.add(&location.to_string(), &[("element", path), ("attribute", last_step(path))]);
        }
    });
}

fn last_step(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinic::Clinic;
    use crate::contract::{Contract, IdForm, element};
    use crate::rule::rule;
    use fhir::{IssueCode, json};

    const ON_CREATE: &[Interaction] = &[Interaction::Create];

    static CONTRACT: Contract = Contract {
        elements: &[
            element("status", "code")
                .one_of(&["active", "done"])
                .values_on(&[(Interaction::Create, &["active"])]),
            element("item.kind", "code")
                .required_on(ON_CREATE)
                .one_of(&["a"])
                .ignored_on(&[Interaction::Update]),
        ],
        rules: &[
            rule("basic-required", IssueCode::Required, "{path} is required").check(Check::RequiredElements),
            rule("basic-listed", IssueCode::Value, "{path} is {value}").check(Check::ListedElements),
        ],
        ..Contract::of("Basic", fhir::ResourceType::BASIC, IdForm::Uuid)
    };

    static ON: Rule =
        rule("basic-on", IssueCode::BusinessRule, "{path} is not allowed on {interaction}: {value}");

    fn found(interaction: Interaction, sent: &Json) -> Vec<String> {
        let sent = Sent {
            interaction,
            operation: None,
            contract: &CONTRACT,
            body: sent.as_object().unwrap(),
            clinic: &Clinic::default(),
        };
        let mut on = Findings::new();
        on.run(&ON);
        listed_on(&sent, "status", &mut on);
        body(&sent).into_iter().chain(on.into_list()).map(|finding| finding.issue.text).collect()
    }

    #[test]
    fn what_the_elements_say_is_checked_on_the_interactions_they_say_it_of() {
        let sent = json!({ "status": "done", "item": [{}, { "kind": "b" }] });
        assert_eq!(
            found(Interaction::Create, &sent),
            ["item.kind is required", "item.kind is b", "status is not allowed on create: done"]
        );
        assert_eq!(found(Interaction::Update, &sent), Vec::<String>::new());
        let unlisted = json!({ "status": "gone" });
        assert_eq!(found(Interaction::Update, &unlisted), ["status is gone"]);
    }
}
