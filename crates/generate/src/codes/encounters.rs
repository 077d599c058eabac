//! Why people come.

use super::{Code, code};

/// A kind of encounter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    CheckUp,
    FollowUp,
    Illness,
    Emergency,
}

impl Kind {
    /// SNOMED CT.
    pub(crate) fn code(self) -> Code {
        match self {
            Kind::CheckUp => code("162673000", "General examination of patient"),
            Kind::FollowUp => code("390906007", "Follow-up encounter"),
            Kind::Illness => code("185345009", "Encounter for symptom"),
            Kind::Emergency => code("50849002", "Emergency room admission"),
        }
    }

    /// v3-ActCode.
    pub(crate) fn class(self) -> Code {
        match self {
            Kind::Emergency => code("EMER", "emergency"),
            _ => code("AMB", "ambulatory"),
        }
    }

    /// What is asked for it, in cents.
    pub(crate) fn price(self) -> i64 {
        match self {
            Kind::CheckUp => 14_250,
            Kind::FollowUp => 9_900,
            Kind::Illness => 12_915,
            Kind::Emergency => 78_600,
        }
    }
}
