//! Task (<https://docs.canvasmedical.com/api/task/>): what is to be done, by whom, until when.

mod elements;
mod parameters;
mod rules;
mod status;
mod store;

use crate::canvas_type::CanvasType;
use crate::contract::{Contract, Decision, IdForm, decision};
use crate::keyed::pick;
use crate::references::{tell_type, typed};
use crate::search::Reading;
use crate::sent::{Sent, extension};
use crate::write::Write;
use crate::{display, stored, time};
use elements::GROUP;
use fhir::{Json, Object, ResourceType, json};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Task;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    elements: elements::ELEMENTS,
    extensions: elements::EXTENSIONS,
    search: parameters::SEARCH,
    indexed: parameters::INDEXED,
    rules: rules::RULES,
    refused_preferences: &[(
        "note-append",
        "send every comment that is to stay; note-replace is what an update does",
    )],
    minimal: r#"{"resourceType":"Task","status":"requested","description":"Call about the results","requester":{"reference":"Practitioner/{demo-practitioner}"},"intent":"unknown"}"#,
    behaviours: &[
        "On update, owner, restriction and input that are not sent are deleted; for, authoredOn, note and the team stay.",
        "The comments of an update are all that there are then (Prefer: note-replace); Prefer: note-append is refused (400).",
        "A comment that is sent again without its time keeps it.",
        "lastModified moves with every update.",
        "A label is any text; it need not exist before.",
    ],
    decisions: DECISIONS,
    ..Contract::of("Task", ResourceType::TASK, IdForm::Uuid)
};

const DECISIONS: &[Decision] = &[
    decision(
        "Comments on update",
        "What is sent is the full list, [] deletes every comment; a body without note leaves the comments as they are.",
        "The change released 2025-09-30 is newer than the page, which appends. note is not among what omission deletes, and comments are a clinical record.",
    ),
    decision(
        "Comments that the R4 door stored without a time",
        "Stay without one, also when they are sent again; comments that are new get the time of the write.",
        "When they were made nobody knows.",
    ),
    decision(
        "Prefer: note-append",
        "Is refused (400).",
        "It is not supported since 2025-09-30. Passing over it would delete the comments that the client means to keep.",
    ),
    decision(
        "description and for left out of an update",
        "description is refused, as on create; for keeps its stored value.",
        "The page lists description both as required and as deleted by omission; for it lists as neither.",
    ),
    decision(
        "lastModified of a task whose authoredOn lies ahead",
        "Is authoredOn.",
        "R4 forbids that it is earlier (inv-1), and a client's clock may be ahead.",
    ),
    decision(
        "Statuses of R4 that the vendor does not know",
        "draft, received, accepted, ready, in-progress and on-hold are shown and found as requested; rejected, failed and entered-in-error as cancelled.",
        "An earlier edition maps them so; they come from the R4 door alone.",
    ),
    decision(
        "task-permalink",
        "Is shown of tasks that were stored with one.",
        "It leads into the vendor's user interface; the page says that it may be absent.",
    ),
    decision(
        "input of tasks of the R4 door",
        "Labels alone are shown; an update leaves the others.",
        "The vendor has nothing else there, and its clients cannot send back what they do not see.",
    ),
    decision(
        "description",
        "Is found by its beginning, without case and accents.",
        "The live capability statement types it string, and FHIR's string search is by the beginning.",
    ),
    decision(
        "due",
        "Takes dates with prefixes, and is claimed as a string.",
        "The page has it a date, the live capability statement types it string.",
    ),
    decision(
        "priority",
        "Finds by Task.priority, which is not shown.",
        "The live capability statement has the parameter, the page no element.",
    ),
    decision(
        "Tasks without a due date",
        "Come last when sorted by due-date, in both directions.",
        "The page does not say.",
    ),
    decision(
        "Internal comments of delegated tasks, inactive labels, the task panel",
        "There are none here.",
        "They belong to the vendor's own orders and user interface.",
    ),
];

impl CanvasType for Task {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        store::compose(sent.body, None)
    }

    fn merge(&self, stored: &Object, write: &Write<'_, '_>) -> Object {
        store::compose(write.sent.body, Some(stored))
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        Ok(Some(store::timed(resource, write)))
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        if let Some(status) = resource.str("status").and_then(status::shown) {
            resource.insert("status", status);
        }
        for name in ["for", "requester", "owner"] {
            tell_type(resource.get_mut(name));
        }
        time::show(resource, &["authoredOn", "lastModified"]);
        match store::due(resource).map(time::shown) {
            Some(end) => resource.insert("restriction", json!({ "period": { "end": end } })),
            None => drop(resource.remove("restriction")),
        }
        show_list(resource, "note", |notes| notes.iter().filter_map(note).collect());
        show_list(resource, "input", store::labels);
        if let Some(Json::Array(extensions)) = resource.get_mut("extension") {
            for extension in extensions.iter_mut().filter(|extension| extension.str("url") == Some(GROUP)) {
                let group =
                    extension.as_object_mut().and_then(|extension| extension.get_mut("valueReference"));
                if let Some(group) = group {
                    tell_type(Some(group));
                    display::add(Some(group), reading)?;
                }
            }
        }
        *resource = stored::in_contract_order(&CONTRACT, std::mem::take(resource));
        Ok(())
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        let group = extension(resource, GROUP).and_then(|extension| extension.get("valueReference"));
        Some(group.and_then(|group| group.str("reference")).into_iter().collect())
    }
}

/// A comment as it is shown.
fn note(stored: &Json) -> Option<Json> {
    let mut note = pick(&["authorReference", "time", "text"], stored.as_object()?, None);
    if let Some(author) = note.get("authorReference").map(typed) {
        note.insert("authorReference", author);
    }
    time::show(&mut note, &["time"]);
    Some(note.into())
}

/// Puts what is shown of a list in its place; takes it away when that is nothing.
fn show_list(resource: &mut Object, name: &str, shown: impl Fn(&[Json]) -> Vec<Json>) {
    let shown = shown(resource.items(name));
    match shown.is_empty() {
        true => drop(resource.remove(name)),
        false => resource.insert(name, shown),
    }
}
