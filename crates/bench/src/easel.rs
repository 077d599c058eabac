//! The server that is measured, as a user starts it: `easel serve --sandbox`.

use crate::Result;
use crate::client::Client;
use crate::driver::template::Template;
use crate::folder::Folder;
use crate::options::Options;
use crate::process::Server;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The sandbox's client.
const CLIENT: (&str, &str) = ("sandbox", "sandbox-secret");
/// How long the server may take from listening to being ready.
const READY_PATIENCE: Duration = Duration::from_secs(30);
/// How much of its log is told when something fails.
const TOLD_BYTES: i64 = 3000;

/// A running server and its log.
pub struct Easel {
    /// The process.
    pub server: Server,
    /// From its start to its first answer that says it is ready.
    pub ready_after: Duration,
    log: PathBuf,
}

impl Easel {
    /// Starts the server with its data in `folder`, or in the store that the options name. It listens on
    /// `address`; on a free port when there is none.
    ///
    /// # Errors
    ///
    /// When it does not start, with the end of its log.
    pub fn start(options: &Options, folder: &Folder, address: Option<SocketAddr>) -> Result<Self> {
        let log = folder.path().join("easel.log");
        // Lines are appended, so that the file can be emptied while the server writes.
        let file = OpenOptions::new().create(true).append(true).open(&log)?;
        let mut command = Command::new(&options.server);
        let listen = address.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).to_string();
        command.args(["serve", "--sandbox", "--listen", &listen, "--data"]).arg(folder.path().join("data"));
        if let Some(url) = &options.store {
            command.args(["--store", url]);
        }
        if let Some(level) = &options.log_level {
            command.args(["--log-level", level]);
        }
        command.current_dir(folder.path()).stderr(Stdio::from(file));
        let started = Instant::now();
        let failed = |problem| format!("{problem}\n{}", end_of(&log));
        let server = Server::start(&mut command).map_err(failed)?;
        wait_until_ready(&server).map_err(failed)?;
        let ready_after = started.elapsed();
        Ok(Easel { server, ready_after, log })
    }

    /// A client with a token that may do everything.
    ///
    /// # Errors
    ///
    /// When there is no token.
    pub fn client(&self) -> Result<Client> {
        let mut client = Client { address: self.server.address, token: None };
        client.authenticate(CLIENT.0, CLIENT.1)?;
        Ok(client)
    }

    /// Forgets the log so far, so that hours of requests do not fill the disk.
    pub fn empty_log(&self) {
        let _ = File::options().write(true).open(&self.log).and_then(|file| file.set_len(0));
    }

    /// The end of the log.
    pub fn end_of_log(&self) -> String {
        end_of(&self.log)
    }
}

fn wait_until_ready(server: &Server) -> Result<()> {
    let client = Client { address: server.address, token: None };
    let request = Template::new("GET", "/health/ready", None, None);
    let until = Instant::now() + READY_PATIENCE;
    loop {
        let answer = client.send(&request);
        match answer {
            Ok(answer) if answer.status == 200 => return Ok(()),
            _ if Instant::now() < until => std::thread::sleep(Duration::from_millis(1)),
            Ok(answer) => return Err(format!("the server is not ready: {}", answer.status).into()),
            Err(error) => return Err(error),
        }
    }
}

fn end_of(log: &PathBuf) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(log)?;
        let length = i64::try_from(file.metadata()?.len()).unwrap_or(i64::MAX);
        file.seek(SeekFrom::End(-length.min(TOLD_BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    format!("the end of the server's log:\n{}", read().unwrap_or_default())
}
