//! The demo clinic of `easel serve --sandbox`: made-up people, fixed ids.
//!
//! The first ids are those of the vendor's own request examples, so that these can be sent to the sandbox as
//! they stand.

use super::{Clinic, Questionnaire};
use fhir::{Json, ResourceType, json};
use jiff::civil::{Weekday, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Dana Abernathy, the patient of the documentation's examples.
pub const PATIENT: &str = PATIENTS[0];
/// Dr. Ines Okafor, the practitioner of the documentation's examples; she sees patients at [`LOCATION`].
pub const PRACTITIONER: &str = PRACTITIONERS[0];
/// Oakland, the location of the documentation's examples.
pub const LOCATION: &str = LOCATIONS[0];
/// The clinic.
pub const ORGANIZATION: &str = "6f0c2f36-8d0b-4c63-9c3e-0e3c1b0b8a11";

/// A visit of [`PATIENT`]; its note is [`NOTE`].
pub const ENCOUNTER: &str = "5ee10000-0000-4000-8000-000000000020";
/// The note of [`ENCOUNTER`].
pub const NOTE: &str = "5ee10000-0000-4000-8000-000000000120";
/// Another visit of [`PATIENT`].
pub const OTHER_ENCOUNTER: &str = "5ee10000-0000-4000-8000-000000000041";
/// A visit of [`PATIENT`] that was cancelled.
pub const CANCELLED_ENCOUNTER: &str = "5ee10000-0000-4000-8000-000000000042";
/// A visit of another patient.
pub const STRANGERS_ENCOUNTER: &str = "5ee10000-0000-4000-8000-000000000021";
/// An insurer, which clinic.toml names by its payer id 62308.
pub const INSURER: &str = "5ee10000-0000-4000-8000-0000000000a1";
/// The coverage of [`PATIENT`] by [`INSURER`].
pub const COVERAGE: &str = "5ee10000-0000-4000-8000-000000000061";
/// Another of [`PATIENT`], by an insurer who is asked by the default provider.
pub const OTHER_COVERAGE: &str = "5ee10000-0000-4000-8000-000000000062";
/// A coverage of another patient.
pub const STRANGERS_COVERAGE: &str = "5ee10000-0000-4000-8000-000000000063";
/// Somebody without a default provider.
pub const UNPROVIDED_PATIENT: &str = PATIENTS[4];
/// The coverage of [`UNPROVIDED_PATIENT`], by the same insurer as [`OTHER_COVERAGE`].
pub const UNPROVIDED_COVERAGE: &str = "5ee10000-0000-4000-8000-000000000065";
/// A claim of [`PATIENT`], who owes 120 USD for it.
pub const CLAIM: &str = "5ee10000-0000-4000-8000-000000000064";
/// Tobacco: a question with one answer, one with several, and one of free text; the first is coded in LOINC.
pub const QUESTIONNAIRE: &str = "7eefd6fc-0000-44c2-8224-d95f0ceaa2fd";
/// PHQ-2: two questions whose answers make a score.
pub const SCORED_QUESTIONNAIRE: &str = "5ee10000-0000-4000-8000-000000000053";
/// The practitioner whom clinic.toml names as the automation user.
pub const AUTOMATION_USER: &str = "5ee10000000040008000000000000b07";

/// All patients.
pub const PATIENTS: [&str; 5] = [
    "ee1c7803325b47b492008f3e7c9d7a3d",
    "7162fd82487e4dc8aa2581ddbca91892",
    "a031d1ba40d74aebb8ed716716da05c2",
    "b8dfa97bdcdf4754bcd8197ca78ef0f0",
    "a1197fa9e65b4a5195af15e0234f61c2",
];
/// All practitioners: Okafor (Oakland), Whitfield (either, on different days), Castellanos (Nashville, away over
/// the year's end), Lindqvist (wherever he is asked for).
pub const PRACTITIONERS: [&str; 4] = [
    "4150cd20de8a470aa570a852859ac87e",
    "55096fbcdfb240fd8c999c325304de03",
    "e766816672f34a5b866771c773e38f3c",
    "77bd177f81b14c9f943e1e30ed3dd989",
];
/// All locations, by location key: Oakland in California, Nashville in Tennessee.
pub const LOCATIONS: [&str; 2] =
    ["b3476a18-3f63-422d-87e7-b3dc0cd55060", "95b9ac2d-e963-4d7a-b165-7901870f1663"];
/// The one appointment that lies ahead, Lucía Cordero-Núñez's with Whitfield.
pub const APPOINTMENT: &str = "5ee10000-0000-4000-8000-0000000000ff";

/// The demo clinic's `clinic.toml`: every setting there is, with comments.
pub const CLINIC_TOML: &str = include_str!("../../demo/clinic.toml");

/// FHIR data that stands in for the clinic's own software, in the order in which it is to be stored.
const BUNDLES: [&str; 7] = [
    include_str!("../../demo/clinic.json"),
    include_str!("../../demo/staff.json"),
    include_str!("../../demo/patients.json"),
    include_str!("../../demo/questionnaires.json"),
    include_str!("../../demo/records.json"),
    include_str!("../../demo/chart.json"),
    include_str!("../../demo/accounts.json"),
];

impl Clinic {
    /// The settings of the demo clinic.
    pub fn demo() -> Clinic {
        // A test parses the file; there is nothing else to fall back on.
        Clinic::parse(CLINIC_TOML).unwrap_or_default()
    }
}

/// The resources of the demo clinic as of `now` (milliseconds since the epoch), in an order in which each comes
/// after those it refers to. One appointment is a week ahead; all others are long past.
pub fn resources(now: i64) -> Vec<(ResourceType, String, Json)> {
    let questionnaires = Clinic::demo().questionnaires;
    let questionnaires: Vec<Json> = questionnaires.iter().map(Questionnaire::to_resource).collect();
    let bundles = BUNDLES.iter().filter_map(|text| fhir::json::parse(text.as_bytes(), 64).ok());
    let stored = bundles.flat_map(|bundle| {
        let entries = bundle.get("entry").map(Json::items).unwrap_or_default().to_vec();
        entries.into_iter().filter_map(|entry| entry.get("resource").cloned())
    });
    questionnaires.into_iter().chain(stored).chain(appointment_ahead(now)).filter_map(identified).collect()
}

fn identified(resource: Json) -> Option<(ResourceType, String, Json)> {
    let resource_type = ResourceType::from_name(resource.str("resourceType")?)?;
    let id = resource.str("id")?.to_owned();
    Some((resource_type, id, resource))
}

/// Ten o'clock on the first working day a week or more from now.
fn appointment_ahead(now: i64) -> Option<Json> {
    let zone = Clinic::demo().time_zone;
    let mut day = Timestamp::from_millisecond(now).ok()?.to_zoned(zone.clone()).date() + 7.days();
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.tomorrow().ok()?;
    }
    let start = zone.to_timestamp(day.to_datetime(time(10, 0, 0, 0))).ok()?.as_millisecond();
    let utc = |ms: i64| fhir::datetime::local(ms, &TimeZone::UTC);
    let reference = |name: &str, id: &str| json!({ "reference": (format!("{name}/{id}")), "type": name });
    let practitioner = reference("Practitioner", PRACTITIONERS[1]);
    let patient = reference("Patient", PATIENTS[2]);
    Some(json!({
        "resourceType": "Appointment",
        "id": APPOINTMENT,
        "status": "booked",
        "appointmentType": { "coding": [
            { "system": "http://snomed.info/sct", "code": "308335008", "display": "Office Visit" }
        ] },
        "reasonCode": [{
            "coding": [{
                "system": "INTERNAL", "code": "INIV", "display": "Initial Visit", "userSelected": true
            }],
            "text": "First visit"
        }],
        "description": "First visit",
        "supportingInformation": [(reference("Location", LOCATIONS[0]))],
        "start": (utc(start)),
        "end": (utc(start + 30 * 60_000)),
        "participant": [
            { "actor": practitioner, "status": "accepted" },
            { "actor": patient, "status": "accepted" }
        ]
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::TYPES;
    use std::collections::HashSet;

    const NOW: i64 = 1_795_000_000_000;

    #[test]
    fn the_demo_clinic_has_what_it_promises() {
        let count = |name: &str| resources(NOW).iter().filter(|(t, ..)| t.name() == name).count();
        assert_eq!(
            (count("Organization"), count("Location"), count("Practitioner"), count("Patient")),
            (4, 2, 5, 5)
        );
        for name in [
            "Condition",
            "Observation",
            "AllergyIntolerance",
            "MedicationStatement",
            "Immunization",
            "Encounter",
        ] {
            assert!(count(name) >= 2, "{name}");
        }
        // Provenances come with what is written here.
        let served = TYPES.iter().map(|served| served.contract());
        for contract in served.filter(|contract| contract.is_read_only() && contract.is_stored) {
            let is_there = count(contract.resource_type.name()) >= 1 || contract.name == "Provenance";
            assert!(is_there, "{}", contract.name);
        }
        assert_eq!(count("Appointment"), 4);
        assert!(Clinic::parse(CLINIC_TOML).is_ok(), "{:?}", Clinic::parse(CLINIC_TOML));
    }

    #[test]
    fn every_constant_names_a_resource_and_every_reference_one_that_comes_before() {
        let resources = resources(NOW);
        let mut known = HashSet::new();
        for (resource_type, id, resource) in &resources {
            for target in references(resource) {
                assert!(known.contains(&target), "{resource_type}/{id} refers to {target}");
            }
            assert!(known.insert(format!("{resource_type}/{id}")), "{resource_type}/{id} is there twice");
        }
        let all = [("Patient", &PATIENTS[..]), ("Practitioner", &PRACTITIONERS), ("Location", &LOCATIONS)];
        for (name, ids) in all {
            for id in ids {
                assert!(known.contains(&format!("{name}/{id}")), "{name}/{id}");
            }
        }
        assert!(known.contains(&format!("Organization/{ORGANIZATION}")));
        assert!(known.contains(&format!("Appointment/{APPOINTMENT}")));
        assert!(known.contains(&format!("Practitioner/{AUTOMATION_USER}")));
        let encounters = [ENCOUNTER, OTHER_ENCOUNTER, CANCELLED_ENCOUNTER, STRANGERS_ENCOUNTER];
        assert!(encounters.iter().all(|id| known.contains(&format!("Encounter/{id}"))));
        assert!(
            Clinic::demo().payers.iter().all(|p| known.contains(&format!("Organization/{}", p.organization)))
        );
    }

    fn references(value: &Json) -> Vec<String> {
        match value {
            Json::Object(object) => object
                .iter()
                .flat_map(|(name, value)| match value.as_str() {
                    Some(text) if name == "reference" => vec![text.to_owned()],
                    _ => references(value),
                })
                .collect(),
            Json::Array(items) => items.iter().flat_map(references).collect(),
            _ => Vec::new(),
        }
    }
}
