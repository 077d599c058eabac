//! Filters of value sets (<http://hl7.org/fhir/R4/valueset.html#filter>), made ready for one code system.

use crate::code_system::{CodeSystem, Concept, Role};
use crate::limits::{REGEX_LENGTH, REGEX_SIZE};
use crate::problem::Problem;
use crate::value_set::Filter;
use regex::{Regex, RegexBuilder};

/// A filter that can be asked about concepts of the code system that it was made ready for.
pub(crate) struct Test<'c> {
    code_system: &'c CodeSystem,
    property: PropertyOf<'c>,
    condition: Condition<'c>,
}

/// Where the compared values come from.
enum PropertyOf<'c> {
    Code,
    Display,
    Parents,
    Children,
    IsInactive,
    IsAbstract,
    Declared(&'c str),
}

enum Condition<'c> {
    /// The concept is at one of these places, in order, or at none of them.
    AtPlaces { places: Vec<usize>, wanted: bool },
    /// A value is one of these, which are sorted, or none is.
    OneOf { values: Vec<&'c str>, wanted: bool },
    /// A value matches from start to end.
    Matches(Regex),
    /// There is a value, or there is none.
    Exists(bool),
}

impl<'c> Test<'c> {
    /// # Errors
    ///
    /// The code system has no such property, or the operation cannot be applied to it.
    pub(crate) fn new(code_system: &'c CodeSystem, filter: &'c Filter) -> Result<Self, Problem> {
        let refuse = |why: String| Problem::Filter {
            system: code_system.url.to_string(),
            filter: filter.clone(),
            why,
        };
        let property = property_of(code_system, &filter.property)
            .ok_or_else(|| refuse(String::from("the code system declares no such property")))?;
        let value = &*filter.value;
        let condition = match &*filter.op {
            "=" => Condition::OneOf { values: vec![value], wanted: true },
            "in" | "not-in" => Condition::OneOf { values: listed(value), wanted: &*filter.op == "in" },
            "regex" => Condition::Matches(regex(value).map_err(refuse)?),
            "exists" => match value {
                "true" => Condition::Exists(true),
                "false" => Condition::Exists(false),
                _ => return Err(refuse(String::from("expected true or false"))),
            },
            "is-a" | "descendent-of" | "is-not-a" | "generalizes" => {
                if !matches!(property, PropertyOf::Code) {
                    return Err(refuse(String::from("it applies to the property concept alone")));
                }
                by_hierarchy(code_system, &filter.op, value)?
            }
            _ => return Err(refuse(String::from("there is no such operation"))),
        };
        Ok(Self { code_system, property, condition })
    }

    /// Whether the concept at a place passes.
    pub(crate) fn accepts(&self, place: usize) -> bool {
        let Some(concept) = self.code_system.concepts().get(place) else { return false };
        match &self.condition {
            Condition::AtPlaces { places, wanted } => places.binary_search(&place).is_ok() == *wanted,
            Condition::OneOf { values, wanted } => {
                self.any_value(place, concept, |value| values.binary_search(&value).is_ok()) == *wanted
            }
            Condition::Matches(regex) => self.any_value(place, concept, |value| regex.is_match(value)),
            Condition::Exists(wanted) => self.any_value(place, concept, |_| true) == *wanted,
        }
    }

    /// Whether a value of the property is as asked.
    fn any_value(&self, place: usize, concept: &Concept, is: impl Fn(&str) -> bool) -> bool {
        let truth = |value: bool| if value { "true" } else { "false" };
        let code = |place: &usize| self.code_system.concepts().get(*place).map_or("", |other| &other.code);
        let hierarchy = &self.code_system.hierarchy;
        match self.property {
            PropertyOf::Code => is(&concept.code),
            PropertyOf::Display => concept.display.as_deref().is_some_and(is),
            PropertyOf::Parents => hierarchy.parents(place).iter().any(|parent| is(code(parent))),
            PropertyOf::Children => hierarchy.children(place).iter().any(|child| is(code(child))),
            PropertyOf::IsInactive => is(truth(concept.is_inactive)),
            PropertyOf::IsAbstract => is(truth(concept.is_abstract)),
            PropertyOf::Declared(name) => {
                let values = concept.properties.iter().filter(|property| &*property.code == name);
                values.into_iter().filter_map(|property| property.text()).any(is)
            }
        }
    }
}

fn property_of<'c>(code_system: &'c CodeSystem, name: &'c str) -> Option<PropertyOf<'c>> {
    let known = match (name, code_system.roles.role(name)) {
        ("concept" | "code", _) => PropertyOf::Code,
        ("display", _) => PropertyOf::Display,
        (_, Some(Role::Parent)) => PropertyOf::Parents,
        (_, Some(Role::Child)) => PropertyOf::Children,
        (_, Some(Role::Inactive)) => PropertyOf::IsInactive,
        (_, Some(Role::NotSelectable)) => PropertyOf::IsAbstract,
        _ if code_system.properties.iter().any(|property| &*property.code == name) => {
            PropertyOf::Declared(name)
        }
        _ => return None,
    };
    Some(known)
}

/// The items of a list that is separated by commas, sorted.
fn listed(text: &str) -> Vec<&str> {
    let mut items: Vec<&str> = text.split(',').map(str::trim).collect();
    items.sort_unstable();
    items
}

fn by_hierarchy<'c>(code_system: &'c CodeSystem, op: &str, value: &str) -> Result<Condition<'c>, Problem> {
    let place = code_system.subsumption_place(value)?;
    let hierarchy = &code_system.hierarchy;
    let mut places =
        if op == "generalizes" { hierarchy.ancestors(place) } else { hierarchy.descendants(place) };
    if op != "descendent-of"
        && let Err(gap) = places.binary_search(&place)
    {
        places.insert(gap, place);
    }
    Ok(Condition::AtPlaces { places, wanted: op != "is-not-a" })
}

/// The expression, which must match the whole value. It is matched in time that grows with the value's length alone.
fn regex(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > REGEX_LENGTH {
        return Err(format!("the regular expression has more than {REGEX_LENGTH} bytes"));
    }
    // Checked by itself first, so that a bracket too many cannot close the group around it.
    let build = |pattern: &str| {
        RegexBuilder::new(pattern).size_limit(REGEX_SIZE).dfa_size_limit(REGEX_SIZE).nest_limit(50).build()
    };
    build(pattern).and_then(|_| build(&format!("^(?:{pattern})$"))).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => String::from("the regular expression takes too much memory"),
        _ => String::from("it is not a regular expression that can be matched"),
    })
}
