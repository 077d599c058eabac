//! A bare axum server: one route, which reads the whole body and returns a fixed answer. What HTTP itself costs.
//!
//! It runs as this binary in a process of its own, with the allocator of the server that is measured.

use crate::Result;
use crate::cases::Case;
use crate::process::Server;
use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::routing::{MethodFilter, on};
use axum::serve::ListenerExt;
use std::process::Command;
use tokio::net::TcpListener;

/// The hidden subcommand that serves.
pub const SUBCOMMAND: &str = "bare-server";

/// Starts a bare server that takes the requests of a case and answers them with the case's status and as many
/// bytes as the measured server does.
///
/// # Errors
///
/// When it does not start.
pub fn start(case: &Case) -> Result<Server> {
    let Case { kind, template, answer_bytes, .. } = case;
    start_route(template.method(), template.path(), kind.status, *answer_bytes)
}

/// Starts a bare server for one route, as axum writes it, with answers of so many bytes.
///
/// # Errors
///
/// When it does not start.
pub fn start_route(method: &str, path: &str, status: u16, bytes: usize) -> Result<Server> {
    let arguments = [SUBCOMMAND, method, path, &status.to_string(), &bytes.to_string()];
    Server::start(Command::new(std::env::current_exe()?).args(arguments))
}

/// Serves until the process is ended. `arguments` are method, path, status and the bytes of the answer.
///
/// # Errors
///
/// Arguments that are none; what keeps it from listening.
pub fn serve(arguments: &[String]) -> Result<()> {
    let [method, path, status, bytes] = arguments else {
        return Err("the bare server wants METHOD PATH STATUS BYTES".into());
    };
    let router = router(method, path, status.parse()?, bytes.parse()?)?;
    // All defaults: a thread for each processor.
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("http://{}/", listener.local_addr()?);
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, router).await?)
    })
}

type Fixed = (StatusCode, [(HeaderName, &'static str); 1], Bytes);

fn router(method: &str, path: &str, status: u16, bytes: usize) -> Result<Router> {
    let answer: Fixed = (
        StatusCode::from_u16(status)?,
        [(CONTENT_TYPE, "application/fhir+json; charset=utf-8")],
        Bytes::from(vec![b' '; bytes]),
    );
    let method = match method {
        "GET" => MethodFilter::GET,
        "POST" => MethodFilter::POST,
        other => return Err(format!("the bare server does not take {other}").into()),
    };
    let handler = move |body: Bytes| {
        drop(body);
        let answer = answer.clone();
        async move { answer }
    };
    Ok(Router::new().route(path, on(method, handler)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::Driver;
    use crate::driver::template::{Template, digits};
    use crate::driver::work::Job;
    use std::net::SocketAddr;
    use std::sync::atomic::AtomicU64;
    use std::time::Duration;

    /// A bare server on a thread of this process, which ends with it.
    fn served(method: &'static str, status: u16, bytes: usize) -> Result<SocketAddr> {
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || -> Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
                tell.send(listener.local_addr()?)?;
                Ok(axum::serve(listener, router(method, "/x", status, bytes)?).await?)
            })
        });
        Ok(told.recv()?)
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn load_is_bounded_by_count_and_every_answer_is_counted() -> Result<()> {
        let address = served("POST", 201, 100_000)?;
        let body = format!("SERIAL{}", " ".repeat(300_000));
        let template = Template::new("POST", "/x?y", None, Some(&body)).field("SERIAL", digits)?;
        let counter = AtomicU64::new(0);
        let job = Job { template: &template, expected: 201, counter: &counter };
        let mut driver = Driver::open(address, 5, 2)?;
        for round in 1..=2 {
            let load = driver.run(&job, LONG, 100)?;
            assert_eq!((load.requests, load.latencies.len() as u64), (100, 100));
            assert_eq!(counter.load(std::sync::atomic::Ordering::Relaxed), round * 100);
        }
        Ok(())
    }

    #[test]
    fn load_is_bounded_by_time() -> Result<()> {
        let template = Template::new("GET", "/x", None, None);
        let job = Job { template: &template, expected: 200, counter: &AtomicU64::new(0) };
        let load =
            Driver::open(served("GET", 200, 10)?, 3, 1)?.run(&job, Duration::from_millis(200), u64::MAX)?;
        assert!(load.requests > 10 && load.took < Duration::from_secs(20), "{load:?}");
        Ok(())
    }

    #[test]
    fn an_unexpected_status_fails_the_run_at_once() -> Result<()> {
        let template = Template::new("GET", "/x", None, None);
        let job = Job { template: &template, expected: 200, counter: &AtomicU64::new(0) };
        let result = Driver::open(served("GET", 422, 10)?, 3, 1)?.run(&job, LONG, u64::MAX);
        let text = result.map(|load| load.requests).unwrap_err().to_string();
        assert!(text.contains("200") && text.contains("422"), "{text}");
        Ok(())
    }

    #[test]
    fn load_goes_to_loopback_only() {
        assert!(Driver::open(([192, 0, 2, 1], 80).into(), 1, 1).is_err());
    }
}
