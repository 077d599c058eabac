//! capabilities (<http://hl7.org/fhir/R4/http.html#capabilities>): what the R4 door does, from the registry that
//! the router uses too.

use crate::engine::Engine;
use crate::operations::{OPERATIONS, Operation};
use crate::patch::Format;
use crate::registry::Interaction;
use fhir::definitions::{Compartment, compartments};
use fhir::{Json, Object, ResourceType, json};

/// The media types that are spoken.
pub const FORMATS: [&str; 4] = ["application/fhir+json", "application/fhir+xml", "json", "xml"];

impl Engine {
    /// The CapabilityStatement of the R4 door; `now` (milliseconds since the epoch) becomes its date.
    pub fn capabilities(&self, software_version: &str, now: i64) -> Json {
        let resources: Vec<Json> =
            ResourceType::all().map(|resource_type| self.resource(resource_type)).collect();
        let mut rest = Object::new();
        rest.insert("mode", "server");
        rest.insert(
            "security",
            json!({
                "description": "OAuth 2.0 client credentials at /auth/token/, bearer tokens, SMART scopes system|user/{type}.{read|write|*}"
            }),
        );
        rest.insert("resource", resources);
        let of_system = listed(Interaction::is_listed_by_system);
        if !of_system.is_empty() {
            rest.insert("interaction", of_system);
        }
        let of_system = operations(|operation| operation.on_system);
        if !of_system.is_empty() {
            rest.insert("operation", of_system);
        }
        let compartments: Vec<Json> = compartments().iter().map(definition_of).collect();
        rest.insert("compartment", compartments);
        json!({
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": (fhir::datetime::instant(now)),
            "kind": "instance",
            "software": { "name": "Easel", "version": software_version },
            "implementation": { "description": "Easel, an open FHIR R4 server", "url": (self.base_url()) },
            "fhirVersion": "4.0.1",
            "format": (FORMATS.map(Json::from).to_vec()),
            "patchFormat": (Format::ALL.iter().map(|format| Json::from(format.media_type())).collect::<Vec<_>>()),
            "rest": [rest]
        })
    }

    fn resource(&self, resource_type: ResourceType) -> Json {
        let interactions = listed(Interaction::is_listed_by_type);
        let registry = self.registry();
        let parameters: Vec<Json> = registry
            .advertised(resource_type)
            .map(|parameter| {
                let mut claimed = Object::new();
                claimed.insert("name", parameter.code());
                if let Some(definition) = parameter.url() {
                    claimed.insert("definition", definition);
                }
                claimed.insert("type", parameter.kind().code());
                claimed.into()
            })
            .collect();
        let mut resource = Object::new();
        resource.insert("type", resource_type.name());
        resource.insert("interaction", interactions);
        let operations = operations(|operation| {
            (operation.on_type || operation.on_instance) && operation.is_of(resource_type)
        });
        if !operations.is_empty() {
            resource.insert("operation", operations);
        }
        resource.insert("versioning", "versioned");
        resource.insert("readHistory", true);
        resource.insert("updateCreate", true);
        resource.insert("conditionalCreate", true);
        resource.insert("conditionalRead", "full-support");
        resource.insert("conditionalUpdate", true);
        resource.insert("conditionalDelete", "single");
        let texts = |texts: Vec<String>| texts.into_iter().map(Json::from).collect::<Vec<Json>>();
        let includes = texts(registry.includes(resource_type));
        if !includes.is_empty() {
            resource.insert("searchInclude", includes);
        }
        let revincludes = texts(registry.revincludes(resource_type));
        if !revincludes.is_empty() {
            resource.insert("searchRevInclude", revincludes);
        }
        if !parameters.is_empty() {
            resource.insert("searchParam", parameters);
        }
        resource.into()
    }
}

/// The canonical URL of a compartment's definition.
fn definition_of(compartment: &Compartment) -> Json {
    format!("http://hl7.org/fhir/CompartmentDefinition/{}", compartment.code.to_ascii_lowercase()).into()
}

/// The interactions of the R4 door that `is_listed` picks.
fn listed(is_listed: fn(Interaction) -> bool) -> Vec<Json> {
    let picked = Interaction::R4.iter().filter(|interaction| is_listed(**interaction));
    picked.map(|interaction| json!({ "code": (interaction.code()) })).collect()
}

/// The operations that are offered somewhere.
fn operations(offered: impl Fn(&Operation) -> bool) -> Vec<Json> {
    let claimed = |one: &Operation| json!({ "name": (one.name), "definition": (one.definition) });
    OPERATIONS.iter().filter(|operation| offered(operation)).map(claimed).collect()
}
