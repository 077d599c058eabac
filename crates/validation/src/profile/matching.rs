//! Fixed values and patterns (<http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_>).

use fhir::{Json, Number};

/// Whether a value is the fixed one: the same members with the same values, in any order.
pub(crate) fn is_fixed(value: &Json, fixed: &Json) -> bool {
    match (value, fixed) {
        (Json::Object(value), Json::Object(fixed)) => {
            value.len() == fixed.len()
                && fixed
                    .iter()
                    .all(|(name, fixed)| value.get(name).is_some_and(|value| is_fixed(value, fixed)))
        }
        (Json::Array(values), Json::Array(fixed)) => {
            values.len() == fixed.len()
                && values.iter().zip(fixed).all(|(value, fixed)| is_fixed(value, fixed))
        }
        (Json::Number(value), Json::Number(fixed)) => is_same_number(value, fixed),
        (value, fixed) => value == fixed,
    }
}

/// Whether a value has all that the pattern has: its members, and for each item of its lists one that matches.
pub(crate) fn has_pattern(value: &Json, pattern: &Json) -> bool {
    match (value, pattern) {
        (Json::Object(value), Json::Object(pattern)) => pattern
            .iter()
            .all(|(name, pattern)| value.get(name).is_some_and(|value| has_pattern(value, pattern))),
        (Json::Array(values), Json::Array(patterns)) => {
            patterns.iter().all(|pattern| values.iter().any(|value| has_pattern(value, pattern)))
        }
        (value, pattern) => is_fixed(value, pattern),
    }
}

/// `1.0` and `1.00` are different values to FHIR where precision matters, but no pattern is meant to tell them apart.
fn is_same_number(a: &Number, b: &Number) -> bool {
    a == b || a.as_f64() == b.as_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::json;

    #[test]
    fn a_pattern_is_matched_by_what_has_more() {
        let pattern = json!({ "coding": [{ "system": "s", "code": "c" }] });
        let more = json!({ "coding": [{ "code": "x" }, { "code": "c", "system": "s", "display": "d" }], "text": "t" });
        assert!(has_pattern(&more, &pattern) && !is_fixed(&more, &pattern));
        assert!(is_fixed(&pattern, &pattern));
        assert!(!has_pattern(&json!({ "coding": [{ "code": "c" }] }), &pattern));
        assert!(has_pattern(&json!("c"), &json!("c")) && !has_pattern(&json!("c"), &json!("d")));
    }
}
