//! What the vendor's pages say of a resource type, as data.
//!
//! A [`Contract`] is all there is to know about a type at the Canvas door: the router, the checks of what is sent,
//! the searches, `/metadata` and the documentation read it. Nothing about a type lives outside its one file
//! under [`types`](crate::types). Facts come from `shared/canvas` (resource pages, live capability statement).

mod element;
mod extension;
mod mark;
mod note;
mod operation;
mod parameter;

pub use element::{Access, ElementFact, UTC, element};
pub use extension::{ExtensionFact, extension};
pub use mark::Mark;
pub use note::{NOTE_ID, NoteFact};
pub use operation::{Level, Operate, OperationFact};
pub use parameter::{
    Criteria, DATE_PREFIXES, Finds, ID_PARAMETER, ParameterFact, SearchFacts, SortBy, SortFact, parameter,
};

use crate::hidden::Hidden;
use crate::rule::{Change, Rule};
use fhir::{Object, ResourceType};
use interactions::Interaction;
use interactions::search::ExtraParameter;

/// A resource type at the Canvas door. Built from [`Contract::of`]: a type's file says what it adds.
pub struct Contract {
    /// What the vendor calls it: the name in paths, texts and scopes.
    pub name: &'static str,
    /// The type of R4 that it is. One that R4 does not know is a `Basic`, and never stored.
    pub resource_type: ResourceType,
    /// Whether the live capability statement lists it; if not, it is served and not claimed.
    pub is_live: bool,
    /// Whether what it shows is stored. If not, it is derived, whatever the R4 door stores under the type of R4.
    pub is_stored: bool,
    /// Which of the stored resources this door leaves out, if any.
    pub hides: Option<Hidden>,
    /// What is offered; anything else is 405.
    pub interactions: &'static [Interaction],
    /// The US Core profiles that the vendor claims.
    pub profiles: &'static [&'static str],
    /// The form of the ids that the server issues.
    pub ids: IdForm,
    /// The elements that the vendor knows. Others are checked as R4 has them and not stored.
    pub elements: &'static [ElementFact],
    /// The extensions that the vendor knows, by their exact url. Others are not stored.
    pub extensions: &'static [ExtensionFact],
    /// How it is searched.
    pub search: SearchFacts,
    /// What its searches need indexed beyond R4's parameters. Numbers are stored with the index: they are never
    /// given to another parameter of the type.
    pub indexed: &'static [ExtraParameter],
    /// The rules that what is sent must keep, beyond R4's own. Those of [`note`](Self::note) and of operations come
    /// on top: [`all_rules`](Self::all_rules).
    pub rules: &'static [Rule],
    /// How a create names the note that it lands in, when it lands in one.
    pub note: Option<NoteFact>,
    /// Where the authors of a record are: elements that refer to them, the first that is there counts. With it, each
    /// create and update leaves a Provenance.
    pub authors: Option<&'static [&'static str]>,
    /// When an update does nothing but mark the resource as entered in error: how.
    pub mark: Option<Mark>,
    /// Preferences (header Prefer) that an update refuses, since passing over them would do what the client asked not to
    /// do; each with what to do in its place.
    pub refused_preferences: &'static [(&'static str, &'static str)],
    /// Whether a rule of the type is about an id in the body of an update that is not that of the URL; else that is 400.
    pub rules_the_id: bool,
    /// The vendor's operations.
    pub operations: &'static [OperationFact],
    /// The smallest body that create accepts, as JSON: what the rules' examples change. `{demo-patient}`,
    /// `{demo-practitioner}` and `{demo-location}` stand for ids of the demo clinic. Empty where nothing is written.
    pub minimal: &'static str,
    /// What an update needs otherwise: changes to the minimal body, made before those of an example of update.
    pub minimal_update: &'static [Change],
    /// The elements served at `/{Type}/{id}/files/{element}`.
    pub files: &'static [&'static str],
    /// What happens that neither elements nor rules say, in sentences for the documentation.
    pub behaviours: &'static [&'static str],
    /// Where the facts are silent or contradict each other: what was chosen, and why.
    pub decisions: &'static [Decision],
}

impl Contract {
    /// A contract that offers nothing yet: what a type's contract is built upon.
    pub const fn of(name: &'static str, resource_type: ResourceType, ids: IdForm) -> Self {
        Contract {
            name,
            resource_type,
            is_live: true,
            is_stored: true,
            hides: None,
            interactions: &[],
            profiles: &[],
            ids,
            elements: &[],
            extensions: &[],
            search: SearchFacts::NONE,
            indexed: &[],
            rules: &[],
            note: None,
            authors: None,
            mark: None,
            refused_preferences: &[],
            rules_the_id: false,
            operations: &[],
            minimal: "",
            minimal_update: &[],
            files: &[],
            behaviours: &[],
            decisions: &[],
        }
    }

    /// The rules of create, update and search: the type's own, then those of the note.
    pub fn all_rules(&self) -> impl Iterator<Item = &'static Rule> + use<> {
        self.rules.iter().chain(self.note.map(|note| note.rules).unwrap_or_default())
    }

    /// The operation `name`, asked of an instance or of the type.
    pub fn operation(&self, name: &str, level: Level) -> Option<&'static OperationFact> {
        self.operations.iter().find(|operation| operation.name == name && operation.level == level)
    }

    /// Whether it offers `interaction`.
    pub fn offers(&self, interaction: Interaction) -> bool {
        self.interactions.contains(&interaction)
    }

    /// Whether it is never written at this door.
    pub fn is_read_only(&self) -> bool {
        !WRITES.iter().any(|write| self.offers(*write))
    }

    /// Whether a stored resource is shown; else it is read as if it did not exist.
    pub fn shows(&self, resource: &Object) -> bool {
        self.hides.is_none_or(|hidden| !(hidden.is)(resource))
    }

    /// The fact about the element at `path` (`telecom.system`).
    pub fn element(&self, path: &str) -> Option<&'static ElementFact> {
        self.elements.iter().find(|element| element.path == path)
    }

    /// The fact about the extension `url` on `on` (`Patient`, `Patient.telecom`, the url of an outer extension).
    pub fn extension(&self, on: &str, url: &str) -> Option<&'static ExtensionFact> {
        self.extensions.iter().find(|extension| extension.on == on && extension.url == url)
    }
}

/// The form of logical ids (general.json, `ids`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdForm {
    /// 32 lowercase hexadecimal digits.
    Hex32,
    /// A UUID with hyphens.
    Uuid,
    /// Derived, in this form.
    Derived(&'static str),
}

impl IdForm {
    /// The form in words.
    pub const fn describe(self) -> &'static str {
        match self {
            IdForm::Hex32 => "32 lowercase hexadecimal digits",
            IdForm::Uuid => "a UUID with hyphens",
            IdForm::Derived(form) => form,
        }
    }

    /// A fresh id; derived ids are never issued, a UUID stands in.
    pub fn fresh(self) -> String {
        let id = uuid::Uuid::new_v4();
        match self {
            IdForm::Hex32 => id.simple().to_string(),
            IdForm::Uuid | IdForm::Derived(_) => id.to_string(),
        }
    }
}

/// Create and update.
pub const WRITES: &[Interaction] = &[Interaction::Create, Interaction::Update];

/// A choice that was made where the facts leave one.
#[derive(Clone, Copy, Debug)]
pub struct Decision {
    /// What it is about.
    pub about: &'static str,
    /// What was chosen.
    pub decision: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// A decision: what it is about, what was chosen, why.
pub const fn decision(about: &'static str, decision: &'static str, reason: &'static str) -> Decision {
    Decision { about, decision, reason }
}
