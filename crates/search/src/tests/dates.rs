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
