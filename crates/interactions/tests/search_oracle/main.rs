//! Searches answered twice: by the server over its index, and by a slow evaluation of the resources themselves, written
//! apart from it after the specification (<http://hl7.org/fhir/R4/search.html>).
//!
//! The resources are the official examples (the unpacked npm package `hl7.fhir.r4.examples@4.0.1`, whose folder
//! `EASEL_TEST_R4_EXAMPLES` names), records of the crate `generate` with some that are awkward to search for, and
//! Synthea's records where they are beside the checkout. Some are changed once more, so that the order of the last
//! change is not the order of ids and old versions lie about.
//!
//! What is asked is made of what the resources say:
//!
//! * every parameter by itself, with its modifiers (`:missing :exact :contains :text :not :of-type :identifier :[type]
//!   :above :below`, the last two of URIs and mime types), all prefixes, all forms of tokens, and escapes; `_id _lastUpdated _tag
//!   _profile _security _source` and `near` among them;
//! * composites, with values that stand in one element and values that do not;
//! * `_text` and `_content`, `_list`;
//! * chains, into contained resources, too, and `_has`, nested up to three links;
//! * `_filter` with all operators, `and`, `or`, `not`, parentheses, paths, paths with filters and `_has`;
//! * one to four of all these together, in an order of up to three keys, with the total;
//! * `:below` and `:above` of tokens, where the official examples are at hand, whose code systems have hierarchies;
//! * `:in` and `:not-in`, `in` and `ni` of filters: of value sets that are made of what the resources say and stored, and
//!   of the official ones where those are at hand;
//! * `_include` and `_revinclude` with types, `*` and `:iterate`, through the Bundle that a client gets;
//! * the whole server with and without `_type`, and compartments, of one type and of all;
//! * `_summary` and `_elements`, cut as the official StructureDefinitions say where those are at hand; `_count=0`.
//!
//! Compared are the ids in their order and the total; of includes and of searches of several types which resources come,
//! each once, and whether they are in the order asked for; of parts the resources themselves. Of the parameters by
//! themselves one question in `EASEL_ORACLE_EVERY` is asked (5 if nothing is said; 1 asks all); the others are drawn,
//! always the same ones but for the time of `_lastUpdated` unless `EASEL_ORACLE_SEED` is another number. That comes to
//! about 9,700 searches of the examples, 4,500 of generated records and 3,800 of Synthea's, of which two in three find
//! something; with all questions to more than 40,000.
//!
//! `paging` walks over pages while another client writes. What is not asked here: `:text` of strings, `near` without a distance.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod amounts;
mod asking;
mod conditions;
mod dates;
mod dice;
mod everywhere;
mod filters;
mod hierarchies;
mod includes;
mod lists;
mod meaning;
mod members;
mod order;
mod paging;
mod parts;
mod places;
mod questions;
mod sources;
mod words;
mod world;

use asking::{Asking, difference, is_rightly_refused, marked, searched, shown, total_of};
use conditions::{Condition, Oracle};
use dice::Dice;
use fhir::definitions::SearchParameterType as Kind;
use fhir::{Json, ResourceType};
use hierarchies::Hierarchies;
use interactions::search_type::Within;
use interactions::{Engine, NoRules, Preconditions, Settings};
use jiff::tz::TimeZone;
use meaning::BASE;
use search::{Query, Registry, SearchOptions, Total};
use sources::Resources;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use storage::{Location, OpenOptions, Store};
use world::World;

/// How many searches are drawn of each kind that is drawn.
const DRAWN: usize = 600;

/// A number that the environment may say otherwise.
fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn stores() -> Vec<(&'static str, Location)> {
    let mut all = vec![("SQLite", Location::SqliteMemory)];
    match std::env::var("EASEL_TEST_POSTGRES").ok().filter(|url| !url.is_empty()) {
        Some(url) => {
            let separator = if url.contains('?') { '&' } else { '?' };
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let schema = format!("easel_oracle_{}_{number}", std::process::id());
            all.push(("PostgreSQL", Location::Postgres(format!("{url}{separator}schema={schema}"))));
        }
        None => {
            println!("skipped on PostgreSQL: EASEL_TEST_POSTGRES is not set; scripts/with-postgres sets it")
        }
    }
    all
}

fn engine(location: Location) -> Engine {
    let settings = Settings {
        zone: TimeZone::UTC,
        rules: Box::new(NoRules),
        registry: Registry::r4(Vec::new()).with_bases([BASE]),
        base_url: BASE.into(),
        max_depth: 200,
    };
    Engine::new(Store::open(OpenOptions::new(location)).unwrap(), settings)
}

/// Stores the resources, a few at a time, and changes every seventh once more. Returns their ids in the order of their
/// last change.
async fn fill(engine: &Engine, resources: &Resources) -> BTreeMap<ResourceType, Vec<String>> {
    let mut order = BTreeMap::new();
    for (resource_type, of_type) in resources {
        let all: Vec<(&String, &Json)> = of_type.iter().collect();
        for some in all.chunks(9) {
            let prepared: Vec<_> =
                some.iter().map(|(id, json)| engine.prepare(*resource_type, id, (*json).clone())).collect();
            engine
                .write(move |unit| prepared.iter().try_for_each(|one| unit.create(one).map(drop)))
                .await
                .unwrap();
        }
        let (mut ids, mut changed) = (Vec::new(), Vec::new());
        for (index, (id, json)) in all.into_iter().enumerate() {
            if index % 7 != 2 {
                ids.push(id.clone());
                continue;
            }
            changed.push(id.clone());
            let mut other = json.clone();
            other.as_object_mut().unwrap().insert("language", "de");
            engine.update(*resource_type, id, other, Preconditions::default()).await.unwrap();
            engine.update(*resource_type, id, json.clone(), Preconditions::default()).await.unwrap();
        }
        ids.extend(changed);
        order.insert(*resource_type, ids);
    }
    order
}

/// What is stored, read back: what the server itself puts into `meta` is searched for, too.
async fn world(engine: &Engine, order: BTreeMap<ResourceType, Vec<String>>) -> World {
    let mut world = World::default();
    for (resource_type, ids) in order {
        let stored =
            engine.snapshot(move |reader| Ok(reader.search(&Query::all(resource_type))?)).await.unwrap();
        let found: Vec<&String> = stored.resources.iter().map(|version| &version.id).collect();
        assert_eq!(found, ids.iter().collect::<Vec<_>>(), "{resource_type} in the order of the last change");
        for version in &stored.resources {
            world.add(resource_type, fhir::json::parse(version.body.as_ref().unwrap(), 200).unwrap());
        }
    }
    world
}

fn query(engine: &Engine, resource_type: ResourceType, pairs: &[(String, String)]) -> Result<Query, String> {
    let options = SearchOptions {
        zone: engine.zone(),
        now: meaning::NOW,
        default_count: u64::MAX,
        max_count: u64::MAX,
        default_total: Total::None,
        ignored: &[],
        lenient: false,
        internal: false,
        terminology: None,
    };
    search::from_url(&engine.registry(), resource_type, pairs, &options)
        .map(|request| request.query)
        .map_err(|issues| issues.iter().map(|issue| issue.text.as_str()).collect::<Vec<_>>().join("; "))
}

async fn found(engine: &Engine, query: Query) -> (Vec<String>, Option<u64>) {
    let matches = engine.snapshot(move |reader| Ok(reader.search(&query)?)).await.unwrap();
    (matches.resources.into_iter().map(|version| version.id).collect(), matches.total)
}

/// Every parameter by itself; now and then two conditions at once.
async fn ask_each(oracle: &mut Oracle, asking: &mut Asking<'_>) {
    let every = setting("EASEL_ORACLE_EVERY", 5);
    let all = oracle.questions.values().flatten().enumerate();
    // There are few places and mime types.
    let is_rare = |one: &meaning::Question| {
        one.parameter.kind == Kind::Special
            || (one.parameter.kind == Kind::Token && one.modifier == Some("below"))
    };
    let asked = all.filter(|(index, question)| index.is_multiple_of(every.max(1)) || is_rare(question));
    let questions: Vec<_> = asked.map(|(_, question)| question.clone()).collect();
    for (index, question) in questions.iter().enumerate() {
        let of = question.resource_type;
        let other = questions.get(index + 1).filter(|other| index % 4 == 0 && other.resource_type == of);
        let both: Vec<Condition> =
            std::iter::once(question).chain(other).cloned().map(Condition::Plain).collect();
        let pairs: Vec<(String, String)> = both.iter().map(Condition::pair).collect();
        let expected = oracle.all_of(of, &both);
        asking.ask(both[0].kind(), of, &pairs, &expected).await;
    }
    let composites: Vec<_> = oracle.composites.iter().map(|(of, all)| (*of, all.clone())).collect();
    for (of, all) in composites {
        for (index, (parameter, value)) in all.iter().enumerate() {
            let or = all.get(index + 1).filter(|(other, _)| index % 5 == 0 && other.id == parameter.id);
            let values = std::iter::once(value.clone()).chain(or.map(|(_, value)| value.clone())).collect();
            let condition = [Condition::Composite { parameter, values }];
            let expected = oracle.all_of(of, &condition);
            asking.ask("composite", of, &[condition[0].pair()], &expected).await;
        }
    }
}

/// Chains, filters, and several conditions in some order.
async fn ask_drawn(oracle: &mut Oracle, asking: &mut Asking<'_>, dice: &mut Dice) {
    let types: Vec<ResourceType> = oracle.world.types.keys().copied().collect();
    for index in 0..DRAWN * 4 {
        let of = *dice.pick(&types).unwrap();
        let drawn = match index % 4 {
            0 => oracle.linked(dice, of, 3).into_iter().collect::<Vec<_>>(),
            1 => filters::random(oracle, dice, of, 2).map(Condition::Filter).into_iter().collect(),
            2 => Vec::new(),
            _ => (0..1 + dice.below(4)).filter_map(|_| oracle.any(dice, of)).collect(),
        };
        if drawn.is_empty() && index % 4 != 2 {
            continue;
        }
        let mut pairs: Vec<(String, String)> = drawn.iter().map(Condition::pair).collect();
        let mut expected = oracle.all_of(of, &drawn);
        let kind = match index % 4 {
            0 | 1 => drawn[0].kind(),
            2 => "_sort",
            _ => "several",
        };
        if index % 4 >= 2 {
            let keys = order::random(dice, of);
            pairs.push((String::from("_sort"), order::text(&keys)));
            pairs.push((String::from("_total"), String::from("accurate")));
            expected = oracle.sorted(of, &expected, &keys);
        }
        asking.ask(kind, of, &pairs, &expected).await;
    }
}

/// What matches bring along.
async fn ask_included(oracle: &mut Oracle, asking: &mut Asking<'_>, dice: &mut Dice) {
    let types: Vec<ResourceType> = oracle.world.types.keys().copied().collect();
    for _ in 0..DRAWN / 2 {
        let of = *dice.pick(&types).unwrap();
        let includes = includes::random(oracle, dice, of);
        let Some(condition) = oracle.simple(dice, of).filter(|_| !includes.is_empty()) else { continue };
        let conditions: Vec<Condition> = dice.percent(50).then_some(condition).into_iter().collect();
        let mut pairs: Vec<(String, String)> = conditions.iter().map(Condition::pair).collect();
        pairs.extend(includes.iter().map(includes::Include::pair));
        pairs.push((String::from("_count"), String::from("1000")));
        pairs.push((String::from("_total"), String::from("accurate")));
        let matches = oracle.all_of(of, &conditions);
        let included = oracle.included(of, &matches, &includes);
        let shown = shown(&Within::Type(of), &pairs);
        let bundle = match searched(asking.engine, of, &pairs).await {
            Ok(bundle) => bundle,
            Err(text) if is_rightly_refused(&text) => continue,
            Err(text) => {
                asking.wrong.push(format!("{shown}: refused: {text}"));
                continue;
            }
        };
        asking.count("_include", !included.is_empty());
        let found: Vec<String> = marked(&bundle, "match").into_iter().map(|(_, id)| id).collect();
        let brought: Vec<_> = marked(&bundle, "include");
        let once: includes::Places = brought.iter().cloned().collect();
        let total = total_of(&bundle);
        if found != matches || total != Some(matches.len() as i64) || once.len() != brought.len() {
            asking.wrong.push(format!("{shown}: matches {}, total {total:?}", difference(&found, &matches)));
        }
        let (wrong, missing): (Vec<_>, Vec<_>) =
            (once.difference(&included).collect(), included.difference(&once).collect());
        if !wrong.is_empty() || !missing.is_empty() {
            asking.wrong.push(format!("{shown}: included wrongly {wrong:?}, missing {missing:?}"));
        }
    }
}

/// Codes that subsume one another, as far as code systems are at hand.
async fn ask_subsumed(oracle: &mut Oracle, asking: &mut Asking<'_>, known: &Hierarchies) {
    for (of, pair, expected) in known.questions(oracle) {
        let pairs = [pair, (String::from("_count"), String::from("1000"))];
        let shown = shown(&Within::Type(of), &pairs);
        asking.count("subsumed", !expected.is_empty());
        match searched(asking.engine, of, &pairs).await {
            Ok(bundle) => {
                let found: Vec<String> = marked(&bundle, "match").into_iter().map(|(_, id)| id).collect();
                if found != expected {
                    asking.wrong.push(format!("{shown}: {}", difference(&found, &expected)));
                }
            }
            Err(text) => asking.wrong.push(format!("{shown}: refused: {text}")),
        }
    }
}

async fn compare(mut resources: Resources, least: usize) {
    sources::mark(&mut resources);
    let sets = members::awkward(&resources);
    sources::insert(&mut resources, sets);
    for (name, location) in stores() {
        let engine = engine(location);
        let order = fill(&engine, &resources).await;
        engine.load_definitions().await.unwrap();
        let mut dice = Dice::new(setting("EASEL_ORACLE_SEED", 1) as u64);
        let mut oracle = Oracle::new(world(&engine, order).await, &mut dice);
        let mut asking = Asking { name, engine: &engine, counts: BTreeMap::new(), wrong: Vec::new() };
        ask_each(&mut oracle, &mut asking).await;
        ask_drawn(&mut oracle, &mut asking, &mut dice).await;
        ask_included(&mut oracle, &mut asking, &mut dice).await;
        let stored = oracle.world.of(ResourceType::CODE_SYSTEM).iter().map(|stored| stored.json);
        let known = Hierarchies::of(sources::code_systems().iter().chain(stored));
        ask_subsumed(&mut oracle, &mut asking, &known).await;
        let definitions = sources::value_sets();
        let mut sets = members::ValueSets::of(definitions, &oracle, &known);
        members::ask(&mut oracle, &mut asking, &mut dice, &mut sets).await;
        everywhere::ask(&mut oracle, &mut asking, &mut dice).await;
        parts::ask(&mut oracle, &mut asking, &mut dice).await;
        asking.finish(least);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_of_the_official_examples_find_what_the_resources_say() {
    if let Some(resources) = sources::examples() {
        compare(resources, 6_000).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_of_generated_records_find_what_the_resources_say() {
    compare(sources::generated(), 3_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_of_synthea_records_find_what_the_resources_say() {
    if let Some(resources) = sources::synthea() {
        compare(resources, 3_000).await;
    }
}
