//! FHIR has neither empty arrays nor empty objects (<http://hl7.org/fhir/R4/json.html>): what a patch has emptied goes.

use fhir::Json;

/// Removes arrays and objects without content, from the innermost outwards. The root stays.
pub(crate) fn prune(value: &mut Json) {
    match value {
        Json::Array(items) => items.retain_mut(is_left),
        Json::Object(object) => object.retain(|_, member| is_left(member)),
        _ => {}
    }
}

fn is_left(value: &mut Json) -> bool {
    prune(value);
    match value {
        Json::Array(items) => !items.is_empty(),
        Json::Object(object) => !object.is_empty(),
        _ => true,
    }
}
