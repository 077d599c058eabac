//! What the vendor's pages say of a resource type, as data.
//!
//! A [`Contract`] is all there is to know about a type at the Canvas door: the router, the checks of what is sent,
//! the searches, `/metadata` and the documentation read it. Nothing about a type lives outside its one file
//! under [`types`](crate::types). Facts come from `shared/canvas` (resource pages, live capability statement).

use crate::rule::Rule;
use crate::search::{Asked, Reading};
use fhir::ResourceType;
use fhir::definitions::SearchParameterType;
use interactions::search::{Criterion, ExtraParameter};
use interactions::{Interaction, Refusal};

/// A resource type at the Canvas door.
pub struct Contract {
    /// The type.
    pub resource_type: ResourceType,
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
    /// The rules that what is sent must keep, beyond R4's own.
    pub rules: &'static [Rule],
    /// The smallest body that create accepts, as JSON: what the rules' examples change. `{demo-patient}`,
    /// `{demo-practitioner}` and `{demo-location}` stand for ids of the demo clinic. Empty where nothing is written.
    pub minimal: &'static str,
    /// The elements served at `/{Type}/{id}/files/{element}`.
    pub files: &'static [&'static str],
    /// What happens that neither elements nor rules say, in sentences for the documentation.
    pub behaviours: &'static [&'static str],
    /// Where the facts are silent or contradict each other: what was chosen, and why.
    pub decisions: &'static [Decision],
}

impl Contract {
    /// Whether it offers `interaction`.
    pub fn offers(&self, interaction: Interaction) -> bool {
        self.interactions.contains(&interaction)
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

/// One element of the vendor's attribute table. Built by [`element`].
#[derive(Clone, Copy, Debug)]
pub struct ElementFact {
    /// Where it is, without the type and without indices: `telecom.system`.
    pub path: &'static str,
    /// Its R4 type.
    pub type_name: &'static str,
    /// Whether it repeats.
    pub list: bool,
    /// On what it must be there, where its parent is.
    pub required_on: &'static [Interaction],
    /// On what it may be sent and has no effect.
    pub ignored_on: &'static [Interaction],
    /// Who writes it.
    pub access: Access,
    /// The codes it may have; empty when it is not limited.
    pub values: &'static [&'static str],
    /// What it is when it is not sent.
    pub default: Option<&'static str>,
    /// How its values look, in words.
    pub format: &'static str,
    /// What else there is to say.
    pub note: &'static str,
}

/// Who writes an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The client, and it reads it back.
    ReadWrite,
    /// The server; what a client sends has no effect.
    ReadOnly,
    /// The client, and it does not read it back.
    WriteOnly,
}

/// An element that a client may write and leave out.
pub const fn element(path: &'static str, type_name: &'static str) -> ElementFact {
    ElementFact {
        path,
        type_name,
        list: false,
        required_on: &[],
        ignored_on: &[],
        access: Access::ReadWrite,
        values: &[],
        default: None,
        format: "",
        note: "",
    }
}

impl ElementFact {
    /// It repeats.
    #[must_use]
    pub const fn list(self) -> Self {
        ElementFact { list: true, ..self }
    }

    /// It is required on create and update, where its parent is.
    #[must_use]
    pub const fn required(self) -> Self {
        self.required_on(WRITES)
    }

    /// It is required on these, where its parent is.
    #[must_use]
    pub const fn required_on(self, required_on: &'static [Interaction]) -> Self {
        ElementFact { required_on, ..self }
    }

    /// It has no effect on these.
    #[must_use]
    pub const fn ignored_on(self, ignored_on: &'static [Interaction]) -> Self {
        ElementFact { ignored_on, ..self }
    }

    /// The server writes it.
    #[must_use]
    pub const fn read_only(self) -> Self {
        ElementFact { access: Access::ReadOnly, ..self }
    }

    /// It is not read back.
    #[must_use]
    pub const fn write_only(self) -> Self {
        ElementFact { access: Access::WriteOnly, ..self }
    }

    /// It is one of these.
    #[must_use]
    pub const fn one_of(self, values: &'static [&'static str]) -> Self {
        ElementFact { values, ..self }
    }

    /// What it is when it is not sent.
    #[must_use]
    pub const fn default(self, value: &'static str) -> Self {
        ElementFact { default: Some(value), ..self }
    }

    /// How its values look.
    #[must_use]
    pub const fn format(self, format: &'static str) -> Self {
        ElementFact { format, ..self }
    }

    /// What else there is to say.
    #[must_use]
    pub const fn note(self, note: &'static str) -> Self {
        ElementFact { note, ..self }
    }
}

/// One extension that the vendor knows. Built by [`extension`].
#[derive(Clone, Copy, Debug)]
pub struct ExtensionFact {
    /// Its exact url.
    pub url: &'static str,
    /// What carries it: `Patient`, `Patient.telecom`, or the url of the extension it is a part of.
    pub on: &'static str,
    /// The member that holds its value: `valueCode`; `extension` for one made of parts.
    pub value: &'static str,
    /// Whether there may be several.
    pub list: bool,
    /// On what it must be there.
    pub required_on: &'static [Interaction],
    /// The codes it may have; empty when it is not limited.
    pub values: &'static [&'static str],
    /// Who writes it.
    pub access: Access,
    /// What else there is to say.
    pub note: &'static str,
}

/// An extension that a client may write and leave out.
pub const fn extension(on: &'static str, url: &'static str, value: &'static str) -> ExtensionFact {
    ExtensionFact {
        url,
        on,
        value,
        list: false,
        required_on: &[],
        values: &[],
        access: Access::ReadWrite,
        note: "",
    }
}

impl ExtensionFact {
    /// There may be several.
    #[must_use]
    pub const fn list(self) -> Self {
        ExtensionFact { list: true, ..self }
    }

    /// It is required on create and update.
    #[must_use]
    pub const fn required(self) -> Self {
        ExtensionFact { required_on: WRITES, ..self }
    }

    /// It is one of these.
    #[must_use]
    pub const fn one_of(self, values: &'static [&'static str]) -> Self {
        ExtensionFact { values, ..self }
    }

    /// The server writes it.
    #[must_use]
    pub const fn read_only(self) -> Self {
        ExtensionFact { access: Access::ReadOnly, ..self }
    }

    /// What else there is to say.
    #[must_use]
    pub const fn note(self, note: &'static str) -> Self {
        ExtensionFact { note, ..self }
    }
}

/// How a type is searched.
pub struct SearchFacts {
    /// The parameters.
    pub parameters: &'static [ParameterFact],
    /// The keys of `_sort`.
    pub sort: &'static [SortFact],
    /// Whether the answer comes in pages (`_count`, `_offset`, links) or whole.
    pub pages: bool,
}

impl SearchFacts {
    /// A search that is not offered.
    pub const NONE: SearchFacts = SearchFacts { parameters: &[], sort: &[], pages: false };

    /// The parameter that a client calls `name`, in the live spelling or another of the vendor's.
    pub fn parameter(&self, name: &str) -> Option<&'static ParameterFact> {
        self.parameters.iter().find(|parameter| parameter.name == name || parameter.aliases.contains(&name))
    }
}

/// One search parameter. Built by [`parameter`].
#[derive(Clone, Copy)]
pub struct ParameterFact {
    /// Its name as the live capability statement spells it.
    pub name: &'static str,
    /// Other spellings on the vendor's pages; understood, not advertised.
    pub aliases: &'static [&'static str],
    /// Its kind, as the live capability statement has it.
    pub kind: SearchParameterType,
    /// Its definition in the live capability statement; `None` when the statement does not list it.
    pub definition: Option<&'static str>,
    /// What it finds.
    pub finds: Finds,
    /// The values it takes; empty when they are not limited.
    pub values: &'static [&'static str],
    /// The prefixes it takes, for dates.
    pub prefixes: &'static [&'static str],
    /// What is searched for when it is not sent.
    pub default: Option<&'static str>,
    /// Whether a search without it is refused; a rule says with which text.
    pub is_required: bool,
    /// What else there is to say.
    pub note: &'static str,
}

/// What a parameter finds. Codes name parameters of the registry: R4's, or those of
/// [`Contract::indexed`].
#[derive(Clone, Copy)]
pub enum Finds {
    /// Resources by their logical id.
    Id,
    /// What the token parameter of this code finds.
    Token(&'static str),
    /// What the reference parameter of this code finds.
    Reference(&'static str),
    /// What the date parameter of this code finds.
    Date(&'static str),
    /// What begins with the value under one of these string parameters.
    Beginning(&'static [&'static str]),
    /// What has the value somewhere under one of these string parameters.
    Part(&'static [&'static str]),
    /// What this function makes of one value.
    By(Criteria),
    /// The type finds by itself: see [`CanvasType::find`](crate::CanvasType::find).
    Itself,
}

/// Makes criteria of one value of a parameter; all of them must hold.
pub type Criteria = fn(&Asked<'_>, value: &str, &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal>;

/// The comparators that the vendor names for dates (general.json, `date_filtering`).
pub const DATE_PREFIXES: &[&str] = &["eq", "ne", "gt", "ge", "lt", "le"];

/// A parameter of any value, without a default.
pub const fn parameter(name: &'static str, kind: SearchParameterType, finds: Finds) -> ParameterFact {
    ParameterFact {
        name,
        aliases: &[],
        kind,
        definition: None,
        finds,
        values: &[],
        prefixes: if matches!(kind, SearchParameterType::Date) { DATE_PREFIXES } else { &[] },
        default: None,
        is_required: false,
        note: "",
    }
}

impl ParameterFact {
    /// Listed in the live capability statement with this definition.
    #[must_use]
    pub const fn defined_by(self, definition: &'static str) -> Self {
        ParameterFact { definition: Some(definition), ..self }
    }

    /// The vendor's pages also spell it so.
    #[must_use]
    pub const fn also(self, aliases: &'static [&'static str]) -> Self {
        ParameterFact { aliases, ..self }
    }

    /// It takes these values.
    #[must_use]
    pub const fn one_of(self, values: &'static [&'static str]) -> Self {
        ParameterFact { values, ..self }
    }

    /// It takes these prefixes.
    #[must_use]
    pub const fn prefixes(self, prefixes: &'static [&'static str]) -> Self {
        ParameterFact { prefixes, ..self }
    }

    /// What is searched for when it is not sent.
    #[must_use]
    pub const fn default(self, value: &'static str) -> Self {
        ParameterFact { default: Some(value), ..self }
    }

    /// A search without it is refused.
    #[must_use]
    pub const fn required(self) -> Self {
        ParameterFact { is_required: true, ..self }
    }

    /// What else there is to say.
    #[must_use]
    pub const fn note(self, note: &'static str) -> Self {
        ParameterFact { note, ..self }
    }
}

/// `_id`, which most types have.
pub const ID_PARAMETER: ParameterFact = parameter("_id", SearchParameterType::Token, Finds::Id)
    .defined_by("http://hl7.org/fhir/SearchParameter/Resource-id");

/// One key of `_sort`.
#[derive(Clone, Copy, Debug)]
pub struct SortFact {
    /// Its name; `-` before it reverses the order.
    pub name: &'static str,
    /// What it sorts by.
    pub by: SortBy,
}

/// What a key of `_sort` sorts by. Codes name parameters of the registry.
#[derive(Clone, Copy, Debug)]
pub enum SortBy {
    /// The logical id.
    Id,
    /// The text under a string parameter.
    Text(&'static str),
    /// The start under a date parameter.
    Date(&'static str),
}

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
