//! The elements and extensions of Practitioner (Practitioner.json, `elements` and `extensions`).

use crate::contract::{ElementFact, ExtensionFact, element, extension};
use crate::file::DEPRECATED_URL;

/// The login name.
pub const USERNAME: &str = "http://schemas.canvasmedical.com/fhir/extensions/practitioner-user-username";
/// The url that the attribute table gives the login name; no example uses it.
pub const USERNAME_OF_TABLE: &str = "http://schemas.canvasmedical.com/fhir/extensions/username";
/// The link of the meeting room.
pub const MEETING_ROOM: &str =
    "http://schemas.canvasmedical.com/fhir/extensions/practitioner-personal-meeting-room-link";
/// The primary practice location.
pub const PRIMARY_LOCATION: &str =
    "http://schemas.canvasmedical.com/fhir/extensions/practitioner-primary-practice-location";
/// The signature.
pub const SIGNATURE: &str = "http://schemas.canvasmedical.com/fhir/extensions/practitioner-signature";
/// The roles.
pub const ROLES: &str = "http://schemas.canvasmedical.com/fhir/extensions/roles";
/// The birth sex, which the vendor refuses since 2026-02-16.
pub const BIRTHSEX: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex";
/// The system of NPIs.
pub const NPI_SYSTEM: &str = "http://hl7.org/fhir/sid/us-npi";

const ON_UPDATE: &str = "the server's; on update selects the stored entry, absent means a new entry";
const ISSUER: &str = "Practitioner.qualification.issuer";

/// The elements.
pub const ELEMENTS: &[ElementFact] = &[
    element("resourceType", "code").required().one_of(&["Practitioner"]),
    element("id", "id").read_only().format("32 lowercase hex digits"),
    element("extension", "Extension").list(),
    element("extension.url", "uri").required(),
    element("identifier", "Identifier").list().note("the NPI; other identifiers are not stored"),
    element("identifier.system", "uri").format("http://hl7.org/fhir/sid/us-npi"),
    element("identifier.value", "string").format("10 digits"),
    element("active", "boolean").default("true"),
    element("name", "HumanName").list().required(),
    element("name.use", "code").required().one_of(&["usual"]),
    element("name.text", "string").read_only().format("{given} {family}"),
    element("name.family", "string").required(),
    element("name.given", "string").list().required().note("exactly one"),
    element("telecom", "ContactPoint")
        .list()
        .required()
        .note("a phone with use work, and exactly one email with rank 1"),
    element("telecom.id", "string").format("UUID").note(ON_UPDATE),
    element("telecom.system", "code").required().one_of(&["phone", "fax", "email", "pager", "other"]),
    element("telecom.value", "string").required().format("phone: digits alone"),
    element("telecom.use", "code").required().one_of(&["home", "work", "temp", "old", "mobile"]),
    element("telecom.rank", "positiveInt").required(),
    element("address", "Address").list(),
    element("address.id", "string").format("UUID").note(ON_UPDATE),
    element("address.use", "code")
        .required()
        .one_of(&["home", "work", "temp", "old", "billing"])
        .note("of an entry with an id, an update may leave it out"),
    element("address.type", "code")
        .required()
        .one_of(&["both", "physical", "postal"])
        .note("of an entry with an id, an update may leave it out"),
    element("address.line", "string").list().note("the second and further lines are joined to one"),
    element("address.city", "string"),
    element("address.state", "string").format("2 letters"),
    element("address.postalCode", "string").format("5 digits"),
    element("address.country", "string"),
    element("birthDate", "date").required().format("YYYY-MM-DD"),
    element("photo", "Attachment").list(),
    element("photo.url", "url").required().note("returned as it was sent"),
    element("photo.title", "string"),
    element("qualification", "BackboneElement").list().note("licenses"),
    element("qualification.identifier", "Identifier").list().required(),
    element("qualification.identifier.system", "uri")
        .format("http://schemas.canvasmedical.com/fhir/extensions/issuing-authority-url"),
    element("qualification.identifier.value", "string").note("the number of the license"),
    element("qualification.code", "CodeableConcept").required().note("R4 requires it; it has no effect"),
    element("qualification.period", "Period").required(),
    element("qualification.period.start", "date").format("YYYY-MM-DD"),
    element("qualification.period.end", "date").format("YYYY-MM-DD"),
    element("qualification.issuer", "Reference"),
    element("qualification.issuer.display", "string"),
    element("qualification.issuer.extension", "Extension").list(),
];

/// The extensions, in the order in which they are shown.
pub const EXTENSIONS: &[ExtensionFact] = &[
    extension("Practitioner", USERNAME, "valueString")
        .note("unique; cannot be changed; an update may leave it out"),
    extension("Practitioner", USERNAME_OF_TABLE, "valueString")
        .note("the url of the attribute table: taken for practitioner-user-username"),
    extension("Practitioner", MEETING_ROOM, "valueUrl"),
    extension("Practitioner", PRIMARY_LOCATION, "valueReference").note("a Location; display is added"),
    extension("Practitioner", SIGNATURE, "valueAttachment").note(
        "sent as data; shown as {base}/Practitioner/{id}/files/signature, which needs the bearer token",
    ),
    extension(SIGNATURE, DEPRECATED_URL, "valueUri").read_only().note("needs no token and expires"),
    extension("Practitioner", ROLES, "extension"),
    extension(ROLES, "code", "valueCoding")
        .list()
        .required()
        .note("http://schemas.canvasmedical.com/fhir/roles; roles of the clinic's settings"),
    extension(
        ISSUER,
        "http://schemas.canvasmedical.com/fhir/extensions/issuing-authority-short-name",
        "valueString",
    ),
    extension(
        ISSUER,
        "http://schemas.canvasmedical.com/fhir/extensions/issuing-authority-state",
        "valueString",
    ),
    extension(ISSUER, "http://schemas.canvasmedical.com/fhir/extensions/license-primary", "valueBoolean"),
];
