//! The pharmacy of a prescription, which the vendor shows as one text.

use crate::search::Reading;
use fhir::{Json, Object, Reference};
use interactions::Refusal;
use interactions::unit::stored_json;

/// The system of pharmacies' numbers.
const NCPDP: &str = "http://terminology.hl7.org/CodeSystem/NCPDPProviderIdentificationNumber";

/// The reference to the pharmacy, when the prescription does not say itself what is displayed.
pub fn reference(request: &Object) -> Option<&str> {
    let performer = request.get("dispenseRequest")?.get("performer")?;
    performer.str("reference").filter(|_| performer.str("display").is_none())
}

/// Sets the display of the pharmacy from what it refers to.
pub fn add_display(request: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
    let Some(Reference::Local { resource_type, id, .. }) = reference(request).and_then(Reference::local)
    else {
        return Ok(());
    };
    let found = reading.reader.resource(resource_type, id)?.filter(|version| version.body.is_some());
    let Some(pharmacy) = found.as_ref().map(stored_json).transpose()? else { return Ok(()) };
    let performer = request
        .get_mut("dispenseRequest")
        .and_then(|dispense| dispense.as_object_mut()?.get_mut("performer"));
    if let Some(performer) = performer.and_then(Json::as_object_mut) {
        performer.insert("display", display(&pharmacy));
    }
    Ok(())
}

/// `Name: {name}|NCPDP ID: {ncpdp}|Address: {address}|Phone: {phone}|Fax: {fax}`, without what is not known.
fn display(pharmacy: &Json) -> String {
    let items = |name: &str| pharmacy.get(name).map(Json::items).unwrap_or_default();
    let identifier = items("identifier").iter().find(|identifier| identifier.str("system") == Some(NCPDP));
    let telecom = |system: &str| {
        let found = items("telecom").iter().find(|telecom| telecom.str("system") == Some(system));
        found.and_then(|telecom| telecom.str("value")).map(str::to_owned)
    };
    let parts = [
        ("Name", pharmacy.str("name").map(str::to_owned)),
        ("NCPDP ID", identifier.and_then(|identifier| identifier.str("value")).map(str::to_owned)),
        ("Address", items("address").first().map(address).filter(|address| !address.is_empty())),
        ("Phone", telecom("phone")),
        ("Fax", telecom("fax")),
    ];
    let known = parts.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", value?)));
    known.collect::<Vec<String>>().join("|")
}

/// An address in one line: its text, else its parts.
fn address(address: &Json) -> String {
    if let Some(text) = address.str("text") {
        return text.to_owned();
    }
    let lines = address.get("line").map(Json::items).unwrap_or_default().iter().filter_map(Json::as_str);
    let parts = ["city", "state", "postalCode"].into_iter().filter_map(|name| address.str(name));
    lines.chain(parts).collect::<Vec<&str>>().join(", ")
}
