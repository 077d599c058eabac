//! Texts that are longer than R4 lets them be: validation says that they are no string, which is no help to who sent them.

use fhir::primitive::limits;
use fhir::{Issue, IssueCode, Json, Object};

/// Tells of a text that is too long that it is.
pub fn tell(body: &Object, issues: &mut [Issue]) {
    for issue in issues.iter_mut().filter(|issue| issue.code == IssueCode::Value) {
        let Some(place) = issue.expression.clone() else { continue };
        let text = at(body, &place).and_then(Json::as_str);
        let length = text.filter(|text| text.len() > limits::STRING).map(|text| text.chars().count());
        if let Some(length) = length.filter(|length| *length > limits::STRING) {
            let (path, most) = (crate::check::path_of(&place), limits::STRING);
            let told = format!("{path} has {length} characters; {most} are the most that a text may have");
            *issue = Issue::error(IssueCode::TooLong, told).at(place);
        }
    }
}

/// What is at a place of a body: `Task.note[0].text`.
fn at<'a>(body: &'a Object, place: &str) -> Option<&'a Json> {
    let mut here: Option<&Json> = None;
    for step in place.split('.').skip(1) {
        let (name, indices) = step.split_once('[').unwrap_or((step, ""));
        let object = match here {
            None => body,
            Some(value) => value.as_object()?,
        };
        let mut value = object.get(name)?;
        for index in indices.split(['[', ']']).filter(|digits| !digits.is_empty()) {
            value = value.items().get(index.parse::<usize>().ok()?)?;
        }
        here = Some(value);
    }
    here
}
