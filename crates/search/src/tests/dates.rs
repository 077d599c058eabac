//! Every precision × prefix × shape of value (<http://hl7.org/fhir/R4/search.html#prefix>).

use super::{holds, matches, ms, options, parse, rows_of, search_with};
use crate::SearchOptions;
use fhir::Json;

/// Values of `Observation.effective[x]`, each with a letter.
const TARGETS: &[(char, &str)] = &[
    ('a', r#""effectiveDateTime": "2024""#),
    ('b', r#""effectiveDateTime": "2024-03""#),
    ('c', r#""effectiveDateTime": "2024-03-15""#),
    ('d', r#""effectiveDateTime": "2024-03-15T10:00:00-04:00""#),
    ('e', r#""effectiveInstant": "2024-03-15T23:59:59.999-04:00""#),
    ('f', r#""effectiveDateTime": "2024-03-14""#),
    ('g', r#""effectiveDateTime": "2024-03-16""#),
    ('h', r#""effectivePeriod": { "start": "2024-03-14", "end": "2024-03-15" }"#),
    (
        'i',
        r#""effectivePeriod": { "start": "2024-03-15T08:00:00-04:00", "end": "2024-03-15T09:00:00-04:00" }"#,
    ),
    ('j', r#""effectivePeriod": { "start": "2024-03-01" }"#),
    ('k', r#""effectivePeriod": { "start": "2024-03-16" }"#),
    ('l', r#""effectivePeriod": { "end": "2024-03-14" }"#),
    ('m', r#""effectivePeriod": { "end": "2024-03-31" }"#),
    ('n', r#""effectiveTiming": { "event": ["2024-03-20", "2024-03-10"] }"#),
    (
        'o',
        r#""effectiveTiming": {
            "event": ["2024-03-15T08:30:00-04:00"],
            "repeat": { "boundsPeriod": { "start": "2024-03-15T08:00:00-04:00", "end": "2024-03-15T09:00:00-04:00" } }
        }"#,
    ),
];

/// What is searched for, and which of the targets each prefix finds. `now` lies in each of the values.
const TABLE: &[(&str, &[(&str, &str)])] = &[
    (
        "2024",
        &[
            ("eq", "abcdefghino"),
            ("ne", "jklm"),
            ("gt", "jk"),
            ("lt", "lm"),
            ("ge", "abcdefghijkno"),
            ("le", "abcdefghilmno"),
            ("sa", ""),
            ("eb", ""),
            ("ap", "abcdefghijklmno"),
        ],
    ),
    (
        "2024-03",
        &[
            ("eq", "bcdefghino"),
            ("ne", "ajklm"),
            ("gt", "ajk"),
            ("lt", "alm"),
            ("ge", "abcdefghijkno"),
            ("le", "abcdefghilmno"),
            ("sa", ""),
            ("eb", ""),
            ("ap", "abcdefghijklmno"),
        ],
    ),
    (
        "2024-03-15",
        &[
            ("eq", "cdeio"),
            ("ne", "abfghjklmn"),
            ("gt", "abgjkmn"),
            ("lt", "abfhjlmn"),
            ("ge", "abcdegijkmno"),
            ("le", "abcdefhijlmno"),
            ("sa", "gk"),
            ("eb", "fl"),
            ("ap", "abcdehijmno"),
        ],
    ),
    ("2024-03-15T10:00", TEN_O_CLOCK),
    ("2024-03-15T10:00-04:00", TEN_O_CLOCK),
    ("2024-03-15T10:00:00", TEN_O_CLOCK),
    ("2024-03-15T14:00:00Z", TEN_O_CLOCK),
    (
        "2024-03-15T10:00:00.000-04:00",
        &[
            // The second that `d` names is wider than the millisecond that is searched for.
            ("eq", ""),
            ("ne", "abcdefghijklmno"),
            ("gt", "abcdeghjkmn"),
            ("lt", "abcfhijlmno"),
            ("ge", "abcdeghjkmn"),
            ("le", "abcfhijlmno"),
            ("sa", "egk"),
            ("eb", "filo"),
            ("ap", "abcdhjmn"),
        ],
    ),
];

const TEN_O_CLOCK: &[(&str, &str)] = &[
    ("eq", "d"),
    ("ne", "abcefghijklmno"),
    ("gt", "abceghjkmn"),
    ("lt", "abcfhijlmno"),
    ("ge", "abcdeghjkmn"),
    ("le", "abcdfhijlmno"),
    ("sa", "egk"),
    ("eb", "filo"),
    ("ap", "abcdhjmn"),
];

fn observation(effective: &str) -> Json {
    parse(&format!(r#"{{ "resourceType": "Observation", {effective} }}"#))
}

fn found(url: &str, options: &SearchOptions<'_>) -> String {
    let request =
        search_with("Observation", url, options).unwrap_or_else(|issues| panic!("{url}: {issues:?}"));
    let is_found = |effective: &str| {
        let rows = rows_of(&observation(effective));
        request.query.criteria.iter().all(|criterion| holds(criterion, &rows))
    };
    TARGETS.iter().filter(|(_, effective)| is_found(effective)).map(|(letter, _)| letter).collect()
}

#[test]
fn every_prefix_finds_what_the_specification_says_at_every_precision() {
    for (value, rows) in TABLE {
        let options = SearchOptions { now: ms("2024-03-15T10:00:00"), ..options() };
        assert_eq!(rows.len(), crate::Prefix::ALL.len());
        for (prefix, expected) in *rows {
            assert_eq!(found(&format!("date={prefix}{value}"), &options), *expected, "{prefix}{value}");
        }
        assert_eq!(found(&format!("date={value}"), &options), rows[0].1, "without a prefix, {value}");
    }
}

#[test]
fn approximately_widens_with_the_distance_from_now() {
    // Nine days after the end of the day: 0.9 days more on either side.
    let later = SearchOptions { now: ms("2024-03-25"), ..options() };
    assert_eq!(found("date=ap2024-03-15", &later), "abcdefghijklmno");
    let earlier = SearchOptions { now: ms("2024-03-06"), ..options() };
    assert_eq!(found("date=ap2024-03-15", &earlier), "abcdefghijklmno");
    let near = SearchOptions { now: ms("2024-03-16T10:00"), ..options() };
    assert_eq!(
        found("date=ap2024-03-15", &near),
        "abcdefghijklmno",
        "an hour more reaches the days beside it"
    );
    assert_eq!(found("date=ap2024-03-12", &near), "abjlmn");
}

#[test]
fn an_end_that_is_missing_is_later_than_any_date() {
    let period = |members: &str| observation(&format!(r#""effectivePeriod": {{ {members} }}"#));
    let open = period(r#""start": "2020-01-01""#);
    let last = period(r#""start": "2020-01-01", "end": "9999-12-31T23:59:59Z""#);
    for (url, finds_open, finds_last) in [
        ("date=gt9999", true, false),
        ("date=ge9999", true, false),
        ("date=gt9999-12-31T23:59:59Z", true, false),
        ("date=gt2024", true, true),
        ("date=eb2024", false, false),
        ("date=sa9999", false, false),
    ] {
        assert_eq!((matches(&open, url), matches(&last, url)), (finds_open, finds_last), "{url}");
    }
    let started_once = period(r#""end": "2020-01-01""#);
    assert!(matches(&started_once, "date=lt0001-01-01"));
    assert!(matches(&started_once, "date=lt0001-01-01T00:00:00+14:00"));
}

#[test]
fn several_dates_are_an_or_and_several_parameters_an_and() {
    assert_eq!(found("date=2024-03-14,2024-03-16", &options()), "fg");
    assert_eq!(found("date=ge2024-03-14&date=le2024-03-14", &options()), "abfjmn");
    assert_eq!(found("date=sa2024-03-15,eb2024-03-15", &options()), "fgkl");
}

#[test]
fn values_without_an_offset_are_the_clinics() {
    let birth = parse(r#"{ "resourceType": "Patient", "birthDate": "2024-03-10" }"#);
    // The clinic's day of that date has 23 hours, from 05:00 to 04:00 UTC.
    assert!(matches(&birth, "birthdate=ge2024-03-10T05:00:00Z&birthdate=lt2024-03-11"));
    assert!(matches(&birth, "birthdate=sa2024-03-10T04:59:59Z"));
    assert!(!matches(&birth, "birthdate=sa2024-03-10T05:00:00Z"));
    assert!(matches(&birth, "birthdate=eb2024-03-11T04:00:00Z"));
    assert!(!matches(&birth, "birthdate=eb2024-03-11T03:59:59Z"));
}

#[test]
fn periods_and_schedules_that_say_nothing_are_not_found() {
    for effective in [
        r#""effectivePeriod": { "extension": [{ "url": "http://x", "valueBoolean": true }] }"#,
        r#""effectiveTiming": { "repeat": { "frequency": 2 } }"#,
        r#""effectiveTiming": { "code": { "text": "BID" } }"#,
    ] {
        let observation = observation(effective);
        assert!(!matches(&observation, "date=ge0001"), "{effective}");
        assert!(!matches(&observation, "date=ne2024"), "{effective}");
        assert!(matches(&observation, "date:missing=false"), "{effective}");
    }
}

#[test]
fn a_period_whose_ends_are_swapped_is_the_span_between_them() {
    let swapped = observation(r#""effectivePeriod": { "start": "2024-03-20", "end": "2024-03-10" }"#);
    assert!(matches(&swapped, "date=ge2024-03-10&date=le2024-03-20&date=ap2024-03-15"));
    assert!(!matches(&swapped, "date=eb2024-03-10"));
}

/// A span of time from its first to its last millisecond.
#[derive(Clone, Copy, Debug)]
struct Moments {
    first: i64,
    last: i64,
}

impl Moments {
    /// All time after this.
    fn above(self) -> Moments {
        Moments { first: self.last + 1, last: i64::MAX }
    }

    /// All time before this.
    fn below(self) -> Moments {
        Moments { first: i64::MIN, last: self.first - 1 }
    }

    fn contains(self, other: Moments) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    fn overlaps(self, other: Moments) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// From the start of the one to the end of the other.
    fn to(self, other: Moments) -> Moments {
        Moments { first: self.first.min(other.first), last: self.last.max(other.last) }
    }

    /// What each prefix says of the value that is asked for and a value that is found, in the specification's words.
    fn finds(self, prefix: &str, found: Moments) -> bool {
        match prefix {
            "" | "eq" => self.contains(found),
            "ne" => !self.contains(found),
            "gt" => self.above().overlaps(found),
            "lt" => self.below().overlaps(found),
            "ge" => self.above().overlaps(found) || self.contains(found),
            "le" => self.below().overlaps(found) || self.contains(found),
            "sa" => !self.overlaps(found) && self.above().contains(found),
            "eb" => !self.overlaps(found) && self.below().contains(found),
            "ap" => self.overlaps(found),
            other => panic!("{other}"),
        }
    }
}

/// Dates and times, each with the first and the last millisecond that it names. The clinic's clocks are five hours
/// behind UTC, four from 2024-03-10 on; values without an offset are the clinic's.
const MOMENTS: &[(&str, &str, &str)] = &[
    ("2023", "2023-01-01T05:00:00.000Z", "2024-01-01T04:59:59.999Z"),
    ("2024", "2024-01-01T05:00:00.000Z", "2025-01-01T04:59:59.999Z"),
    ("2025", "2025-01-01T05:00:00.000Z", "2026-01-01T04:59:59.999Z"),
    ("2024-02", "2024-02-01T05:00:00.000Z", "2024-03-01T04:59:59.999Z"),
    ("2024-03", "2024-03-01T05:00:00.000Z", "2024-04-01T03:59:59.999Z"),
    ("2024-04", "2024-04-01T04:00:00.000Z", "2024-05-01T03:59:59.999Z"),
    ("2024-03-10", "2024-03-10T05:00:00.000Z", "2024-03-11T03:59:59.999Z"),
    ("2024-03-14", "2024-03-14T04:00:00.000Z", "2024-03-15T03:59:59.999Z"),
    ("2024-03-15", "2024-03-15T04:00:00.000Z", "2024-03-16T03:59:59.999Z"),
    ("2024-03-16", "2024-03-16T04:00:00.000Z", "2024-03-17T03:59:59.999Z"),
    ("2024-03-15T10:00", "2024-03-15T14:00:00.000Z", "2024-03-15T14:00:59.999Z"),
    ("2024-03-15T14:00Z", "2024-03-15T14:00:00.000Z", "2024-03-15T14:00:59.999Z"),
    ("2024-03-15T16:00+02:00", "2024-03-15T14:00:00.000Z", "2024-03-15T14:00:59.999Z"),
    ("2024-03-15T09:59", "2024-03-15T13:59:00.000Z", "2024-03-15T13:59:59.999Z"),
    ("2024-03-15T10:00:00", "2024-03-15T14:00:00.000Z", "2024-03-15T14:00:00.999Z"),
    ("2024-03-15T14:00:00Z", "2024-03-15T14:00:00.000Z", "2024-03-15T14:00:00.999Z"),
    ("2024-03-15T09:59:59-04:00", "2024-03-15T13:59:59.000Z", "2024-03-15T13:59:59.999Z"),
    ("2024-03-15T10:00:01-04:00", "2024-03-15T14:00:01.000Z", "2024-03-15T14:00:01.999Z"),
    ("2024-03-15T10:00:00.000", "2024-03-15T14:00:00.000Z", "2024-03-15T14:00:00.000Z"),
    ("2024-03-15T14:00:00.000Z", "2024-03-15T14:00:00.000Z", "2024-03-15T14:00:00.000Z"),
    ("2024-03-15T23:59:59.999-04:00", "2024-03-16T03:59:59.999Z", "2024-03-16T03:59:59.999Z"),
    ("2024-03-16T00:00:00.000-04:00", "2024-03-16T04:00:00.000Z", "2024-03-16T04:00:00.000Z"),
    // What stands for "for ever" is later than everything else, and earlier than an end that is missing.
    ("9999", "9999-01-01T05:00:00.000Z", "9999-12-31T23:59:59.999-05:00"),
    ("9999-12-31", "9999-12-31T00:00:00.000-05:00", "9999-12-31T23:59:59.999-05:00"),
    ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z", "9999-12-31T23:59:59.999Z"),
];

fn moments() -> Vec<(&'static str, Moments)> {
    let of = |(text, first, last): &(&'static str, &str, &str)| {
        (*text, Moments { first: ms(first), last: ms(last) })
    };
    MOMENTS.iter().map(of).collect()
}

/// Whether a resource can say it: times have seconds and an offset there; without them they are for searches.
fn is_of_resource(text: &str) -> bool {
    let has_offset = text.ends_with('Z') || text.ends_with("-04:00");
    !text.contains('T') || (has_offset && text.get(16..17) == Some(":"))
}

/// The values of each shape that can be made of the moments: shape, resource, parameter, what it spans.
fn shapes() -> Vec<(&'static str, Json, &'static str, Moments)> {
    let mut all = Vec::new();
    let mut add = |shape, effective: String, span| all.push((shape, observation(&effective), "date", span));
    let open_end = |at: Moments| Moments { last: i64::MAX, ..at };
    let open_start = |at: Moments| Moments { first: i64::MIN, ..at };
    for (text, at) in moments() {
        if !is_of_resource(text) {
            continue;
        }
        let instant = text.contains('T').then(|| format!(r#""effectiveInstant": "{text}""#));
        instant.into_iter().for_each(|instant| add("instant", instant, at));
        add("dateTime", format!(r#""effectiveDateTime": "{text}""#), at);
        add("Period open at its end", format!(r#""effectivePeriod": {{ "start": "{text}" }}"#), open_end(at));
        add(
            "Period open at its start",
            format!(r#""effectivePeriod": {{ "end": "{text}" }}"#),
            open_start(at),
        );
        add("Timing", format!(r#""effectiveTiming": {{ "event": ["{text}"] }}"#), at);
        let bounds = |members: String| {
            format!(r#""effectiveTiming": {{ "repeat": {{ "boundsPeriod": {{ {members} }} }} }}"#)
        };
        add("Timing", bounds(format!(r#""start": "{text}""#)), open_end(at));
        add("Timing", bounds(format!(r#""end": "{text}""#)), open_start(at));
        for (other, end) in moments() {
            if !is_of_resource(other) || end.first < at.first {
                continue;
            }
            let members = format!(r#""start": "{text}", "end": "{other}""#);
            add("Period", format!(r#""effectivePeriod": {{ {members} }}"#), at.to(end));
            add("Timing", bounds(members), at.to(end));
            add("Timing", format!(r#""effectiveTiming": {{ "event": ["{other}", "{text}"] }}"#), at.to(end));
        }
    }
    for (text, at) in moments().into_iter().filter(|(text, _)| !text.contains('T')) {
        let patient = parse(&format!(r#"{{ "resourceType": "Patient", "birthDate": "{text}" }}"#));
        all.push(("date", patient, "birthdate", at));
    }
    all
}

#[test]
fn every_precision_prefix_and_shape_is_compared_as_the_specification_defines() {
    let shapes: Vec<_> = shapes()
        .into_iter()
        .map(|(shape, json, code, span)| (shape, rows_of(&json), json, code, span))
        .collect();
    let (mut compared, mut found_of) = (0, std::collections::BTreeMap::new());
    for (text, asked) in moments() {
        // In the present, what is approximately a date is what overlaps it.
        let options = SearchOptions { now: asked.first, ..options() };
        for prefix in std::iter::once("").chain(crate::Prefix::ALL.iter().map(|prefix| prefix.code())) {
            let of = |name, code| search_with(name, &format!("{code}={prefix}{text}"), &options).unwrap();
            let requests = [of("Observation", "date"), of("Patient", "birthdate")];
            for (shape, rows, json, code, span) in &shapes {
                let request = &requests[usize::from(*code == "birthdate")];
                let found = request.query.criteria.iter().all(|criterion| holds(criterion, rows));
                assert_eq!(found, asked.finds(prefix, *span), "{prefix}{text}, {shape}: {json}");
                compared += 1;
                *found_of.entry((text.len(), prefix, *shape)).or_insert(0) += usize::from(found);
            }
        }
    }
    assert!(compared > 100_000, "{compared}");
    // No span is contained in what it is longer than; everything else is found somewhere.
    for ((length, prefix, shape), found) in found_of {
        let is_open = shape.starts_with("Period open");
        let is_never = match prefix {
            "" | "eq" => is_open || (shape == "date" && length > 10) || (shape == "Period" && length > 24),
            "sa" => shape == "Period open at its start",
            "eb" => shape == "Period open at its end",
            _ => false,
        };
        assert!(is_never || found > 0, "nothing is found of {shape} by {prefix} at {length} characters");
    }
}
