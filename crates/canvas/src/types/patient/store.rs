//! What is stored of a patient: on create and, over what was stored, on update (Patient.json, `behaviours`).

use super::elements::{
    DEFAULT_LOCATION, DEFAULT_PROVIDER, ETHNICITY, EXTENSIONS, GENDER_IDENTITY, PREFERRED_PHARMACY, RACE,
};
use super::{CONTRACT, gender, lists, mrn, narrative, pharmacy, race};
use crate::clinic::Clinic;
use crate::keyed::default;
use crate::stored::{in_contract_order, unlisted_extensions};
use fhir::{Json, Object, json};

/// The extensions that an update without them clears; it keeps the others.
const CLEARED: [&str; 3] = [PREFERRED_PHARMACY, DEFAULT_PROVIDER, DEFAULT_LOCATION];

/// The patient to store, given what was sent and, on update, what is stored. `now` is the time of an update.
pub fn compose(sent: &Object, stored: Option<&Object>, now: i64, clinic: &Clinic) -> Object {
    let nothing = Object::new();
    let before = stored.unwrap_or(&nothing);
    let mut patient = before.clone();
    patient.insert("resourceType", "Patient");

    let identity = gender::identity(sent, stored);
    patient.insert("gender", gender::gender(sent, identity.as_ref()));
    patient.insert("extension", extensions(sent, before, identity));
    patient.insert("birthDate", whole_date(sent.str("birthDate").unwrap_or_default()));
    patient.insert("name", lists::names(sent.items("name")));
    for name in ["active", "deceasedBoolean", "deceasedDateTime"] {
        if let Some(value) = sent.get(name) {
            patient.insert(name, value.clone());
        }
    }
    default(&mut patient, "active", true);
    deceased(sent, &mut patient);

    let number = mrn::of(before).map_or_else(mrn::fresh, str::to_owned);
    let mut identifiers = vec![mrn::identifier(&number)];
    identifiers.extend(lists::identifiers(before.items("identifier"), sent.items("identifier"), now, clinic));
    patient.insert("identifier", identifiers);
    set_list(&mut patient, "telecom", lists::telecom(before.items("telecom"), sent.items("telecom")));
    set_list(&mut patient, "address", lists::address(before.items("address"), sent.items("address")));
    set_list(
        &mut patient,
        "contact",
        lists::contacts(before.items("contact"), sent.items("contact"), clinic),
    );
    let languages =
        lists::communication(before.items("communication"), sent.get("communication").map(Json::items));
    patient.insert("communication", languages);
    photo(sent, &mut patient);

    patient.insert("text", narrative::of(&patient));
    in_contract_order(&CONTRACT, patient)
}

/// Gives the patient another record number.
pub fn renumbered(patient: &Object, number: &str) -> Object {
    let mut patient = patient.clone();
    if let Some(Json::Array(identifiers)) = patient.get_mut("identifier") {
        identifiers.retain(|identifier| !mrn::is_mrn(identifier));
        identifiers.insert(0, mrn::identifier(number));
    }
    patient.insert("text", narrative::of(&patient));
    patient
}

/// The extensions in the contract's order: as sent, else as stored unless an update clears them. Those that the contract
/// does not list, which other software stored, stay behind them.
fn extensions(sent: &Object, before: &Object, identity: Option<Json>) -> Vec<Json> {
    let mut extensions = Vec::new();
    for fact in EXTENSIONS.iter().filter(|fact| fact.on == "Patient") {
        if fact.url == GENDER_IDENTITY {
            extensions.extend(identity.clone());
            continue;
        }
        let of = |resource: &Object| -> Vec<Json> {
            let all = resource.items("extension").iter().filter(|item| item.str("url") == Some(fact.url));
            all.cloned().collect()
        };
        let chosen = of(sent);
        match chosen.is_empty() {
            true if CLEARED.contains(&fact.url) => {}
            true => extensions.extend(of(before)),
            false => extensions.extend(chosen.iter().filter_map(Json::as_object).map(completed)),
        }
    }
    extensions.extend(unlisted_extensions(&CONTRACT, before));
    extensions
}

/// An extension as it is stored.
fn completed(sent: &Object) -> Json {
    match sent.str("url").unwrap_or_default() {
        RACE | ETHNICITY => race::completed(sent).into(),
        PREFERRED_PHARMACY => pharmacy::stored(sent).into(),
        DEFAULT_PROVIDER => referring(sent, "Practitioner"),
        DEFAULT_LOCATION => referring(sent, "Location"),
        _ => sent.clone().into(),
    }
}

/// The reference with its type; its display is looked up when it is shown.
fn referring(sent: &Object, target: &str) -> Json {
    let reference = sent.get("valueReference").and_then(|value| value.str("reference")).unwrap_or_default();
    json!({
        "url": (sent.str("url").unwrap_or_default()),
        "valueReference": { "reference": reference, "type": target }
    })
}

/// A time of death, or whether there was one; never both.
fn deceased(sent: &Object, patient: &mut Object) {
    if sent.contains("deceasedBoolean") && !sent.contains("deceasedDateTime") {
        patient.remove("deceasedDateTime");
    }
    match patient.contains("deceasedDateTime") {
        true => drop(patient.remove("deceasedBoolean")),
        false => default(patient, "deceasedBoolean", false),
    }
}

/// The first photo with data replaces the stored one; without data the stored one stays.
fn photo(sent: &Object, patient: &mut Object) {
    let Some(first) = sent.items("photo").first().and_then(Json::as_object) else { return };
    if first.contains("data") {
        let photo = crate::keyed::pick(&["contentType", "data"], first, None);
        patient.insert("photo", vec![photo.into()]);
    }
}

/// `YYYY` and `YYYY-MM` as the first day they name.
pub fn whole_date(date: &str) -> String {
    match date.len() {
        4 => format!("{date}-01-01"),
        7 => format!("{date}-01"),
        _ => date.to_owned(),
    }
}

/// Sets a list, or takes it away when it is empty, which R4 forbids.
fn set_list(patient: &mut Object, name: &str, items: Vec<Json>) {
    match items.is_empty() {
        true => drop(patient.remove(name)),
        false => patient.insert(name, items),
    }
}
