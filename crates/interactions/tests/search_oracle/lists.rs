//! `_list` (<http://hl7.org/fhir/R4/search.html#list>): what a List refers to in its entries. What an entry marks as
//! deleted is no longer on the list (<http://hl7.org/fhir/R4/list-definitions.html#List.entry.deleted>).

use crate::conditions::{Ids, Oracle};
use crate::dice::Dice;
use crate::meaning::relative;
use fhir::{Json, Reference, ResourceType, json};
use std::collections::BTreeSet;

/// What a List has, by type and id.
fn members(list: &Json) -> Vec<(ResourceType, &str)> {
    let entries = list.get("entry").map(Json::items).unwrap_or_default().iter();
    let present = entries.filter(|entry| entry.get("deleted").and_then(Json::as_bool) != Some(true));
    let texts = present.filter_map(|entry| entry.at(&["item", "reference"])?.as_str());
    // The server's own addresses are its resources'.
    let places = texts.filter_map(|text| match Reference::parse(relative(text)) {
        Some(Reference::Local { resource_type, id, .. }) => Some((resource_type, id)),
        _ => None,
    });
    places.collect()
}

impl Oracle {
    /// The ids of the resources of a type that are on one of the lists.
    pub fn listed(&self, of: ResourceType, lists: &[String]) -> Ids {
        let all = self.world.of(ResourceType::LIST).iter();
        let named = all.filter(|list| lists.iter().any(|id| id == list.id));
        let found: BTreeSet<(ResourceType, &str)> = named.flat_map(|list| members(list.json)).collect();
        let ids = self.world.of(of).iter().map(|stored| stored.id);
        ids.filter(|id| found.contains(&(of, id))).collect()
    }

    /// Lists that have resources of a type, or do not.
    pub fn lists(&self, dice: &mut Dice, of: ResourceType) -> Option<Vec<String>> {
        let all = self.world.of(ResourceType::LIST);
        let has = |json: &'static Json| members(json).iter().any(|(found, _)| *found == of);
        let good: Vec<&str> = all.iter().filter(|list| has(list.json)).map(|list| list.id).collect();
        let any: Vec<&str> = all.iter().map(|list| list.id).collect();
        let is_good = dice.percent(90) && !good.is_empty();
        let first = dice.pick(if is_good { &good } else { &any })?;
        let mut ids = vec![(*first).to_owned()];
        if dice.percent(30) {
            ids.extend(dice.pick(&any).map(|id| (*id).to_owned()));
        }
        Some(ids)
    }
}

/// Lists of what the other awkward resources are, one with deleted entries.
pub fn awkward() -> Vec<Json> {
    let item = |text: &str| json!({ "item": { "reference": text } });
    let deleted = |text: &str| json!({ "deleted": true, "item": { "reference": text } });
    vec![
        json!({
            "resourceType": "List", "id": "odd0", "status": "current", "mode": "working",
            "entry": [
                (item("Patient/odd0")), (item("Patient/odd1/_history/1")), (item("http://test/fhir/Patient/odd2")),
                (item("http://elsewhere/fhir/Patient/odd3")), (item("Patient/nobody")), (item("Observation/odd3"))
            ]
        }),
        json!({
            "resourceType": "List", "id": "odd1", "status": "current", "mode": "changes",
            "entry": [(deleted("Patient/odd0")), (item("Patient/odd4")), (item("List/odd0")), (deleted("Observation/odd1"))]
        }),
    ]
}
