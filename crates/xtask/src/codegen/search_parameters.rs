//! The search parameters of the registry.

use std::collections::BTreeMap;

use serde_json::Value;

use super::package::{Package, array, text, texts};
use super::types::Model;
use crate::Result;

pub struct SearchParameter {
    pub code: String,
    pub url: String,
    pub kind: String,
    /// Concrete types by name.
    pub base: Vec<String>,
    pub is_common: bool,
    pub expression: String,
    pub targets: Vec<String>,
    pub components: Vec<Component>,
    pub multiple_or: bool,
    pub comparators: Vec<String>,
}

pub struct Component {
    pub definition: String,
    pub expression: String,
}

/// All parameters by code and URL; no resource type may have two of one code.
pub fn read(package: &Package, model: &Model) -> Result<Vec<SearchParameter>> {
    let mut parameters: Vec<_> =
        package.search_parameters.values().map(|item| read_one(model, item)).collect::<Result<_>>()?;
    parameters.sort_by(|a, b| (&a.code, &a.url).cmp(&(&b.code, &b.url)));
    let mut seen = BTreeMap::new();
    for parameter in &parameters {
        for base in &parameter.base {
            if let Some(other) = seen.insert((base.as_str(), parameter.code.as_str()), parameter.url.as_str())
            {
                return Err(format!(
                    "{base} has two parameters {}: {other}, {}",
                    parameter.code, parameter.url
                )
                .into());
            }
        }
    }
    Ok(parameters)
}

fn read_one(model: &Model, item: &Value) -> Result<SearchParameter> {
    let url = text(item, "url")?;
    for unread in ["modifier", "multipleAnd", "chain"] {
        if !item[unread].is_null() {
            return Err(format!("{url} states {unread}, which the tables have no place for").into());
        }
    }
    let mut base = Vec::new();
    let mut is_common = false;
    for name in texts(item, "base") {
        is_common |= matches!(name, "Resource" | "DomainResource");
        let concrete: Vec<_> = model.concrete(name).map(str::to_owned).collect();
        if concrete.is_empty() {
            return Err(format!("{url} has the unknown base {name}").into());
        }
        base.extend(concrete);
    }
    base.sort_unstable();
    base.dedup();
    let mut targets: Vec<_> = texts(item, "target").map(str::to_owned).collect();
    targets.sort_unstable();
    let components = array(item, "component").map(|component| {
        Ok(Component {
            definition: text(component, "definition")?.to_owned(),
            expression: text(component, "expression")?.to_owned(),
        })
    });
    Ok(SearchParameter {
        code: text(item, "code")?.to_owned(),
        url: url.to_owned(),
        kind: text(item, "type")?.to_owned(),
        base,
        is_common,
        expression: item["expression"].as_str().unwrap_or_default().to_owned(),
        targets,
        components: components.collect::<Result<_>>()?,
        multiple_or: item["multipleOr"] != false,
        comparators: texts(item, "comparator").map(str::to_owned).collect(),
    })
}
