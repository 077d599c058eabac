//! Building the Parameters that operations answer with (<http://hl7.org/fhir/R4/parameters.html>).

use crate::code_system::Designation;
use fhir::{Json, Object};

/// Parameters, or the parts of one.
#[derive(Default)]
pub(super) struct Parameters(Vec<Json>);

impl Parameters {
    pub(super) fn boolean(self, name: &str, value: bool) -> Self {
        self.value(name, "valueBoolean", value)
    }

    pub(super) fn string(self, name: &str, value: &str) -> Self {
        self.value(name, "valueString", value)
    }

    pub(super) fn code(self, name: &str, value: &str) -> Self {
        self.value(name, "valueCode", value)
    }

    pub(super) fn uri(self, name: &str, value: &str) -> Self {
        self.value(name, "valueUri", value)
    }

    /// A text that may be absent.
    pub(super) fn optional(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.string(name, value),
            None => self,
        }
    }

    /// A value in the member of its type.
    pub(super) fn value(mut self, name: &str, member: &str, value: impl Into<Json>) -> Self {
        let parameter: Object = [("name", Json::from(name)), (member, value.into())].into_iter().collect();
        self.0.push(parameter.into());
        self
    }

    /// A parameter that has parts.
    pub(super) fn parts(mut self, name: &str, parts: Parameters) -> Self {
        let parameter: Object =
            [("name", Json::from(name)), ("part", Json::Array(parts.0))].into_iter().collect();
        self.0.push(parameter.into());
        self
    }

    pub(super) fn designation(self, designation: &Designation) -> Self {
        let mut parts = Parameters::default();
        if let Some(language) = &designation.language {
            parts = parts.code("language", language);
        }
        if let Some(usage) = &designation.usage {
            parts = parts.value("use", "valueCoding", usage.clone());
        }
        self.parts("designation", parts.string("value", &designation.value))
    }

    /// The resource.
    pub(super) fn resource(self) -> Json {
        fhir::json!({ "resourceType": "Parameters", "parameter": (self.0) })
    }

    /// The items alone, as ValueSet.expansion.parameter has them.
    pub(super) fn items(self) -> Vec<Json> {
        self.0
    }
}

/// A FHIR Coding.
pub(super) fn coding(system: Option<&str>, version: Option<&str>, code: &str, display: Option<&str>) -> Json {
    let members = [("system", system), ("version", version), ("code", Some(code)), ("display", display)];
    let present = members.into_iter().filter_map(|(name, value)| Some((name, value?)));
    Json::Object(present.collect())
}
