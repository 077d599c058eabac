//! Clients, tokens and settings.

use super::{Row, Session, Value};
use crate::error::StoreError;
use crate::model::{Client, Token};
use fhir::ResourceType;

const CLIENT: &str = "SELECT id, name, secret_salt, secret_hash, scopes, created FROM client WHERE id = $1";
const CLIENTS: &str = "SELECT id, name, secret_salt, secret_hash, scopes, created FROM client ORDER BY id";
const PUT_CLIENT: &str = "INSERT INTO client (id, name, secret_salt, secret_hash, scopes, created) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET name = excluded.name, \
     secret_salt = excluded.secret_salt, secret_hash = excluded.secret_hash, scopes = excluded.scopes, \
     created = excluded.created";
const REMOVE_CLIENT: &str = "DELETE FROM client WHERE id = $1";
const REMOVE_TOKENS_OF: &str = "DELETE FROM token WHERE client_id = $1";
const TOKEN: &str = "SELECT hash, client_id, scopes, patient, issued, expires FROM token WHERE hash = $1";
const PUT_TOKEN: &str = "INSERT INTO token (hash, client_id, scopes, patient, issued, expires) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (hash) DO UPDATE SET client_id = excluded.client_id, \
     scopes = excluded.scopes, patient = excluded.patient, issued = excluded.issued, expires = excluded.expires";
const REMOVE_TOKEN: &str = "DELETE FROM token WHERE hash = $1";
const REMOVE_EXPIRED: &str = "DELETE FROM token WHERE expires <= $1";
const SETTING: &str = "SELECT value FROM setting WHERE name = $1";
const PUT_SETTING: &str = "INSERT INTO setting (name, value) VALUES ($1, $2) \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value";

fn hash_of(row: &dyn Row, column: usize) -> Result<[u8; 32], StoreError> {
    row.bytes(column)?.try_into().map_err(|_| StoreError::corrupt("a hash does not have 32 bytes"))
}

fn client_of(row: &dyn Row) -> Result<Client, StoreError> {
    Ok(Client {
        id: row.text(0)?,
        name: row.text(1)?,
        secret_salt: row.bytes(2)?.to_vec(),
        secret_hash: hash_of(row, 3)?,
        scopes: row.text(4)?,
        created: row.int(5)?,
    })
}

fn token_of(row: &dyn Row) -> Result<Token, StoreError> {
    Ok(Token {
        hash: hash_of(row, 0)?,
        client_id: row.text(1)?,
        scopes: row.text(2)?,
        patient: row.optional_text(3)?,
        issued: row.int(4)?,
        expires: row.int(5)?,
    })
}

/// Clients come from requests, and PostgreSQL refuses NUL even in a question.
fn is_no_name(name: &str) -> bool {
    name.contains('\0')
}

pub(crate) fn client(session: &mut dyn Session, id: &str) -> Result<Option<Client>, StoreError> {
    let mut found = None;
    if !is_no_name(id) {
        session.query(CLIENT, &[Value::Text(id)], &mut |row| {
            found = Some(client_of(row)?);
            Ok(())
        })?;
    }
    Ok(found)
}

pub(crate) fn clients(session: &mut dyn Session) -> Result<Vec<Client>, StoreError> {
    let mut found = Vec::new();
    session.query(CLIENTS, &[], &mut |row| {
        found.push(client_of(row)?);
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn put_client(session: &mut dyn Session, client: &Client) -> Result<(), StoreError> {
    let parameters = [
        Value::Text(&client.id),
        Value::Text(&client.name),
        Value::Bytes(&client.secret_salt),
        Value::Bytes(&client.secret_hash),
        Value::Text(&client.scopes),
        Value::Int(client.created),
    ];
    session.execute(PUT_CLIENT, &parameters).map(drop)
}

pub(crate) fn remove_client(session: &mut dyn Session, id: &str) -> Result<bool, StoreError> {
    if is_no_name(id) {
        return Ok(false);
    }
    session.execute(REMOVE_TOKENS_OF, &[Value::Text(id)])?;
    Ok(session.execute(REMOVE_CLIENT, &[Value::Text(id)])? > 0)
}

pub(crate) fn token(session: &mut dyn Session, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
    let mut found = None;
    session.query(TOKEN, &[Value::Bytes(hash)], &mut |row| {
        found = Some(token_of(row)?);
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn put_token(session: &mut dyn Session, token: &Token) -> Result<(), StoreError> {
    let parameters = [
        Value::Bytes(&token.hash),
        Value::Text(&token.client_id),
        Value::Text(&token.scopes),
        Value::optional_text(token.patient.as_deref()),
        Value::Int(token.issued),
        Value::Int(token.expires),
    ];
    session.execute(PUT_TOKEN, &parameters).map(drop)
}

pub(crate) fn remove_token(session: &mut dyn Session, hash: &[u8; 32]) -> Result<bool, StoreError> {
    Ok(session.execute(REMOVE_TOKEN, &[Value::Bytes(hash)])? > 0)
}

pub(crate) fn remove_expired_tokens(session: &mut dyn Session, now: i64) -> Result<usize, StoreError> {
    let removed = session.execute(REMOVE_EXPIRED, &[Value::Int(now)])?;
    Ok(usize::try_from(removed).unwrap_or(usize::MAX))
}

pub(crate) fn setting(session: &mut dyn Session, name: &str) -> Result<Option<String>, StoreError> {
    let mut found = None;
    session.query(SETTING, &[Value::Text(name)], &mut |row| {
        found = Some(row.text(0)?);
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn put_setting(session: &mut dyn Session, name: &str, value: &str) -> Result<(), StoreError> {
    session.execute(PUT_SETTING, &[Value::Text(name), Value::Text(value)]).map(drop)
}

/// Notes the numbers of the resource types, as which types are stored; false when the store has other ones.
pub(crate) fn check_types(session: &mut dyn Session) -> Result<bool, StoreError> {
    const NAME: &str = "storage.resource-types";
    let types = (0..=u8::MAX).map_while(ResourceType::from_index).map(ResourceType::name);
    let types = types.collect::<Vec<_>>().join(",");
    match setting(session, NAME)? {
        Some(stored) => Ok(stored == types),
        None => put_setting(session, NAME, &types).map(|()| true),
    }
}
