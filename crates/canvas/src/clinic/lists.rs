//! From the tables of `clinic.toml` that clinical and financial records draw on to settings.

use super::read::Unique;
use super::section::{Problems, Section};
use super::settings::{
    BusinessLine, CareTeamRole, CatalogueEntry, ClaimQueue, ConsentCoding, ConsentExpiry, DocumentType, Payer,
};
use fhir::outcome::quoted;
use fhir::primitive;

/// The catalogue of allergens; their FDB codes look like `6-2754`.
pub(super) fn allergens(root: &mut Section<'_>, problems: &mut Problems<'_>) -> Vec<CatalogueEntry> {
    catalogue(root, "allergen", true, problems)
}

/// The catalogue of medications; their FDB codes are digits.
pub(super) fn medications(root: &mut Section<'_>, problems: &mut Problems<'_>) -> Vec<CatalogueEntry> {
    catalogue(root, "medication", false, problems)
}

fn catalogue(
    root: &mut Section<'_>,
    key: &'static str,
    has_snomed: bool,
    problems: &mut Problems<'_>,
) -> Vec<CatalogueEntry> {
    let mut unique = Unique::default();
    let sections = root.sections(key, problems).unwrap_or_default();
    let read = |mut section: Section<'_>| {
        let entry = CatalogueEntry {
            fdb: section.required("fdb", problems),
            name: section.required("name", problems),
            rxnorm: section.texts("rxnorm", problems),
            snomed: if has_snomed { section.texts("snomed", problems) } else { Vec::new() },
        };
        // The code is a part of the id.
        if !entry.fdb.is_empty() && !entry.fdb.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            let shown = quoted(&entry.fdb);
            problems.add(section.at, format!("{key}.fdb is {shown}, expected digits and hyphens in quotes"));
        }
        unique.check(&format!("the {key}"), entry.fdb.clone(), section.at, problems);
        section.finish(problems);
        entry
    };
    sections.into_iter().map(read).collect()
}

pub(super) fn care_team_roles(
    root: &mut Section<'_>,
    problems: &mut Problems<'_>,
) -> Option<Vec<CareTeamRole>> {
    let mut unique = Unique::default();
    let sections = root.sections("care_team_role", problems)?;
    let read = |mut section: Section<'_>| {
        let role = CareTeamRole {
            system: section.required("system", problems),
            code: section.required("code", problems),
            display: section.required("display", problems),
        };
        let key = format!("{}|{}", role.system, role.code);
        unique.check("the care_team_role", key, section.at, problems);
        section.finish(problems);
        role
    };
    Some(sections.into_iter().map(read).collect())
}

pub(super) fn consents(root: &mut Section<'_>, problems: &mut Problems<'_>) -> Vec<ConsentCoding> {
    let mut unique = Unique::default();
    let sections = root.sections("consent", problems).unwrap_or_default();
    let read = |mut section: Section<'_>| {
        let expected = "'never', 'in a year' or 'end of year'";
        let coding = ConsentCoding {
            system: section.required("system", problems),
            code: section.required("code", problems),
            version: section.text("version", problems),
            display: section.required("display", problems),
            active: section.flag("active", true, problems),
            expires: section
                .parsed("expires", expected, problems, ConsentExpiry::parse)
                .unwrap_or(ConsentExpiry::Never),
        };
        let version = coding.version.as_deref().map(|version| format!("|{version}")).unwrap_or_default();
        let key = format!("{}|{}{version}", coding.system, coding.code);
        unique.check("the consent", key, section.at, problems);
        section.finish(problems);
        coding
    };
    sections.into_iter().map(read).collect()
}

pub(super) fn claim_queues(root: &mut Section<'_>, problems: &mut Problems<'_>) -> Vec<ClaimQueue> {
    let mut unique = Unique::default();
    let sections = root.sections("claim_queue", problems).unwrap_or_default();
    let read = |mut section: Section<'_>| {
        let queue = ClaimQueue {
            code: section.required("code", problems),
            display: section.required("display", problems),
        };
        unique.check("the claim_queue", queue.code.clone(), section.at, problems);
        section.finish(problems);
        queue
    };
    sections.into_iter().map(read).collect()
}

pub(super) fn document_types(root: &mut Section<'_>, problems: &mut Problems<'_>) -> Vec<DocumentType> {
    let mut unique = Unique::default();
    let sections = root.sections("document_type", problems).unwrap_or_default();
    let read = |mut section: Section<'_>| {
        let kind = DocumentType {
            code: section.required("code", problems),
            title: section.required("title", problems),
            active: section.flag("active", true, problems),
        };
        unique.check("the document_type", kind.code.clone(), section.at, problems);
        section.finish(problems);
        kind
    };
    sections.into_iter().map(read).collect()
}

pub(super) fn business_lines(root: &mut Section<'_>, problems: &mut Problems<'_>) -> Vec<BusinessLine> {
    let mut unique = Unique::default();
    let sections = root.sections("business_line", problems).unwrap_or_default();
    let read = |mut section: Section<'_>| {
        let line = BusinessLine {
            id: required_id(&mut section, "id", problems),
            name: section.required("name", problems),
        };
        unique.check("the business_line", line.id.clone(), section.at, problems);
        section.finish(problems);
        line
    };
    sections.into_iter().map(read).collect()
}

pub(super) fn payers(root: &mut Section<'_>, problems: &mut Problems<'_>) -> Vec<Payer> {
    let mut unique = Unique::default();
    let sections = root.sections("payer", problems).unwrap_or_default();
    let read = |mut section: Section<'_>| {
        let payer = Payer {
            id: section.required("id", problems),
            organization: required_id(&mut section, "organization", problems),
            asked_by_provider: section.flag("asked_by_provider", false, problems),
            answers_from_record: section.flag("answers_from_record", false, problems),
        };
        unique.check("the payer", payer.id.clone(), section.at, problems);
        section.finish(problems);
        payer
    };
    sections.into_iter().map(read).collect()
}

/// The logical id of a resource, which must be there; empty, with a problem noted, when it isn't.
pub(super) fn required_id(
    section: &mut Section<'_>,
    key: &'static str,
    problems: &mut Problems<'_>,
) -> String {
    section.must_have(key, problems);
    id(section, key, problems).unwrap_or_default()
}

/// The logical id of a resource.
pub(super) fn id(
    section: &mut Section<'_>,
    key: &'static str,
    problems: &mut Problems<'_>,
) -> Option<String> {
    let expected = "the id of a resource: up to 64 letters, digits, hyphens and dots";
    section.parsed(key, expected, problems, |text| primitive::is_id(text).then(|| text.to_owned()))
}
