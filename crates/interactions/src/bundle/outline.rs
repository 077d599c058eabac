//! The Bundle around its entries' resources: its type, its size, its structure.

use crate::error::Refusal;
use fhir::outcome::{did_you_mean, quoted};
use fhir::{Issue, IssueCode, Json, Object, ResourceType};

/// How many entries a batch or transaction may have. They are carried out in one go, during which no other change is.
pub const ENTRIES: usize = 20_000;

/// What a Bundle that is sent to the base asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BundleType {
    Batch,
    Transaction,
}

/// A Bundle whose resources have been taken out.
pub(super) struct Outline {
    pub(super) bundle_type: BundleType,
    /// Each entry with its resource.
    pub(super) entries: Vec<(Object, Option<Json>)>,
    /// What is wrong with the structure of single entries, each with the entry's place in the Bundle.
    pub(super) problems: Vec<(usize, Issue)>,
}

impl Outline {
    /// Takes a Bundle apart.
    ///
    /// # Errors
    ///
    /// 400 when it is no batch or transaction or its own elements are wrong, 413 when it has too many entries.
    pub(super) fn read(mut bundle: Json) -> Result<Self, Refusal> {
        let bundle_type = bundle_type(&bundle)?;
        let items = bundle.get("entry").map(Json::items).unwrap_or_default().len();
        if items > ENTRIES {
            return Err(Refusal::too_many_entries(items, ENTRIES));
        }
        let resources = take_resources(&mut bundle);
        let options =
            validation::Options { expected: Some(ResourceType::BUNDLE), ..validation::Options::default() };
        let (mut own, mut problems) = (Vec::new(), Vec::new());
        for issue in validation::validate(&bundle, &options) {
            match issue.expression.as_deref().and_then(entry_of) {
                Some(index) => problems.push((index, issue)),
                None => own.push(issue),
            }
        }
        if !own.is_empty() {
            own.extend(problems.into_iter().map(|(_, issue)| issue));
            return Err(Refusal::invalid(own));
        }
        let entries = bundle.as_object_mut().and_then(|bundle| bundle.remove("entry"));
        let Some(Json::Array(entries)) = entries else {
            return Ok(Outline { bundle_type, entries: Vec::new(), problems });
        };
        let objects = entries.into_iter().map(|entry| match entry {
            Json::Object(object) => object,
            _ => Object::new(),
        });
        Ok(Outline { bundle_type, entries: objects.zip(resources).collect(), problems })
    }
}

fn bundle_type(bundle: &Json) -> Result<BundleType, Refusal> {
    let refused = |code: IssueCode, place: &str, text: String| {
        Err(Refusal::invalid(vec![Issue::error(code, text).at(place)]))
    };
    match bundle.str("resourceType") {
        Some("Bundle") => {}
        Some(name) if ResourceType::from_name(name).is_some() => {
            let text = format!("resourceType '{name}' is not Bundle; a {name} is sent to /{name}");
            return refused(IssueCode::Structure, "Bundle.resourceType", text);
        }
        _ => {
            let text = "the body must be a Bundle of type batch or transaction".to_owned();
            return refused(IssueCode::Structure, "Bundle", text);
        }
    }
    match bundle.str("type") {
        Some("batch") => Ok(BundleType::Batch),
        Some("transaction") => Ok(BundleType::Transaction),
        Some(other) => {
            let hint = did_you_mean(other, ["batch", "transaction"])
                .map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
            let text = format!(
                "type {} is not batch or transaction, which alone are carried out{hint}; to store the Bundle, send it to /Bundle",
                quoted(other)
            );
            refused(IssueCode::Value, "Bundle.type", text)
        }
        None => {
            let text = "type is required: batch or transaction".to_owned();
            refused(IssueCode::Required, "Bundle.type", text)
        }
    }
}

/// Takes the resource out of each entry. What stands in for it is valid and holds no other entry up.
fn take_resources(bundle: &mut Json) -> Vec<Option<Json>> {
    let entries = bundle.as_object_mut().and_then(|bundle| bundle.get_mut("entry"));
    let Some(Json::Array(entries)) = entries else { return Vec::new() };
    let take = |entry: &mut Json| match entry.as_object_mut()?.get_mut("resource")? {
        resource @ Json::Object(_) => {
            Some(std::mem::replace(resource, fhir::json!({ "resourceType": "Parameters" })))
        }
        _ => None,
    };
    entries.iter_mut().map(take).collect()
}

/// Which entry an expression is about.
fn entry_of(expression: &str) -> Option<usize> {
    expression.strip_prefix("Bundle.entry[")?.split_once(']')?.0.parse().ok()
}
