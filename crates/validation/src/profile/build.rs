//! From a StructureDefinition to the tree of what it demands.
//!
//! A snapshot is read as it is. A differential is laid over the tree of the profile that it constrains; over a type,
//! whose own rules are checked anyway, it stands alone. So no snapshot has to be made.

use super::context::Contexts;
use super::definition::{Node, Profile, TypeRule};
use super::element::read_element;
use super::{DEFINITIONS, Profiles};
use fhir::definitions::{ElementDefinition, TypeId, TypeKind, type_by_name};
use fhir::outcome::{did_you_mean, quoted};
use fhir::{Issue, IssueCode, Json};

/// How many elements a definition may have; the largest of R4's own has 400.
const MAX_ELEMENTS: usize = 10_000;

/// How deep an element may lie, and how often a slice may be sliced again.
const MAX_SEGMENTS: usize = 32;

/// A step of an element id: `component:systolic`.
pub(super) type Segment<'d> = (&'d str, Option<&'d str>);

/// Where an element of a definition belongs: its node, the types its values may have, what the type says of it.
pub(super) struct Spot<'n> {
    pub(super) node: &'n mut Node,
    pub(super) types: Vec<TypeId>,
    pub(super) element: Option<&'static ElementDefinition>,
}

/// Builds the tree of a profile whose base, if it is a profile, is known.
///
/// # Errors
///
/// All that makes the definition unusable, each with its place.
pub(super) fn build(definition: &Json, known: &Profiles) -> Result<Profile, Vec<Issue>> {
    let url = definition.str("url").ok_or_else(|| at("url", "url is required"))?;
    let type_name = definition.str("type").unwrap_or_default();
    let Some(found) = type_by_name(type_name).filter(|found| found.kind != TypeKind::Backbone) else {
        return Err(at("type", format!("type {} is not a type of FHIR R4", quoted(type_name))));
    };
    let (view, elements) = elements(definition)?;
    let (root, must_support) = match view {
        "snapshot" => (Node::default(), Vec::new()),
        _ => base(definition, known)?,
    };
    let mut builder = Builder { type_id: found.id, root, must_support, problems: Vec::new() };
    builder.root.name = found.name.into();
    builder.elements(view, elements);
    builder.root.prune();
    // What the root says of its own number is for those who contain it.
    (builder.root.min, builder.root.max) = (None, None);
    if !builder.problems.is_empty() {
        return Err(builder.problems);
    }
    let version = definition.str("version").map(str::to_owned);
    let is_extension = found.id == TypeId::EXTENSION;
    let contexts = if is_extension { Contexts::of(definition) } else { Contexts::default() };
    Ok(Profile {
        url: url.to_owned(),
        version,
        type_id: found.id,
        root: builder.root,
        must_support: builder.must_support,
        contexts,
    })
}

fn at(place: &str, text: impl Into<String>) -> Vec<Issue> {
    vec![Issue::error(IssueCode::Invalid, text).at(format!("StructureDefinition.{place}"))]
}

/// The elements of the snapshot, or without one those of the differential.
fn elements(definition: &Json) -> Result<(&'static str, &[Json]), Vec<Issue>> {
    for view in ["snapshot", "differential"] {
        let elements = definition.at(&[view, "element"]).map(Json::items).unwrap_or_default();
        if elements.len() > MAX_ELEMENTS {
            return Err(at(view, format!("{view} has more than {MAX_ELEMENTS} elements")));
        }
        if !elements.is_empty() {
            return Ok((view, elements));
        }
    }
    Err(vec![
        Issue::error(IssueCode::Invalid, "snapshot or differential is required").at("StructureDefinition"),
    ])
}

/// What a differential is laid over.
fn base(definition: &Json, known: &Profiles) -> Result<(Node, Vec<Box<str>>), Vec<Issue>> {
    let url = definition.str("baseDefinition").unwrap_or_default();
    if url.strip_prefix(DEFINITIONS).is_some_and(|name| type_by_name(name).is_some()) {
        return Ok((Node::default(), Vec::new()));
    }
    match known.get(url) {
        Some(base) => Ok((base.root.clone(), base.must_support.clone())),
        None => Err(at(
            "baseDefinition",
            format!(
                "the base {} is not loaded, and there is no snapshot; load it first or send a snapshot",
                quoted(url)
            ),
        )),
    }
}

struct Builder {
    type_id: TypeId,
    root: Node,
    must_support: Vec<Box<str>>,
    problems: Vec<Issue>,
}

impl Builder {
    fn elements(&mut self, view: &str, elements: &[Json]) {
        // The elements that the next may lie below: each lies below the one before it.
        let mut above: Vec<(&str, Vec<Segment<'_>>)> = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let place = format!("StructureDefinition.{view}.element[{index}]");
            let Some(path) = element.str("path") else { continue };
            while above.pop_if(|(parent, _)| !is_below(path, parent)).is_some() {}
            let segments = segments(element, path, above.last());
            if segments.len() > MAX_SEGMENTS || slashes(&segments) > MAX_SEGMENTS {
                let issue = Issue::error(IssueCode::Invalid, "the path is nested too deeply");
                self.problems.push(issue.at(format!("{place}.path")));
                continue;
            }
            above.push((path, segments.clone()));
            match self.locate(&segments) {
                Ok(None) => {}
                Ok(Some(spot)) => {
                    let (node, problems) = read_element(element, &spot, &place);
                    let types = spot.types;
                    spot.node.narrow(node);
                    name_type(spot.node, &types);
                    self.problems.extend(problems);
                    if element.get("mustSupport").and_then(Json::as_bool) == Some(true) {
                        self.must_support(&segments);
                    }
                }
                Err(problem) => {
                    let issue = Issue::error(IssueCode::Invalid, format!("path '{path}': {problem}"));
                    self.problems.push(issue.at(format!("{place}.path")));
                }
            }
        }
    }

    /// Notes an element that must be supported; what slices add to it is told by the element itself.
    fn must_support(&mut self, segments: &[Segment<'_>]) {
        let below = segments.get(1..).unwrap_or_default();
        if below.is_empty() || below.iter().any(|(_, slice)| slice.is_some()) {
            return;
        }
        let names: Vec<&str> = below.iter().map(|(name, _)| name.trim_end_matches("[x]")).collect();
        let path = names.join(".").into();
        if !self.must_support.contains(&path) {
            self.must_support.push(path);
        }
    }

    /// The node that the segments lead to, made where it is not there. None for what JSON has no member for.
    fn locate(&mut self, segments: &[Segment<'_>]) -> Result<Option<Spot<'_>>, String> {
        let mut spot = Spot { node: &mut self.root, types: vec![self.type_id], element: None };
        for (name, slice) in segments.iter().skip(1) {
            if *name == "value" && spot.types.iter().all(|id| id.definition().kind == TypeKind::Primitive) {
                return Ok(None);
            }
            let (element, implied) = look_up(&spot.types, name)?;
            let mut node = spot.node.child_mut(element.name());
            let mut types: Vec<TypeId> = element.types().iter().map(|one| one.type_id).collect();
            narrow_types(&mut types, node);
            if let Some(slice) = slice.or(implied) {
                for end in slice.match_indices('/').map(|(end, _)| end).chain([slice.len()]) {
                    node = node.slice_mut(&slice[..end]);
                    narrow_types(&mut types, node);
                }
                if let Some(named) = type_of_slice(&spot.types, slice) {
                    types = vec![named];
                }
            }
            spot = Spot { node, types, element: Some(element) };
        }
        Ok(Some(spot))
    }
}

/// The slice of a choice is of the type that its name says, even if nothing else does.
fn name_type(node: &mut Node, types: &[TypeId]) {
    if let ([only], Some(_), None) = (types, &node.slice, &node.types) {
        let rule = TypeRule { type_id: *only, profiles: Vec::new(), targets: Vec::new() };
        node.types = Some(vec![rule]);
    }
}

fn narrow_types(types: &mut Vec<TypeId>, node: &Node) {
    if let Some(rules) = &node.types {
        *types = rules.iter().map(|rule| rule.type_id).collect();
    }
}

/// The segments of an element: from its id where that agrees with its path, else from the elements before it.
fn segments<'d>(
    element: &'d Json,
    path: &'d str,
    above: Option<&(&'d str, Vec<Segment<'d>>)>,
) -> Vec<Segment<'d>> {
    let with_slice = |segment: &'d str| match segment.split_once(':') {
        Some((name, slice)) => (name, Some(slice)),
        None => (segment, None),
    };
    if let Some(id) = element.str("id") {
        let segments: Vec<Segment<'d>> = id.split('.').map(with_slice).collect();
        if segments.len() == path.split('.').count() {
            return segments;
        }
    }
    let (mut segments, rest) = match above {
        Some((parent, segments)) => (segments.clone(), path.get(parent.len() + 1..).unwrap_or_default()),
        None => (Vec::new(), path),
    };
    segments.extend(rest.split('.').map(|name| (name, None)));
    if let Some((_, slice)) = segments.last_mut() {
        *slice = element.str("sliceName");
    }
    segments
}

fn slashes(segments: &[Segment<'_>]) -> usize {
    segments.iter().filter_map(|(_, slice)| *slice).map(|slice| slice.matches('/').count()).sum()
}

fn is_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.starts_with('.'))
}

/// The element of that name, and the slice that its name stands for: `valueQuantity` is one of `value[x]`.
fn look_up<'s>(
    types: &[TypeId],
    name: &'s str,
) -> Result<(&'static ElementDefinition, Option<&'s str>), String> {
    let plain = name.trim_end_matches("[x]");
    for definition in types.iter().map(|id| id.definition()) {
        if let Some((_, element)) = definition.element(plain) {
            return Ok((element, None));
        }
        if let Some(member) = definition.member(plain).filter(|member| member.element.is_choice()) {
            return Ok((member.element, Some(plain)));
        }
    }
    let names = types.iter().flat_map(|id| id.definition().elements).map(|element| element.name());
    let hint = did_you_mean(plain, names).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
    let owners: Vec<&str> = types.iter().map(|id| id.name()).take(3).collect();
    Err(format!("{} has no element {}{hint}", owners.join(", "), quoted(plain)))
}

/// The type that the name of a choice's slice says: `valueQuantity`.
fn type_of_slice(owners: &[TypeId], slice: &str) -> Option<TypeId> {
    let mut members = owners.iter().filter_map(|id| id.definition().member(slice));
    members.find(|member| member.element.is_choice()).map(|member| member.element_type.type_id)
}
