//! The elements and extensions of Patient (Patient.json, `elements` and `extensions`).

use crate::contract::{ElementFact, ExtensionFact, element, extension};
use crate::file::DEPRECATED_URL;

/// `us-core-birthsex`.
pub const BIRTHSEX: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex";
/// `us-core-sex`.
pub const SEX: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-sex";
/// `us-core-genderIdentity`.
pub const GENDER_IDENTITY: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity";
/// `us-core-race`.
pub const RACE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race";
/// `us-core-ethnicity`.
pub const ETHNICITY: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity";
/// `us-core-tribal-affiliation`.
pub const TRIBAL_AFFILIATION: &str =
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-tribal-affiliation";
/// `tz-code`.
pub const TIME_ZONE: &str = "http://hl7.org/fhir/StructureDefinition/tz-code";
/// The vendor's `sexual-orientation`.
pub const SEXUAL_ORIENTATION: &str = "http://schemas.canvasmedical.com/fhir/extensions/sexual-orientation";
/// The vendor's `clinical-note`.
pub const CLINICAL_NOTE: &str = "http://schemas.canvasmedical.com/fhir/extensions/clinical-note";
/// The vendor's `administrative-note`.
pub const ADMINISTRATIVE_NOTE: &str = "http://schemas.canvasmedical.com/fhir/extensions/administrative-note";
/// The vendor's `preferred-pharmacy`.
pub const PREFERRED_PHARMACY: &str = "http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy";
/// The vendor's `patient-default-provider`.
pub const DEFAULT_PROVIDER: &str =
    "http://schemas.canvasmedical.com/fhir/extensions/patient-default-provider";
/// The vendor's `patient-default-location`.
pub const DEFAULT_LOCATION: &str =
    "http://schemas.canvasmedical.com/fhir/extensions/patient-default-location";
/// The vendor's `business-line`.
pub const BUSINESS_LINE: &str = "http://schemas.canvasmedical.com/fhir/extensions/business-line";
/// The vendor's `has-consent`, on telecom.
pub const HAS_CONSENT: &str = "http://schemas.canvasmedical.com/fhir/extensions/has-consent";

/// The OMB's and CDC's code system of races and ethnicities.
pub const CDC_RACE: &str = "urn:oid:2.16.840.1.113883.6.238";
/// HL7's code system of reasons for not telling.
pub const NULL_FLAVOR: &str = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";

const ON_UPDATE: &str = "the server's; on update selects the stored entry, absent means a new entry";
const TEXT_OF_CODINGS: &str = "the displays of the codings, whatever was sent; kept where no coding is sent";
const OUTPUT: &str = "output only, from the clinic's settings";

/// The elements.
pub const ELEMENTS: &[ElementFact] = &[
    element("resourceType", "code").required().one_of(&["Patient"]),
    element("id", "id").read_only().format("32 lowercase hex digits"),
    element("text", "Narrative").read_only().note("made by the server from name, MRN and birth date"),
    element("text.status", "code").read_only().one_of(&["generated"]),
    element("text.div", "xhtml").read_only(),
    element("extension", "Extension").list().required().note("birthsex is the one that is required"),
    element("identifier", "Identifier")
        .list_or_empty()
        .note("external identifiers; on output the MRN comes first, which the server issues"),
    element("identifier.id", "string").read_only().format("UUID").note(ON_UPDATE),
    element("identifier.use", "code")
        .one_of(&["usual", "official", "temp", "secondary", "old"])
        .default("usual"),
    element("identifier.type", "CodeableConcept").read_only().note("v2-0203|MR, on the MRN alone"),
    element("identifier.system", "uri").note("free text such as HealthCo; the MRN's is http://canvasmedical.com"),
    element("identifier.value", "string").note("free text; an MRN is 9 digits"),
    element("identifier.period", "Period"),
    element("identifier.period.start", "date").default("1970-01-01").format("YYYY-MM-DD"),
    element("identifier.period.end", "date").default("2100-12-31").format("YYYY-MM-DD"),
    element("identifier.assigner", "Reference").read_only().note("Canvas Medical, on the MRN alone"),
    element("active", "boolean").default("true"),
    element("name", "HumanName").list().required().note("one at least has use official"),
    element("name.use", "code").note(
"official, nickname, maiden, old; entries with any other use, or none, are not stored"),
    element("name.family", "string").note("required on the first official name"),
    element("name.given", "string")
        .list()
        .note("required on the first official name: the first is the first name, the others are joined to the middle name; of a nickname the first alone counts"),
    element("name.prefix", "string").list(),
    element("name.suffix", "string").list(),
    element("name.period", "Period").read_only(),
    element("name.period.start", "dateTime").read_only().one_of(&["0001-01-01T00:00:00+00:00"]),
    element("name.period.end", "dateTime").read_only().one_of(&["9999-12-31T23:59:59.999999+00:00"]),
    element("telecom", "ContactPoint").list_or_empty(),
    element("telecom.id", "string").format("UUID").note(ON_UPDATE),
    element("telecom.extension", "Extension").list().note("has-consent"),
    element("telecom.system", "code")
        .one_of(&["phone", "fax", "email", "pager", "url", "sms", "other"])
        .default("other"),
    element("telecom.value", "string").required(),
    element("telecom.use", "code").one_of(&["home", "work", "temp", "old", "mobile"]).default("home"),
    element("telecom.rank", "positiveInt").default("1").note("order of preference within one system"),
    element("gender", "code")
        .required()
        .one_of(&["male", "female", "other", "unknown"])
        .note("a gender identity wins over it"),
    element("birthDate", "date")
        .required()
        .format("YYYY, YYYY-MM or YYYY-MM-DD")
        .note("a missing month or day is stored as 01"),
    element("deceasedBoolean", "boolean").default("false").note("shown when no time of death is stored"),
    element("deceasedDateTime", "dateTime").note("shown in place of deceasedBoolean"),
    element("address", "Address").list_or_empty(),
    element("address.id", "string").format("UUID").note(ON_UPDATE),
    element("address.use", "code").one_of(&["home", "work", "temp", "old"]).default("home"),
    element("address.type", "code").one_of(&["both", "physical", "postal"]).default("both"),
    element("address.text", "string").write_only().note("has no effect"),
    element("address.line", "string").list().note("the second and further lines are joined to one"),
    element("address.city", "string"),
    element("address.state", "string").format("2 letters"),
    element("address.postalCode", "string").format("5 digits"),
    element("address.country", "string").default("us").format("ISO 3166, 2 letters"),
    element("address.period", "Period"),
    element("address.period.start", "date"),
    element("address.period.end", "date"),
    element("photo", "Attachment").list().note("the first alone counts"),
    element("photo.data", "base64Binary").write_only(),
    element("photo.extension", "Extension").list().read_only().note("deprecated-url"),
    element("photo.url", "url").read_only().format("{base}/Patient/{id}/files/photo").note("needs the bearer token"),
    element("contact", "BackboneElement").list_or_empty(),
    element("contact.id", "string").format("UUID").note(ON_UPDATE),
    element("contact.relationship", "CodeableConcept").list(),
    element("contact.relationship.text", "string").write_only().note("has had no effect since 2025-09-30"),
    element("contact.relationship.coding", "Coding")
        .list()
        .note("categories of the clinic's settings (ARI, POA, EMC, …) and codes of v3-RoleCode; an open set"),
    element("contact.name", "HumanName").required(),
    element("contact.name.text", "string"),
    element("contact.telecom", "ContactPoint").list().note("the first phone and the first email count"),
    element("contact.telecom.system", "code").note("phone, email; others are not stored"),
    element("contact.telecom.value", "string").format("phone: exactly 10 digits"),
    element("communication", "BackboneElement").list(),
    element("communication.language", "CodeableConcept"),
    element("communication.language.coding", "Coding").list().default("urn:ietf:bcp:47|en (English)"),
    element("communication.language.text", "string").default("English"),
];

/// The extensions, in the order in which they are shown.
pub const EXTENSIONS: &[ExtensionFact] = &[
    extension("Patient", BIRTHSEX, "valueCode").required().one_of(&["M", "F", "OTH", "UNK"]),
    extension("Patient", SEX, "valueCode")
        .one_of(&["184115007", "248152002", "248153007", "33791000087105", "asked-declined"])
        .note("documented sex; not checked: no rule is documented"),
    extension("Patient", GENDER_IDENTITY, "valueCodeableConcept")
        .one_of(&[
            "446151000124109",
            "446141000124107",
            "407377005",
            "407376001",
            "446131000124102",
            "OTH",
            "ASKU",
        ])
        .note("SNOMED CT, or v3-NullFlavor for OTH and ASKU; wins over gender"),
    extension("Patient", SEXUAL_ORIENTATION, "valueCode")
        .one_of(&["20430005", "38628009", "42035005", "OTH", "UNK", "ASKU"]),
    extension("Patient", RACE, "extension").note("one part per race"),
    extension(RACE, "ombCategory", "valueCoding")
        .list()
        .note("urn:oid:2.16.840.1.113883.6.238, or v3-NullFlavor|UNK; display is added"),
    extension(RACE, "detailed", "valueCoding").list().note("urn:oid:2.16.840.1.113883.6.238"),
    extension(RACE, "text", "valueString").note(TEXT_OF_CODINGS),
    extension("Patient", ETHNICITY, "extension"),
    extension(ETHNICITY, "ombCategory", "valueCoding").list().note("as for race"),
    extension(ETHNICITY, "detailed", "valueCoding").list().note("as for race"),
    extension(ETHNICITY, "text", "valueString").note(TEXT_OF_CODINGS),
    extension("Patient", TRIBAL_AFFILIATION, "extension").list(),
    extension(TRIBAL_AFFILIATION, "tribalAffiliation", "valueCodeableConcept").note("v3-TribalEntityUS"),
    extension("Patient", TIME_ZONE, "valueCode").note("the name of an IANA time zone, America/New_York"),
    extension("Patient", CLINICAL_NOTE, "valueString"),
    extension("Patient", ADMINISTRATIVE_NOTE, "valueString"),
    extension("Patient", PREFERRED_PHARMACY, "extension")
        .list()
        .note("one pharmacy each; all are cleared by an update without any"),
    extension(PREFERRED_PHARMACY, "ncpdp-id", "valueIdentifier")
        .required()
        .note("http://terminology.hl7.org/CodeSystem/NCPDPProviderIdentificationNumber"),
    extension(PREFERRED_PHARMACY, "specialty_type", "valueString").read_only().note(OUTPUT),
    extension(PREFERRED_PHARMACY, "default", "valueBoolean").read_only().note(OUTPUT),
    extension(PREFERRED_PHARMACY, "pharmacyName", "valueString").read_only().note(OUTPUT),
    extension(PREFERRED_PHARMACY, "pharmacyAddress", "valueString").read_only().note(OUTPUT),
    extension(PREFERRED_PHARMACY, "pharmacyPhoneNumber", "valueString").read_only().note(OUTPUT),
    extension(PREFERRED_PHARMACY, "pharmacyFaxNumber", "valueString").read_only().note(OUTPUT),
    extension("Patient", DEFAULT_PROVIDER, "valueReference")
        .note("a Practitioner; display is added; cleared by an update without it"),
    extension("Patient", DEFAULT_LOCATION, "valueReference")
        .note("a Location; display is added; cleared by an update without it"),
    extension("Patient", BUSINESS_LINE, "valueId"),
    extension("Patient.photo", DEPRECATED_URL, "valueUri").read_only().note("needs no token and expires"),
    extension("Patient.telecom", HAS_CONSENT, "valueBoolean").note("on phone and email; false when not sent"),
];
