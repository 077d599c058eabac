//! `:in` and `:not-in` of tokens (<http://hl7.org/fhir/R4/search.html#token>), `in` and `ni` of filters: whether a coding
//! is a member of a value set, which is named by its canonical URL or by where it is.
//!
//! The codes of a value set are put together here once more
//! (<http://hl7.org/fhir/R4/valueset.html#compositions>): listed codes, all codes of a code system, those below one, and
//! those of other value sets. Value sets with other filters, or of code systems that are not at hand, are not asked for.
//! As with `:not`, what has no coding at all is not a member.

use crate::asking::{Asking, Place};
use crate::conditions::{Condition, Oracle};
use crate::dice::Dice;
use crate::hierarchies::{Hierarchies, codes};
use crate::meaning::BASE;
use fhir::definitions::{SearchParameter, SearchParameterType, search_parameters_of};
use fhir::{Json, ResourceType, json};
use interactions::search_type::Within;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// Systems and codes.
type Codes = BTreeSet<(String, String)>;

/// Value sets by what they can be called.
pub struct ValueSets<'a> {
    loaded: BTreeMap<String, &'a Json>,
    stored: BTreeMap<String, &'a Json>,
    hierarchies: &'a Hierarchies,
    /// The codes of those that were put together; nothing of those that cannot be.
    done: HashMap<String, Option<Rc<Codes>>>,
}

impl<'a> ValueSets<'a> {
    /// Those of the definitions, and those that are stored, which come first.
    pub fn of(definitions: &'a [Json], oracle: &Oracle, hierarchies: &'a Hierarchies) -> Self {
        let (mut loaded, mut stored) = (BTreeMap::new(), BTreeMap::<String, &'a Json>::new());
        for json in definitions {
            loaded.extend(json.str("url").map(|url| (url.to_owned(), json)));
        }
        for one in oracle.world.of(ResourceType::VALUE_SET) {
            stored.insert(format!("ValueSet/{}", one.id), one.json);
            stored.insert(format!("{BASE}/ValueSet/{}", one.id), one.json);
            let version = one.json.str("version");
            if let Some(url) = one.json.str("url") {
                stored.extend(version.map(|version| (format!("{url}|{version}"), one.json)));
                // Which of several is meant by the URL alone is left to servers.
                if version.is_none_or(|_| !url.ends_with("/versions")) {
                    stored.insert(url.to_owned(), one.json);
                }
            }
        }
        ValueSets { loaded, stored, hierarchies, done: HashMap::new() }
    }

    fn get(&self, name: &str) -> Option<&'a Json> {
        self.stored.get(name).or_else(|| self.loaded.get(name)).copied()
    }

    fn expand(&mut self, name: &str) -> Option<Rc<Codes>> {
        if let Some(known) = self.done.get(name) {
            return known.clone();
        }
        // A value set that includes itself cannot be put together.
        self.done.insert(name.to_owned(), None);
        let found = self.get(name).and_then(|json| self.composed(json.get("compose")?)).map(Rc::new);
        self.done.insert(name.to_owned(), found.clone());
        found
    }

    fn composed(&mut self, compose: &Json) -> Option<Codes> {
        if compose.get("inactive").and_then(Json::as_bool) == Some(false) {
            return None;
        }
        let mut all = Codes::new();
        for include in compose.get("include")?.items() {
            all.extend(self.part(include)?);
        }
        for exclude in compose.get("exclude").map(Json::items).unwrap_or_default() {
            let excluded = self.part(exclude)?;
            all.retain(|code| !excluded.contains(code));
        }
        Some(all)
    }

    /// What all that an include names have in common.
    fn part(&mut self, include: &Json) -> Option<Codes> {
        let mut each: Vec<Codes> = Vec::new();
        if let Some(system) = include.str("system") {
            let listed = include.get("concept").map(Json::items).unwrap_or_default();
            let codes: BTreeSet<String> = match listed.is_empty() {
                false => listed.iter().filter_map(|one| one.str("code")).map(str::to_owned).collect(),
                true if include.get("version").is_some() => return None,
                true => {
                    let filters = include.get("filter").map(Json::items).unwrap_or_default();
                    self.hierarchies.passing(system, filters)?
                }
            };
            each.push(codes.into_iter().map(|code| (system.to_owned(), code)).collect());
        }
        for url in include.get("valueSet").map(Json::items).unwrap_or_default() {
            each.push((*self.expand(url.as_str()?)?).clone());
        }
        each.into_iter().reduce(|a, b| a.intersection(&b).cloned().collect())
    }

    /// The names of value sets that can say something of codes of these systems.
    fn about(&self, systems: &BTreeSet<&str>) -> (Vec<String>, Vec<String>) {
        let names = |all: &BTreeMap<String, &Json>, only_ours: bool| {
            let fits = |json: &Json| {
                let includes = json.at(&["compose", "include"]).map(Json::items).unwrap_or_default().iter();
                let mut named = includes.filter_map(|include| include.str("system"));
                match only_ours {
                    true => json.str("id").is_some_and(|id| id.starts_with("odd")),
                    false => named.any(|system| systems.contains(system)),
                }
            };
            all.iter().filter(|(_, json)| fits(json)).map(|(name, _)| name.clone()).collect()
        };
        (names(&self.stored, true), names(&self.loaded, false))
    }
}

/// A search for members or others, and what it finds.
pub struct Membership {
    pub kind: &'static str,
    pub of: ResourceType,
    pub pairs: Vec<(String, String)>,
    pub expected: Vec<Place>,
}

/// What can be asked of each parameter: a value set of the definitions, and one of those that are stored.
pub fn questions(oracle: &mut Oracle, dice: &mut Dice, sets: &mut ValueSets<'_>) -> Vec<Membership> {
    let mut all = Vec::new();
    let types: Vec<ResourceType> = oracle.world.types.keys().copied().collect();
    for of in types {
        for parameter in search_parameters_of(of).filter(|one| one.kind == SearchParameterType::Token) {
            let Oracle { world, meaning, .. } = &mut *oracle;
            let mut each: Vec<(&'static str, Codes)> = Vec::new();
            for stored in world.of(of) {
                let values = meaning.values(stored.json, parameter);
                each.push((stored.id, values.iter().flat_map(codes).collect()));
            }
            let systems: BTreeSet<&str> =
                each.iter().flat_map(|(_, codes)| codes).map(|(system, _)| system.as_str()).collect();
            if systems.is_empty() {
                continue;
            }
            let (ours, theirs) = sets.about(&systems);
            for names in [ours, theirs] {
                let mut drawn = Vec::new();
                for _ in 0..4 {
                    let name = dice.pick(&names).filter(|_| drawn.len() < 1 + usize::from(dice.percent(20)));
                    drawn.extend(name.and_then(|name| Some((name.clone(), sets.expand(name)?))));
                }
                let other = dice.percent(25).then(|| oracle.simple(dice, of)).flatten();
                all.extend(question(oracle, dice, (of, parameter), &each, &drawn, other));
            }
        }
    }
    all
}

fn question(
    oracle: &mut Oracle,
    dice: &mut Dice,
    (of, parameter): (ResourceType, &'static SearchParameter),
    each: &[(&str, Codes)],
    drawn: &[(String, Rc<Codes>)],
    other: Option<Condition>,
) -> Option<Membership> {
    let ((first, _), code) = (drawn.first()?, parameter.code);
    let quoted = String::from_utf8(Json::from(first.as_str()).to_bytes()).unwrap();
    let filter = |operator| (String::from("_filter"), format!("{code} {operator} {quoted}"));
    let names: Vec<String> = drawn.iter().map(|(name, _)| name.replace(',', "\\,")).collect();
    let (kind, pair, sets) = match dice.below(6) {
        0 | 1 => (":in", (format!("{code}:in"), names.join(",")), drawn),
        2 | 3 => (":not-in", (format!("{code}:not-in"), names.join(",")), drawn),
        4 => ("in", filter("in"), &drawn[..1]),
        _ => ("ni", filter("ni"), &drawn[..1]),
    };
    let is_in = matches!(kind, ":in" | "in");
    let mut pairs = vec![pair];
    pairs.extend(other.as_ref().map(Condition::pair));
    let also = other.map(|other| oracle.matching(of, &other));
    let has = |codes: &Codes| sets.iter().any(|(_, set)| codes.iter().any(|code| set.contains(code)));
    let found = each
        .iter()
        .filter(|(id, codes)| has(codes) == is_in && also.as_ref().is_none_or(|also| also.contains(id)));
    let expected = found.map(|(id, _)| (of, (*id).to_owned())).collect();
    Some(Membership { kind, of, pairs, expected })
}

/// Value sets and a code system that are made of what resources say.
pub fn awkward(resources: &crate::sources::Resources) -> Vec<Json> {
    let mut known = BTreeMap::<String, BTreeSet<String>>::new();
    resources.values().flat_map(BTreeMap::values).for_each(|resource| collect(resource, &mut known));
    let every = |nth: usize, from: usize| -> Vec<Json> {
        let systems = known.iter().map(|(system, codes)| {
            let codes = codes.iter().skip(from).step_by(nth).map(|code| json!({ "code": (code.as_str()) }));
            (system, codes.collect::<Vec<_>>())
        });
        let systems = systems.filter(|(_, codes)| !codes.is_empty());
        systems.map(|(system, codes)| json!({ "system": (system.as_str()), "concept": codes })).collect()
    };
    let set = |id: &str, url: Option<&str>, version: Option<&str>, include: Vec<Json>, exclude: Vec<Json>| {
        let mut json = json!({ "resourceType": "ValueSet", "id": (id), "status": "active" });
        let members = json.as_object_mut().unwrap();
        url.into_iter().for_each(|url| members.insert("url", url));
        version.into_iter().for_each(|version| members.insert("version", version));
        members.insert("compose", json!({ "include": include }));
        if !exclude.is_empty() {
            members.get_mut("compose").and_then(Json::as_object_mut).unwrap().insert("exclude", exclude);
        }
        json
    };
    let (a, b) = ("http://valuesets/a,b", "http://valuesets/b");
    let of_sets =
        |urls: &[&str]| json!({ "valueSet": (urls.iter().map(|url| Json::from(*url)).collect::<Vec<_>>()) });
    let cut = every(1, 0).into_iter().map(|mut include| {
        include.as_object_mut().unwrap().insert("valueSet", vec![Json::from(b)]);
        include
    });
    let below = json!([{ "property": "concept", "op": "is-a", "value": "a$1" }]);
    vec![
        set("odd-a", Some(a), None, every(2, 0), Vec::new()),
        set("odd-b", Some(b), None, every(3, 1), Vec::new()),
        set(
            "odd-either",
            Some("http://valuesets/either"),
            None,
            vec![of_sets(&[a]), of_sets(&[b])],
            Vec::new(),
        ),
        set("odd-both", Some("http://valuesets/both"), None, vec![of_sets(&[a, b])], Vec::new()),
        set("odd-less", Some("http://valuesets/less"), None, vec![of_sets(&[a])], vec![of_sets(&[b])]),
        set("odd-cut", Some("http://valuesets/cut"), None, cut.collect(), Vec::new()),
        set("odd-1", Some("http://valuesets/versions"), Some("1"), every(2, 1), Vec::new()),
        set("odd-2", Some("http://valuesets/versions"), Some("2"), every(3, 0), Vec::new()),
        set("odd-no-url", None, None, every(4, 1), Vec::new()),
        set(
            "odd-whole",
            Some("http://valuesets/whole"),
            None,
            vec![json!({ "system": "http://codes/$" })],
            Vec::new(),
        ),
        set(
            "odd-below",
            Some("http://valuesets/below"),
            None,
            vec![json!({ "system": "http://codes/$", "filter": below })],
            Vec::new(),
        ),
        json!({
            "resourceType": "CodeSystem", "id": "odd", "url": "http://codes/$", "status": "active", "content": "complete",
            "concept": [{ "code": "a$1", "concept": [{ "code": "b,2" }] }, { "code": "high|low" }]
        }),
    ]
}

/// Systems and codes wherever they stand together.
fn collect(json: &Json, known: &mut BTreeMap<String, BTreeSet<String>>) {
    if let (Some(system), Some(code)) = (json.str("system"), json.str("code")) {
        known.entry(system.to_owned()).or_default().insert(code.to_owned());
    }
    json.items().iter().for_each(|item| collect(item, known));
    json.as_object()
        .into_iter()
        .flat_map(|members| members.iter())
        .for_each(|(_, value)| collect(value, known));
}

/// Asks for members and for others.
pub async fn ask(oracle: &mut Oracle, asking: &mut Asking<'_>, dice: &mut Dice, sets: &mut ValueSets<'_>) {
    for one in questions(oracle, dice, sets) {
        asking.ask_bundle(one.kind, &Within::Type(one.of), one.pairs, &one.expected).await;
    }
}
