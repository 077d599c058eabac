//! Slot (Slot.json): the free times of a Schedule. Computed, not stored.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, Finds, IdForm, ParameterFact, SearchFacts, decision, element, parameter,
};
use crate::finding::Findings;
use crate::rule::{Check, Rule, rule};
use crate::scheduling::ScheduleId;
use crate::scheduling::schedules;
use crate::scheduling::slots::{MAX_DAYS, MAX_MINUTES, MAX_SLOTS, Wanted};
use crate::search::{Asked, Reading};
use fhir::definitions::SearchParameterType;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, ResourceType, json};
use interactions::{Interaction, Refusal};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The type.
pub struct Slot;

/// What the vendor's page says of it.
pub static CONTRACT: Contract = Contract {
    is_stored: false,
    interactions: &[Interaction::SearchType],
    elements: &[
        element("schedule", "Reference").read_only(),
        element("schedule.reference", "string")
            .read_only()
            .format("Schedule/Location.{location key}-Staff.{practitioner id}"),
        element("schedule.type", "uri").read_only().one_of(&["Schedule"]),
        element("status", "code").read_only().one_of(&["free"]).note("always free"),
        element("start", "instant")
            .read_only()
            .format("YYYY-MM-DDThh:mm:ss+hh:mm")
            .note("with the offset that the clinic's clocks have at that time"),
        element("end", "instant").read_only().format("YYYY-MM-DDThh:mm:ss+hh:mm").note("start plus duration"),
    ],
    search: SearchFacts { parameters: PARAMETERS, ..SearchFacts::NONE },
    rules: RULES,
    behaviours: &[
        "slots are computed, not stored, and carry no id",
        "only times that are free are found; each lasts exactly duration minutes and lies wholly within available time",
        "the whole result comes in one bundle without links",
        "start and end are dates without time, so slots earlier today are found when start is today",
        "the slot itself is not referred to by the Appointment",
    ],
    decisions: DECISIONS,
    ..Contract::of("Slot", ResourceType::SLOT, IdForm::Derived("none: a slot has no id"))
};

const PARAMETERS: &[ParameterFact] = &[
    parameter("appointment-type", SearchParameterType::Token, Finds::Itself)
        .defined_by("http://hl7.org/fhir/SearchParameter/Slot-appointment-type")
        .note("system|code; keeps the times that allow the type: availability here allows all types"),
    parameter("duration", SearchParameterType::Number, Finds::Itself)
        .defined_by("https://docs.canvasmedical.com/reference/slot-search")
        .note("minutes; when absent, the clinic's setting slot_minutes (20)"),
    parameter("end", SearchParameterType::String, Finds::Itself)
        .defined_by("https://docs.canvasmedical.com/reference/slot-search")
        .note("YYYY-MM-DD, the last day on which a slot may start; when absent, seven days after start"),
    parameter("schedule", SearchParameterType::Reference, Finds::Itself)
        .defined_by("http://hl7.org/fhir/SearchParameter/Slot-schedule")
        .required()
        .note("the id of a Schedule, bare or after Schedule/"),
    parameter("start", SearchParameterType::Date, Finds::Itself)
        .defined_by("http://hl7.org/fhir/SearchParameter/Slot-start")
        .prefixes(&[])
        .note("YYYY-MM-DD, the first day on which a slot may start; when absent, today in UTC"),
];

const SEARCH: &[Interaction] = &[Interaction::SearchType];

/// A well-formed id for examples.
const EXAMPLE: &str = "schedule=Location.1-Staff.4150cd20de8a470aa570a852859ac87e";

const fn query_rule(id: &'static str, code: IssueCode, text: &'static str) -> Rule {
    Rule { on: SEARCH, ..rule(id, code, text) }.kept_by_query(EXAMPLE)
}

const RULES: &[Rule] = &[
    query_rule(
        "slot-schedule-required",
        IssueCode::Required,
        "A Slot search requires a schedule search parameter",
    )
    .when("schedule parameter absent")
    .check(Check::Query(schedule_required))
    .broken_by_query("duration=20", "A Slot search requires a schedule search parameter"),
    query_rule("slot-schedule-form", IssueCode::Value, "Invalid schedule: {schedule}")
        .when("schedule is not of the form [Schedule/]Location.{key}-Staff.{id}")
        .check(Check::Query(schedule_form))
        .broken_by_query("schedule=Location.1", "Invalid schedule: Location.1"),
    query_rule("slot-duration", IssueCode::Value, "duration must be a positive integer number of minutes")
        .when("duration is not a positive integer")
        .check(Check::Query(duration_form))
        .broken_by_query(
            "schedule=Location.1-Staff.4150cd20de8a470aa570a852859ac87e&duration=0",
            "duration must be a positive integer number of minutes",
        ),
    query_rule("slot-date", IssueCode::Value, "{parameter} must be a date in the format YYYY-MM-DD")
        .when("start or end is not a date")
        .check(Check::Query(dates_form))
        .broken_by_query(
            "schedule=Location.1-Staff.4150cd20de8a470aa570a852859ac87e&start=2031-02-30",
            "start must be a date in the format YYYY-MM-DD",
        ),
    query_rule("slot-once", IssueCode::Value, "{parameter} may be given only once")
        .when("a parameter is repeated")
        .check(Check::Query(given_once))
        .broken_by_query(
            "schedule=Location.1-Staff.4150cd20de8a470aa570a852859ac87e&duration=20&duration=30",
            "duration may be given only once",
        )
        .note("not the vendor's: two values cannot both hold"),
    query_rule("slot-duration-limit", IssueCode::Value, "duration must be at most {limit} minutes, a day")
        .when("duration is longer than a day")
        .check(Check::Query(duration_limit))
        .broken_by_query(
            "schedule=Location.1-Staff.4150cd20de8a470aa570a852859ac87e&duration=1441",
            "duration must be at most 1440 minutes, a day",
        )
        .note("not the vendor's: a limit of this server"),
    query_rule(
        "slot-span-limit",
        IssueCode::TooLong,
        "start to end must be at most {limit} days; ask for fewer at a time",
    )
    .when("the days from start to end are more than 366")
    .check(Check::Query(span_limit))
    .broken_by_query(
        "schedule=Location.1-Staff.4150cd20de8a470aa570a852859ac87e&start=2031-01-01&end=2032-01-02",
        "start to end must be at most 366 days; ask for fewer at a time",
    )
    .note("not the vendor's: the answer comes in one piece, so it must have an end"),
];

const DECISIONS: &[Decision] = &[
    decision(
        "end",
        "slots that start on the day end are found",
        "\"up until this date\" leaves it open; with start and end on one day a client expects that day",
    ),
    decision(
        "start",
        "the default is the present date in UTC, as documented; the days are then days of the clinic",
        "in the evening of a western clinic the default is therefore tomorrow: send start",
    ),
    decision("end before start", "nothing is found", "a span without days has no slots; it is not malformed"),
    decision(
        "a well-formed schedule whose location or practitioner does not exist",
        "400 with a not-found issue that names the id and where to list the ids",
        "an empty answer would look like a practitioner who is booked out; 404 is for resources and paths",
    ),
    decision(
        "a location or practitioner that takes no appointments any more",
        "nothing is found",
        "the schedule did exist; clients may still hold its id",
    ),
    decision(
        "the grid",
        "slots start at multiples of slot_grid_minutes (15) after midnight on the clinic's clock, also those of an availability that starts off the grid",
        "all starts shown fall on quarter hours",
    ),
    decision(
        "daylight saving",
        "times of availability that fall into the hour that is skipped come at its end; times that are shown twice come the first time; each instant is found once, with the offset of that instant",
        "silent; RFC 5545 says so of repeated times, and nobody is there in the skipped hour",
    ),
    decision(
        "days before the clinic's zone had whole minutes of offset (in America before 1884)",
        "have no slots",
        "a time with an offset of seconds is no instant of FHIR, and nobody books that far back",
    ),
    decision(
        "double_booking = true",
        "times that are booked are not found either way",
        "a time disappears once it is taken",
    ),
];

impl CanvasType for Slot {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn find(&self, asked: &Asked<'_>, reading: &mut Reading<'_>) -> Result<Option<Vec<Json>>, Refusal> {
        let Some(id) = asked.value("schedule").and_then(ScheduleId::parse) else {
            return Ok(Some(Vec::new()));
        };
        let (first, last) = days(asked);
        let zone = &asked.clinic.time_zone;
        let minutes = asked.value("duration").and_then(parse_minutes).unwrap_or(asked.clinic.slot_minutes);
        let wanted = Wanted { zone, first, last, minutes, grid: asked.clinic.slot_grid_minutes };
        let Some(starts) = schedules::slots(reading, &id, &wanted)? else { return Err(unknown(&id)) };
        if starts.len() > MAX_SLOTS {
            let text = format!("more than {MAX_SLOTS} slots are free; ask for fewer days at a time");
            return Err(Refusal::invalid(vec![Issue::error(IssueCode::TooLong, text)]));
        }
        Ok(Some(starts.into_iter().map(|start| shown(&id, start, minutes, zone)).collect()))
    }
}

fn unknown(id: &ScheduleId) -> Refusal {
    let text =
        format!("schedule {} does not exist; GET /Schedule lists the schedules", quoted(&id.to_string()));
    Refusal::invalid(vec![Issue::error(IssueCode::NotFound, text)])
}

fn shown(id: &ScheduleId, start: i64, minutes: u32, zone: &TimeZone) -> Json {
    let end = start + i64::from(minutes) * 60_000;
    json!({
        "resourceType": "Slot",
        "schedule": { "reference": (format!("Schedule/{id}")), "type": "Schedule" },
        "status": "free",
        "start": (fhir::datetime::local(start, zone)),
        "end": (fhir::datetime::local(end, zone))
    })
}

/// The first and the last day asked for.
fn days(asked: &Asked<'_>) -> (Date, Date) {
    let today =
        || Timestamp::from_millisecond(asked.now).map_or(Date::MIN, |now| now.to_zoned(TimeZone::UTC).date());
    let first = asked.value("start").and_then(parse_date).unwrap_or_else(today);
    let week = || first.saturating_add(jiff::Span::new().days(7));
    (first, asked.value("end").and_then(parse_date).unwrap_or_else(week))
}

/// Reads `YYYY-MM-DD` and nothing else.
fn parse_date(text: &str) -> Option<Date> {
    let has_form = text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    text.parse().ok().filter(|date: &Date| has_form && date.year() > 0)
}

/// Reads a positive whole number; one that is too large becomes the largest.
fn parse_minutes(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u32::MAX)).filter(|minutes| *minutes > 0)
}

fn schedule_required(asked: &Asked<'_>, findings: &mut Findings) {
    if asked.value("schedule").is_none() {
        findings.add("", &[]);
    }
}

fn schedule_form(asked: &Asked<'_>, findings: &mut Findings) {
    for value in asked.values("schedule").filter(|value| ScheduleId::parse(value).is_none()) {
        findings.add("", &[("schedule", value)]);
    }
}

fn duration_form(asked: &Asked<'_>, findings: &mut Findings) {
    if asked.values("duration").any(|value| parse_minutes(value).is_none()) {
        findings.add("", &[]);
    }
}

fn dates_form(asked: &Asked<'_>, findings: &mut Findings) {
    for parameter in ["start", "end"] {
        if asked.values(parameter).any(|value| parse_date(value).is_none()) {
            findings.add("", &[("parameter", parameter)]);
        }
    }
}

fn given_once(asked: &Asked<'_>, findings: &mut Findings) {
    for parameter in ["schedule", "duration", "start", "end", "appointment-type"] {
        if asked.values(parameter).count() > 1 {
            findings.add("", &[("parameter", parameter)]);
        }
    }
}

fn duration_limit(asked: &Asked<'_>, findings: &mut Findings) {
    if asked.values("duration").filter_map(parse_minutes).any(|minutes| minutes > MAX_MINUTES) {
        findings.add("", &[("limit", &MAX_MINUTES.to_string())]);
    }
}

fn span_limit(asked: &Asked<'_>, findings: &mut Findings) {
    let (first, last) = days(asked);
    let span = first.until(last).map_or(0, |span| span.get_days());
    if span >= MAX_DAYS {
        findings.add("", &[("limit", &MAX_DAYS.to_string())]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_whole_dates() {
        assert_eq!(parse_date("2031-03-09"), Some(jiff::civil::date(2031, 3, 9)));
        for text in [
            "2031-3-9",
            "2031-02-30",
            "ge2031-03-09",
            "2031-03",
            "20310309",
            "2031-03-09T10:00:00Z",
            "+2031-3-09",
            "",
        ] {
            assert_eq!(parse_date(text), None, "{text:?}");
        }
    }

    #[test]
    fn durations_are_positive_whole_numbers() {
        assert_eq!(parse_minutes("20"), Some(20));
        assert_eq!(parse_minutes("99999999999"), Some(u32::MAX));
        for text in ["", "0", "-5", "1.5", "20m", "+20", " 20"] {
            assert_eq!(parse_minutes(text), None, "{text:?}");
        }
    }
}
