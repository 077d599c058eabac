//! The compartments.

use std::collections::BTreeMap;

use super::package::{Package, array, text, texts};
use super::search_parameters::SearchParameter;
use crate::Result;

pub struct Compartment {
    pub code: String,
    /// Resource type and search parameter codes.
    pub members: BTreeMap<String, Vec<String>>,
}

/// Stands among the parameters of a compartment's own type for "the resource itself".
const SELF: &str = "{def}";

/// All compartments by name, without the package's example of a CompartmentDefinition.
pub fn read(package: &Package, parameters: &[SearchParameter]) -> Result<Vec<Compartment>> {
    let mut compartments = Vec::new();
    for definition in package.compartments.values().filter(|item| item["id"] != "example") {
        let code = text(definition, "code")?;
        let mut members = BTreeMap::from([(code.to_owned(), Vec::new())]);
        for resource in array(definition, "resource") {
            let name = text(resource, "code")?;
            for parameter in texts(resource, "param").filter(|parameter| *parameter != SELF) {
                let is_known = parameters.iter().any(|known| {
                    known.code == parameter
                        && known.base.iter().any(|base| base == name)
                        && known.targets.iter().any(|target| target == code)
                });
                if !is_known {
                    return Err(format!("{name} has no reference {parameter} to {code}").into());
                }
                members.entry(name.to_owned()).or_default().push(parameter.to_owned());
            }
        }
        compartments.push(Compartment { code: code.to_owned(), members });
    }
    compartments.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(compartments)
}
