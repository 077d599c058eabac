//! The Patient, with the extensions that US Core asks for.

use crate::chart::{Chart, add};
use crate::codes::terminology;
use crate::moment::TODAY;
use crate::names::{address, ascii, city, given, phone};
use crate::visit::Case;
use fhir::{Json, json};

const CORE: &str = "http://hl7.org/fhir/us/core/StructureDefinition";
const RACE: [(&str, &str); 5] = [
    ("2106-3", "White"),
    ("2054-5", "Black or African American"),
    ("2028-9", "Asian"),
    ("1002-5", "American Indian or Alaska Native"),
    ("2076-8", "Native Hawaiian or Other Pacific Islander"),
];
const ETHNICITY: [(&str, &str); 2] = [("2186-5", "Not Hispanic or Latino"), ("2135-2", "Hispanic or Latino")];
const LANGUAGES: [(&str, &str); 4] =
    [("en-US", "English (United States)"), ("es", "Spanish"), ("pt", "Portuguese"), ("vi", "Vietnamese")];

/// Writes the Patient.
pub(crate) fn put(chart: &mut Chart, case: &Case<'_>, number: u64) {
    let person = case.person;
    let names = names(chart, case);
    let gender = if person.is_female { "female" } else { "male" };
    let (language, spoken) =
        if chart.random.chance(0.8) { LANGUAGES[0] } else { *chart.random.pick(&LANGUAGES) };
    let (first, street) = (phone(&mut chart.random), address(&mut chart.random));
    let mut telecom = vec![json!({ "system": "phone", "value": first, "use": "home" })];
    if person.age(TODAY) > 14.0 {
        let mailbox = format!("{}.{}@example.org", ascii(person.given[0]), ascii(&person.family));
        telecom.push(json!({ "system": "phone", "value": (phone(&mut chart.random)), "use": "mobile" }));
        telecom.push(json!({ "system": "email", "value": mailbox }));
    }
    let is_married = person.age(TODAY) > 21.0 && chart.random.chance(0.6);
    let marital = if is_married { ("M", "Married") } else { ("S", "Never Married") };
    let general = &case.practice.practitioners[case.practitioner];
    let mut body = json!({
        "resourceType": "Patient",
        "meta": { "security": [{
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST", "display": "test health data"
        }] },
        "text": { "status": "generated", "div": (narrative(case)) },
        "extension": (extensions(chart, case)),
        "identifier": (identifiers(chart, number)),
        "active": true,
        "name": names,
        "telecom": telecom,
        "gender": gender,
        "birthDate": (person.birth.date()),
        "address": [street],
        "maritalStatus": (terminology("v3-MaritalStatus", marital.0, marital.1)),
        "multipleBirthBoolean": false,
        "communication": [{
            "language": {
                "coding": [{ "system": "urn:ietf:bcp:47", "code": language, "display": spoken }], "text": spoken
            },
            "preferred": true
        }],
        "generalPractitioner": [(chart.named(&general.link, &general.name))],
        "managingOrganization": (chart.reference(&case.practice.organization))
    });
    add(&mut body, "deceasedDateTime", person.death.map(|death| death.date_time().into()));
    chart.put(&case.patient, body);
}

fn names(chart: &mut Chart, case: &Case<'_>) -> Vec<Json> {
    let person = case.person;
    let given_names: Vec<Json> = person.given.iter().map(|name| Json::from(*name)).collect();
    let mut official =
        json!({ "use": "official", "family": (person.family.as_str()), "given": (given_names.clone()) });
    if person.age(TODAY) > 20.0 {
        let prefix = if person.is_female { "Ms." } else { "Mr." };
        add(&mut official, "prefix", Some(json!([prefix])));
    }
    let mut names = vec![official];
    if person.is_female && person.age(TODAY) > 25.0 && chart.random.chance(0.4) {
        let maiden = crate::names::family(&mut chart.random);
        names.push(json!({ "use": "maiden", "family": maiden, "given": given_names }));
    }
    names
}

fn identifiers(chart: &mut Chart, number: u64) -> Vec<Json> {
    let random = &mut chart.random;
    let typed = |code: &str, display: &str, system: &str, value: String| {
        let mut concept = terminology("v2-0203", code, display);
        add(&mut concept, "text", Some(display.into()));
        json!({ "type": concept, "system": system, "value": value })
    };
    let mut identifiers = vec![
        json!({ "use": "usual", "system": "http://example.org/synthetic/patient", "value": (format!("P{number:08}")) }),
        typed("MR", "Medical Record Number", "http://example.org/synthetic/mrn", random.uuid()),
    ];
    // Social security numbers that begin with 9 are nobody's.
    let number = format!("999-{}-{}", random.digits(2), random.digits(4));
    identifiers.push(typed("SS", "Social Security Number", "http://hl7.org/fhir/sid/us-ssn", number));
    if random.chance(0.7) {
        let number = format!("S999{}", random.digits(5));
        identifiers.push(typed("DL", "Driver's License", "urn:oid:2.16.840.1.113883.4.3.25", number));
    }
    identifiers
}

fn extensions(chart: &mut Chart, case: &Case<'_>) -> Vec<Json> {
    let race = if chart.random.chance(0.65) { RACE[0] } else { *chart.random.pick(&RACE) };
    let ethnicity = ETHNICITY[usize::from(chart.random.chance(0.18))];
    let coded = |name: &str, (code, display): (&str, &str)| {
        json!({
            "url": (format!("{CORE}/us-core-{name}")),
            "extension": [
                { "url": "ombCategory", "valueCoding": {
                    "system": "urn:oid:2.16.840.1.113883.6.238", "code": code, "display": display
                } },
                { "url": "text", "valueString": display }
            ]
        })
    };
    let mother = format!("{} {}", given(&mut chart.random, true), crate::names::family(&mut chart.random));
    vec![
        coded("race", race),
        coded("ethnicity", ethnicity),
        json!({
            "url": (format!("{CORE}/us-core-birthsex")),
            "valueCode": (if case.person.is_female { "F" } else { "M" })
        }),
        json!({
            "url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": mother
        }),
        json!({
            "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
            "valueAddress": { "city": (city(&mut chart.random)), "state": "Massachusetts", "country": "US" }
        }),
    ]
}

fn narrative(case: &Case<'_>) -> String {
    let name = case.name.replace('\'', "&#39;");
    let birth = case.person.birth.date();
    format!(
        "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p><b>{name}</b>, born {birth}</p>\
         <p>A person who does not exist.</p></div>"
    )
}
