//! `easel client add|list|remove`: who may get tokens. Works beside a running server.

use super::{Failure, Outcome, runtime, settings, text};
use crate::clock::now;
use crate::start::{open_existing_store, open_store};
use auth::{Scopes, StoredSecret, generate_token};
use clap::{Arg, ArgMatches, Command};
use std::process::ExitCode;
use storage::{Access, Client, Store, StoreError};

/// What a client may do unless told otherwise: look at everything.
const DEFAULT_SCOPES: &str = "system/*.read";

pub fn command() -> Command {
    let store = || settings::flags(|setting| settings::STORE.contains(&setting.key));
    let id = |help: &'static str| Arg::new("id").value_name("ID").required(true).help(help);
    Command::new("client")
        .about("Add, list and remove OAuth clients")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("add")
                .about("Add a client and print its secret, once")
                .arg(id("The client's id: letters, digits, '-', '_' and '.'"))
                .arg(
                    Arg::new("name")
                        .long("name")
                        .value_name("TEXT")
                        .help("What people call it [default: the id]"),
                )
                .arg(
                    Arg::new("scopes")
                        .long("scopes")
                        .value_name("SCOPES")
                        .default_value(DEFAULT_SCOPES)
                        .help("What it may do, separated by spaces: system/Patient.read, user/*.*, …"),
                )
                .args(store()),
        )
        .subcommand(Command::new("list").about("List the clients").args(store()))
        .subcommand(
            Command::new("remove")
                .about("Remove a client and its tokens")
                .arg(id("The client's id"))
                .args(store()),
        )
}

pub fn run(matches: &ArgMatches) -> Outcome {
    let Some((action, matches)) = matches.subcommand() else { return Ok(ExitCode::FAILURE) };
    let config = settings::read(matches)?;
    let store = match action {
        "add" => open_store(&config, Access::Shared)?,
        _ => open_existing_store(&config)?,
    };
    let runtime = runtime()?;
    let id = || text(matches, "id").unwrap_or_default();
    let outcome = match action {
        "add" => runtime.block_on(add(&store, id(), text(matches, "name"), text(matches, "scopes"))),
        "remove" => runtime.block_on(remove(&store, id())),
        _ => runtime.block_on(list(&store)),
    };
    runtime.block_on(store.close());
    outcome
}

async fn add(store: &Store, id: &str, name: Option<&str>, scopes: Option<&str>) -> Outcome {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.len() > 64 || !id.chars().all(plain) {
        return Err(Failure("a client's id has 1 to 64 letters, digits, '-', '_' or '.'".into()));
    }
    let scopes = Scopes::parse(scopes.unwrap_or(DEFAULT_SCOPES))?;
    if scopes.is_empty() {
        return Err(Failure(
            "a client without scopes may do nothing; say --scopes 'system/*.read', for example".into(),
        ));
    }
    let text = generate_token()?;
    let secret = StoredSecret::new(&text)?;
    let client = Client {
        id: id.to_owned(),
        name: name.unwrap_or(id).to_owned(),
        secret_salt: secret.salt,
        secret_hash: secret.digest,
        scopes: scopes.to_string(),
        created: now(),
    };
    let added = store
        .write(move |transaction| {
            let is_new = transaction.client(&client.id)?.is_none();
            if is_new {
                transaction.put_client(&client)?;
            }
            Ok::<_, StoreError>(is_new)
        })
        .await?;
    if !added {
        return Err(Failure(format!(
            "there is a client {id} already; remove it first: easel client remove {id}"
        )));
    }
    println!("Client  {id}\nSecret  {text}\nScopes  {scopes}\n\nThe secret is not shown again.");
    Ok(ExitCode::SUCCESS)
}

async fn remove(store: &Store, id: &str) -> Outcome {
    let key = id.to_owned();
    if !store
        .write(move |transaction| transaction.remove_client(&key))
        .await
        .map_err(|e: StoreError| Failure::from(e))?
    {
        return Err(Failure(format!("there is no client {id}; easel client list shows them")));
    }
    println!("Removed {id}. Tokens it has already been given stop within a few seconds.");
    Ok(ExitCode::SUCCESS)
}

async fn list(store: &Store) -> Outcome {
    let clients = store.read(|reader| reader.clients()).await.map_err(|e: StoreError| Failure::from(e))?;
    for client in clients {
        println!("{}\t{}\t{}", client.id, client.name, client.scopes);
    }
    Ok(ExitCode::SUCCESS)
}
