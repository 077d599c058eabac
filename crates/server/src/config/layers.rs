//! The layers of configuration and where each value comes from.

use super::table::SETTINGS;
use fhir::outcome::{did_you_mean, quoted};
use std::collections::BTreeMap;
use std::fmt;

/// Something wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem(String);

impl ConfigProblem {
    /// A problem of the setting `key`.
    pub fn new(key: &str, problem: &str) -> Self {
        ConfigProblem(format!("{key} {problem}"))
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The values that were set, each with its source; the strongest source has won.
#[derive(Debug, Default)]
pub struct Layers {
    values: BTreeMap<&'static str, (String, String)>,
}

impl Layers {
    /// Lays the flags (key, value) over the environment variables (name, value) over the file (its name and
    /// text).
    ///
    /// # Errors
    ///
    /// Every name that is no setting, and a file that is not TOML.
    pub fn new(
        file: Option<(&str, &str)>,
        variables: impl IntoIterator<Item = (String, String)>,
        flags: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<ConfigProblem>> {
        let (mut layers, mut problems) = (Layers::default(), Vec::new());
        if let Some((name, text)) = file {
            match text.parse::<toml::Table>() {
                Ok(table) => layers.add_table(name, "", &table, &mut problems),
                Err(error) => {
                    problems.push(ConfigProblem(format!("{name} is not TOML: {}", error.to_string().trim())))
                }
            }
        }
        for (variable, value) in variables {
            match SETTINGS.iter().find(|setting| setting.variable() == variable) {
                Some(setting) => layers.set(setting.key, value, &variable),
                None => {
                    problems.push(ConfigProblem(format!("the environment variable {variable} is no setting")))
                }
            }
        }
        for (key, value) in flags {
            if let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) {
                layers.set(setting.key, value, &format!("--{}", setting.flag()));
            }
        }
        if problems.is_empty() { Ok(layers) } else { Err(problems) }
    }

    fn add_table(
        &mut self,
        file: &str,
        prefix: &str,
        table: &toml::Table,
        problems: &mut Vec<ConfigProblem>,
    ) {
        for (name, value) in table {
            let key = format!("{prefix}{name}");
            let text = match value {
                toml::Value::Table(inner) => {
                    self.add_table(file, &format!("{key}."), inner, problems);
                    continue;
                }
                toml::Value::String(text) => text.clone(),
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(value) => value.to_string(),
                // No setting takes these; the check of the value tells what it takes.
                toml::Value::Float(number) => number.to_string(),
                toml::Value::Array(values) => list(values).unwrap_or_else(|| "[…]".to_owned()),
                toml::Value::Datetime(time) => time.to_string(),
            };
            match SETTINGS.iter().find(|setting| setting.key == key) {
                Some(setting) => self.set(setting.key, text, file),
                None => problems.push(unknown_key(file, &key)),
            }
        }
    }

    fn set(&mut self, key: &'static str, value: String, source: &str) {
        self.values.insert(key, (value, source.to_owned()));
    }

    /// The value of `key`: what was set, else the default.
    pub fn get(&self, key: &str) -> Option<&str> {
        let default = SETTINGS.iter().find(|setting| setting.key == key).map(|setting| setting.default);
        self.values.get(key).map(|(value, _)| value.as_str()).or(default)
    }

    /// Every value that is not what its setting takes.
    pub fn check(&self) -> Vec<ConfigProblem> {
        let mut problems = Vec::new();
        for setting in SETTINGS {
            if let Some((value, source)) = self.values.get(setting.key)
                && let Err(expected) = setting.kind.check(value)
            {
                let shown = quoted(value);
                problems.push(ConfigProblem(format!(
                    "{} {shown} is not {expected} (from {source})",
                    setting.key
                )));
            }
        }
        problems
    }
}

/// A list of texts as one text.
fn list(values: &[toml::Value]) -> Option<String> {
    let texts: Option<Vec<&str>> = values.iter().map(toml::Value::as_str).collect();
    Some(texts?.join(","))
}

fn unknown_key(file: &str, key: &str) -> ConfigProblem {
    let hint = match did_you_mean(key, SETTINGS.iter().map(|setting| setting.key)) {
        Some(near) => format!("; did you mean '{near}'?"),
        None => "; docs/settings.md lists them".to_owned(),
    };
    ConfigProblem(format!("{file}: {key} is no setting{hint}"))
}
