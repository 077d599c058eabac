//! Packages of definitions (<https://hl7.org/fhir/R4/packages.html>): a gzipped tar of JSON files, from bytes to
//! resources. Nothing is unpacked to anywhere, and what a package may cost is bounded.

mod tar;

use fhir::{Json, ResourceType};
use flate2::read::GzDecoder;
use std::fmt;
use std::io::Read;
use tar::{Archive, Entry};

/// Limits on what a package may hold. The definitions of R4 itself come to a fifth of each.
pub mod limits {
    /// Bytes of a package, unpacked.
    pub const UNPACKED: u64 = 512 * 1024 * 1024;
    /// Bytes of one file in it.
    pub const FILE: u64 = 32 * 1024 * 1024;
    /// Files in it.
    pub const FILES: usize = 50_000;
    /// How deep its JSON may nest.
    pub const NESTING: usize = 100;
}

/// The folder in which packages keep their definitions.
pub const DEFINITIONS: &str = "package";

/// The folder in which many packages keep examples.
pub const EXAMPLES: &str = "package/example";

/// The resources of a package.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Package {
    /// Its name, `hl7.fhir.us.core`; empty if it does not say.
    pub name: String,
    /// Its version, `6.1.0`; empty if it does not say.
    pub version: String,
    /// The resources, in the order of the archive.
    pub resources: Vec<Json>,
}

/// Why a package cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageError(String);

impl PackageError {
    fn new(text: impl Into<String>) -> Self {
        PackageError(text.into())
    }
}

impl fmt::Display for PackageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PackageError {}

/// Reads the resources of these types (all, if none is named) from a folder of a package: [`DEFINITIONS`] or
/// [`EXAMPLES`], whose subfolders do not count. Files that say their type in their name, as packages do
/// (`ValueSet-x.json`), are not even parsed when it is another.
///
/// # Errors
///
/// It is no gzipped tar, holds links or paths that lead out of it, JSON that does not parse, or more than [`limits`]
/// allow.
pub fn read(bytes: &[u8], folder: &str, types: &[&str]) -> Result<Package, PackageError> {
    let unpacked = GzDecoder::new(bytes).take(limits::UNPACKED + 1);
    let mut archive = Archive::new(unpacked);
    let mut package = Package::default();
    while let Some(entry) = archive.next()? {
        let name = entry.name.as_str();
        if name == "package/package.json" {
            let manifest = json(&entry)?;
            manifest.str("name").unwrap_or_default().clone_into(&mut package.name);
            manifest.str("version").unwrap_or_default().clone_into(&mut package.version);
        } else if let Some(file) = file_in(name, folder)
            && may_be(file, types)
        {
            let resource = json(&entry)?;
            let named = resource.str("resourceType");
            if named.is_some_and(|named| types.is_empty() || types.contains(&named)) {
                package.resources.push(resource);
            }
        }
    }
    match archive.is_empty() {
        true => Err(PackageError::new("the package is empty")),
        false => Ok(package),
    }
}

/// The name of a JSON file directly in the folder. The index of a package is no resource.
fn file_in<'n>(name: &'n str, folder: &str) -> Option<&'n str> {
    let file = name.strip_prefix(folder)?.strip_prefix('/')?;
    (!file.contains('/') && file.ends_with(".json") && !file.starts_with('.')).then_some(file)
}

/// Whether a file may hold a resource of one of the types.
fn may_be(file: &str, types: &[&str]) -> bool {
    let named =
        file.split_once('-').map(|(name, _)| name).filter(|name| ResourceType::from_name(name).is_some());
    types.is_empty() || named.is_none_or(|name| types.contains(&name))
}

fn json(entry: &Entry) -> Result<Json, PackageError> {
    fhir::json::parse(&entry.content, limits::NESTING).map_err(|errors| {
        let problem = errors.first().map(ToString::to_string).unwrap_or_default();
        PackageError::new(format!("{} is not JSON: {problem}", fhir::outcome::cut(&entry.name)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_those_directly_in_the_folder() {
        assert_eq!(file_in("package/ValueSet-x.json", DEFINITIONS), Some("ValueSet-x.json"));
        for other in ["package/example/x.json", "package/.index.json", "package/x.xml", "other/x.json"] {
            assert_eq!(file_in(other, DEFINITIONS), None, "{other}");
        }
        assert_eq!(file_in("package/example/x.json", EXAMPLES), Some("x.json"));
    }

    #[test]
    fn a_file_that_names_another_type_is_passed_over() {
        assert!(may_be("ValueSet-x.json", &["ValueSet"]) && may_be("x-y.json", &["ValueSet"]));
        assert!(!may_be("SearchParameter-x.json", &["ValueSet"]) && may_be("SearchParameter-x.json", &[]));
    }
}
