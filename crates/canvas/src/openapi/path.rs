//! The paths of a type.

use super::schema_name;
use crate::contract::{Contract, Level, OperationFact, ParameterFact};
use fhir::definitions::SearchParameterType;
use fhir::{Json, Object, json};
use interactions::Interaction;

/// The paths of a type, each with what it offers.
pub fn of(contract: &Contract) -> Vec<(String, Object)> {
    let name = contract.name;
    let mut paths =
        vec![(format!("/{name}"), of_type(contract)), (format!("/{name}/{{id}}"), of_instance(contract))];
    paths.extend(contract.operations.iter().map(|operation| of_operation(contract, operation)));
    paths.extend(contract.files.iter().map(|element| of_file(contract, element)));
    paths.retain(|(_, path)| path.iter().any(|(method, _)| method != "parameters"));
    paths
}

fn of_type(contract: &Contract) -> Object {
    let mut path = Object::new();
    if contract.offers(Interaction::SearchType) {
        let parameters: Vec<Json> =
            contract.search.parameters.iter().map(parameter).chain(result(contract)).collect();
        let mut search = operation(contract, "search", "Finds resources");
        search.insert("parameters", parameters);
        search.insert("responses", responses(("200", body("The matches", "Bundle")), &[]));
        path.insert("get", search);
    }
    if contract.offers(Interaction::Create) {
        let mut create = operation(contract, "create", "Creates a resource");
        create.insert("requestBody", sent(&schema_name(contract, Some(Interaction::Create))));
        let created = json!({
            "description": "It is stored",
            "headers": { "Location": { "description": "Where it is read", "schema": { "type": "string" } } }
        });
        create.insert("responses", responses(("201", created), &BODIED));
        path.insert("post", create);
    }
    path
}

fn of_instance(contract: &Contract) -> Object {
    let mut path = Object::new();
    path.insert("parameters", vec![id()]);
    if contract.offers(Interaction::Read) {
        let mut read = operation(contract, "read", "Reads a resource");
        let shown = body("The resource", &schema_name(contract, None));
        read.insert("responses", responses(("200", shown), &["404"]));
        path.insert("get", read);
    }
    if contract.offers(Interaction::Update) {
        let mut update = operation(contract, "update", "Changes a resource");
        let condition = json!({
            "name": "If-Unmodified-Since", "in": "header", "schema": { "type": "string" },
            "description": "An HTTP date; 412 when the resource was changed after it"
        });
        update.insert("parameters", vec![condition]);
        update.insert("requestBody", sent(&schema_name(contract, Some(Interaction::Update))));
        let done = json!({ "description": "It is stored" });
        let refusals = [&BODIED[..], &["404", "412"]].concat();
        update.insert("responses", responses(("200", done), &refusals));
        path.insert("put", update);
    }
    path
}

fn of_operation(contract: &Contract, fact: &OperationFact) -> (String, Object) {
    let (name, place) = match fact.level {
        Level::Type => (contract.name, String::new()),
        Level::Instance => (contract.name, "/{id}".to_owned()),
    };
    let mut path = Object::new();
    if fact.level == Level::Instance {
        path.insert("parameters", vec![id()]);
    }
    let mut post = operation(contract, fact.name, "An operation of the vendor's");
    post.insert("requestBody", sent("Parameters"));
    let done = json!({ "description": "It is done" });
    post.insert("responses", responses(("200", done), &[&BODIED[..], &["404"]].concat()));
    path.insert("post", post);
    (format!("/{name}{place}/${}", fact.name), path)
}

fn of_file(contract: &Contract, element: &str) -> (String, Object) {
    let mut get = operation(contract, &format!("file-{element}"), "What is attached");
    let signed = |name: &str| {
        json!({
            "name": name, "in": "query", "schema": { "type": "string" },
            "description": "Of a link that was made by this server; with it no token is needed"
        })
    };
    get.insert("parameters", vec![signed("expires"), signed("signature")]);
    let content = json!({
        "description": "The content, by a link that is good",
        "content": { "*/*": { "schema": { "type": "string", "format": "binary" } } }
    });
    let mut answers = responses(("200", content), &["404"]);
    let link = json!({
        "description": "A link to the content that needs no token, by a bearer token",
        "headers": { "Location": { "schema": { "type": "string" } } }
    });
    answers.insert_at(1, "307", link);
    get.insert("responses", answers);
    let mut path = Object::new();
    path.insert("parameters", vec![id()]);
    path.insert("get", get);
    (format!("/{}/{{id}}/files/{element}", contract.name), path)
}

/// An operation of OpenAPI: its name is unique.
fn operation(contract: &Contract, what: &str, summary: &str) -> Object {
    let mut operation = Object::new();
    operation.insert("operationId", format!("{}-{what}", contract.name));
    operation.insert("summary", format!("{summary} ({})", contract.name));
    operation.insert("tags", vec![Json::from(contract.name)]);
    operation
}

fn id() -> Json {
    json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } })
}

fn parameter(fact: &ParameterFact) -> Json {
    let mut schema = Object::new();
    schema.insert("type", if fact.kind == SearchParameterType::Number { "number" } else { "string" });
    if !fact.values.is_empty() {
        schema.insert("examples", fact.values.iter().map(|value| Json::from(*value)).collect::<Vec<_>>());
    }
    let mut parameter = Object::new();
    parameter.insert("name", fact.name);
    parameter.insert("in", "query");
    if fact.is_required {
        parameter.insert("required", true);
    }
    parameter.insert("schema", schema);
    if !fact.note.is_empty() {
        parameter.insert("description", fact.note);
    }
    parameter.into()
}

/// The parameters that say how the result is to look.
fn result(contract: &Contract) -> Vec<Json> {
    let mut parameters = Vec::new();
    if !contract.search.sort.is_empty() {
        let keys =
            contract.search.sort.iter().flat_map(|key| [key.name.to_owned(), format!("-{}", key.name)]);
        let keys: Vec<Json> = keys.map(Json::from).collect();
        parameters.push(json!({
            "name": "_sort", "in": "query", "schema": { "type": "string", "examples": keys },
            "description": "A key, or several between commas; - reverses"
        }));
    }
    if contract.search.pages {
        parameters.push(json!({
            "name": "_count", "in": "query", "schema": { "type": "integer", "minimum": 1i64 },
            "description": "How many at most; more than 100 is served as 100"
        }));
        parameters.push(json!({
            "name": "_offset", "in": "query", "schema": { "type": "integer", "minimum": 0i64 },
            "description": "How many matches to pass over"
        }));
    }
    parameters
}

fn sent(schema: &str) -> Json {
    let reference = format!("#/components/schemas/{schema}");
    let content = json!({ "schema": { "$ref": reference } });
    let (json_body, fhir_body) = (content.clone(), content);
    json!({
        "required": true,
        "content": { "application/json": json_body, "application/fhir+json": fhir_body }
    })
}

fn body(description: &str, schema: &str) -> Json {
    let reference = format!("#/components/schemas/{schema}");
    json!({
        "description": description,
        "content": { "application/fhir+json": { "schema": { "$ref": reference } } }
    })
}

/// Refusals of requests with a body.
const BODIED: [&str; 4] = ["408", "413", "415", "422"];

/// Refusals that every request may meet.
const ANY: [&str; 13] =
    ["400", "401", "403", "405", "406", "408", "409", "414", "429", "431", "500", "503", "504"];

/// The answers: the good one, and the refusals, each an OperationOutcome.
pub(super) fn responses((status, good): (&str, Json), refusals: &[&str]) -> Object {
    let mut responses = Object::new();
    responses.insert(status, good);
    let mut all = [&ANY[..], refusals].concat();
    all.sort_unstable();
    all.dedup();
    for status in all {
        responses.insert(status, json!({ "$ref": "#/components/responses/Refused" }));
    }
    responses
}
