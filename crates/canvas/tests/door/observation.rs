//! Vital signs: readings, their panels, their units, and what other records are shown as.

use crate::support::{Door, changed, entries, fact, parse, set, told};
use canvas::clinic::demo;
use canvas::rule::Change;
use canvas::types::observation::CONTRACT;
use fhir::{Json, ResourceType};

const OBSERVATION: ResourceType = ResourceType::OBSERVATION;

/// A body of this code and these members.
fn body(code: &str, members: &str) -> Json {
    let mut body = changed(CONTRACT.minimal, &[Change::Remove("valueQuantity")], "");
    set(&mut body, "code.coding.0.code", code.into());
    for (name, value) in parse(members).as_object().unwrap().iter() {
        set(&mut body, name, value.clone());
    }
    body
}

fn create(door: &Door, code: &str, members: &str) -> String {
    door.create(&body(code, members)).unwrap_or_else(|refusal| panic!("{code} {members}: {refusal}"))
}

fn read(door: &Door, id: &str) -> Json {
    door.read(OBSERVATION, id).unwrap()
}

/// The ids of the observations that an element refers to.
fn referred(observation: &Json, element: &str) -> Vec<String> {
    let references = observation.get(element).map(Json::items).unwrap_or_default().iter();
    references.map(|one| one.str("reference").unwrap().strip_prefix("Observation/").unwrap().into()).collect()
}

fn text<'a>(json: &'a Json, path: &[&str]) -> &'a str {
    json.at(path).and_then(Json::as_str).unwrap_or_else(|| panic!("no {path:?} in {json}"))
}

#[test]
fn a_reading_without_a_panel_gets_one_in_a_note_of_its_own() {
    let door = Door::of_demo_clinic();
    let id = create(
        &door,
        "29463-7",
        r#"{"effectiveDateTime":"2022-07-29T08:50:24.883809+00:00","valueQuantity":{"value":50,"unit":"kg"}}"#,
    );
    let reading = read(&door, &id);
    let [panel] = &referred(&reading, "derivedFrom")[..] else { panic!("{reading}") };
    let panel = read(&door, panel);
    assert_eq!(text(&panel, &["code", "coding", "0", "display"]), "Vital Signs Panel");
    assert_eq!(referred(&panel, "hasMember"), [id.as_str()]);
    assert_eq!(text(&panel, &["hasMember", "0", "display"]), "Weight");
    assert_eq!(text(&panel, &["dataAbsentReason", "coding", "0", "code"]), "not-performed");
    assert_eq!(panel.get("derivedFrom"), None);
    assert_eq!(reading.str("effectiveDateTime"), Some("2022-07-29T08:50:24.883809+00:00"));
    let names: Vec<&str> = reading.as_object().unwrap().iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "resourceType",
            "id",
            "status",
            "category",
            "code",
            "subject",
            "effectiveDateTime",
            "issued",
            "valueQuantity",
            "derivedFrom"
        ]
    );
    let note = |id: &str| {
        let stored = door.stored(OBSERVATION, id);
        text(&stored, &["extension", "0", "valueId"]).to_owned()
    };
    assert_eq!(note(&id), note(panel.str("id").unwrap()));
    let composition = door.stored(ResourceType::COMPOSITION, &note(&id));
    assert_eq!(composition.str("title"), Some("Data Import"));
    let tracked = |id: &str| door.found(ResourceType::PROVENANCE, &format!("target=Observation/{id}")).len();
    assert_eq!((tracked(&id), tracked(panel.str("id").unwrap())), (1, 1));
}

#[test]
fn readings_join_the_panel_that_they_name_and_its_encounter() {
    let door = Door::of_demo_clinic();
    let panel = create(&door, "85353-1", "{}");
    assert_eq!(read(&door, &panel).get("hasMember"), None);
    let mut stored = door.stored(OBSERVATION, &panel);
    set(&mut stored, "encounter", parse(&format!(r#"{{"reference":"Encounter/{}"}}"#, demo::ENCOUNTER)));
    door.put(OBSERVATION, &panel, stored);
    let join = |code: &str, value: &str| {
        let members = format!(
            r#"{{"valueQuantity":{{"value":{value}}},"derivedFrom":[{{"reference":"Observation/{panel}","type":"Observation"}}]}}"#
        );
        door.create(&body(code, &members))
    };
    let height = join("8302-2", "69").unwrap();
    let pulse = join("8867-4", "72").unwrap();
    assert_eq!(referred(&read(&door, &panel), "hasMember"), [height, pulse.clone()]);
    let notes = door.count(ResourceType::COMPOSITION);
    let saturation = join("59408-5", "98").unwrap();
    assert_eq!(door.count(ResourceType::COMPOSITION), notes, "it is in the panel's note");
    assert_eq!(
        text(&door.stored(OBSERVATION, &pulse), &["encounter", "reference"]),
        format!("Encounter/{}", demo::ENCOUNTER)
    );
    let codes: Vec<Json> = read(&door, &saturation).at(&["code", "coding"]).unwrap().items().to_vec();
    assert_eq!(
        codes.iter().filter_map(|coding| coding.str("code")).collect::<Vec<_>>(),
        ["2708-6", "59408-5"]
    );
    // The other code of saturations is of the same kind.
    let (status, problems) = told(&join("2708-6", "97").unwrap_err());
    assert_eq!(
        (status, problems[0].1.as_str()),
        (422, "Vital sign reading already exists for the given reading")
    );
    assert_eq!(door.found(OBSERVATION, &format!("derived-from=Observation/{panel}")).len(), 3);
    // One that was entered in error leaves its place to another.
    let mut stored = door.stored(OBSERVATION, &saturation);
    set(&mut stored, "status", "entered-in-error".into());
    door.put(OBSERVATION, &saturation, stored);
    join("2708-6", "97").unwrap();
    assert_eq!(read(&door, &saturation).str("status"), Some("entered-in-error"));
}

#[test]
fn a_new_panel_takes_readings_over_from_their_former_ones() {
    let door = Door::of_demo_clinic();
    let weight = create(&door, "29463-7", r#"{"valueQuantity":{"value":176.4,"unit":"lb"}}"#);
    let former = referred(&read(&door, &weight), "derivedFrom").remove(0);
    let height = create(&door, "8302-2", r#"{"valueQuantity":{"value":69}}"#);
    let members = format!(
        r#"{{"hasMember":[{{"reference":"Observation/{weight}"}},{{"reference":"Observation/{height}"}}]}}"#
    );
    let panel = create(&door, "85353-1", &members);
    for id in [&weight, &height] {
        assert_eq!(referred(&read(&door, id), "derivedFrom"), [panel.as_str()]);
    }
    assert_eq!(referred(&read(&door, &panel), "hasMember"), [weight.clone(), height]);
    assert_eq!(read(&door, &former).get("hasMember"), None);
    let twice = format!(
        r#"{{"hasMember":[{{"reference":"Observation/{weight}"}},{{"reference":"Observation/{weight}"}}]}}"#
    );
    assert_eq!(told(&door.create(&body("85353-1", &twice)).unwrap_err()).0, 422);
    assert_eq!(referred(&read(&door, &weight), "derivedFrom"), [panel], "what is refused changes nothing");
    let stranger = format!(
        r#"{{"subject":{{"reference":"Patient/{}"}},"hasMember":[{{"reference":"Observation/{weight}"}}]}}"#,
        demo::PATIENTS[1]
    );
    assert_eq!(told(&door.create(&body("85353-1", &stranger)).unwrap_err()).0, 422);
}

#[test]
fn every_vital_sign_has_its_unit_and_is_shown_as_the_vendor_shows_it() {
    let door = Door::of_demo_clinic();
    for (code, sent, shown) in [
        (
            "29463-7",
            r#"{"value":800}"#,
            r#"{"value":800.0,"unit":"oz","system":"http://unitsofmeasure.org"}"#,
        ),
        (
            "29463-7",
            r#"{"value":176.4,"unit":"lb"}"#,
            r#"{"value":176.4,"unit":"lb","system":"http://unitsofmeasure.org","code":"[lb_av]"}"#,
        ),
        (
            "29463-7",
            r#"{"value":"50","unit":"kg"}"#,
            r#"{"value":50.0,"unit":"kg","system":"http://unitsofmeasure.org"}"#,
        ),
        (
            "29463-7",
            r#"{"value":50,"system":"http://unitsofmeasure.org","code":"kg"}"#,
            r#"{"value":50.0,"unit":"kg","system":"http://unitsofmeasure.org"}"#,
        ),
        (
            "8302-2",
            r#"{"value":69}"#,
            r#"{"value":69.0,"unit":"in","system":"http://unitsofmeasure.org","code":"[in_i]"}"#,
        ),
        (
            "8302-2",
            r#"{"value":177.8,"unit":"cm"}"#,
            r#"{"value":70.0,"unit":"in","system":"http://unitsofmeasure.org","code":"[in_i]"}"#,
        ),
        (
            "8867-4",
            r#"{"value":72}"#,
            r#"{"value":72.0,"unit":"bpm","system":"http://unitsofmeasure.org","code":"/min"}"#,
        ),
        (
            "8310-5",
            r#"{"value":98.6,"unit":"°F"}"#,
            r#"{"value":98.6,"unit":"°F","system":"http://unitsofmeasure.org","code":"[degF]"}"#,
        ),
        (
            "2708-6",
            r#"{"value":98,"unit":"%"}"#,
            r#"{"value":98.0,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}"#,
        ),
        (
            "59408-5",
            r#"{"value":98}"#,
            r#"{"value":98.0,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}"#,
        ),
        (
            "9279-1",
            r#"{"value":16,"unit":"bpm"}"#,
            r#"{"value":16.0,"unit":"bpm","system":"http://unitsofmeasure.org","code":"/min"}"#,
        ),
        (
            "56086-2",
            r#"{"value":80}"#,
            r#"{"value":80.0,"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}"#,
        ),
        (
            "56086-2",
            r#"{"value":30,"unit":"in"}"#,
            r#"{"value":76.2,"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}"#,
        ),
    ] {
        let id = create(&door, code, &format!(r#"{{"valueQuantity":{sent}}}"#));
        let reading = read(&door, &id);
        assert_eq!(reading.get("valueQuantity"), Some(&parse(shown)), "{code} {sent}");
        assert_eq!(reading.get("dataAbsentReason"), None);
    }
    for (code, sent) in
        [("29463-7", "g"), ("8302-2", "ft"), ("8310-5", "Cel"), ("8867-4", "/min"), ("56086-2", "m")]
    {
        let refusal = door
            .create(&body(code, &format!(r#"{{"valueQuantity":{{"value":1,"unit":"{sent}"}}}}"#)))
            .unwrap_err();
        assert_eq!(told(&refusal).1[0].1, format!("Unit {sent} is not supported for code: {code}"));
    }
    for (code, value) in [("80339-5", "after exercise"), ("8884-9", "Irregularly Irregular")] {
        let id = create(&door, code, &format!(r#"{{"valueString":"{value}"}}"#));
        assert_eq!(read(&door, &id).str("valueString"), Some(value));
    }
}

#[test]
fn a_reading_without_a_value_is_empty() {
    let door = Door::of_demo_clinic();
    for (code, members) in [
        ("29463-7", "{}"),
        ("29463-7", r#"{"valueQuantity":{}}"#),
        ("29463-7", r#"{"valueQuantity":{"unit":"kg"}}"#),
        ("85354-9", "{}"),
        ("8884-9", "{}"),
        ("80339-5", "{}"),
    ] {
        let reading = read(&door, &create(&door, code, members));
        assert_eq!(
            text(&reading, &["dataAbsentReason", "coding", "0", "display"]),
            "Not Performed",
            "{code} {members}"
        );
        assert!(reading.as_object().unwrap().iter().all(|(name, _)| !name.starts_with("value")), "{reading}");
    }
    for members in [
        r#"{"valueInteger":50}"#,
        r#"{"valueString":"50 kg"}"#,
        r#"{"valueQuantity":{"value":50,"comparator":"<"}}"#,
    ] {
        let (status, problems) = told(&door.create(&body("29463-7", members)).unwrap_err());
        assert_eq!(
            (status, problems[0].1.as_str()),
            (422, "weight must be a number greater than zero"),
            "{members}"
        );
    }
}

#[test]
fn a_blood_pressure_is_a_text_and_two_components() {
    let door = Door::of_demo_clinic();
    let components = |reading: &Json| -> Vec<String> {
        let components = reading.get("component").map(Json::items).unwrap_or_default().iter();
        components
            .map(|one| {
                format!(
                    "{} {}",
                    text(one, &["code", "coding", "0", "display"]),
                    one.at(&["valueQuantity", "value"]).unwrap()
                )
            })
            .collect()
    };
    let both = ["Systolic blood pressure 122.0", "Diastolic blood pressure 68.0"];
    for said in ["122/68", "122/68 mmHg", "122/68mmHg"] {
        let reading = read(&door, &create(&door, "85354-9", &format!(r#"{{"valueString":"{said}"}}"#)));
        assert_eq!(reading.str("valueString"), Some("122/68 mmHg"));
        assert_eq!(components(&reading), both);
    }
    let component = |code: &str, value: &str| {
        format!(
            r#"{{"code":{{"coding":[{{"system":"http://loinc.org","code":"{code}","display":"BP"}}]}},"valueQuantity":{{"value":{value},"unit":"mmHg"}}}}"#
        )
    };
    let (systolic, diastolic) = (component("8480-6", "122"), component("8462-4", "68"));
    let reading =
        read(&door, &create(&door, "85354-9", &format!(r#"{{"component":[{diastolic},{systolic}]}}"#)));
    assert_eq!(components(&reading), both, "the systolic one comes first");
    assert_eq!((reading.get("valueString"), reading.get("dataAbsentReason")), (None, None));
    assert_eq!(text(&reading, &["component", "0", "valueQuantity", "code"]), "mm[Hg]");
    for wrong in [
        format!(r#"{{"component":[{systolic},{systolic}]}}"#),
        format!(r#"{{"component":[{}]}}"#, component("8867-4", "72")),
        format!(r#"{{"component":[{}]}}"#, component("8480-6", "-1")),
        format!(r#"{{"valueString":"122/86","component":[{systolic},{diastolic}]}}"#),
    ] {
        assert_eq!(told(&door.create(&body("85354-9", &wrong)).unwrap_err()).0, 422, "{wrong}");
    }
    let kilopascal = systolic.replace("mmHg", "kPa");
    let refusal = door.create(&body("85354-9", &format!(r#"{{"component":[{kilopascal}]}}"#))).unwrap_err();
    let (_, problems) = told(&refusal);
    assert_eq!(problems[0].1, "Unit kPa is not supported for code: 85354-9");
    assert_eq!(problems[0].2, "Observation.component[0].value.unit");
}

#[test]
fn what_the_request_leaves_open_is_the_servers() {
    let door = Door::of_demo_clinic();
    for status in ["final", "unknown", "entered-in-error"] {
        let id = create(
            &door,
            "8867-4",
            &format!(
                r#"{{"status":"{status}","valueQuantity":{{"value":72}},"category":[{{"text":"mine"}}],"issued":"2001-01-01T00:00:00Z"}}"#
            ),
        );
        let reading = read(&door, &id);
        assert_eq!(reading.str("status"), Some("final"));
        assert_eq!(text(&reading, &["category", "0", "coding", "0", "code"]), "vital-signs");
        assert_eq!(reading.str("effectiveDateTime"), reading.str("issued"), "now");
        assert!(!reading.str("issued").unwrap().starts_with("2001"));
    }
}

#[test]
fn observations_of_the_r4_door_read_in_the_vendors_shape() {
    let door = Door::of_demo_clinic();
    let member = create(&door, "8867-4", r#"{"valueQuantity":{"value":72}}"#);
    let mut stored = parse(&format!(
        r#"{{"resourceType":"Observation","status":"preliminary","code":{{"text":"Titre"}},
        "subject":{{"reference":"Patient/{}"}},"effectivePeriod":{{"start":"2024-01-02T03:04:05Z"}},
        "valueQuantity":{{"value":5,"comparator":"<","unit":"mg/dL"}},"interpretation":[{{"text":"low"}}],
        "hasMember":[{{"reference":"Observation/{member}"}}],
        "component":[{{"code":{{"text":"part"}},"valueBoolean":true}}]}}"#,
        demo::PATIENT
    ));
    door.put(OBSERVATION, "titre", stored.clone());
    let shown = read(&door, "titre");
    assert_eq!(shown.str("status"), Some("preliminary"));
    assert_eq!(text(&shown, &["code", "coding", "0", "display"]), "Titre");
    assert_eq!(shown.str("valueString"), Some("<5 mg/dL"));
    assert_eq!(shown.str("effectiveDateTime"), Some("2024-01-02T03:04:05+00:00"));
    assert_eq!(text(&shown, &["hasMember", "0", "display"]), "Pulse");
    assert_eq!(text(&shown, &["subject", "type"]), "Patient");
    assert_eq!(
        shown.at(&["component", "0", "dataAbsentReason"]),
        None,
        "there is a value, which has no form here"
    );
    assert!(shown.get("issued").is_some() && shown.get("interpretation").is_none());
    set(
        &mut stored,
        "code",
        parse(
            r#"{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unsupported"}]}"#,
        ),
    );
    door.put(OBSERVATION, "titre", stored);
    assert_eq!(text(&read(&door, "titre"), &["code", "extension", "0", "valueCode"]), "unsupported");
    let found = door.search(OBSERVATION, &format!("patient=Patient/{}&code=8302-2", demo::PATIENT)).unwrap();
    let height = found.at(&["entry", "0", "resource", "valueQuantity"]).unwrap();
    assert_eq!(
        (height.get("value").unwrap().to_string().as_str(), height.str("unit")),
        ("66.14", Some("in"))
    );
}

#[test]
fn what_the_vendors_search_finds_reads_as_the_vendor_shows_it() {
    let Some(bundle) = fact("examples/Observation/search-response.json") else { return };
    let door = Door::of_demo_clinic();
    for example in entries(&bundle) {
        let id = example.str("id").unwrap();
        door.put(OBSERVATION, id, example.clone());
        let shown = read(&door, id);
        assert!(shown.same_content(&example), "{shown}\nis shown for\n{example}");
        let names = |observation: &Json| -> Vec<String> {
            observation.as_object().unwrap().iter().map(|(name, _)| name.to_owned()).collect()
        };
        assert_eq!(names(&shown), names(&example));
    }
}

#[test]
fn the_time_that_was_sent_is_kept_or_refused() {
    let door = Door::of_demo_clinic();
    let instant = r#"{"effectiveInstant":"2024-01-02T03:04:05Z","valueQuantity":{"value":72}}"#;
    let reading = read(&door, &create(&door, "8867-4", instant));
    assert_eq!(reading.str("effectiveDateTime"), Some("2024-01-02T03:04:05+00:00"));
    for (element, value) in
        [("effectivePeriod", r#"{"start":"2024-01-02"}"#), ("effectiveTiming", r#"{"event":["2024-01-02"]}"#)]
    {
        let members = format!(r#"{{"{element}":{value},"valueQuantity":{{"value":72}}}}"#);
        let (status, problems) = told(&door.create(&body("8867-4", &members)).unwrap_err());
        let text = format!("{element} is not supported; send effectiveDateTime");
        assert_eq!((status, problems.len(), &problems[0].1), (400, 1, &text));
    }
}

#[test]
fn a_reading_does_not_join_a_panel_that_was_entered_in_error() {
    let door = Door::of_demo_clinic();
    let panel = create(&door, "85353-1", "{}");
    let mut stored = door.stored(OBSERVATION, &panel);
    set(&mut stored, "status", "entered-in-error".into());
    door.put(OBSERVATION, &panel, stored);
    let members = format!(
        r#"{{"valueQuantity":{{"value":72}},"derivedFrom":[{{"reference":"Observation/{panel}"}}]}}"#
    );
    let (status, problems) = told(&door.create(&body("8867-4", &members)).unwrap_err());
    assert_eq!((status, problems.len()), (422, 1));
    assert!(problems[0].1.ends_with("that is not entered in error"), "{problems:?}");
}

#[test]
fn a_new_panel_takes_readings_over_from_panels_of_the_r4_door() {
    let door = Door::of_demo_clinic();
    let pulse = create(&door, "8867-4", r#"{"valueQuantity":{"value":72}}"#);
    let mut reading = door.stored(OBSERVATION, &pulse);
    crate::support::remove(&mut reading, "derivedFrom");
    door.put(OBSERVATION, &pulse, reading);
    let lists = |code: &str| {
        let member = format!(r#"{{"hasMember":[{{"reference":"Observation/{pulse}"}}]}}"#);
        body(code, &member)
    };
    door.put(OBSERVATION, "panel", lists("85353-1"));
    door.put(OBSERVATION, "study", lists("55233-1"));
    create(&door, "85353-1", &format!(r#"{{"hasMember":[{{"reference":"Observation/{pulse}"}}]}}"#));
    assert_eq!(read(&door, "panel").get("hasMember"), None);
    assert_eq!(referred(&read(&door, "study"), "hasMember"), [pulse], "it is no panel of vital signs");
}

#[test]
fn values_of_components_are_told_as_those_of_observations_are() {
    let door = Door::of_demo_clinic();
    let component = |value: &str| format!(r#"{{"code":{{"text":"part"}},{value}}}"#);
    for (stored, shown) in [
        (
            r#""valueCodeableConcept":{"text":"soft"}"#,
            r#""valueCodeableConcept":{"coding":[{"display":"soft"}]}"#,
        ),
        (r#""valueString":"soft""#, r#""valueString":"soft""#),
        (r#""valueBoolean":true"#, r#""valueString":"true""#),
        (r#""valueRange":{"low":{"value":1},"high":{"value":2}}"#, r#""valueString":"1 - 2""#),
        (r#""valueQuantity":{"value":5,"comparator":"<"}"#, r#""valueString":"<5""#),
    ] {
        let members = format!(r#"{{"component":[{}]}}"#, component(stored));
        door.put(OBSERVATION, "1", body("34566-0", &members));
        let expected =
            parse(&component(shown).replace(r#"{"text":"part"}"#, r#"{"coding":[{"display":"part"}]}"#));
        assert_eq!(read(&door, "1").at(&["component", "0"]), Some(&expected), "{stored}");
    }
}
