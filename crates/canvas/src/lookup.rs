//! Questions that rules ask of the store inside a write.

use crate::search::escaped;
use crate::write::Write;
use interactions::Refusal;
use interactions::search::token_criterion;

/// Whether a resource of the type that is written has the text `value` under the token parameter `code`.
///
/// # Errors
///
/// The store's failures.
pub fn any(write: &mut Write<'_, '_>, code: &str, value: &str) -> Result<bool, Refusal> {
    ask(write, code, &escaped(value))
}

/// Whether a resource of the type that is written has the identifier.
///
/// # Errors
///
/// The store's failures.
pub fn identified(write: &mut Write<'_, '_>, system: &str, value: &str) -> Result<bool, Refusal> {
    ask(write, "identifier", &format!("{}|{}", escaped(system), escaped(value)))
}

fn ask(write: &mut Write<'_, '_>, code: &str, value: &str) -> Result<bool, Refusal> {
    let resource_type = write.sent.contract.resource_type;
    let criterion = token_criterion(&write.engine.registry(), resource_type, code, value);
    // The parameter and the form of the value are ours: a problem with them is a mistake of the program.
    let criterion = criterion.map_err(|issue| Refusal::failed(issue.text))?;
    write.unit.any(resource_type, criterion)
}
