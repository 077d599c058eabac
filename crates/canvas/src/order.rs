//! Document order of findings.

use fhir::definitions::TypeDefinition;
use fhir::{Issue, Json, Object, ResourceType};

/// Sorts issues by where they are in `body`: as the client sent it, and what is missing where R4 has its place.
/// Issues of one place keep their order; those without a place come first.
pub fn sort_by_place(resource_type: ResourceType, body: &Object, issues: &mut [Issue]) {
    issues.sort_by_cached_key(|issue| {
        issue.expression.as_deref().map(|text| key(resource_type, body, text)).unwrap_or_default()
    });
}

/// The place as numbers: for each step the position among the members, for each index the index.
fn key(resource_type: ResourceType, body: &Object, expression: &str) -> Vec<usize> {
    let mut key = Vec::new();
    let mut definition = Some(resource_type.definition());
    let mut here = Some(Here::Object(body));
    for step in expression.split('.').skip(1) {
        let (name, indices) = step.split_once('[').map_or((step, ""), |(name, rest)| (name, rest));
        let object = match here {
            Some(Here::Object(object)) => Some(object),
            Some(Here::Value(Json::Object(object))) => Some(object),
            _ => None,
        };
        key.push(object.map_or(0, |object| position(definition, object, name)));
        let mut value = object.and_then(|object| object.get(name));
        for index in indices.split(['[', ']']).filter_map(|digits| digits.parse::<usize>().ok()) {
            key.push(index);
            value = value.and_then(|value| value.items().get(index));
        }
        here = value.map(Here::Value);
        definition = definition.and_then(|d| Some(d.member(name)?.element_type.type_id.definition()));
    }
    key
}

#[derive(Clone, Copy)]
enum Here<'a> {
    Object(&'a Object),
    Value(&'a Json),
}

/// Twice the position of a member that is there, plus one; for one that is not, twice the position of the first
/// that R4 has after it.
fn position(definition: Option<&TypeDefinition>, object: &Object, name: &str) -> usize {
    if let Some(position) = object.position(name) {
        return 2 * position + 1;
    }
    let rank = |name: &str| {
        let definition = definition?;
        definition
            .member(name)
            .map(|member| member.index)
            .or_else(|| definition.element(name).map(|(index, _)| index))
    };
    let Some(missing) = rank(name) else { return 2 * object.len() };
    let later = object.iter().position(|(other, _)| rank(other).is_some_and(|other| other > missing));
    2 * later.unwrap_or(object.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::{IssueCode, json};

    #[test]
    fn what_is_missing_stands_where_r4_has_it() {
        let body = json!({
            "resourceType": "Patient",
            "birthDate": "x",
            "name": [{ "use": "official" }, { "use": "?" }],
            "address": [{ "use": "?" }]
        });
        let mut issues: Vec<Issue> = [
            "Patient.address[0].use",
            "Patient.name[1].use",
            "Patient.name[0].family",
            "Patient.gender",
            "Patient.birthDate",
        ]
        .map(|place| Issue::error(IssueCode::Value, "").at(place))
        .to_vec();
        issues.push(Issue::error(IssueCode::Value, "no place"));
        sort_by_place(ResourceType::PATIENT, body.as_object().unwrap(), &mut issues);
        let places: Vec<&str> =
            issues.iter().map(|issue| issue.expression.as_deref().unwrap_or("")).collect();
        assert_eq!(
            places,
            [
                "",
                "Patient.gender",
                "Patient.birthDate",
                "Patient.name[0].family",
                "Patient.name[1].use",
                "Patient.address[0].use"
            ]
        );
    }
}
