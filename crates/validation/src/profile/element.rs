//! What one ElementDefinition demands (<http://hl7.org/fhir/R4/elementdefinition.html>) beyond what the type does.

use super::DEFINITIONS;
use super::build::Spot;
use super::definition::{Constraint, Node, Rules, Slicing, TypeRule, ValueSetRule};
use super::discriminator::Discriminator;
use fhir::definitions::{BindingStrength, ElementDefinition, TypeId, TypeKind, invariants, type_by_name};
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, Severity};
use fhirpath::Expression;
use std::sync::Arc;

/// Profiles of R4 on Quantity, whose rules the base definitions carry at the elements that have them.
const BUILT_IN_PROFILES: &[&str] = &["SimpleQuantity", "MoneyQuantity"];

/// The extension of a binding that names the value set which codes must not leave.
const MAX_VALUE_SET: &str = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet";

/// Reads the element that belongs at `spot`; `place` is the expression of it, for the problems.
pub(super) fn read_element(element: &Json, spot: &Spot<'_>, place: &str) -> (Node, Vec<Issue>) {
    let mut reader = Reader { element, place, problems: Vec::new() };
    let mut constraints = reader.constraints();
    constraints.extend(reader.bound("minValue", ">=", "at least"));
    constraints.extend(reader.bound("maxValue", "<=", "at most"));
    let node = Node {
        fixed: reader.value("fixed"),
        pattern: reader.value("pattern"),
        min: reader.number("min").and_then(|min| u32::try_from(min).ok()),
        max_length: reader.number("maxLength").and_then(|length| usize::try_from(length).ok()),
        max: reader.max(spot),
        types: reader.types(spot),
        binding: reader.binding(spot),
        max_value_set: reader.max_value_set(spot),
        constraints,
        content: reader.content(spot),
        slicing: reader.slicing(),
        ..Node::default()
    };
    (node, reader.problems)
}

struct Reader<'d> {
    element: &'d Json,
    place: &'d str,
    problems: Vec<Issue>,
}

impl Reader<'_> {
    fn problem(&mut self, place: &str, text: String) {
        self.problems.push(Issue::error(IssueCode::Invalid, text).at(format!("{}.{place}", self.place)));
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.element.get(name)?.as_number()?.as_i64()
    }

    /// The value of a choice such as `fixed[x]`.
    fn value(&self, choice: &str) -> Option<Arc<Json>> {
        let is_one = |key: &str| {
            key.strip_prefix(choice).is_some_and(|kind| kind.starts_with(|c: char| c.is_ascii_uppercase()))
        };
        let found = self.element.as_object()?.iter().find(|(key, _)| is_one(key));
        found.map(|(_, value)| Arc::new(value.clone()))
    }

    /// `minValue[x]` and `maxValue[x]`, as the constraints that they are.
    fn bound(&mut self, name: &str, operator: &str, words: &str) -> Option<Constraint> {
        let value = self.value(name)?;
        let Some(literal) = literal(&value) else {
            self.problem(name, format!("{name} is no number, date, time or quantity with a code"));
            return None;
        };
        match Expression::compile(&format!("$this {operator} {literal}")) {
            Ok(expression) => Some(Constraint {
                key: name.into(),
                severity: Severity::Error,
                human: format!("the value must be {words} {literal}").into(),
                expression: Arc::new(expression),
            }),
            Err(problem) => {
                self.problem(name, format!("{name} cannot be compared with: {problem}"));
                None
            }
        }
    }

    /// The maximum, when it is lower than the type's own.
    fn max(&mut self, spot: &Spot<'_>) -> Option<u32> {
        let max = match self.element.str("max")? {
            "*" => u32::MAX,
            text => match text.parse() {
                Ok(max) => max,
                Err(_) => {
                    self.problem("max", format!("max {} is neither a number nor *", quoted(text)));
                    return None;
                }
            },
        };
        let own = spot.element.map_or(u32::MAX, |element| match element.max() {
            fhir::definitions::UNBOUNDED => u32::MAX,
            max => u32::from(max),
        });
        // A slice's maximum counts even where the element's own allows no more.
        (max < own || (spot.node.slice.is_some() && max < u32::MAX)).then_some(max)
    }

    /// The types, when they say more than the type's own.
    fn types(&mut self, spot: &Spot<'_>) -> Option<Vec<TypeRule>> {
        let element = spot.element?;
        let allowed = element.types();
        if allowed.iter().any(|one| one.type_id.definition().kind == TypeKind::Backbone) {
            return None;
        }
        let mut rules = Vec::new();
        for item in self.element.get("type")?.items() {
            // FHIRPath's own types, which ids and the values of primitives have, narrow nothing.
            let definition = type_by_name(item.str("code")?)?;
            rules.push(type_rule(item, definition.id, element));
        }
        let narrows = |rule: &TypeRule| !rule.profiles.is_empty() || !rule.targets.is_empty();
        let is_all = allowed.iter().all(|one| rules.iter().any(|rule| rule.type_id == one.type_id));
        let says_more = !rules.is_empty() && (!is_all || rules.iter().any(narrows));
        // A slice says which type it is even if that is the element's only one.
        (says_more || spot.node.slice.is_some() && !rules.is_empty()).then_some(rules)
    }

    /// The binding, when it is not the type's own.
    fn binding(&self, spot: &Spot<'_>) -> Option<ValueSetRule> {
        let binding = self.element.get("binding")?;
        let value_set = unversioned(binding.str("valueSet")?);
        let strength = match binding.str("strength")? {
            "required" => BindingStrength::Required,
            "extensible" => BindingStrength::Extensible,
            // The others bind nobody.
            _ => return None,
        };
        let own = spot.element.and_then(ElementDefinition::binding);
        let is_own =
            own.is_some_and(|own| own.strength >= strength && own.value_set.definition().url == value_set);
        (!is_own).then(|| ValueSetRule { strength, value_set: value_set.into() })
    }

    /// The value set that codes must not leave, however strong the binding is, when it is not the type's own
    /// (<http://hl7.org/fhir/R4/extension-elementdefinition-maxvalueset.html>).
    fn max_value_set(&self, spot: &Spot<'_>) -> Option<ValueSetRule> {
        let extensions = self.element.get("binding")?.get("extension").map(Json::items)?;
        let max = extensions.iter().find(|extension| extension.str("url") == Some(MAX_VALUE_SET))?;
        // R4's definitions say a canonical; some older ones a uri.
        let value_set = unversioned(max.str("valueCanonical").or_else(|| max.str("valueUri"))?);
        let own = spot.element.and_then(ElementDefinition::binding).and_then(|own| own.max_value_set);
        let is_own = own.is_some_and(|own| own.definition().url == value_set);
        (!is_own).then(|| ValueSetRule { strength: BindingStrength::Required, value_set: value_set.into() })
    }

    /// The constraints that R4 itself does not state.
    fn constraints(&mut self) -> Vec<Constraint> {
        let mut constraints = Vec::new();
        let items = self.element.get("constraint").map(Json::items).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            let (Some(key), Some(text)) = (item.str("key"), item.str("expression")) else { continue };
            if is_of_r4(key, text, item.str("source")) {
                continue;
            }
            match Expression::compile_with(text, fhirpath::Options { types: &[], resolving: true }) {
                Ok(expression) => constraints.push(Constraint {
                    key: key.into(),
                    severity: match item.str("severity") {
                        Some("warning") => Severity::Warning,
                        _ => Severity::Error,
                    },
                    human: item.str("human").unwrap_or(text).into(),
                    expression: Arc::new(expression),
                }),
                Err(problem) => {
                    let place = format!("constraint[{index}].expression");
                    self.problem(&place, format!("constraint {} cannot be compiled: {problem}", quoted(key)));
                }
            }
        }
        constraints
    }

    /// The id of the element whose content this one shares, when the profile may have narrowed that.
    fn content(&self, spot: &Spot<'_>) -> Option<Box<str>> {
        spot.element?;
        let reference = self.element.str("contentReference")?;
        reference.split_once('#').map(|(_, id)| id.into())
    }

    fn slicing(&mut self) -> Option<Slicing> {
        let slicing = self.element.get("slicing")?;
        let mut discriminators = Vec::new();
        let items = slicing.get("discriminator").map(Json::items).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            match Discriminator::read(item) {
                Ok(discriminator) => discriminators.push(discriminator),
                Err(problem) => {
                    let place = format!("slicing.discriminator[{index}]");
                    self.problem(&place, format!("the discriminator {problem}"));
                }
            }
        }
        let rules = match slicing.str("rules") {
            Some("closed") => Rules::Closed,
            Some("openAtEnd") => Rules::OpenAtEnd,
            _ => Rules::Open,
        };
        let ordered = slicing.get("ordered").and_then(Json::as_bool).unwrap_or(false);
        Some(Slicing { discriminators, rules, ordered })
    }
}

fn type_rule(item: &Json, type_id: TypeId, element: &ElementDefinition) -> TypeRule {
    let urls = |name: &str| -> Vec<Box<str>> {
        let items = item.get(name).map(Json::items).unwrap_or_default();
        items.iter().filter_map(Json::as_str).map(Into::into).collect()
    };
    let core = |url: &str| url.strip_prefix(DEFINITIONS).map(str::to_owned);
    let mut profiles = urls("profile");
    profiles.retain(|url| core(url).is_none_or(|name| !BUILT_IN_PROFILES.contains(&name.as_str())));
    let mut targets = urls("targetProfile");
    let own = element.types().iter().find(|one| one.type_id == type_id).map(|one| one.targets);
    let is_own = |url: &str| {
        let name = core(url).unwrap_or_default();
        own.is_some_and(|own| own.iter().any(|target| target.name() == name)) || name == "Resource"
    };
    // As many as the type itself allows, and all of them its own: nothing is narrower.
    if targets.iter().all(|url| is_own(url)) && own.is_some_and(|own| own.len() <= targets.len()) {
        targets.clear();
    }
    TypeRule { type_id, profiles, targets }
}

/// Whether R4 states the constraint at the types themselves, where it was checked.
fn is_of_r4(key: &str, expression: &str, source: Option<&str>) -> bool {
    let of_type = source
        .and_then(|source| source.strip_prefix(DEFINITIONS))
        .is_some_and(|name| type_by_name(name).is_some());
    let mut known = invariants().iter().filter(|invariant| invariant.key == key);
    known.any(|invariant| invariant.expression == expression || of_type)
}

/// The value as a literal of FHIRPath.
fn literal(value: &Json) -> Option<String> {
    match value {
        Json::Number(number) => Some(number.as_str().to_owned()),
        Json::String(text) if text.starts_with(|first: char| first.is_ascii_digit()) => {
            // A time has its first colon before any hyphen.
            let is_time =
                text.find(':').is_some_and(|colon| text.find('-').is_none_or(|hyphen| colon < hyphen));
            Some(format!("{}{text}", if is_time { "@T" } else { "@" }))
        }
        Json::Object(quantity) => {
            let number = quantity.get("value")?.as_number()?;
            let code = quantity.str("code").filter(|code| !code.contains(['\'', '\\']))?;
            Some(format!("{} '{code}'", number.as_str()))
        }
        _ => None,
    }
}

fn unversioned(url: &str) -> &str {
    url.split_once('|').map_or(url, |(url, _version)| url)
}
