//! Questions about resources, made of what the resources say.

use crate::dice::Dice;
use crate::meaning::{Meaning, Question, escaped, reference_text, systems_of, texts, words};
use crate::places;
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
    resources: &[&'static Json],
) -> Vec<Question> {
    let mut values: Vec<(Option<&'static str>, String)> = Vec::new();
    // How many different times of change there are depends on the clock; how many questions there are must not.
    let some = match parameter.code {
        "_lastUpdated" => resources.get(resources.len() / 2..=resources.len() / 2).unwrap_or_default(),
        _ => resources,
    };
    for resource in some {
        if let (Some(url), Some(version)) = (resource.str("url"), resource.str("version"))
            && parameter.code == "url"
            && !url.contains(' ')
        {
            values.push((None, escaped(&format!("{url}|{version}"))));
        }
        for item in meaning.values(resource, parameter).iter() {
            for value in of_item(parameter, item) {
                values.push(value);
            }
        }
    }
    values.sort();
    values.dedup();
    let step = values.len().div_ceil(VALUES * 8).max(1);
    let values: Vec<_> = values.into_iter().step_by(step).collect();
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

/// What is worth asking for.
fn is_short(text: &str) -> bool {
    !text.is_empty() && text.len() < 200
}

/// Modifiers and values that a value of a parameter makes worth asking for.
pub fn of_item(parameter: &SearchParameter, item: &Item<'_>) -> Vec<(Option<&'static str>, String)> {
    let mut found: Vec<(Option<&'static str>, String)> = Vec::new();
    match parameter.kind {
        SearchParameterType::Token => {
            found.extend(tokens(item).into_iter().map(|token| (None, token)));
            for text in words(item).into_iter().filter(|text| is_short(text)) {
                let start: String = text.chars().take(6).collect();
                if !search::fold(&start).is_empty() && start.trim() == start {
                    found.push((Some("text"), escaped(&start.to_lowercase())));
                }
            }
            if let Some(mime) = item.as_str().filter(|_| is_mime(item)) {
                let base = mime.split(';').next().unwrap_or_default().trim();
                found.push((Some("below"), escaped(base)));
            }
            found.extend(typed(item).into_iter().map(|value| (Some("of-type"), value)));
            // What a type of identifiers is shown as is no text of the identifier.
            let display =
                item.json().and_then(|json| json.get("type")?.get("coding")?.items().first()?.str("display"));
            found.extend(display.map(|display| (Some("text"), escaped(display))));
        }
        SearchParameterType::String if parameter.code == "phonetic" => {
            for text in
                texts(item).into_iter().filter(|text| is_short(text) && !search::fold(text).is_empty())
            {
                found.push((None, escaped(text)));
                // Vowels do not count, save for a first one.
                let other: String =
                    text.chars().take(1).chain(text.chars().skip(1).map(other_vowel)).collect();
                found.push((None, escaped(&other)));
            }
        }
        SearchParameterType::String => {
            for text in texts(item).into_iter().filter(|text| text.len() > 260 && text.len() < 1_500) {
                let end: String = text.chars().skip(text.chars().count() - 20).collect();
                found.push((Some("contains"), escaped(end.trim())));
                found.push((None, escaped(text)));
            }
            for text in
                texts(item).into_iter().filter(|text| is_short(text) && !search::fold(text).is_empty())
            {
                let start: String = text.chars().take(3).collect();
                let middle: String = text.chars().skip(2).take(4).collect();
                found.push((Some("exact"), escaped(text)));
                if let Some((_, word)) =
                    text.rsplit_once([' ', '-']).filter(|(_, word)| !search::fold(word).is_empty())
                {
                    found.push((None, escaped(word)));
                }
                found.push((None, escaped(&text.to_uppercase())));
                for (modifier, part) in [(None, start), (Some("contains"), middle)] {
                    if !search::fold(&part).is_empty() && part.trim() == part {
                        found.push((modifier, escaped(&part)));
                    }
                }
            }
        }
        SearchParameterType::Reference => {
            let text = reference_text(item).filter(|text| !text.contains(' '));
            match text.and_then(Reference::parse) {
                Some(Reference::Local { resource_type, id, .. }) => {
                    found.push((None, format!("{resource_type}/{id}")));
                    found.push((None, id.to_owned()));
                    let has_parts = matches!(
                        resource_type.name(),
                        "Location" | "Organization" | "Encounter" | "CarePlan"
                    );
                    if has_parts && parameter.targets.contains(&resource_type) {
                        found.push((Some("below"), format!("{resource_type}/{id}")));
                        found.push((Some("above"), format!("{resource_type}/{id}")));
                    }
                    if parameter.targets.contains(&resource_type) {
                        found.push((Some(resource_type.name()), id.to_owned()));
                    }
                }
                Some(Reference::Absolute(url)) => {
                    found.push((None, escaped(url)));
                    found.extend(url.split_once('|').map(|(url, _)| (None, escaped(url))));
                    if is_canonical(parameter, item) {
                        found.push((Some("below"), escaped(url)));
                        let first = url.split_once('|').map(|(url, version)| {
                            format!("{url}|{}", version.split('.').next().unwrap_or_default())
                        });
                        found.extend(first.map(|first| (Some("below"), escaped(&first))));
                    }
                }
                _ => {}
            }
            let identifier = item.json().and_then(|reference| reference.get("identifier"));
            let forms = identifier
                .map_or_else(Vec::new, |identifier| forms(identifier.str("system"), identifier.str("value")));
            found.extend(forms.into_iter().map(|value| (Some("identifier"), value)));
        }
        SearchParameterType::Uri => {
            let text = item.as_str().filter(|text| !text.contains(' '));
            if let Some(text) = text {
                found.push((None, escaped(text)));
                if let Some((above, _)) = text.rsplit_once('/').filter(|(above, _)| above.contains("://")) {
                    found.push((Some("below"), escaped(above.trim_end_matches('/'))));
                    found.push((Some("below"), escaped(&format!("{above}/"))));
                    let (unversioned, _) = text.split_once('|').unwrap_or((text, ""));
                    found.push((Some("above"), escaped(unversioned)));
                    found.push((
                        Some("above"),
                        escaped(&format!("{}/more/of", unversioned.trim_end_matches('/'))),
                    ));
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
                    for prefix in ["", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"] {
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
                if let (Some(system), Some(code)) = (system, code.filter(|code| is_short(code))) {
                    let unit = format!("|{}|{}", escaped(system), escaped(code));
                    found.extend(with_prefixes(number.as_str(), &unit));
                }
                if let Some(unit) = json.str("unit").filter(|unit| is_short(unit)) {
                    found.extend(with_prefixes(number.as_str(), &format!("||{}", escaped(unit))));
                }
            }
        }
        SearchParameterType::Special => {
            found.extend(places::values(item).into_iter().map(|value| (None, value)));
        }
        SearchParameterType::Composite => {}
    }
    found
}

/// Whether all values of a reference parameter are canonicals.
fn is_canonical(parameter: &SearchParameter, item: &Item<'_>) -> bool {
    item.item_type.name() == "canonical" && !parameter.expression.contains('|')
}

fn other_vowel(letter: char) -> char {
    match letter {
        'a' | 'e' | 'i' => 'o',
        other => other,
    }
}

fn with_prefixes(number: &str, rest: &str) -> Vec<(Option<&'static str>, String)> {
    if number.contains(['e', 'E']) {
        return Vec::new();
    }
    // More digits than floating-point numbers tell apart are of no use.
    let number = match number.split_once('.') {
        Some((whole, decimals)) if decimals.len() > 4 => format!("{whole}.{}", &decimals[..4]),
        _ => number.to_owned(),
    };
    ["", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
        .iter()
        .map(|prefix| (None, format!("{prefix}{number}{rest}")))
        .collect()
}

/// The four forms of a token.
fn forms(system: Option<&str>, code: Option<&str>) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(code) = code.filter(|code| is_short(code)) {
        found.push(escaped(code));
        found.push(format!("|{}", escaped(code)));
        found.extend(system.map(|system| format!("{}|{}", escaped(system), escaped(code))));
    }
    found.extend(system.map(|system| format!("{}|", escaped(system))));
    found
}

fn is_mime(item: &Item<'_>) -> bool {
    let binding = item.element.and_then(|element| element.binding());
    binding.is_some_and(|one| one.value_set.definition().url == "http://hl7.org/fhir/ValueSet/mimetypes")
}

/// An identifier by its type.
fn typed(item: &Item<'_>) -> Option<String> {
    let identifier = item.json().filter(|_| item.item_type.name() == "Identifier")?;
    let coding = identifier.at(&["type", "coding"])?.items().first()?;
    let parts = [coding.str("system")?, coding.str("code")?, identifier.str("value")?];
    Some(parts.map(escaped).join("|"))
}

fn tokens(item: &Item<'_>) -> Vec<String> {
    let of = |json: &Json, member: &str| forms(json.str("system"), json.str(member));
    let text = |text: Option<&str>| text.filter(|text| is_short(text)).map(escaped).into_iter().collect();
    match (item.item_type.name(), item.json()) {
        ("Coding", Some(json)) => of(json, "code"),
        ("Identifier", Some(json)) => of(json, "value"),
        ("CodeableConcept", Some(json)) => {
            let codings = json.get("coding").map(Json::items).unwrap_or_default().iter();
            codings.flat_map(|coding| of(coding, "code")).collect()
        }
        ("ContactPoint", Some(json)) => text(json.str("value")),
        ("code", _) => item
            .as_str()
            .map_or_else(Vec::new, |code| forms(systems_of(item, code).first().copied(), Some(code))),
        _ => match item.as_bool() {
            Some(value) => vec![value.to_string()],
            None => text(item.as_str()),
        },
    }
}

/// Values of a composite parameter: what stands in one element, and what does not stand together.
pub fn of_composite(
    meaning: &mut Meaning,
    parameter: &'static SearchParameter,
    resources: &[&'static Json],
    dice: &mut Dice,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut others: Vec<Vec<String>> = vec![Vec::new(); parameter.components.len()];
    for resource in resources {
        for element in meaning.elements(resource, parameter) {
            let values: Vec<Vec<String>> = element
                .iter()
                .zip(parameter.components)
                .map(|(items, component)| {
                    let all = items.iter().flat_map(|item| of_item(component.parameter(), item));
                    all.filter(|(modifier, _)| modifier.is_none()).map(|(_, value)| value).collect()
                })
                .collect();
            for _ in 0..2 {
                let parts: Option<Vec<&String>> = values.iter().map(|values| dice.pick(values)).collect();
                found.extend(
                    parts.map(|parts| parts.iter().map(|part| part.as_str()).collect::<Vec<_>>().join("$")),
                );
            }
            for (others, values) in others.iter_mut().zip(values) {
                others.extend(values);
            }
        }
    }
    for _ in 0..found.len().min(VALUES * 4) {
        let parts: Option<Vec<&String>> = others.iter().map(|values| dice.pick(values)).collect();
        found.extend(parts.map(|parts| parts.iter().map(|part| part.as_str()).collect::<Vec<_>>().join("$")));
    }
    found.sort();
    found.dedup();
    let step = found.len().div_ceil(VALUES * 8).max(1);
    found.into_iter().step_by(step).collect()
}
