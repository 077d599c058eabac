//! Opening, closing, erasing.

use crate::support::*;
use fhir::datetime::Period;
use std::sync::Arc;
use storage::{Access, OpenError, Store, StoreError, Token};

pub async fn a_store_that_is_opened_again_has_everything(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![]).await;
    let written = store
        .write(|transaction| {
            transaction.put_setting("name", "value")?;
            put_in(transaction, "a", &[key(CODE, 1)], &[hold(1, 0, 10)])
        })
        .await
        .unwrap();
    let mark = search(&store, all()).await.mark;
    store.close().await;
    let store = fixture.open();
    assert_eq!(search(&store, all().and(keys(CODE, &[1]))).await.resources, [written]);
    assert_eq!(store.read(|reader| reader.setting("name")).await.unwrap().as_deref(), Some("value"));
    assert_eq!(store.read(|reader| reader.history(TYPE, "a", 9, 0)).await.unwrap().total, 2);
    assert_eq!(store.read(|reader| reader.holds(1, Period { from: 0, to: 1 }, 9)).await.unwrap().len(), 1);
    put(&store, "b", vec![key(CODE, 1)]).await;
    let mut earlier = all();
    earlier.as_of = Some(mark);
    assert_eq!(ids(&store, earlier).await, ["a"]);
}

pub async fn a_closed_store_is_unavailable(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![]).await;
    store.clone().close().await;
    assert!(matches!(store.read_resource(TYPE, "a").await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.read(|reader| reader.count(TYPE)).await, Err(StoreError::Unavailable(_))));
    let write = store.write(|transaction| transaction.put_setting("a", "b"));
    assert!(matches!(write.await, Err(StoreError::Unavailable(_))));
    store.close().await;
}

pub async fn closing_finishes_what_is_queued(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let units: Vec<_> = (0..40)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let unit =
                    store.write(move |transaction| put_in(transaction, &format!("p{number}"), &[], &[]));
                unit.await.is_ok()
            })
        })
        .collect();
    tokio::task::yield_now().await;
    store.close().await;
    let mut done = 0;
    for unit in units {
        done += u64::from(unit.await.unwrap());
    }
    assert_eq!(fixture.open().read(|reader| reader.count(TYPE)).await.unwrap(), done);
}

pub async fn erasing_everything_keeps_accounts_and_settings(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let token = Token {
        hash: [1; 32],
        client_id: "c".into(),
        scopes: String::new(),
        patient: None,
        issued: 0,
        expires: 1,
    };
    let unit = store.write(move |transaction| {
        transaction.put_setting("name", "value")?;
        transaction.put_token(&token)?;
        put_in(transaction, "a", &[key(CODE, 1), text(NAME, "x"), span(DATE, 0, 1)], &[hold(1, 0, 10)])
    });
    unit.await.unwrap();
    put(&store, "a", vec![key(CODE, 1)]).await;
    let mark = search(&store, all()).await.mark;
    let unit = store.write(|transaction| {
        put_in(transaction, "early", &[key(CODE, 1)], &[])?;
        transaction.erase_everything()?;
        put_in(transaction, "a", &[key(CODE, 2)], &[])
    });
    assert_eq!(unit.await.unwrap().version, 1);
    assert_eq!(ids(&store, all()).await, ["a"]);
    assert_eq!(matching(&store, keys(CODE, &[1])).await, [""; 0]);
    assert_eq!(store.read(|reader| reader.holds(1, Period { from: 0, to: 1 }, 9)).await.unwrap(), []);
    assert_eq!(store.read(|reader| reader.setting("name")).await.unwrap().as_deref(), Some("value"));
    assert!(store.read(|reader| reader.token(&[1; 32])).await.unwrap().is_some());
    let mut earlier = all();
    earlier.as_of = Some(mark);
    assert!(matches!(try_search(&store, earlier).await, Err(StoreError::Expired)));
}

pub async fn a_newer_schema_is_refused(fixture: Arc<Fixture>) {
    drop(fixture.open());
    if fixture.is_sqlite() {
        fixture.raw("PRAGMA user_version = 99");
    } else {
        fixture.raw("UPDATE meta SET value = 99 WHERE name = 'schema' RETURNING value");
    }
    let error = Store::open(fixture.options()).unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error:?}");
    assert!(error.to_string().contains("newer Easel"), "{error}");
}

pub async fn a_store_for_other_resource_types_is_refused(fixture: Arc<Fixture>) {
    drop(fixture.open());
    fixture.raw("UPDATE setting SET value = 'Account' WHERE name = 'storage.resource-types' RETURNING CAST(1 AS bigint)");
    let error = Store::open(fixture.options()).unwrap_err();
    assert!(matches!(error, OpenError::OtherTypes), "{error:?}");
}

pub async fn a_store_is_healthy_until_it_is_closed(fixture: Arc<Fixture>) {
    let store = fixture.open();
    store.healthy().await.unwrap();
    store.clone().close().await;
    assert!(store.healthy().await.is_err());
}

/// On SQLite alone: PostgreSQL serves any number of servers.
pub fn a_second_server_on_a_directory_is_refused_but_a_command_is_not() {
    run(Fixture::sqlite(), async |fixture: Arc<Fixture>| {
        let store = fixture.open();
        let error = Store::open(fixture.options()).unwrap_err();
        let directory = fixture.directory().unwrap();
        assert!(matches!(&error, OpenError::Held { directory: held } if *held == directory));
        assert!(error.to_string().contains(directory.to_str().unwrap()), "{error}");

        let mut options = fixture.options();
        options.access = Access::Shared;
        let command = Store::open(options.clone()).unwrap();
        put(&command, "from the command", vec![key(CODE, 1)]).await;
        put(&store, "from the server", vec![key(CODE, 1)]).await;
        put(&command, "again", vec![key(CODE, 1)]).await;
        command.close().await;
        assert_eq!(
            matching(&store, keys(CODE, &[1])).await,
            ["from the command", "from the server", "again"]
        );
        drop(store);
        drop(fixture.open());

        fixture.raw("PRAGMA user_version = 0");
        let server = std::fs::File::open(directory.join("easel.lock")).unwrap();
        server.lock().unwrap();
        assert!(matches!(Store::open(options), Err(OpenError::Outdated { found: 0, .. })));
    });
}
