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
    /// Resources of a type.
    Resource(ResourceType, Target<'a>),
    /// `/{type}/{id}/files/{element}`: an attachment's content.
    File(ResourceType, &'a str, &'a str),
}

impl<'a> Route<'a> {
    /// Reads the steps of a path. Whether a type is served at the door is the door's to say.
    pub fn of(steps: &'a [String]) -> Option<Self> {
        let mut names = [""; 5];
        if steps.len() > names.len() {
            return None;
        }
        for (name, step) in names.iter_mut().zip(steps) {
            *name = step;
        }
        match &names[..steps.len()] {
            ["auth", "token"] => Some(Route::Token),
            ["sandbox", "reset"] => Some(Route::Reset),
            ["fhir", rest @ ..] => Place::of(rest).map(Route::R4),
            rest => Place::of(rest).map(Route::Canvas),
        }
    }
}

impl<'a> Place<'a> {
    fn of(steps: &[&'a str]) -> Option<Self> {
        let resource = |name: &str, target| Some(Place::Resource(ResourceType::from_name(name)?, target));
        match *steps {
            ["metadata"] => Some(Place::Metadata),
            [name] => resource(name, Target::Type),
            [name, "_search"] => resource(name, Target::Search),
            [name, id] if !id.starts_with(['_', '$']) => resource(name, Target::Instance(id)),
            [name, id, "_history"] => resource(name, Target::History(id)),
            [name, id, "_history", version] => resource(name, Target::Version(id, version)),
            [name, id, "files", element] => Some(Place::File(ResourceType::from_name(name)?, id, element)),
            _ => None,
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
        check("auth/token", Some(Route::Token));
        for path in [
            "",
            "fhir",
            "Patiens",
            "patient",
            "Patient/$x",
            "Patient/1/2",
            "fhir/Patient/1/_history/2/3",
            "fhir/fhir/Patient",
        ] {
            check(path, None);
        }
    }
}
