//! `_sort` (<http://hl7.org/fhir/R4/search.html#sort>): of several values the one counts that comes earliest in the
//! order asked for. What has no value comes last, and ties stay in the order of the last change.

use crate::amounts::{amount, ucum, unit_of};
use crate::conditions::Oracle;
use crate::dates::date_of;
use crate::dice::Dice;
use crate::meaning::{Meaning, reference_text, relative, texts};
use fhir::definitions::{SearchParameter, SearchParameterType, search_parameters_of};
use fhir::{Json, ResourceType};
use fhirpath::Item;
use std::cmp::Ordering;

/// What is sorted by, and whether from the largest down.
pub type Key = (&'static SearchParameter, bool);

/// What a value goes by: those of one parameter are all of one kind.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
enum Rank {
    Text(String),
    Token(String, Option<String>),
    Time(i64),
    Number(f64),
}

/// The value of `_sort`.
pub fn text(keys: &[Key]) -> String {
    let each = keys
        .iter()
        .map(|(parameter, descending)| format!("{}{}", if *descending { "-" } else { "" }, parameter.code));
    each.collect::<Vec<_>>().join(",")
}

/// Up to three keys by which resources of a type can be sorted.
pub fn random(dice: &mut Dice, of: ResourceType) -> Vec<Key> {
    let all: Vec<&'static SearchParameter> = search_parameters_of(of).filter(is_sortable).collect();
    let count = 1 + dice.below(3);
    (0..count).filter_map(|_| dice.pick(&all).map(|found| (*found, dice.percent(50)))).collect()
}

fn is_sortable(parameter: &&'static SearchParameter) -> bool {
    !parameter.expression.is_empty()
        && parameter.code != "phonetic"
        && !matches!(parameter.kind, SearchParameterType::Composite | SearchParameterType::Special)
}

impl Oracle {
    /// Puts resources, which come in the order of their last change, into the order of the keys.
    pub fn sorted(&mut self, of: ResourceType, ids: &[&'static str], keys: &[Key]) -> Vec<&'static str> {
        let mut ranked: Vec<(&'static str, Vec<Option<Rank>>)> = Vec::new();
        for id in ids {
            let json = self.world.get(of, id).unwrap();
            ranked.push((id, keys.iter().map(|key| rank(&mut self.meaning, json, *key)).collect()));
        }
        ranked.sort_by(|(_, a), (_, b)| {
            let each = a.iter().zip(b).zip(keys);
            each.fold(Ordering::Equal, |order, ((a, b), (_, descending))| {
                order.then_with(|| match (a, b) {
                    (Some(a), Some(b)) => {
                        let order = a.partial_cmp(b).unwrap();
                        if *descending { order.reverse() } else { order }
                    }
                    (a, b) => b.is_some().cmp(&a.is_some()),
                })
            })
        });
        ranked.into_iter().map(|(id, _)| id).collect()
    }
}

fn rank(meaning: &mut Meaning, json: &'static Json, (parameter, descending): Key) -> Option<Rank> {
    let values = meaning.values(json, parameter);
    let ranks = values.iter().flat_map(|item| of_item(parameter.kind, item));
    let earlier = |a: &Rank, b: &Rank| a.partial_cmp(b).unwrap();
    if descending { ranks.max_by(earlier) } else { ranks.min_by(earlier) }
}

fn of_item(kind: SearchParameterType, item: &Item<'_>) -> Vec<Rank> {
    match kind {
        SearchParameterType::String => {
            let all = texts(item).into_iter().map(folded);
            all.filter(|text| !text.is_empty()).map(Rank::Text).collect()
        }
        SearchParameterType::Date => {
            date_of(item).map(|period| Rank::Time(period.from)).into_iter().collect()
        }
        SearchParameterType::Number => {
            let number = item.json().and_then(Json::as_number);
            number.map(|number| Rank::Number(number.as_f64())).into_iter().collect()
        }
        SearchParameterType::Quantity => of_amount(item).map(Rank::Number).into_iter().collect(),
        SearchParameterType::Token => of_token(item),
        _ => reference_text(item).map(|text| Rank::Text(relative(text).to_owned())).into_iter().collect(),
    }
}

/// The number where an amount begins, in base units where it has some.
fn of_amount(item: &Item<'_>) -> Option<f64> {
    let (Some((low, high)), quantities) = amount(item)? else { return None };
    let number = if low.is_finite() { low } else { high };
    let unit = unit_of(&quantities).filter(|(system, _)| *system == "http://unitsofmeasure.org");
    let number = match unit {
        Some((_, "Cel")) => number + 273.15,
        Some((_, code)) => number * ucum(code).map_or(1.0, |(_, factor)| factor),
        None => number,
    };
    // Both ways of computing it come to the same but for the last digits.
    format!("{number:.9e}").parse().ok()
}

fn of_token(item: &Item<'_>) -> Vec<Rank> {
    let of = |json: &Json, member: &str| {
        json.str(member).map(|code| Rank::Token(code.to_owned(), json.str("system").map(str::to_owned)))
    };
    match (item.item_type.name(), item.json()) {
        ("CodeableConcept", Some(json)) => {
            let codings = json.get("coding").map(Json::items).unwrap_or_default().iter();
            codings.filter_map(|coding| of(coding, "code")).collect()
        }
        ("Coding", Some(json)) => of(json, "code").into_iter().collect(),
        ("Identifier" | "ContactPoint", Some(json)) => of(json, "value").into_iter().collect(),
        _ => {
            let text = item.as_bool().map(|value| value.to_string());
            let text = text.or_else(|| item.as_str().map(str::to_owned));
            text.map(|text| Rank::Token(text, None)).into_iter().collect()
        }
    }
}

/// The first 255 bytes of a folded text: what is sorted by.
fn folded(text: &str) -> String {
    let folded = search::fold(text);
    let end = (0..=folded.len().min(255)).rev().find(|end| folded.is_char_boundary(*end)).unwrap_or(0);
    folded[..end].trim_end().to_owned()
}
