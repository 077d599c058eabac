//! Answers to questionnaires, and the observations that come of them.

use crate::support::{Door, changed, entries, fact, parse, set, told};
use canvas::clinic::demo;
use canvas::types::questionnaire_response::CONTRACT;
use fhir::{Json, ResourceType};

const RESPONSE: ResourceType = ResourceType::QUESTIONNAIRE_RESPONSE;
const OBSERVATION: ResourceType = ResourceType::OBSERVATION;

fn body(members: &[(&str, &str)]) -> Json {
    let mut body = changed(CONTRACT.minimal, &[], "");
    members.iter().for_each(|(path, value)| set(&mut body, path, parse(value)));
    body
}

fn create(door: &Door, members: &[(&str, &str)]) -> String {
    door.create(&body(members)).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn text<'a>(json: &'a Json, path: &[&str]) -> &'a str {
    json.at(path).and_then(Json::as_str).unwrap_or_else(|| panic!("no {path:?} in {json}"))
}

/// The observations that come of a response, as a search finds them.
fn derived(door: &Door, id: &str) -> Vec<Json> {
    entries(&door.search(OBSERVATION, &format!("derived-from=QuestionnaireResponse/{id}")).unwrap())
}

/// PHQ-2, answered by these codes in its order.
fn phq(codes: &[&str]) -> Json {
    let item = |(index, code): (usize, &&str)| {
        format!(
            r#"{{"linkId":"5ee10000-0000-4000-8000-00000000005{}","answer":[{{"valueCoding":{{"system":"http://loinc.org","code":"{code}","display":"x"}}}}]}}"#,
            index + 4
        )
    };
    let items: Vec<String> = codes.iter().enumerate().map(item).collect();
    let questionnaire = format!("\"Questionnaire/{}\"", demo::SCORED_QUESTIONNAIRE);
    body(&[
        ("questionnaire", &questionnaire),
        ("authored", "\"2024-04-08T18:58:34.594656+00:00\""),
        ("item", &format!("[{}]", items.join(","))),
    ])
}

#[test]
fn the_vendors_response_reads_as_the_vendor_shows_it() {
    let (Some(request), Some(example)) = (
        fact("examples/QuestionnaireResponse/create-request.json"),
        fact("examples/QuestionnaireResponse/read-response.json"),
    ) else {
        return;
    };
    let door = Door::of_demo_clinic();
    crate::vendor::place_what_it_refers_to(&door, &request);
    let id = door.create(&request).unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(RESPONSE, &id).unwrap();
    let names = |response: &Json| -> Vec<String> {
        response.as_object().unwrap().iter().map(|(name, _)| name.to_owned()).collect()
    };
    assert_eq!(names(&read), names(&example));
    for name in ["questionnaire", "status", "subject", "encounter", "authored", "author", "item"] {
        assert_eq!(read.get(name), example.get(name), "{name}");
    }
    assert_eq!(read.at(&["extension", "0"]), example.at(&["extension", "0"]));
    let [observation] = &derived(&door, &id)[..] else { panic!("only one question is coded") };
    assert_eq!(observation.str("effectiveDateTime"), read.str("authored"));
    assert_eq!(observation.get("subject"), read.get("subject"));
    assert_eq!(observation.at(&["performer", "0"]), read.get("author"));
    assert_eq!(
        door.stored(OBSERVATION, observation.str("id").unwrap()).get("encounter"),
        read.get("encounter")
    );
}

#[test]
fn what_is_left_out_is_the_servers_and_texts_are_the_questionnaires() {
    let door = Door::of_demo_clinic();
    let permalink = r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/questionnaire-permalink","valueString":"https://mine"}]"#;
    let id = create(
        &door,
        &[
            ("extension", permalink),
            (
                "questionnaire",
                r#""https://fumage-example.canvasmedical.com/Questionnaire/7eefd6fc-0000-44c2-8224-d95f0ceaa2fd""#,
            ),
            ("item.0.text", "\"mine\""),
            ("item.0.answer.0.valueCoding.display", "\"mine\""),
        ],
    );
    let read = door.read(RESPONSE, &id).unwrap();
    assert_eq!(read.str("questionnaire"), Some(&*format!("Questionnaire/{}", demo::QUESTIONNAIRE)));
    assert_eq!(text(&read, &["author", "reference"]), format!("Practitioner/{}", demo::AUTOMATION_USER));
    assert!(read.str("authored").is_some());
    assert_eq!(text(&read, &["item", "0", "text"]), "Tobacco status");
    assert_eq!(text(&read, &["item", "0", "answer", "0", "valueCoding", "display"]), "Former user");
    assert_eq!(read.get("extension").unwrap().items().len(), 1, "the note, and no permalink of the client's");
    let note = text(&read, &["extension", "0", "valueId"]);
    assert_eq!(door.stored(ResourceType::COMPOSITION, note).str("title"), Some("Data Import"));
}

#[test]
fn every_coded_answer_and_the_score_are_observations() {
    let door = Door::of_demo_clinic();
    let id = door.create(&phq(&["LA6571-9", "LA6569-3"])).unwrap();
    let found = derived(&door, &id);
    let category = |one: &Json| text(one, &["category", "0", "coding", "0", "code"]).to_owned();
    let answers: Vec<&Json> = found.iter().filter(|one| category(one) == "social-history").collect();
    let told: Vec<String> = answers
        .iter()
        .map(|one| {
            let coding = |element| one.at(&[element, "coding", "0"]).unwrap();
            let [code, value] = ["code", "valueCodeableConcept"].map(coding);
            format!(
                "{} {}: {}",
                code.str("code").unwrap(),
                code.str("display").unwrap(),
                value.str("display").unwrap()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "44250-9 Little interest or pleasure in doing things: Nearly every day",
            "44255-8 Feeling down, depressed, or hopeless: Several days"
        ]
    );
    let [score] = found.iter().filter(|one| category(one) == "survey").collect::<Vec<_>>()[..] else {
        panic!()
    };
    assert_eq!(
        score.get("code"),
        Some(&parse(r#"{"coding":[{"system":"http://loinc.org","code":"55757-9"}]}"#))
    );
    assert_eq!(
        score.get("valueQuantity"),
        Some(&parse(r#"{"value":4.0,"system":"http://unitsofmeasure.org"}"#))
    );
    assert_eq!(score.str("effectiveDateTime"), Some("2024-04-08T18:58:34.594656+00:00"));
    for one in &found {
        let stored = door.stored(OBSERVATION, one.str("id").unwrap());
        let problems = interactions::validation::validate(&stored, &Default::default());
        assert!(problems.is_empty(), "{stored}\n{problems:#?}");
    }
}

#[test]
fn a_score_that_lacks_an_answer_has_no_code_and_no_value() {
    let door = Door::of_demo_clinic();
    let id = door.create(&phq(&["LA6571-9"])).unwrap();
    let found = derived(&door, &id);
    assert_eq!(found.len(), 2);
    let score = found.iter().find(|one| one.at(&["code", "coding"]).is_none()).unwrap();
    assert_eq!(text(score, &["code", "extension", "0", "valueCode"]), "unknown");
    assert_eq!(text(score, &["dataAbsentReason", "coding", "0", "code"]), "not-performed");
    assert_eq!(score.get("valueQuantity"), None);
    door.read(OBSERVATION, score.str("id").unwrap()).unwrap();
}

#[test]
fn answers_are_codings_of_one_observation_or_the_text_that_was_typed() {
    let door = Door::of_demo_clinic();
    let questionnaire = r#"{"resourceType":"Questionnaire","status":"active","item":[
        {"linkId":"a","type":"choice","repeats":true,"text":"Which?","code":[{"system":"http://snomed.info/sct","code":"1"}],
         "answerOption":[{"valueCoding":{"system":"http://loinc.org","code":"x"}},{"valueCoding":{"system":"http://loinc.org","code":"y","display":"Y"}}]},
        {"linkId":"g","type":"group","item":[{"linkId":"b","type":"string","code":[{"system":"http://loinc.org","code":"8287-5","display":"Head circumference (cm)"}]}]},
        {"linkId":"c","type":"choice","code":[{"system":"http://canvasmedical.com","code":"own"}],"answerValueSet":"http://example.org/vs"}]}"#;
    door.put(ResourceType::QUESTIONNAIRE, "nested", parse(questionnaire));
    let items = r#"[
        {"linkId":"a","answer":[{"valueCoding":{"system":"http://loinc.org","code":"x","display":"X"}},{"valueCoding":{"system":"http://loinc.org","code":"y","display":"X"}}]},
        {"linkId":"b","answer":[{"valueString":"20"}]},
        {"linkId":"c","answer":[{"valueCoding":{"system":"http://any.org","code":"z","display":"Z"}}]}]"#;
    let id = create(&door, &[("questionnaire", "\"Questionnaire/nested\""), ("item", items)]);
    let read = door.read(RESPONSE, &id).unwrap();
    assert_eq!(
        text(&read, &["item", "0", "answer", "0", "valueCoding", "display"]),
        "<no display available>"
    );
    assert_eq!(text(&read, &["item", "0", "answer", "1", "valueCoding", "display"]), "Y");
    let found = derived(&door, &id);
    assert_eq!(found.len(), 2, "the clinic's own codes make none");
    assert_eq!(found[0].at(&["valueCodeableConcept", "coding"]).unwrap().items().len(), 2);
    assert_eq!(text(&found[0], &["code", "coding", "0", "display"]), "Which?");
    let typed = r#"{"coding":[{"system":"http://loinc.org","code":"8287-5","display":"20"}]}"#;
    assert_eq!(found[1].get("valueCodeableConcept"), Some(&parse(typed)));
}

#[test]
fn an_update_marks_the_response_and_what_came_of_it() {
    let door = Door::of_demo_clinic();
    let id = door.create(&phq(&["LA6571-9", "LA6569-3"])).unwrap();
    let before = door.read(RESPONSE, &id).unwrap();
    let mut update = phq(&["LA6568-5"]);
    set(&mut update, "status", "entered-in-error".into());
    set(&mut update, "questionnaire", "Questionnaire/none".into());
    door.update(&id, &update).unwrap_or_else(|refusal| panic!("{refusal}"));
    let mut expected = before;
    set(&mut expected, "status", "entered-in-error".into());
    assert_eq!(door.read(RESPONSE, &id).unwrap(), expected, "what else was sent has no effect");
    let found = derived(&door, &id);
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|one| one.str("status") == Some("entered-in-error")));
    let refusal = door.update("5ee10000-0000-4000-8000-00000000dead", &update).unwrap_err();
    assert_eq!(told(&refusal).0, 404);
}

#[test]
fn a_response_that_is_refused_leaves_nothing() {
    let door = Door::of_demo_clinic();
    let observations = door.count(OBSERVATION);
    let refusal = door.create(&phq(&["LA6571-9", "other"])).unwrap_err();
    assert_eq!(told(&refusal).1[0].1, "Question received an invalid response option code: other");
    assert_eq!(
        (door.count(OBSERVATION), door.count(RESPONSE), door.count(ResourceType::COMPOSITION)),
        (observations, 0, 0)
    );
}

#[test]
fn responses_of_the_r4_door_read_in_the_vendors_shape() {
    let door = Door::of_demo_clinic();
    let questionnaire = r#"{"resourceType":"Questionnaire","url":"http://example.org/q","version":"1","status":"active","code":[{"system":"http://loinc.org","code":"q"}]}"#;
    door.put(ResourceType::QUESTIONNAIRE, "earlier", parse(&questionnaire.replace(r#""1""#, r#""0""#)));
    door.put(ResourceType::QUESTIONNAIRE, "named", parse(questionnaire));
    let stored = format!(
        r#"{{"resourceType":"QuestionnaireResponse","questionnaire":"http://example.org/q|1","status":"in-progress",
        "subject":{{"reference":"Patient/{}"}},"item":[{{"linkId":"g","item":[
        {{"linkId":"1","text":"How many?","answer":[{{"valueInteger":3,"item":[{{"linkId":"2","answer":[{{"valueBoolean":true}}]}}]}}]}},
        {{"linkId":"3","answer":[{{"valueQuantity":{{"value":5,"unit":"mg"}}}}]}},{{"linkId":"4"}}]}}]}}"#,
        demo::PATIENT
    );
    door.put(RESPONSE, "r4", parse(&stored));
    let shown = door.read(RESPONSE, "r4").unwrap();
    assert_eq!(shown.str("questionnaire"), Some("Questionnaire/named"));
    assert_eq!(shown.str("status"), Some("in-progress"));
    let items = r#"[{"linkId":"1","text":"How many?","answer":[{"valueString":"3"}]},{"linkId":"2","answer":[{"valueString":"true"}]},{"linkId":"3","answer":[{"valueString":"5 mg"}]}]"#;
    assert_eq!(shown.get("item"), Some(&parse(items)));
    for query in [
        "questionnaire=Questionnaire/named",
        "questionnaire=Questionnaire/none,Questionnaire/named",
        "questionnaire.code=http://loinc.org|q",
    ] {
        assert_eq!(door.found(RESPONSE, query), ["r4"], "{query}");
    }
}

#[test]
fn responses_are_sorted_both_ways() {
    let door = Door::of_demo_clinic();
    let ids: Vec<String> = ["2024-03-01", "2024-01-01", "2024-02-01"]
        .iter()
        .map(|authored| create(&door, &[("authored", &format!("\"{authored}\""))]))
        .collect();
    let order = |query: &str| -> Vec<String> {
        let found = entries(&door.search(RESPONSE, query).unwrap());
        found.iter().map(|one| one.str("id").unwrap().to_owned()).collect()
    };
    assert_eq!(order("_sort=authored"), [&*ids[1], &ids[2], &ids[0]]);
    assert_eq!(order("_sort=-authored"), [&*ids[0], &ids[2], &ids[1]]);
    let mut by_id = ids.clone();
    by_id.sort();
    assert_eq!(order("_sort=_id"), by_id);
}

#[test]
fn an_option_that_is_chosen_twice_does_not_count_twice() {
    let door = Door::of_demo_clinic();
    let coding =
        r#"{"valueCoding":{"system":"http://snomed.info/sct","code":"722496004","display":"Cigarettes"}}"#;
    let item = format!(r#"{{"linkId":"d210dc3a-3427-4f58-8707-3f38393a8416","answer":[{coding},{coding}]}}"#);
    let (status, problems) = told(&door.create(&body(&[("item.1", &item)])).unwrap_err());
    assert_eq!((status, problems.len()), (422, 1));
    assert_eq!(problems[0].1, "Question received response option code: 722496004 more than once");
}
