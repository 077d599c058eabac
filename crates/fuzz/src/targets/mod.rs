//! The targets by name.

mod bundle;
mod fhirpath;
mod json;
mod patch;
mod resources;
mod search;
mod server;
mod xml;

use crate::target::Target;

/// The names of all targets.
pub const NAMES: [&str; 6] = ["json", "xml", "search", "fhirpath", "patch", "bundle"];

/// How deep arrays and objects may nest in inputs, as by default in the server.
const DEPTH: usize = 100;

/// The target of that name.
///
/// # Errors
///
/// When there is none, or it cannot be set up.
pub fn by_name(name: &str) -> Result<Box<dyn Target>, String> {
    Ok(match name {
        "json" => Box::new(json::JsonBodies::new()),
        "xml" => Box::new(xml::XmlBodies::new()),
        "search" => Box::new(search::Searches::new()?),
        "fhirpath" => Box::new(fhirpath::Expressions::new()),
        "patch" => Box::new(patch::Patches::new()),
        "bundle" => Box::new(bundle::Bundles::new()?),
        _ => return Err(format!("there is no target '{name}'; there are {}", NAMES.join(", "))),
    })
}
