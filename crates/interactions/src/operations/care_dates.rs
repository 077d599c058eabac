//! When care was given, as `start` and `end` of `$everything` mean it
//! (<http://hl7.org/fhir/R4/patient-operation-everything.html>): not when a record of it was last changed.

use crate::engine::Engine;
use fhir::{Issue, ResourceType};
use search::{Criterion, Prefix, date_criterion, presence_criterion};

/// The search parameters of each type that say when care was given, planned or told of. A date of birth is none, nor is
/// a date that was observed. A type that is not here says nothing of it.
const CARE_DATES: &[(ResourceType, &[&str])] = &[
    (ResourceType::ACCOUNT, &["period"]),
    (ResourceType::ADVERSE_EVENT, &["date"]),
    (ResourceType::ALLERGY_INTOLERANCE, &["date", "last-date", "onset"]),
    (ResourceType::APPOINTMENT, &["date"]),
    (ResourceType::AUDIT_EVENT, &["date"]),
    (ResourceType::BASIC, &["created"]),
    (ResourceType::CARE_PLAN, &["activity-date", "date"]),
    (ResourceType::CARE_TEAM, &["date"]),
    (ResourceType::CHARGE_ITEM, &["entered-date", "occurrence"]),
    (ResourceType::CLAIM, &["created"]),
    (ResourceType::CLAIM_RESPONSE, &["created"]),
    (ResourceType::CLINICAL_IMPRESSION, &["date"]),
    (ResourceType::COMMUNICATION, &["received", "sent"]),
    (ResourceType::COMMUNICATION_REQUEST, &["authored", "occurrence"]),
    (ResourceType::COMPOSITION, &["date", "period"]),
    (ResourceType::CONDITION, &["abatement-date", "onset-date", "recorded-date"]),
    (ResourceType::CONSENT, &["date", "period"]),
    (ResourceType::COVERAGE_ELIGIBILITY_REQUEST, &["created"]),
    (ResourceType::COVERAGE_ELIGIBILITY_RESPONSE, &["created"]),
    (ResourceType::DETECTED_ISSUE, &["identified"]),
    (ResourceType::DEVICE_REQUEST, &["authored-on", "event-date"]),
    (ResourceType::DIAGNOSTIC_REPORT, &["date", "issued"]),
    (ResourceType::DOCUMENT_MANIFEST, &["created"]),
    (ResourceType::DOCUMENT_REFERENCE, &["date", "period"]),
    (ResourceType::ENCOUNTER, &["date", "location-period"]),
    (ResourceType::EPISODE_OF_CARE, &["date"]),
    (ResourceType::EXPLANATION_OF_BENEFIT, &["created"]),
    (ResourceType::FAMILY_MEMBER_HISTORY, &["date"]),
    (ResourceType::FLAG, &["date"]),
    (ResourceType::GOAL, &["start-date", "target-date"]),
    (ResourceType::IMAGING_STUDY, &["started"]),
    (ResourceType::IMMUNIZATION, &["date", "reaction-date"]),
    (ResourceType::IMMUNIZATION_EVALUATION, &["date"]),
    (ResourceType::IMMUNIZATION_RECOMMENDATION, &["date"]),
    (ResourceType::INVOICE, &["date"]),
    (ResourceType::LIST, &["date"]),
    (ResourceType::MEASURE_REPORT, &["date", "period"]),
    (ResourceType::MEDIA, &["created"]),
    (ResourceType::MEDICATION_ADMINISTRATION, &["effective-time"]),
    (ResourceType::MEDICATION_DISPENSE, &["whenhandedover", "whenprepared"]),
    (ResourceType::MEDICATION_REQUEST, &["authoredon", "date"]),
    (ResourceType::MEDICATION_STATEMENT, &["effective"]),
    (ResourceType::NUTRITION_ORDER, &["datetime"]),
    (ResourceType::OBSERVATION, &["date"]),
    (ResourceType::PROCEDURE, &["date"]),
    (ResourceType::PROVENANCE, &["recorded", "when"]),
    (ResourceType::QUESTIONNAIRE_RESPONSE, &["authored"]),
    (ResourceType::REQUEST_GROUP, &["authored"]),
    (ResourceType::RESEARCH_SUBJECT, &["date"]),
    (ResourceType::RISK_ASSESSMENT, &["date"]),
    (ResourceType::SCHEDULE, &["date"]),
    (ResourceType::SERVICE_REQUEST, &["authored", "occurrence"]),
    (ResourceType::SPECIMEN, &["collected"]),
    (ResourceType::SUPPLY_REQUEST, &["date"]),
    (ResourceType::VISION_PRESCRIPTION, &["datewritten"]),
];

/// The search parameters that say when care was given.
fn parameters(resource_type: ResourceType) -> &'static [&'static str] {
    let of_type = CARE_DATES.iter().find(|(one, _)| *one == resource_type);
    of_type.map(|(_, codes)| *codes).unwrap_or_default()
}

impl Engine {
    /// The condition that care was given at some time of a span, whose ends are dates: any date of a resource will do,
    /// and a resource that has none is of any time. `None` where the type or the span says nothing.
    ///
    /// # Errors
    ///
    /// An end is no date.
    pub(super) fn cared(
        &self,
        resource_type: ResourceType,
        start: Option<&str>,
        end: Option<&str>,
        now: i64,
    ) -> Result<Option<Criterion>, Issue> {
        let (registry, codes) = (self.registry(), parameters(resource_type));
        let ends: Vec<(Prefix, &str)> = [(Prefix::Ge, start), (Prefix::Le, end)]
            .into_iter()
            .filter_map(|(p, end)| Some((p, end?)))
            .collect();
        let Some(has_any) = presence_criterion(&registry, resource_type, codes) else { return Ok(None) };
        if ends.is_empty() || codes.is_empty() {
            return Ok(None);
        }
        let mut any = vec![Criterion::Not(Box::new(has_any))];
        for code in codes {
            let within = ends.iter().map(|(prefix, end)| {
                date_criterion(&registry, resource_type, code, *prefix, end, self.zone(), now)
            });
            any.push(Criterion::All(within.collect::<Result<_, _>>()?));
        }
        Ok(Some(Criterion::Either(any)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::definitions::{SearchParameterType, compartment};
    use search::Registry;

    /// Types whose dates are none of care.
    const OTHERS: [ResourceType; 3] =
        [ResourceType::PATIENT, ResourceType::PERSON, ResourceType::RELATED_PERSON];

    #[test]
    fn every_type_of_a_compartment_that_has_dates_says_which_are_of_care() {
        let registry = Registry::r4(Vec::new());
        let is_date = |code: &str, of: ResourceType| {
            let parameter = registry.parameter(of, code);
            parameter.is_some_and(|one| one.kind() == SearchParameterType::Date)
        };
        assert!(CARE_DATES.is_sorted_by_key(|(resource_type, _)| resource_type.name()));
        for (resource_type, codes) in CARE_DATES {
            assert!(codes.is_sorted() && !codes.is_empty(), "{resource_type}");
            codes.iter().for_each(|code| assert!(is_date(code, *resource_type), "{resource_type} {code}"));
            assert!(presence_criterion(&registry, *resource_type, codes).is_some(), "{resource_type}");
        }
        for member in ["Patient", "Encounter"].iter().flat_map(|of| compartment(of).unwrap().members) {
            let of = member.resource_type;
            let has_dates = registry
                .advertised(of)
                .any(|parameter| parameter.code() != "_lastUpdated" && is_date(parameter.code(), of));
            assert_eq!(has_dates, !parameters(of).is_empty() || OTHERS.contains(&of), "{of}");
        }
    }
}
