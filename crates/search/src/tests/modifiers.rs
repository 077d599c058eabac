//! Modifiers, composites and words: what no single equal value decides.

use super::{Memory, check, matches, options, parse, refused, search_with};
use crate::{SearchOptions, Terminology};

#[derive(Debug)]
struct Codes;

impl Terminology for Codes {
    fn members(&self, value_set: &str) -> Result<Vec<(String, String)>, String> {
        match value_set {
            "http://v/fruit" | "ValueSet/fruit" => {
                Ok(["apple", "pear"].map(|code| ("http://food".to_owned(), code.to_owned())).to_vec())
            }
            "http://v/empty" => Ok(Vec::new()),
            "http://v/both" => {
                let of = |system: &str, code: &str| (system.to_owned(), code.to_owned());
                Ok(vec![
                    of("http://food", "apple"),
                    of("http://caseless", "pear"),
                    of("http://caseless", "APPLE"),
                ])
            }
            "http://v/gender" => {
                Ok(vec![("http://hl7.org/fhir/administrative-gender".into(), "male".into())])
            }
            _ => Err(format!("value set '{value_set}' is not known")),
        }
    }

    fn descendants(&self, _: &str, code: &str) -> Result<Vec<String>, String> {
        match code {
            "fruit" => Ok(["fruit", "apple", "pear"].map(str::to_owned).to_vec()),
            "apple" => Ok(vec!["apple".into()]),
            _ => Err(format!("code '{code}' is not known")),
        }
    }

    fn ignores_case(&self, system: &str) -> bool {
        system == "http://caseless"
    }

    fn ancestors(&self, _: &str, code: &str) -> Result<Vec<String>, String> {
        match code {
            "apple" => Ok(["apple", "fruit"].map(str::to_owned).to_vec()),
            _ => Err(format!("code '{code}' is not known")),
        }
    }
}

fn found(resource_type: &str, bodies: &[&str], url: &str) -> Result<Vec<String>, String> {
    let options = SearchOptions { terminology: Some(&Codes), ..options() };
    let request = search_with(resource_type, url, &options).map_err(|issues| issues[0].text.clone())?;
    Ok(Memory::new(bodies).matches(&request.query))
}

#[test]
fn case_does_not_count_in_code_systems_that_say_so() {
    let coded = |id: &str, system: &str, code: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"{id}","code":{{"coding":[{{"code":"zzz"}},{{"system":"{system}","code":"{code}"}}]}},
                "valueQuantity":{{"value":1}},
                "identifier":[{{"system":"http://caseless","value":"Apple"}}],"performer":[{{"identifier":{{"system":"http://caseless","value":"Apple"}}}}]}}"#
        )
    };
    let bodies = [
        coded("caseless", "http://caseless", "Apple"),
        coded("exact", "http://caseless", "apple"),
        coded("food", "http://food", "Apple"),
        coded("pear", "http://caseless", "PEAR"),
        coded("foodlow", "http://food", "apple"),
    ];
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    for (url, expected) in [
        ("code=http://caseless|apple", vec!["caseless", "exact"]),
        ("code=http://caseless|APPLE,http://food|apple", vec!["caseless", "exact", "foodlow"]),
        ("code:not=http://caseless|aPPLE", vec!["food", "foodlow", "pear"]),
        ("code=http://food|APPLE", vec![]),
        ("code=APPLE", vec![]),
        ("code:in=http://v/both", vec!["caseless", "exact", "foodlow", "pear"]),
        ("code:not-in=http://v/both", vec!["food"]),
        ("code:below=http://caseless|fruit", vec!["caseless", "exact", "pear"]),
        ("_filter=code eq http://caseless|aPPle", vec!["caseless", "exact"]),
        ("_filter=code ne http://caseless|aPPle", vec!["food", "foodlow", "pear"]),
        ("_filter=code in http://v/both", vec!["caseless", "exact", "foodlow", "pear"]),
        ("code-value-quantity=http://caseless|aPPLE$1", vec!["caseless", "exact"]),
        ("code-value-quantity=http://caseless|aPPLE$2", vec![]),
        // Identifiers are as they are written.
        ("identifier=http://caseless|apple", vec![]),
        ("performer:identifier=http://caseless|apple", vec![]),
        ("identifier=http://caseless|Apple", vec!["caseless", "exact", "food", "foodlow", "pear"]),
    ] {
        let expected: Vec<String> = expected.into_iter().map(|id| format!("Observation/{id}")).collect();
        assert_eq!(found("Observation", &bodies, url), Ok(expected), "{url}");
    }
}

#[test]
fn canonicals_are_found_below_a_version() {
    let response = |canonical: &str| {
        parse(&format!(r#"{{ "resourceType": "QuestionnaireResponse", "questionnaire": "{canonical}" }}"#))
    };
    for (canonical, any, one, one_two) in [
        ("http://acme.org/Q", true, false, false),
        ("http://acme.org/Q|1", true, true, false),
        ("http://acme.org/Q|1.0", true, true, false),
        ("http://acme.org/Q|1.2", true, true, true),
        ("http://acme.org/Q|1.2.3", true, true, true),
        ("http://acme.org/Q|1.23", true, true, false),
        ("http://acme.org/Q|10", true, false, false),
        ("http://acme.org/Q/more|1", false, false, false),
    ] {
        let response = response(canonical);
        for (url, expected) in [
            ("questionnaire:below=http://acme.org/Q", any),
            ("questionnaire:below=http://acme.org/Q|1", one),
            ("questionnaire:below=http://x|1,http://acme.org/Q|1.2", one_two),
        ] {
            assert_eq!(matches(&response, url), expected, "{url} of {canonical}");
        }
    }
    assert!(refused("QuestionnaireResponse", "questionnaire:below=x")[0].contains("is not a canonical"));
}

#[test]
fn codes_are_found_by_value_sets_and_hierarchies() {
    let food = |id: &str, coding: &str| {
        format!(r#"{{"resourceType":"Observation","id":"{id}","code":{{"coding":[{coding}]}}}}"#)
    };
    let bodies = [
        food("apple", r#"{"system":"http://food","code":"apple"}"#),
        food("fruit", r#"{"system":"http://food","code":"fruit"}"#),
        food("other", r#"{"system":"http://other","code":"apple"}"#),
        food("none", ""),
        food("two", r#"{"system":"http://food","code":"apple"},{"system":"http://food","code":"stone"}"#),
    ];
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    for (url, expected) in [
        ("code:in=http://v/fruit", Ok(vec!["apple", "two"])),
        ("code:in=ValueSet/fruit", Ok(vec!["apple", "two"])),
        ("code:in=http://v/empty", Ok(vec![])),
        ("code:not-in=http://v/fruit", Ok(vec!["fruit", "none", "other"])),
        ("combo-code:in=http://v/fruit", Ok(vec!["apple", "two"])),
        ("code:below=http://food|fruit", Ok(vec!["apple", "fruit", "two"])),
        ("code:below=http://food|apple", Ok(vec!["apple", "two"])),
        ("code:above=http://food|apple", Ok(vec!["apple", "fruit", "two"])),
        ("_filter=code in http://v/fruit", Ok(vec!["apple", "two"])),
        ("_filter=code ni http://v/fruit", Ok(vec!["fruit", "none", "other"])),
        ("_filter=code ss http://food|fruit", Ok(vec!["apple", "fruit", "two"])),
        ("_filter=code sb http://food|apple", Ok(vec!["apple", "fruit", "two"])),
        ("code:in=http://v/zzz", Err("search parameter 'code': value set 'http://v/zzz' is not known")),
        ("code:below=http://food|zzz", Err("search parameter 'code:below': code 'zzz' is not known")),
        (
            "code:below=fruit",
            Err(
                "the value 'fruit' of search parameter 'code:below' is not a code with its system: system|code",
            ),
        ),
    ] {
        let expected =
            expected.map(|ids| ids.iter().map(|id| format!("Observation/{id}")).collect::<Vec<_>>());
        assert_eq!(found("Observation", &bodies, url), expected.map_err(str::to_owned), "{url}");
    }
    let patient = [r#"{"resourceType":"Patient","id":"p","gender":"male"}"#];
    for (url, expected) in [("gender:in=http://v/gender", 1), ("gender:not-in=http://v/gender", 0)] {
        assert_eq!(found("Patient", &patient, url).unwrap().len(), expected, "{url}");
    }
}

#[test]
fn a_mime_type_is_found_below_its_base() {
    let of = |id: &str, mime: &str| {
        format!(
            r#"{{"resourceType":"DocumentReference","id":"{id}","content":[{{"attachment":{{"contentType":"{mime}"}}}}]}}"#
        )
    };
    let bodies = [
        of("bare", "text/xml"),
        of("full", "Text/XML ; charset=UTF-8"),
        of("other", "text/xml+x"),
        of("pdf", "a/pdf"),
    ];
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    for (url, expected) in [
        ("contenttype=text/xml", vec!["bare"]),
        ("contenttype:below=text/xml", vec!["bare", "full"]),
        ("contenttype:below=urn:ietf:bcp:13|text/xml", vec!["bare", "full"]),
        ("contenttype:below=Text/XML ; charset=UTF-8", vec!["full"]),
        ("contenttype:below=text", vec![]),
        ("contenttype:below=a/pdf,text/xml", vec!["bare", "full", "pdf"]),
    ] {
        let expected: Vec<String> = expected.iter().map(|id| format!("DocumentReference/{id}")).collect();
        assert_eq!(found("DocumentReference", &bodies, url).unwrap(), expected, "{url}");
    }
}

#[test]
fn the_words_of_codes_and_types_of_identifiers_are_found() {
    let patient = parse(
        r#"{ "resourceType": "Patient", "identifier": [
             { "type": { "coding": [{ "system": "http://t", "code": "MR", "display": "Shown" }], "text": "Médical record" }, "system": "http://a", "value": "12345" },
             { "system": "http://b", "value": "6" }],
             "maritalStatus": { "coding": [{ "code": "M", "display": "Married" }], "text": "happily married" } }"#,
    );
    check(
        &patient,
        &[
            ("identifier:of-type=http://t|MR|12345", true),
            ("identifier:of-type=http://t|MR|6", false),
            ("identifier:of-type=http://t|SS|12345", false),
            ("identifier:text=medical", true),
            ("identifier:text=record", false),
            ("identifier:text=12345", false),
            ("identifier:text=shown", false),
            ("identifier:missing=false", true),
        ],
    );
    for value in ["a|b", "a|b|", "|b|c", "a||c", "a|b|c|d"] {
        let texts = refused("Patient", &format!("identifier:of-type={value}"));
        assert!(texts[0].contains("is not the type and the value of an identifier"), "{texts:?}");
    }
    let condition = parse(
        r#"{ "resourceType": "Condition", "code": { "coding": [{ "code": "M", "display": "Headache, severe" }], "text": "Bad head" } }"#,
    );
    check(
        &condition,
        &[
            ("code:text=headache", true),
            ("code:text=BAD", true),
            ("code:text=severe", false),
            ("code:text=M", false),
        ],
    );
}

#[test]
fn uris_are_found_above_and_below() {
    let value_set = parse(r#"{ "resourceType": "ValueSet", "url": "http://acme.org/fhir/ValueSet/123" }"#);
    check(
        &value_set,
        &[
            ("url=http://acme.org/fhir/ValueSet/123", true),
            ("url:below=http://acme.org/fhir/", true),
            ("url:below=http://acme.org/fhir", true),
            ("url:below=http://acme.org/fhi", false),
            ("url:below=http://acme.org/fhir/ValueSet/123", true),
            ("url:below=http://acme.org/fhir/ValueSet/123/4", false),
            ("url:above=http://acme.org/fhir/ValueSet/123/_history/5", true),
            ("url:above=http://acme.org/fhir/ValueSet/123", true),
            ("url:above=http://acme.org/fhir/ValueSet/1234", false),
            ("url:above=http://acme.org/fhir/ValueSet", false),
            ("url:missing=false", true),
        ],
    );
    assert!(refused("ValueSet", "url:below=urn:oid:1.2")[0].contains("only the paths of URLs"));
}

#[test]
fn strings_are_found_by_all_their_words() {
    let patient = parse(
        r#"{ "resourceType": "Patient", "address": [{ "line": ["Große Straße 5", "Hof"], "city": "Wien" }] }"#,
    );
    check(
        &patient,
        &[
            ("address:text=strasse gro", true),
            ("address:text=strasse hof", false),
            ("address:text=rasse", false),
            ("address:text=wien", true),
            ("address=str", false),
            ("_content=wien hof", true),
            ("_content=(paris or wien) and gross", true),
            ("_content=paris", false),
            ("_text=wien", false),
        ],
    );
    let told = parse(
        r#"{ "resourceType": "Patient", "text": { "div": "<div xmlns='x'><b>Bone</b> <i>metastases</i></div>" } }"#,
    );
    check(
        &told,
        &[
            ("_text=bone", true),
            ("_text=\"bone metastases\"", true),
            ("_text=xmlns", false),
            ("_text=b", true),
        ],
    );
    assert!(refused("Patient", "_text=(a")[0].contains("is not words, quoted phrases"));
}

#[test]
fn composites_match_within_one_element() {
    let pressure = parse(
        r#"{ "resourceType": "Observation", "code": { "coding": [{ "system": "http://l", "code": "bp" }] }, "component": [
             { "code": { "coding": [{ "code": "sys" }] }, "valueQuantity": { "value": 120, "unit": "mmHg" } },
             { "code": { "coding": [{ "code": "dia" }] }, "valueQuantity": { "value": 80, "unit": "mmHg" } }] }"#,
    );
    check(
        &pressure,
        &[
            ("component-code-value-quantity=sys$120", true),
            ("component-code-value-quantity=sys$80", false),
            ("component-code-value-quantity=sys$80,dia$80", true),
            ("component-code-value-quantity=sys$gt100||mmHg", true),
            ("component-code-value-quantity=dia$gt100", false),
            ("component-code-value-quantity=dia$gt100&code=bp", false),
            ("combo-code-value-quantity=sys$120", true),
            ("combo-code-value-quantity=bp$120", false),
            ("combo-code-value-quantity=bp$80", false),
            ("code-value-quantity=bp$120", false),
        ],
    );
    let weight = parse(
        r#"{ "resourceType": "Observation", "code": { "coding": [{ "system": "http://l", "code": "w" }, { "code": "v" }] },
             "valueQuantity": { "value": 70, "unit": "kg" } }"#,
    );
    check(
        &weight,
        &[
            ("code-value-quantity=http://l|w$70", true),
            ("code-value-quantity=v$ge70", true),
            ("code-value-quantity=v$gt70", false),
            ("combo-code-value-quantity=v$70||kg", true),
            ("code-value-string=v$70", false),
        ],
    );
    let sampled = parse(
        r#"{ "resourceType": "Observation", "code": { "coding": [{ "code": "v" }] },
             "valueSampledData": { "origin": { "value": 70 }, "period": 1, "dimensions": 1, "data": "0" } }"#,
    );
    check(&sampled, &[("value-quantity=70", true), ("code-value-quantity=v$70", false)]);
    let text = parse(
        r#"{ "resourceType": "Observation", "code": { "coding": [{ "code": "v" }] }, "valueCodeableConcept": { "text": "big" } }"#,
    );
    check(&text, &[("value-string=big", true), ("code-value-string=v$big", false)]);
    let dated = parse(
        r#"{ "resourceType": "Observation", "code": { "coding": [{ "code": "v" }] }, "valueDateTime": "2020-05-01" }"#,
    );
    check(&dated, &[("code-value-date=v$2020-05-01", true), ("code-value-date=v$ge2021", false)]);
    let group = parse(
        r#"{ "resourceType": "Group", "characteristic": [
             { "code": { "coding": [{ "code": "gender" }] }, "valueCodeableConcept": { "coding": [{ "code": "mixed" }] } },
             { "code": { "coding": [{ "code": "owner" }] }, "valueBoolean": true }] }"#,
    );
    check(
        &group,
        &[
            ("characteristic-value=gender$mixed", true),
            ("characteristic-value=gender$true", false),
            ("characteristic-value=owner$true", true),
        ],
    );
    let sequence = parse(
        r#"{ "resourceType": "MolecularSequence", "referenceSeq": { "chromosome": { "coding": [{ "code": "1" }] } },
             "variant": [{ "start": 10, "end": 20 }, { "start": 30, "end": 40 }] }"#,
    );
    check(
        &sequence,
        &[
            ("chromosome-variant-coordinate=1$ge10$lt21", true),
            ("chromosome-variant-coordinate=1$ge30$lt21", false),
            ("chromosome-variant-coordinate=2$ge10$lt21", false),
        ],
    );
    let context = parse(
        r#"{ "resourceType": "Library", "useContext": [{ "code": { "code": "age" }, "valueRange": { "low": { "value": 18 } } }] }"#,
    );
    check(&context, &[("context-type-quantity=age$gt60", true), ("context-type-quantity=focus$gt60", false)]);
    for value in ["a", "a$b$c", "$5", "a$"] {
        let texts = refused("Observation", &format!("code-value-quantity={value}"));
        assert!(
            texts[0].contains(r"is not a value for each of code, value-quantity, joined by '$'"),
            "{texts:?}"
        );
    }
    assert!(refused("Observation", "code-value-quantity=a$x")[0].contains("is not a number"));
}

#[test]
fn what_shares_rows_is_found_as_if_it_had_its_own() {
    let both = parse(
        r#"{ "resourceType": "Observation", "code": { "coding": [{ "code": "a" }] },
             "component": [{ "code": { "coding": [{ "code": "b" }] }, "valueCodeableConcept": { "coding": [{ "code": "c" }] } }] }"#,
    );
    check(
        &both,
        &[
            ("combo-code=a", true),
            ("combo-code=b", true),
            ("combo-code=c", false),
            ("code=b", false),
            ("combo-code:not=b", false),
            ("combo-value-concept=c", true),
            ("value-concept=c", false),
            ("combo-value-concept:missing=false", true),
            ("value-concept:missing=true", true),
        ],
    );
    let patient = parse(r#"{ "resourceType": "Patient", "name": [{ "family": "Berg" }] }"#);
    check(&patient, &[("phonetic=berg", true), ("phonetic=purr", false), ("phonetic:missing=true", false)]);
    let message = parse(
        r#"{ "resourceType": "Bundle", "type": "message", "entry": [{ "resource": { "resourceType": "MessageHeader", "id": "m" } }] }"#,
    );
    check(
        &message,
        &[("message=m", true), ("message:missing=false", true), ("composition:missing=true", true)],
    );
}

#[test]
fn presence_is_known_of_every_kind() {
    let nothing = parse(
        r#"{ "resourceType": "Observation", "id": "o", "effectiveTiming": { "repeat": { "frequency": 1 } } }"#,
    );
    check(
        &nothing,
        &[
            ("date:missing=false", true),
            ("status:missing=true", true),
            ("value-quantity:missing=true", true),
            ("value-string:missing=true", true),
            ("encounter:missing=true", true),
            ("_profile:missing=true", true),
            ("_tag:missing=false", false),
            ("_id:missing=false", true),
            ("_lastUpdated:missing=true", false),
        ],
    );
    let odd = parse(r#"{ "resourceType": "Observation", "status": "odd" }"#);
    check(&odd, &[("status:missing=false", true), ("status=odd", true)]);
    for status in
        ["final", "http://hl7.org/fhir/observation-status|", "http://hl7.org/fhir/observation-status|final"]
    {
        let observation = parse(r#"{ "resourceType": "Observation", "status": "final" }"#);
        assert!(matches(&observation, &format!("status={status}")), "{status}");
        assert!(!matches(&observation, &format!("status=x{status}")), "{status}");
    }
}
