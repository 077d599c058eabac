//! What is fuzzed.

/// Something that reads what clients send.
pub trait Target {
    /// Inputs to begin with: mostly ones that are accepted.
    fn seeds(&self) -> &[Vec<u8>];

    /// What its inputs are made of, for mutations to put in.
    fn pieces(&self) -> &[&'static str];

    /// Gives it an input. A panic is a finding too.
    ///
    /// # Errors
    ///
    /// What is wrong with how it took the input.
    fn take(&mut self, input: &[u8]) -> Result<Verdict, String>;
}

/// What became of an input. Both are right; a target that refuses everything tests nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was read (a body that is not valid, too) and, where there is something to carry out, carried out.
    Accepted,
    /// It was refused.
    Refused,
}
