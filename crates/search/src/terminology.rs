//! What a search must know of codes and cannot know by itself: `:in`, `:not-in`, `:above`, `:below`, and of which
//! systems case does not count.

use std::fmt::Debug;

/// Whoever knows code systems and value sets.
pub trait Terminology: Debug + Sync {
    /// The members of a value set, `(system, code)`, given its canonical URL (`url|version`) or, for one that is
    /// stored here, `ValueSet/id`.
    ///
    /// # Errors
    ///
    /// Why they are not known, in a sentence that names the value set.
    fn members(&self, value_set: &str) -> Result<Vec<(String, String)>, String>;

    /// The codes that a code subsumes, itself included.
    ///
    /// # Errors
    ///
    /// Why they are not known, in a sentence that names the code or its system.
    fn descendants(&self, system: &str, code: &str) -> Result<Vec<String>, String>;

    /// The codes that subsume a code, itself included.
    ///
    /// # Errors
    ///
    /// As [`descendants`](Self::descendants).
    fn ancestors(&self, system: &str, code: &str) -> Result<Vec<String>, String>;

    /// Whether the code system says that codes which differ in case are the same (`caseSensitive` is false).
    fn ignores_case(&self, system: &str) -> bool;
}
