//! `_summary` and `_elements` (<http://hl7.org/fhir/R4/search.html#summary>): what of a resource comes, as the official
//! StructureDefinitions say which elements are mandatory and which part of the summary.

use crate::asking::{Asking, is_rightly_refused, searched, shown, total_of};
use crate::conditions::{Edge, Oracle};
use crate::dice::Dice;
use crate::{DRAWN, sources};
use fhir::{Json, Object, ResourceType};
use interactions::search_type::Within;
use std::collections::HashMap;

/// An element of a definition.
#[derive(Clone, Debug)]
struct Element {
    is_summary: bool,
    is_mandatory: bool,
    /// Where its elements are defined, if that is elsewhere.
    reference: Option<String>,
}

/// The elements of a type by their paths, `value[x]` without the brackets.
pub struct Elements(HashMap<String, Element>);

/// Which part is asked for.
#[derive(Clone, Debug)]
pub enum Part {
    Summary(&'static str),
    Elements(Vec<String>),
}

impl Part {
    pub fn pair(&self) -> (String, String) {
        match self {
            Part::Summary(value) => (String::from("_summary"), (*value).to_owned()),
            Part::Elements(names) => (String::from("_elements"), names.join(",")),
        }
    }
}

impl Elements {
    /// Reads a StructureDefinition.
    pub fn of(definition: &Json) -> Self {
        let all = definition.at(&["snapshot", "element"]).map(Json::items).unwrap_or_default().iter();
        let elements = all.filter_map(|element| {
            let found = Element {
                is_summary: element.get("isSummary").and_then(Json::as_bool) == Some(true),
                is_mandatory: element.get("min").and_then(Json::as_number)?.as_i64()? > 0,
                reference: element
                    .str("contentReference")
                    .map(|name| name.trim_start_matches('#').to_owned()),
            };
            Some((element.str("path")?.to_owned(), found))
        });
        Elements(elements.collect())
    }

    /// The path of a member of what stands at a path: `Observation.value[x]` of `valueQuantity`.
    fn path(&self, at: &str, member: &str) -> Option<String> {
        let name = member.trim_start_matches('_');
        let path = format!("{at}.{name}");
        let choice = || {
            let cuts = name.char_indices().filter(|(_, letter)| letter.is_uppercase());
            let paths = cuts.map(|(cut, _)| format!("{at}.{}[x]", &name[..cut]));
            paths.into_iter().find(|path| self.0.contains_key(path))
        };
        if self.0.contains_key(&path) { Some(path) } else { choice() }
    }

    /// The names of a resource's elements as `_elements` has them.
    pub fn names(&self, resource: &Json) -> Vec<String> {
        let of = resource.str("resourceType").unwrap();
        let members = resource.as_object().unwrap().iter().filter_map(|(name, _)| self.path(of, name));
        let name = |path: String| path.rsplit('.').next().unwrap().trim_end_matches("[x]").to_owned();
        members.map(name).collect()
    }

    /// What comes of a resource, but for the tag that says that something may be missing.
    pub fn cut(&self, resource: &Json, part: &Part) -> Json {
        let of = resource.str("resourceType").unwrap();
        let keeps = |member: &str| {
            let Some(path) = self.path(of, member) else { return member == "resourceType" };
            let element = &self.0[&path];
            let name = path.rsplit('.').next().unwrap().trim_end_matches("[x]");
            match part {
                Part::Summary("true") => element.is_summary,
                Part::Summary("text") => matches!(name, "text" | "id" | "meta") || element.is_mandatory,
                Part::Summary("data") => name != "text",
                Part::Summary(_) => true,
                // Without its id and its tag nobody could tell what it is.
                Part::Elements(names) => {
                    matches!(name, "id" | "meta")
                        || element.is_mandatory
                        || names.iter().any(|one| one == name)
                }
            }
        };
        let mut cut = resource.clone();
        let members = cut.as_object_mut().unwrap();
        members.retain(|member, _| keeps(member));
        if matches!(part, Part::Summary("true")) {
            self.summarize(members, of);
        }
        cut
    }

    /// Takes out of the elements within what is no part of the summary. Data types stay as they are.
    fn summarize(&self, object: &mut Object, at: &str) {
        for (name, value) in object.iter_mut() {
            let Some(path) = self.path(at, name) else { continue };
            let within = self.0[&path].reference.clone().unwrap_or(path);
            let start = format!("{within}.");
            if !self.0.keys().any(|path| path.starts_with(&start)) {
                continue;
            }
            let keeps =
                |member: &str| self.path(&within, member).is_some_and(|path| self.0[&path].is_summary);
            let items = match value {
                Json::Array(items) => items.iter_mut().filter_map(Json::as_object_mut).collect(),
                value => value.as_object_mut().into_iter().collect::<Vec<_>>(),
            };
            for item in items {
                item.retain(|member, _| keeps(member));
                self.summarize(item, &within);
            }
        }
    }
}

/// Takes the tag of what is not whole out of a resource; whether it had it.
pub fn untag(resource: &mut Json) -> bool {
    let Some(members) = resource.as_object_mut() else { return false };
    let Some(Json::Object(meta)) = members.get_mut("meta") else { return false };
    let is_one = |tag: &Json| tag.str("code") == Some("SUBSETTED");
    let had = meta.items("tag").iter().any(is_one);
    if let Some(Json::Array(tags)) = meta.get_mut("tag") {
        tags.retain(|tag| !is_one(tag));
    }
    if meta.items("tag").is_empty() {
        meta.remove("tag");
    }
    had
}

/// Asks for parts of resources, for what comes along with them, and for their number alone.
pub async fn ask(oracle: &mut Oracle, asking: &mut Asking<'_>, dice: &mut Dice) {
    let types: Vec<ResourceType> = oracle.world.types.keys().copied().collect();
    for of in &types {
        if let Some(definition) = sources::structure(*of) {
            ask_parts(oracle, asking, dice, *of, &Elements::of(&definition)).await;
        }
    }
    for index in 0..DRAWN / 6 {
        let of = *dice.pick(&types).unwrap();
        let Some(condition) = oracle.any(dice, of) else { continue };
        let only = if index % 2 == 0 { ("_count", "0") } else { ("_summary", "count") };
        let expected = oracle.all_of(of, std::slice::from_ref(&condition)).len();
        let pairs = [condition.pair(), (only.0.to_owned(), only.1.to_owned())];
        let shown = shown(&Within::Type(of), &pairs);
        let bundle = match searched(asking.engine, of, &pairs).await {
            Ok(bundle) => bundle,
            Err(text) if is_rightly_refused(&text) => continue,
            Err(text) => {
                asking.wrong.push(format!("{shown}: refused: {text}"));
                continue;
            }
        };
        asking.count("count", expected > 0);
        let links = bundle.get("link").map(Json::items).unwrap_or_default().iter();
        let links: Vec<&str> = links.filter_map(|link| link.str("relation")).collect();
        if total_of(&bundle) != Some(expected as i64) || bundle.get("entry").is_some() || links != ["self"] {
            asking.wrong.push(format!("{shown}: {bundle}, not {expected}"));
        }
    }
}

/// Asks for parts of some resources of a type, and of what they refer to.
async fn ask_parts(
    oracle: &mut Oracle,
    asking: &mut Asking<'_>,
    dice: &mut Dice,
    of: ResourceType,
    elements: &Elements,
) {
    for _ in 0..3 {
        let stored = dice.pick(oracle.world.of(of)).unwrap();
        let names = elements.names(stored.json);
        let part = match dice.pick(&["true", "true", "text", "data", "false", ""]) {
            Some(&"") => {
                let names = (0..1 + dice.below(3)).filter_map(|_| dice.pick(&names).cloned());
                Part::Elements(names.collect())
            }
            value => Part::Summary(value.unwrap()),
        };
        let mut pairs = vec![(String::from("_id"), stored.id.to_owned()), part.pair()];
        let links: Vec<Edge> = oracle.edges.iter().filter(|(source, ..)| *source == of).copied().collect();
        let link = dice.pick(&links).filter(|_| matches!(part, Part::Elements(_)));
        pairs.extend(link.map(|(_, link, _)| (String::from("_include"), format!("{of}:{}", link.code))));
        let expected = [(of, stored.id.to_owned())];
        let kind = if matches!(part, Part::Elements(_)) { "_elements" } else { "_summary" };
        let Some(bundle) = asking.ask_bundle(kind, &Within::Type(of), pairs.clone(), &expected).await else {
            continue;
        };
        for entry in bundle.get("entry").map(Json::items).unwrap_or_default() {
            let mut resource = entry.get("resource").unwrap().clone();
            let (name, id) = (resource.str("resourceType").unwrap(), resource.str("id").unwrap());
            let whole = oracle.world.get(ResourceType::from_name(name).unwrap(), id).unwrap();
            let is_match = entry.at(&["search", "mode"]).and_then(Json::as_str) == Some("match");
            let is_cut = is_match && !matches!(part, Part::Summary("false"));
            let expected = if is_cut { elements.cut(whole, &part) } else { whole.clone() };
            let is_tagged = untag(&mut resource);
            if is_tagged != is_cut || resource != expected {
                let shown = shown(&Within::Type(of), &pairs);
                asking.wrong.push(format!("{shown}: tagged {is_tagged}, {resource}, not {expected}"));
            }
        }
    }
}
