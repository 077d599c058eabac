//! The CapabilityStatement of the Canvas door, in the form of the live one (capability.json). It is written from the
//! contracts: what is not in them is neither served nor claimed.

use crate::contract::{Contract, ParameterFact};
use crate::door::Canvas;
use crate::types::TYPES;
use fhir::definitions::SearchParameterType;
use fhir::{Json, Object, json};

impl Canvas {
    /// The CapabilityStatement at `now`, in milliseconds since the epoch.
    ///
    /// The live one says that it instantiates the US Core server; that claims types and security which this server
    /// does not have yet, so it is left out. An instance must be described (invariant cpb-15), so `implementation` is
    /// there, without the URL that the live one lacks.
    pub fn capability_statement(&self, now: i64) -> Json {
        let mut contracts: Vec<&Contract> =
            TYPES.iter().map(|served| served.contract()).filter(|contract| contract.is_live).collect();
        contracts.sort_by_key(|contract| contract.name);
        let resources: Vec<Json> = contracts.into_iter().map(resource).collect();
        json!({
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": (crate::time::utc(now)),
            "publisher": "Easel",
            "kind": "instance",
            "implementation": { "description": "Easel, an open server of the Canvas Medical FHIR API" },
            "fhirVersion": "4.0.1",
            "format": ["json"],
            "rest": [{ "mode": "server", "resource": resources }]
        })
    }
}

fn resource(contract: &Contract) -> Json {
    let mut resource = Object::new();
    resource.insert("type", contract.name);
    if !contract.profiles.is_empty() {
        let profiles: Vec<Json> = contract.profiles.iter().map(|profile| Json::from(*profile)).collect();
        resource.insert("supportedProfile", profiles);
    }
    let interactions = contract.interactions.iter();
    let interactions: Vec<Json> =
        interactions.map(|interaction| json!({ "code": (interaction.code()) })).collect();
    resource.insert("interaction", interactions);
    let parameters: Vec<Json> = contract.search.parameters.iter().filter_map(parameter).collect();
    if !parameters.is_empty() {
        resource.insert("searchParam", parameters);
    }
    resource.into()
}

/// A parameter, if the live statement lists it.
fn parameter(fact: &ParameterFact) -> Option<Json> {
    let definition = fact.definition?;
    Some(json!({ "name": (fact.name), "definition": definition, "type": (kind(fact.kind)) }))
}

fn kind(kind: SearchParameterType) -> &'static str {
    match kind {
        SearchParameterType::Number => "number",
        SearchParameterType::Date => "date",
        SearchParameterType::String => "string",
        SearchParameterType::Token => "token",
        SearchParameterType::Reference => "reference",
        SearchParameterType::Composite => "composite",
        SearchParameterType::Quantity => "quantity",
        SearchParameterType::Uri => "uri",
        SearchParameterType::Special => "special",
    }
}
