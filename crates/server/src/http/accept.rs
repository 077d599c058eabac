//! Accepting connections and stopping gracefully.

use super::framework::{HYPER_HEADER_BYTES, HeadLimits, Watched};
use super::service;
use crate::app::App;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// How long to wait before accepting again after the system refused (out of file descriptors, say).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves connections until `stop` turns true; then lets requests under way finish, for as long as the
/// settings allow, while new ones on open connections are refused.
pub async fn serve(app: Arc<App>, listener: TcpListener, mut stop: watch::Receiver<bool>) {
    let limit = app.config.limits.connections;
    let connections = Arc::new(Semaphore::new(limit));
    loop {
        let Ok(permit) = Arc::clone(&connections).acquire_owned().await else { return };
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
        };
        match stream {
            Ok((stream, peer)) => {
                let (app, stop) = (Arc::clone(&app), stop.clone());
                tokio::spawn(async move {
                    connection(app, stream, peer.ip(), stop).await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drain(&app, &connections, limit).await;
}

async fn connection(app: Arc<App>, stream: TcpStream, peer: IpAddr, mut stop: watch::Receiver<bool>) {
    // Answers are whole when they are written: waiting to fill packets would only delay them.
    let _ = stream.set_nodelay(true);
    let limits = &app.config.limits;
    let receive = limits.receive;
    let told = HeadLimits { uri_bytes: limits.uri_bytes, header_bytes: limits.header_bytes };
    let service = service_fn(move |request| service::serve(Arc::clone(&app), request, peer));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(receive)
        .max_buf_size(HYPER_HEADER_BYTES)
        .serve_connection(Watched::new(TokioIo::new(stream), told), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // The peer went away or broke HTTP; it has been answered where that was possible.
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Waits until the server is to stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the server is gone, which is a stop too.
    let _ = stop.wait_for(|stopping| *stopping).await;
}

/// Waits for the open connections, at most as long as the settings say.
async fn drain(app: &App, connections: &Arc<Semaphore>, limit: usize) {
    let all = u32::try_from(limit).unwrap_or(u32::MAX);
    let finished = connections.acquire_many(all);
    if tokio::time::timeout(app.config.limits.shutdown, finished).await.is_err() {
        tracing::warn!(
            open = limit - connections.available_permits(),
            "connections were cut at the end of the grace period"
        );
    }
}
