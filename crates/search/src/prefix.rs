//! Prefixes of ordered values (<http://hl7.org/fhir/R4/search.html#prefix>).

/// How a date, number or quantity is compared. Both sides may be ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// The resource's value lies within the given one.
    Eq,
    /// It does not.
    Ne,
    /// Some of it is later or greater than the given one.
    Gt,
    /// Some of it is earlier or less.
    Lt,
    /// `gt` or `eq`.
    Ge,
    /// `lt` or `eq`.
    Le,
    /// All of it is later or greater.
    Sa,
    /// All of it is earlier or less.
    Eb,
    /// Some of it is within the given one, widened on both sides: for dates by a tenth of its distance from now, for
    /// numbers by a tenth of itself.
    Ap,
}

impl Prefix {
    /// All of them.
    pub const ALL: &'static [Prefix] = &[
        Prefix::Eq,
        Prefix::Ne,
        Prefix::Gt,
        Prefix::Lt,
        Prefix::Ge,
        Prefix::Le,
        Prefix::Sa,
        Prefix::Eb,
        Prefix::Ap,
    ];

    /// The two letters.
    pub const fn code(self) -> &'static str {
        match self {
            Prefix::Eq => "eq",
            Prefix::Ne => "ne",
            Prefix::Gt => "gt",
            Prefix::Lt => "lt",
            Prefix::Ge => "ge",
            Prefix::Le => "le",
            Prefix::Sa => "sa",
            Prefix::Eb => "eb",
            Prefix::Ap => "ap",
        }
    }

    /// The prefix of those two letters.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Prefix::ALL.iter().copied().find(|prefix| prefix.code() == code)
    }

    /// Takes the prefix off a value; without one it is `eq`. Letters that are no prefix stay.
    pub fn split(value: &str) -> (Prefix, &str) {
        let known = Prefix::ALL.iter().find_map(|prefix| Some((*prefix, value.strip_prefix(prefix.code())?)));
        known.unwrap_or((Prefix::Eq, value))
    }

    /// The codes of all prefixes, for messages.
    pub(crate) fn listed() -> String {
        Prefix::ALL.iter().map(|prefix| prefix.code()).collect::<Vec<_>>().join(", ")
    }

    /// Says that a value begins with two letters that are no prefix, if it does.
    pub(crate) fn unknown(code: &str, value: &str) -> Option<String> {
        let letters = value.bytes().take_while(u8::is_ascii_alphabetic).count();
        (letters == 2).then(|| {
            format!(
                "'{}' is not a prefix of search parameter '{code}' (allowed: {})",
                &value[..letters],
                Prefix::listed()
            )
        })
    }
}
