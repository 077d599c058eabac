//! Clients, tokens and settings.

use crate::support::*;
use std::sync::Arc;
use storage::{Client, Store, Token};

fn client(id: &str) -> Client {
    Client {
        id: id.into(),
        name: format!("Client {id}"),
        secret_salt: vec![0, 1, 255],
        secret_hash: [7; 32],
        scopes: "system/*.read user/Patient.write".into(),
        created: 1_700_000_000_000,
    }
}

fn token(number: u8, client_id: &str, expires: i64) -> Token {
    Token {
        hash: [number; 32],
        client_id: client_id.into(),
        scopes: "patient/*.read".into(),
        patient: number.is_multiple_of(2).then(|| "p1".into()),
        issued: 1000,
        expires,
    }
}

async fn put_client(store: &Store, client: Client) {
    store.write(move |transaction| transaction.put_client(&client)).await.unwrap();
}

async fn put_token(store: &Store, token: Token) {
    store.write(move |transaction| transaction.put_token(&token)).await.unwrap();
}

async fn get_token(store: &Store, number: u8) -> Option<Token> {
    store.read(move |reader| reader.token(&[number; 32])).await.unwrap()
}

pub async fn clients_are_kept_until_they_are_removed(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put_client(&store, client("b")).await;
    put_client(&store, client("a")).await;
    let renamed = Client { name: "Renamed".into(), ..client("b") };
    put_client(&store, renamed.clone()).await;
    assert_eq!(store.read(|reader| reader.client("b")).await.unwrap(), Some(renamed.clone()));
    assert_eq!(store.read(|reader| reader.clients()).await.unwrap(), [client("a"), renamed]);
    assert!(store.write(|transaction| transaction.remove_client("b")).await.unwrap());
    assert!(!store.write(|transaction| transaction.remove_client("b")).await.unwrap());
    assert_eq!(store.read(|reader| reader.clients()).await.unwrap(), [client("a")]);
}

pub async fn tokens_are_kept_until_they_are_removed_or_expire(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for (number, expires) in [(1, 10), (2, 20), (3, 30), (4, 40)] {
        put_token(&store, token(number, "a", expires)).await;
    }
    put_token(&store, Token { scopes: "none".into(), ..token(4, "a", 41) }).await;
    assert_eq!(get_token(&store, 1).await, Some(token(1, "a", 10)));
    assert_eq!(get_token(&store, 2).await, Some(token(2, "a", 20)));
    assert_eq!(get_token(&store, 4).await.unwrap().scopes, "none");
    assert!(store.write(|transaction| transaction.remove_token(&[3; 32])).await.unwrap());
    assert!(!store.write(|transaction| transaction.remove_token(&[3; 32])).await.unwrap());
    assert_eq!(store.write(|transaction| transaction.remove_expired_tokens(20)).await.unwrap(), 2);
    assert_eq!(
        (get_token(&store, 1).await, get_token(&store, 2).await, get_token(&store, 3).await),
        (None, None, None)
    );
    assert!(get_token(&store, 4).await.is_some());
}

pub async fn removing_a_client_removes_its_tokens(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put_client(&store, client("a")).await;
    put_token(&store, token(1, "a", 10)).await;
    put_token(&store, token(2, "b", 10)).await;
    store.write(|transaction| transaction.remove_client("a")).await.unwrap();
    assert_eq!(get_token(&store, 1).await, None);
    assert_eq!(get_token(&store, 2).await, Some(token(2, "b", 10)));
}

pub async fn settings_are_overwritten(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let get = || store.read(|reader| reader.setting("name"));
    assert_eq!(get().await.unwrap(), None);
    for value in ["first", "", "zwölf 'x' \u{1F600}"] {
        store.write(move |transaction| transaction.put_setting("name", value)).await.unwrap();
        assert_eq!(get().await.unwrap().as_deref(), Some(value));
    }
}
