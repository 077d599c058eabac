//! From the bytes of a create or update to a body that R4 and the contract allow, or to all that is wrong with it.

use crate::canvas_type::CanvasType;
use crate::clinic::Clinic;
use crate::contract::{Contract, OperationFact};
use crate::references::{self, Target};
use crate::sent::Sent;
use crate::{check, extensions, length, order};
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, Location, Object, ResourceType};
use interactions::{Engine, Interaction, Refusal, validation};

/// A body that may be written, as far as it alone can tell.
pub struct Accepted {
    /// The body, its placeholders normalised.
    pub body: Object,
    /// What it refers to: to be found inside the write.
    pub targets: Vec<Target>,
}

/// Reads the body of `interaction`, which on update is on `id`.
///
/// # Errors
///
/// 400 with every problem, in document order.
pub fn accept(
    engine: &Engine,
    clinic: &Clinic,
    canvas_type: &dyn CanvasType,
    interaction: Interaction,
    id: Option<&str>,
    bytes: &[u8],
) -> Result<Accepted, Refusal> {
    let contract = canvas_type.contract();
    let mut body = match engine.parse(bytes)? {
        Json::Object(body) => body,
        other => return Err(Refusal::invalid(validate(contract.resource_type, &other))),
    };
    let sent = Sent { interaction, operation: None, contract, body: &body, clinic };
    let enveloped = check::envelope(&sent);
    if !enveloped.is_empty() {
        return Err(Refusal::invalid(check::issues(enveloped)));
    }
    if body.str("resourceType") != Some(contract.resource_type.name()) {
        return Err(Refusal::invalid(validate(contract.resource_type, &Json::Object(body))));
    }
    canvas_type.normalise(&mut body, clinic);
    let mut whole = Json::Object(body.clone());
    supply(contract, &mut whole);
    without_empty_lists(contract, &mut whole);
    if let (Some(mark), Some(whole)) = (contract.mark, whole.as_object_mut()) {
        mark.displace(whole);
    }
    let mut generic = validate(contract.resource_type, &whole);

    let sent = Sent { interaction, operation: None, contract, body: &body, clinic };
    let refused_later = check::refused_later(&sent);
    generic.retain(|issue| !is_about(issue, &refused_later));
    length::tell(&body, &mut generic);
    let mut found = references::collect(contract, &body);
    found.targets.retain(|target| !canvas_type.leaves_open(target));
    if let Some(mark) = contract.mark.filter(|_| interaction == Interaction::Update) {
        // Nothing but the mark, and who sets it, has an effect.
        let author = mark.by.map(|by| format!("{}.{by}.reference", sent.root()));
        found.targets.retain(|target| Some(&target.expression) == author.as_ref());
    }
    let mut ruled = check::issues(check::body(&sent));
    ruled.extend(extensions::unspoken(extensions::issues(&sent), &ruled));
    ruled.append(&mut found.issues);
    ruled.extend(foreign_id(contract, &body, id));
    modifiers(&Location::root(sent.root()), &body, &mut ruled);
    let mut problems = merged(generic, ruled);
    if problems.is_empty() {
        return Ok(Accepted { body, targets: found.targets });
    }
    order::sort_by_place(contract.resource_type, &body, &mut problems);
    Err(Refusal::invalid(problems))
}

/// Reads the Parameters of an operation.
///
/// # Errors
///
/// 400 with every problem, in document order.
pub fn accept_parameters(
    engine: &Engine,
    clinic: &Clinic,
    contract: &'static Contract,
    operation: &'static OperationFact,
    bytes: &[u8],
) -> Result<Object, Refusal> {
    let parsed = engine.parse(bytes)?;
    let mut body = match parsed {
        Json::Object(body) if body.str("resourceType") == Some("Parameters") => body,
        other => return Err(Refusal::invalid(validate(ResourceType::PARAMETERS, &other))),
    };
    (operation.normalise)(&mut body, clinic);
    let generic = validate(ResourceType::PARAMETERS, &Json::Object(body.clone()));
    let sent = Sent {
        interaction: Interaction::Operation,
        operation: Some(operation),
        contract,
        body: &body,
        clinic,
    };
    let mut ruled = check::issues(check::body(&sent));
    modifiers(&Location::root(sent.root()), &body, &mut ruled);
    let mut problems = merged(generic, ruled);
    if problems.is_empty() {
        return Ok(body);
    }
    order::sort_by_place(ResourceType::PARAMETERS, &body, &mut problems);
    Err(Refusal::invalid(problems))
}

/// Puts the codes in that are kept when none are sent: R4's constraints hold for what is kept (a telecom without a
/// system is one of the system `other`).
fn supply(contract: &Contract, body: &mut Json) {
    for element in contract.elements.iter().filter(|element| element.type_name == "code") {
        if let (Some(default), Some((parent, name))) = (element.default, element.path.rsplit_once('.')) {
            let parent: Vec<&str> = parent.split('.').collect();
            supply_at(body, &parent, name, default);
        }
    }
}

/// Takes away the empty lists that the contract gives leave to send. They stay in what was sent: on update one may say
/// more than leaving the element out.
fn without_empty_lists(contract: &Contract, body: &mut Json) {
    let Some(body) = body.as_object_mut() else { return };
    for element in contract.elements.iter().filter(|element| element.may_be_empty) {
        if body.get(element.path).and_then(Json::as_array).is_some_and(|items| items.is_empty()) {
            body.remove(element.path);
        }
    }
}

fn supply_at(json: &mut Json, parent: &[&str], name: &str, code: &str) {
    match (json, parent.split_first()) {
        (Json::Array(items), _) => items.iter_mut().for_each(|item| supply_at(item, parent, name, code)),
        (Json::Object(object), None) if !object.is_empty() && !object.contains(name) => {
            object.insert(name, code)
        }
        (Json::Object(object), Some((first, rest))) => {
            if let Some(below) = object.get_mut(first) {
                supply_at(below, rest, name, code);
            }
        }
        _ => {}
    }
}

fn validate(resource_type: ResourceType, body: &Json) -> Vec<Issue> {
    let options = validation::Options { expected: Some(resource_type), ..validation::Options::default() };
    validation::validate(body, &options)
}

/// What rules found, and what R4's validation found elsewhere: a rule's word on an element is enough.
fn merged(generic: Vec<Issue>, ruled: Vec<Issue>) -> Vec<Issue> {
    let mut problems: Vec<Issue> = Vec::with_capacity(generic.len() + ruled.len());
    for issue in ruled {
        if !problems.contains(&issue) {
            problems.push(issue);
        }
    }
    let by_rules = problems.len();
    for issue in generic {
        if !problems[..by_rules].iter().any(|ruled| says_more(ruled, &issue)) {
            problems.push(issue);
        }
    }
    problems
}

/// Whether the word of a rule stands for one of R4's: it is on the same element, or on one of the forms of a choice that
/// is missing (`occurrenceDateTime` of `occurrence[x]`).
fn says_more(ruled: &Issue, generic: &Issue) -> bool {
    let (Some(ruled_at), Some(at)) = (&ruled.expression, &generic.expression) else { return false };
    let is_missing = [ruled, generic].iter().all(|issue| issue.code == IssueCode::Required);
    ruled_at == at
        || is_missing
            && ruled_at.strip_prefix(at.as_str()).is_some_and(|form| form.starts_with(char::is_uppercase))
}

/// Whether R4 does not know a code that is at one of these places: the vendor does, and a rule of the write refuses it in
/// the vendor's words.
fn is_about(issue: &Issue, places: &[String]) -> bool {
    let Some(at) = issue.expression.as_deref().filter(|_| issue.code == IssueCode::CodeInvalid) else {
        return false;
    };
    places.iter().any(|place| {
        place.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

/// An update may leave the id out, as the vendor's examples do, but not name another.
fn foreign_id(contract: &Contract, body: &Object, id: Option<&str>) -> Option<Issue> {
    let (id, sent) = (id.filter(|_| !contract.rules_the_id)?, body.str("id")?);
    let text = format!("id {} is not the id of the URL, {}", quoted(sent), quoted(id));
    (sent != id).then(|| Issue::error(IssueCode::Value, text).at(format_args!("{}.id", contract.name)))
}

/// What may change the meaning of a body must not be passed over
/// (<http://hl7.org/fhir/R4/extensibility.html#modifierExtension>), and the vendor knows none of it.
fn modifiers(place: &Location<'_>, object: &Object, problems: &mut Vec<Issue>) {
    for (name, value) in object.iter() {
        let below = place.child(name);
        match value {
            _ if matches!(name, "modifierExtension" | "implicitRules") => {
                let text = format!("{name} is not supported: what it means is not known here");
                problems.push(Issue::error(IssueCode::NotSupported, text).at(below));
            }
            Json::Object(child) => modifiers(&below, child, problems),
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Json::Object(child) = item {
                        modifiers(&below.item(index), child, problems);
                    }
                }
            }
            _ => {}
        }
    }
}
