//! The table of settings: one row each, from which flags, environment variables, the file's keys, the help
//! and `docs/settings.md` are made.

use super::value::Kind;

/// A setting.
#[derive(Debug)]
pub struct Setting {
    /// Its key in `easel.toml`; dots are tables. The flag is the same with dashes (`--limits-body-bytes`), the
    /// environment variable in capitals (`EASEL_LIMITS_BODY_BYTES`).
    pub key: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// The value when nothing else is said; empty for none.
    pub default: &'static str,
    /// What it does, with units and range.
    pub help: &'static str,
}

const fn setting(key: &'static str, kind: Kind, default: &'static str, help: &'static str) -> Setting {
    Setting { key, kind, default, help }
}

/// All settings.
pub static SETTINGS: &[Setting] = &[
    setting(
        "listen",
        Kind::Address,
        "127.0.0.1:8080",
        "Address and port to listen on; port 0 takes a free one",
    ),
    setting("data", Kind::Text, "./easel-data", "Folder of the embedded SQLite store"),
    setting("store", Kind::Text, "", "postgres://… to keep the data in PostgreSQL instead"),
    setting(
        "durability",
        Kind::OneOf(&["full", "relaxed"]),
        "full",
        "full: an acknowledged write survives a power cut; relaxed: it survives a crash of the server only",
    ),
    setting("base_url", Kind::Url, "", "Public base of the links in answers; the listen address unless set"),
    setting("clinic", Kind::Text, "", "The clinic's settings (clinic.toml); built-in ones unless set"),
    setting(
        "package",
        Kind::Paths,
        "",
        "Packages of definitions (.tgz), such as US Core: profiles, extensions, code systems and value sets to validate by",
    ),
    setting(
        "sandbox",
        Kind::Switch,
        "false",
        "For laptops and CI: a demo clinic, the client sandbox / sandbox-secret, reset and faults on request",
    ),
    setting(
        "allow_remote_sandbox",
        Kind::Switch,
        "false",
        "Let a sandbox, whose secret everybody knows, listen on an address that is not loopback",
    ),
    setting(
        "readers",
        Kind::Count { least: 1, most: 64 },
        "4",
        "Connections to the store for reading, 1 to 64",
    ),
    setting(
        "cache_bytes",
        Kind::Count { least: 0, most: 1 << 36 },
        "134217728",
        "Memory for resources that were read lately, in bytes, 0 to 64 GiB; for a store in SQLite, which keeps about 500 bytes of each, or 1,500 while there is room; half as much again for answers of the Canvas door",
    ),
    setting(
        "log.format",
        Kind::OneOf(&["pretty", "json"]),
        "pretty",
        "How log lines are written to standard error",
    ),
    setting(
        "log.level",
        Kind::OneOf(&["error", "warn", "info", "debug"]),
        "info",
        "The least level that is logged",
    ),
    setting(
        "limits.body_bytes",
        Kind::Count { least: 1024, most: 1 << 30 },
        "16777216",
        "Largest body of a request in bytes, 1 KiB to 1 GiB; more is 413",
    ),
    setting(
        "limits.json_depth",
        Kind::Count { least: 8, most: 512 },
        "100",
        "How deep arrays and objects may nest in a body, 8 to 512; deeper is 400",
    ),
    setting(
        "limits.uri_bytes",
        Kind::Count { least: 256, most: 65_536 },
        "8192",
        "Longest path and query in bytes, 256 to 64 KiB; more is 414 (a search that is longer can be sent to _search, up to 256 KiB)",
    ),
    setting(
        "limits.header_bytes",
        Kind::Count { least: 1024, most: 65_536 },
        "16384",
        "All headers of a request in bytes, 1 KiB to 64 KiB; more, or more than 100 of them, is 431",
    ),
    setting(
        "limits.receive_seconds",
        Kind::Count { least: 1, most: 600 },
        "15",
        "How long a request may take to arrive, 1 to 600 seconds; a body that takes longer is 408, headers that do end the connection",
    ),
    setting(
        "limits.request_seconds",
        Kind::Count { least: 1, most: 3600 },
        "30",
        "How long the server may take to answer, 1 to 3600 seconds; longer is 504",
    ),
    setting(
        "limits.concurrent_requests",
        Kind::Count { least: 1, most: 100_000 },
        "1024",
        "Requests under way at once, 1 to 100000; more are 503",
    ),
    setting(
        "limits.connections",
        Kind::Count { least: 1, most: 1_000_000 },
        "10000",
        "Open connections, 1 to 1000000; further ones wait to be accepted",
    ),
    setting(
        "limits.shutdown_seconds",
        Kind::Count { least: 0, most: 3600 },
        "30",
        "How long requests under way may take after SIGTERM or Ctrl-C, 0 to 3600 seconds",
    ),
];

impl Setting {
    /// The flag without its two dashes.
    pub fn flag(&self) -> String {
        self.key.replace(['.', '_'], "-")
    }

    /// The environment variable.
    pub fn variable(&self) -> String {
        format!("EASEL_{}", self.key.replace('.', "_").to_ascii_uppercase())
    }
}

/// `docs/settings.md`.
pub fn to_markdown() -> String {
    let mut page = String::from(
        "<!-- Generated by `cargo xtask docs` from crates/server/src/config/table.rs. Do not edit. -->\n\n\
         # Settings\n\n\
         Each can be given as a flag of `easel serve`, as an environment variable or in `easel.toml`\n\
         (`--config FILE`); a flag wins over the environment, the environment over the file. An unknown\n\
         setting or a malformed value stops the start and says which.\n\n\
         | in easel.toml | flag | environment | default | meaning |\n|---|---|---|---|---|\n",
    );
    for setting in SETTINGS {
        let default =
            if setting.default.is_empty() { "–".to_owned() } else { format!("`{}`", setting.default) };
        let (key, flag, variable) = (setting.key, setting.flag(), setting.variable());
        page.push_str(&format!("| `{key}` | `--{flag}` | `{variable}` | {default} | {} |\n", setting.help));
    }
    page
}
