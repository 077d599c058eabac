//! `$create-lab-report` (DiagnosticReport.json, `operations`). What is held against it is in [`lab_rules`](super::lab_rules),
//! what it stores in [`lab_store`](super::lab_store).

use super::{lab_rules, lab_store};
use crate::clinic::Clinic;
use crate::contract::{Level, OperationFact};
use crate::types::observation::store::numeric;
use fhir::datetime::{PartialDateTime, Precision};
use fhir::{Json, Object};

/// The operation.
pub const CREATE_LAB_REPORT: OperationFact = OperationFact {
    level: Level::Type,
    writes: true,
    normalise,
    rules: lab_rules::RULES,
    minimal: r#"{"resourceType":"Parameters","parameter":[{"name":"labReport","resource":{"resourceType":"DiagnosticReport","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0074","code":"LAB","display":"Laboratory"}]}],"subject":{"reference":"Patient/{demo-patient}","type":"Patient"},"presentedForm":[{"data":"JVBERi0xLjIg","contentType":"application/pdf"}],"effectiveDateTime":"2023-09-01T08:30:00","code":{"coding":[]}}},{"name":"labTestCollection","part":[{"name":"labTest","resource":{"resourceType":"Observation","status":"final","code":{"text":"Lipid panel","coding":[{"system":"http://loinc.org","code":"24331-1","display":"Lipid panel"}]}}},{"name":"labValue","resource":{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2093-3","display":"Cholesterol"}]},"valueQuantity":{"value":"180","unit":"mg/dL","system":"http://unitsofmeasure.org"}}}]}]}"#,
    ..OperationFact::of("create-lab-report", lab_store::run)
};

/// Makes R4 of what the vendor's examples send: times without an offset are the clinic's, numbers are strings, the report's
/// code is an empty list.
fn normalise(body: &mut Object, clinic: &Clinic) {
    let Some(Json::Array(parameters)) = body.get_mut("parameter") else { return };
    for parameter in parameters.iter_mut().filter_map(Json::as_object_mut) {
        resource(parameter, clinic);
        if let Some(Json::Array(parts)) = parameter.get_mut("part") {
            parts.iter_mut().filter_map(Json::as_object_mut).for_each(|part| resource(part, clinic));
        }
    }
}

fn resource(parameter: &mut Object, clinic: &Clinic) {
    let Some(resource) = parameter.get_mut("resource").and_then(Json::as_object_mut) else { return };
    if let Some(time) = resource.str("effectiveDateTime").and_then(|text| with_offset(text, clinic)) {
        resource.insert("effectiveDateTime", time);
    }
    without_empty_coding(resource);
    let quantities = |element: &mut Object, names: &[&str]| {
        for name in names {
            if let Some(quantity) = element.get_mut(name).and_then(Json::as_object_mut) {
                numeric(quantity, "value");
            }
        }
    };
    quantities(resource, &["valueQuantity"]);
    if let Some(Json::Array(ranges)) = resource.get_mut("referenceRange") {
        ranges
            .iter_mut()
            .filter_map(Json::as_object_mut)
            .for_each(|range| quantities(range, &["low", "high"]));
    }
    if resource.str("resourceType") != Some("DiagnosticReport") {
        return;
    }
    if !resource.contains("code") {
        resource.insert("code", fhir::json!({ "text": (lab_store::UNNAMED) }));
    }
    if let Some(Json::Array(forms)) = resource.get_mut("presentedForm") {
        for form in forms.iter_mut().filter_map(Json::as_object_mut).filter(|form| form.contains("data")) {
            crate::keyed::default(form, "contentType", lab_store::PDF);
        }
    }
}

/// A time of day without an offset, with that of the clinic.
fn with_offset(text: &str, clinic: &Clinic) -> Option<String> {
    let time = PartialDateTime::parse(text)?;
    let is_open = time.precision >= Precision::Minute && time.offset.is_none();
    is_open.then(|| fhir::datetime::local(time.start(&clinic.time_zone), &clinic.time_zone))
}

fn without_empty_coding(resource: &mut Object) {
    let Some(code) = resource.get_mut("code").and_then(Json::as_object_mut) else { return };
    if code.get("coding").and_then(Json::as_array).is_some_and(<[Json]>::is_empty) {
        code.remove("coding");
    }
    if code.is_empty() {
        resource.remove("code");
    }
}
