//! What is held against a create (Observation.json, `rules`).

use super::checks;
use crate::rule::{Check, Rule, remove, rule, set};
use fhir::IssueCode;
use interactions::Interaction;

const ON_CREATE: &[Interaction] = &[Interaction::Create];
const OURS: &str = "not the vendor's";

const RHYTHM: &str = r#"{"coding":[{"system":"http://loinc.org","code":"8884-9","display":"Pulse Rhythm"}]}"#;
const PRESSURE: &str =
    r#"{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood Pressure"}]}"#;
const PANEL: &str =
    r#"{"coding":[{"system":"http://loinc.org","code":"85353-1","display":"Vital Signs Panel"}]}"#;
const NOTE: &str = r#"{"coding":[{"system":"http://loinc.org","code":"80339-5","display":"Note"}]}"#;
const HEIGHT: &str = r#"{"coding":[{"system":"http://loinc.org","code":"8302-2","display":"Height"}]}"#;
const LAST: &str = r#"[{"reference":"Observation/{id}"}]"#;

/// The rules.
pub const RULES: &[Rule] = &[
    rule("observation-required", IssueCode::Required, "{path} is required")
        .on(ON_CREATE)
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(
            &[remove("code.coding.0.display")],
            "Observation.code.coding[0].display",
            "code.coding.display is required",
        )
        .kept_by(&[]),
    rule("observation-listed", IssueCode::Value, "{path} '{value}' is not one of those listed for it")
        .on(ON_CREATE)
        .when("an element has a value that is not among those listed for it")
        .check(Check::ListedElements)
        .broken_by(
            &[set("status", "\"preliminary\"")],
            "Observation.status",
            "status 'preliminary' is not one of those listed for it",
        )
        .kept_by(&[set("status", "\"unknown\"")])
        .note(OURS),
    rule("observation-effective", IssueCode::Value, "Invalid effectiveDateTime: {value}")
        .on(ON_CREATE)
        .when("effectiveDateTime is not a dateTime")
        .check(Check::Body(checks::effective))
        .broken_by(
            &[set("effectiveDateTime", "\"2024-02-30\"")],
            "Observation.effective",
            "Invalid effectiveDateTime: 2024-02-30",
        )
        .kept_by(&[set("effectiveDateTime", "\"2024-02-29T08:50:24.883809+00:00\"")]),
    rule(
        "observation-effective-form",
        IssueCode::NotSupported,
        "{element} is not supported; send effectiveDateTime",
    )
    .on(ON_CREATE)
    .when("when it was is sent as effectivePeriod or effectiveTiming")
    .check(Check::Body(checks::effective_form))
    .broken_by(
        &[set("effectivePeriod", r#"{"start":"2024-02-28T08:50:24Z","end":"2024-02-28T09:50:24Z"}"#)],
        "Observation.effective",
        "effectivePeriod is not supported; send effectiveDateTime",
    )
    .kept_by(&[set("effectiveInstant", "\"2024-02-29T08:50:24.883809+00:00\"")])
    .note(OURS),
    rule("observation-subject", IssueCode::Value, "subject must be a Patient, not {found}")
        .on(ON_CREATE)
        .when("subject refers to another type than Patient")
        .check(Check::Body(checks::subject))
        .broken_by(
            &[set("subject", r#"{"reference":"Location/{demo-location}"}"#)],
            "Observation.subject.reference",
            "subject must be a Patient, not Location",
        )
        .kept_by(&[])
        .note(OURS),
    rule("observation-code", IssueCode::BusinessRule, "Unsupported vital sign code: {code}")
        .on(ON_CREATE)
        .when("code names none of the vital signs of LOINC that can be created")
        .check(Check::Write(checks::code))
        .broken_by(
            &[set("code.coding.0.code", "\"39156-5\"")],
            "Observation.code",
            "Unsupported vital sign code: 39156-5",
        )
        .kept_by(&[set("code", HEIGHT), set("valueQuantity", r#"{"value":69}"#)]),
    rule("observation-one-code", IssueCode::BusinessRule, "code must name one vital sign, not several")
        .on(ON_CREATE)
        .when("codings of code name different vital signs")
        .check(Check::Write(checks::one_code))
        .broken_by(
            &[set("code.coding.1", r#"{"system":"http://loinc.org","code":"8302-2","display":"Height"}"#)],
            "Observation.code",
            "code must name one vital sign, not several",
        )
        .kept_by(&[set("code.coding.1", r#"{"system":"http://snomed.info/sct","code":"27113001","display":"Body weight"}"#)])
        .note(OURS),
    rule("observation-unit", IssueCode::BusinessRule, "Unit {unit} is not supported for code: {code}")
        .on(ON_CREATE)
        .when("a unit, or without one its UCUM code, is not accepted for the code")
        .check(Check::Write(checks::unit))
        .broken_by(
            &[set("valueQuantity.unit", "\"st\"")],
            "Observation.value.unit",
            "Unit st is not supported for code: 29463-7",
        )
        .kept_by(&[set("valueQuantity.unit", "\"lb\"")]),
    rule(
        "observation-rhythm",
        IssueCode::BusinessRule,
        "Pulse rhythm must be one of: Regular, Irregularly Irregular, Regularly Irregular",
    )
    .in_place_of("Pulse rhythm must be one of: Regular, Irregularly Irregular, Regulary Irregular")
    .on(ON_CREATE)
    .when("a pulse rhythm is none of three; the spelling of the third is that of 2026-11-18")
    .check(Check::Write(checks::rhythm))
    .broken_by(
        &[set("code", RHYTHM), remove("valueQuantity"), set("valueString", "\"Regulary Irregular\"")],
        "Observation.value",
        "Pulse rhythm must be one of: Regular, Irregularly Irregular, Regularly Irregular",
    )
    .kept_by(&[set("code", RHYTHM), remove("valueQuantity"), set("valueString", "\"Regularly Irregular\"")]),
    rule(
        "observation-held",
        IssueCode::BusinessRule,
        "Vital sign reading already exists for the given reading",
    )
    .documented()
    .on(ON_CREATE)
    .when("the panel that a reading joins holds one of its kind, or a panel is to adopt two of a kind")
    .check(Check::Write(checks::held))
    .after(&[&[], &[set("code", PANEL), remove("valueQuantity"), set("hasMember", LAST)]])
    .broken_by(
        &[set("derivedFrom", LAST)],
        "Observation.derivedFrom[0].reference",
        "Vital sign reading already exists for the given reading",
    )
    .kept_by(&[set("code", HEIGHT), set("valueQuantity", r#"{"value":69}"#), set("derivedFrom", LAST)]),
    rule(
        "observation-pressure-quantity",
        IssueCode::BusinessRule,
        "Blood pressure must be sent as components, not valueQuantity",
    )
    .on(ON_CREATE)
    .when("a blood pressure has a valueQuantity of its own")
    .check(Check::Write(checks::pressure_quantity))
    .broken_by(
        &[set("code", PRESSURE), set("valueQuantity", r#"{"value":122}"#)],
        "Observation.value",
        "Blood pressure must be sent as components, not valueQuantity",
    )
    .kept_by(&[set("code", PRESSURE), remove("valueQuantity"), set("valueString", "\"122/68\"")]),
    rule(
        "observation-pressure",
        IssueCode::BusinessRule,
        "Blood pressure must be systolic/diastolic, such as 122/68",
    )
    .on(ON_CREATE)
    .when("the valueString of a blood pressure is not {systolic}/{diastolic}, mmHg after it or not")
    .check(Check::Write(checks::pressure_text))
    .broken_by(
        &[set("code", PRESSURE), remove("valueQuantity"), set("valueString", "\"122 over 68\"")],
        "Observation.value",
        "Blood pressure must be systolic/diastolic, such as 122/68",
    )
    .kept_by(&[set("code", PRESSURE), remove("valueQuantity"), set("valueString", "\"122/68 mmHg\"")]),
    rule(
        "observation-components",
        IssueCode::BusinessRule,
        "Components must be one systolic (8480-6) and one diastolic (8462-4) pressure, each a number from 0 and as valueString has it",
    )
    .on(ON_CREATE)
    .when("the components of a blood pressure are others than its two numbers, or another reading has some")
    .check(Check::Write(checks::components))
    .broken_by(
        &[
            set("code", PRESSURE),
            remove("valueQuantity"),
            set("valueString", "\"122/68\""),
            set(
                "component",
                r#"[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"BP - Systolic"}]},"valueQuantity":{"value":124,"unit":"mmHg"}}]"#,
            ),
        ],
        "Observation.component[0]",
        "Components must be one systolic (8480-6) and one diastolic (8462-4) pressure, each a number from 0 and as valueString has it",
    )
    .kept_by(&[
        set("code", PRESSURE),
        remove("valueQuantity"),
        set(
            "component",
            r#"[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"BP - Systolic"}]},"valueQuantity":{"value":"122","unit":"mmHg"}}]"#,
        ),
    ])
    .note(OURS),
    rule(
        "observation-positive",
        IssueCode::BusinessRule,
        "{vital sign} must be a number greater than zero",
    )
    .on(ON_CREATE)
    .when("the value of a vital sign that is a number is not one greater than zero")
    .check(Check::Write(checks::positive))
    .broken_by(
        &[set("valueQuantity.value", "0")],
        "Observation.value.value",
        "weight must be a number greater than zero",
    )
    .kept_by(&[set("valueQuantity.value", "\"50\"")]),
    rule("observation-note", IssueCode::BusinessRule, "A note must be sent as valueString")
        .on(ON_CREATE)
        .when("a note has a value of another kind")
        .check(Check::Write(checks::note))
        .broken_by(&[set("code", NOTE)], "Observation.value", "A note must be sent as valueString")
        .kept_by(&[set("code", NOTE), remove("valueQuantity"), set("valueString", "\"after exercise\"")])
        .note(OURS),
    rule(
        "observation-panel-value",
        IssueCode::BusinessRule,
        "A vital sign panel has no value, component or derivedFrom: its readings have them",
    )
    .on(ON_CREATE)
    .when("a panel has what only readings have")
    .check(Check::Write(checks::panel_value))
    .broken_by(
        &[set("code", PANEL)],
        "Observation.value",
        "A vital sign panel has no value, component or derivedFrom: its readings have them",
    )
    .kept_by(&[set("code", PANEL), remove("valueQuantity")])
    .note(OURS),
    rule(
        "observation-members",
        IssueCode::BusinessRule,
        "hasMember is for vital sign panels and names vital sign readings of the same patient",
    )
    .on(ON_CREATE)
    .when("a reading has members, or a member of a panel is no vital sign reading of its patient")
    .check(Check::Write(checks::members))
    .after(&[&[]])
    .broken_by(
        &[set("hasMember", LAST)],
        "Observation.hasMember[0].reference",
        "hasMember is for vital sign panels and names vital sign readings of the same patient",
    )
    .kept_by(&[set("code", PANEL), remove("valueQuantity"), set("hasMember", LAST)])
    .note(OURS),
    rule(
        "observation-panel",
        IssueCode::BusinessRule,
        "derivedFrom must name one vital sign panel of the same patient that is not entered in error",
    )
    .on(ON_CREATE)
    .when("derivedFrom names several, or something else than a panel of the patient, or one that was entered in error")
    .check(Check::Write(checks::joins_panel))
    .after(&[&[]])
    .broken_by(
        &[set("derivedFrom", LAST)],
        "Observation.derivedFrom[0].reference",
        "derivedFrom must name one vital sign panel of the same patient that is not entered in error",
    )
    .kept_by(&[])
    .note(OURS),
];
