//! Discriminators (<http://hl7.org/fhir/R4/profiling.html#discriminator>): what tells the slices of an element apart.

use fhir::Json;
use fhir::definitions::{TypeId, type_by_name};

/// One question that is asked of a value to find its slice.
#[derive(Clone, Debug)]
pub(crate) struct Discriminator {
    pub(crate) kind: Kind,
    /// From the value to what is asked of; empty for `$this`.
    pub(crate) path: Vec<Step>,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Fixed value, pattern, or required binding: R4's `value` and `pattern`.
    Value,
    /// Whether it is there.
    Exists,
    /// Its type.
    Type,
    /// Whether it conforms to a profile.
    Profile,
}

/// One step of the restricted FHIRPath that discriminators use.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Element(Box<str>),
    Extension(Box<str>),
    OfType(TypeId),
    Resolve,
}

impl Discriminator {
    /// Reads `ElementDefinition.slicing.discriminator`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words that follow its place.
    pub(crate) fn read(json: &Json) -> Result<Self, String> {
        let kind = match json.str("type").unwrap_or_default() {
            "value" | "pattern" => Kind::Value,
            "exists" => Kind::Exists,
            "type" => Kind::Type,
            "profile" => Kind::Profile,
            other => return Err(format!("has the unknown type '{other}'")),
        };
        let text = json.str("path").unwrap_or_default();
        let path = steps(text).ok_or_else(|| {
            format!("has the path '{text}'; supported are $this, element names, extension('url'), ofType(type) and resolve()")
        })?;
        Ok(Discriminator { kind, path })
    }
}

/// The steps of a path; none for `$this`.
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = path.trim();
    while !rest.is_empty() {
        let end = end_of_step(rest)?;
        let (step, after) = rest.split_at(end);
        rest = after.strip_prefix('.').unwrap_or(after);
        steps.extend(read_step(step)?);
    }
    Some(steps)
}

/// Where the first step ends: at a dot outside parentheses.
fn end_of_step(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.checked_sub(1)?,
            b'.' if depth == 0 => return Some(index),
            _ => {}
        }
    }
    (depth == 0).then_some(text.len())
}

/// `$this` is no step at all.
fn read_step(step: &str) -> Option<Option<Step>> {
    if step == "$this" {
        return Some(None);
    }
    let Some((function, argument)) = step.strip_suffix(')').and_then(|step| step.split_once('(')) else {
        let name = step.trim_end_matches("[x]");
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return is_name.then(|| Some(Step::Element(name.into())));
    };
    let quoted = || argument.trim().strip_prefix('\'')?.strip_suffix('\'');
    Some(Some(match function {
        "resolve" if argument.is_empty() => Step::Resolve,
        "extension" => Step::Extension(quoted()?.into()),
        "ofType" | "as" => {
            Step::OfType(type_by_name(argument.trim().trim_start_matches("FHIR.")).map(|found| found.id)?)
        }
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_names_and_a_few_functions() {
        let element = |name: &str| Step::Element(name.into());
        assert_eq!(steps("$this"), Some(vec![]));
        assert_eq!(steps("$this.resolve()"), Some(vec![Step::Resolve]));
        assert_eq!(
            steps("code.coding.code"),
            Some(vec![element("code"), element("coding"), element("code")])
        );
        assert_eq!(
            steps("extension('http://a.b/c').value[x]"),
            Some(vec![Step::Extension("http://a.b/c".into()), element("value")])
        );
        assert_eq!(steps("value.ofType(Quantity)").map(|steps| steps.len()), Some(2));
        for unknown in ["where(a = b)", "extension(", "extension(x)", "a b", "ofType(Nothing)", "a..b", ")"] {
            assert_eq!(steps(unknown), None, "{unknown}");
        }
    }
}
