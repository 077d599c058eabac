//! One request at a time, for what must be there before the load begins.

use crate::Result;
use crate::driver::response::{Response, header};
use crate::driver::template::Template;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where to ask, as whom.
pub struct Client {
    /// The server.
    pub address: SocketAddr,
    /// The bearer token.
    pub token: Option<String>,
}

/// A whole answer.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its Location.
    pub location: Option<String>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Client {
    /// GETs JSON.
    ///
    /// # Errors
    ///
    /// When the answer is not 200.
    pub fn get(&self, path: &str) -> Result<Value> {
        let answer = self.send(&Template::new("GET", path, self.token.as_deref(), None))?;
        match answer.status {
            200 => Ok(serde_json::from_slice(&answer.body)?),
            _ => Err(told("GET", path, &answer)),
        }
    }

    /// Creates a resource and returns its id, which is what stands behind the type in its Location.
    ///
    /// # Errors
    ///
    /// When the answer is not 201.
    pub fn create(&self, path: &str, body: &str) -> Result<String> {
        let answer = self.send(&Template::new("POST", path, self.token.as_deref(), Some(body)))?;
        let location = answer.location.as_deref().filter(|_| answer.status == 201);
        let id = location.and_then(|location| {
            let (_, rest) = location.rsplit_once(&format!("{path}/"))?;
            rest.split('/').next()
        });
        id.map(str::to_owned).ok_or_else(|| told("POST", path, &answer))
    }

    /// Gets a token and keeps it.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn authenticate(&mut self, id: &str, secret: &str) -> Result<()> {
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let length = form.len();
        let request = format!(
            "POST /auth/token/ HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {length}\r\n\r\n{form}",
            self.address
        );
        let answer = self.exchange(request.as_bytes())?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let token = body["access_token"].as_str().ok_or_else(|| told("POST", "/auth/token/", &answer))?;
        self.token = Some(token.to_owned());
        Ok(())
    }

    /// Sends the first request of a template.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub fn send(&self, template: &Template) -> Result<Answer> {
        let mut request = Vec::new();
        template.render(0, &mut request);
        self.exchange(&request)
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub fn exchange(&self, request: &[u8]) -> Result<Answer> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(request)?;
        let mut bytes = Vec::new();
        let mut part = [0; 16 * 1024];
        loop {
            let count = stream.read(&mut part)?;
            bytes.extend_from_slice(&part[..count]);
            if let Some(Response { status, body, end }) = Response::read(&bytes)? {
                let location = header(&bytes[..body], "location").map(str::to_owned);
                return Ok(Answer { status, location, body: bytes[body..end].to_vec() });
            }
            if count == 0 {
                return Err("the server closed the connection before its answer was whole".into());
            }
        }
    }
}

fn told(method: &str, path: &str, answer: &Answer) -> Box<dyn std::error::Error + Send + Sync> {
    let body = String::from_utf8_lossy(&answer.body);
    format!("{method} {path} was answered with {}: {body}", answer.status).into()
}
