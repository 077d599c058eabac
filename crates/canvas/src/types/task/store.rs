//! What is stored of a task (Task.json, `behaviours`).

use super::CONTRACT;
use super::elements::GROUP;
use crate::keyed::default;
use crate::references::typed;
use crate::sent::extension;
use crate::stored::in_contract_order;
use crate::time;
use crate::write::Write;
use fhir::datetime::{PartialDateTime, instant};
use fhir::{Json, Object, json};

/// The task of what was sent and, on update, of what is stored; [`timed`] completes it.
pub fn compose(sent: &Object, stored: Option<&Object>) -> Object {
    let mut task = stored.cloned().unwrap_or_default();
    task.insert("resourceType", "Task");
    for name in ["status", "description", "authoredOn", "intent"] {
        if let Some(value) = sent.get(name) {
            task.insert(name, value.clone());
        }
    }
    for name in ["for", "requester"] {
        if let Some(reference) = sent.get(name) {
            task.insert(name, typed(reference));
        }
    }
    put(&mut task, "owner", sent.get("owner").map(typed));
    let restriction = restriction(&task, due(sent));
    put(&mut task, "restriction", restriction);
    let inputs = inputs(task.items("input"), sent.items("input"));
    put(&mut task, "input", Some(Json::from(inputs)).filter(|inputs| !inputs.items().is_empty()));
    if sent.contains("note") {
        let notes = notes(sent.items("note"), task.items("note"));
        put(&mut task, "note", Some(Json::from(notes)).filter(|notes| !notes.items().is_empty()));
    }
    assign(&mut task, sent);
    in_contract_order(&CONTRACT, task)
}

fn put(task: &mut Object, name: &str, value: Option<Json>) {
    match value {
        Some(value) => task.insert(name, value),
        None => drop(task.remove(name)),
    }
}

/// When a task is due.
pub fn due(task: &Object) -> Option<&str> {
    task.get("restriction")?.get("period")?.str("end")
}

/// The restriction of a stored task with this end. What the vendor does not know of it stays.
fn restriction(stored: &Object, end: Option<&str>) -> Option<Json> {
    let object = |json: Option<&Json>| json.and_then(Json::as_object).cloned().unwrap_or_default();
    let mut restriction = object(stored.get("restriction"));
    let mut period = object(restriction.get("period"));
    put(&mut period, "end", end.map(Json::from));
    put(&mut restriction, "period", Some(period).filter(|period| !period.is_empty()).map(Json::from));
    (!restriction.is_empty()).then(|| restriction.into())
}

/// The labels that were sent, in place of the stored ones. Inputs that are no labels, which the vendor does not know, stay.
fn inputs(stored: &[Json], sent: &[Json]) -> Vec<Json> {
    let others = stored.iter().filter(|input| label(input).is_none()).cloned();
    labels(sent).into_iter().chain(others).collect()
}

/// The labels among the inputs, and nothing else of them.
pub fn labels(inputs: &[Json]) -> Vec<Json> {
    let labels = inputs.iter().filter_map(label);
    labels.map(|label| json!({ "type": { "text": "label" }, "valueString": label })).collect()
}

/// The label that an input is.
fn label(input: &Json) -> Option<&str> {
    let is_label = input.get("type")?.str("text") == Some("label");
    input.str("valueString").filter(|_| is_label)
}

/// The team that was sent, in place of the stored one; without one the stored one stays.
fn assign(task: &mut Object, sent: &Object) {
    let Some(reference) = extension(sent, GROUP).and_then(|group| group.get("valueReference")) else {
        return;
    };
    let group = json!({ "url": GROUP, "valueReference": (typed(reference)) });
    let others = task.items("extension").iter().filter(|known| known.str("url") != Some(GROUP));
    let extensions: Vec<Json> = std::iter::once(group).chain(others.cloned()).collect();
    task.insert("extension", extensions);
}

/// The comments that were sent. One that comes without time and is there already keeps its time.
fn notes(sent: &[Json], stored: &[Json]) -> Vec<Json> {
    let when = |note: &Json| note.str("time").map(time::shown);
    let is_sent_whole = |stored: &&Json| {
        sent.iter().any(|sent| sent.str("time").is_some() && same(sent, stored) && when(sent) == when(stored))
    };
    let mut known: Vec<&Json> = stored.iter().filter(|stored| !is_sent_whole(stored)).collect();
    let mut notes = Vec::with_capacity(sent.len());
    for sent in sent {
        let mut note = Object::new();
        if let Some(author) = sent.get("authorReference") {
            note.insert("authorReference", typed(author));
        }
        let place = known.iter().position(|known| sent.str("time").is_none() && same(sent, known));
        let earlier = place.map(|place| known.remove(place));
        if let Some(time) = sent.str("time").or_else(|| earlier?.str("time")) {
            note.insert("time", time);
        }
        if let Some(text) = sent.str("text") {
            note.insert("text", text);
        }
        notes.push(note.into());
    }
    notes
}

/// Whether two comments say the same, whenever that was.
fn same(one: &Json, other: &Json) -> bool {
    let author = |note: &Json| note.get("authorReference")?.str("reference").map(str::to_owned);
    one.str("text") == other.str("text") && author(one) == author(other)
}

/// The task with the times that were not sent, stored at `now`. Of comments, those of the request get one; what is stored
/// without a time stays so, for nobody knows when it was.
pub fn timed(task: &Object, write: &Write<'_, '_>) -> Object {
    let (now, clinic) = (write.unit.now(), write.sent.clinic);
    let mut timed = task.clone();
    default(&mut timed, "authoredOn", instant(now));
    let authored = timed.str("authoredOn").and_then(PartialDateTime::parse);
    let authored = authored.map_or(now, |authored| authored.start(&clinic.time_zone));
    timed.insert("lastModified", instant(now.max(authored)));
    let stored = write.stored.map(|stored| stored.items("note")).unwrap_or_default();
    let mut untimed: Vec<&Json> = stored.iter().filter(|note| note.str("time").is_none()).collect();
    if write.sent.body.contains("note")
        && let Some(Json::Array(notes)) = timed.get_mut("note")
    {
        for note in notes.iter_mut().filter(|note| note.str("time").is_none()) {
            if let Some(place) = untimed.iter().position(|stored| same(stored, note)) {
                untimed.remove(place);
                continue;
            }
            let Some(note) = note.as_object_mut() else { continue };
            let place = note.position("text").unwrap_or(note.len());
            note.insert_at(place, "time", instant(now));
        }
    }
    in_contract_order(&CONTRACT, timed)
}
