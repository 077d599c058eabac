//! Regular expressions of `matches()` and `replaceMatches()`.
//!
//! FHIRPath asks for the dialect of PCRE. This one (<https://docs.rs/regex>) lacks look-around and back-references,
//! which take unbounded time; without them matching is linear in the text, whatever the pattern.

use crate::limits;
use regex::{Regex, RegexBuilder};

/// A compiled regular expression. `.` matches line breaks too: FHIRPath's "single line mode".
#[derive(Debug)]
pub(crate) struct Pattern(Regex);

impl Pattern {
    /// Compiles a regular expression; the error says in one line what is wrong.
    pub(crate) fn compile(text: &str) -> Result<Self, String> {
        let built = RegexBuilder::new(text)
            .dot_matches_new_line(true)
            .size_limit(limits::PATTERN)
            .dfa_size_limit(limits::PATTERN)
            .nest_limit(limits::NESTING as u32)
            .build();
        built.map(Pattern).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => String::from("it is too large"),
            error => error.to_string().lines().last().unwrap_or_default().trim().replace("error: ", ""),
        })
    }

    pub(crate) fn text(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn regex(&self) -> &Regex {
        &self.0
    }
}
