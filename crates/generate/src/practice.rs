//! A practice: what its patients share.

use crate::chart::{Chart, Link};
use crate::codes::{Code, code, terminology};
use crate::names::{address, city, family, given, phone};
use crate::random::Random;
use crate::record::{Form, Record};
use fhir::{Json, json};

/// Streams of random numbers: patients have those below.
const STREAM: u64 = 1 << 48;
const NPI: &str = "http://hl7.org/fhir/sid/us-npi";
const OWN: &str = "http://example.org/synthetic/practice";
/// How many work there.
const PRACTITIONERS: usize = 6;

/// Who works where.
pub(crate) struct Practice {
    random: Random,
    pub(crate) organization: Link,
    pub(crate) payer: Link,
    pub(crate) locations: [Link; 2],
    pub(crate) practitioners: Vec<Practitioner>,
}

/// Somebody who works there.
pub(crate) struct Practitioner {
    pub(crate) link: Link,
    pub(crate) role: Link,
    pub(crate) schedule: Link,
    pub(crate) name: String,
    family: String,
    given: &'static str,
    is_female: bool,
    specialty: Code,
}

const SPECIALTIES: [Code; 3] = [
    code("419772000", "Family practice"),
    code("419192003", "Internal medicine"),
    code("394537008", "Pediatric specialty"),
];

impl Practice {
    /// The practice of a number.
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        let mut random = Random::new(seed, STREAM + number);
        let mut shared = |resource_type: &'static str, name: String| {
            let identifier = match resource_type {
                // Numbers that begin with 999 are nobody's.
                "Practitioner" => format!("{NPI}|999{number:05}{name}"),
                _ => format!("{OWN}|{number}-{name}"),
            };
            Link { resource_type, id: random.uuid(), shared: Some(identifier) }
        };
        let organization = shared("Organization", "practice".to_owned());
        let payer = shared("Organization", "payer".to_owned());
        let locations = [shared("Location", "main".to_owned()), shared("Location", "annex".to_owned())];
        let links: Vec<[Link; 3]> = (0..PRACTITIONERS)
            .map(|place| {
                [
                    shared("Practitioner", format!("{place:02}")),
                    shared("PractitionerRole", format!("role-{place}")),
                    shared("Schedule", format!("schedule-{place}")),
                ]
            })
            .collect();
        let practitioners = links.into_iter().map(|links| Practitioner::new(&mut random, links)).collect();
        Practice { random, organization, payer, locations, practitioners }
    }
}

impl Practitioner {
    fn new(random: &mut Random, [link, role, schedule]: [Link; 3]) -> Self {
        let is_female = random.chance(0.5);
        let (family, given) = (family(random), given(random, is_female));
        let name = format!("Dr. {given} {family}");
        Practitioner {
            link,
            role,
            schedule,
            name,
            family,
            given,
            is_female,
            specialty: *random.pick(&SPECIALTIES),
        }
    }
}

/// The resources of a practice.
pub(crate) fn record(practice: &Practice, form: Form) -> Record {
    let mut chart = Chart::new(practice.random.clone(), form);
    organizations(&mut chart, practice);
    locations(&mut chart, practice);
    for (place, practitioner) in practice.practitioners.iter().enumerate() {
        people(&mut chart, practice, practitioner, place);
    }
    chart.into_record()
}

/// The identifiers that conditional references find a resource by.
fn identifiers(link: &Link) -> Json {
    let (system, value) = link.shared.as_deref().and_then(|found| found.split_once('|')).unwrap_or_default();
    json!([{ "system": system, "value": value }])
}

fn organizations(chart: &mut Chart, practice: &Practice) {
    let name = format!("{} Family Health", city(&mut chart.random));
    for (link, kind, name) in [
        (&practice.organization, ("prov", "Healthcare Provider"), name),
        (&practice.payer, ("pay", "Payer"), "Example Mutual Health Plan".to_owned()),
    ] {
        let (address, number) = (address(&mut chart.random), phone(&mut chart.random));
        chart.put(
            link,
            json!({
                "resourceType": "Organization",
                "identifier": (identifiers(link)),
                "active": true,
                "type": [(terminology("organization-type", kind.0, kind.1))],
                "name": name,
                "telecom": [{ "system": "phone", "value": number, "use": "work" }],
                "address": [address]
            }),
        );
    }
}

fn locations(chart: &mut Chart, practice: &Practice) {
    for (link, name) in practice.locations.iter().zip(["Main Building", "Annex"]) {
        let (address, number) = (address(&mut chart.random), phone(&mut chart.random));
        let (latitude, longitude) = (42.0 + chart.random.share(), -73.0 + chart.random.share());
        chart.put(
            link,
            json!({
                "resourceType": "Location",
                "identifier": (identifiers(link)),
                "status": "active",
                "name": name,
                "mode": "instance",
                "type": [(terminology("v3-RoleCode", "OF", "Outpatient facility"))],
                "telecom": [{ "system": "phone", "value": number }],
                "address": address,
                "position": {
                    "longitude": (crate::codes::decimal(longitude, 5)),
                    "latitude": (crate::codes::decimal(latitude, 5))
                },
                "managingOrganization": (chart.reference(&practice.organization))
            }),
        );
    }
}

fn people(chart: &mut Chart, practice: &Practice, practitioner: &Practitioner, place: usize) {
    let gender = if practitioner.is_female { "female" } else { "male" };
    let (address, number) = (address(&mut chart.random), phone(&mut chart.random));
    let body = json!({
        "resourceType": "Practitioner",
        "identifier": (identifiers(&practitioner.link)),
        "active": true,
        "name": [{
            "family": (practitioner.family.as_str()), "given": [(practitioner.given)], "prefix": ["Dr."]
        }],
        "telecom": [{ "system": "phone", "value": number, "use": "work" }],
        "address": [address],
        "gender": gender
    });
    chart.put(&practitioner.link, body);
    let location = chart.reference(&practice.locations[place % practice.locations.len()]);
    let body = json!({
        "resourceType": "PractitionerRole",
        "identifier": (identifiers(&practitioner.role)),
        "active": true,
        "practitioner": (chart.named(&practitioner.link, &practitioner.name)),
        "organization": (chart.reference(&practice.organization)),
        "code": [(terminology("practitioner-role", "doctor", "Doctor"))],
        "specialty": [(practitioner.specialty.concept(crate::codes::SNOMED))],
        "location": [(location.clone())],
        "availableTime": [{
            "daysOfWeek": ["mon", "tue", "wed", "thu", "fri"],
            "availableStartTime": "08:00:00",
            "availableEndTime": "17:00:00"
        }]
    });
    chart.put(&practitioner.role, body);
    let body = json!({
        "resourceType": "Schedule",
        "identifier": (identifiers(&practitioner.schedule)),
        "active": true,
        "serviceCategory": [(terminology("service-category", "17", "General Practice"))],
        "specialty": [(practitioner.specialty.concept(crate::codes::SNOMED))],
        "actor": [(chart.named(&practitioner.link, &practitioner.name)), location],
        "planningHorizon": { "start": "2026-01-01T00:00:00-05:00", "end": "2026-12-31T23:59:59-05:00" }
    });
    chart.put(&practitioner.schedule, body);
}
