//! Kinds of settings and their values, read from text.

use std::net::{SocketAddr, ToSocketAddrs};

/// What the value of a setting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// Paths of files, separated by commas; the flag may be given several times, the file may have a list.
    Paths,
    /// `true` or `false`; the flag takes no value.
    Switch,
    /// A whole number in a range.
    Count {
        /// The smallest.
        least: u64,
        /// The largest.
        most: u64,
    },
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A host and port.
    Address,
    /// An http or https URL without a slash at the end.
    Url,
}

impl Kind {
    /// Checks a value.
    ///
    /// # Errors
    ///
    /// What was expected, in words that follow "is not".
    pub fn check(self, text: &str) -> Result<(), String> {
        let (holds, expected) = match self {
            Kind::Text | Kind::Paths => (true, String::new()),
            Kind::Switch => (matches!(text, "true" | "false"), "true or false".to_owned()),
            Kind::Count { least, most } => {
                let holds = text.parse::<u64>().is_ok_and(|number| (least..=most).contains(&number));
                (holds, format!("a whole number from {least} to {most}"))
            }
            Kind::OneOf(words) => (words.contains(&text), format!("one of {}", words.join(", "))),
            Kind::Address => {
                (address(text).is_some(), "an address with a port, such as 127.0.0.1:8080".to_owned())
            }
            Kind::Url => {
                let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
                let holds = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['?', '#', ' ']));
                (holds && !text.ends_with('/'), "an http or https URL without a slash at the end".to_owned())
            }
        };
        if holds { Ok(()) } else { Err(expected) }
    }
}

/// Reads `host:port`; a name is resolved.
pub fn address(text: &str) -> Option<SocketAddr> {
    text.to_socket_addrs().ok()?.next()
}
