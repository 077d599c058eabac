//! The moment of a unit.

use crate::support::*;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use storage::{Store, StoreError};

async fn now(store: &Store) -> i64 {
    store.write(|transaction| Ok::<_, StoreError>(transaction.now())).await.unwrap()
}

pub async fn now_is_the_same_throughout_a_unit(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let clock = fixture.clock.clone();
    clock.store(1000, Ordering::SeqCst);
    let unit = store.write(move |transaction| {
        let first = put_in(transaction, "a", &[], &[])?;
        clock.store(2000, Ordering::SeqCst);
        let second = put_in(transaction, "a", &[], &[])?;
        Ok::<_, StoreError>((transaction.now(), first.last_updated, second.last_updated))
    });
    assert_eq!(unit.await.unwrap(), (1000, 1000, 1000));
    assert_eq!(now(&store).await, 2000);
}

pub async fn now_does_not_go_back_when_the_clock_does(fixture: Arc<Fixture>) {
    let store = fixture.open();
    fixture.clock.store(5000, Ordering::SeqCst);
    assert_eq!(put(&store, "a", vec![]).await.last_updated, 5000);
    fixture.clock.store(3000, Ordering::SeqCst);
    assert_eq!(now(&store).await, 5000);
    assert_eq!(put(&store, "b", vec![]).await.last_updated, 5000);
    fixture.clock.store(6000, Ordering::SeqCst);
    assert_eq!(now(&store).await, 6000);
}

pub async fn now_does_not_go_back_when_the_store_is_opened_again(fixture: Arc<Fixture>) {
    let store = fixture.open();
    fixture.clock.store(5000, Ordering::SeqCst);
    put(&store, "a", vec![]).await;
    drop(store);
    fixture.clock.store(3000, Ordering::SeqCst);
    assert_eq!(now(&fixture.open()).await, 5000);
}

pub async fn now_does_not_go_back_when_everything_is_erased(fixture: Arc<Fixture>) {
    let store = fixture.open();
    fixture.clock.store(5000, Ordering::SeqCst);
    put(&store, "a", vec![]).await;
    store.write(|transaction| transaction.erase_everything()).await.unwrap();
    drop(store);
    fixture.clock.store(3000, Ordering::SeqCst);
    assert_eq!(now(&fixture.open()).await, 5000);
}
