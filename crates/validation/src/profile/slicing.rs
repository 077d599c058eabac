//! Slicing (<http://hl7.org/fhir/R4/profiling.html#slicing>): the values of an element sorted into its slices, each held
//! to its own, and how many there are of each.

use super::belonging::Verdict;
use super::definition::{Node, Profile, Rules, Slicing};
use super::discriminator::{Discriminator, Kind, Step};
use super::value::Found;
use crate::place::Place;
use crate::walk::Walk;
use fhir::IssueCode;
use fhir::outcome::cut;

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
