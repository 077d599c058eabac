//! `/openapi.json`: the Canvas door and its token endpoint as an OpenAPI 3.1 document
//! (<https://spec.openapis.org/oas/v3.1.0>), written from the contracts.

mod path;
mod schema;

use crate::contract::Contract;
use crate::types::TYPES;
use fhir::{Json, Object, ResourceType, json};
use interactions::Interaction;
use schema::Of;

/// The document of a server that is reached at `base_url` and is of `version`.
pub fn document(base_url: &str, version: &str) -> Json {
    let mut contracts: Vec<&Contract> = TYPES.iter().map(|served| served.contract()).collect();
    contracts.sort_by_key(|contract| contract.name);
    let mut paths = Object::new();
    paths.insert("/auth/token/", token());
    paths.insert("/metadata", metadata());
    for (path, offered) in contracts.iter().flat_map(|contract| path::of(contract)) {
        paths.insert(&path, offered);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Easel: the Canvas Medical FHIR API",
            "version": version,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "servers": [{ "url": base_url }],
        "security": [{ "oauth": [] }],
        "paths": paths,
        "components": (components(&contracts, base_url))
    })
}

/// What the schema of a type is called: of what is sent on an interaction, or of what is read.
fn schema_name(contract: &Contract, sent_on: Option<Interaction>) -> String {
    match sent_on {
        Some(interaction) => format!("{}.{}", contract.name, interaction.code()),
        None => contract.name.to_owned(),
    }
}

fn components(contracts: &[&Contract], base_url: &str) -> Json {
    let mut schemas = Object::new();
    for contract in contracts {
        schemas.insert(&schema_name(contract, None), schema::resource(contract, Of::Read));
        for interaction in [Interaction::Create, Interaction::Update] {
            if contract.offers(interaction) {
                let name = schema_name(contract, Some(interaction));
                schemas.insert(&name, schema::resource(contract, Of::Sent(interaction)));
            }
        }
    }
    for (name, schema) in [
        ("Bundle", bundle()),
        (ResourceType::OPERATION_OUTCOME.name(), outcome()),
        ("Parameters", parameters()),
    ] {
        schemas.insert(name, schema);
    }
    let token_url = format!("{base_url}/auth/token/");
    json!({
        "schemas": schemas,
        "responses": {
            "Refused": {
                "description": "It was refused; the issues say why",
                "content": {
                    "application/fhir+json": { "schema": { "$ref": "#/components/schemas/OperationOutcome" } }
                }
            }
        },
        "securitySchemes": {
            "oauth": {
                "type": "oauth2",
                "flows": { "clientCredentials": { "tokenUrl": token_url, "scopes": {} } }
            }
        }
    })
}

fn bundle() -> Json {
    json!({
        "type": "object",
        "required": ["resourceType", "type"],
        "properties": {
            "resourceType": { "const": "Bundle" },
            "type": { "type": "string" },
            "total": { "type": "integer", "minimum": 0i64 },
            "link": { "type": "array", "items": {
                "type": "object", "required": ["relation", "url"],
                "properties": { "relation": { "type": "string" }, "url": { "type": "string" } }
            } },
            "entry": { "type": "array", "items": {
                "type": "object", "required": ["resource"],
                "properties": { "resource": { "type": "object", "required": ["resourceType"] } }
            } }
        }
    })
}

/// The error contract: severity, code and text of each issue, and where it is.
fn outcome() -> Json {
    json!({
        "type": "object",
        "required": ["resourceType", "issue"],
        "properties": {
            "resourceType": { "const": (ResourceType::OPERATION_OUTCOME.name()) },
            "issue": { "type": "array", "minItems": 1i64, "items": {
                "type": "object",
                "required": ["severity", "code", "details"],
                "properties": {
                    "severity": { "enum": ["fatal", "error", "warning", "information"] },
                    "code": { "type": "string" },
                    "details": {
                        "type": "object", "required": ["text"], "properties": { "text": { "type": "string" } }
                    },
                    "expression": { "type": "array", "items": { "type": "string" } }
                }
            } }
        }
    })
}

fn parameters() -> Json {
    json!({
        "type": "object",
        "required": ["resourceType"],
        "properties": {
            "resourceType": { "const": "Parameters" },
            "parameter": { "type": "array", "items": { "type": "object", "required": ["name"],
                "properties": { "name": { "type": "string" } } } }
        }
    })
}

/// RFC 6749, 4.4: its refusals have a form of their own.
fn token() -> Json {
    let refused = json!({
        "description": "It was refused (RFC 6749, 5.2)",
        "content": {
            "application/json": { "schema": {
                "type": "object", "required": ["error"],
                "properties": { "error": { "type": "string" }, "error_description": { "type": "string" } }
            } },
            // What is refused before it is known where the request leads.
            "application/fhir+json": { "schema": { "$ref": "#/components/schemas/OperationOutcome" } }
        }
    });
    let granted = json!({
        "description": "A token",
        "content": { "application/json": { "schema": {
            "type": "object",
            "required": ["access_token", "token_type", "expires_in", "scope"],
            "properties": {
                "access_token": { "type": "string" }, "token_type": { "const": "Bearer" },
                "expires_in": { "type": "integer" }, "scope": { "type": "string" }
            }
        } } }
    });
    let mut responses = path::responses(("200", granted), &["413", "415"]);
    responses.iter_mut().filter(|(status, _)| *status != "200").for_each(|(_, told)| *told = refused.clone());
    json!({ "post": {
        "operationId": "token",
        "summary": "Grants a token for a client's own credentials",
        "security": [],
        "requestBody": { "required": true, "content": { "application/x-www-form-urlencoded": { "schema": {
            "type": "object",
            "required": ["grant_type", "client_id", "client_secret"],
            "properties": {
                "grant_type": { "const": "client_credentials" },
                "client_id": { "type": "string" }, "client_secret": { "type": "string" },
                "scope": { "type": "string", "description": "Some of the client's scopes, between spaces" }
            }
        } } } },
        "responses": responses
    } })
}

fn metadata() -> Json {
    let statement = json!({
        "description": "The CapabilityStatement",
        "content": { "application/fhir+json": { "schema": {
            "type": "object", "required": ["resourceType"],
            "properties": { "resourceType": { "const": "CapabilityStatement" } }
        } } }
    });
    json!({ "get": {
        "operationId": "metadata",
        "summary": "What is served",
        "security": [],
        "responses": (path::responses(("200", statement), &[]))
    } })
}
