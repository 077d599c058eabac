//! From the tables of `clinic.toml` to settings.

use super::questionnaires::questionnaires;
use super::section::{Problems, Section};
use super::settings::{
    AppointmentType, CONTACT_CATEGORY_SYSTEM, ContactCategory, PatientUse, Pharmacy, ReasonForVisit, Role,
    TypeKind,
};
use super::{Clinic, lists};
use fhir::outcome::quoted;
use jiff::tz::TimeZone;

/// Reads the whole file.
pub(super) fn clinic(mut root: Section<'_>, problems: &mut Problems<'_>) -> Clinic {
    let base = Clinic::default();
    let expected = "an IANA time zone, such as 'America/Los_Angeles'";
    let time_zone = root.parsed("time_zone", expected, problems, |name| TimeZone::get(name).ok());
    let clinic = Clinic {
        time_zone: time_zone.unwrap_or(base.time_zone),
        double_booking: root.flag("double_booking", base.double_booking, problems),
        slot_grid_minutes: slot_grid(&mut root, base.slot_grid_minutes, problems),
        slot_minutes: root.minutes("slot_minutes", base.slot_minutes, problems),
        structured_reason_for_visit: root.flag(
            "structured_reason_for_visit",
            base.structured_reason_for_visit,
            problems,
        ),
        appointment_types: appointment_types(&mut root, problems).unwrap_or(base.appointment_types),
        reasons_for_visit: reasons_for_visit(&mut root, problems),
        contact_categories: contact_categories(&mut root, problems).unwrap_or(base.contact_categories),
        roles: roles(&mut root, problems).unwrap_or(base.roles),
        pharmacies: pharmacies(&mut root, problems),
        automation_user: lists::id(&mut root, "automation_user", problems),
        allergens: lists::allergens(&mut root, problems),
        medications: lists::medications(&mut root, problems),
        care_team_roles: lists::care_team_roles(&mut root, problems).unwrap_or(base.care_team_roles),
        consents: lists::consents(&mut root, problems),
        claim_queues: lists::claim_queues(&mut root, problems),
        payers: lists::payers(&mut root, problems),
        document_types: lists::document_types(&mut root, problems),
        business_lines: lists::business_lines(&mut root, problems),
        questionnaires: questionnaires(&mut root, problems),
    };
    root.finish(problems);
    clinic
}

fn slot_grid(root: &mut Section<'_>, default: u32, problems: &mut Problems<'_>) -> u32 {
    let at = root.place("slot_grid_minutes");
    let minutes = root.minutes("slot_grid_minutes", default, problems);
    if 1440u32.is_multiple_of(minutes) {
        return minutes;
    }
    problems
        .add(at, format!("slot_grid_minutes is {minutes}, which does not divide a day evenly; try 15 or 20"));
    default
}

/// Notes and drops an entry whose `key` an earlier one had.
#[derive(Default)]
pub(super) struct Unique(Vec<(String, usize)>);

impl Unique {
    pub(super) fn check(&mut self, what: &str, key: String, at: usize, problems: &mut Problems<'_>) {
        if self.0.iter().any(|(known, _)| *known == key) {
            problems.add(at, format!("{what} {} is there twice", quoted(&key)));
        }
        self.0.push((key, at));
    }
}

/// Note and event types; `None` when the file has neither.
fn appointment_types(root: &mut Section<'_>, problems: &mut Problems<'_>) -> Option<Vec<AppointmentType>> {
    let notes = root.sections("note_type", problems);
    let events = root.sections("event_type", problems);
    if notes.is_none() && events.is_none() {
        return None;
    }
    let (mut types, mut unique, mut defaults) = (Vec::new(), Unique::default(), Vec::new());
    let sections = notes.into_iter().flatten().map(|section| (section, TypeKind::Note));
    for (section, kind) in
        sections.chain(events.into_iter().flatten().map(|section| (section, TypeKind::Event)))
    {
        let at = section.at;
        let read = appointment_type(section, kind, problems);
        if read.active {
            unique.check(
                "the active appointment type",
                format!("{}|{}", read.system, read.code),
                at,
                problems,
            );
        }
        if read.default {
            defaults.push(at);
            check_default(&read, at, problems);
        }
        types.push(read);
    }
    match defaults.as_slice() {
        [_] => {}
        [] => problems.add(root.at, "no note_type has default = true; exactly one must"),
        [_, rest @ ..] => {
            for at in rest {
                problems.add(*at, "more than one note_type has default = true; exactly one must");
            }
        }
    }
    Some(types)
}

fn appointment_type(
    mut section: Section<'_>,
    kind: TypeKind,
    problems: &mut Problems<'_>,
) -> AppointmentType {
    let is_note = kind == TypeKind::Note;
    let name = section.required("name", problems);
    let usual = if is_note { PatientUse::Required } else { PatientUse::Optional };
    let read = AppointmentType {
        system: section.required("system", problems),
        code: section.required("code", problems),
        display: section.text("display", problems).unwrap_or_else(|| name.clone()),
        kind,
        // Only notes have these; asking for them of no event makes them unknown there.
        patient: if is_note { usual } else { patient_use(&mut section, problems).unwrap_or(usual) },
        scheduleable: !is_note || section.flag("scheduleable", true, problems),
        default: is_note && section.flag("default", false, problems),
        telehealth: is_note && section.flag("telehealth", false, problems),
        durations: section.minutes_list("durations", problems),
        active: section.flag("active", true, problems),
        name,
    };
    section.finish(problems);
    read
}

fn patient_use(section: &mut Section<'_>, problems: &mut Problems<'_>) -> Option<PatientUse> {
    section.parsed("patient", "'required', 'optional' or 'none'", problems, PatientUse::parse)
}

fn check_default(read: &AppointmentType, at: usize, problems: &mut Problems<'_>) {
    if !read.scheduleable || !read.active {
        let name = quoted(&read.name);
        problems.add(at, format!("the default note_type {name} must be scheduleable and active"));
    }
}

fn reasons_for_visit(root: &mut Section<'_>, problems: &mut Problems<'_>) -> Vec<ReasonForVisit> {
    let mut unique = Unique::default();
    let sections = root.sections("reason_for_visit", problems).unwrap_or_default();
    let read = |mut section: Section<'_>| {
        let reason = ReasonForVisit {
            system: section.required("system", problems),
            code: section.required("code", problems),
            display: section.required("display", problems),
            active: section.flag("active", true, problems),
            durations: section.minutes_list("durations", problems),
        };
        unique.check(
            "the reason_for_visit",
            format!("{}|{}", reason.system, reason.code),
            section.at,
            problems,
        );
        section.finish(problems);
        reason
    };
    sections.into_iter().map(read).collect()
}

fn contact_categories(root: &mut Section<'_>, problems: &mut Problems<'_>) -> Option<Vec<ContactCategory>> {
    let mut unique = Unique::default();
    let sections = root.sections("contact_category", problems)?;
    let read = |mut section: Section<'_>| {
        let category = ContactCategory {
            system: section.text("system", problems).unwrap_or_else(|| CONTACT_CATEGORY_SYSTEM.to_owned()),
            code: section.required("code", problems),
            display: section.required("display", problems),
            active: section.flag("active", true, problems),
        };
        unique.check(
            "the contact_category",
            format!("{}|{}", category.system, category.code),
            section.at,
            problems,
        );
        section.finish(problems);
        category
    };
    Some(sections.into_iter().map(read).collect())
}

fn roles(root: &mut Section<'_>, problems: &mut Problems<'_>) -> Option<Vec<Role>> {
    let mut unique = Unique::default();
    let sections = root.sections("role", problems)?;
    let read = |mut section: Section<'_>| {
        let role = Role {
            code: section.required("code", problems),
            display: section.required("display", problems),
            schedulable: section.flag("schedulable", true, problems),
        };
        unique.check("the role", role.code.clone(), section.at, problems);
        section.finish(problems);
        role
    };
    Some(sections.into_iter().map(read).collect())
}

fn pharmacies(root: &mut Section<'_>, problems: &mut Problems<'_>) -> Vec<Pharmacy> {
    let mut unique = Unique::default();
    let sections = root.sections("pharmacy", problems).unwrap_or_default();
    let read = |mut section: Section<'_>| {
        let pharmacy = Pharmacy {
            ncpdp_id: section.required("ncpdp_id", problems),
            name: section.required("name", problems),
            specialty: section.text("specialty", problems),
            address: section.text("address", problems),
            phone: section.text("phone", problems),
            fax: section.text("fax", problems),
        };
        if !pharmacy.ncpdp_id.bytes().all(|byte| byte.is_ascii_digit()) {
            let shown = quoted(&pharmacy.ncpdp_id);
            problems.add(section.at, format!("pharmacy.ncpdp_id is {shown}, expected digits in quotes"));
        }
        unique.check("the pharmacy", pharmacy.ncpdp_id.clone(), section.at, problems);
        section.finish(problems);
        pharmacy
    };
    sections.into_iter().map(read).collect()
}
