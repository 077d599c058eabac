//! Packages of definitions: read at start, by the server and by `easel check`.

use crate::start::StartError;
use interactions::Definitions;
use interactions::definitions::DEFINITION_TYPES;
use std::path::PathBuf;
use validation::package;

/// The definitions of packages, later ones over earlier ones.
///
/// # Errors
///
/// A file that cannot be read or is no package. A definition in it that cannot be used is told in the log and kept
/// among [`Definitions::unusable`]: packages carry some that R4 does not need.
pub fn read(paths: &[PathBuf]) -> Result<Definitions, StartError> {
    let mut definitions = Definitions::default();
    let types = DEFINITION_TYPES.map(fhir::ResourceType::name);
    for path in paths {
        let shown = path.display();
        let problem = |error: &dyn std::fmt::Display| StartError(format!("cannot read {shown}: {error}"));
        let bytes = std::fs::read(path).map_err(|error| problem(&error))?;
        let found = package::read(&bytes, package::DEFINITIONS, &types).map_err(|error| problem(&error))?;
        let before = definitions.unusable.len();
        definitions = definitions.with(&found.resources);
        let unusable = &definitions.unusable[before..];
        for one in unusable {
            let why = one.issues.first().map(|issue| issue.text.as_str()).unwrap_or_default();
            tracing::warn!(package = found.name, url = one.url, why, "a StructureDefinition cannot be used");
        }
        let (name, version, resources) = (&found.name, &found.version, found.resources.len());
        tracing::info!(name, version, resources, "package loaded");
    }
    Ok(definitions)
}
