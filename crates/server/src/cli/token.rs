//! `easel token`: an access token without an HTTP request, for scripts on the server's machine.

use super::{Failure, Outcome, runtime, settings, text};
use crate::oauth;
use crate::start::open_existing_store;
use auth::Scopes;
use clap::{Arg, ArgMatches, Command};
use std::process::ExitCode;
use storage::StoreError;

pub fn command() -> Command {
    Command::new("token")
        .about("Print an access token of a client, good for ten hours")
        .arg(Arg::new("id").value_name("CLIENT").required(true).help("The client's id"))
        .arg(
            Arg::new("scopes")
                .long("scopes")
                .value_name("SCOPES")
                .help("Less than the client may do [default: all of it]"),
        )
        .args(settings::flags(|setting| settings::STORE.contains(&setting.key)))
}

pub fn run(matches: &ArgMatches) -> Outcome {
    let config = settings::read(matches)?;
    let store = open_existing_store(&config)?;
    let id = text(matches, "id").unwrap_or_default().to_owned();
    let wanted = text(matches, "scopes").map(Scopes::parse).transpose()?;
    let runtime = runtime()?;
    let token = runtime.block_on(async {
        let key = id.clone();
        let client =
            store.read(move |reader| reader.client(&key)).await.map_err(|e: StoreError| Failure::from(e))?;
        let client = client
            .ok_or_else(|| Failure(format!("there is no client {id}; easel client add {id} adds it")))?;
        let allowed = Scopes::parse(&client.scopes)?;
        let scopes = wanted.unwrap_or_else(|| allowed.clone());
        if let Some(beyond) = scopes.beyond(&allowed) {
            return Err(Failure(format!("{beyond} is more than {id} is allowed: {allowed}")));
        }
        oauth::issue(&store, &id, &scopes).await.map_err(Failure::from)
    });
    runtime.block_on(store.close());
    println!("{}", token?);
    Ok(ExitCode::SUCCESS)
}
