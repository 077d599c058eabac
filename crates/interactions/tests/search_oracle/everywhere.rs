//! Searches of several types: of the whole server, with and without `_type`
//! (<http://hl7.org/fhir/R4/search.html#type>), and of compartments
//! (<http://hl7.org/fhir/R4/compartmentdefinition.html>).

use crate::DRAWN;
use crate::asking::{Asking, Place, marked, shown};
use crate::conditions::{Condition, Oracle};
use crate::dice::Dice;
use crate::meaning::{Question, refers};
use fhir::definitions::{Compartment, compartments, search_parameter};
use fhir::{Json, ResourceType};
use interactions::search_type::Within;

/// What all resources can be searched by.
const COMMON: [&str; 6] = ["_id", "_lastUpdated", "_tag", "_profile", "_security", "_source"];

/// A search of several types, and what it finds.
pub struct Wide {
    pub kind: &'static str,
    pub within: Within,
    pub pairs: Vec<(String, String)>,
    pub expected: Vec<Place>,
}

/// What the condition says of resources of another type; nothing where those have no such parameter.
fn of_type(condition: &Condition, of: ResourceType) -> Option<Condition> {
    let Condition::Plain(question) = condition else { return Some(condition.clone()) };
    let parameter = search_parameter(of, question.parameter.code)?;
    let is_same = parameter.kind == question.parameter.kind
        && match question.modifier.and_then(ResourceType::from_name) {
            Some(target) => parameter.targets.contains(&target),
            None => true,
        };
    let other = Question { resource_type: of, parameter, ..question.clone() };
    is_same.then_some(Condition::Plain(other))
}

/// A condition on resources of a type that has a meaning for all of the types.
fn shared(
    oracle: &mut Oracle,
    dice: &mut Dice,
    of: ResourceType,
    types: &[ResourceType],
) -> Option<Condition> {
    if dice.percent(20) {
        return oracle.special(dice, of);
    }
    // Of many types only what all have is looked for.
    let fits = |question: &&Question| match COMMON.contains(&question.parameter.code) {
        true => true,
        false if types.len() > 6 => false,
        false => {
            let condition = Condition::Plain((*question).clone());
            types.iter().all(|other| of_type(&condition, *other).is_some())
        }
    };
    let all: Vec<&Question> = oracle.questions.get(&of)?.iter().filter(fits).collect();
    // What only these types have is asked for more often.
    let own: Vec<&Question> =
        all.iter().copied().filter(|one| !COMMON.contains(&one.parameter.code)).collect();
    let from = if own.is_empty() || dice.percent(25) { &all } else { &own };
    dice.pick(from).map(|question| Condition::Plain((*question).clone()))
}

fn found(oracle: &mut Oracle, types: &[ResourceType], condition: Option<&Condition>) -> Vec<Place> {
    let mut all = Vec::new();
    for of in types {
        let condition: Vec<Condition> = condition.map(|one| of_type(one, *of).unwrap()).into_iter().collect();
        all.extend(oracle.all_of(*of, &condition).into_iter().map(|id| (*of, id.to_owned())));
    }
    all
}

/// A search of the whole server.
pub fn of_system(oracle: &mut Oracle, dice: &mut Dice) -> Option<Wide> {
    let known: Vec<ResourceType> = oracle.world.types.keys().copied().collect();
    let of = *dice.pick(&known)?;
    let named: Vec<ResourceType> = match dice.percent(60) {
        true => {
            let mut named = vec![of];
            (0..1 + dice.below(3)).for_each(|_| named.extend(dice.pick(&known)));
            named
        }
        false => Vec::new(),
    };
    // Without names these are all types there are.
    let all: Vec<ResourceType> = if named.is_empty() { ResourceType::all().collect() } else { named.clone() };
    let condition = shared(oracle, dice, of, &all)?;
    let mut pairs = vec![condition.pair()];
    let names: Vec<&str> = named.iter().map(|of| of.name()).collect();
    pairs.extend((!names.is_empty()).then(|| (String::from("_type"), names.join(","))));
    let mut types = if named.is_empty() { known } else { named };
    types.sort_unstable();
    types.dedup();
    let expected = found(oracle, &types, Some(&condition));
    let kind = if names.is_empty() { "system" } else { "_type" };
    Some(Wide { kind, within: Within::System, pairs, expected })
}

impl Oracle {
    /// Whether a resource is in a compartment.
    fn belongs(&mut self, compartment: &Compartment, id: &str, (of, found): (ResourceType, &str)) -> bool {
        let own = format!("{}/{id}", compartment.resource_type);
        let Oracle { world, meaning, .. } = self;
        let json = world.get(of, found).unwrap();
        let codes = compartment.parameters(of).unwrap_or_default().iter();
        let mut parameters = codes.filter_map(|code| search_parameter(of, code));
        (of == compartment.resource_type && found == id)
            || parameters.any(|parameter| {
                meaning.values(json, parameter).iter().any(|item| refers(parameter, item, &own))
            })
    }
}

/// A search of the compartment of a resource.
pub fn of_compartment(oracle: &mut Oracle, dice: &mut Dice) -> Option<Wide> {
    let compartment = dice.pick(compartments())?;
    let own = oracle.world.of(compartment.resource_type);
    let id = dice.pick(own)?.id;
    let members: Vec<ResourceType> = compartment.members.iter().map(|member| member.resource_type).collect();
    let there: Vec<ResourceType> =
        members.iter().copied().filter(|of| !oracle.world.of(*of).is_empty()).collect();
    let of = *dice.pick(&there)?;
    let is_one = dice.percent(50);
    let types = if is_one { vec![of] } else { members };
    let condition = match dice.percent(50) {
        true => shared(oracle, dice, of, &types),
        false => None,
    };
    let pairs = condition.iter().map(Condition::pair).collect();
    let types = if is_one { vec![of] } else { there };
    let mut expected = found(oracle, &types, condition.as_ref());
    expected.retain(|(of, found)| oracle.belongs(compartment, id, (*of, found)));
    let within = Within::Compartment {
        of: compartment.resource_type,
        id: id.to_owned(),
        resource_type: is_one.then_some(of),
    };
    Some(Wide { kind: if is_one { "compartment" } else { "compartment/*" }, within, pairs, expected })
}

/// Asks the whole server and compartments, now and then in an order.
pub async fn ask(oracle: &mut Oracle, asking: &mut Asking<'_>, dice: &mut Dice) {
    for index in 0..DRAWN / 4 {
        let wide = if index % 2 == 0 { of_system(oracle, dice) } else { of_compartment(oracle, dice) };
        let Some(Wide { kind, within, mut pairs, expected }) = wide else { continue };
        let key = dice.pick(&["", "", "_id", "-_id", "_lastUpdated", "-_lastUpdated"]).copied().unwrap();
        pairs.extend((!key.is_empty()).then(|| (String::from("_sort"), key.to_owned())));
        let Some(bundle) = asking.ask_bundle(kind, &within, pairs.clone(), &expected).await else { continue };
        let rank = |(of, id): Place| match key.ends_with("_id") {
            true => id,
            false => {
                let updated = oracle.world.get(of, &id).and_then(|json| json.at(&["meta", "lastUpdated"]));
                updated.and_then(Json::as_str).unwrap_or_default().to_owned()
            }
        };
        let mut ranks: Vec<String> = marked(&bundle, "match").into_iter().map(rank).collect();
        if key.starts_with('-') {
            ranks.reverse();
        }
        if !key.is_empty() && !ranks.is_sorted() {
            asking.wrong.push(format!("{}: in the order {ranks:?}", shown(&within, &pairs)));
        }
    }
}
