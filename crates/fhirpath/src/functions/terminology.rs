//! Functions that a host answers: terminology and profiles (<http://hl7.org/fhir/R4/fhirpath.html#functions>). Where it
//! doesn't know, they are empty.

use super::{Call, Function, Implementation, Parameter, Result, TRUTH};
use crate::context::Host;
use crate::error::EvaluateError;
use crate::item::Item;
use fhir::Json;

const ONE: &[Parameter] = &[Parameter::Value];

const fn row(name: &'static str, run: fn(&mut Call<'_, '_>) -> Result<Option<bool>>) -> Function {
    Function { name, least: 1, parameters: ONE, yields: TRUTH, run: Implementation::Truth(run) }
}

pub(super) const FUNCTIONS: &[Function] = &[
    row("memberOf", member_of),
    row("subsumes", |call| subsumption(call, "subsumes()", false)),
    row("subsumedBy", |call| subsumption(call, "subsumedBy()", true)),
    row("conformsTo", conforms_to),
];

/// The codes of a code, Coding or CodeableConcept, each with its system if it says one.
fn codings<'a>(item: &Item<'a>, place: &'static str) -> Result<Vec<(Option<&'a str>, &'a str)>> {
    let coding = |json: &'a Json| json.str("code").map(|code| (json.str("system"), code));
    match item.json() {
        Some(Json::String(code)) => Ok(vec![(None, code)]),
        Some(json @ Json::Object(object)) => {
            let concept = object.items("coding").iter().filter_map(coding);
            Ok(coding(json).into_iter().chain(concept).collect())
        }
        _ => Err(EvaluateError::WrongType(place)),
    }
}

fn member_of(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    const PLACE: &str = "memberOf()";
    let Some(value_set) = call.text_argument(0, PLACE)? else { return Ok(None) };
    let (Some(item), Some(host)) = (call.single(PLACE)?, call.frame.host()) else { return Ok(None) };
    let codings = codings(item, PLACE)?;
    call.run.count_many(codings.len())?;
    Ok(any(codings.iter().map(|(system, code)| host.member_of(&value_set, *system, code))))
}

fn subsumption(call: &mut Call<'_, '_>, place: &'static str, reversed: bool) -> Result<Option<bool>> {
    let Some(other) = call.single_argument(0, place)? else { return Ok(None) };
    let (Some(item), Some(host)) = (call.single(place)?, call.frame.host()) else { return Ok(None) };
    let (general, special) = if reversed { (&other, item) } else { (item, &other) };
    let (general, special) = (codings(general, place)?, codings(special, place)?);
    call.run.count_many(general.len().saturating_mul(special.len()))?;
    let pairs = general.iter().flat_map(|one| special.iter().map(move |other| (one, other)));
    Ok(any(pairs.map(|(general, special)| subsumes(host, *general, *special))))
}

fn subsumes(
    host: &dyn Host,
    (system, general): (Option<&str>, &str),
    (other, special): (Option<&str>, &str),
) -> Option<bool> {
    match (system, other) {
        (Some(one), Some(other)) if one != other => Some(false),
        (Some(system), _) | (None, Some(system)) => host.subsumes(system, general, special),
        (None, None) => None,
    }
}

/// Whether one of the answers is yes; unknown if none is and one is unknown.
fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(false);
    for answer in answers {
        match answer {
            Some(true) => return Some(true),
            Some(false) => {}
            None => all = None,
        }
    }
    all
}

fn conforms_to(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    const PLACE: &str = "conformsTo()";
    let Some(profile) = call.text_argument(0, PLACE)? else { return Ok(None) };
    let (Some(item), Some(host)) = (call.single(PLACE)?, call.frame.host()) else { return Ok(None) };
    if item.json().is_none() {
        return Err(EvaluateError::WrongType(PLACE));
    }
    Ok(host.conforms_to(item, &profile))
}
