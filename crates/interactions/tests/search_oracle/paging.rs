//! Walks over pages while another client writes: each match of the first moment comes exactly once.

use crate::conditions::{Condition, Oracle};
use crate::meaning::Question;
use crate::sources::Resources;
use crate::world::World;
use crate::{engine, fill, found, marked, query, searched, stores};
use fhir::ResourceType;
use fhir::definitions::search_parameter;
use interactions::{Engine, Preconditions, query_string};
use search::{Query, Total};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Mutex;

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_over_pages_shows_what_matched_when_it_began_whatever_is_written_meanwhile() {
    const PATIENTS: u64 = 150;
    let patient = |id: u64, round: u64| {
        let text = format!(
            r#"{{"resourceType":"Patient","id":"p{id}","gender":"{}","birthDate":"{}","name":[{{"family":"F{}"}}]}}"#,
            if (id + round).is_multiple_of(3) { "male" } else { "female" },
            1950 + (id * 7 + round * 13) % 60,
            (id * 31 + round) % 17
        );
        fhir::json::parse(text.as_bytes(), 10).unwrap()
    };
    for (name, location) in stores() {
        let engine = engine(location);
        let mut resources = Resources::new();
        let all = (0..PATIENTS).map(|id| (format!("p{id}"), patient(id, 0))).collect();
        resources.insert(ResourceType::PATIENT, all);
        fill(&engine, &resources).await;
        let writer = {
            let engine = engine.clone();
            tokio::spawn(async move {
                for step in 0_u64.. {
                    let (id, round) = ((step * 37) % (PATIENTS + 40), 1 + step / 50);
                    let name = format!("p{id}");
                    // Some go, some come back, some are new, most change.
                    if step % 5 == 0 {
                        let _ = engine.delete(ResourceType::PATIENT, &name, Preconditions::default()).await;
                    } else {
                        let json = patient(id, round);
                        engine
                            .update(ResourceType::PATIENT, &name, json, Preconditions::default())
                            .await
                            .unwrap();
                    }
                }
            })
        };
        for (pairs, limit) in [
            (vec![], 7),
            (vec![("gender", "female")], 10),
            (vec![("_sort", "-birthdate,family")], 13),
            (vec![("gender", "male"), ("_sort", "gender,_id")], 3),
            (vec![("birthdate", "ge1970"), ("_sort", "family")], 25),
        ] {
            let pairs: Vec<(String, String)> =
                pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let all = query(&engine, ResourceType::PATIENT, &pairs).unwrap();
            let first = Query { limit, total: Total::Accurate, ..all.clone() };
            let mut walk = first.clone();
            let (mut seen, mut expected) = (Vec::new(), None);
            loop {
                let page = walk.clone();
                let matches = engine.snapshot(move |reader| Ok(reader.search(&page)?)).await.unwrap();
                if expected.is_none() {
                    let (mark, total) = (matches.mark, matches.total.unwrap());
                    let whole = Query { as_of: Some(mark), ..all.clone() };
                    let (whole, _) = found(&engine, whole).await;
                    expected = Some((whole.into_iter().collect::<BTreeSet<_>>(), total));
                    walk.as_of = Some(mark);
                }
                seen.extend(matches.resources.into_iter().map(|version| version.id));
                walk.offset += limit;
                if !matches.has_more {
                    break;
                }
            }
            let (expected, total) = expected.unwrap();
            let once: BTreeSet<String> = seen.iter().cloned().collect();
            assert_eq!(seen.len(), once.len(), "{pairs:?} on {name}: something came twice");
            assert_eq!(once, expected, "{pairs:?} on {name}");
            assert_eq!(once.len() as u64, total, "{pairs:?} on {name}");
        }
        assert!(!writer.is_finished(), "the writer failed: nothing was written meanwhile");
        writer.abort();
    }
}

/// A patient whose values depend on its number and on how often it was changed.
fn changing(id: u64, round: u64) -> fhir::Json {
    let birth_date = match (id + round) % 5 {
        0 => String::new(),
        _ => format!(r#","birthDate":"{}""#, 1950 + (id * 7 + round * 13) % 60),
    };
    let text = format!(
        r#"{{"resourceType":"Patient","id":"p{id}","gender":"{}"{birth_date},"name":[{{"family":"F{}"}},{{"family":"G{}"}}]}}"#,
        if (id + round).is_multiple_of(3) { "male" } else { "female" },
        (id * 31 + round) % 17,
        (id * 11 + round) % 13
    );
    fhir::json::parse(text.as_bytes(), 10).unwrap()
}

/// Creates, updates and deletes patients, one after the other, whenever it gets the turn.
async fn keep_writing(engine: Engine, turn: Arc<Mutex<u64>>, patients: u64) {
    for step in 0_u64.. {
        let mut writes = turn.lock().await;
        let (id, round) = ((step * 37) % (patients + 40), 1 + step / 50);
        let name = format!("p{id}");
        if step % 4 == 0 {
            let _ = engine.delete(ResourceType::PATIENT, &name, Preconditions::default()).await;
        } else {
            let json = changing(id, round);
            engine.update(ResourceType::PATIENT, &name, json, Preconditions::default()).await.unwrap();
        }
        *writes += 1;
        drop(writes);
        tokio::task::yield_now().await;
    }
}

/// What matches right now, in the order asked for, as the resources say.
async fn as_the_resources_say(
    engine: &Engine,
    of_gender: Option<&str>,
    keys: &[crate::order::Key],
) -> Vec<String> {
    let all = engine.snapshot(|reader| Ok(reader.search(&Query::all(ResourceType::PATIENT))?)).await.unwrap();
    let mut world = World::default();
    for version in &all.resources {
        let json = fhir::json::parse(version.body.as_ref().unwrap(), 10).unwrap();
        world.add(ResourceType::PATIENT, json);
    }
    let conditions: Vec<Condition> = of_gender
        .map(|gender| {
            Condition::Plain(Question {
                resource_type: ResourceType::PATIENT,
                parameter: search_parameter(ResourceType::PATIENT, "gender").unwrap(),
                modifier: None,
                values: vec![gender.to_owned()],
            })
        })
        .into_iter()
        .collect();
    let mut oracle = Oracle::of(world);
    let ids = oracle.all_of(ResourceType::PATIENT, &conditions);
    oracle.sorted(ResourceType::PATIENT, &ids, keys).into_iter().map(str::to_owned).collect()
}

/// The parameters of a Bundle's link to the next page.
fn next(bundle: &fhir::Json) -> Option<Vec<(String, String)>> {
    let links = bundle.get("link")?.items().iter();
    let url = links.filter(|link| link.str("relation") == Some("next")).find_map(|link| link.str("url"))?;
    let (_, query) = url.split_once('?')?;
    Some(query_string::parameters(query).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_links_of_pages_show_each_match_of_the_first_moment_once_and_in_order() {
    const PATIENTS: u64 = 120;
    for (name, location) in stores() {
        let engine = engine(location);
        let mut resources = Resources::new();
        let all = (0..PATIENTS).map(|id| (format!("p{id}"), changing(id, 0))).collect();
        resources.insert(ResourceType::PATIENT, all);
        fill(&engine, &resources).await;
        let turn = Arc::new(Mutex::new(0));
        let writer = tokio::spawn(keep_writing(engine.clone(), Arc::clone(&turn), PATIENTS));
        let parameter = |code| search_parameter(ResourceType::PATIENT, code).unwrap();
        let (mut walks, mut written) = (0, 0);
        for keys in [
            vec![],
            vec![(parameter("birthdate"), false)],
            vec![(parameter("birthdate"), true), (parameter("family"), false)],
            vec![(parameter("gender"), true), (parameter("_id"), false)],
            vec![(parameter("family"), true), (parameter("_lastUpdated"), true)],
        ] {
            for (count, gender) in [(1, Some("male")), (7, None), (20, Some("female")), (50, None)] {
                let mut pairs = vec![("_count", count.to_string()), ("_total", String::from("accurate"))];
                pairs.extend(gender.map(|gender| ("gender", gender.to_owned())));
                if !keys.is_empty() {
                    pairs.push(("_sort", crate::order::text(&keys)));
                }
                let pairs: Vec<(String, String)> =
                    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                // Nothing is written until the first page is there and what it must be is known.
                let writes = turn.lock().await;
                let before = *writes;
                let mut page = searched(&engine, ResourceType::PATIENT, &pairs).await.unwrap();
                let expected = as_the_resources_say(&engine, gender, &keys).await;
                drop(writes);
                let mut seen = Vec::new();
                loop {
                    let total =
                        page.get("total").and_then(fhir::Json::as_number).and_then(|total| total.as_i64());
                    assert_eq!(total, Some(expected.len() as i64), "{pairs:?} on {name}");
                    let found = marked(&page, "match");
                    assert!(found.len() <= count, "{pairs:?} on {name}");
                    seen.extend(found.into_iter().map(|(_, id)| id));
                    let Some(pairs) = next(&page) else { break };
                    page = searched(&engine, ResourceType::PATIENT, &pairs).await.unwrap();
                }
                assert_eq!(seen, expected, "{pairs:?} on {name}");
                walks += 1;
                written += *turn.lock().await - before;
            }
        }
        assert!(!writer.is_finished(), "the writer failed: nothing was written meanwhile");
        writer.abort();
        println!("{name}: {walks} walks, {written} writes meanwhile");
        assert!(written > walks * 3, "{written} writes during {walks} walks");
    }
}
