//! Which slice a value belongs to: what the discriminators ask of it, against what the slice demands.

use super::definition::{Node, Profile};
use super::discriminator::{Discriminator, Kind, Step};
use super::matching::{has_pattern, is_fixed};
use super::value::Value;
use crate::place::Place;
use crate::walk::Walk;
use fhir::Json;
use fhir::definitions::{BindingStrength, TypeId};

/// What a discriminator says of a value and a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Yes,
    No,
    /// It depends on what is not known here: a value set, a profile, a resource elsewhere.
    Unknown,
    /// The slice demands nothing there.
    Unconstrained,
}

impl From<bool> for Verdict {
    fn from(holds: bool) -> Self {
        if holds { Verdict::Yes } else { Verdict::No }
    }
}

impl<'r> Walk<'r> {
    /// Whether a value belongs to a slice.
    pub(super) fn belongs(
        &mut self,
        slice: &'r Node,
        discriminators: &[Discriminator],
        value: Value<'r>,
        profile: &'r Profile,
        place: &Place<'_>,
    ) -> Verdict {
        let mut all = Verdict::Unconstrained;
        for discriminator in discriminators {
            if !self.may_go_on(place) {
                return Verdict::Unknown;
            }
            match self.ask(slice, discriminator, value, profile, place) {
                Verdict::No => return Verdict::No,
                Verdict::Unknown => all = Verdict::Unknown,
                Verdict::Yes if all == Verdict::Unconstrained => all = Verdict::Yes,
                _ => {}
            }
        }
        all
    }

    fn ask(
        &mut self,
        slice: &'r Node,
        question: &Discriminator,
        value: Value<'r>,
        profile: &'r Profile,
        place: &Place<'_>,
    ) -> Verdict {
        if let Some(verdict) = extension_url(slice, question, value) {
            return verdict;
        }
        match question.kind {
            Kind::Type => self.ask_type(slice, &question.path, value),
            Kind::Profile => self.ask_profile(slice, &question.path, value, place),
            Kind::Exists => match self.expected(slice, &question.path) {
                Some((node, _)) if node.max == Some(0) => {
                    self.follow(value, &question.path).is_empty().into()
                }
                Some((node, _)) if node.min.unwrap_or(0) > 0 => {
                    (!self.follow(value, &question.path).is_empty()).into()
                }
                _ => Verdict::Unconstrained,
            },
            Kind::Value => {
                let Some((node, steps)) = self.expected(slice, &question.path) else {
                    return Verdict::Unconstrained;
                };
                let path = question.path.get(..steps).unwrap_or_default();
                let values = self.follow(value, path);
                self.ask_value(node, &values, profile, place)
            }
        }
    }

    /// Whether one of the values is what a node demands.
    fn ask_value(
        &mut self,
        node: &'r Node,
        values: &[Value<'r>],
        profile: &'r Profile,
        place: &Place<'_>,
    ) -> Verdict {
        let any = |holds: &dyn Fn(&Json) -> bool| Verdict::from(values.iter().any(|value| holds(value.json)));
        if let Some(fixed) = &node.fixed {
            return any(&|value| is_fixed(value, fixed));
        }
        if let Some(pattern) = &node.pattern {
            return any(&|value| has_pattern(value, pattern));
        }
        if let Some(rule) = node.binding.as_ref().filter(|rule| rule.strength == BindingStrength::Required) {
            let verdicts: Vec<Option<bool>> =
                values.iter().map(|value| self.is_coded_from(&rule.value_set, *value)).collect();
            return match verdicts.contains(&Some(true)) {
                true => Verdict::Yes,
                false if verdicts.contains(&None) => Verdict::Unknown,
                false => Verdict::No,
            };
        }
        if node.children.is_empty() && node.slices.is_empty() {
            return Verdict::Unconstrained;
        }
        // What tells the slice apart lies deeper.
        let conforms = |walk: &mut Self, value: &Value<'r>| {
            walk.trial(|walk| walk.node(node, *value, profile, place)).is_none()
        };
        values.iter().any(|value| conforms(self, value)).into()
    }

    fn ask_type(&mut self, slice: &'r Node, path: &[Step], value: Value<'r>) -> Verdict {
        let allowed: Vec<TypeId> = match path.split_last() {
            Some((Step::Resolve, before)) => match self.expected(slice, before) {
                Some((node, _)) => match self.target_types(node) {
                    Some(types) => types,
                    None => return Verdict::Unknown,
                },
                None => return Verdict::Unconstrained,
            },
            _ => match self.expected(slice, path).and_then(|(node, _)| node.types.as_ref()) {
                Some(rules) => rules.iter().map(|rule| rule.type_id).collect(),
                None => return Verdict::Unconstrained,
            },
        };
        if allowed.is_empty() {
            return Verdict::Unconstrained;
        }
        let values = self.follow(value, path);
        let fits = |value: &Value<'r>| {
            allowed.iter().any(|wanted| value.type_id == *wanted || value.type_id.definition().is_a(*wanted))
        };
        values.iter().any(fits).into()
    }

    fn ask_profile(
        &mut self,
        slice: &'r Node,
        path: &[Step],
        value: Value<'r>,
        place: &Place<'_>,
    ) -> Verdict {
        let resolves = matches!(path.last(), Some(Step::Resolve));
        let before = if resolves { path.split_last().map_or(path, |(_, before)| before) } else { path };
        let (Some(profiles), Some((node, _))) = (self.profiles, self.expected(slice, before)) else {
            return Verdict::Unconstrained;
        };
        let rules = node.types.iter().flatten();
        let urls: Vec<&Box<str>> =
            rules.flat_map(|rule| if resolves { &rule.targets } else { &rule.profiles }).collect();
        let known: Vec<&'r Profile> = urls.iter().filter_map(|url| profiles.get(url)).collect();
        if known.is_empty() {
            return if urls.is_empty() { Verdict::Unconstrained } else { Verdict::Unknown };
        }
        for value in self.follow(value, path) {
            let is_elsewhere = *value.json == Json::Null && value.sibling.is_none();
            for profile in known.iter().filter(|profile| profile.type_id == value.type_id) {
                if is_elsewhere {
                    return Verdict::Unknown;
                }
                if self.trial(|walk| walk.conform(profile, value, place)).is_none() {
                    return Verdict::Yes;
                }
            }
        }
        Verdict::No
    }

    /// The node of a slice that a path leads to; before its end the first with a fixed value or pattern, which says
    /// all that lies below. With the number of steps taken.
    fn expected(&self, slice: &'r Node, path: &[Step]) -> Option<(&'r Node, usize)> {
        let mut node = slice;
        for (taken, step) in path.iter().enumerate() {
            if node.fixed.is_some() || node.pattern.is_some() {
                return Some((node, taken));
            }
            node = match step {
                Step::Element(name) => node
                    .child(name)
                    .or_else(|| self.profile_of_type(node).and_then(|root| root.child(name)))?,
                Step::Extension(url) => {
                    let slices =
                        node.child("extension").map(|child| child.slices.as_slice()).unwrap_or_default();
                    slices.iter().find(|slice| names_extension(slice, url))?
                }
                Step::OfType(wanted) => {
                    let is_wanted =
                        |slice: &&Node| slice.types.iter().flatten().any(|rule| rule.type_id == *wanted);
                    node.slices.iter().find(is_wanted).unwrap_or(node)
                }
                Step::Resolve => {
                    let mut targets = node.types.iter().flatten().flat_map(|rule| &rule.targets);
                    let profiles = self.profiles?;
                    &targets.find_map(|url| profiles.get(url))?.root
                }
            };
        }
        Some((node, path.len()))
    }

    /// What the profile on the type of a node demands.
    fn profile_of_type(&self, node: &Node) -> Option<&'r Node> {
        let profiles = self.profiles?;
        let mut urls = node.types.iter().flatten().flat_map(|rule| &rule.profiles);
        urls.find_map(|url| profiles.get(url)).map(|profile| &profile.root)
    }
}

/// Extensions are sliced by their url, which is that of their definition, loaded or not.
fn extension_url(slice: &Node, question: &Discriminator, value: Value<'_>) -> Option<Verdict> {
    let is_url = matches!(question.path.as_slice(), [Step::Element(name)] if &**name == "url");
    if !is_url || question.kind != Kind::Value || value.type_id != TypeId::EXTENSION {
        return None;
    }
    let profiles = || slice.types.iter().flatten().flat_map(|rule| &rule.profiles);
    profiles().next()?;
    let url = value.json.str("url").unwrap_or_default();
    Some(profiles().any(|profile| super::unversioned(profile) == url).into())
}

fn names_extension(slice: &Node, url: &str) -> bool {
    let by_profile = slice
        .types
        .iter()
        .flatten()
        .flat_map(|rule| &rule.profiles)
        .any(|profile| super::unversioned(profile) == url);
    let fixed = slice.child("url").and_then(|child| child.fixed.as_ref());
    by_profile || fixed.is_some_and(|fixed| fixed.as_str() == Some(url))
}
