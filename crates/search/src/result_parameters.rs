//! Parameters that say how results are returned (<http://hl7.org/fhir/R4/search.html#return>): `_count`, `_total`,
//! `_summary`, `_elements`.

use crate::criteria::one;
use crate::query::Total;
use fhir::outcome::{did_you_mean, quoted};
use fhir::{Issue, IssueCode, ResourceType, Subset};

/// What `_summary` and `_elements` of one request ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Which part of each resource.
    pub subset: Subset,
    /// Only how many resources there are: `_summary=count`.
    pub only_count: bool,
}

impl Parts {
    /// Takes in `_summary`.
    ///
    /// # Errors
    ///
    /// It is none of the five codes, or `_elements` was given, too.
    pub fn summary(&mut self, value: &str) -> Result<(), Vec<Issue>> {
        match summary(value).map_err(one)? {
            Some(Subset::Whole) => Ok(()),
            Some(subset) => self.take(subset),
            None => {
                self.only_count = true;
                Ok(())
            }
        }
    }

    /// Takes in `_elements` of resources of these types.
    ///
    /// # Errors
    ///
    /// All that are no elements; `_summary` was given, too.
    pub fn elements(&mut self, types: &[ResourceType], value: &str) -> Result<(), Vec<Issue>> {
        let subset = elements(types, value)?;
        self.take(subset)
    }

    fn take(&mut self, subset: Subset) -> Result<(), Vec<Issue>> {
        if self.subset != Subset::Whole {
            let text = "'_summary' and '_elements' cannot be used together";
            return Err(one(Issue::error(IssueCode::Invalid, text)));
        }
        self.subset = subset;
        Ok(())
    }
}

/// The number of `_count`, at most `most`.
///
/// # Errors
///
/// It is no number from 0 on.
pub fn count(value: &str, most: u64) -> Result<u64, Issue> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        let text = format!("the value {} of '_count' is not a number from 0 on", quoted(value));
        return Err(Issue::error(IssueCode::Value, text));
    }
    // A number that overflows is larger than the limit, too.
    Ok(value.parse().unwrap_or(u64::MAX).min(most))
}

/// What `_total` asks for. An estimate is the exact number: it is not dearer here.
///
/// # Errors
///
/// It is none of the three codes.
pub(crate) fn total(value: &str) -> Result<Total, Issue> {
    match value {
        "none" => Ok(Total::None),
        "estimate" | "accurate" => Ok(Total::Accurate),
        _ => {
            let text =
                format!("the value {} of '_total' is not one of none, estimate, accurate", quoted(value));
            Err(Issue::error(IssueCode::Value, text))
        }
    }
}

/// The part of resources that `_summary` asks for; `None` if it asks for their number alone.
///
/// # Errors
///
/// It is none of the five codes.
fn summary(value: &str) -> Result<Option<Subset>, Issue> {
    match Subset::of_summary(value) {
        Some(subset) => Ok(Some(subset)),
        None if value == "count" => Ok(None),
        None => {
            let text = format!(
                "the value {} of '_summary' is not one of true, text, data, count, false",
                quoted(value)
            );
            Err(Issue::error(IssueCode::Value, text))
        }
    }
}

/// The elements that `_elements` lists. Each must be one of some of the types.
///
/// # Errors
///
/// All that are none.
fn elements(types: &[ResourceType], value: &str) -> Result<Subset, Vec<Issue>> {
    let (mut names, mut problems) = (Vec::new(), Vec::new());
    for listed in value.split(',') {
        let name = match listed.split_once('.') {
            Some((type_name, name)) if types.iter().any(|known| known.name() == type_name) => name,
            _ => listed,
        };
        let is_known = |resource_type: &ResourceType| {
            let definition = resource_type.definition();
            definition.element(name).is_some() || definition.member(name).is_some()
        };
        if types.iter().any(is_known) {
            names.push(name.to_owned());
            continue;
        }
        let all = types.iter().take(1).flat_map(|of| of.definition().elements).map(|element| element.name());
        let hint =
            did_you_mean(name, all).map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
        let of = types.first().map_or("", |only| only.name());
        let text = match types.len() {
            1 => format!("'_elements': {of} has no element {}{hint}", quoted(name)),
            _ => format!("'_elements': none of the types asked for has an element {}", quoted(name)),
        };
        problems.push(Issue::error(IssueCode::Value, text));
    }
    if problems.is_empty() { Ok(Subset::Elements(names)) } else { Err(problems) }
}
