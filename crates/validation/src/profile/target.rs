//! What references point to, as far as it is part of the same document.

use super::DEFINITIONS;
use super::definition::{Node, Profile, TypeRule};
use super::discriminator::Step;
use super::value::Value;
use crate::place::Place;
use crate::walk::Walk;
use fhir::definitions::{TypeId, type_by_name};
use fhir::outcome::quoted;
use fhir::{IssueCode, Json, Reference, ResourceType};

/// Stands for a resource that is not part of the document.
static ELSEWHERE: Json = Json::Null;

/// A definition that a reference may point to.
enum Target<'r> {
    Type(TypeId),
    Profile(&'r Profile),
}

impl<'r> Walk<'r> {
    /// The values that the steps of a discriminator lead to.
    pub(super) fn follow(&mut self, value: Value<'r>, steps: &[Step]) -> Vec<Value<'r>> {
        let mut values = vec![value];
        for step in steps {
            values = values.into_iter().flat_map(|value| self.step(value, step)).collect();
        }
        values
    }

    fn step(&mut self, value: Value<'r>, step: &Step) -> Vec<Value<'r>> {
        match step {
            Step::Element(name) => value.members(name).into_iter().map(|found| found.value).collect(),
            Step::Extension(url) => {
                let extensions = value.members("extension").into_iter().map(|found| found.value);
                extensions.filter(|extension| extension.json.str("url") == Some(url)).collect()
            }
            Step::OfType(wanted) => {
                let is_wanted = value.type_id == *wanted || value.type_id.definition().is_a(*wanted);
                if is_wanted { vec![value] } else { Vec::new() }
            }
            Step::Resolve => self.resolve(value).into_iter().collect(),
        }
    }

    /// What a Reference or canonical points to: a resource of the document, or only its type.
    fn resolve(&mut self, value: Value<'r>) -> Option<Value<'r>> {
        let text = value.json.str("reference").or_else(|| value.json.as_str());
        let found = text.and_then(|text| match text.strip_prefix('#') {
            Some(id) => self.container.value(id),
            None => self.document.entry(text),
        });
        if let Some(json) = found {
            return Some(Value::new(json, None, TypeId::RESOURCE));
        }
        let named = value.json.str("type").and_then(ResourceType::from_name);
        let resource_type = match text.and_then(Reference::parse) {
            Some(Reference::Local { resource_type, .. } | Reference::Conditional { resource_type, .. }) => {
                Some(resource_type)
            }
            Some(Reference::Absolute(url)) => {
                Reference::tail_of_url(url).map(|(resource_type, _)| resource_type)
            }
            _ => None,
        };
        let type_id = resource_type.or(named)?.type_id();
        Some(Value { json: &ELSEWHERE, sibling: None, type_id })
    }

    /// The types that the targets of a node's references have; none when one of them is not known.
    pub(super) fn target_types(&self, node: &'r Node) -> Option<Vec<TypeId>> {
        let urls = node.types.iter().flatten().flat_map(|rule| &rule.targets);
        urls.map(|url| {
            self.target(url).map(|target| match target {
                Target::Type(type_id) => type_id,
                Target::Profile(profile) => profile.type_id,
            })
        })
        .collect()
    }

    fn target(&self, url: &str) -> Option<Target<'r>> {
        let of_type = url.strip_prefix(DEFINITIONS).and_then(type_by_name);
        match of_type {
            Some(definition) => Some(Target::Type(definition.id)),
            None => self.profiles?.get(url).map(Target::Profile),
        }
    }

    /// Checks what a Reference points to against the targets that a profile allows.
    pub(super) fn targets(
        &mut self,
        rule: &'r TypeRule,
        value: Value<'r>,
        profile: &'r Profile,
        place: &Place<'_>,
    ) {
        let Some(resource) = self.resolve(value) else { return };
        let targets: Option<Vec<Target<'r>>> = rule.targets.iter().map(|url| self.target(url)).collect();
        // One that is not loaded may be the one that is met.
        let Some(targets) = targets else { return };
        let mut of_type = Vec::new();
        for target in &targets {
            match target {
                Target::Type(type_id) if resource.type_id.definition().is_a(*type_id) => return,
                Target::Profile(target) if target.type_id == resource.type_id => of_type.push(*target),
                _ => {}
            }
        }
        let shown = quoted(value.json.str("reference").unwrap_or_default());
        let path = place.path();
        let text = match of_type.first() {
            None => {
                let names: Vec<&str> = rule.targets.iter().map(|url| name_of(url)).collect();
                format!("{path} {shown} is not a reference to {}", names.join(" or "))
            }
            Some(_) if *resource.json == Json::Null => return,
            Some(first) => {
                let Some(problem) = self.unmet(&of_type, resource, place) else { return };
                format!(
                    "{path} {shown} points to a resource that does not conform to {}: {problem}",
                    first.url
                )
            }
        };
        self.told(IssueCode::Value, place, &text, profile);
    }

    /// Why a resource of the document meets none of the profiles. What was found is remembered: many references may
    /// point to one resource.
    fn unmet(&mut self, profiles: &[&'r Profile], resource: Value<'r>, place: &Place<'_>) -> Option<String> {
        let mut reason = None;
        for profile in profiles {
            let key: (*const Json, *const Profile) = (resource.json, *profile);
            let known = match self.verdicts.get(&key) {
                Some(known) => known.clone(),
                None => {
                    // Resources that refer to one another are met if nothing else is against it.
                    self.verdicts.insert(key, None);
                    let root = place.resource();
                    let issue = self.trial(|walk| walk.conform(profile, resource, &root));
                    let problem = issue.map(|issue| issue.text);
                    self.verdicts.insert(key, problem.clone());
                    problem
                }
            };
            match known {
                None => return None,
                Some(problem) => reason = reason.or(Some(problem)),
            }
        }
        reason
    }
}

/// The last part of the URL of a definition.
fn name_of(url: &str) -> &str {
    super::unversioned(url).rsplit('/').next().unwrap_or(url)
}
