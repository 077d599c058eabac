//! Lists whose entries have ids that the server issues: telecom, address, contact, identifier.

use fhir::{Json, Object};

/// The entries to store for those sent. An entry with the id of a stored one is that one, changed; any other is new
/// and gets a fresh id, whatever id was sent with it. `compose` makes an entry of the sent one and the stored one.
/// Stored entries that are not sent are gone.
pub fn entries(
    stored: &[Json],
    sent: &[Json],
    compose: impl Fn(&Object, Option<&Object>) -> Object,
) -> Vec<Json> {
    let mut known: Vec<&Object> = stored.iter().filter_map(Json::as_object).collect();
    let mut entries = Vec::with_capacity(sent.len());
    for sent in sent.iter().filter_map(Json::as_object) {
        let same = |stored: &&Object| sent.str("id").is_some() && stored.str("id") == sent.str("id");
        // Each stored entry is changed once: the second of two with one id is new.
        let target = known.iter().position(same).map(|place| known.remove(place));
        let mut entry = compose(sent, target);
        let id = target.and_then(|target| target.str("id")).map_or_else(fresh_id, str::to_owned);
        entry.insert_at(0, "id", id);
        entries.push(entry.into());
    }
    entries
}

/// The members `names`, in this order: as sent, else as stored.
pub fn pick(names: &[&str], sent: &Object, stored: Option<&Object>) -> Object {
    let mut picked = Object::new();
    for name in names {
        if let Some(value) = sent.get(name).or_else(|| stored.and_then(|stored| stored.get(name))) {
            picked.insert(name, value.clone());
        }
    }
    picked
}

/// Sets a member that is not there.
pub fn default(object: &mut Object, name: &str, value: impl Into<Json>) {
    if !object.contains(name) {
        object.insert(name, value);
    }
}

/// Joins the second and further lines of an address to one ("the remaining items are concatenated into line 2").
pub fn two_lines(address: &mut Object) {
    let lines: Vec<&str> = address.items("line").iter().filter_map(Json::as_str).collect();
    if let [first, rest @ ..] = lines.as_slice()
        && rest.len() > 1
    {
        let two = vec![Json::from(*first), rest.join(" ").into()];
        address.insert("line", two);
    }
}

/// A fresh id of an entry (general.json: "telecom.id, address.id, contact.id and identifier.id are UUIDs").
pub fn fresh_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::json;

    #[test]
    fn entries_are_changed_by_id_and_new_without_one() {
        let stored = json!([{ "id": "a", "value": "1", "use": "home" }, { "id": "b", "value": "2" }]);
        let sent = json!([{ "id": "a", "value": "3" }, { "value": "4" }, { "id": "a", "value": "5" }]);
        let entries =
            entries(stored.items(), sent.items(), |sent, stored| pick(&["value", "use"], sent, stored));
        assert_eq!(entries.len(), 3);
        assert_eq!(entries[0], json!({ "id": "a", "value": "3", "use": "home" }));
        assert_eq!((entries[1].str("value"), entries[1].get("use")), (Some("4"), None));
        assert!(fhir::primitive::is_uuid(entries[1].str("id").unwrap()));
        assert_ne!(entries[2].str("id"), Some("a"));
    }
}
