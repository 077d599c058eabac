//! Slicing (<http://hl7.org/fhir/R4/profiling.html#slicing>): which slice of an element each of its values belongs to.

use super::definition::{Node, Profile, Rules, Slicing};
use super::discriminator::{Discriminator, Kind, Step};
use super::matching::{has_pattern, is_fixed};
use super::value::{Found, Value};
use crate::place::Place;
use crate::walk::Walk;
use fhir::definitions::{BindingStrength, TypeId};
use fhir::outcome::cut;
use fhir::{IssueCode, Json};

/// What a discriminator says of a value and a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
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

/// What has been seen of the values of a sliced element.
struct Tally<'r> {
    /// For each slice its values.
    members: Vec<Vec<Found<'r>>>,
    /// Slices that some values may belong to.
    unknown: Vec<bool>,
    last: usize,
    is_outside: bool,
}

impl<'r> Walk<'r> {
    /// Sorts the values of an element into its slices, and checks each against its own.
    pub(super) fn slices(
        &mut self,
        node: &'r Node,
        found: &[Found<'r>],
        profile: &'r Profile,
        place: &Place<'_>,
    ) {
        let slicing = node.slicing.clone().unwrap_or_else(|| implied(node));
        if node.slices.is_empty() && slicing.rules != Rules::Closed {
            return;
        }
        let mut tally = Tally {
            members: vec![Vec::new(); node.slices.len()],
            unknown: vec![false; node.slices.len()],
            last: 0,
            is_outside: false,
        };
        for one in found {
            one.at(node, place, |place| self.sort(node, &slicing, *one, profile, &mut tally, place));
        }
        for ((slice, members), unknown) in node.slices.iter().zip(&tally.members).zip(&tally.unknown) {
            self.slice_number(slice, members, *unknown, profile, place);
            self.slices(slice, members, profile, place);
        }
    }

    fn sort(
        &mut self,
        node: &'r Node,
        slicing: &Slicing,
        one: Found<'r>,
        profile: &'r Profile,
        tally: &mut Tally<'r>,
        place: &Place<'_>,
    ) {
        let mut may_belong = false;
        for (index, slice) in node.slices.iter().enumerate() {
            match self.belongs(slice, &slicing.discriminators, one.value, profile, place) {
                Verdict::Yes => {
                    self.order(slicing, index, profile, tally, place);
                    tally.members[index].push(one);
                    return self.node(slice, one.value, profile, place);
                }
                Verdict::Unknown => {
                    may_belong = true;
                    tally.unknown[index] = true;
                }
                _ => {}
            }
        }
        tally.is_outside = true;
        if slicing.rules == Rules::Closed && !may_belong && !slicing.discriminators.is_empty() {
            let names: Vec<&str> = node.slices.iter().filter_map(|slice| slice.slice.as_deref()).collect();
            let text = format!("{} belongs to none of the slices {}", place.path(), names.join(", "));
            self.told(IssueCode::Structure, place, &text, profile);
        }
    }

    fn order(
        &mut self,
        slicing: &Slicing,
        index: usize,
        profile: &Profile,
        tally: &mut Tally<'r>,
        place: &Place<'_>,
    ) {
        if slicing.ordered && index < tally.last {
            let text = format!("{} stands after values of later slices", place.path());
            self.told(IssueCode::Structure, place, &text, profile);
        }
        if slicing.rules == Rules::OpenAtEnd && tally.is_outside {
            let text = format!("{} stands after values of no slice", place.path());
            self.told(IssueCode::Structure, place, &text, profile);
        }
        tally.last = tally.last.max(index);
    }

    fn slice_number(
        &mut self,
        slice: &'r Node,
        members: &[Found<'r>],
        may_have_more: bool,
        profile: &'r Profile,
        place: &Place<'_>,
    ) {
        let name = slice.slice.as_deref().unwrap_or_default();
        let least = slice.min.unwrap_or(0) as usize;
        if members.len() < least && !may_have_more {
            let missing = place.child(&slice.name);
            let known = self.description(slice);
            let path = missing.path();
            let text = match least {
                1 => format!("{path} of the slice '{name}' is required{known}"),
                _ => format!(
                    "{path} of the slice '{name}' must occur at least {least} times, not {}{known}",
                    members.len()
                ),
            };
            self.told(IssueCode::Required, &missing, &text, profile);
        }
        let most = slice.max.unwrap_or(u32::MAX) as usize;
        if let Some(excess) = members.get(most) {
            excess.at(slice, place, |place| {
                let text = format!(
                    "{} of the slice '{name}' may occur at most {most} times, not {}",
                    place.path(),
                    members.len()
                );
                self.told(IssueCode::Structure, place, &text, profile);
            });
        }
    }

    /// What a value of the slice looks like, in words to follow its name.
    fn description(&self, slice: &Node) -> String {
        let url = slice.types.iter().flatten().find_map(|rule| rule.profiles.first());
        if let Some(url) = url.filter(|_| slice.name.ends_with("xtension")) {
            return format!("; its url is {url}");
        }
        let literal = |node: &Node| node.pattern.clone().or_else(|| node.fixed.clone());
        if let Some(literal) = literal(slice) {
            return format!("; it has {}", cut(&literal.to_string()));
        }
        let described =
            |child: &Node| Some(format!("; its {} is {}", child.name, cut(&literal(child)?.to_string())));
        slice.children.iter().find_map(described).unwrap_or_default()
    }

    /// Whether a value belongs to a slice.
    fn belongs(
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

/// How elements are sliced that need not say it: extensions by url, choices by type. Others only by what is said.
fn implied(node: &Node) -> Slicing {
    let (kind, path) = match &*node.name {
        "extension" | "modifierExtension" => (Kind::Value, vec![Step::Element("url".into())]),
        _ => (Kind::Type, Vec::new()),
    };
    let discriminators = vec![Discriminator { kind, path }];
    Slicing { discriminators, rules: Rules::Open, ordered: false }
}
