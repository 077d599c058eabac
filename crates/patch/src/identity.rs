//! What no patch may change: which resource it is.

use fhir::Json;
use fhir::outcome::quoted;

/// The type and the id of a resource.
pub(crate) struct Identity<'r> {
    values: [(&'static str, Option<&'r Json>); 2],
}

impl<'r> Identity<'r> {
    pub(crate) fn of(resource: &'r Json) -> Self {
        Identity { values: ["resourceType", "id"].map(|name| (name, resource.get(name))) }
    }

    /// Whether `patched` is still the same resource.
    ///
    /// # Errors
    ///
    /// What was changed.
    pub(crate) fn check(&self, patched: &Json) -> Result<(), String> {
        for (name, before) in self.values {
            let after = patched.get(name);
            if before != after {
                let after = after.map_or(String::from("nothing"), told);
                let before = before.map_or(String::from("nothing"), told);
                return Err(format!("a patch must not change {name}, from {before} to {after}"));
            }
        }
        Ok(())
    }
}

fn told(value: &Json) -> String {
    value.as_str().map_or_else(|| value.kind().to_owned(), quoted)
}
