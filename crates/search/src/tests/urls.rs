//! URLs: what is applied of them, and what is said of those that can't be honoured.

use super::{REGISTRY, options, refused, search, search_with};
use crate::{Criterion, SearchOptions, Sort, SortKey, Total, Types, from_url_of_types, limits};
use fhir::{IssueCode, ResourceType, Severity};

fn refuses(name: &str, url: &str, expected: &[&str]) {
    assert_eq!(refused(name, url), expected, "{url}");
}

/// Checks the beginnings: lists of what is supported are long.
fn refuses_with(name: &str, url: &str, beginning: &str, ending: &str) {
    let texts = refused(name, url);
    assert_eq!(texts.len(), 1, "{url}: {texts:?}");
    assert!(texts[0].starts_with(beginning) && texts[0].ends_with(ending), "{url}: {}", texts[0]);
}

#[test]
fn unknown_parameters_are_refused_with_what_is_supported() {
    let all = "_content, _id, _lastUpdated, _profile, _security, _source, _tag, _text, active, address, address-city, \
               address-country, address-postalcode, address-state, address-use, birthdate, death-date, deceased, \
               email, family, gender, general-practitioner, given, identifier, language, link, name, organization, \
               phone, phonetic, telecom)";
    refuses_with(
        "Patient",
        "birthDate=2020",
        "not-supported: Patient has no search parameter 'birthDate'; did you mean 'birthdate'? (supported: _content, ",
        all,
    );
    refuses_with(
        "Patient",
        "zzz=1",
        "not-supported: Patient has no search parameter 'zzz' (supported: ",
        all,
    );
    refuses_with(
        "Patient",
        "Zzz:exact=",
        "not-supported: Patient has no search parameter 'Zzz' (supported",
        all,
    );
    refuses(
        "Patient",
        "_query=x",
        &["not-supported: search parameter '_query' is not supported: no query is defined on this server"],
    );
}

#[test]
fn modifiers_are_refused_by_name() {
    let cases = [
        (
            "Patient",
            "family:exat=a",
            "search parameter 'family' has no modifier ':exat'; did you mean ':exact'? (supported: :contains, :exact, :missing, :text)",
        ),
        (
            "Patient",
            "family:=a",
            "search parameter 'family' has no modifier ':' (supported: :contains, :exact, :missing, :text)",
        ),
        (
            "Patient",
            "gender:in=a",
            "modifier ':in' of search parameter 'gender' cannot be used here: no code systems are loaded",
        ),
        (
            "Patient",
            "gender:exact=a",
            "search parameter 'gender' has no modifier ':exact' (supported: :above, :below, :in, :missing, :not, :not-in, :of-type, :text)",
        ),
        (
            "Patient",
            "active:text=a",
            "search parameter 'active' has no modifier ':text' (supported: :missing, :not)",
        ),
        (
            "Patient",
            "birthdate:not=2020",
            "search parameter 'birthdate' has no modifier ':not' (supported: :missing)",
        ),
        (
            "Patient",
            "link:below=a",
            "search parameter 'link' has no modifier ':below' (supported: :identifier, :missing, :Patient, :RelatedPerson)",
        ),
        (
            "Patient",
            "organization:text=a",
            "search parameter 'organization' has no modifier ':text' (supported: :above, :below, :identifier, :missing, \
             :Organization)",
        ),
        (
            "Patient",
            "organization:Patient=a",
            "search parameter 'organization' has no modifier ':Patient' (supported: :above, :below, :identifier, :missing, \
             :Organization)",
        ),
        (
            "Patient",
            "organization:organization=a",
            "search parameter 'organization' has no modifier ':organization'; did you mean ':Organization'? (supported: :above, :below, :identifier, :missing, :Organization)",
        ),
        (
            "Observation",
            "focus:Foo=a",
            "search parameter 'focus' has no modifier ':Foo' (supported: :above, :below, :identifier, :missing, :[type], any resource type)",
        ),
        (
            "Observation",
            "code-value-quantity:missing=true",
            "search parameter 'code-value-quantity' has no modifier ':missing' (supported: none)",
        ),
        ("Patient", "_sort:x=_id", "parameter '_sort' has no modifier ':x'"),
    ];
    for (name, url, text) in cases {
        refuses(name, url, &[&format!("not-supported: {text}")]);
    }
}

#[test]
fn bad_values_are_refused_with_what_was_expected() {
    let date = "is not a date (YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm[:ss] with Z, +hh:mm or neither)";
    let token = r"is not a token: code, system|code, |code or system| (another '|' is written '\|')";
    let cases = [
        ("birthdate=1980-13-01", format!("the value '1980-13-01' of search parameter 'birthdate' {date}")),
        ("birthdate=ge", format!("the value '' of search parameter 'birthdate' {date}")),
        (
            "birthdate=2024-01-01T10:00:00 02:00",
            format!("the value '2024-01-01T10:00:00 02:00' of search parameter 'birthdate' {date}; a '+' in a URL is written %2B"),
        ),
        (
            "birthdate=xx2024",
            "'xx' is not a prefix of search parameter 'birthdate' (allowed: eq, ne, gt, lt, ge, le, sa, eb, ap)".into(),
        ),
        (
            "birthdate=yesterday",
            "the value 'yesterday' of search parameter 'birthdate' is not a date, with or without a prefix".into(),
        ),
        ("identifier=a|b|c", format!("the value 'a|b|c' of search parameter 'identifier' {token}")),
        ("identifier=|", format!("the value '|' of search parameter 'identifier' {token}")),
        (
            r"identifier=a\b",
            r"the value 'a\b' of search parameter 'identifier' is not valid: a backslash must be followed by ',', '|', '$' or another backslash".into(),
        ),
        ("active=yes", "the value 'yes' of search parameter 'active' is not true or false".into()),
        (
            "phone=phone|1",
            r"the value 'phone|1' of search parameter 'phone' is not a plain code: its values have no system (a '|' in a value is written '\|')".into(),
        ),
        (
            "_id=a_b",
            "the value 'a_b' of search parameter '_id' is not an id (1 to 64 letters, digits, '-' or '.')".into(),
        ),
        (
            "organization=Organisation/1",
            "the value 'Organisation/1' of search parameter 'organization' is not a reference: id, Type/id or an absolute URL".into(),
        ),
        (
            "organization:Organization=Patient/1",
            "the value 'Patient/1' of search parameter 'organization' is not of the type that the modifier ':Organization' says".into(),
        ),
        (
            "organization:Organization=http://x/Organization/1",
            "modifier ':Organization' of search parameter 'organization' takes an id: what another server has at a URL has no type that is known here".into(),
        ),
        ("family= ", "the value ' ' of search parameter 'family' is not a text with at least one letter, digit or sign".into()),
        ("gender:missing=maybe", "the value 'maybe' of search parameter 'gender:missing' is not true or false".into()),
        (
            "gender=a,,b",
            r"one of the values 'a,,b' of search parameter 'gender' is empty (a ',' in a value is written '\,')".into(),
        ),
        ("_profile=a b", "the value 'a b' of search parameter '_profile' is not a URI (text without spaces)".into()),
        ("_count=-1", "the value '-1' of '_count' is not a number from 0 on".into()),
        ("_count=ten", "the value 'ten' of '_count' is not a number from 0 on".into()),
        ("_total=yes", "the value 'yes' of '_total' is not one of none, estimate, accurate".into()),
    ];
    for (url, text) in cases {
        refuses("Patient", url, &[&format!("value: {text}")]);
    }
}

#[test]
fn all_problems_are_told_at_once_in_their_order() {
    let texts = refused("Patient", "zzz=1&birthdate=x,2020,y&_count=1&_count=2&gender:in=a&_sort=_text,-zzz");
    let codes: Vec<&str> = texts.iter().map(|text| text.split(':').next().unwrap()).collect();
    assert_eq!(
        codes,
        ["not-supported", "value", "value", "duplicate", "not-supported", "not-supported", "not-supported"],
        "{texts:#?}"
    );
    assert_eq!(
        texts[5],
        "not-supported: Patient cannot be sorted by '_text' (supported: _id, _lastUpdated, _profile, _security, _source, \
         _tag, active, address, address-city, address-country, address-postalcode, address-state, address-use, birthdate, \
         death-date, deceased, email, family, gender, general-practitioner, given, identifier, language, link, name, \
         organization, phone, telecom)"
    );
}

#[test]
fn limits_are_named_when_they_are_passed() {
    let many = "_id=1&".repeat(limits::PARAMETERS + 1);
    refuses("Patient", &many, &["too-long: the search has 101 parameters; at most 100 are taken"]);
    let values = vec!["a"; limits::VALUES + 1].join(",");
    let text = "too-long: search parameter 'gender' has 1001 values; at most 1000 are taken";
    refuses("Patient", &format!("gender={values}"), &[text]);
    let long = "x".repeat(limits::VALUE_LENGTH + 1);
    let text = "too-long: a value of search parameter 'gender' is longer than 2048 bytes";
    refuses("Patient", &format!("gender={long}"), &[text]);
    let keys = ["_id"; limits::SORT_KEYS + 1].join(",");
    refuses("Patient", &format!("_sort={keys}"), &["too-long: '_sort' has 9 keys; at most 8 are taken"]);
}

#[test]
fn what_counts_is_applied_and_told() {
    let request = search(
        "Patient",
        "gender=male&_format=json&_count=1000&name=&_sort=-birthdate,family,_id&_total=estimate",
    )
    .unwrap();
    let applied: Vec<String> =
        request.applied.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        applied,
        ["gender=male", "_format=json", "_count=100", "_sort=-birthdate,family,_id", "_total=estimate"]
    );
    assert!(request.warnings.is_empty());
    let id = |code| REGISTRY.parameter(ResourceType::PATIENT, code).unwrap().id();
    let sort = |key, descending| Sort { key, descending };
    assert_eq!(
        request.query.sort,
        [
            sort(SortKey::Span(id("birthdate")), true),
            sort(SortKey::Text(id("family")), false),
            sort(SortKey::Id, false)
        ]
    );
    assert_eq!(
        (request.query.limit, request.query.total, request.query.criteria.len()),
        (100, Total::Accurate, 1)
    );
    let request = search("Patient", "_sort=_lastUpdated").unwrap();
    assert_eq!(request.query.sort, [sort(SortKey::LastUpdated, false)]);
    assert_eq!((request.query.limit, request.query.total), (20, Total::None));
    assert_eq!(search("Patient", "_count=0").unwrap().query.total, Total::Accurate, "a count");
    assert_eq!(search("Patient", "_count=99999999999999999999999").unwrap().query.limit, 100);
}

#[test]
fn lenient_handling_leaves_out_what_cannot_be_honoured_and_says_so() {
    let lenient = SearchOptions { lenient: true, ..options() };
    let request = search_with("Patient", "zzz=1&gender=male&birthdate=x&_count=-1", &lenient).unwrap();
    assert_eq!(request.applied, [("gender".to_owned(), "male".to_owned())]);
    assert_eq!(request.query.criteria.len(), 1);
    let ends: Vec<&str> =
        request.warnings.iter().map(|issue| issue.text.rsplit("; ").next().unwrap()).collect();
    assert_eq!(
        ends,
        [
            "the search ran without 'zzz'",
            "the search ran without 'birthdate'",
            "the search ran without '_count'"
        ]
    );
    assert!(request.warnings.iter().all(|issue| issue.severity == Severity::Warning));
    assert_eq!(request.warnings[0].code, IssueCode::NotSupported);
}

#[test]
fn base_parameters_are_for_searches_of_all_types() {
    let all = Types::of(ResourceType::all()).unwrap();
    for (name, value) in [
        ("_id", "a"),
        ("_lastUpdated", "2024"),
        ("_tag", "a"),
        ("_profile", "http://a"),
        ("_security", "a"),
        ("_source", "http://a"),
        ("_text", "a"),
        ("_content", "a"),
        ("_list", "a"),
    ] {
        let pairs = [(name.to_owned(), value.to_owned())];
        let request = from_url_of_types(&REGISTRY, &all, &pairs, &options())
            .unwrap_or_else(|issues| panic!("{name}: {issues:?}"));
        assert!(request.queries().all(|query| query.criteria.len() == 1), "{name}");
        let of_binary = request.queries().find(|query| query.resource_type == ResourceType::BINARY).unwrap();
        let is_nothing = of_binary.criteria == [Criterion::Either(Vec::new())];
        assert_eq!(is_nothing, name == "_text", "{name}: a Binary has no narrative");
    }
    refuses_with("Binary", "_text=a", "not-supported: Binary has no search parameter '_text'", ")");
}
