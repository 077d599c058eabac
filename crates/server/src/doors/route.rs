//! Paths.

use fhir::ResourceType;
use interactions::Target;

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// `/auth/token/`
    Token,
    /// `/sandbox/reset`
    Reset,
    /// `/openapi.json`
    OpenApi,
    /// `/fhir/_async/{id}`: a request that is answered later.
    Async(&'a str),
    /// `/fhir/…`
    R4(Place<'a>),
    /// `/…`
    Canvas(Place<'a>),
}

/// A place at a door.
#[derive(Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// `/metadata`
    Metadata,
    /// The server as a whole.
    System(Target<'a>),
    /// Resources of a type.
    Resource(ResourceType, Target<'a>),
    /// Resources of a type of the Canvas door that R4 does not know, by its name.
    BeyondR4(&'static str, Target<'a>),
    /// `/{type}/{id}/files/{element}`: an attachment's content.
    File(ResourceType, &'a str, &'a str),
}

impl<'a> Route<'a> {
    /// Reads the steps of a path. Whether a type is served at the door is the door's to say.
    pub fn of(steps: &'a [String]) -> Option<Self> {
        let mut names = [""; 6];
        if steps.len() > names.len() {
            return None;
        }
        for (name, step) in names.iter_mut().zip(steps) {
            *name = step;
        }
        match &names[..steps.len()] {
            ["auth", "token"] => Some(Route::Token),
            ["sandbox", "reset"] => Some(Route::Reset),
            ["openapi.json"] => Some(Route::OpenApi),
            ["fhir", "_async", id] => Some(Route::Async(id)),
            ["fhir", rest @ ..] => Place::of(rest).map(Route::R4),
            rest => Place::beyond_r4(rest).or_else(|| Place::of(rest)).map(Route::Canvas),
        }
    }
}

impl<'a> Place<'a> {
    fn beyond_r4(steps: &[&'a str]) -> Option<Self> {
        let (name, rest) = steps.split_first()?;
        Some(Place::BeyondR4(canvas::types::beyond_r4(name)?, Target::of_type(rest)?))
    }

    fn of(steps: &[&'a str]) -> Option<Self> {
        match *steps {
            ["metadata"] => Some(Place::Metadata),
            [name, id, "files", element] => Some(Place::File(ResourceType::from_name(name)?, id, element)),
            _ => Some(match Target::of(steps)? {
                (None, target) => Place::System(target),
                (Some(resource_type), target) => Place::Resource(resource_type, target),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<Route<'_>>) {
        let steps: Vec<String> = path.split('/').map(str::to_owned).collect();
        assert_eq!(Route::of(&steps), expected, "{path}");
    }

    #[test]
    fn paths_lead_to_doors_and_places() {
        let patient = ResourceType::PATIENT;
        check("Patient", Some(Route::Canvas(Place::Resource(patient, Target::Type))));
        check("fhir/Patient/1", Some(Route::R4(Place::Resource(patient, Target::Instance("1")))));
        check(
            "fhir/Patient/1/_history/2",
            Some(Route::R4(Place::Resource(patient, Target::Version("1", "2")))),
        );
        check("fhir/metadata", Some(Route::R4(Place::Metadata)));
        check("Patient/1/files/photo", Some(Route::Canvas(Place::File(patient, "1", "photo"))));
        check("Allergen/fdb-1", Some(Route::Canvas(Place::BeyondR4("Allergen", Target::Instance("fdb-1")))));
        check("fhir/Allergen", None);
        check("auth/token", Some(Route::Token));
        check("openapi.json", Some(Route::OpenApi));
        check("fhir", Some(Route::R4(Place::System(Target::System))));
        check("fhir/_history", Some(Route::R4(Place::System(Target::SystemHistory))));
        check("fhir/$x", Some(Route::R4(Place::System(Target::Operation(None, "x")))));
        for (path, target) in [
            ("fhir/Patient/_history", Target::TypeHistory),
            ("fhir/Patient/$x", Target::Operation(None, "x")),
            ("fhir/Patient/1/$x", Target::Operation(Some("1"), "x")),
            ("fhir/Patient/1/_history/2/$x", Target::VersionOperation("1", "2", "x")),
            ("fhir/Patient/1/*", Target::Compartment("1", None)),
            ("fhir/Patient/1/Basic", Target::Compartment("1", Some(ResourceType::BASIC))),
            ("fhir/Patient/1/Basic/_search", Target::CompartmentSearch("1", Some(ResourceType::BASIC))),
        ] {
            check(path, Some(Route::R4(Place::Resource(patient, target))));
        }
        for path in [
            "",
            "Patiens",
            "patient",
            "Patient/$",
            "Patient/_x",
            "Patient/_search/1",
            "Patient/1/2",
            "fhir/Patient/1/_history/2/3",
            "fhir/Patient/1/_history/2/$x/3",
            "fhir/fhir/Patient",
        ] {
            check(path, None);
        }
    }
}
