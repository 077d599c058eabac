//! Why a question about terminology has no answer.

use crate::canonical::Canonical;
use crate::code_system::{CodeSystem, Content};
use crate::value_set::Filter;
use fhir::IssueCode;
use fhir::outcome::{cut, did_you_mean, quoted};
use std::fmt;

/// Why there is no answer. Its `Display` is what a client may be told: what is missing or wrong, and the next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No CodeSystem, ValueSet or ConceptMap of that URL, or of that version, is built in or loaded.
    Unknown {
        /// The resource type.
        resource_type: &'static str,
        /// The URL and version that were asked for.
        canonical: String,
        /// The versions that there are; none if the URL is unknown.
        versions: Vec<String>,
    },
    /// A code system is known by name, but its codes are not loaded, or not all.
    NotLoaded {
        /// Its URL.
        system: String,
        /// How much of it there is.
        content: Content,
    },
    /// The codes of a code system are made by a grammar, so that there is no end to them.
    Endless {
        /// The code system.
        system: String,
    },
    /// A code that its code system does not have.
    UnknownCode {
        /// The code system.
        system: String,
        /// The code.
        code: String,
        /// A code that may have been meant.
        near: Option<String>,
    },
    /// The concepts of the code system are ordered by something else than generality.
    NoSubsumption {
        /// The code system.
        system: String,
        /// Its `hierarchyMeaning`.
        meaning: String,
    },
    /// A filter of a value set that cannot be applied.
    Filter {
        /// The code system.
        system: String,
        /// The filter.
        filter: Filter,
        /// What is wrong with it.
        why: String,
    },
    /// Value sets include one another in a circle, or too deep.
    Nesting {
        /// The value sets, from the one that was asked for.
        path: Vec<String>,
        /// Whether the last is among those before it.
        is_cycle: bool,
    },
    /// The expansion has more codes than an answer may have, or takes too much to compute.
    TooCostly {
        /// The value set.
        value_set: String,
        /// The number of codes that is allowed.
        limit: usize,
        /// Whether reading it in pages helps.
        has_pages: bool,
    },
    /// Whether a code belongs to a value set cannot be told, for its expansion is open.
    Open {
        /// The value set.
        value_set: String,
        /// The code system of the code.
        system: String,
    },
    /// What the operation is asked for is not offered.
    NotSupported(String),
    /// What the operation is given is not enough or contradicts itself.
    Invalid(String),
}

impl Problem {
    pub(crate) fn unknown(resource_type: &'static str, asked: Canonical<'_>, versions: Vec<String>) -> Self {
        Problem::Unknown { resource_type, canonical: asked.to_string(), versions }
    }

    pub(crate) fn not_loaded(code_system: &CodeSystem) -> Self {
        Problem::NotLoaded { system: code_system.url.to_string(), content: code_system.content }
    }

    pub(crate) fn unknown_code(code_system: &CodeSystem, code: &str) -> Self {
        let codes = code_system.concepts().iter().map(|concept| &*concept.code);
        Problem::UnknownCode {
            system: code_system.url.to_string(),
            code: code.to_owned(),
            near: did_you_mean(code, codes).map(str::to_owned),
        }
    }

    /// Whether it is knowledge that is missing, so that a published expansion may help.
    pub(crate) fn is_gap(&self) -> bool {
        matches!(
            self,
            Problem::Unknown { .. }
                | Problem::NotLoaded { .. }
                | Problem::Endless { .. }
                | Problem::Filter { .. }
        )
    }

    /// The kind of issue that it is told as.
    pub fn issue_code(&self) -> IssueCode {
        match self {
            Problem::Unknown { .. } => IssueCode::NotFound,
            Problem::UnknownCode { .. } => IssueCode::CodeInvalid,
            Problem::TooCostly { .. } => IssueCode::TooCostly,
            Problem::NotLoaded { .. }
            | Problem::Endless { .. }
            | Problem::NoSubsumption { .. }
            | Problem::Open { .. }
            | Problem::NotSupported(_) => IssueCode::NotSupported,
            Problem::Filter { .. } | Problem::Nesting { .. } | Problem::Invalid(_) => IssueCode::Invalid,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Unknown { resource_type, canonical, versions } => {
                write!(f, "{resource_type} {} is not known", quoted(canonical))?;
                match versions.as_slice() {
                    [] => write!(f, "; store one to use it"),
                    versions => write!(f, "; the known versions are {}", cut(&versions.join(", "))),
                }
            }
            Problem::NotLoaded { system, content } => {
                let part = part_loaded(*content);
                write!(f, "code system {}: {part} (content is {})", quoted(system), content.code())
            }
            Problem::Endless { system } => write!(
                f,
                "the codes of {} cannot be enumerated, for a grammar makes them; each can be validated",
                quoted(system)
            ),
            Problem::UnknownCode { system, code, near } => {
                write!(f, "{} is not a code of {}", quoted(code), quoted(system))?;
                near.as_ref().map_or(Ok(()), |near| write!(f, "; did you mean {}?", quoted(near)))
            }
            Problem::NoSubsumption { system, meaning } => write!(
                f,
                "code system {}: its hierarchy means {}, which does not make one code more general than another",
                quoted(system),
                quoted(meaning)
            ),
            Problem::Filter { system, filter, why } => write!(
                f,
                "the filter '{} {} {}' on {} cannot be applied: {why}",
                cut(&filter.property),
                cut(&filter.op),
                cut(&filter.value),
                quoted(system)
            ),
            Problem::Nesting { path, is_cycle } => {
                let path: Vec<String> = path.iter().map(|url| quoted(url)).collect();
                let what = if *is_cycle { "in a circle" } else { "too deep" };
                write!(f, "the value sets include one another {what}: {}", path.join(" includes "))
            }
            Problem::TooCostly { value_set, limit, has_pages } => {
                write!(f, "the expansion of {} exceeds {limit} codes", quoted(value_set))?;
                let next = "; read it in pages with count and offset, or narrow it with filter";
                f.write_str(if *has_pages { next } else { "" })
            }
            Problem::Open { value_set, system } => write!(
                f,
                "whether the code belongs to {} cannot be told: not all codes of {} are loaded",
                quoted(value_set),
                quoted(system)
            ),
            Problem::NotSupported(text) | Problem::Invalid(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Problem {}

fn part_loaded(content: Content) -> &'static str {
    match content {
        Content::NotPresent => "its codes are not loaded",
        Content::Supplement => "it is a supplement, which has no codes of its own",
        _ => "only a part of its codes is loaded",
    }
}
