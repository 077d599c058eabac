//! Gender and gender identity, which the vendor keeps as one (Patient.json, `behaviours`).

use super::elements::{GENDER_IDENTITY, NULL_FLAVOR};
use crate::sent::extension;
use fhir::{Json, Object, json};

/// SNOMED CT.
const SNOMED: &str = "http://snomed.info/sct";

/// A gender identity: its code, its display, and the gender that it is shown as.
struct Identity(&'static str, &'static str, &'static str);

const IDENTITIES: &[Identity] = &[
    Identity("446151000124109", "Identifies as male gender (finding)", "male"),
    Identity("446141000124107", "Identifies as female gender (finding)", "female"),
    Identity("407377005", "Female-to-Male (FTM)/Transgender Male/Trans Man", "male"),
    Identity("407376001", "Male-to-Female (MTF)/Transgender Female/Trans Woman", "female"),
    Identity("446131000124102", "Genderqueer, neither exclusively male nor female", "other"),
    Identity("OTH", "Additional gender category or other, please specify", "other"),
    Identity("ASKU", "Choose not to disclose", "unknown"),
];

/// The gender that is shown for a gender identity; `None` when it says nothing of it.
fn shown_as(identity: &Object) -> Option<&'static str> {
    let codings = identity.get("valueCodeableConcept")?.get("coding")?;
    let code = codings.items().iter().find_map(|coding| coding.str("code"))?;
    IDENTITIES.iter().find(|known| known.0 == code).map(|known| known.2)
}

/// Whether the identity is the form in which a plain gender is kept.
fn is_plain(identity: &Object) -> bool {
    let codings = identity.get("valueCodeableConcept").and_then(|concept| concept.get("coding"));
    let codes = codings.map(Json::items).unwrap_or_default().iter().filter_map(|coding| coding.str("code"));
    codes.into_iter().any(|code| matches!(code, "OTH" | "ASKU"))
}

/// The gender identity as which a plain gender is kept: `other` and `unknown` are.
fn identity_of(gender: &str) -> Option<Json> {
    let code = match gender {
        "other" => "OTH",
        "unknown" => "ASKU",
        _ => return None,
    };
    let Identity(code, display, _) = IDENTITIES.iter().find(|known| known.0 == code)?;
    Some(json!({
        "url": GENDER_IDENTITY,
        "valueCodeableConcept": {
            "coding": [{ "system": NULL_FLAVOR, "code": (*code), "display": (*display) }],
            "text": (*display)
        }
    }))
}

/// Which gender identity is kept, given what was sent and what was stored.
///
/// A sent identity replaces the stored one. Without one the stored stays, unless it was only the form of a plain
/// gender and another gender is sent now.
pub fn identity(sent: &Object, stored: Option<&Object>) -> Option<Json> {
    if let Some(chosen) = extension(sent, GENDER_IDENTITY) {
        return Some(with_displays(chosen).into());
    }
    let gender = sent.str("gender").unwrap_or_default();
    let kept = stored.and_then(|stored| extension(stored, GENDER_IDENTITY));
    match kept {
        Some(kept) if !is_plain(kept) || shown_as(kept) == Some(gender) => Some(kept.clone().into()),
        _ => identity_of(gender),
    }
}

/// The gender to store: that of the identity, else the one that was sent.
pub fn gender<'a>(sent: &'a Object, identity: Option<&Json>) -> &'a str {
    let identified = identity.and_then(Json::as_object).and_then(shown_as);
    identified.unwrap_or_else(|| sent.str("gender").unwrap_or("unknown"))
}

/// Adds displays and text that were not sent.
fn with_displays(identity: &Object) -> Object {
    let mut identity = identity.clone();
    let Some(Json::Object(concept)) = identity.get_mut("valueCodeableConcept") else { return identity };
    let mut text = None;
    if let Some(Json::Array(codings)) = concept.get_mut("coding") {
        for coding in codings.iter_mut().filter_map(Json::as_object_mut) {
            let Some(known) = IDENTITIES.iter().find(|known| Some(known.0) == coding.str("code")) else {
                continue;
            };
            crate::keyed::default(coding, "system", if known.0.len() > 4 { SNOMED } else { NULL_FLAVOR });
            crate::keyed::default(coding, "display", known.1);
            text = coding.str("display").map(str::to_owned);
        }
    }
    if let Some(text) = text {
        crate::keyed::default(concept, "text", text);
    }
    identity
}
