//! Page after page of one moment.

use crate::support::*;
use ::search::{Criterion, Query, SortKey, Total};
use std::sync::Arc;
use std::time::Duration;
use storage::{Store, StoreError};

async fn some_patients(store: &Store) -> Vec<String> {
    let unit = store.write(|transaction| {
        (0..40)
            .map(|number| {
                let index = [key(CODE, number % 2), text(NAME, &format!("n{}", number * 7 % 40))];
                Ok(put_in(transaction, &format!("p{number}"), &index, &[])?.id)
            })
            .collect::<Result<Vec<_>, StoreError>>()
    });
    unit.await.unwrap()
}

/// Walks through a query in pages of five while `between` disturbs; all ids.
async fn walk(store: &Store, mut query: Query, mut between: impl AsyncFnMut(u64)) -> Vec<String> {
    let mut ids = Vec::new();
    query.limit = 5;
    query.total = Total::Accurate;
    let mut total = None;
    loop {
        let page = search(store, query.clone()).await;
        assert!(total.is_none() || page.total == total, "{:?} became {:?}", total, page.total);
        total = page.total;
        assert!(query.as_of.is_none_or(|mark| mark == page.mark));
        ids.extend(page.resources.into_iter().map(|version| format!("{}/{}", version.id, version.version)));
        if !page.has_more {
            return ids;
        }
        query.as_of = Some(page.mark);
        query.offset += 5;
        between(query.offset).await;
    }
}

pub async fn a_walk_sees_the_moment_of_its_first_page(fixture: Arc<Fixture>) {
    let store = fixture.open();
    some_patients(&store).await;
    delete(&store, "p39").await;
    put(&store, "p38", vec![]).await;
    let not_one = Criterion::Not(Box::new(keys(CODE, &[1])));
    let mut round = 0;
    for query in [all(), all().and(keys(CODE, &[0])), all().and(not_one)] {
        for sort in [None, Some(SortKey::Text(NAME)), Some(SortKey::LastUpdated)] {
            let mut query = query.clone();
            query.sort.extend(sort.map(|key| by(key, true)));
            let undisturbed = walk(&store, query.clone(), async |_| ()).await;
            let disturbed = walk(&store, query.clone(), async |offset| {
                round += 1;
                put(&store, &format!("new{round}"), vec![key(CODE, 0), text(NAME, "n0")]).await;
                put(&store, &format!("p{}", offset % 37), vec![key(CODE, round % 2), text(NAME, "changed")])
                    .await;
                let victim = format!("p{}", (offset + 3) % 37);
                if store.read_resource(TYPE, &victim).await.unwrap().unwrap().body.is_some() {
                    delete(&store, &victim).await;
                }
            });
            assert_eq!(disturbed.await, undisturbed, "{query:?}");
        }
    }
}

pub async fn a_walk_over_ids_sees_the_moment_of_its_first_page(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let ids = some_patients(&store).await;
    let query = all().and(Criterion::Ids(ids));
    let undisturbed = walk(&store, query.clone(), async |_| ()).await;
    let disturbed = walk(&store, query, async |offset| {
        put(&store, &format!("p{offset}"), vec![]).await;
        put(&store, &format!("p{offset}"), vec![]).await;
        delete(&store, &format!("p{}", offset + 1)).await;
    });
    assert_eq!(disturbed.await, undisturbed);
}

pub async fn marks_never_go_back(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let mut last = search(&store, all()).await.mark;
    for number in 0..30 {
        match number % 5 {
            3 => drop(delete(&store, "p0").await),
            4 => store.write(|transaction| transaction.put_setting("a", "b")).await.unwrap(),
            _ => drop(put(&store, &format!("p{}", number % 2), vec![]).await),
        }
        let mark = search(&store, all()).await.mark;
        assert!(mark >= last, "{mark} after {last}");
        last = mark;
    }
    store.write(|transaction| transaction.erase_everything()).await.unwrap();
    let mark = search(&store, all()).await.mark;
    assert!(mark >= last, "{mark} after {last}");
    drop(store);
    let store = fixture.open();
    assert!(search(&store, all()).await.mark >= mark);
}

pub async fn a_walk_is_not_disturbed_by_transactions_that_were_under_way(fixture: Arc<Fixture>) {
    let store = fixture.open();
    some_patients(&store).await;
    // A unit that has written and waits, while another one commits and a walk begins. SQLite, with its one writer,
    // only sees it wait.
    let (reached, wait) = std::sync::mpsc::channel();
    let (go, gone) = std::sync::mpsc::channel();
    let slow = {
        let store = store.clone();
        let gone = std::sync::Mutex::new(gone);
        tokio::spawn(async move {
            let unit = store.write(move |transaction| {
                put_in(transaction, "slow", &[key(CODE, 0)], &[])?;
                put_in(transaction, "p4", &[], &[])?;
                let _ = reached.send(());
                let _ = gone.lock().unwrap().recv_timeout(Duration::from_secs(20));
                Ok::<_, StoreError>(())
            });
            unit.await
        })
    };
    wait.recv_timeout(Duration::from_secs(20)).unwrap();
    if !fixture.is_sqlite() {
        put(&store, "quick", vec![key(CODE, 0)]).await;
    }
    let (mut slow, query) = (Some(slow), all().and(keys(CODE, &[0])));
    let expected: Vec<String> = ids(&store, query.clone()).await;
    assert_eq!(expected.contains(&"quick".to_owned()), !fixture.is_sqlite());
    let mut stale_mark = None;
    let walked = walk(&store, query.clone(), async |offset| {
        if offset == 5 {
            stale_mark = Some(
                search(&store, {
                    let mut q = query.clone();
                    q.limit = 5;
                    q
                })
                .await
                .mark,
            );
        }
        if let Some(slow) = slow.take_if(|_| offset == 10) {
            go.send(()).unwrap();
            slow.await.unwrap().unwrap();
        }
    });
    let walked: Vec<String> =
        walked.await.iter().map(|id| id.split('/').next().unwrap().to_owned()).collect();
    assert_eq!(walked, expected);
    let after = search(&store, query.clone()).await;
    assert_eq!(after.resources.len(), expected.len());
    assert!(after.resources.iter().any(|version| version.id == "slow"));
    assert!(after.mark > stale_mark.unwrap());
}
