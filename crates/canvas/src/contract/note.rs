//! How a type's creates name the note that they land in.

use crate::rule::Rule;

/// The extension that names the note (Note.json: its value is the `noteKey`).
pub const NOTE_ID: &str = "http://schemas.canvasmedical.com/fhir/extensions/note-id";

/// How a create names its note, and what is held against it. Built by [`note_of!`](crate::note_of).
#[derive(Clone, Copy)]
pub struct NoteFact {
    /// The element that refers to the encounter of the note: `encounter`, `context`.
    pub element: &'static str,
    /// The rules, with the vendor's text for the type.
    pub rules: &'static [Rule],
    /// The coding of the note type that an import lands in where the clinic has such a type; else, and without it, the
    /// note is a Data Import.
    pub import_type: Option<(&'static str, &'static str)>,
    /// The element that dates the note of an import; without it, the note is dated when it is made.
    pub dated_by: Option<&'static str>,
}

impl NoteFact {
    /// An import lands in a note of this type where the clinic has it.
    #[must_use]
    pub const fn importing_as(self, system: &'static str, code: &'static str) -> Self {
        NoteFact { import_type: Some((system, code)), ..self }
    }

    /// This element dates the note of an import.
    #[must_use]
    pub const fn dated_by(self, element: &'static str) -> Self {
        NoteFact { dated_by: Some(element), ..self }
    }
}

/// The [`NoteFact`](crate::contract::NoteFact) of a type: its name, the prefix of its rules, the element that refers to
/// the encounter, and the text when that and the extension name different notes.
#[macro_export]
macro_rules! note_of {
    ($type:literal, $prefix:literal, $element:literal, $disagreement:literal) => {{
        use fhir::IssueCode;
        use interactions::Interaction;
        use $crate::rule::{Check, Rule, rule, set};
        const UNKNOWN: &str = r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/note-id","valueId":"00000000-0000-4000-8000-000000000000"}]"#;
        const KNOWN: &str = r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/note-id","valueId":"{demo-note}"}]"#;
        const RULES: &[Rule] = &[
            rule(concat!($prefix, "-note-exists"), IssueCode::NotFound, "note {id} does not exist")
                .on(&[Interaction::Create])
                .when("the note-id extension names no note")
                .check(Check::Write($crate::note::exists))
                .broken_by(
                    &[set("extension", UNKNOWN)],
                    concat!($type, ".extension[0].valueId"),
                    "note 00000000-0000-4000-8000-000000000000 does not exist",
                )
                .kept_by(&[set("extension", KNOWN)])
                .note("not the vendor's: the facts are silent on it"),
            rule(concat!($prefix, "-note-agrees"), IssueCode::BusinessRule, $disagreement)
                .on(&[Interaction::Create])
                .when(concat!("the note-id extension and ", $element, " name different notes"))
                .check(Check::Write($crate::note::agrees))
                .broken_by(
                    &[
                        set("extension", KNOWN),
                        set($element, r#"{"reference":"Encounter/{demo-encounter-other}"}"#),
                    ],
                    concat!($type, ".", $element, ".reference"),
                    $disagreement,
                )
                .kept_by(&[
                    set("extension", KNOWN),
                    set($element, r#"{"reference":"Encounter/{demo-encounter}"}"#),
                ]),
            rule(concat!($prefix, "-note-open"), IssueCode::BusinessRule, "Note {id} is deleted or cancelled")
                .on(&[Interaction::Create])
                .when("the note that is named is deleted or cancelled")
                .check(Check::Write($crate::note::is_open))
                .broken_by(
                    &[set($element, r#"{"reference":"Encounter/{demo-encounter-cancelled}"}"#)],
                    concat!($type, ".", $element, ".reference"),
                    "Note 5ee10000-0000-4000-8000-000000000042 is deleted or cancelled",
                )
                .kept_by(&[set($element, r#"{"reference":"Encounter/{demo-encounter}"}"#)]),
            rule(concat!($prefix, "-note-patient"), IssueCode::BusinessRule, "Note {id} is of another patient")
                .on(&[Interaction::Create])
                .when("the note that is named is of another patient")
                .check(Check::Write($crate::note::is_the_patients))
                .broken_by(
                    &[set($element, r#"{"reference":"Encounter/{demo-encounter-stranger}"}"#)],
                    concat!($type, ".", $element, ".reference"),
                    "Note 5ee10000-0000-4000-8000-000000000021 is of another patient",
                )
                .kept_by(&[set($element, r#"{"reference":"Encounter/{demo-encounter}"}"#)])
                .note("not the vendor's: nobody's record may land in another patient's note"),
        ];
        $crate::contract::NoteFact { element: $element, rules: RULES, import_type: None, dated_by: None }
    }};
}
