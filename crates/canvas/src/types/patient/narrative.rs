//! The narrative of a patient, in the form of the vendor's example (Patient.json, `text.div`).

use super::mrn;
use crate::text::escaped;
use fhir::{Json, Object, json};

/// The narrative for name, MRN and birth date of a patient.
pub fn of(patient: &Object) -> Json {
    let name = patient.items("name").iter().find(|name| name.str("use") == Some("official"));
    let family = name.and_then(|name| name.str("family")).unwrap_or_default();
    let given = name.and_then(|name| name.at(&["given", "0"])).and_then(Json::as_str).unwrap_or_default();
    let div = format!(
        "<div xmlns=\"http://www.w3.org/1999/xhtml\"><div class=\"hapiHeaderText\">{}<b>{}</b></div>\
         <table class=\"hapiPropertyTable\"><tbody><tr><td>Identifier</td><td>{}</td></tr>\
         <tr><td>Date of birth</td><td><span>{}</span></td></tr></tbody></table></div>",
        escaped(given),
        escaped(family),
        escaped(mrn::of(patient).unwrap_or_default()),
        escaped(patient.str("birthDate").unwrap_or_default()),
    );
    json!({ "status": "generated", "div": div })
}
