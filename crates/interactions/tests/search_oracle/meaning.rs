//! What searches mean, written down a second time: slowly, straight from JSON, without index, hashes or SQL. It knows
//! nothing of how the crate `search` does it.

use crate::amounts::{is_amount, number, quantity};
use crate::dates::date;
use crate::places::near;
use fhir::definitions::{SearchParameter, SearchParameterType, TypeId};
use fhir::{Json, Reference, ResourceType};
use fhirpath::{Context, Expression, Item};
use std::collections::HashMap;
use std::rc::Rc;

/// The present of all searches: `ap` widens dates by a tenth of their distance from it. In milliseconds.
pub const NOW: i64 = 1_600_000_000_000;

/// Where the server is: what absolute references say below it is a resource of its own.
pub const BASE: &str = "http://test/fhir";

/// One condition: a parameter, perhaps a modifier, and values any of which is enough. Values have their escapes.
#[derive(Clone, Debug)]
pub struct Question {
    pub resource_type: ResourceType,
    pub parameter: &'static SearchParameter,
    pub modifier: Option<&'static str>,
    pub values: Vec<String>,
}

impl Question {
    /// As it stands in a URL, undecoded.
    pub fn pair(&self) -> (String, String) {
        let name = match self.modifier {
            Some(modifier) => format!("{}:{modifier}", self.parameter.code),
            None => self.parameter.code.to_owned(),
        };
        (name, self.values.join(","))
    }
}

/// The parts of a value between separators, without their escapes.
pub fn parts(value: &str, separator: char) -> Vec<String> {
    let (mut parts, mut characters) = (vec![String::new()], value.chars());
    while let Some(character) = characters.next() {
        let last = parts.last_mut().unwrap();
        match character {
            '\\' => last.extend(characters.next()),
            _ if character == separator => parts.push(String::new()),
            _ => last.push(character),
        }
    }
    parts
}

/// The parts of a value between separators, escapes untouched.
pub fn raw_parts(value: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, character) in value.char_indices() {
        if character == separator && !escaped {
            parts.push(&value[start..at]);
            start = at + 1;
        }
        escaped = character == '\\' && !escaped;
    }
    parts.push(&value[start..]);
    parts
}

/// The text of a value, without its escapes.
pub fn plain(value: &str) -> String {
    parts(value, '\0').concat()
}

/// The prefix of a value, and the rest.
pub fn split(value: &str) -> (&str, &str) {
    let prefixes = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap", "po"];
    match prefixes.iter().find(|prefix| value.starts_with(**prefix)) {
        Some(prefix) => (prefix, &value[2..]),
        None => ("eq", value),
    }
}

/// A text as it stands in a value.
pub fn escaped(text: &str) -> String {
    let mut value = String::new();
    for character in text.chars() {
        if matches!(character, '\\' | ',' | '|' | '$') {
            value.push('\\');
        }
        value.push(character);
    }
    value
}

/// The values of a parameter in a resource.
pub type Values = Rc<Vec<Item<'static>>>;

/// Expressions by their text and values by parameter and resource: the same ones are asked for again and again.
#[derive(Default)]
pub struct Meaning {
    compiled: HashMap<&'static str, Option<&'static Expression>>,
    values: HashMap<(u16, *const Json), Values>,
}

impl Meaning {
    fn expression(&mut self, text: &'static str) -> Option<&'static Expression> {
        *self.compiled.entry(text).or_insert_with(|| {
            // The definition of code-value-date names a type that there is not: it means dateTime.
            let compiled = Expression::compile(&text.replace(".as(DateTime)", ".as(dateTime)")).ok()?;
            Some(Box::leak(Box::new(compiled)))
        })
    }

    /// The values of a parameter.
    pub fn values(&mut self, resource: &'static Json, parameter: &'static SearchParameter) -> Values {
        let key = (parameter.id, std::ptr::from_ref(resource));
        if let Some(known) = self.values.get(&key) {
            return Rc::clone(known);
        }
        let found = match (Item::resource(resource), self.expression(parameter.expression)) {
            (Some(root), Some(expression)) => {
                expression.evaluate(&Context::new(&root), &root).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let found = Rc::new(found.into_iter().filter(Item::has_value).collect());
        self.values.insert(key, Rc::clone(&found));
        found
    }

    /// The values of each component in each element of a composite parameter.
    pub fn elements(
        &mut self,
        resource: &'static Json,
        parameter: &'static SearchParameter,
    ) -> Vec<Vec<Vec<Item<'static>>>> {
        let elements = self.values(resource, parameter);
        let Some(root) = Item::resource(resource) else { return Vec::new() };
        let context = Context::new(&root);
        let mut all = Vec::new();
        for element in elements.iter() {
            let mut of_element = Vec::new();
            for component in parameter.components {
                let expression = self.expression(component.expression).unwrap();
                let found = expression.evaluate(&context, element).unwrap_or_default();
                of_element.push(found.into_iter().filter(Item::has_value).collect());
            }
            all.push(of_element);
        }
        all
    }

    /// Whether one element of a composite has all the parts of a value.
    pub fn together(
        &mut self,
        resource: &'static Json,
        parameter: &'static SearchParameter,
        value: &str,
    ) -> bool {
        let wanted = raw_parts(value, '$');
        self.elements(resource, parameter).iter().any(|element| {
            let mut each = element.iter().zip(parameter.components).zip(&wanted);
            each.all(|((items, component), wanted)| {
                items.iter().any(|item| compare(component.parameter(), item, wanted))
            })
        })
    }

    /// Whether a resource has a value of the parameter at all.
    pub fn is_present(&mut self, resource: &'static Json, parameter: &'static SearchParameter) -> bool {
        let values = self.values(resource, parameter);
        values.iter().any(|item| is_of_kind(parameter, item, parameter.kind))
    }

    /// Whether a resource meets the condition.
    pub fn holds(&mut self, resource: &'static Json, question: &Question) -> bool {
        let parameter = question.parameter;
        let values = self.values(resource, parameter);
        let any = |compare: &dyn Fn(&Item<'_>, &str) -> bool| {
            question.values.iter().any(|value| values.iter().any(|item| compare(item, value)))
        };
        match question.modifier {
            Some("missing") => {
                let is_present = self.is_present(resource, parameter);
                (question.values[0] == "true") != is_present
            }
            Some("not") => !any(&token),
            Some("exact") => any(&|item, value| texts(item).contains(&plain(value).as_str())),
            Some("contains") => any(&|item, value| {
                let value = search::fold(&plain(value));
                texts(item).iter().any(|text| search::fold(text).contains(&value))
            }),
            Some("text") => any(&|item, value| {
                let value = search::fold(&plain(value));
                words(item).iter().any(|text| search::fold(text).starts_with(&value))
            }),
            Some("of-type") => any(&of_type),
            Some("identifier") => any(&|item, value| {
                let identifier = item.json().and_then(|reference| reference.get("identifier"));
                identifier.is_some_and(|identifier| coded(identifier, "value", &parts(value, '|')))
            }),
            // A mime type, whatever parameters it has.
            Some("below") if parameter.kind == SearchParameterType::Token => any(&|item, value| {
                item.as_str().and_then(|text| text.split(';').next()).map(str::trim) == Some(&*plain(value))
            }),
            Some("below") if parameter.kind == SearchParameterType::Reference => any(&|item, value| {
                let canonical = |text: &str| {
                    text.split_once('|').map(|(url, version)| (url.to_owned(), version.to_owned()))
                };
                match (canonical(&plain(value)), item.as_str()) {
                    (None, Some(found)) => found.split('|').next() == Some(&*plain(value)),
                    (Some((url, version)), Some(found)) => canonical(found).is_some_and(|(found, its)| {
                        let numbers: Vec<&str> = version.split('.').collect();
                        found == url && its.split('.').take(numbers.len()).eq(numbers)
                    }),
                    (_, None) => false,
                }
            }),
            Some("below") => any(&|item, value| {
                let value = plain(value);
                item.as_str().is_some_and(|uri| {
                    let uri = without_version(item, uri).unwrap_or(uri);
                    uri == value || uri.starts_with(&format!("{}/", value.trim_end_matches('/')))
                })
            }),
            Some("above") => any(&|item, value| {
                let value = plain(value);
                item.as_str().is_some_and(|uri| {
                    let uri = without_version(item, uri).unwrap_or(uri);
                    uri == value || value.starts_with(&format!("{}/", uri.trim_end_matches('/')))
                })
            }),
            Some(target) => {
                let value = |value: &str| match value.contains('/') {
                    true => plain(value),
                    false => format!("{target}/{}", plain(value)),
                };
                any(&|item, wanted| refers(parameter, item, &value(wanted)))
            }
            None => {
                any(&|item, value| compare(parameter, item, value))
                    || (parameter.code == "url"
                        && question.values.iter().any(|value| is_version(resource, value)))
            }
        }
    }
}

/// Whether a resource has the canonical URL and the version of a value, `url|version`.
fn is_version(resource: &Json, value: &str) -> bool {
    let value = plain(value);
    let Some((url, version)) = value.split_once('|') else { return false };
    let found = resource.str("version").map(str::to_lowercase);
    resource.str("url") == Some(url) && found == Some(version.to_lowercase())
}

/// Whether an item is what a value of the parameter asks for.
pub fn compare(parameter: &SearchParameter, item: &Item<'_>, value: &str) -> bool {
    match parameter.kind {
        SearchParameterType::Token => token(item, value),
        SearchParameterType::String => {
            let value = search::fold(&plain(value));
            match parameter.code {
                "phonetic" => sounds_like(item, &value),
                _ => {
                    texts(item).iter().any(|text| search::fold(text).starts_with(&value))
                        || families(parameter, item).iter().any(|text| a_word_begins(text, &value))
                }
            }
        }
        SearchParameterType::Reference => refers(parameter, item, &plain(value)),
        SearchParameterType::Uri => uri(item, &plain(value)),
        SearchParameterType::Date => date(item, value),
        SearchParameterType::Number => number(item, value),
        SearchParameterType::Quantity => quantity(item, value),
        SearchParameterType::Special => near(item, value),
        SearchParameterType::Composite => false,
    }
}

/// The family names among the texts: each of their parts is found by itself.
fn families<'i>(parameter: &SearchParameter, item: &'i Item<'_>) -> Vec<&'i str> {
    match item.item_type.name() {
        "HumanName" => item.json().and_then(|name| name.str("family")).into_iter().collect(),
        _ if parameter.expression.ends_with(".family") => item.as_str().into_iter().collect(),
        _ => Vec::new(),
    }
}

fn a_word_begins(text: &str, value: &str) -> bool {
    format!(" {}", search::fold(text)).contains(&format!(" {value}"))
}

/// Whether each word sounds like one of the value's texts.
fn sounds_like(item: &Item<'_>, value: &str) -> bool {
    let said: Vec<String> = texts(item)
        .iter()
        .flat_map(|text| search::fold(text).split(' ').map(soundex).collect::<Vec<_>>())
        .collect();
    value.split(' ').all(|word| said.contains(&soundex(word)))
}

/// A letter and three digits, after the rules of the US National Archives.
fn soundex(word: &str) -> String {
    let letters: Vec<char> = word.chars().filter(char::is_ascii_lowercase).collect();
    let Some(first) = letters.first() else { return word.to_owned() };
    let class = |letter: char| match letter {
        'a' | 'e' | 'i' | 'o' | 'u' | 'y' => ' ',
        'h' | 'w' => '-',
        'l' => '4',
        'r' => '6',
        _ if "bfpv".contains(letter) => '1',
        _ if "dt".contains(letter) => '3',
        _ if "mn".contains(letter) => '5',
        _ => '2',
    };
    let mut classes: Vec<char> = letters.iter().map(|letter| class(*letter)).collect();
    let of_first = classes.remove(0);
    classes.retain(|class| *class != '-');
    // What precedes the first class is the class of the first letter, as long as that has one.
    let mut before = if of_first == '-' { ' ' } else { of_first };
    let mut digits = String::new();
    for class in classes {
        if class != before && class != ' ' {
            digits.push(class);
        }
        before = class;
    }
    format!("{first}{}", &format!("{digits}000")[..3])
}

fn is_of_kind(parameter: &SearchParameter, item: &Item<'_>, kind: SearchParameterType) -> bool {
    let name = item.item_type.name();
    match kind {
        SearchParameterType::Date => matches!(name, "date" | "dateTime" | "instant" | "Period" | "Timing"),
        SearchParameterType::Number => name == "Range" || item.json().and_then(Json::as_number).is_some(),
        SearchParameterType::Quantity => is_amount(name),
        SearchParameterType::String => item.as_str().is_some() || matches!(name, "HumanName" | "Address"),
        SearchParameterType::Token => {
            item.as_str().is_some()
                || item.as_bool().is_some()
                || matches!(name, "Coding" | "CodeableConcept" | "Identifier" | "ContactPoint")
        }
        SearchParameterType::Reference => {
            let embedded =
                ResourceType::from_name(name).is_some_and(|found| parameter.targets.contains(&found));
            item.as_str().is_some() || name == "Reference" || embedded
        }
        SearchParameterType::Uri => item.as_str().is_some(),
        // Where a Location is.
        SearchParameterType::Special => item.json().is_some_and(|json| json.get("latitude").is_some()),
        SearchParameterType::Composite => false,
    }
}

// Tokens.

fn coded(object: &Json, member: &str, wanted: &[String]) -> bool {
    let (system, code) = (object.str("system"), object.str(member));
    match wanted {
        [wanted] => code == Some(wanted),
        [no_system, wanted] if no_system.is_empty() => system.is_none() && code == Some(wanted),
        [wanted, any_code] if any_code.is_empty() => system == Some(wanted),
        [wanted_system, wanted] => system == Some(wanted_system) && code == Some(wanted),
        _ => false,
    }
}

pub fn token(item: &Item<'_>, value: &str) -> bool {
    let wanted = parts(value, '|');
    let is_plain = |text: &str| *wanted == [text];
    match (item.item_type.name(), item.json()) {
        ("Coding", Some(coding)) => coded(coding, "code", &wanted),
        ("Identifier", Some(identifier)) => coded(identifier, "value", &wanted),
        ("CodeableConcept", Some(concept)) => {
            let codings = concept.get("coding").map(Json::items).unwrap_or_default();
            codings.iter().any(|coding| coded(coding, "code", &wanted))
        }
        ("ContactPoint", Some(contact)) => contact.str("value").is_some_and(is_plain),
        ("string", _) => {
            item.as_str().is_some_and(|text| *wanted.concat().to_lowercase() == text.to_lowercase())
        }
        ("code", _) => item.as_str().is_some_and(|code| {
            let systems = systems_of(item, code);
            match &*wanted {
                [wanted] => code == wanted,
                [no_system, wanted] if no_system.is_empty() => systems.is_empty() && code == wanted,
                [wanted, any_code] if any_code.is_empty() => systems.contains(&wanted.as_str()),
                [system, wanted] => systems.contains(&system.as_str()) && code == wanted,
                _ => false,
            }
        }),
        _ => match item.as_bool() {
            Some(value) => is_plain(if value { "true" } else { "false" }),
            None => item.as_str().is_some_and(is_plain),
        },
    }
}

/// The words that go with a code: the text of a concept, the display of a coding, the text of an identifier's type.
pub fn words<'i>(item: &'i Item<'_>) -> Vec<&'i str> {
    let Some(json) = item.json() else { return Vec::new() };
    match item.item_type.name() {
        "Coding" => json.str("display").into_iter().collect(),
        "CodeableConcept" => {
            let codings = json.get("coding").map(Json::items).unwrap_or_default().iter();
            json.str("text").into_iter().chain(codings.filter_map(|coding| coding.str("display"))).collect()
        }
        "Identifier" => json.at(&["type", "text"]).and_then(Json::as_str).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// `system|code|value`: an identifier of that type.
fn of_type(item: &Item<'_>, value: &str) -> bool {
    let (Some(identifier), [system, code, wanted]) = (item.json(), &*parts(value, '|')) else { return false };
    let codings = identifier.at(&["type", "coding"]).map(Json::items).unwrap_or_default();
    identifier.str("value") == Some(wanted)
        && codings
            .iter()
            .any(|coding| coding.str("system") == Some(system) && coding.str("code") == Some(code))
}

/// The systems that the binding of an element implies for a code.
pub fn systems_of(item: &Item<'_>, code: &str) -> Vec<&'static str> {
    let Some(binding) = item.element.and_then(|element| element.binding()) else { return Vec::new() };
    let systems = binding.value_set.definition().systems;
    let fits = systems.iter().filter(|one| systems.len() == 1 || one.codes.contains(&code));
    fits.map(|one| one.system).collect()
}

// Strings.

pub fn texts<'i>(item: &'i Item<'_>) -> Vec<&'i str> {
    let names: &[&str] = match item.item_type.name() {
        "HumanName" => &["text", "family", "given", "prefix", "suffix"],
        "Address" => &["text", "line", "city", "district", "state", "postalCode", "country"],
        _ => return item.as_str().into_iter().collect(),
    };
    let mut found = Vec::new();
    for value in names.iter().filter_map(|name| item.json()?.get(name)) {
        found.extend(value.as_str());
        found.extend(value.items().iter().filter_map(Json::as_str));
    }
    found
}

// References.

pub fn reference_text<'i>(item: &'i Item<'_>) -> Option<&'i str> {
    item.as_str().or_else(|| item.json()?.str("reference"))
}

/// A reference to what is here, without where that is.
pub fn relative(text: &str) -> &str {
    text.strip_prefix(BASE).and_then(|text| text.strip_prefix('/')).unwrap_or(text)
}

pub fn refers(parameter: &SearchParameter, item: &Item<'_>, value: &str) -> bool {
    // A resource that stands where a reference could.
    if let Some(resource_type) = ResourceType::from_name(item.item_type.name()) {
        let id = item.json().and_then(|resource| resource.str("id")).unwrap_or_default();
        return parameter.targets.contains(&resource_type)
            && (value == id || value == format!("{resource_type}/{id}"));
    }
    let Some(text) = reference_text(item) else { return false };
    let value = relative(value);
    match Reference::parse(relative(text)) {
        Some(Reference::Local { resource_type, id, version }) => {
            let of_target = parameter.targets.is_empty() || parameter.targets.contains(&resource_type);
            (value == id && of_target)
                || value == format!("{resource_type}/{id}")
                || version.is_some_and(|version| value == format!("{resource_type}/{id}/_history/{version}"))
        }
        Some(Reference::Absolute(url) | Reference::Urn(url)) => {
            let unversioned = url.split_once('|').or_else(|| url.split_once("/_history/"));
            value == url || unversioned.is_some_and(|(unversioned, _)| unversioned == value)
        }
        _ => false,
    }
}

/// A canonical without the version that it names.
fn without_version<'t>(item: &Item<'_>, text: &'t str) -> Option<&'t str> {
    let is_canonical = item.item_type.fhir() == Some(TypeId::CANONICAL);
    text.split_once('|').filter(|_| is_canonical).map(|(url, _)| url)
}

pub fn uri(item: &Item<'_>, value: &str) -> bool {
    item.as_str().is_some_and(|text| text == value || without_version(item, text) == Some(value))
}
