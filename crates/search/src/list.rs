//! `_list` (<http://hl7.org/fhir/R4/search.html#list>): the members of a List.

use crate::condition::read;
use crate::criteria::{each, values};
use crate::problem::bad_value;
use crate::query::{Criterion, References};
use crate::reading::Reading;
use crate::reference;
use fhir::primitive::is_id;
use fhir::{Issue, IssueCode, Json, Reference, ResourceType};
use std::sync::Arc;

/// The condition that one of the Lists has the resource as an entry that is not deleted.
pub(crate) fn criterion(
    reading: &Reading<'_>,
    resource_type: ResourceType,
    value: &str,
) -> Result<Option<Criterion>, Vec<Issue>> {
    if value.is_empty() {
        return Ok(None);
    }
    let ids = each(&values("_list", value)?, id)?;
    let bases = Arc::clone(reading.registry.bases());
    let references = References(Arc::new(move |body| {
        let Some(list) = read(body) else { return Vec::new() };
        let entries = list.get("entry").map(Json::items).unwrap_or_default().iter();
        let current = entries.filter(|entry| entry.get("deleted").and_then(Json::as_bool) != Some(true));
        let items = current.filter_map(|entry| entry.at(&["item", "reference"])?.as_str());
        let members = items.filter_map(|text| match reference::parse(&bases, text)? {
            Reference::Local { resource_type: found, id, .. } if found == resource_type => {
                Some(id.to_owned())
            }
            _ => None,
        });
        members.collect()
    }));
    Ok(Some(Criterion::ReferredToBy {
        by: ResourceType::LIST,
        criteria: vec![Criterion::Ids(ids)],
        references,
    }))
}

fn id(value: &str) -> Result<String, Issue> {
    let id = value.strip_prefix("List/").unwrap_or(value);
    if value.starts_with('$') {
        let text = format!("the functional list '{}' of '_list' is not supported", fhir::outcome::cut(value));
        return Err(Issue::error(IssueCode::NotSupported, text));
    }
    if is_id(id) { Ok(id.to_owned()) } else { Err(bad_value("_list", value, "the id of a List")) }
}
