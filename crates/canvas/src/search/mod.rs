//! search-type at the Canvas door (general.json, `pagination`, `search_bundle`; capability.json, `searchParam`).
//!
//! A plan decides what is asked for, or everything that is wrong with it; here it is found and answered.

mod asked;
mod criteria;
mod links;
mod plan;
mod value;

pub use asked::{Asked, Reading};
pub use value::{alternatives, escaped, unescaped};

use crate::canvas_type::CanvasType;
use crate::door::{Canvas, offering};
use crate::read::present;
use fhir::bundle::{BundleWriter, EntryPart};
use fhir::outcome::operation_outcome;
use fhir::{Json, ResourceType};
use interactions::search::{Query, Total};
use interactions::unit::stored_json;
use interactions::{Interaction, Refusal};
use plan::Plan;

/// How many entries a page has unless `_count` says otherwise.
pub const PAGE: u64 = 10;
/// The most entries that a page has; a larger `_count` is served as this.
pub const PAGE_LIMIT: u64 = 100;

/// What a search found.
struct Found {
    total: u64,
    /// The resources of the page in the vendor's shape.
    resources: Vec<Vec<u8>>,
}

impl Canvas {
    /// search-type: a searchset Bundle in the vendor's shape. `pairs` are names and values in the order of the
    /// request, decoded. When `lenient`, what cannot be honoured is left out and told in an `outcome` entry.
    /// `now` is in milliseconds since the epoch.
    ///
    /// # Errors
    ///
    /// 400 with every parameter, modifier, prefix and value that cannot be honoured, and every broken rule.
    pub async fn search(
        &self,
        resource_type: ResourceType,
        pairs: &[(String, String)],
        lenient: bool,
        now: i64,
    ) -> Result<Vec<u8>, Refusal> {
        let served = offering(resource_type, Interaction::SearchType)?;
        self.search_type(served, pairs, lenient, now).await
    }

    /// The same, of a type.
    pub(crate) async fn search_type(
        &self,
        served: &'static dyn CanvasType,
        pairs: &[(String, String)],
        lenient: bool,
        now: i64,
    ) -> Result<Vec<u8>, Refusal> {
        let clinic = self.clinic();
        let plan = Plan::make(&self.engine, &clinic, served.contract(), pairs, lenient, now)?;
        let door = self.clone();
        self.engine
            .snapshot(move |reader| {
                let mut reading = door.reading(reader, &clinic, now);
                let found = find(served, &plan, &mut reading)?;
                Ok(bundle(&plan, &found))
            })
            .await
    }
}

fn find(served: &'static dyn CanvasType, plan: &Plan, reading: &mut Reading<'_>) -> Result<Found, Refusal> {
    let asked = Asked { contract: plan.contract, pairs: &plan.pairs, now: plan.now, clinic: reading.clinic };
    if let Some(all) = served.find(&asked, reading)? {
        return Ok(page_of(plan, &all));
    }
    let mut criteria = plan.criteria.clone();
    for (by, value) in &plan.by {
        criteria.extend(by(&asked, value, reading)?);
    }
    let query = Query {
        criteria,
        sort: plan.sort.clone(),
        offset: plan.offset,
        limit: plan.count,
        total: Total::Accurate,
        ..Query::all(plan.contract.resource_type)
    };
    let matches = reading.reader.search(&query)?;
    let mut resources = Vec::with_capacity(matches.resources.len());
    for version in &matches.resources {
        resources.push(present(served, stored_json(version)?, reading)?);
    }
    Ok(Found { total: matches.total.unwrap_or_default(), resources })
}

fn page_of(plan: &Plan, all: &[Json]) -> Found {
    let skip = usize::try_from(plan.offset).unwrap_or(usize::MAX);
    let take = usize::try_from(plan.count).unwrap_or(usize::MAX);
    let resources = all.iter().skip(skip).take(take).map(Json::to_bytes).collect();
    Found { total: all.len() as u64, resources }
}

fn bundle(plan: &Plan, found: &Found) -> Vec<u8> {
    let links = match plan.contract.search.pages {
        true => links::links(plan, found.total),
        false => Vec::new(),
    };
    let mut bundle = BundleWriter::new("searchset", Some(found.total), &links);
    for resource in &found.resources {
        bundle.entry(&[("resource", EntryPart::Json(resource))]);
    }
    if !plan.warnings.is_empty() {
        let outcome = operation_outcome(&plan.warnings);
        let mode = br#"{"mode":"outcome"}"#;
        bundle.entry(&[("resource", EntryPart::Json(&outcome)), ("search", EntryPart::Json(mode))]);
    }
    bundle.finish()
}
