//! Questions about resources, made of what the resources say.

use crate::meaning::{Meaning, Question, reference_text, systems_of, texts};
use fhir::datetime::PartialDateTime;
use fhir::definitions::{SearchParameter, SearchParameterType};
use fhir::{Json, Reference, ResourceType};
use fhirpath::Item;

/// How many different values of a parameter are asked for.
const VALUES: usize = 4;

/// All questions about one parameter of a type, given the type's resources.
pub fn about(
    meaning: &mut Meaning,
    resource_type: ResourceType,
    parameter: &'static SearchParameter,
    resources: &[&Json],
) -> Vec<Question> {
    let mut values: Vec<(Option<&'static str>, String)> = Vec::new();
    for resource in resources {
        for item in meaning.values(resource, parameter) {
            for value in of_item(parameter.kind, &item) {
                if !values.contains(&value) && values.len() < VALUES * 8 {
                    values.push(value);
                }
            }
        }
    }
    values.sort();
    let ask = |modifier, values: Vec<String>| Question { resource_type, parameter, modifier, values };
    let mut questions: Vec<Question> =
        values.iter().map(|(modifier, value)| ask(*modifier, vec![value.clone()])).collect();
    for missing in ["true", "false"] {
        questions.push(ask(Some("missing"), vec![missing.to_owned()]));
    }
    let plain: Vec<&String> =
        values.iter().filter(|(modifier, _)| modifier.is_none()).map(|(_, value)| value).collect();
    if let [first, .., last] = plain[..] {
        questions.push(ask(None, vec![first.clone(), last.clone()]));
    }
    if parameter.kind == SearchParameterType::Token
        && let [first, .., last] = plain[..]
    {
        questions.push(ask(Some("not"), vec![first.clone()]));
        questions.push(ask(Some("not"), vec![first.clone(), last.clone()]));
    }
    questions
}

/// What can be put into a URL without escapes.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() < 200 && !text.contains([',', '|', '$', '\\', '&'])
}

fn of_item(kind: SearchParameterType, item: &Item<'_>) -> Vec<(Option<&'static str>, String)> {
    let mut found: Vec<(Option<&'static str>, String)> = Vec::new();
    match kind {
        SearchParameterType::Token => found.extend(tokens(item).into_iter().map(|token| (None, token))),
        SearchParameterType::String => {
            for text in
                texts(item).into_iter().filter(|text| is_plain(text) && !search::fold(text).is_empty())
            {
                let start: String = text.chars().take(3).collect();
                let middle: String = text.chars().skip(2).take(4).collect();
                found.push((Some("exact"), text.to_owned()));
                found.push((None, text.to_uppercase()));
                for (modifier, part) in [(None, start), (Some("contains"), middle)] {
                    if !search::fold(&part).is_empty() && part.trim() == part {
                        found.push((modifier, part));
                    }
                }
            }
        }
        SearchParameterType::Reference => {
            let text = reference_text(item).filter(|text| !text.contains([',', '$', '\\', '&', ' ']));
            match text.and_then(Reference::parse) {
                Some(Reference::Local { resource_type, id, .. }) => {
                    found.push((None, format!("{resource_type}/{id}")));
                    found.push((None, id.to_owned()));
                }
                Some(Reference::Absolute(url)) => {
                    found.push((None, url.to_owned()));
                    found.extend(url.split_once('|').map(|(url, _)| (None, url.to_owned())));
                }
                _ => {}
            }
            let identifier = item.json().and_then(|reference| reference.get("identifier"));
            let value =
                identifier.and_then(|identifier| identifier.str("value")).filter(|value| is_plain(value));
            found.extend(value.map(|value| (Some("identifier"), value.to_owned())));
        }
        SearchParameterType::Uri => {
            let text = item.as_str().filter(|text| !text.contains([',', '$', '\\', '&', ' ']));
            if let Some(text) = text {
                found.push((None, text.to_owned()));
                if let Some((above, _)) = text.rsplit_once('/').filter(|(above, _)| above.contains("://")) {
                    found.push((Some("below"), above.trim_end_matches('/').to_owned()));
                }
            }
        }
        SearchParameterType::Date => {
            let texts: Vec<String> = match item.json() {
                Some(Json::String(text)) => vec![text.clone()],
                Some(json) => {
                    ["start", "end"].iter().filter_map(|name| json.str(name)).map(str::to_owned).collect()
                }
                None => Vec::new(),
            };
            for text in texts {
                // Shortened, a date with an offset may name another day: the day that it then names is as good.
                let cuts = [4, 7, 10].map(|length| text.get(..length).map(str::to_owned));
                let all = cuts.into_iter().flatten().chain([text.clone()]);
                for date in all.filter(|date| PartialDateTime::parse(date).is_some()) {
                    for prefix in ["", "ne", "gt", "lt", "ge", "le", "sa", "eb"] {
                        found.push((None, format!("{prefix}{date}")));
                    }
                }
            }
        }
        SearchParameterType::Number => {
            let number = item.json().and_then(Json::as_number).map(|number| number.as_str().to_owned());
            found.extend(number.into_iter().flat_map(|number| with_prefixes(&number, "")));
        }
        SearchParameterType::Quantity => {
            let json = item.json();
            let number = json.and_then(|json| json.get("value")).and_then(Json::as_number);
            if let (Some(number), Some(json)) = (number, json) {
                let (system, code) = (json.str("system"), json.str("code"));
                found.extend(with_prefixes(number.as_str(), ""));
                if let (Some(system), Some(code)) = (system, code.filter(|code| is_plain(code))) {
                    found.extend(with_prefixes(number.as_str(), &format!("|{system}|{code}")));
                }
                if let Some(unit) = json.str("unit").filter(|unit| is_plain(unit)) {
                    found.extend(with_prefixes(number.as_str(), &format!("||{unit}")));
                }
            }
        }
        _ => {}
    }
    found
}

fn with_prefixes(number: &str, rest: &str) -> Vec<(Option<&'static str>, String)> {
    if number.contains(['e', 'E']) {
        return Vec::new();
    }
    ["", "ne", "gt", "lt", "ge", "le", "sa", "eb"]
        .iter()
        .map(|prefix| (None, format!("{prefix}{number}{rest}")))
        .collect()
}

fn tokens(item: &Item<'_>) -> Vec<String> {
    let forms = |system: Option<&str>, code: Option<&str>| {
        let mut found = Vec::new();
        if let Some(code) = code.filter(|code| is_plain(code)) {
            found.push(code.to_owned());
            found.push(format!("|{code}"));
            found.extend(system.map(|system| format!("{system}|{code}")));
        }
        found.extend(system.map(|system| format!("{system}|")));
        found
    };
    let of = |json: &Json, member: &str| forms(json.str("system"), json.str(member));
    match (item.item_type.name(), item.json()) {
        ("Coding", Some(json)) => of(json, "code"),
        ("Identifier", Some(json)) => of(json, "value"),
        ("CodeableConcept", Some(json)) => {
            let codings = json.get("coding").map(Json::items).unwrap_or_default().iter();
            codings.flat_map(|coding| of(coding, "code")).collect()
        }
        ("ContactPoint", Some(json)) => {
            json.str("value").filter(|text| is_plain(text)).map(str::to_owned).into_iter().collect()
        }
        ("code", _) => item
            .as_str()
            .map_or_else(Vec::new, |code| forms(systems_of(item, code).first().copied(), Some(code))),
        _ => match item.as_bool() {
            Some(value) => vec![value.to_string()],
            None => item.as_str().filter(|text| is_plain(text)).map(str::to_owned).into_iter().collect(),
        },
    }
}
