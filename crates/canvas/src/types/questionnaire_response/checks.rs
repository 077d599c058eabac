//! How the rules of QuestionnaireResponse are checked.

use super::questionnaire;
use crate::finding::Findings;
use crate::references::only;
use crate::sent::Sent;
use crate::types::questionnaire::question::{self, Kind, Question};
use crate::write::Write;
use fhir::{Json, Object, ResourceType};
use interactions::Refusal;
use std::collections::{HashMap, HashSet};

/// The answers that were sent: the place of their value, and the answer.
fn answers<'a>(sent: &Sent<'a>) -> impl Iterator<Item = (String, &'a Object)> {
    sent.objects("item.answer").into_iter().map(|(place, answer)| (format!("{place}.value"), answer))
}

pub fn empty_text(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, _) in answers(sent).filter(|(_, answer)| answer.str("valueString") == Some("")) {
        findings.add(&place, &[]);
    }
}

pub fn empty_display(sent: &Sent<'_>, findings: &mut Findings) {
    let is_empty =
        |answer: &Object| answer.get("valueCoding").is_some_and(|coding| coding.str("display") == Some(""));
    for (place, _) in answers(sent).filter(|(_, answer)| is_empty(answer)) {
        findings.add(&format!("{place}.display"), &[]);
    }
}

pub fn nested(sent: &Sent<'_>, findings: &mut Findings) {
    let items = sent.objects("item").into_iter().chain(sent.objects("item.answer"));
    for (place, _) in items.filter(|(_, item)| item.contains("item")) {
        findings.add(&format!("{place}.item"), &[]);
    }
}

pub fn subject(sent: &Sent<'_>, findings: &mut Findings) {
    only(sent, "subject", &[ResourceType::PATIENT], findings);
}

pub fn author(sent: &Sent<'_>, findings: &mut Findings) {
    let authors = [ResourceType::PATIENT, ResourceType::PRACTITIONER];
    only(sent, "author", &authors, findings);
}

pub fn exists(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if questionnaire::named(write)?.is_none() {
        let sent = write.sent.body.str("questionnaire").unwrap_or_default();
        findings.add("QuestionnaireResponse.questionnaire", &[("questionnaire", sent)]);
    }
    Ok(())
}

/// An item that was sent, and the question that it answers.
struct Answered<'a> {
    place: String,
    question: Question,
    answers: &'a [Json],
}

/// What was sent to questions that there are.
fn answered<'w>(write: &mut Write<'w, '_>) -> Result<Vec<Answered<'w>>, Refusal> {
    let questions = questionnaire::questions(write)?.into_iter();
    let mut questions: HashMap<String, Question> =
        questions.map(|question| (question.link_id.clone(), question)).collect();
    let mut answered = Vec::new();
    for (place, item) in write.sent.objects("item") {
        // A linkId that occurs twice is refused as that.
        if let Some(question) = item.str("linkId").and_then(|link_id| questions.remove(link_id)) {
            answered.push(Answered { place, question, answers: item.items("answer") });
        }
    }
    Ok(answered)
}

pub fn known(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let Some(questionnaire) = questionnaire::named(write)? else { return Ok(()) };
    let questions = question::all(&questionnaire);
    let link_ids: HashSet<&str> = questions.iter().map(|question| question.link_id.as_str()).collect();
    for (place, item) in write.sent.objects("item") {
        let link_id = item.str("linkId").unwrap_or_default();
        if !link_ids.contains(link_id) {
            findings.add(&format!("{place}.linkId"), &[("linkId", link_id)]);
        }
    }
    Ok(())
}

pub fn unique(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    for (place, item) in write.sent.objects("item") {
        let link_id = item.str("linkId").unwrap_or_default();
        if !seen.insert(link_id) {
            findings.add(&format!("{place}.linkId"), &[("linkId", link_id)]);
        }
    }
    Ok(())
}

pub fn one_answer(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    for Answered { place, question, answers } in answered(write)? {
        if question.kind != Kind::Multiple && answers.len() > 1 {
            findings.add(&format!("{place}.answer"), &[("type", question.kind.code())]);
        }
    }
    Ok(())
}

/// Answers to questions of a kind that do not have their value in `element`.
fn otherwise(
    write: &mut Write<'_, '_>,
    findings: &mut Findings,
    kind: Kind,
    element: &str,
) -> Result<(), Refusal> {
    for Answered { place, answers, .. } in
        answered(write)?.into_iter().filter(|one| one.question.kind == kind)
    {
        for (index, _) in answers.iter().enumerate().filter(|(_, answer)| answer.get(element).is_none()) {
            findings.add(&format!("{place}.answer[{index}]"), &[]);
        }
    }
    Ok(())
}

pub fn in_words(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    otherwise(write, findings, Kind::Text, "valueString")
}

pub fn single_coded(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    otherwise(write, findings, Kind::Single, "valueCoding")
}

pub fn multiple_coded(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    otherwise(write, findings, Kind::Multiple, "valueCoding")
}

/// Looks at each coding that answers a question with options: its place, and of the options those of its system, and of
/// these those of its code.
fn each_coding(
    write: &mut Write<'_, '_>,
    mut look: impl FnMut(&str, &Question, &Json, [usize; 2]),
) -> Result<(), Refusal> {
    for Answered { place, question, answers } in answered(write)? {
        if question.kind == Kind::Text || question.options.is_empty() {
            continue;
        }
        for (index, answer) in answers.iter().enumerate() {
            let Some(coding) = answer.get("valueCoding") else { continue };
            let of_system =
                question.options.iter().filter(|option| option.coding.str("system") == coding.str("system"));
            let of_code = of_system.clone().filter(|option| option.coding.str("code") == coding.str("code"));
            let counts = [of_system.count(), of_code.count()];
            look(&format!("{place}.answer[{index}].value"), &question, coding, counts);
        }
    }
    Ok(())
}

pub fn system(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    each_coding(write, |place, question, coding, [of_system, _]| {
        if of_system == 0 {
            let mut systems: Vec<&str> =
                question.options.iter().filter_map(|option| option.coding.str("system")).collect();
            systems.dedup();
            let given = coding.str("system").unwrap_or_default();
            findings
                .add(&format!("{place}.system"), &[("expected", &systems.join(" or ")), ("given", given)]);
        }
    })
}

pub fn option(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    each_coding(write, |place, _, coding, [of_system, of_code]| {
        if of_system > 0 && of_code == 0 {
            findings.add(&format!("{place}.code"), &[("code", coding.str("code").unwrap_or_default())]);
        }
    })
}

pub fn one_option(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    each_coding(write, |place, _, coding, [_, of_code]| {
        if of_code > 1 {
            findings.add(&format!("{place}.code"), &[("code", coding.str("code").unwrap_or_default())]);
        }
    })
}

/// An option that is chosen twice would count twice in a score.
pub fn repeated(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    for Answered { place, answers, .. } in answered(write)? {
        let mut chosen = HashSet::new();
        for (index, answer) in answers.iter().enumerate() {
            let Some(coding) = answer.get("valueCoding") else { continue };
            let code = coding.str("code").unwrap_or_default();
            if !chosen.insert((coding.str("system"), code)) {
                findings.add(&format!("{place}.answer[{index}].value.code"), &[("code", code)]);
            }
        }
    }
    Ok(())
}

pub fn completed(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if write.sent.body.str("status") != Some("completed") {
        findings.add("QuestionnaireResponse.status", &[]);
    }
    Ok(())
}
