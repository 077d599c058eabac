//! Versions by type and id.

use crate::support::*;
use fhir::ResourceType;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use storage::{Method, NewVersion, StoreError};

pub async fn a_created_resource_can_be_read(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let written = put(&store, "a", vec![]).await;
    assert_eq!((written.version, written.method), (1, Method::Create));
    assert_eq!(store.read_resource(TYPE, "a").await.unwrap(), Some(written.clone()));
    let read = store.read(|reader| reader.resource(TYPE, "a")).await.unwrap();
    assert_eq!(read, Some(written));
}

pub async fn an_update_makes_a_new_version_and_keeps_the_old_ones(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let (first, second) = (put(&store, "a", vec![]).await, put(&store, "a", vec![]).await);
    assert_eq!(second.version, 2);
    for (id, stamp) in [("a", Some(second.stamp())), ("b", None)] {
        assert_eq!(store.read_stamp(TYPE, id).await.unwrap(), stamp);
    }
    let both = store
        .read(|reader| Ok::<_, StoreError>((reader.version(TYPE, "a", 1)?, reader.version(TYPE, "a", 2)?)));
    assert_eq!(both.await.unwrap(), (Some(first), Some(second.clone())));
    assert_eq!(store.read_resource(TYPE, "a").await.unwrap(), Some(second));
}

pub async fn what_is_read_over_and_over_is_always_the_current_version(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for round in 0..3 {
        let expected = if round == 1 { delete(&store, "a").await } else { put(&store, "a", vec![]).await };
        for _ in 0..5 {
            assert_eq!(
                store.read_resource(TYPE, "a").await.unwrap().as_ref(),
                Some(&expected),
                "round {round}"
            );
            assert_eq!(store.read_stamp(TYPE, "a").await.unwrap(), Some(expected.stamp()));
        }
    }
}

pub async fn a_deletion_is_a_version_without_body(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let first = put(&store, "a", vec![]).await;
    let deletion = delete(&store, "a").await;
    assert_eq!((deletion.version, deletion.body.is_none()), (2, true));
    assert_eq!(store.read_resource(TYPE, "a").await.unwrap(), Some(deletion));
    assert_eq!(store.read(|reader| reader.version(TYPE, "a", 1)).await.unwrap(), Some(first));
    assert_eq!(store.read(|reader| reader.count(TYPE)).await.unwrap(), 0);
}

pub async fn a_deleted_resource_can_be_written_again(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![key(CODE, 1)]).await;
    delete(&store, "a").await;
    let third = put(&store, "a", vec![key(CODE, 1)]).await;
    assert_eq!(third.version, 3);
    assert_eq!(store.read(|reader| reader.count(TYPE)).await.unwrap(), 1);
    assert_eq!(search(&store, all().and(keys(CODE, &[1]))).await.resources, [third]);
}

pub async fn a_read_never_goes_back_behind_a_write_that_was_answered(fixture: Arc<Fixture>) {
    const VERSIONS: u64 = 200;
    let store = fixture.open();
    put(&store, "a", vec![]).await;
    // The last version whose write was answered.
    let answered = Arc::new(AtomicU64::new(1));
    let reader = || {
        let (store, answered) = (store.clone(), Arc::clone(&answered));
        tokio::spawn(async move {
            let mut seen = 0;
            while seen < VERSIONS {
                let least = answered.load(Ordering::Acquire).max(seen);
                let version = store.read_resource(TYPE, "a").await.unwrap().unwrap();
                assert!(version.version >= least, "{} after {least}", version.version);
                assert_eq!(version.body.unwrap(), format!("a {}", version.version).into_bytes());
                seen = version.version;
            }
        })
    };
    let readers = [reader(), reader(), reader()];
    for number in 2..=VERSIONS {
        assert_eq!(put(&store, "a", vec![]).await.version, number);
        answered.store(number, Ordering::Release);
    }
    for reader in readers {
        reader.await.unwrap();
    }
}

pub async fn history_is_newest_first_and_pages(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let mut versions = vec![put(&store, "a", vec![]).await, put(&store, "a", vec![]).await];
    versions.push(delete(&store, "a").await);
    versions.push(put(&store, "a", vec![]).await);
    put(&store, "b", vec![]).await;
    versions.reverse();
    let history = |limit, offset| store.read(move |reader| reader.history(TYPE, "a", limit, offset));
    let whole = history(100, 0).await.unwrap();
    assert_eq!((whole.total, &whole.versions), (4, &versions));
    let part = history(2, 1).await.unwrap();
    assert_eq!((part.total, &part.versions[..]), (4, &versions[1..3]));
    assert_eq!(history(0, 0).await.unwrap().total, 4);
    assert_eq!(history(u64::MAX, u64::MAX).await.unwrap().versions, []);
}

pub async fn a_version_that_does_not_follow_the_current_one_is_a_conflict(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let attempt = |number| {
        store.write(move |transaction| {
            let version = version(transaction, "a", number);
            transaction.put(NewVersion { version: &version, rest: None, index: &[], holds: &[] })
        })
    };
    for number in [0, 2, u64::MAX] {
        assert!(matches!(attempt(number).await, Err(StoreError::Conflict)), "{number} of none");
    }
    attempt(1).await.unwrap();
    for number in [0, 1, 3] {
        assert!(matches!(attempt(number).await, Err(StoreError::Conflict)), "{number} after 1");
    }
    delete(&store, "a").await;
    for number in [1, 2, 4] {
        assert!(matches!(attempt(number).await, Err(StoreError::Conflict)), "{number} after 2");
    }
    attempt(3).await.unwrap();
}

pub async fn after_a_conflict_the_unit_may_go_on(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![]).await;
    let unit = store.write(|transaction| {
        for number in [1, 3] {
            let stale = version(transaction, "a", number);
            let conflict =
                transaction.put(NewVersion { version: &stale, rest: None, index: &[], holds: &[] });
            assert!(matches!(conflict, Err(StoreError::Conflict)));
        }
        put_in(transaction, "b", &[key(CODE, 1)], &[])
    });
    let written = unit.await.unwrap();
    assert_eq!(store.read_resource(TYPE, "b").await.unwrap(), Some(written));
    assert_eq!(matching(&store, keys(CODE, &[1])).await, ["b"]);
}

pub async fn a_put_that_contradicts_itself_fails(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for case in 0..4 {
        let unit = store.write(move |transaction| {
            let mut version = version(transaction, "a", 1);
            let index = [key(CODE, 1)];
            match case {
                0 => version.last_updated -= 1,
                1 => version.body = None,
                2 => version.method = Method::Delete,
                _ => (version.method, version.body) = (Method::Delete, None),
            }
            transaction.put(NewVersion { version: &version, rest: None, index: &index, holds: &[] })
        });
        assert!(matches!(unit.await, Err(StoreError::Failed(_))), "case {case}");
    }
    assert_eq!(store.read_resource(TYPE, "a").await.unwrap(), None);
}

pub async fn ids_are_case_sensitive_and_types_are_apart(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![]).await;
    put(&store, "A", vec![]).await;
    assert_eq!(store.read_resource(TYPE, "a").await.unwrap().unwrap().id, "a");
    assert_eq!(store.read_resource(TYPE, "A").await.unwrap().unwrap().id, "A");
    assert_eq!(store.read_resource(ResourceType::OBSERVATION, "a").await.unwrap(), None);
    assert_eq!(store.read(|reader| reader.count(ResourceType::OBSERVATION)).await.unwrap(), 0);
    assert_eq!(ids(&store, search::Query::all(ResourceType::OBSERVATION)).await, [""; 0]);
}

pub async fn what_nobody_has_written_is_not_there(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for id in ["a", "", "a\0b", "'; DROP TABLE version; --", "\u{10FFFF}"] {
        assert_eq!(store.read_resource(TYPE, id).await.unwrap(), None, "{id:?}");
        let unit = store.read(move |reader| {
            assert_eq!(reader.version(TYPE, id, 1)?, None);
            assert_eq!(reader.version(TYPE, id, u64::MAX)?, None);
            assert_eq!(reader.history(TYPE, id, 10, 0)?.total, 0);
            assert_eq!(reader.client(id)?, None);
            Ok::<_, StoreError>(())
        });
        unit.await.unwrap();
    }
}

pub async fn every_current_resource_is_shown_once(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let unit = store.write(|transaction| {
        for number in 0..700 {
            put_in(transaction, &format!("p{number}"), &[], &[])?;
        }
        let mut other = version(transaction, "o", 1);
        other.resource_type = ResourceType::OBSERVATION;
        transaction.put(NewVersion { version: &other, rest: None, index: &[], holds: &[] })
    });
    unit.await.unwrap();
    delete(&store, "p5").await;
    put(&store, "p6", vec![]).await;
    let shown = |resource_type| {
        store.read(move |reader| {
            let mut shown = Vec::new();
            reader.each_current(resource_type, &mut |version| {
                shown.push((version.id, version.version));
                Ok(())
            })?;
            Ok::<_, StoreError>(shown)
        })
    };
    let patients = shown(Some(TYPE)).await.unwrap();
    assert_eq!(patients.len(), 699);
    assert_eq!(patients[4].0, "p4");
    assert_eq!(patients[5].0, "p7");
    assert_eq!(patients[698], ("p6".to_owned(), 2));
    assert_eq!(shown(None).await.unwrap().len(), 700);
    let stopped = store.read(|reader| {
        let mut left = 3;
        reader.each_current(None, &mut |_| {
            left -= 1;
            if left == 0 { Err(StoreError::TimedOut) } else { Ok(()) }
        })
    });
    assert!(matches!(stopped.await, Err(StoreError::TimedOut)));
}
