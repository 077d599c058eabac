//! Codes against value sets: those that profiles bind, and those that R4 binds without requiring
//! (<http://hl7.org/fhir/R4/terminologies.html#strength>).

use super::definition::{Profile, ValueSetRule};
use super::value::Value;
use crate::place::Place;
use crate::walk::Walk;
use fhir::definitions::{Binding, BindingStrength, TypeId};
use fhir::outcome::quoted;
use fhir::{IssueCode, Json, Object, Severity};

/// The codes of a value, each with its system: of a code, Coding, CodeableConcept or Quantity.
fn codes<'r>(value: &Value<'r>) -> Vec<(Option<&'r str>, &'r str)> {
    let of = |object: &'r Object| Some((Some(object.str("system").unwrap_or_default()), object.str("code")?));
    match (value.type_id, value.json) {
        (TypeId::CODEABLE_CONCEPT, Json::Object(concept)) => {
            concept.items("coding").iter().filter_map(Json::as_object).filter_map(of).collect()
        }
        (_, Json::Object(object)) => of(object).into_iter().collect(),
        (_, Json::String(code)) => vec![(None, code)],
        _ => Vec::new(),
    }
}

impl<'r> Walk<'r> {
    /// Whether a value has a code of a value set; none if that cannot be told.
    pub(super) fn is_coded_from(&self, value_set: &str, value: Value<'r>) -> Option<bool> {
        let mut is_open = false;
        for (system, code) in codes(&value) {
            match self.document.is_member(value_set, system, code) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => is_open = true,
            }
        }
        (!is_open).then_some(false)
    }

    /// Checks the codes of a value against the value set that a profile binds.
    pub(super) fn profile_binding(
        &mut self,
        rule: &ValueSetRule,
        value: Value<'r>,
        profile: &Profile,
        place: &Place<'_>,
    ) {
        let by = format!(" (profile {})", profile.url);
        self.bound(rule.strength, &rule.value_set, value, &by, place);
    }

    /// Tells of codes outside an extensible binding of R4.
    pub(crate) fn extensible_binding(
        &mut self,
        binding: Option<Binding>,
        json: &'r Json,
        type_id: TypeId,
        place: &Place<'_>,
    ) {
        let binding = binding.filter(|binding| binding.strength == BindingStrength::Extensible);
        if let Some(binding) = binding.filter(|_| self.findings.advises()) {
            let value = Value::new(json, None, type_id);
            self.bound(binding.strength, binding.value_set.definition().url, value, "", place);
        }
    }

    fn bound(
        &mut self,
        strength: BindingStrength,
        value_set: &str,
        value: Value<'r>,
        by: &str,
        place: &Place<'_>,
    ) {
        let is_required = strength == BindingStrength::Required;
        let severity = if is_required { Severity::Error } else { Severity::Warning };
        if !is_required && !self.findings.advises() {
            return;
        }
        let codes = codes(&value);
        let Some((_, first)) = codes.first() else {
            // An extension may say why there is no code; where the binding is extensible, text may stand for one.
            let says_why = value.object().is_some_and(|object| object.contains("extension"));
            if is_required && !says_why {
                let text = format!("{} has no code; expected one of {value_set}{by}", place.path());
                self.findings.add(IssueCode::CodeInvalid, place, text);
            }
            return;
        };
        match self.is_coded_from(value_set, value) {
            Some(true) => {}
            Some(false) => {
                let advice = if is_required { "" } else { "; use one of its codes if one fits" };
                self.findings.tell(severity, IssueCode::CodeInvalid, place, || {
                    format!(
                        "{} has the code {}, not one of {value_set}{advice}{by}",
                        place.path(),
                        quoted(first)
                    )
                });
            }
            None => self.findings.tell(Severity::Information, IssueCode::NotFound, place, || {
                format!(
                    "{} was not checked: the codes of {value_set} are not all known here{by}",
                    place.path()
                )
            }),
        }
    }
}
