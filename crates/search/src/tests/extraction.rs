//! Resources and the rows that are made of them.

use super::{Key, REGISTRY, ms, parse, rows_of, type_of};
use crate::IndexRow;
use crate::index::{ParameterId, TEXT_LENGTH};
use fhir::datetime::Period;
use fhir::{Json, ResourceType};

/// A row in readable form.
#[derive(Clone, Copy, Debug)]
enum Row {
    Key(Key<'static>),
    Text(&'static str),
    Part(&'static str),
    Span(&'static str, &'static str),
}

use Key::{
    CaselessCode, Code, CodeWithoutSystem, Contained, Cut, Exact, Present, Resource, ResourceVersion, Sound,
    System, SystemAndCode, Uri,
};
use Row::{Key as K, Part, Span, Text};

fn instant(text: &str) -> i64 {
    match text {
        "open" => unreachable!("open ends are told apart by their side"),
        text => ms(text),
    }
}

impl Row {
    fn row(self, parameter: ParameterId) -> IndexRow {
        match self {
            K(key) => key.row(parameter),
            Text(folded) => IndexRow::Text { parameter, folded: folded.into() },
            Part(folded) => IndexRow::Text { parameter: parameter.parts(), folded: folded.into() },
            Span(from, to) => IndexRow::Span {
                parameter,
                from: if from == "open" { Period::BEGINNING } else { instant(from) },
                to: if to == "open" { Period::END } else { instant(to) },
            },
        }
    }
}

/// Checks that a resource has exactly these rows.
fn check(resource: &Json, expected: &[(&str, &[Row])]) {
    let resource_type = type_of(resource);
    let mut wanted: Vec<(String, IndexRow)> = Vec::new();
    for (code, rows) in expected {
        let parameter =
            REGISTRY.parameter(resource_type, code).unwrap_or_else(|| panic!("no parameter {code}"));
        wanted.extend(rows.iter().map(|row| (format!("{code} {row:?}"), row.row(parameter.id()))));
    }
    let found = rows_of(resource);
    let missing: Vec<&str> =
        wanted.iter().filter(|(_, row)| !found.contains(row)).map(|(text, _)| text.as_str()).collect();
    let unexpected: Vec<String> = found
        .iter()
        .filter(|row| !wanted.iter().any(|(_, wanted)| wanted == *row))
        .map(|row| format!("{} {row:?}", code_of(resource, row)))
        .collect();
    assert!(missing.is_empty() && unexpected.is_empty(), "missing {missing:#?}\nunexpected {unexpected:#?}");
    assert!(found.is_sorted() && found.windows(2).all(|pair| pair[0] != pair[1]), "sorted, each once");
}

fn code_of(resource: &Json, row: &IndexRow) -> String {
    let (IndexRow::Key { parameter, .. }
    | IndexRow::Text { parameter, .. }
    | IndexRow::Number { parameter, .. }
    | IndexRow::Span { parameter, .. }) = row;
    let parameters = REGISTRY.parameters(type_of(resource));
    parameters.iter().find(|known| known.id() == *parameter).map_or("?", |known| known.code()).to_owned()
}

#[test]
fn a_patient_has_a_row_for_each_form_of_each_value() {
    let patient = parse(
        r#"{
        "resourceType": "Patient", "id": "p", "active": true, "gender": "male", "birthDate": "1974-12-25",
        "meta": { "profile": ["http://p/a|1.0"], "tag": [{ "code": "t" }], "source": "urn:s" },
        "identifier": [{ "system": "http://mrn", "value": "12|3" }, { "value": "loose" }, { "system": "http://only" }],
        "name": [{ "family": "Du Marché", "given": ["Éve", "Ann"], "text": "Éve Du Marché" }],
        "telecom": [{ "system": "phone", "value": "+1 555" }, { "system": "email", "value": "A@b.c" }, { "value": "?" }],
        "address": [{ "city": "Lyon", "use": "home" }],
        "deceasedBoolean": false,
        "managingOrganization": { "reference": "https://clinic.example/fhir/Organization/o" },
        "generalPractitioner": [{ "reference": "Practitioner/d/_history/3" }, { "display": "nobody" }],
        "link": [{ "other": { "reference": "http://elsewhere/fhir/Patient/9" }, "type": "seealso" }]
    }"#,
    );
    check(
        &patient,
        &[
            ("_profile", &[K(Present), K(Uri("http://p/a|1.0")), K(Uri("http://p/a"))]),
            ("_tag", &[K(Present), K(Code("t")), K(CodeWithoutSystem("t"))]),
            ("_source", &[K(Present), K(Uri("urn:s"))]),
            ("active", &[K(Code("true"))]),
            ("gender", &[K(Code("male"))]),
            ("birthdate", &[Span("1974-12-25T05:00:00Z", "1974-12-26T05:00:00Z")]),
            (
                "identifier",
                &[
                    K(Present),
                    K(Code("12|3")),
                    K(System("http://mrn")),
                    K(SystemAndCode("http://mrn", "12|3")),
                    K(Code("loose")),
                    K(CodeWithoutSystem("loose")),
                    K(System("http://only")),
                ],
            ),
            ("family", &[Text("du marche"), Part("marche"), K(Exact("Du Marché"))]),
            (
                "phonetic",
                &[K(Present), K(Sound("d000")), K(Sound("m620")), K(Sound("e100")), K(Sound("a500"))],
            ),
            ("given", &[Text("eve"), K(Exact("Éve")), Text("ann"), K(Exact("Ann"))]),
            (
                "name",
                &[
                    Text("du marche"),
                    Part("marche"),
                    K(Exact("Du Marché")),
                    Text("eve"),
                    K(Exact("Éve")),
                    Text("ann"),
                    K(Exact("Ann")),
                    Text("eve du marche"),
                    K(Exact("Éve Du Marché")),
                ],
            ),
            ("telecom", &[K(Present), K(Code("+1 555")), K(Code("A@b.c")), K(Code("?"))]),
            ("phone", &[K(Present), K(Code("+1 555"))]),
            ("email", &[K(Present), K(Code("A@b.c"))]),
            ("address", &[Text("lyon"), K(Exact("Lyon"))]),
            ("address-city", &[Text("lyon"), K(Exact("Lyon"))]),
            ("address-use", &[K(Code("home"))]),
            ("deceased", &[K(Code("false"))]),
            ("organization", &[K(Present), K(Resource("Organization", "o"))]),
            (
                "general-practitioner",
                &[K(Present), K(Resource("Practitioner", "d")), K(ResourceVersion("Practitioner", "d", "3"))],
            ),
            ("link", &[K(Present), K(Uri("http://elsewhere/fhir/Patient/9"))]),
        ],
    );
}

#[test]
fn an_observation_is_found_by_subject_as_patient_only_if_it_is_one() {
    let observation = parse(
        r##"{
        "resourceType": "Observation", "status": "final",
        "code": { "coding": [{ "system": "http://loinc.org", "code": "1-8" }, { "code": "x" }], "text": "text" },
        "subject": { "reference": "Group/g" },
        "performer": [{ "reference": "#inside" }, { "identifier": { "value": "1" } }],
        "effectivePeriod": { "start": "2024-03-15T10:00:00Z" },
        "valueCodeableConcept": { "coding": [{ "system": "http://s", "code": "c" }] },
        "contained": [{ "resourceType": "Practitioner", "id": "inside" }]
    }"##,
    );
    let codes: &[Row] = &[
        K(Present),
        K(Code("1-8")),
        K(System("http://loinc.org")),
        K(SystemAndCode("http://loinc.org", "1-8")),
        K(Code("x")),
        K(CodeWithoutSystem("x")),
    ];
    let value: &[Row] = &[K(Present), K(Code("c")), K(System("http://s")), K(SystemAndCode("http://s", "c"))];
    check(
        &observation,
        &[
            ("code", codes),
            ("value-concept", value),
            ("status", &[K(Code("final"))]),
            ("subject", &[K(Present), K(Resource("Group", "g"))]),
            (
                "performer",
                &[K(Present), K(Contained("Practitioner")), K(Code("1")), K(CodeWithoutSystem("1"))],
            ),
            ("date", &[Span("2024-03-15T10:00:00Z", "open")]),
        ],
    );
}

#[test]
fn other_kinds_of_values_have_their_own_forms() {
    let value_set = parse(
        r#"{
        "resourceType": "ValueSet", "url": "http://v/s", "version": "1.A", "status": "draft", "title": "T.",
        "compose": { "include": [{ "system": "http://c", "valueSet": ["http://other|2"] }] }
    }"#,
    );
    check(
        &value_set,
        &[
            ("url", &[K(Present), K(Uri("http://v/s"))]),
            ("version", &[K(Present), K(CaselessCode("1.a"))]),
            ("status", &[K(Code("draft"))]),
            ("title", &[Text("t"), K(Exact("T."))]),
            ("reference", &[K(Present), K(Uri("http://c"))]),
        ],
    );
    let bundle = parse(
        r#"{
        "resourceType": "Bundle", "type": "document",
        "entry": [{ "resource": { "resourceType": "Composition", "id": "c", "title": "x" } },
                  { "resource": { "resourceType": "MessageHeader", "id": "m" } }]
    }"#,
    );
    check(
        &bundle,
        &[("type", &[K(Code("document"))]), ("composition", &[K(Present), K(Resource("Composition", "c"))])],
    );
}

#[test]
fn a_value_that_only_has_extensions_is_missing() {
    let patient = parse(
        r#"{ "resourceType": "Patient", "_gender": { "extension": [{ "url": "http://x", "valueCode": "u" }] } }"#,
    );
    check(&patient, &[("deceased", &[K(Code("false"))])]);
}

#[test]
fn long_texts_are_cut_between_characters() {
    let text = "é".repeat(TEXT_LENGTH) + "x";
    let patient = parse(&format!(r#"{{ "resourceType": "Patient", "name": [{{ "family": "ä{text}" }}] }}"#));
    let folded = rows_of(&patient).into_iter().find_map(|row| match row {
        IndexRow::Text { folded, .. } => Some(folded),
        _ => None,
    });
    assert_eq!(folded.unwrap().len(), TEXT_LENGTH);
    // Whether something was cut is told to the byte.
    let parameter = REGISTRY.parameter(ResourceType::PATIENT, "family").unwrap().id();
    for (text, is_cut) in [
        ("a".repeat(TEXT_LENGTH), false),
        ("a".repeat(TEXT_LENGTH + 1), true),
        ("a".repeat(TEXT_LENGTH) + " .", false),
        ("a".repeat(TEXT_LENGTH - 1) + " b", true),
        ("a".repeat(TEXT_LENGTH - 3) + "山", false),
        ("a".repeat(TEXT_LENGTH - 2) + "山", true),
        ("a".repeat(TEXT_LENGTH - 4) + " 𝄞", true),
    ] {
        let patient =
            parse(&format!(r#"{{ "resourceType": "Patient", "name": [{{ "family": "{text}" }}] }}"#));
        assert_eq!(rows_of(&patient).contains(&Cut.row(parameter)), is_cut, "{text}");
    }
}
