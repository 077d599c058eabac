//! Searches: what each parameter finds and nothing else, what is refused, pages and links.

use crate::support::{BASE, Door, NOW, block_on, entries, pairs, parse, told};
use fhir::{Json, ResourceType};

const PATIENT: ResourceType = ResourceType::PATIENT;
const PRACTITIONER: ResourceType = ResourceType::PRACTITIONER;

/// Four patients: 1 Jones (Samantha Ann, "Sammy"), 2 O'Jonas (Bob), 3 Smith (Maiden Jones; inactive), 4 of R4 alone.
fn patients() -> Door {
    let door = Door::empty();
    let patients = [
        (
            "1",
            r#"{"resourceType":"Patient","active":true,"gender":"female","birthDate":"1980-11-13",
            "identifier":[{"system":"http://canvasmedical.com","value":"963277285"},{"system":"HealthCo","value":"s07960990"}],
            "name":[{"use":"official","family":"Jones","given":["Samantha","Ann"]},{"use":"nickname","given":["Sammy"]}],
            "telecom":[{"system":"phone","value":"5554320555"},{"system":"email","value":"samantha.jones@example.com"}]}"#,
        ),
        (
            "2",
            r#"{"resourceType":"Patient","active":true,"gender":"male","birthDate":"1990-02-01",
            "identifier":[{"value":"s07960990"}],
            "name":[{"use":"official","family":"O'Jonas","given":["Bob"]}],
            "telecom":[{"system":"phone","value":"5550000000"},{"system":"fax","value":"5554320555"}]}"#,
        ),
        (
            "3",
            r#"{"resourceType":"Patient","active":false,"gender":"other","birthDate":"2001-07-20",
            "identifier":[{"system":"http://canvasmedical.com","value":"s07960990"}],
            "name":[{"use":"official","family":"Smith","given":["Zoë"]},{"use":"maiden","family":"Jones"}]}"#,
        ),
        ("4", r#"{"resourceType":"Patient","name":[{"family":"Jones"}]}"#),
    ];
    for (id, patient) in patients {
        door.put(PATIENT, id, parse(patient));
    }
    door
}

#[test]
fn each_parameter_of_patient_finds_what_it_should_and_nothing_else() {
    let door = patients();
    let cases: &[(&str, &[&str])] = &[
        ("", &["1", "2", "3", "4"]),
        ("_id=2", &["2"]),
        ("_id=2,3", &["2", "3"]),
        ("_id=nobody", &[]),
        ("active=true", &["1", "2", "4"]),
        ("active=FALSE", &["3"]),
        ("active=true,false", &["1", "2", "3", "4"]),
        ("family=jones", &["1"]),
        ("family=jo", &["1"]),
        ("family=ones", &[]),
        ("family=smith,jones", &["1", "3"]),
        ("given=sam", &["1"]),
        ("given=ann", &["1"]),
        ("given=zoe", &["3"]),
        ("given=sammy", &[]),
        ("nickname=sammy", &["1"]),
        ("nickname=samantha", &[]),
        ("name=one", &["1", "3", "4"]),
        ("name=amanth", &["1"]),
        ("name=ojonas", &["2"]),
        ("phone=5554320555", &["1"]),
        ("phone=555432", &[]),
        ("email=samantha.jones@example.com", &["1"]),
        ("email=5554320555", &[]),
        ("gender=female", &["1"]),
        ("gender=male,other", &["2", "3"]),
        ("birthdate=1980-11-13", &["1"]),
        ("birthDate=1980-11-13", &["1"]),
        ("birthdate=1980", &["1"]),
        ("birthdate=ge1990-02-01", &["2", "3"]),
        ("birthdate=gt1990-02-01", &["3"]),
        ("birthdate=lt1990-02-01", &["1"]),
        ("birthdate=le1990-02-01", &["1", "2"]),
        ("birthdate=ne1990-02-01", &["1", "3"]),
        ("birthdate=ge1980-01-01&birthdate=lt2000-01-01", &["1", "2"]),
        ("identifier=s07960990", &["1", "2", "3"]),
        ("identifier=HealthCo|s07960990", &["1"]),
        ("identifier=HealthCo|", &["1"]),
        ("identifier=|s07960990", &["2"]),
        ("identifier=http://canvasmedical.com|963277285", &["1"]),
        ("identifier=963277285", &["1"]),
        ("family=jones&gender=male", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(door.found(PATIENT, query), *expected, "{query}");
    }
}

#[test]
fn patients_are_sorted_both_ways() {
    let door = patients();
    let order = |query: &str| -> Vec<String> {
        let bundle = door.search(PATIENT, query).unwrap();
        entries(&bundle).iter().map(|patient| patient.str("id").unwrap().to_owned()).collect()
    };
    assert_eq!(order("_sort=birthdate"), ["1", "2", "3", "4"]);
    assert_eq!(order("_sort=-birthdate"), ["3", "2", "1", "4"]);
    assert_eq!(order("_sort=family"), ["1", "2", "3", "4"]);
    assert_eq!(order("_sort=-given"), ["3", "1", "2", "4"]);
    assert_eq!(order("_sort=-_id"), ["4", "3", "2", "1"]);
}

/// One practitioner per id: 1 and 2 can be scheduled, 2 is inactive, 3 has no role, 4 an inactive one.
fn practitioners() -> Door {
    let door = Door::empty();
    let practitioner = |id: &str, active: bool, family: &str, npi: &str| {
        let body = format!(
            r#"{{"resourceType":"Practitioner","active":{active},"identifier":[{{"system":"http://hl7.org/fhir/sid/us-npi","value":"{npi}"}},{{"system":"x","value":"555"}}],
            "name":[{{"use":"usual","text":"Dr {family}","family":"{family}","given":["Maria"]}}],
            "telecom":[{{"system":"email","value":"{family}@example.com"}}]}}"#
        );
        door.put(PRACTITIONER, id, parse(&body));
    };
    practitioner("1", true, "Reyes", "1920301155");
    practitioner("2", false, "Reyes", "1920301156");
    practitioner("3", true, "Okafor", "1730301155");
    practitioner("4", true, "Lind", "1630301155");
    for (id, active) in [("1", true), ("2", true), ("4", false)] {
        let role = format!(
            r#"{{"resourceType":"PractitionerRole","active":{active},"practitioner":{{"reference":"Practitioner/{id}"}}}}"#
        );
        door.put(ResourceType::PRACTITIONER_ROLE, id, parse(&role));
    }
    door
}

#[test]
fn each_parameter_of_practitioner_finds_what_it_should_and_nothing_else() {
    let door = practitioners();
    let all = "include-non-schedulable-practitioners=true";
    let cases: &[(&str, &[&str])] = &[
        ("", &["1"]),
        (all, &["1", "3", "4"]),
        ("include-non-scheduleable-practitioners=true", &["1", "3", "4"]),
        ("include-non-schedulable-practitioners=false", &["1"]),
        ("active=false", &["2"]),
        ("active=true,false", &["1", "2"]),
        ("active=True", &["1"]),
        ("name=eye", &["1"]),
        ("name=eye&active=true,false", &["1", "2"]),
        (&format!("{all}&name=maria"), &["1", "3", "4"]),
        (&format!("{all}&name=dr"), &["1", "3", "4"]),
        (&format!("{all}&email=Okafor@example.com"), &["3"]),
        (&format!("{all}&npi-number=1730301155"), &["3"]),
        (&format!("{all}&npiNumber=1730301155"), &["3"]),
        (&format!("{all}&npi-number=555"), &[]),
        (&format!("{all}&_id=4"), &["4"]),
        ("_id=4", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(door.found(PRACTITIONER, query), *expected, "{query}");
    }
}

#[test]
fn locations_and_organizations_are_found_by_what_the_vendor_lists() {
    let door = Door::empty();
    let organizations = [
        (
            "1",
            r#"{"resourceType":"Organization","name":"Canvas Medical","type":[{"coding":[{"system":"s","code":"prov"}]}],"address":[{"line":["2037 Irving Street"],"city":"San Francisco","state":"CA"}]}"#,
        ),
        (
            "2",
            r#"{"resourceType":"Organization","name":"The Canvas Training Organization","address":[{"city":"Amherst"}]}"#,
        ),
        ("3", r#"{"resourceType":"Organization","name":"Irving"}"#),
    ];
    for (id, organization) in organizations {
        door.put(ResourceType::ORGANIZATION, id, parse(organization));
        door.put(ResourceType::LOCATION, id, parse(r#"{"resourceType":"Location","name":"x"}"#));
    }
    let cases: &[(&str, &[&str])] = &[
        ("name=Canvas", &["1", "2"]),
        ("name=irving", &["3"]),
        ("address=irving", &["1"]),
        ("address=amher", &["2"]),
        ("address=CA", &["1"]),
        ("type=prov", &["1"]),
        ("type=s|prov", &["1"]),
        ("type=t|prov", &[]),
        ("_id=3", &["3"]),
    ];
    for (query, expected) in cases {
        assert_eq!(door.found(ResourceType::ORGANIZATION, query), *expected, "{query}");
    }
    assert_eq!(door.found(ResourceType::LOCATION, ""), ["1", "2", "3"]);
    assert_eq!(door.found(ResourceType::LOCATION, "_id=2"), ["2"]);
}

fn refused(door: &Door, resource_type: ResourceType, query: &str) -> Vec<(String, String)> {
    let refusal = door.search(resource_type, query).expect_err(query);
    let (status, problems) = told(&refusal);
    assert_eq!(status, 400, "{query}");
    problems.into_iter().map(|(code, text, _)| (code, text)).collect()
}

#[test]
fn what_cannot_be_honoured_is_named_each_by_itself() {
    let door = Door::empty();
    let cases = [
        (
            "brithdate=1980",
            "not-supported",
            "Patient has no search parameter 'brithdate'; did you mean 'birthdate'? (supported: active, birthdate, email, family, gender, given, identifier, name, nickname, phone, _id, _has:CareTeam:participant:member, _sort, _count, _offset)",
        ),
        (
            "family:exact=Jones",
            "not-supported",
            "modifier 'exact' of search parameter 'family' is not supported; parameters have no modifiers here",
        ),
        (
            "gender=woman",
            "value",
            "the value 'woman' of search parameter 'gender' is not one of male, female, other, unknown",
        ),
        ("active=yes", "value", "the value 'yes' of search parameter 'active' is not one of true, false"),
        ("family=", "value", "search parameter 'family' has no value"),
        ("family=a,", "value", "search parameter 'family' has no value"),
        (
            "birthdate=ap1980",
            "not-supported",
            "prefix 'ap' of search parameter 'birthdate' is not supported (supported: eq, ne, gt, ge, lt, le)",
        ),
        (
            "birthdate=xx1980",
            "not-supported",
            "prefix 'xx' of search parameter 'birthdate' is not supported (supported: eq, ne, gt, ge, lt, le)",
        ),
        (
            "_sort=gender",
            "not-supported",
            "_sort cannot sort by 'gender' (supported: _id, birthdate, family, given)",
        ),
        ("_count=0", "value", "_count '0' is not a whole number from 1; at most 100 are served"),
        ("_count=-1", "value", "_count '-1' is not a whole number from 1; at most 100 are served"),
        ("_count=ten", "value", "_count 'ten' is not a whole number from 1; at most 100 are served"),
        ("_offset=-1", "value", "_offset '-1' is not a whole number from 0"),
        ("_count=1&_count=2", "value", "parameter '_count' may be given once"),
    ];
    for (query, code, text) in cases {
        assert_eq!(refused(&door, PATIENT, query), [(code.to_owned(), text.to_owned())], "{query}");
    }
    assert_eq!(refused(&door, PATIENT, "birthdate=yesterday").len(), 1);
    assert_eq!(refused(&door, PATIENT, "_has:CareTeam:participant:role=Practitioner/1").len(), 1);
    let problems = refused(&door, PATIENT, "_has:CareTeam:participant:member=?");
    assert!(problems[0].1.contains("'_has:CareTeam:participant:member'"), "{problems:?}");
    assert_eq!(refused(&door, PATIENT, "_include=Patient:x&_lastUpdated=2020&gender=x").len(), 3);
    assert_eq!(refused(&door, ResourceType::LOCATION, "name=x").len(), 1);
}

#[test]
fn a_lenient_client_gets_the_rest_and_is_told() {
    let door = patients();
    let query = pairs("family=jones&_include=x&gender=woman&_count=0");
    let bytes = block_on(door.canvas.search(PATIENT, &query, true, NOW)).unwrap();
    let bundle = parse(std::str::from_utf8(&bytes).unwrap());
    assert_eq!(
        bundle.at(&["link", "0", "url"]),
        Some(&Json::from("/Patient?family=jones&_count=10&_offset=0"))
    );
    assert_eq!(bundle.get("total"), Some(&Json::from(1i64)));
    let outcome = bundle.at(&["entry", "1"]).unwrap();
    assert_eq!(outcome.at(&["search", "mode"]), Some(&Json::from("outcome")));
    let issues = outcome.at(&["resource", "issue"]).unwrap().items();
    assert_eq!(issues.len(), 3);
    assert!(issues.iter().all(|issue| issue.str("severity") == Some("warning")));
}

fn numbered(count: usize) -> Door {
    let door = Door::empty();
    for number in 0..count {
        let body = r#"{"resourceType":"Organization","name":"Ünit & Co, Ltd"}"#;
        door.put(ResourceType::ORGANIZATION, &format!("{number:03}"), parse(body));
    }
    door
}

fn links(bundle: &Json) -> Vec<(&str, &str)> {
    let links = bundle.get("link").map(Json::items).unwrap_or_default().iter();
    links.map(|link| (link.str("relation").unwrap(), link.str("url").unwrap())).collect()
}

#[test]
fn pages_are_linked_as_the_vendor_links_them() {
    let door = numbered(19);
    let page = |query: &str| door.search(ResourceType::ORGANIZATION, query).unwrap();
    let first = page("");
    assert_eq!(
        links(&first),
        [
            ("self", "/Organization?_count=10&_offset=0"),
            ("first", "/Organization?_count=10&_offset=0"),
            ("next", "/Organization?_count=10&_offset=10"),
            ("last", "/Organization?_count=10&_offset=10"),
        ]
    );
    let numbers = |page: &Json| -> Vec<String> {
        entries(page).iter().map(|found| found.str("id").unwrap().to_owned()).collect()
    };
    let last = page("_count=10&_offset=10");
    let walked = [numbers(&first), numbers(&last)].concat();
    assert_eq!(
        walked,
        (0..19).map(|number| format!("{number:03}")).collect::<Vec<_>>(),
        "in the order of writing"
    );
    assert_eq!(entries(&last).len(), 9);
    assert_eq!(
        links(&last),
        [
            ("self", "/Organization?_count=10&_offset=10"),
            ("first", "/Organization?_count=10&_offset=0"),
            ("last", "/Organization?_count=10&_offset=10"),
        ]
    );
    let beyond = page("_offset=40");
    assert_eq!((entries(&beyond).len(), links(&beyond)[0].1), (0, "/Organization?_count=10&_offset=40"));
    assert!(beyond.get("entry").is_none());
    let all = page("_count=500");
    assert_eq!((entries(&all).len(), links(&all)[0].1), (19, "/Organization?_count=100&_offset=0"));
    let huge = page("_count=99999999999999999999&_offset=99999999999999999999");
    assert_eq!(entries(&huge).len(), 0);
    let entry = first.at(&["entry", "0"]).unwrap().as_object().unwrap();
    assert_eq!(entry.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["resource"]);
}

#[test]
fn links_keep_the_order_of_the_request_and_are_encoded() {
    let door = numbered(1);
    let query = pairs("_count=1&_id=000&type=a|b");
    let nothing = block_on(door.canvas.search(ResourceType::ORGANIZATION, &query, false, NOW)).unwrap();
    assert_eq!(nothing, br#"{"resourceType":"Bundle","type":"searchset","total":0}"#);
    let query = [("_id", "000"), ("_offset", "0"), ("name", "Ünit & Co\\, Ltd")];
    let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let found = block_on(door.canvas.search(ResourceType::ORGANIZATION, &query, false, NOW)).unwrap();
    let found = parse(std::str::from_utf8(&found).unwrap());
    assert_eq!(
        links(&found)[0].1,
        "/Organization?_id=000&name=%C3%9Cnit%20%26%20Co%5C%2C%20Ltd&_count=10&_offset=0"
    );
}

#[test]
fn a_search_shows_resources_as_a_read_does() {
    let door = Door::of_demo_clinic();
    let bundle = door.search(PATIENT, "").unwrap();
    for patient in entries(&bundle) {
        assert_eq!(door.read(PATIENT, patient.str("id").unwrap()).unwrap(), patient);
        assert!(patient.to_string().find(BASE).is_none() || patient.get("photo").is_some());
    }
}
