//! Ids without a type in searches (<http://hl7.org/fhir/R4/search.html#reference>): `subject=x1` where both Patient/x1 and
//! Group/x1 exist is refused, for it does not say who is meant.

use crate::error::Refusal;
use crate::search_type::Readable;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, ResourceType, Severity};
use search::BareId;
use storage::Reader;

/// How many places are looked up. Ids beyond these are taken for the id of any type.
const LOOKED_UP: usize = 2_000;

/// What is said of the ids that several resources have which the caller may read. One look into the store, however many.
///
/// # Errors
///
/// The store's failures.
pub(crate) fn ambiguous(
    bare_ids: &[BareId],
    readable: &Readable,
    reader: &mut dyn Reader,
) -> Result<Vec<Issue>, Refusal> {
    let of = |bare: &BareId| -> Vec<(ResourceType, String)> {
        let types = bare.types.iter().filter(|resource_type| readable.allows(**resource_type));
        types.map(|resource_type| (*resource_type, bare.id.clone())).collect()
    };
    let mut places: Vec<(ResourceType, String)> = Vec::new();
    let mut looked_up = Vec::new();
    for bare in bare_ids {
        let more = of(bare);
        if places.len() + more.len() > LOOKED_UP {
            break;
        }
        looked_up.push((bare, places.len()..places.len() + more.len()));
        places.extend(more);
    }
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let exist = reader.exist(&places)?;
    let mut issues = Vec::new();
    for (bare, range) in looked_up {
        let found = places[range.clone()].iter().zip(&exist[range]).filter(|(_, exists)| **exists);
        let types: Vec<ResourceType> = found.map(|((resource_type, _), _)| *resource_type).collect();
        if types.len() > 1 {
            issues.push(several(bare, &types));
        }
    }
    Ok(issues)
}

fn several(BareId { code, id, .. }: &BareId, types: &[ResourceType]) -> Issue {
    let each: Vec<String> =
        types.iter().map(|resource_type| format!("'{code}={resource_type}/{id}'")).collect();
    let text = format!(
        "the id {} of search parameter '{code}' is that of several resources; say which: {}",
        quoted(id),
        each.join(" or ")
    );
    Issue::error(IssueCode::MultipleMatches, text)
}

/// What a lenient search is told, which looks for all of them.
pub(crate) fn as_warning(issue: Issue) -> Issue {
    let text = format!("{}; the search ran with all of them", issue.text);
    Issue { severity: Severity::Warning, text, ..issue }
}
