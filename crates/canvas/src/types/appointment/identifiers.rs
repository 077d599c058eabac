//! Identifiers of other systems: what is stored, what is read (Appointment.json, `identifier`).

use crate::clinic::Clinic;
use crate::keyed::{default, entries, pick};
use fhir::datetime::PartialDateTime;
use fhir::{Json, Object, json};

/// The identifiers to store when these were sent. A stored one that is not sent stays if its period is over at `now`;
/// one that is sent with its id is changed.
pub fn updated(stored: &[Json], sent: &[Json], now: i64, clinic: &Clinic) -> Vec<Json> {
    let is_sent = |identifier: &Json| {
        identifier.str("id").is_some() && sent.iter().any(|sent| sent.str("id") == identifier.str("id"))
    };
    let over = stored.iter().filter(|identifier| !is_sent(identifier) && is_over(identifier, now, clinic));
    let mut kept: Vec<Json> = over.cloned().collect();
    kept.extend(entries(stored, sent, |sent, stored| {
        let mut entry = pick(&["use", "system", "value", "period", "assigner"], sent, stored);
        complete(&mut entry);
        let assigner = entry.get("assigner").and_then(|assigner| assigner.str("display"));
        if let Some(display) = assigner.or(entry.str("system")).map(str::to_owned) {
            entry.insert("assigner", json!({ "display": display }));
        }
        entry
    }));
    kept
}

/// An identifier as it is read: with its defaults, without its assigner.
pub fn shown(identifier: &Json) -> Option<Json> {
    let mut entry = pick(&["id", "use", "system", "value", "period"], identifier.as_object()?, None);
    complete(&mut entry);
    Some(entry.into())
}

fn complete(entry: &mut Object) {
    if !entry.contains("use") {
        entry.insert_at(usize::from(entry.contains("id")), "use", "usual");
    }
    let mut period = entry.get("period").and_then(Json::as_object).cloned().unwrap_or_default();
    default(&mut period, "start", "1970-01-01");
    default(&mut period, "end", "2100-12-31");
    entry.insert("period", period);
}

fn is_over(identifier: &Json, now: i64, clinic: &Clinic) -> bool {
    let end = identifier.get("period").and_then(|period| period.str("end"));
    end.and_then(PartialDateTime::parse).is_some_and(|end| end.period(&clinic.time_zone).to <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(identifiers: &[Json]) -> Vec<&str> {
        identifiers.iter().filter_map(|identifier| identifier.str("value")).collect()
    }

    #[test]
    fn an_update_replaces_what_is_in_use_and_keeps_what_is_over() {
        let clinic = Clinic::demo();
        let stored = json!([
            { "id": "a", "use": "usual", "value": "over", "period": { "start": "1970-01-01", "end": "2020-12-31" } },
            { "id": "b", "use": "usual", "value": "current", "period": { "start": "1970-01-01", "end": "2100-12-31" } },
            { "id": "c", "use": "usual", "value": "ahead", "period": { "start": "2090-01-01", "end": "2100-12-31" } }
        ]);
        let now = 1_795_000_000_000;
        let sent = json!([{ "system": "S", "value": "new" }, { "id": "a", "value": "corrected" }]);
        let updated_list = updated(stored.items(), sent.items(), now, &clinic);
        assert_eq!(values(&updated_list), ["new", "corrected"]);
        assert_eq!(updated_list[1].at(&["period", "end"]).and_then(Json::as_str), Some("2020-12-31"));
        assert_eq!(updated_list[0].at(&["assigner", "display"]).and_then(Json::as_str), Some("S"));
        let sent = json!([{ "value": "new" }]);
        assert_eq!(values(&updated(stored.items(), sent.items(), now, &clinic)), ["over", "new"]);
    }

    #[test]
    fn what_is_read_has_defaults_and_no_assigner() {
        let read = shown(&json!({ "id": "a", "system": "S", "value": "v", "assigner": { "display": "S" } }))
            .unwrap();
        let expected = json!({
            "id": "a", "use": "usual", "system": "S", "value": "v", "period": { "start": "1970-01-01", "end": "2100-12-31" }
        });
        assert_eq!(read, expected);
    }
}
