//! What `$create-lab-report` stores, in one write: the report with its tests in it, an observation for each value and one that
//! lists them, and the document.

use super::CONTRACT;
use super::lab_parameters::{Parameter, parameters, parts};
use crate::contract::Contract;
use crate::provenance::{self, ORGANIZATION};
use crate::types::document_reference::CONTRACT as DOCUMENT;
use crate::types::observation::records;
use crate::types::observation::store::{absent_code, category, not_performed};
use crate::write::Write;
use fhir::{Json, Object, json};
use interactions::{Interaction, Refusal, State};

/// What a report is called that says no name, and has no test that does.
pub const UNNAMED: &str = "Laboratory report";
/// The media type of the document.
pub const PDF: &str = "application/pdf";

/// A test and its values, as they were sent.
struct Collection<'a> {
    test: &'a Object,
    values: Vec<&'a Object>,
}

fn collection<'a>(parameter: &Parameter<'a>) -> Option<Collection<'a>> {
    let parts = parts(parameter);
    let named = |name: &'static str| {
        parts.iter().filter(move |part| part.name == name).filter_map(|part| part.resource)
    };
    Some(Collection { test: named("labTest").next()?, values: named("labValue").collect() })
}

/// What all resources of one report share.
struct Shared {
    subject: Json,
    issued: String,
    effective: Option<Json>,
}

/// Stores it all.
pub fn run(write: &mut Write<'_, '_>) -> Result<(), Refusal> {
    let body = write.sent.body;
    let sent = parameters(body).into_iter().find(|one| one.name == "labReport").and_then(|one| one.resource);
    let Some(sent) = sent else {
        return Err(Refusal::failed("a lab report without a labReport kept the rules"));
    };
    let collections: Vec<Collection<'_>> = parameters(body)
        .iter()
        .filter(|parameter| parameter.name == "labTestCollection")
        .filter_map(collection)
        .collect();
    let reference = sent.get("subject").and_then(|subject| subject.str("reference")).unwrap_or_default();
    let shared = Shared {
        subject: json!({ "reference": reference, "type": "Patient" }),
        issued: fhir::datetime::instant(write.unit.now()),
        effective: sent.get("effectiveDateTime").cloned(),
    };
    let members = values(&collections, &shared, write)?;
    let group = group(members, &shared, write)?;
    let id = CONTRACT.ids.fresh();
    let report = report(sent, &collections, group.as_deref(), &shared);
    put(write, &CONTRACT, &id, report)?;
    let document = document(sent, &shared);
    put(write, &DOCUMENT, &DOCUMENT.ids.fresh(), document)
}

fn put(write: &mut Write<'_, '_>, contract: &Contract, id: &str, resource: Object) -> Result<(), Refusal> {
    let prepared = write.unit.prepare(contract.resource_type, id, resource.clone().into());
    write.unit.put(State::Absent, &prepared)?;
    provenance::record(write.unit, contract, Interaction::Create, id, &resource)
}

/// Stores the values; returns the references to them, displayed by what they are called.
fn values(
    collections: &[Collection<'_>],
    shared: &Shared,
    write: &mut Write<'_, '_>,
) -> Result<Vec<Json>, Refusal> {
    let mut members = Vec::new();
    for Collection { test, values } in collections {
        for sent in values {
            let effective = sent.get("effectiveDateTime").or_else(|| test.get("effectiveDateTime"));
            let mut value = laboratory(sent.get("code").cloned(), effective, shared);
            let told = sent.iter().filter(|(name, _)| {
                name.starts_with("value")
                    || matches!(*name, "interpretation" | "referenceRange" | "dataAbsentReason")
            });
            told.for_each(|(name, element)| value.insert(name, element.clone()));
            if !value.iter().any(|(name, _)| name.starts_with("value") || name == "dataAbsentReason") {
                value.insert("dataAbsentReason", not_performed());
            }
            let id = uuid::Uuid::new_v4().to_string();
            let mut member = json!({ "reference": (format!("Observation/{id}")), "type": "Observation" });
            if let (Some(name), Json::Object(member)) = (sent.get("code").and_then(called), &mut member) {
                member.insert("display", name);
            }
            members.push(member);
            records::put(write, &id, value)?;
        }
    }
    Ok(members)
}

/// An observation of a laboratory.
fn laboratory(code: Option<Json>, effective: Option<&Json>, shared: &Shared) -> Object {
    let mut observation = Object::new();
    observation.insert("resourceType", "Observation");
    observation.insert("status", "final");
    observation.insert("category", category("laboratory", "Laboratory"));
    observation.insert("code", code.unwrap_or_else(|| absent_code("unsupported")));
    observation.insert("subject", shared.subject.clone());
    if let Some(effective) = effective.or(shared.effective.as_ref()) {
        observation.insert("effectiveDateTime", effective.clone());
    }
    observation.insert("issued", shared.issued.as_str());
    observation
}

/// Stores the observation that lists the values; none where there are none. Returns its id.
fn group(members: Vec<Json>, shared: &Shared, write: &mut Write<'_, '_>) -> Result<Option<String>, Refusal> {
    if members.is_empty() {
        return Ok(None);
    }
    let mut group = laboratory(None, None, shared);
    group.insert("dataAbsentReason", not_performed());
    group.insert("hasMember", members);
    let id = uuid::Uuid::new_v4().to_string();
    records::put(write, &id, group)?;
    Ok(Some(id))
}

/// The report: the codes of its values, the tests as contained resources, which this door does not show.
fn report(sent: &Object, collections: &[Collection<'_>], group: Option<&str>, shared: &Shared) -> Object {
    let tests: Vec<Json> =
        collections.iter().enumerate().map(|(index, one)| test(index, one.test, shared)).collect();
    let mut results: Vec<Json> = group
        .map(|id| json!({ "reference": (format!("Observation/{id}")), "type": "Observation" }))
        .into_iter()
        .collect();
    results.extend((0..tests.len()).map(|index| json!({ "reference": (format!("#{}", test_id(index))) })));
    let mut report = Object::new();
    report.insert("resourceType", "DiagnosticReport");
    if !tests.is_empty() {
        report.insert("contained", tests);
    }
    report.insert("status", "final");
    let laboratory = json!({ "coding": [{
        "system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "LAB", "display": "Laboratory"
    }] });
    report.insert("category", vec![laboratory]);
    report.insert("code", code(sent, collections));
    report.insert("subject", shared.subject.clone());
    if let Some(effective) = &shared.effective {
        report.insert("effectiveDateTime", effective.clone());
    }
    report.insert("issued", shared.issued.as_str());
    if !results.is_empty() {
        report.insert("result", results);
    }
    let forms: Vec<Json> = sent.items("presentedForm").iter().map(form).collect();
    report.insert("presentedForm", forms);
    report
}

fn test_id(index: usize) -> String {
    format!("test-{}", index + 1)
}

fn test(index: usize, sent: &Object, shared: &Shared) -> Json {
    let mut test = laboratory(sent.get("code").cloned(), sent.get("effectiveDateTime"), shared);
    test.insert_at(1, "id", test_id(index));
    test.insert("dataAbsentReason", not_performed());
    test.into()
}

/// The first coding of each value that has one, and the name of the report: its own, else those of its tests.
fn code(sent: &Object, collections: &[Collection<'_>]) -> Json {
    let values = collections.iter().flat_map(|collection| &collection.values);
    let mut codings: Vec<Json> =
        values.filter_map(|value| value.get("code")?.get("coding")?.items().first().cloned()).collect();
    if codings.is_empty() {
        let own = sent.get("code").and_then(|code| code.get("coding")).map(Json::items);
        codings.extend(own.unwrap_or_default().iter().cloned());
    }
    let own = sent.get("code").and_then(|code| code.str("text")).filter(|name| *name != UNNAMED);
    let name = own.map(str::to_owned).or_else(|| {
        let names: Vec<String> =
            collections.iter().filter_map(|one| one.test.get("code").and_then(called)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    });
    let mut code = Object::new();
    if !codings.is_empty() {
        code.insert("coding", codings);
    }
    code.insert("text", name.as_deref().unwrap_or(UNNAMED));
    code.into()
}

/// What a concept is called: by its first coding, else its text.
fn called(code: &Json) -> Option<String> {
    let display = code.at(&["coding", "0", "display"]).and_then(Json::as_str);
    display.or_else(|| code.str("text")).map(str::to_owned)
}

fn form(sent: &Json) -> Json {
    let members = ["contentType", "data", "title"].into_iter();
    members.filter_map(|name| Some((name, sent.get(name)?.clone()))).collect::<Object>().into()
}

/// The document, as the chart lists it (DocumentReference.json, `tables.type_display_on_read`).
fn document(sent: &Object, shared: &Shared) -> Object {
    let format = json!({
        "system": "http://ihe.net/fhir/ValueSet/IHE.FormatCode.codesystem",
        "code": "urn:ihe:iti:xds:2017:mimeTypeSufficient",
        "display": "mimeType Sufficient"
    });
    let contents: Vec<Json> = sent
        .items("presentedForm")
        .iter()
        .map(|sent| json!({ "attachment": (form(sent)), "format": (format.clone()) }))
        .collect();
    let document = json!({
        "resourceType": "DocumentReference",
        "status": "current",
        "type": { "coding": [{
            "system": "http://loinc.org", "code": "11502-2", "display": "Laboratory report"
        }] },
        "category": [{ "coding": [{
            "system": "http://schemas.canvasmedical.com/fhir/document-reference-category",
            "code": "labreport"
        }] }],
        "subject": (shared.subject.clone()),
        "date": (shared.issued.as_str()),
        "custodian": { "reference": ORGANIZATION, "type": "Organization" },
        "description": "Lab Report",
        "content": contents
    });
    document.as_object().cloned().unwrap_or_default()
}
