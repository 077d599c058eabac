//! The login name, under either of the two urls of the vendor's page.

use super::elements::{USERNAME, USERNAME_OF_TABLE};
use crate::sent::Sent;
use fhir::definitions::SearchParameterType;
use fhir::{Json, Object, ResourceType};
use interactions::search::{ExtraParameter, ParameterId};

/// The parameter under which it is indexed.
pub const INDEX: &str = "canvas-username";

/// How it is indexed.
pub const INDEXED: ExtraParameter = ExtraParameter {
    number: ParameterId::FIRST_EXTRA,
    code: INDEX,
    resource_type: ResourceType::PRACTITIONER,
    kind: SearchParameterType::Token,
    expression: "Practitioner.extension.where(url = 'http://schemas.canvasmedical.com/fhir/extensions/practitioner-user-username').value.ofType(string)",
    targets: &[],
};

/// The name that was sent, and where.
pub fn sent<'a>(sent: &Sent<'a>) -> Vec<(String, &'a str)> {
    let found = [USERNAME, USERNAME_OF_TABLE].into_iter().flat_map(|url| sent.extensions(url));
    found
        .filter_map(|sent| {
            Some((format!("{}.valueString", sent.expression), sent.extension.str("valueString")?))
        })
        .collect()
}

/// Gives the login name the url of the examples.
pub fn normalise(body: &mut Object) {
    let Some(Json::Array(extensions)) = body.get_mut("extension") else { return };
    for extension in extensions.iter_mut().filter_map(Json::as_object_mut) {
        if extension.str("url") == Some(USERNAME_OF_TABLE) {
            extension.insert("url", USERNAME);
        }
    }
}
