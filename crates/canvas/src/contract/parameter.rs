//! How a type is searched.

use crate::search::{Asked, Reading};
use fhir::definitions::SearchParameterType;
use interactions::Refusal;
use interactions::search::Criterion;

/// How a type is searched.
pub struct SearchFacts {
    /// The parameters.
    pub parameters: &'static [ParameterFact],
    /// The keys of `_sort`.
    pub sort: &'static [SortFact],
    /// The order without `_sort`: what it is by, and whether the largest comes first. Empty for the time of the last
    /// change, the oldest first.
    pub order: &'static [(SortBy, bool)],
    /// Whether the answer comes in pages (`_count`, `_offset`, links) or whole.
    pub pages: bool,
}

impl SearchFacts {
    /// A search that is not offered.
    pub const NONE: SearchFacts = SearchFacts { parameters: &[], sort: &[], order: &[], pages: false };

    /// A search by these parameters, answered in pages.
    pub const fn by(parameters: &'static [ParameterFact]) -> Self {
        SearchFacts { parameters, pages: true, ..SearchFacts::NONE }
    }

    /// The parameter that a client calls `name`, in the live spelling or another of the vendor's.
    pub fn parameter(&self, name: &str) -> Option<&'static ParameterFact> {
        self.parameters.iter().find(|parameter| parameter.name == name || parameter.aliases.contains(&name))
    }
}

/// One search parameter. Built by [`parameter`].
#[derive(Clone, Copy)]
pub struct ParameterFact {
    /// Its name as the live capability statement spells it.
    pub name: &'static str,
    /// Other spellings on the vendor's pages; understood, not advertised.
    pub aliases: &'static [&'static str],
    /// Its kind, as the live capability statement has it.
    pub kind: SearchParameterType,
    /// Its definition in the live capability statement; `None` when the statement does not list it.
    pub definition: Option<&'static str>,
    /// What it finds.
    pub finds: Finds,
    /// The values it takes; empty when they are not limited.
    pub values: &'static [&'static str],
    /// The prefixes it takes, for dates.
    pub prefixes: &'static [&'static str],
    /// What is searched for when it is not sent.
    pub default: Option<&'static str>,
    /// Whether a search without it is refused; a rule says with which text.
    pub is_required: bool,
    /// What else there is to say.
    pub note: &'static str,
}

/// What a parameter finds. Codes name parameters of the registry: R4's, or those of
/// [`Contract::indexed`](super::Contract::indexed).
#[derive(Clone, Copy)]
pub enum Finds {
    /// Resources by their logical id.
    Id,
    /// What the token parameter of this code finds.
    Token(&'static str),
    /// What the boolean token parameter of this code finds; resources that do not say it count as `true`.
    TrueUnlessSaid(&'static str),
    /// What the reference parameter of this code finds.
    Reference(&'static str),
    /// What the date parameter of this code finds.
    Date(&'static str),
    /// What begins with the value under one of these string parameters.
    Beginning(&'static [&'static str]),
    /// What has the value somewhere under one of these string parameters.
    Part(&'static [&'static str]),
    /// What this function makes of one value.
    By(Criteria),
    /// The type finds by itself: see [`CanvasType::find`](crate::CanvasType::find).
    Itself,
}

/// Makes criteria of one value of a parameter; all of them must hold.
pub type Criteria = fn(&Asked<'_>, value: &str, &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal>;

/// The comparators that the vendor names for dates (general.json, `date_filtering`).
pub const DATE_PREFIXES: &[&str] = &["eq", "ne", "gt", "ge", "lt", "le"];

/// A parameter of any value, without a default.
pub const fn parameter(name: &'static str, kind: SearchParameterType, finds: Finds) -> ParameterFact {
    ParameterFact {
        name,
        aliases: &[],
        kind,
        definition: None,
        finds,
        values: &[],
        prefixes: if matches!(kind, SearchParameterType::Date) { DATE_PREFIXES } else { &[] },
        default: None,
        is_required: false,
        note: "",
    }
}

impl ParameterFact {
    /// Listed in the live capability statement with this definition.
    #[must_use]
    pub const fn defined_by(self, definition: &'static str) -> Self {
        ParameterFact { definition: Some(definition), ..self }
    }

    /// The vendor's pages also spell it so.
    #[must_use]
    pub const fn also(self, aliases: &'static [&'static str]) -> Self {
        ParameterFact { aliases, ..self }
    }

    /// It takes these values.
    #[must_use]
    pub const fn one_of(self, values: &'static [&'static str]) -> Self {
        ParameterFact { values, ..self }
    }

    /// It takes these prefixes.
    #[must_use]
    pub const fn prefixes(self, prefixes: &'static [&'static str]) -> Self {
        ParameterFact { prefixes, ..self }
    }

    /// What is searched for when it is not sent.
    #[must_use]
    pub const fn default(self, value: &'static str) -> Self {
        ParameterFact { default: Some(value), ..self }
    }

    /// A search without it is refused.
    #[must_use]
    pub const fn required(self) -> Self {
        ParameterFact { is_required: true, ..self }
    }

    /// What else there is to say.
    #[must_use]
    pub const fn note(self, note: &'static str) -> Self {
        ParameterFact { note, ..self }
    }
}

/// `_id`, which most types have.
pub const ID_PARAMETER: ParameterFact = parameter("_id", SearchParameterType::Token, Finds::Id)
    .defined_by("http://hl7.org/fhir/SearchParameter/Resource-id");

/// One key of `_sort`.
#[derive(Clone, Copy, Debug)]
pub struct SortFact {
    /// Its name; `-` before it reverses the order.
    pub name: &'static str,
    /// What it sorts by.
    pub by: SortBy,
}

/// What a key of `_sort` sorts by. Codes name parameters of the registry.
#[derive(Clone, Copy, Debug)]
pub enum SortBy {
    /// The logical id.
    Id,
    /// The text under a string parameter.
    Text(&'static str),
    /// The start under a date parameter.
    Date(&'static str),
}
