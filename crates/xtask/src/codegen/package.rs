//! The specification's npm package: found or downloaded, verified, unpacked in memory.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Result, workspace_root};

/// Name and version. The package holds all of the R4 core definitions, whatever its name says.
pub const NAME: &str = "hl7.fhir.r4.examples@4.0.1";
const FILE: &str = "hl7.fhir.r4.examples-4.0.1.tgz";
const SHA256: &str = "dce87f1b5b9341867033f7d1f544fa1b5232503f6d62813887ac6b8a8b6cb682";

/// The files of the package that the tables come from, by canonical URL where there is one.
#[derive(Default)]
pub struct Package {
    pub structure_definitions: BTreeMap<String, Value>,
    pub value_sets: BTreeMap<String, Value>,
    pub code_systems: BTreeMap<String, Value>,
    pub concept_maps: BTreeMap<String, Value>,
    /// The value sets of `Bundle-valueset-expansions.json`.
    pub expansions: BTreeMap<String, Value>,
    /// The search parameters of `Bundle-searchParams.json`: the registry. The package also has files of
    /// parameters outside of it, for extensions and as examples.
    pub search_parameters: BTreeMap<String, Value>,
    pub compartments: BTreeMap<String, Value>,
}

/// Reads the package: from the file given, else from the cache, else through npm.
pub fn load(file: Option<&Path>) -> Result<Package> {
    let file = match file {
        Some(file) => file.to_owned(),
        None => cached()?,
    };
    let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if digest != SHA256 {
        return Err(format!("{} is not {NAME}: its SHA-256 is {digest}, not {SHA256}", file.display()).into());
    }
    unpack(&bytes)
}

/// The package in the cache folder, put there by npm when it is missing.
fn cached() -> Result<PathBuf> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace_root().join("target"), PathBuf::from);
    let folder = target.join("xtask-cache");
    let file = folder.join(FILE);
    if !file.exists() {
        fs::create_dir_all(&folder)?;
        eprintln!("downloading {NAME}");
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let status = Command::new(npm)
            .args(["pack", NAME, "--silent", "--pack-destination"])
            .arg(&folder)
            .status()
            .map_err(|error| format!("npm, which downloads {NAME}, cannot be run: {error}"))?;
        if !status.success() {
            return Err(
                format!("npm could not download {NAME} ({status}); --package FILE uses a copy").into()
            );
        }
    }
    Ok(file)
}

fn unpack(bytes: &[u8]) -> Result<Package> {
    let mut package = Package::default();
    for entry in tar::Archive::new(GzDecoder::new(bytes)).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else { continue };
        let wanted =
            ["StructureDefinition-", "ValueSet-", "CodeSystem-", "ConceptMap-", "CompartmentDefinition-"];
        let bundles = ["Bundle-valueset-expansions.json", "Bundle-searchParams.json"];
        if !wanted.iter().any(|prefix| name.starts_with(prefix)) && !bundles.contains(&name.as_str()) {
            continue;
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        let resource = serde_json::from_slice(&content).map_err(|error| format!("{name}: {error}"))?;
        package.add(&name, resource).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(package)
}

impl Package {
    fn add(&mut self, file: &str, resource: Value) -> Result<()> {
        let map = match text(&resource, "resourceType")? {
            "StructureDefinition" => &mut self.structure_definitions,
            "ValueSet" => &mut self.value_sets,
            "CodeSystem" => &mut self.code_systems,
            "ConceptMap" => &mut self.concept_maps,
            "CompartmentDefinition" => &mut self.compartments,
            "Bundle" => {
                let map = match file {
                    "Bundle-searchParams.json" => &mut self.search_parameters,
                    _ => &mut self.expansions,
                };
                for entry in array(&resource, "entry") {
                    let resource = &entry["resource"];
                    map.insert(text(resource, "url")?.to_owned(), resource.clone());
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        map.insert(text(&resource, "url")?.to_owned(), resource);
        Ok(())
    }
}

/// A text that must be there.
pub fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().ok_or_else(|| format!("no {key} in {}", shortened(value)).into())
}

/// The items of an array that may be absent.
pub fn array<'a>(value: &'a Value, key: &str) -> std::slice::Iter<'a, Value> {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

/// The texts of an array that may be absent.
pub fn texts<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    array(value, key).filter_map(Value::as_str)
}

/// The value of the extension whose URL ends with `name`.
pub fn extension<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let extension =
        array(value, "extension").find(|item| item["url"].as_str().is_some_and(|url| url.ends_with(name)))?;
    extension.as_object()?.iter().find(|(key, _)| key.starts_with("value")).map(|(_, value)| value)
}

fn shortened(value: &Value) -> String {
    value.to_string().chars().take(200).collect()
}
