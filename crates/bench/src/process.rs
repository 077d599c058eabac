//! Servers that the benchmark starts, and ends.

use crate::{Result, procfs};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take to stop before it is killed.
const STOP_PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at whether it has stopped.
const STOP_LOOK: Duration = Duration::from_millis(10);
/// Between two looks at whether a server is idle.
const IDLE_LOOK: Duration = Duration::from_millis(50);
/// How many looks in a row must find no more processor time taken.
const IDLE_LOOKS: u32 = 3;
/// How long to wait for a server to become idle.
const IDLE_PATIENCE: Duration = Duration::from_secs(5);

/// A server in a process of its own; ended when dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts a command that prints the URL of a loopback address where it listens on standard output.
    ///
    /// # Errors
    ///
    /// When it cannot be started, or ends without having printed a URL.
    pub fn start(command: &mut Command) -> Result<Self> {
        let shown = command.get_program().to_string_lossy().into_owned();
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| format!("cannot start {shown}: {error}"))?;
        let output = child.stdout.take();
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        // From here on the process is ended whatever happens.
        let mut server = Server { child, address: nowhere };
        let printed = output.map(|output| printed_address(BufReader::new(output)));
        let told = || format!("{shown} ended before it listened");
        server.address = printed.transpose()?.flatten().ok_or_else(told)?;
        Ok(server)
    }

    /// Processor time that the process has taken so far, all threads.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn cpu(&self) -> Result<Duration> {
        procfs::cpu(self.child.id())
    }

    /// Its resident memory in bytes.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn resident(&self) -> Result<u64> {
        procfs::resident(self.child.id())
    }

    /// Processor time taken until the server has nothing more to do: what it put off belongs to what caused it.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn cpu_when_idle(&self) -> Result<Duration> {
        let until = Instant::now() + IDLE_PATIENCE;
        let mut before = self.cpu()?;
        let mut quiet = 0;
        while quiet < IDLE_LOOKS && Instant::now() < until {
            std::thread::sleep(IDLE_LOOK);
            let now = self.cpu()?;
            quiet = if now == before { quiet + 1 } else { 0 };
            before = now;
        }
        Ok(before)
    }

    /// Asks the process to end, waits, and kills it if it does not.
    fn stop(&mut self) {
        // The standard library sends no SIGTERM; every shell's kill does.
        let pid = self.child.id().to_string();
        let asked = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &pid]).stderr(Stdio::null()).status();
        let until = Instant::now() + STOP_PATIENCE;
        while asked.is_ok() && Instant::now() < until {
            match self.child.try_wait() {
                Ok(Some(_)) => return,
                Ok(None) => std::thread::sleep(STOP_LOOK),
                Err(_) => break,
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The address of the first URL that is printed. What is printed afterwards is read and forgotten, so that the
/// process never waits for a reader.
fn printed_address(mut output: BufReader<ChildStdout>) -> Result<Option<SocketAddr>> {
    let mut line = String::new();
    while output.read_line(&mut line)? > 0 {
        if let Some(address) = url_address(&line) {
            std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
            return Ok(Some(address));
        }
        line.clear();
    }
    Ok(None)
}

fn url_address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    rest.split(|part: char| part == '/' || part.is_whitespace()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_that_of_the_url() {
        let address = SocketAddr::from(([127, 0, 0, 1], 8080));
        assert_eq!(url_address("  Canvas API  http://127.0.0.1:8080/\n"), Some(address));
        assert_eq!(url_address("http://127.0.0.1:8080\n"), Some(address));
        assert_eq!(url_address("http://example.org/\n"), None);
    }

    #[test]
    fn a_server_is_ended_when_dropped() -> Result<()> {
        let script = "echo http://127.0.0.1:9/; exec sleep 600";
        let server = Server::start(Command::new("sh").args(["-c", script]))?;
        let pid = server.child.id();
        assert!(server.cpu().is_ok() && server.resident().is_ok());
        drop(server);
        assert!(procfs::resident(pid).is_err());
        assert!(Server::start(Command::new("sh").args(["-c", "exit 3"])).is_err());
        Ok(())
    }
}
