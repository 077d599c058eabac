//! The rules of Patient (Patient.json, `rules`). None has a text documented by the vendor.

use super::elements::{
    BIRTHSEX, BUSINESS_LINE, CDC_RACE, DEFAULT_LOCATION, DEFAULT_PROVIDER, ETHNICITY, GENDER_IDENTITY,
    NULL_FLAVOR, PREFERRED_PHARMACY, RACE, SEXUAL_ORIENTATION, TIME_ZONE,
};
use crate::check::empty_strings;
use crate::finding::Findings;
use crate::rule::{Check, Rule, remove, rule, set};
use crate::sent::{Sent, SentExtension};
use crate::text::is_digits;
use fhir::{IssueCode, Json, Object, primitive};
use jiff::tz::TimeZone;

/// The rules, in the order of the facts.
pub const RULES: &[Rule] = &[
    rule("patient-birthsex-required", IssueCode::Required, "Patient birthsex extension is required")
        .when("no extension with the birthsex url, or one without a code")
        .check(Check::Body(birthsex_required))
        .broken_by(&[remove("extension")], "Patient.extension", "Patient birthsex extension is required")
        .kept_by(&[]),
    rule("patient-birthsex-code", IssueCode::Value, "Invalid birthsex code: {code}")
        .when("birthsex valueCode outside the value set")
        .check(Check::Body(|sent, findings| listed_code(sent, BIRTHSEX, findings)))
        .broken_by(
            &[set("extension.0.valueCode", "\"X\"")],
            "Patient.extension[0].valueCode",
            "Invalid birthsex code: X",
        )
        .kept_by(&[set("extension.0.valueCode", "\"UNK\"")]),
    rule("patient-gender-identity-code", IssueCode::Value, "Invalid gender identity code: {code}")
        .when("genderIdentity code outside the value set")
        .check(Check::Body(gender_identity_codes))
        .broken_by(
            &[set("extension.1", r#"{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"1"}]}}"#)],
            "Patient.extension[1].valueCodeableConcept.coding[0].code",
            "Invalid gender identity code: 1",
        )
        .kept_by(&[set("extension.1", r#"{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"446151000124109"}]}}"#)]),
    rule("patient-sexual-orientation-code", IssueCode::Value, "Invalid sexual orientation code: {code}")
        .when("sexual-orientation valueCode outside the value set")
        .check(Check::Body(|sent, findings| listed_code(sent, SEXUAL_ORIENTATION, findings)))
        .broken_by(
            &[set("extension.1", r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/sexual-orientation","valueCode":"1"}"#)],
            "Patient.extension[1].valueCode",
            "Invalid sexual orientation code: 1",
        )
        .kept_by(&[set("extension.1", r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/sexual-orientation","valueCode":"OTH"}"#)]),
    rule("patient-race-system", IssueCode::Value, "Invalid {race|ethnicity} coding system: {system}")
        .when("race or ethnicity inner valueCoding.system is neither urn:oid:2.16.840.1.113883.6.238 nor the NullFlavor system with code UNK")
        .check(Check::Body(race_and_ethnicity_systems))
        .broken_by(
            &[set("extension.1", r#"{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":"ombCategory","valueCoding":{"system":"http://example.com/race","code":"2106-3"}}]}"#)],
            "Patient.extension[1].extension[0].valueCoding.system",
            "Invalid race coding system: http://example.com/race",
        )
        .kept_by(&[set("extension.1", r#"{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity","extension":[{"url":"ombCategory","valueCoding":{"system":"http://terminology.hl7.org/CodeSystem/v3-NullFlavor","code":"UNK"}}]}"#)]),
    rule(
        "patient-race-parts",
        IssueCode::Required,
        "{race|ethnicity} extension requires a part ombCategory, detailed or text",
    )
        .when("race or ethnicity without a coding that has a code or a display, and without a text")
        .check(Check::Body(race_and_ethnicity_parts))
        .broken_by(
            &[set("extension.1", r#"{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":"category","valueString":"White"}]}"#)],
            "Patient.extension[1].extension",
            "race extension requires a part ombCategory, detailed or text",
        )
        .kept_by(&[set("extension.1", r#"{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":"text","valueString":"White"}]}"#)])
        .note("ours: the facts have no extension without parts and give no text"),
    rule("patient-time-zone", IssueCode::Value, "Invalid timezone code: {code}")
        .when("tz-code valueCode is not the name of a time zone")
        .check(Check::Body(time_zone))
        .broken_by(
            &[set("extension.1", r#"{"url":"http://hl7.org/fhir/StructureDefinition/tz-code","valueCode":"America/Gotham"}"#)],
            "Patient.extension[1].valueCode",
            "Invalid timezone code: America/Gotham",
        )
        .kept_by(&[set("extension.1", r#"{"url":"http://hl7.org/fhir/StructureDefinition/tz-code","valueCode":"America/New_York"}"#)]),
    rule("patient-default-reference", IssueCode::Required, "{url} extension requires valueReference.reference")
        .when("patient-default-provider or patient-default-location without valueReference.reference")
        .check(Check::Body(default_references))
        .broken_by(
            &[set("extension.1", r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/patient-default-location","valueReference":{"type":"Location"}}"#)],
            "Patient.extension[1].valueReference.reference",
            "http://schemas.canvasmedical.com/fhir/extensions/patient-default-location extension requires valueReference.reference",
        )
        .kept_by(&[set("extension.1", r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/patient-default-location","valueReference":{"reference":"Location/{demo-location}"}}"#)]),
    rule("patient-default-target", IssueCode::Value, "{url} extension must refer to a {type}")
        .when("patient-default-provider refers to something else than a Practitioner, patient-default-location to something else than a Location")
        .check(Check::Body(default_targets))
        .broken_by(
            &[set("extension.1", r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/patient-default-provider","valueReference":{"reference":"Location/{demo-location}"}}"#)],
            "Patient.extension[1].valueReference.reference",
            "http://schemas.canvasmedical.com/fhir/extensions/patient-default-provider extension must refer to a Practitioner",
        )
        .kept_by(&[set("extension.1", r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/patient-default-provider","valueReference":{"reference":"Practitioner/{demo-practitioner}"}}"#)])
        .note("ours: the facts name the target and no text"),
    rule("patient-pharmacy-number", IssueCode::Required, "preferred-pharmacy extension requires ncpdp-id")
        .when("preferred-pharmacy without a part ncpdp-id that has valueIdentifier.value")
        .check(Check::Body(pharmacy_numbers))
        .broken_by(
            &[set("extension.1", r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy","extension":[{"url":"default","valueBoolean":true}]}"#)],
            "Patient.extension[1].extension",
            "preferred-pharmacy extension requires ncpdp-id",
        )
        .kept_by(&[set("extension.1", r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy","extension":[{"url":"ncpdp-id","valueIdentifier":{"system":"http://terminology.hl7.org/CodeSystem/NCPDPProviderIdentificationNumber","value":"1123152"}}]}"#)])
        .note("ours: the facts mark the part required and give no text"),
    rule("patient-business-line", IssueCode::Value, "Unknown business line: {id}")
        .when("business-line valueId that clinic.toml does not have, where it has any")
        .check(Check::Body(business_line))
        .broken_by(
            &[set("extension.1", r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/business-line","valueId":"nowhere"}"#)],
            "Patient.extension[1].valueId",
            "Unknown business line: nowhere",
        )
        .kept_by(&[set("extension.1", r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/business-line","valueId":"primary-care"}"#)])
        .note("ours: the facts are silent on unknown ones"),
    rule("patient-name-required", IssueCode::Required, "name is required")
        .when("name missing or empty")
        .check(Check::Required(&["name"]))
        .broken_by(&[remove("name")], "Patient.name", "name is required")
        .kept_by(&[]),
    rule("patient-official-name-required", IssueCode::Required, "A name with use 'official' is required")
        .when("no name with use official")
        .check(Check::Body(official_name_required))
        .broken_by(&[set("name.0.use", "\"usual\"")], "Patient.name", "A name with use 'official' is required")
        .kept_by(&[set("name.1", r#"{"use":"nickname","given":["Sally"]}"#)]),
    rule("patient-official-name-parts", IssueCode::Required, "The official name requires a family and a given name")
        .when("first official name lacks family or given[0]")
        .check(Check::Body(official_name_parts))
        .broken_by(
            &[remove("name.0.given")],
            "Patient.name[0]",
            "The official name requires a family and a given name",
        )
        .kept_by(&[set("name.0.given", r#"["Salina","Jo"]"#)]),
    rule("patient-gender-required", IssueCode::Required, "gender is required")
        .when("gender missing")
        .check(Check::Required(&["gender"]))
        .broken_by(&[remove("gender")], "Patient.gender", "gender is required")
        .kept_by(&[]),
    rule("patient-gender-code", IssueCode::Value, "Invalid gender: {gender}")
        .when("gender not male, female, other or unknown")
        .check(Check::Listed(&["gender"]))
        .broken_by(&[set("gender", "\"woman\"")], "Patient.gender", "Invalid gender: woman")
        .kept_by(&[set("gender", "\"unknown\"")]),
    rule("patient-birth-date-required", IssueCode::Required, "birthDate is required")
        .when("birthDate missing")
        .check(Check::Required(&["birthDate"]))
        .broken_by(&[remove("birthDate")], "Patient.birthDate", "birthDate is required")
        .kept_by(&[]),
    rule("patient-birth-date", IssueCode::Value, "birthDate '{birthDate}' is not a date (YYYY, YYYY-MM or YYYY-MM-DD)")
        .when("birthDate not YYYY, YYYY-MM or YYYY-MM-DD")
        .in_place_of("Invalid birthDate: {birthDate}")
        .check(Check::Body(birth_date))
        .broken_by(
            &[set("birthDate", "\"1980-13-01\"")],
            "Patient.birthDate",
            "birthDate '1980-13-01' is not a date (YYYY, YYYY-MM or YYYY-MM-DD)",
        )
        .kept_by(&[set("birthDate", "\"1980-11\"")]),
    rule("patient-identifier-use", IssueCode::Value, "Invalid identifier use: {use}")
        .when("identifier.use present and outside usual, official, temp, secondary, old")
        .check(Check::Listed(&["identifier.use"]))
        .broken_by(
            &[set("identifier", r#"[{"use":"nickname","system":"HealthCo","value":"s07960990"}]"#)],
            "Patient.identifier[0].use",
            "Invalid identifier use: nickname",
        )
        .kept_by(&[set("identifier", r#"[{"system":"HealthCo","value":"s07960990"}]"#)]),
    rule("patient-telecom-list", IssueCode::Structure, "telecom must be a list")
        .when("telecom is not a list")
        .check(Check::List("telecom"))
        .broken_by(
            &[set("telecom", r#"{"system":"phone","value":"5554320555"}"#)],
            "Patient.telecom",
            "telecom must be a list",
        )
        .kept_by(&[set("telecom", r#"[{"system":"phone","value":"5554320555"}]"#)]),
    rule("patient-telecom-value", IssueCode::Required, "telecom.value is required")
        .when("telecom entry without value")
        .check(Check::Required(&["telecom.value"]))
        .broken_by(
            &[set("telecom", r#"[{"system":"phone"}]"#)],
            "Patient.telecom[0].value",
            "telecom.value is required",
        )
        .kept_by(&[set("telecom", r#"[{"value":"5554320555"}]"#)]),
    rule("patient-telecom-codes", IssueCode::Value, "Invalid telecom {attribute}: {value}")
        .when("telecom.system or telecom.use outside its value set")
        .check(Check::Listed(&["telecom.system", "telecom.use"]))
        .broken_by(
            &[set("telecom", r#"[{"system":"telex","value":"5554320555"}]"#)],
            "Patient.telecom[0].system",
            "Invalid telecom system: telex",
        )
        .kept_by(&[set("telecom", r#"[{"system":"sms","use":"temp","value":"5554320555"}]"#)]),
    rule("patient-telecom-rank", IssueCode::Value, "telecom.rank must be a positive integer")
        .when("telecom.rank below 1 or not an integer")
        .check(Check::Body(telecom_rank))
        .broken_by(
            &[set("telecom", r#"[{"value":"5554320555","rank":0}]"#)],
            "Patient.telecom[0].rank",
            "telecom.rank must be a positive integer",
        )
        .kept_by(&[set("telecom", r#"[{"value":"5554320555","rank":2}]"#)]),
    rule("patient-address-codes", IssueCode::Value, "Invalid address {attribute}: {value}")
        .when("address.use or address.type outside its value set")
        .check(Check::Listed(&["address.use", "address.type"]))
        .broken_by(
            &[set("address", r#"[{"use":"billing","city":"Los Angeles"}]"#)],
            "Patient.address[0].use",
            "Invalid address use: billing",
        )
        .kept_by(&[set("address", r#"[{"use":"work","type":"postal","city":"Los Angeles"}]"#)]),
    rule("patient-photo-list", IssueCode::Structure, "photo must be a list")
        .when("photo is not a list")
        .check(Check::List("photo"))
        .broken_by(&[set("photo", r#"{"data":"R0lGODlh"}"#)], "Patient.photo", "photo must be a list")
        .kept_by(&[set("photo", r#"[{"data":"R0lGODlh"}]"#)]),
    rule("patient-contact-name", IssueCode::Required, "contact.name is required")
        .when("contact entry without name")
        .check(Check::Required(&["contact.name"]))
        .broken_by(
            &[set("contact", r#"[{"telecom":[{"system":"email","value":"dan@example.com"}]}]"#)],
            "Patient.contact[0].name",
            "contact.name is required",
        )
        .kept_by(&[set("contact", r#"[{"name":{"text":"Dan Jones"}}]"#)]),
    rule("patient-contact-name-object", IssueCode::Structure, "contact.name must be an object")
        .when("contact.name is a list")
        .check(Check::Object("contact.name"))
        .broken_by(
            &[set("contact", r#"[{"name":[{"text":"Dan Jones"}]}]"#)],
            "Patient.contact[0].name",
            "contact.name must be an object",
        )
        .kept_by(&[set("contact", r#"[{"name":{"text":"Dan Jones"}}]"#)]),
    rule("patient-contact-phone", IssueCode::Value, "Contact phone number must be 10 digits")
        .when("first phone of a contact is not exactly 10 digits")
        .check(Check::Body(contact_phone))
        .broken_by(
            &[set("contact", r#"[{"name":{"text":"Dan Jones"},"telecom":[{"system":"phone","value":"555-732-7068"}]}]"#)],
            "Patient.contact[0].telecom[0].value",
            "Contact phone number must be 10 digits",
        )
        .kept_by(&[set("contact", r#"[{"name":{"text":"Dan Jones"},"telecom":[{"system":"phone","value":"5557327068"}]}]"#)]),
    rule("patient-empty-strings", IssueCode::Value, "String values must not be empty")
        .when("any string value is empty")
        .check(Check::Body(empty_strings))
        .broken_by(
            &[set("name.0.family", "\"\"")],
            "Patient.name[0].family",
            "String values must not be empty",
        )
        .kept_by(&[]),
];

fn birthsex_required(sent: &Sent<'_>, findings: &mut Findings) {
    let found = sent.extensions(BIRTHSEX);
    if found.is_empty() {
        findings.add("Patient.extension", &[]);
    }
    for SentExtension { expression, .. } in found.iter().filter(|e| !e.extension.contains("valueCode")) {
        findings.add(&format!("{expression}.valueCode"), &[]);
    }
}

/// The `valueCode` of the extensions with this url is one that the contract lists.
fn listed_code(sent: &Sent<'_>, url: &str, findings: &mut Findings) {
    for SentExtension { expression, extension } in sent.extensions(url) {
        if let Some(code) = extension.str("valueCode").filter(|code| !is_allowed(sent, url, code)) {
            findings.add(&format!("{expression}.valueCode"), &[("code", code)]);
        }
    }
}

fn is_allowed(sent: &Sent<'_>, url: &str, code: &str) -> bool {
    code.is_empty() || sent.contract.extension("Patient", url).is_some_and(|fact| fact.values.contains(&code))
}

fn gender_identity_codes(sent: &Sent<'_>, findings: &mut Findings) {
    for SentExtension { expression, extension } in sent.extensions(GENDER_IDENTITY) {
        let codings = extension.get("valueCodeableConcept").and_then(|concept| concept.get("coding"));
        for (index, coding) in codings.map(Json::items).unwrap_or_default().iter().enumerate() {
            if let Some(code) = coding.str("code").filter(|code| !is_allowed(sent, GENDER_IDENTITY, code)) {
                findings.add(
                    &format!("{expression}.valueCodeableConcept.coding[{index}].code"),
                    &[("code", code)],
                );
            }
        }
    }
}

fn race_and_ethnicity_systems(sent: &Sent<'_>, findings: &mut Findings) {
    for (url, name) in [(RACE, "race"), (ETHNICITY, "ethnicity")] {
        for SentExtension { expression, extension } in sent.extensions(url) {
            for (index, part) in extension.items("extension").iter().enumerate() {
                let Some(coding) = part.get("valueCoding") else { continue };
                let system = coding.str("system").unwrap_or_default();
                let unknown = system == NULL_FLAVOR && coding.str("code") == Some("UNK");
                if system != CDC_RACE && !unknown {
                    let place = format!("{expression}.extension[{index}].valueCoding.system");
                    findings.add(&place, &[("race|ethnicity", name), ("system", system)]);
                }
            }
        }
    }
}

fn race_and_ethnicity_parts(sent: &Sent<'_>, findings: &mut Findings) {
    for (url, name) in [(RACE, "race"), (ETHNICITY, "ethnicity")] {
        for SentExtension { expression, extension } in sent.extensions(url) {
            // Without any part it is no extension of R4's either, which validation says.
            if extension.contains("extension") && !super::race::says_something(extension) {
                findings.add(&format!("{expression}.extension"), &[("race|ethnicity", name)]);
            }
        }
    }
}

fn time_zone(sent: &Sent<'_>, findings: &mut Findings) {
    for SentExtension { expression, extension } in sent.extensions(TIME_ZONE) {
        let Some(code) = extension.str("valueCode").filter(|code| !code.is_empty()) else { continue };
        // The zones of IANA, by their exact names; the search for them ignores case.
        let known = TimeZone::get(code).is_ok_and(|zone| zone.iana_name() == Some(code));
        if !known {
            findings.add(&format!("{expression}.valueCode"), &[("code", code)]);
        }
    }
}

fn business_line(sent: &Sent<'_>, findings: &mut Findings) {
    for SentExtension { expression, extension } in sent.extensions(BUSINESS_LINE) {
        let Some(id) = extension.str("valueId").filter(|id| !id.is_empty()) else { continue };
        if !sent.clinic.has_business_line(id) {
            findings.add(&format!("{expression}.valueId"), &[("id", id)]);
        }
    }
}

/// The default provider and location as sent: url, the type they must refer to, where, and the reference.
fn defaults<'a>(sent: &Sent<'a>) -> Vec<(&'static str, &'static str, String, Option<&'a str>)> {
    let mut found = Vec::new();
    for (url, target) in [(DEFAULT_PROVIDER, "Practitioner"), (DEFAULT_LOCATION, "Location")] {
        for SentExtension { expression, extension } in sent.extensions(url) {
            let reference = extension.get("valueReference").and_then(|value| value.str("reference"));
            found.push((url, target, format!("{expression}.valueReference.reference"), reference));
        }
    }
    found
}

fn default_references(sent: &Sent<'_>, findings: &mut Findings) {
    for (url, _, place, _) in defaults(sent).iter().filter(|(.., reference)| reference.is_none()) {
        findings.add(place, &[("url", url)]);
    }
}

fn default_targets(sent: &Sent<'_>, findings: &mut Findings) {
    for (url, target, place, reference) in defaults(sent) {
        let Some((sent_type, _)) = reference.and_then(|reference| reference.split_once('/')) else {
            continue;
        };
        if sent_type != target && !reference.is_some_and(|reference| reference.contains(':')) {
            findings.add(&place, &[("url", url), ("type", target)]);
        }
    }
}

fn pharmacy_numbers(sent: &Sent<'_>, findings: &mut Findings) {
    for SentExtension { expression, extension } in sent.extensions(PREFERRED_PHARMACY) {
        if super::pharmacy::ncpdp_id(extension).is_none() {
            findings.add(&format!("{expression}.extension"), &[]);
        }
    }
}

/// The first name with use official, and where it is.
pub fn official_name<'a>(names: &[(String, &'a Object)]) -> Option<(String, &'a Object)> {
    names.iter().find(|(_, name)| name.str("use") == Some("official")).cloned()
}

fn official_name_required(sent: &Sent<'_>, findings: &mut Findings) {
    let names = sent.objects("name");
    if !names.is_empty() && official_name(&names).is_none() {
        findings.add("Patient.name", &[]);
    }
}

fn official_name_parts(sent: &Sent<'_>, findings: &mut Findings) {
    if let Some((place, name)) = official_name(&sent.objects("name"))
        && (!name.contains("family") || name.items("given").is_empty())
    {
        findings.add(&place, &[]);
    }
}

fn birth_date(sent: &Sent<'_>, findings: &mut Findings) {
    let Some(value @ Json::String(text)) = sent.body.get("birthDate") else { return };
    if !text.is_empty() && primitive::check("date", value).is_err() {
        findings.add("Patient.birthDate", &[("birthDate", text)]);
    }
}

fn telecom_rank(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, rank) in sent.values("telecom.rank") {
        if primitive::check("positiveInt", rank).is_err() {
            findings.add(&place, &[]);
        }
    }
}

fn contact_phone(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, contact) in sent.objects("contact") {
        let mut telecoms = contact.items("telecom").iter().enumerate();
        let first = telecoms.find(|(_, telecom)| telecom.str("system") == Some("phone"));
        let Some((index, number)) = first.and_then(|(index, phone)| Some((index, phone.str("value")?)))
        else {
            continue;
        };
        if !number.is_empty() && !is_digits(number, 10) {
            findings.add(&format!("{place}.telecom[{index}].value"), &[]);
        }
    }
}
