//! The kinds of documents (DocumentReference.json, `tables`), by their codes in LOINC.

use crate::clinic::Clinic;
use fhir::{Json, Object, json};

/// LOINC.
pub const LOINC: &str = "http://loinc.org";

/// A kind of document that can be created.
#[derive(Clone, Copy)]
pub struct Kind<'k> {
    /// Its code in LOINC.
    pub code: &'k str,
    /// The title that a create may give as description.
    pub title: &'k str,
    /// What a read shows for the code.
    pub display: &'k str,
    /// The description of such a document.
    pub description: &'k str,
}

/// A kind that is everywhere called by its title.
const fn kind<'k>(code: &'k str, title: &'k str) -> Kind<'k> {
    Kind { code, title, display: title, description: title }
}

/// What can be created, unless the clinic has something else under the code.
pub const KINDS: &[Kind<'static>] = &[
    Kind {
        code: "53243-2",
        title: "Advance Beneficiary Notice",
        display: "Advanced beneficiary notice",
        description: "Advanced Beneficiary Notice",
    },
    kind("42348-3", "Advance Directive / Living Will"),
    kind("91983-7", "Care Management"),
    kind("53245-7", "CDL (Commercial Driver License)"),
    kind("96335-5", "Emergency Department Report"),
    kind("11503-0", "External Medical Records"),
    kind("75503-3", "Home Care Report"),
    Kind { display: "Hospital Discharge summary", ..kind("34105-7", "Hospital Discharge Summary") },
    kind("47039-3", "Hospital History & Physical"),
    kind("64290-0", "Insurance Card"),
    kind("52034-6", "Insurer Prior Authorization"),
    kind("34113-1", "Nursing Home"),
    kind("11504-8", "Operative Report"),
    kind("80570-5", "Patient Agreement"),
    kind("64285-0", "Patient Clinical Intake Form"),
    kind("51848-0", "Physical Exams"),
    kind("46209-3", "POLST (Provider Order for Life Sustaining-Treatment)"),
    kind("64298-3", "Power of Attorney"),
    kind("57833-6", "Prescription Refill Request"),
    kind("34823-5", "Rehabilitation Report"),
    kind("101904-1", "Release of Information Request"),
    kind("34109-9", "Uncategorized Clinical Document"),
    kind("51851-4", "Uncategorized Administrative Document"),
    kind("52070-0", "Worker's Compensation Documents"),
];

/// What the vendor's own software makes: code and display.
const MADE_ELSEWHERE: &[(&str, &str)] = &[
    ("51852-2", "Letter"),
    ("94093-2", "Itemized bill"),
    ("34895-3", "Education note"),
    ("11502-2", "Laboratory report"),
    ("18748-4", "Diagnostic imaging study"),
    ("11488-4", "Consult note"),
];

/// The kind that can be created and that a type means: that of its first coding that is one.
pub fn creatable<'c>(document_type: &Json, clinic: &'c Clinic) -> Option<Kind<'c>> {
    let codings = document_type.get("coding").map(Json::items).unwrap_or_default();
    codings.iter().filter(|coding| coding.str("system") == Some(LOINC)).find_map(|coding| {
        let code = coding.str("code")?;
        match clinic.document_type(code) {
            Some(own) => own.active.then(|| kind(&own.code, &own.title)),
            None => KINDS.iter().find(|kind| kind.code == code).copied(),
        }
    })
}

/// The type as it is stored and read.
pub fn concept(code: &str, display: &str) -> Json {
    json!({ "coding": [{ "system": LOINC, "code": code, "display": display }], "text": display })
}

/// Shows a stored type by the clinic's or the vendor's words for its code; one that neither has words for stays as it is.
pub fn tell(document: &mut Object, clinic: &Clinic) {
    let codings = document.get("type").and_then(|stored| stored.get("coding")).map(Json::items);
    let told = codings.unwrap_or_default().iter().find_map(|coding| {
        let code = coding.str("code").filter(|_| coding.str("system") == Some(LOINC))?;
        let own = clinic.document_types.iter().map(|own| (own.code.as_str(), own.title.as_str()));
        let created = own.chain(KINDS.iter().map(|kind| (kind.code, kind.display)));
        let display = created.chain(MADE_ELSEWHERE.iter().copied()).find(|(known, _)| *known == code)?.1;
        Some(concept(code, display))
    });
    if let Some(told) = told {
        document.insert("type", told);
    }
}
