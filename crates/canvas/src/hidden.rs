//! Resources that the R4 door stores and this one leaves out.

use crate::references::leads_to;
use fhir::definitions::SearchParameterType::Token;
use fhir::{Object, Reference, ResourceType};
use interactions::Refusal;
use interactions::search::{Criterion, ExtraParameter, ParameterId, Registry, token_criterion};

/// Which resources of a type are left out: they are read and updated as if they did not exist, and no search finds them.
#[derive(Clone, Copy)]
pub struct Hidden {
    /// The code of a token parameter, R4's or one of [`Contract::indexed`](crate::contract::Contract::indexed).
    pub parameter: &'static str,
    /// The value of the parameter that they have and others have not: a token as it is searched for.
    pub value: &'static str,
    /// Whether a stored resource is one; the same as the parameter says.
    pub is: fn(&Object) -> bool,
}

impl Hidden {
    /// The condition that a resource is shown.
    ///
    /// # Errors
    ///
    /// The registry lacks the parameter.
    pub fn criterion(&self, registry: &Registry, resource_type: ResourceType) -> Result<Criterion, Refusal> {
        let hidden = token_criterion(registry, resource_type, self.parameter, self.value);
        // The parameter is ours: a problem with it is a mistake of the program.
        hidden.map(|hidden| Criterion::Not(Box::new(hidden))).map_err(|issue| Refusal::failed(issue.text))
    }
}

const WITHOUT_PATIENT: &str = "canvas-without-patient";

impl Hidden {
    /// Those without a patient, where [`without_patient`] is indexed; `is` tells the same.
    pub const fn without_patient(is: fn(&Object) -> bool) -> Self {
        Hidden { parameter: WITHOUT_PATIENT, value: "true", is }
    }
}

/// What is indexed of those without a patient. `expression` is true of them and empty of others.
pub const fn without_patient(resource_type: ResourceType, expression: &'static str) -> ExtraParameter {
    ExtraParameter {
        number: ParameterId::FIRST_EXTRA + 200,
        code: WITHOUT_PATIENT,
        resource_type,
        kind: Token,
        expression,
        targets: &[],
    }
}

/// Whether the member `name` of a resource refers to a Patient, as `resolve() is Patient` tells it.
pub fn refers_to_patient(resource: &Object, name: &str) -> bool {
    let Some(reference) = resource.get(name) else { return false };
    if let Some(Reference::Contained(id)) = reference.str("reference").and_then(Reference::parse) {
        let mut contained = resource.items("contained").iter();
        return contained.any(|one| one.str("id") == Some(id) && one.str("resourceType") == Some("Patient"));
    }
    leads_to(reference) == Some(ResourceType::PATIENT)
}
