//! From a value in a URL to a condition, by the kind of the parameter.

use crate::condition::Condition;
use crate::modifier::Modifier;
use crate::prefix::Prefix;
use crate::problem::bad_value;
use crate::reading::Reading;
use crate::registry::Parameter;
use crate::string::StringMatch;
use crate::value::{BAD_ESCAPE, unescape};
use crate::{date, hierarchy, near, number, quantity, reference, string, token, token_modifier, uri};
use fhir::Issue;
use fhir::definitions::SearchParameterType;
use std::sync::Arc;

/// The condition that a parameter says of one value, its escapes untouched.
pub(crate) fn condition(
    reading: &Reading<'_>,
    parameter: &Arc<Parameter>,
    modifier: Option<Modifier>,
    value: &str,
) -> Result<Condition, Issue> {
    use SearchParameterType as Kind;
    match (parameter.kind(), modifier) {
        (Kind::Token, None | Some(Modifier::Not)) => {
            return token::condition(parameter, value, reading.options.terminology);
        }
        (Kind::Token, Some(modifier)) => {
            return token_modifier::condition(parameter, modifier, value, reading.options.terminology);
        }
        (Kind::Quantity, _) => return quantity::condition(parameter, value),
        (Kind::Reference, Some(Modifier::Identifier)) => {
            return reference::identifier_condition(parameter, value);
        }
        _ => {}
    }
    let plain = unescape(value).ok_or_else(|| bad_value(parameter.code(), value, BAD_ESCAPE))?;
    let (prefix, ordered) = Prefix::split(&plain);
    match parameter.kind() {
        Kind::Reference if parameter.facts().canonical && modifier == Some(Modifier::Below) => {
            reference::below(parameter, &plain)
        }
        Kind::Reference => {
            if let Some(along @ (Modifier::Above | Modifier::Below)) = modifier {
                return hierarchy::condition(reading, parameter, along, &plain);
            }
            let of_type = match modifier {
                Some(Modifier::Type(resource_type)) => Some(resource_type),
                _ => None,
            };
            reading.bare_ids.borrow_mut().extend(reference::bare_id(parameter, of_type, &plain));
            reference::condition(reading.registry.bases(), parameter, of_type, &plain)
        }
        Kind::Uri => uri::condition(reading.registry, parameter, modifier, &plain),
        Kind::String => match modifier {
            Some(Modifier::Exact) => string::condition(parameter, StringMatch::Exact, &plain),
            Some(Modifier::Contains) => string::condition(parameter, StringMatch::Contains, &plain),
            Some(Modifier::Text) => string::words_condition(parameter, &plain),
            _ => string::condition(parameter, StringMatch::StartsWith, &plain),
        },
        Kind::Number => number::condition(parameter, prefix, ordered),
        Kind::Special => near::condition(parameter, &plain),
        _ => date::condition(parameter, prefix, ordered, reading.options.zone, reading.options.now),
    }
}
