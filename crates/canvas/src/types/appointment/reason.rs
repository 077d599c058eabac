//! The reason for visit (Appointment.json, `reasonCode` and `description`).

use crate::clinic::{Clinic, ReasonForVisit};
use fhir::{Json, Object, json};

/// The text of an appointment of which nothing was said.
const NO_DESCRIPTION: &str = "No description given";

/// The code by which a structured reason is looked up: that of the first coding of the first reason.
pub fn code(appointment: &Object) -> Option<&str> {
    appointment.items("reasonCode").first()?.get("coding")?.items().first()?.str("code")
}

/// Sets `reasonCode` and `description` of what is stored. A sent reason replaces the stored one; a description alone
/// is its text; neither leaves what is stored, or says so when nothing is.
pub fn compose(appointment: &mut Object, sent: &Object, is_new: bool, clinic: &Clinic) {
    let description = sent.str("description");
    let mut reason = match (sent.items("reasonCode").first(), description) {
        (Some(reason), _) => structured(reason, clinic),
        (None, Some(_)) => {
            let stored = appointment.items("reasonCode").first().and_then(Json::as_object);
            let mut reason = stored.cloned().unwrap_or_default();
            reason.remove("text");
            reason
        }
        (None, None) if is_new => Object::new(),
        (None, None) => return,
    };
    let text = sent.items("reasonCode").first().and_then(|reason| reason.str("text")).or(description);
    let text = text.or(if reason.is_empty() { Some(NO_DESCRIPTION) } else { None });
    match text {
        Some(text) => {
            reason.insert("text", text);
            appointment.insert("description", text);
        }
        None => drop(appointment.remove("description")),
    }
    appointment.insert("reasonCode", vec![Json::from(reason)]);
}

/// The sent reason's coding as the clinic has it.
fn structured(reason: &Json, clinic: &Clinic) -> Object {
    let code = reason
        .get("coding")
        .and_then(|codings| codings.items().first())
        .and_then(|coding| coding.str("code"));
    let known = code.and_then(|code| clinic.reasons_with_code(code).next());
    known.map(|known| [("coding", vec![coding(known)])].into_iter().collect()).unwrap_or_default()
}

fn coding(known: &ReasonForVisit) -> Json {
    let (system, code, display) = (known.system.as_str(), known.code.as_str(), known.display.as_str());
    json!({ "system": system, "code": code, "display": display })
}

/// Gives `reasonCode` and `description` of a stored appointment the vendor's shape: one reason, its coding as the
/// clinic has it now, and the same text in both places.
pub fn present(appointment: &mut Object, clinic: &Clinic) {
    let first = appointment.items("reasonCode").first().and_then(Json::as_object).cloned();
    let text = first.as_ref().and_then(|reason| reason.str("text")).or(appointment.str("description"));
    let text = text.map(str::to_owned);
    let mut reason = first.unwrap_or_default();
    if let Some(Json::Array(codings)) = reason.get_mut("coding") {
        codings.iter_mut().filter_map(Json::as_object_mut).for_each(|coding| show_coding(coding, clinic));
    }
    match text {
        Some(text) => {
            reason.insert("text", text.as_str());
            appointment.insert("description", text);
        }
        None => drop(appointment.remove("description")),
    }
    match reason.is_empty() {
        true => drop(appointment.remove("reasonCode")),
        false => appointment.insert("reasonCode", vec![Json::from(reason)]),
    }
}

fn show_coding(coding: &mut Object, clinic: &Clinic) {
    let matches = |known: &&ReasonForVisit| coding.str("system").is_none_or(|system| system == known.system);
    let known = coding.str("code").and_then(|code| clinic.reasons_with_code(code).find(matches));
    if let Some(known) = known {
        coding.insert("display", known.display.as_str());
        coding.insert("userSelected", known.active);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compose_with(stored: &Json, sent: &Json, is_new: bool) -> Object {
        let mut appointment = stored.as_object().unwrap().clone();
        compose(&mut appointment, sent.as_object().unwrap(), is_new, &Clinic::demo());
        appointment
    }

    fn check(stored: Json, sent: Json, is_new: bool, code: Option<&str>, text: Option<&str>) {
        let appointment = compose_with(&stored, &sent, is_new);
        let reason = &appointment.items("reasonCode")[0];
        assert_eq!(reason.at(&["coding", "0", "code"]).and_then(Json::as_str), code, "{sent}");
        assert_eq!((reason.str("text"), appointment.str("description")), (text, text), "{sent}");
    }

    #[test]
    fn the_text_is_the_reasons_else_the_description_else_says_that_there_is_none() {
        let none = || json!({});
        check(none(), json!({}), true, None, Some("No description given"));
        check(none(), json!({ "description": "d" }), true, None, Some("d"));
        check(none(), json!({ "description": "d", "reasonCode": [{ "text": "r" }] }), true, None, Some("r"));
        let coded = || json!({ "coding": [{ "code": "INIV" }] });
        check(
            none(),
            json!({ "reasonCode": [(coded())], "description": "d" }),
            true,
            Some("INIV"),
            Some("d"),
        );
        check(none(), json!({ "reasonCode": [(coded())] }), true, Some("INIV"), None);
    }

    #[test]
    fn an_update_with_neither_leaves_the_reason_as_it_is() {
        let stored = || json!({ "reasonCode": [{ "coding": [{ "system": "INTERNAL", "code": "INIV" }], "text": "old" }], "description": "old" });
        check(stored(), json!({}), false, Some("INIV"), Some("old"));
        check(stored(), json!({ "description": "new" }), false, Some("INIV"), Some("new"));
        check(stored(), json!({ "reasonCode": [{ "text": "new" }] }), false, None, Some("new"));
    }

    #[test]
    fn a_read_shows_the_clinics_display_and_whether_the_reason_is_in_use() {
        let read = |code: &str| {
            let mut stored = json!({ "reasonCode": [{ "coding": [{ "system": "INTERNAL", "code": code }], "text": "t" }] });
            present(stored.as_object_mut().unwrap(), &Clinic::demo());
            stored.at(&["reasonCode", "0", "coding", "0"]).cloned().unwrap()
        };
        assert_eq!(
            read("INIV"),
            json!({ "system": "INTERNAL", "code": "INIV", "display": "Initial Visit", "userSelected": true })
        );
        assert_eq!(read("FLU").get("userSelected"), Some(&Json::Bool(false)));
        assert_eq!(read("of the R4 door").get("userSelected"), None);
    }
}
