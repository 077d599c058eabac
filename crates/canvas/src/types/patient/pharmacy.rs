//! Preferred pharmacies (the `preferred-pharmacy` extension).

use crate::clinic::Clinic;
use crate::sent::extension;
use fhir::{Json, Object, json};

/// The NCPDP number of the pharmacy.
pub fn ncpdp_id(pharmacy: &Object) -> Option<&str> {
    extension(pharmacy, "ncpdp-id")?.get("valueIdentifier")?.str("value")
}

/// What is stored: the number alone. The rest is looked up when it is shown.
pub fn stored(pharmacy: &Object) -> Object {
    let number = pharmacy.items("extension").iter().filter(|part| part.str("url") == Some("ncpdp-id"));
    let number: Vec<Json> = number.take(1).cloned().collect();
    let mut stored = Object::new();
    stored.insert("extension", number);
    stored.insert("url", pharmacy.str("url").unwrap_or_default());
    stored
}

/// Adds what the clinic knows of the pharmacy.
pub fn show(pharmacy: &mut Object, clinic: &Clinic) {
    let Some(known) = ncpdp_id(pharmacy).and_then(|number| clinic.pharmacy(number)) else { return };
    let Some(Json::Array(parts)) = pharmacy.get_mut("extension") else { return };
    if let Some(specialty) = &known.specialty {
        parts.push(json!({ "url": "specialty_type", "valueString": (specialty.as_str()) }));
    }
    parts.push(json!({ "url": "default", "valueBoolean": false }));
    let texts = [
        ("pharmacyName", Some(&known.name)),
        ("pharmacyAddress", known.address.as_ref()),
        ("pharmacyPhoneNumber", known.phone.as_ref()),
        ("pharmacyFaxNumber", known.fax.as_ref()),
    ];
    for (url, text) in texts {
        parts.extend(text.map(|text| json!({ "url": url, "valueString": (text.as_str()) })));
    }
}
