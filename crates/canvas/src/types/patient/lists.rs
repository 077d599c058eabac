//! The lists of a patient as they are stored: names, telecom, address, contacts and identifiers, with their defaults
//! (Patient.json, `elements` and `behaviours`).

use super::elements::HAS_CONSENT;
use super::mrn;
use crate::clinic::Clinic;
use crate::keyed::{self, default, entries, pick};
use crate::sent::extension;
use fhir::datetime::PartialDateTime;
use fhir::{Json, Object, json};

/// From when until when every name is shown to be in use.
const ALWAYS: (&str, &str) = ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00");

/// The period that every name is shown with.
pub fn always() -> Json {
    json!({ "start": (ALWAYS.0), "end": (ALWAYS.1) })
}

/// The names: the first official one, the first nickname, all maiden and old ones. Others are not kept.
pub fn names(sent: &[Json]) -> Vec<Json> {
    let (mut official, mut nickname) = (false, false);
    let mut names = Vec::new();
    for name in sent.iter().filter_map(Json::as_object) {
        let kept = match name.str("use") {
            Some("official") if !official => {
                official = true;
                Some(official_name(name))
            }
            Some("nickname") if !nickname => {
                let short = nickname_of(name);
                nickname = short.is_some();
                short
            }
            Some("maiden" | "old") => Some(pick(&["use", "family", "given", "prefix", "suffix"], name, None)),
            _ => None,
        };
        names.extend(kept.map(|mut name| {
            name.insert("period", always());
            Json::from(name)
        }));
    }
    names
}

/// The first given name, and the others joined to one middle name.
fn official_name(sent: &Object) -> Object {
    let mut name = pick(&["use", "family", "given", "prefix", "suffix"], sent, None);
    let given: Vec<&str> = sent.items("given").iter().filter_map(Json::as_str).collect();
    if let [first, middle @ ..] = given.as_slice() {
        let mut parts = vec![Json::from(*first)];
        if !middle.is_empty() {
            parts.push(middle.join(" ").into());
        }
        name.insert("given", parts);
    }
    name
}

fn nickname_of(sent: &Object) -> Option<Object> {
    let first = sent.items("given").first()?.clone();
    Some([("use", Json::from("nickname")), ("given", vec![first].into())].into_iter().collect())
}

/// Telecom entries.
pub fn telecom(stored: &[Json], sent: &[Json]) -> Vec<Json> {
    entries(stored, sent, |sent, stored| {
        let mut entry = pick(&["extension", "system", "value", "use", "rank"], sent, stored);
        default(&mut entry, "system", "other");
        default(&mut entry, "use", "home");
        default(&mut entry, "rank", 1i64);
        let consent = extension(&entry, HAS_CONSENT).cloned();
        entry.remove("extension");
        if matches!(entry.str("system"), Some("phone" | "email")) {
            let consent =
                consent.map_or_else(|| json!({ "url": HAS_CONSENT, "valueBoolean": false }), Json::from);
            entry.insert_at(0, "extension", vec![consent]);
        }
        entry
    })
}

/// Addresses.
pub fn address(stored: &[Json], sent: &[Json]) -> Vec<Json> {
    entries(stored, sent, |sent, stored| {
        let names = ["use", "type", "line", "city", "state", "postalCode", "country", "period"];
        let mut entry = pick(&names, sent, stored);
        keyed::two_lines(&mut entry);
        let mut complete = Object::new();
        complete.insert("use", entry.remove("use").unwrap_or_else(|| "home".into()));
        complete.insert("type", entry.remove("type").unwrap_or_else(|| "both".into()));
        for (name, value) in entry.iter() {
            complete.insert(name, value.clone());
        }
        default(&mut complete, "country", "us");
        complete
    })
}

/// Contacts.
pub fn contacts(stored: &[Json], sent: &[Json], clinic: &Clinic) -> Vec<Json> {
    entries(stored, sent, |sent, stored| {
        let mut entry = pick(&["relationship", "name", "telecom"], sent, stored);
        let relationships = relationships(entry.items("relationship"), clinic);
        let telecoms = contact_telecom(entry.items("telecom"));
        for (name, items) in [("relationship", relationships), ("telecom", telecoms)] {
            match items.is_empty() {
                true => drop(entry.remove(name)),
                false => entry.insert(name, items),
            }
        }
        entry
    })
}

/// The codings alone count since 2025-09-30. Those that the clinic knows get its displays.
fn relationships(sent: &[Json], clinic: &Clinic) -> Vec<Json> {
    let coded = sent.iter().filter_map(|relationship| relationship.get("coding"));
    coded
        .map(|codings| {
            let codings = codings.items().iter().cloned().map(|mut coding| {
                if let Some(coding) = coding.as_object_mut() {
                    let text = |name: &str| coding.str(name).unwrap_or_default();
                    let known = clinic.contact_category(text("system"), text("code"));
                    let display = known.map(|known| known.display.clone());
                    display.into_iter().for_each(|display| default(coding, "display", display));
                }
                coding
            });
            json!({ "coding": (codings.collect::<Vec<Json>>()) })
        })
        .collect()
}

/// The first phone and the first email, each with system and value alone, in the order they were sent.
fn contact_telecom(sent: &[Json]) -> Vec<Json> {
    let mut kept: Vec<Json> = Vec::new();
    for telecom in sent.iter().filter_map(Json::as_object) {
        let system = telecom.str("system");
        let first = !kept.iter().any(|earlier| earlier.str("system") == system);
        if first && matches!(system, Some("phone" | "email")) {
            kept.push(pick(&["system", "value"], telecom, None).into());
        }
    }
    kept
}

/// External identifiers. A stored one that is not sent stays if its period is over at `now`: an update deletes only
/// identifiers that are or will be in use.
pub fn identifiers(stored: &[Json], sent: &[Json], now: i64, clinic: &Clinic) -> Vec<Json> {
    let external =
        |list: &[Json]| -> Vec<Json> { list.iter().filter(|id| !mrn::is_mrn(id)).cloned().collect() };
    let (stored, sent) = (external(stored), external(sent));
    let is_sent =
        |id: &Json| id.str("id").is_some() && sent.iter().any(|sent| sent.str("id") == id.str("id"));
    let over = stored.iter().filter(|id| !is_sent(id) && is_over(id, now, clinic)).cloned();
    let mut kept: Vec<Json> = over.collect();
    kept.extend(entries(&stored, &sent, |sent, stored| {
        let mut entry = pick(&["use", "system", "value", "period"], sent, stored);
        if !entry.contains("use") {
            entry.insert_at(0, "use", "usual");
        }
        let (start, end) = {
            let part =
                |name: &str| entry.get("period").and_then(|period| period.str(name)).map(str::to_owned);
            (part("start"), part("end"))
        };
        entry.insert("period", period(start, end, clinic));
        entry
    }));
    kept
}

/// When an identifier was issued and ends unless the request says so.
const IN_USE: (&str, &str) = ("1970-01-01", "2100-12-31");

/// The period of an identifier. What was not sent has its default, unless that contradicts what was sent (per-1).
fn period(start: Option<String>, end: Option<String>, clinic: &Clinic) -> Json {
    let span = |date: &str| PartialDateTime::parse(date).map(|date| date.period(&clinic.time_zone));
    let is_in_order = |start: &str, end: &str| match (span(start), span(end)) {
        (Some(start), Some(end)) => start.from < end.to,
        _ => true,
    };
    let default_start =
        end.as_deref().is_none_or(|end| is_in_order(IN_USE.0, end)).then(|| IN_USE.0.to_owned());
    let default_end =
        start.as_deref().is_none_or(|start| is_in_order(start, IN_USE.1)).then(|| IN_USE.1.to_owned());
    let mut period = Object::new();
    start.or(default_start).into_iter().for_each(|start| period.insert("start", start));
    end.or(default_end).into_iter().for_each(|end| period.insert("end", end));
    period.into()
}

fn is_over(identifier: &Json, now: i64, clinic: &Clinic) -> bool {
    let end = identifier.get("period").and_then(|period| period.str("end"));
    end.and_then(PartialDateTime::parse).is_some_and(|end| end.period(&clinic.time_zone).to <= now)
}

/// The languages; English when nothing was said.
pub fn communication(stored: &[Json], sent: Option<&[Json]>) -> Vec<Json> {
    let languages = |list: &[Json]| -> Vec<Json> {
        let objects = list.iter().filter_map(Json::as_object);
        let picked = objects.map(|entry| keyed::pick(&["language"], entry, None));
        picked.filter(|entry| !entry.is_empty()).map(Json::from).collect()
    };
    let kept = languages(sent.unwrap_or(stored));
    if !kept.is_empty() {
        return kept;
    }
    vec![json!({
        "language": {
            "coding": [{ "system": "urn:ietf:bcp:47", "code": "en", "display": "English" }],
            "text": "English"
        }
    })]
}
