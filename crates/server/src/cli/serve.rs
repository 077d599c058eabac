//! `easel serve`

use super::{Failure, Outcome, runtime, settings};
use crate::config::Config;
use crate::http::unwind;
use crate::start::{Server, start};
use crate::{sandbox, telemetry};
use clap::{ArgMatches, Command};
use std::io::Write;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

pub fn command() -> Command {
    Command::new("serve").about("Start the server").args(settings::flags(|_| true))
}

pub fn run(matches: &ArgMatches) -> Outcome {
    let config = settings::read(matches)?;
    telemetry::log::start(config.log_level, config.log_json);
    unwind::install_hook();
    runtime()?.block_on(serve(config))
}

async fn serve(config: Config) -> Outcome {
    let is_sandbox = config.sandbox;
    let server = start(config).await.map_err(|error| Failure(error.to_string()))?;
    tracing::info!(address = %server.address, base_url = server.base_url, "listening");
    let greeting = if is_sandbox { sandbox::welcome(&server.base_url) } else { welcome(&server) };
    // A server goes on when nobody reads its standard output any more.
    let _ = writeln!(std::io::stdout(), "{greeting}");
    stop_asked(&server).await?;
    tracing::info!("stopping: requests under way are finished, new ones are refused");
    server.stop().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

fn welcome(server: &Server) -> String {
    format!(
        "Easel {} is ready.\n\n  Canvas API  {base}/\n  FHIR R4     {base}/fhir\n\n\
         Nobody may do anything yet unless you have added a client:\n\n  \
         easel client add NAME --scopes 'system/*.*'",
        crate::VERSION,
        base = server.base_url
    )
}

/// Waits for SIGTERM or Ctrl-C; SIGHUP meanwhile has the clinic's settings read again.
async fn stop_asked(server: &Server) -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    loop {
        tokio::select! {
            result = tokio::signal::ctrl_c() => return Ok(result?),
            _ = terminate.recv() => return Ok(()),
            _ = hang_up.recv() => server.reload_clinic().await,
        }
    }
}
