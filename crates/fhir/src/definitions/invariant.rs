//! Invariants: constraints written in FHIRPath (<http://hl7.org/fhir/R4/conformance-rules.html#constraints>).

use super::generated::INVARIANTS;

/// One constraint. R4 states them 8,924 times in its types; these are the distinct ones.
#[derive(Debug, PartialEq, Eq)]
pub struct Invariant {
    /// The key, `dom-3`. Not unique: `inv-1` stands for three different constraints.
    pub key: &'static str,
    /// What a violation is.
    pub severity: InvariantSeverity,
    /// It advises rather than demands (`dom-6`, `con-3`): marked with the extension elementdefinition-bestpractice.
    pub is_best_practice: bool,
    /// FHIRPath, evaluated on each instance of the type or element that names it; it must not yield `false`.
    pub expression: &'static str,
}

/// What the violation of an invariant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvariantSeverity {
    /// The resource does not conform.
    Error,
    /// The resource conforms but deserves a second look.
    Warning,
}

/// An invariant by number: its place in [`invariants`], for tables of compiled expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvariantId(pub(super) u8);

impl InvariantId {
    /// The invariant itself.
    pub fn definition(self) -> &'static Invariant {
        &INVARIANTS[usize::from(self.0)]
    }

    /// All of them, in the order of [`invariants`].
    pub fn all() -> impl ExactSizeIterator<Item = InvariantId> {
        (0..INVARIANTS.len()).map(|place| InvariantId(place as u8))
    }

    /// Its place in [`invariants`], from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// All distinct invariants, ordered by key and expression.
pub fn invariants() -> &'static [Invariant] {
    &INVARIANTS
}
