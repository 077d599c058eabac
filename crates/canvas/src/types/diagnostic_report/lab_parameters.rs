//! The parameters of `$create-lab-report`, with their places.

use fhir::{Json, Object};

/// A parameter or part with its place.
pub struct Parameter<'a> {
    /// FHIRPath.
    pub place: String,
    /// Its name.
    pub name: &'a str,
    /// It.
    pub parameter: &'a Object,
    /// Its resource, if it has one.
    pub resource: Option<&'a Object>,
}

/// The parameters under `name` (`parameter`, `part`) of what is at `place`.
fn under<'a>(place: &str, object: &'a Object, name: &str) -> Vec<Parameter<'a>> {
    let items = object.items(name).iter().enumerate();
    items
        .filter_map(|(index, item)| Some((index, item.as_object()?)))
        .map(|(index, parameter)| Parameter {
            place: format!("{place}.{name}[{index}]"),
            name: parameter.str("name").unwrap_or_default(),
            parameter,
            resource: parameter.get("resource").and_then(Json::as_object),
        })
        .collect()
}

/// The parameters of a body.
pub fn parameters(body: &Object) -> Vec<Parameter<'_>> {
    under("Parameters", body, "parameter")
}

/// The parts of a parameter.
pub fn parts<'a>(parameter: &Parameter<'a>) -> Vec<Parameter<'a>> {
    under(&parameter.place, parameter.parameter, "part")
}

/// The labReports.
pub fn reports(body: &Object) -> impl Iterator<Item = Parameter<'_>> {
    parameters(body).into_iter().filter(|parameter| parameter.name == "labReport")
}

/// The labTestCollections.
pub fn collections(body: &Object) -> impl Iterator<Item = Parameter<'_>> {
    parameters(body).into_iter().filter(|parameter| parameter.name == "labTestCollection")
}

/// The parts of all collections that are to be observations.
pub fn observations(body: &Object) -> impl Iterator<Item = Parameter<'_>> {
    collections(body).flat_map(|collection| parts(&collection)).filter(|part| part.name.starts_with("lab"))
}

/// Whether the resource of a parameter is of a type.
pub fn is_of(parameter: &Parameter<'_>, type_name: &str) -> bool {
    parameter.resource.is_some_and(|resource| resource.str("resourceType") == Some(type_name))
}
