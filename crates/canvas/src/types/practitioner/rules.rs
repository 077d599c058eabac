//! The rules of Practitioner (Practitioner.json, `rules`). None has a text documented by the vendor.

use super::elements::{BIRTHSEX, NPI_SYSTEM, PRIMARY_LOCATION, ROLES, SIGNATURE, USERNAME};
use super::username;
use crate::finding::Findings;
use crate::lookup;
use crate::rule::{Check, Rule, remove, rule, set};
use crate::sent::{Place, Sent, SentExtension, extension};
use crate::text::is_digits;
use crate::write::Write;
use fhir::{IssueCode, Json, Object, primitive};
use interactions::{Interaction, Refusal};

const ON_CREATE: &[Interaction] = &[Interaction::Create];
const ON_UPDATE: &[Interaction] = &[Interaction::Update];
const USERNAMED: &[&[crate::rule::Change]] = &[&[set(
    "extension",
    r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/practitioner-user-username","valueString":"mreyes2"}]"#,
)]];

/// The rules, in the order of the facts.
pub const RULES: &[Rule] = &[
    rule("practitioner-name-required", IssueCode::Required, "name is required")
        .when("name missing")
        .check(Check::Required(&["name"]))
        .broken_by(&[remove("name")], "Practitioner.name", "name is required")
        .kept_by(&[]),
    rule("practitioner-name-use", IssueCode::Value, "name.use must be 'usual'")
        .when("name.use missing or other than usual")
        .check(Check::Body(name_use))
        .broken_by(&[set("name.0.use", "\"official\"")], "Practitioner.name[0].use", "name.use must be 'usual'")
        .kept_by(&[]),
    rule("practitioner-name-parts", IssueCode::Required, "name requires family and given")
        .when("name.family or name.given missing")
        .check(Check::Body(name_parts))
        .broken_by(&[remove("name.0.family")], "Practitioner.name[0]", "name requires family and given")
        .kept_by(&[]),
    rule("practitioner-one-given-name", IssueCode::Value, "Only one given name is allowed")
        .when("more than one given name")
        .check(Check::Body(one_given_name))
        .broken_by(
            &[set("name.0.given", r#"["Maria","Elena"]"#)],
            "Practitioner.name[0].given",
            "Only one given name is allowed",
        )
        .kept_by(&[]),
    rule("practitioner-telecom-required", IssueCode::Required, "telecom is required")
        .when("telecom missing")
        .check(Check::Required(&["telecom"]))
        .broken_by(&[remove("telecom")], "Practitioner.telecom", "telecom is required")
        .kept_by(&[]),
    rule("practitioner-telecom-parts", IssueCode::Required, "telecom.{attribute} is required")
        .when("telecom entry without system, value, use or rank")
        .check(Check::Required(&["telecom.system", "telecom.value", "telecom.use", "telecom.rank"]))
        .broken_by(&[remove("telecom.0.rank")], "Practitioner.telecom[0].rank", "telecom.rank is required")
        .kept_by(&[]),
    rule("practitioner-telecom-codes", IssueCode::Value, "Invalid telecom {attribute}: {value}")
        .when("telecom.system or telecom.use outside its value set")
        .check(Check::Listed(&["telecom.system", "telecom.use"]))
        .broken_by(
            &[set("telecom.2", r#"{"system":"sms","value":"5550001111","use":"work","rank":2}"#)],
            "Practitioner.telecom[2].system",
            "Invalid telecom system: sms",
        )
        .kept_by(&[set("telecom.2", r#"{"system":"fax","value":"5550001111","use":"work","rank":2}"#)]),
    rule("practitioner-work-phone", IssueCode::BusinessRule, "A telecom with system 'phone' and use 'work' is required")
        .when("no telecom with system phone and use work")
        .check(Check::Write(work_phone))
        .broken_by(
            &[set("telecom.0.use", "\"home\"")],
            "Practitioner.telecom",
            "A telecom with system 'phone' and use 'work' is required",
        )
        .kept_by(&[]),
    rule("practitioner-first-email", IssueCode::BusinessRule, "Exactly one telecom with system 'email' and rank 1 is required")
        .when("no telecom, or more than one, with system email and rank 1")
        .check(Check::Write(first_email))
        .broken_by(
            &[set("telecom.1.rank", "2")],
            "Practitioner.telecom",
            "Exactly one telecom with system 'email' and rank 1 is required",
        )
        .kept_by(&[]),
    rule("practitioner-phone-digits", IssueCode::Value, "Phone numbers must contain only digits")
        .when("telecom.value of a phone holds anything but digits")
        .check(Check::Body(phone_digits))
        .broken_by(
            &[set("telecom.0.value", "\"555-123-4567\"")],
            "Practitioner.telecom[0].value",
            "Phone numbers must contain only digits",
        )
        .kept_by(&[set("telecom.0.value", "\"333555\"")]),
    rule("practitioner-emails-fixed", IssueCode::BusinessRule, "Email contact points cannot be updated")
        .on(ON_UPDATE)
        .when("email contact point values differ from the stored ones")
        .check(Check::Write(emails_fixed))
        .broken_by(
            &[set("telecom.1.value", "\"other@example.com\"")],
            "Practitioner.telecom",
            "Email contact points cannot be updated",
        )
        .kept_by(&[set("telecom.0.value", "\"5559876543\"")]),
    rule("practitioner-username-fixed", IssueCode::BusinessRule, "Username cannot be changed")
        .on(ON_UPDATE)
        .when("username extension present with a value other than the stored one")
        .check(Check::Write(username_fixed))
        .after(USERNAMED)
        .broken_by(
            &[set("extension", r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/practitioner-user-username","valueString":"another"}]"#)],
            "Practitioner.extension[0].valueString",
            "Username cannot be changed",
        )
        .kept_by(&[set("extension", r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/practitioner-user-username","valueString":"mreyes2"}]"#)]),
    rule("practitioner-username-unique", IssueCode::BusinessRule, "Username {username} already exists")
        .on(ON_CREATE)
        .when("username already in use")
        .check(Check::Write(username_unique))
        .after(USERNAMED)
        .broken_by(
            &[set("extension", r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/practitioner-user-username","valueString":"mreyes2"}]"#)],
            "Practitioner.extension[0].valueString",
            "Username mreyes2 already exists",
        )
        .kept_by(&[set("extension", r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/practitioner-user-username","valueString":"mreyes3"}]"#)]),
    rule("practitioner-npi", IssueCode::Value, "NPI must be a 10 digit number")
        .when("identifier.value is not a 10 digit number")
        .check(Check::Body(npi))
        .broken_by(
            &[set("identifier", r#"[{"system":"http://hl7.org/fhir/sid/us-npi","value":"192030115"}]"#)],
            "Practitioner.identifier[0].value",
            "NPI must be a 10 digit number",
        )
        .kept_by(&[set("identifier", r#"[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1920301155"}]"#)]),
    rule("practitioner-address-parts", IssueCode::Required, "address.{attribute} is required")
        .when("address entry without use or type")
        .check(Check::Body(address_parts))
        .broken_by(
            &[set("address", r#"[{"use":"work","city":"Los Angeles"}]"#)],
            "Practitioner.address[0].type",
            "address.type is required",
        )
        .kept_by(&[set("address", r#"[{"use":"work","type":"both","city":"Los Angeles"}]"#)])
        .note("an entry with an id keeps on update what it leaves out: the vendor's update example sends no type"),
    rule("practitioner-address-codes", IssueCode::Value, "Invalid address {attribute}: {value}")
        .when("address.use or address.type outside its value set")
        .check(Check::Listed(&["address.use", "address.type"]))
        .broken_by(
            &[set("address", r#"[{"use":"work","type":"virtual","city":"Los Angeles"}]"#)],
            "Practitioner.address[0].type",
            "Invalid address type: virtual",
        )
        .kept_by(&[set("address", r#"[{"use":"billing","type":"postal","city":"Los Angeles"}]"#)]),
    rule("practitioner-birth-date-required", IssueCode::Required, "birthDate is required")
        .when("birthDate missing")
        .check(Check::Required(&["birthDate"]))
        .broken_by(&[remove("birthDate")], "Practitioner.birthDate", "birthDate is required")
        .kept_by(&[]),
    rule("practitioner-birth-date", IssueCode::Value, "Invalid birthDate: {birthDate}")
        .when("birthDate not YYYY-MM-DD")
        .check(Check::Body(birth_date))
        .broken_by(&[set("birthDate", "\"1988-10\"")], "Practitioner.birthDate", "Invalid birthDate: 1988-10")
        .kept_by(&[set("birthDate", "\"1988-10-10\"")]),
    rule("practitioner-photo-url", IssueCode::Required, "photo.url is required")
        .when("photo entry without url")
        .check(Check::Required(&["photo.url"]))
        .broken_by(
            &[set("photo", r#"[{"title":"Profile photo"}]"#)],
            "Practitioner.photo[0].url",
            "photo.url is required",
        )
        .kept_by(&[set("photo", r#"[{"url":"https://example.com/photo.jpg"}]"#)]),
    rule("practitioner-qualification-parts", IssueCode::Required, "qualification.{attribute} is required")
        .when("qualification entry without identifier or period")
        .check(Check::Required(&["qualification.identifier", "qualification.period"]))
        .broken_by(
            &[set("qualification", r#"[{"identifier":[{"value":"PRT-01"}],"code":{"text":"License"}}]"#)],
            "Practitioner.qualification[0].period",
            "qualification.period is required",
        )
        .kept_by(&[set("qualification", r#"[{"identifier":[{"value":"PRT-01"}],"code":{"text":"License"},"period":{"start":"2020-01-01"}}]"#)]),
    rule("practitioner-extension-url", IssueCode::Required, "extension.url is required")
        .when("extension entry without url")
        .check(Check::Required(&["extension.url"]))
        .broken_by(
            &[set("extension", r#"[{"valueString":"mreyes"}]"#)],
            "Practitioner.extension[0].url",
            "extension.url is required",
        )
        .kept_by(&[set("extension", r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/practitioner-personal-meeting-room-link","valueUrl":"https://meet.example.com/1"}]"#)]),
    rule("practitioner-role-code", IssueCode::Required, "roles extension requires valueCoding.code")
        .when("roles inner entry without valueCoding or valueCoding.code")
        .check(Check::Body(role_codes))
        .broken_by(
            &[set("extension", r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/roles","extension":[{"url":"code","valueCoding":{"system":"http://schemas.canvasmedical.com/fhir/roles"}}]}]"#)],
            "Practitioner.extension[0].extension[0].valueCoding.code",
            "roles extension requires valueCoding.code",
        )
        .kept_by(&[set("extension", r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/roles","extension":[{"url":"code","valueCoding":{"system":"http://schemas.canvasmedical.com/fhir/roles","code":"RN"}}]}]"#)]),
    rule("practitioner-primary-location", IssueCode::Required, "valueReference.reference is required")
        .on(ON_CREATE)
        .when("primary practice location without valueReference.reference")
        .check(Check::Body(primary_location))
        .broken_by(
            &[set("extension", r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/practitioner-primary-practice-location","valueReference":{"type":"Location"}}]"#)],
            "Practitioner.extension[0].valueReference.reference",
            "valueReference.reference is required",
        )
        .kept_by(&[set("extension", r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/practitioner-primary-practice-location","valueReference":{"reference":"Location/{demo-location}"}}]"#)]),
    rule("practitioner-signature-data", IssueCode::Required, "valueAttachment.data is required")
        .on(ON_CREATE)
        .when("signature extension without valueAttachment.data")
        .check(Check::Body(signature_data))
        .broken_by(
            &[set("extension", r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/practitioner-signature","valueAttachment":{"url":"https://example.com/signature.pdf"}}]"#)],
            "Practitioner.extension[0].valueAttachment.data",
            "valueAttachment.data is required",
        )
        .kept_by(&[set("extension", r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/practitioner-signature","valueAttachment":{"data":"JVBERi0xLjIg"}}]"#)]),
    rule(
        "practitioner-no-birthsex",
        IssueCode::BusinessRule,
        "Extension http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex is not supported",
    )
        .when("the us-core-birthsex extension is sent")
        .check(Check::Write(no_birthsex))
        .broken_by(
            &[set("extension", r#"[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"}]"#)],
            "Practitioner.extension[0]",
            "Extension http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex is not supported",
        )
        .kept_by(&[]),
];

fn name_use(sent: &Sent<'_>, findings: &mut Findings) {
    for Place { expression, value } in sent.elements("name.use") {
        if value.and_then(Json::as_str) != Some("usual") {
            findings.add(&expression, &[]);
        }
    }
}

fn name_parts(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, name) in sent.objects("name") {
        if !name.contains("family") || name.items("given").is_empty() {
            findings.add(&place, &[]);
        }
    }
}

fn one_given_name(sent: &Sent<'_>, findings: &mut Findings) {
    for Place { expression, value } in sent.elements("name.given") {
        if value.is_some_and(|given| given.items().len() > 1) {
            findings.add(&expression, &[]);
        }
    }
}

/// The telecom entries with this system.
fn telecoms<'a>(resource: &'a Object, system: &'a str) -> impl Iterator<Item = &'a Object> {
    let telecoms = resource.items("telecom").iter().filter_map(Json::as_object);
    telecoms.filter(move |telecom| telecom.str("system") == Some(system))
}

fn work_phone(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if !telecoms(write.sent.body, "phone").any(|phone| phone.str("use") == Some("work")) {
        findings.add("Practitioner.telecom", &[]);
    }
    Ok(())
}

fn first_email(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let is_first = |email: &&Object| {
        email.get("rank").and_then(Json::as_number).is_some_and(|rank| rank.as_str() == "1")
    };
    if telecoms(write.sent.body, "email").filter(is_first).count() != 1 {
        findings.add("Practitioner.telecom", &[]);
    }
    Ok(())
}

fn phone_digits(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, telecom) in sent.objects("telecom") {
        let Some(value) = telecom.str("value").filter(|_| telecom.str("system") == Some("phone")) else {
            continue;
        };
        if !value.bytes().all(|byte| byte.is_ascii_digit()) {
            findings.add(&format!("{place}.value"), &[]);
        }
    }
}

fn emails_fixed(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let emails = |resource| {
        let mut values: Vec<&str> =
            telecoms(resource, "email").filter_map(|email| email.str("value")).collect();
        values.sort_unstable();
        values
    };
    let stored = write.stored.map(emails).unwrap_or_default();
    // One that other software stored without an email gets its first, which every update must have.
    if !stored.is_empty() && stored != emails(write.sent.body) {
        findings.add("Practitioner.telecom", &[]);
    }
    Ok(())
}

fn username_fixed(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let stored = write.stored.and_then(|stored| extension(stored, USERNAME)?.str("valueString"));
    for (place, username) in username::sent(&write.sent) {
        if stored != Some(username) {
            findings.add(&place, &[]);
        }
    }
    Ok(())
}

fn username_unique(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    for (place, username) in username::sent(&write.sent) {
        if lookup::any(write, username::INDEX, username)? {
            findings.add(&place, &[("username", username)]);
        }
    }
    Ok(())
}

fn npi(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, identifier) in sent.objects("identifier") {
        let is_npi = identifier.str("system").is_none_or(|system| system == NPI_SYSTEM);
        let value = identifier.str("value").unwrap_or_default();
        if is_npi && !is_digits(value, 10) {
            findings.add(&format!("{place}.value"), &[]);
        }
    }
}

fn address_parts(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, address) in sent.objects("address") {
        // The stored entry has what an update of it leaves out.
        if sent.interaction == Interaction::Update && address.contains("id") {
            continue;
        }
        for attribute in ["use", "type"].into_iter().filter(|attribute| !address.contains(attribute)) {
            findings.add(&format!("{place}.{attribute}"), &[("attribute", attribute)]);
        }
    }
}

fn birth_date(sent: &Sent<'_>, findings: &mut Findings) {
    let Some(value @ Json::String(date)) = sent.body.get("birthDate") else { return };
    if !date.is_empty() && (date.len() != 10 || primitive::check("date", value).is_err()) {
        findings.add("Practitioner.birthDate", &[("birthDate", date)]);
    }
}

fn role_codes(sent: &Sent<'_>, findings: &mut Findings) {
    for SentExtension { expression, extension } in sent.extensions(ROLES) {
        for (index, part) in extension.items("extension").iter().enumerate() {
            if part.get("valueCoding").is_none_or(|coding| coding.str("code").is_none()) {
                findings.add(&format!("{expression}.extension[{index}].valueCoding.code"), &[]);
            }
        }
    }
}

fn primary_location(sent: &Sent<'_>, findings: &mut Findings) {
    for SentExtension { expression, extension } in sent.extensions(PRIMARY_LOCATION) {
        if extension.get("valueReference").is_none_or(|value| value.str("reference").is_none()) {
            findings.add(&format!("{expression}.valueReference.reference"), &[]);
        }
    }
}

fn signature_data(sent: &Sent<'_>, findings: &mut Findings) {
    for SentExtension { expression, extension } in sent.extensions(SIGNATURE) {
        if extension.get("valueAttachment").is_none_or(|value| value.str("data").is_none()) {
            findings.add(&format!("{expression}.valueAttachment.data"), &[]);
        }
    }
}

fn no_birthsex(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    for SentExtension { expression, .. } in write.sent.extensions(BIRTHSEX) {
        findings.add(&expression, &[]);
    }
    Ok(())
}
