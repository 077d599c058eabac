//! What is held against a response (QuestionnaireResponse.json, `rules`).

use super::checks;
use crate::check;
use crate::rule::{Check, Rule, remove, rule, set};
use fhir::IssueCode;
use interactions::Interaction;

const ON_CREATE: &[Interaction] = &[Interaction::Create];
const OURS: &str = "not the vendor's";

const TYPE: &str = r#"{"linkId":"d210dc3a-3427-4f58-8707-3f38393a8416","answer":[{"valueCoding":{"system":"http://snomed.info/sct","code":"722496004","display":"Cigarettes"}},{"valueCoding":{"system":"http://snomed.info/sct","code":"722498003","display":"eCigarette"}}]}"#;
const TYPE_REPEATED: &str = r#"{"linkId":"d210dc3a-3427-4f58-8707-3f38393a8416","answer":[{"valueCoding":{"system":"http://snomed.info/sct","code":"722496004","display":"Cigarettes"}},{"valueCoding":{"system":"http://snomed.info/sct","code":"722496004","display":"Cigarettes again"}}]}"#;
const TYPE_IN_WORDS: &str =
    r#"{"linkId":"d210dc3a-3427-4f58-8707-3f38393a8416","answer":[{"valueString":"Cigarettes"}]}"#;
const COMMENT: &str = r#"{"linkId":"a656c6c8-ecea-403f-a430-f80899f26914","answer":[{"valueString":"Yep"}]}"#;
const EMPTY_COMMENT: &str =
    r#"{"linkId":"a656c6c8-ecea-403f-a430-f80899f26914","answer":[{"valueString":""}]}"#;
const CODED_COMMENT: &str = r#"{"linkId":"a656c6c8-ecea-403f-a430-f80899f26914","answer":[{"valueCoding":{"system":"http://snomed.info/sct","code":"8517006","display":"Yep"}}]}"#;
const TWO_ANSWERS: &str = r#"[{"valueCoding":{"system":"http://snomed.info/sct","code":"8517006","display":"Former user"}},{"valueCoding":{"system":"http://snomed.info/sct","code":"266919005","display":"Never used"}}]"#;
const IMPORTED: &str = "\"Questionnaire/5ee10000-0000-4000-8000-0000000000d1\"";
const TWICE_LISTED: &str = r#"[{"linkId":"5ee10000-0000-4000-8000-0000000001d1","answer":[{"valueCoding":{"system":"http://canvasmedical.com","code":"PAIN_SOME","display":"Some"}}]}]"#;
const ONCE_LISTED: &str = r#"[{"linkId":"5ee10000-0000-4000-8000-0000000001d1","answer":[{"valueCoding":{"system":"http://canvasmedical.com","code":"PAIN_NONE","display":"None"}}]}]"#;

/// The rules.
pub const RULES: &[Rule] = &[
    rule("questionnaireresponse-required", IssueCode::Required, "{path} is required")
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(&[remove("subject")], "QuestionnaireResponse.subject", "subject is required")
        .kept_by(&[]),
    rule(
        "questionnaireresponse-listed",
        IssueCode::Value,
        "{path} '{value}' is not one of those listed for it",
    )
    .when("an element has a value that is not among those listed for it")
    .check(Check::ListedElements)
    .broken_by(
        &[set("subject.type", "\"Group\"")],
        "QuestionnaireResponse.subject.type",
        "subject.type 'Group' is not one of those listed for it",
    )
    .kept_by(&[set("subject.type", "\"Patient\"")])
    .note(OURS),
    rule("questionnaireresponse-text", IssueCode::Value, "valueString must not be empty")
        .on(ON_CREATE)
        .when("an answer is an empty text")
        .check(Check::Body(checks::empty_text))
        .broken_by(
            &[set("item.1", EMPTY_COMMENT)],
            "QuestionnaireResponse.item[1].answer[0].value",
            "valueString must not be empty",
        )
        .kept_by(&[set("item.1", COMMENT)]),
    rule("questionnaireresponse-display", IssueCode::Value, "valueCoding.display must not be empty")
        .on(ON_CREATE)
        .when("the display of an answer is empty")
        .check(Check::Body(checks::empty_display))
        .broken_by(
            &[set("item.0.answer.0.valueCoding.display", "\"\"")],
            "QuestionnaireResponse.item[0].answer[0].value.display",
            "valueCoding.display must not be empty",
        )
        .kept_by(&[set("item.0.answer.0.valueCoding.display", "\"used to\"")]),
    rule(
        "questionnaireresponse-flat",
        IssueCode::NotSupported,
        "items are not nested: send them in one list",
    )
    .on(ON_CREATE)
    .when("an item or an answer has items")
    .check(Check::Body(checks::nested))
    .broken_by(
        &[set(
            "item.0.answer.0.item",
            r#"[{"linkId":"a656c6c8-ecea-403f-a430-f80899f26914","answer":[{"valueString":"Yep"}]}]"#,
        )],
        "QuestionnaireResponse.item[0].answer[0].item",
        "items are not nested: send them in one list",
    )
    .kept_by(&[set("item.1", COMMENT)])
    .note(OURS),
    rule("questionnaireresponse-subject", IssueCode::Value, "subject must be a Patient, not {found}")
        .on(ON_CREATE)
        .when("subject refers to another type than Patient")
        .check(Check::Body(checks::subject))
        .broken_by(
            &[set("subject", r#"{"reference":"Practitioner/{demo-practitioner}"}"#)],
            "QuestionnaireResponse.subject.reference",
            "subject must be a Patient, not Practitioner",
        )
        .kept_by(&[])
        .note(OURS),
    rule(
        "questionnaireresponse-author",
        IssueCode::Value,
        "author must be a Practitioner or a Patient, not {found}",
    )
    .on(ON_CREATE)
    .when("author refers to another type than Practitioner and Patient")
    .check(Check::Body(checks::author))
    .broken_by(
        &[set("author", r#"{"reference":"Organization/6f0c2f36-8d0b-4c63-9c3e-0e3c1b0b8a11"}"#)],
        "QuestionnaireResponse.author.reference",
        "author must be a Practitioner or a Patient, not Organization",
    )
    .kept_by(&[set("author", r#"{"reference":"Patient/{demo-patient}"}"#)])
    .note(OURS),
    rule(
        "questionnaireresponse-questionnaire",
        IssueCode::NotFound,
        "questionnaire {questionnaire} does not exist",
    )
    .on(ON_CREATE)
    .when("questionnaire does not lead to a stored one")
    .check(Check::Write(checks::exists))
    .broken_by(
        &[set("questionnaire", "\"Questionnaire/none\"")],
        "QuestionnaireResponse.questionnaire",
        "questionnaire Questionnaire/none does not exist",
    )
    .kept_by(&[set(
        "questionnaire",
        "\"https://fumage-example.canvasmedical.com/Questionnaire/7eefd6fc-0000-44c2-8224-d95f0ceaa2fd\"",
    )])
    .note(OURS),
    rule(
        "questionnaireresponse-linkid",
        IssueCode::BusinessRule,
        "linkId is no question of the questionnaire: {linkId}",
    )
    .on(ON_CREATE)
    .when("a linkId names none of the questionnaire's questions")
    .check(Check::Write(checks::known))
    .broken_by(
        &[set("item.0.linkId", "\"tobacco\"")],
        "QuestionnaireResponse.item[0].linkId",
        "linkId is no question of the questionnaire: tobacco",
    )
    .kept_by(&[])
    .note(OURS),
    rule("questionnaireresponse-unique", IssueCode::BusinessRule, "linkId must be unique: {linkId}")
        .on(ON_CREATE)
        .when("a linkId occurs twice")
        .check(Check::Write(checks::unique))
        .broken_by(
            &[set("item.1", COMMENT), set("item.2", COMMENT)],
            "QuestionnaireResponse.item[2].linkId",
            "linkId must be unique: a656c6c8-ecea-403f-a430-f80899f26914",
        )
        .kept_by(&[set("item.1", COMMENT)]),
    rule(
        "questionnaireresponse-one-answer",
        IssueCode::BusinessRule,
        "Question of type {type} is expecting at most one answer",
    )
    .documented()
    .on(ON_CREATE)
    .when("there is more than one answer to a question of one option or of free text")
    .check(Check::Write(checks::one_answer))
    .broken_by(
        &[set("item.0.answer", TWO_ANSWERS)],
        "QuestionnaireResponse.item[0].answer",
        "Question of type SING is expecting at most one answer",
    )
    .kept_by(&[set("item.1", TYPE)]),
    rule(
        "questionnaireresponse-in-words",
        IssueCode::BusinessRule,
        "Question of type TXT expects a valueString answer",
    )
    .documented()
    .on(ON_CREATE)
    .when("an answer to a question of free text is no valueString")
    .check(Check::Write(checks::in_words))
    .broken_by(
        &[set("item.1", CODED_COMMENT)],
        "QuestionnaireResponse.item[1].answer[0]",
        "Question of type TXT expects a valueString answer",
    )
    .kept_by(&[set("item.1", COMMENT)]),
    rule(
        "questionnaireresponse-single-coded",
        IssueCode::BusinessRule,
        "Question of type SING expects a valueCoding answer",
    )
    .documented()
    .on(ON_CREATE)
    .when("an answer to a question of one option is no valueCoding")
    .check(Check::Write(checks::single_coded))
    .broken_by(
        &[set("item.0.answer.0", r#"{"valueString":"Former user"}"#)],
        "QuestionnaireResponse.item[0].answer[0]",
        "Question of type SING expects a valueCoding answer",
    )
    .kept_by(&[]),
    rule(
        "questionnaireresponse-multiple-coded",
        IssueCode::BusinessRule,
        "Question of type MULT expects a valueCoding answer",
    )
    .documented()
    .on(ON_CREATE)
    .when("an answer to a question of several options is no valueCoding")
    .check(Check::Write(checks::multiple_coded))
    .broken_by(
        &[set("item.1", TYPE_IN_WORDS)],
        "QuestionnaireResponse.item[1].answer[0]",
        "Question of type MULT expects a valueCoding answer",
    )
    .kept_by(&[set("item.1", TYPE)]),
    rule(
        "questionnaireresponse-system",
        IssueCode::BusinessRule,
        "Question expects answer of code system {expected} but {given} was given",
    )
    .in_place_of("Question expects answer of code system {system} but {system} was given")
    .documented()
    .on(ON_CREATE)
    .when("the system of an answer is not that of the question's options")
    .check(Check::Write(checks::system))
    .broken_by(
        &[set("item.0.answer.0.valueCoding.system", "\"http://loinc.org\"")],
        "QuestionnaireResponse.item[0].answer[0].value.system",
        "Question expects answer of code system http://snomed.info/sct but http://loinc.org was given",
    )
    .kept_by(&[]),
    rule(
        "questionnaireresponse-option",
        IssueCode::BusinessRule,
        "Question received an invalid response option code: {code}",
    )
    .documented()
    .on(ON_CREATE)
    .when("the code of an answer is no option of the question")
    .check(Check::Write(checks::option))
    .broken_by(
        &[set("item.0.answer.0.valueCoding.code", "\"722496004\"")],
        "QuestionnaireResponse.item[0].answer[0].value.code",
        "Question received an invalid response option code: 722496004",
    )
    .kept_by(&[set("item.0.answer.0.valueCoding.code", "\"266919005\"")]),
    rule(
        "questionnaireresponse-one-option",
        IssueCode::BusinessRule,
        "Question received a response option code: {code} that belongs to more than one option response",
    )
    .documented()
    .on(ON_CREATE)
    .when("the code of an answer is that of more than one option of the question")
    .check(Check::Write(checks::one_option))
    .broken_by(
        &[set("questionnaire", IMPORTED), set("item", TWICE_LISTED)],
        "QuestionnaireResponse.item[0].answer[0].value.code",
        "Question received a response option code: PAIN_SOME that belongs to more than one option response",
    )
    .kept_by(&[set("questionnaire", IMPORTED), set("item", ONCE_LISTED)]),
    rule(
        "questionnaireresponse-repeated",
        IssueCode::BusinessRule,
        "Question received response option code: {code} more than once",
    )
    .on(ON_CREATE)
    .when("a question is answered by one option several times")
    .check(Check::Write(checks::repeated))
    .broken_by(
        &[set("item.1", TYPE_REPEATED)],
        "QuestionnaireResponse.item[1].answer[1].value.code",
        "Question received response option code: 722496004 more than once",
    )
    .kept_by(&[set("item.1", TYPE)])
    .note(OURS),
    rule("questionnaireresponse-completed", IssueCode::BusinessRule, "Only status completed is supported")
        .on(ON_CREATE)
        .when("status is not completed")
        .check(Check::Write(checks::completed))
        .broken_by(
            &[set("status", "\"in-progress\"")],
            "QuestionnaireResponse.status",
            "Only status completed is supported",
        )
        .kept_by(&[]),
    rule("questionnaireresponse-marks", IssueCode::BusinessRule, "Only status entered-in-error is supported")
        .on(&[Interaction::Update])
        .when("status is not entered-in-error")
        .check(Check::Write(check::marks))
        .broken_by(
            &[set("status", "\"completed\"")],
            "QuestionnaireResponse.status",
            "Only status entered-in-error is supported",
        )
        .kept_by(&[]),
];
