//! Numbers and quantities: every prefix against values and ranges, precision, units
//! (<http://hl7.org/fhir/R4/search.html#number>, <http://hl7.org/fhir/R4/search.html#quantity>).

use super::{check, matches, parse, refused};

/// Values of `RiskAssessment.prediction.probability[x]`, each with a letter.
const PROBABILITIES: &[(char, &str)] = &[
    ('a', r#""probabilityDecimal": 99.4"#),
    ('b', r#""probabilityDecimal": 99.5"#),
    ('c', r#""probabilityDecimal": 100"#),
    ('d', r#""probabilityDecimal": 100.00"#),
    ('e', r#""probabilityDecimal": 1e2"#),
    ('f', r#""probabilityDecimal": 100.499"#),
    ('g', r#""probabilityDecimal": 100.5"#),
    ('h', r#""probabilityDecimal": -100"#),
    ('i', r#""probabilityRange": { "low": { "value": 90 }, "high": { "value": 110 } }"#),
    ('j', r#""probabilityRange": { "low": { "value": 100 } }"#),
    ('k', r#""probabilityRange": { "high": { "value": 100 } }"#),
    ('l', r#""probabilityRange": { "low": { "value": 99.8 }, "high": { "value": 100.2 } }"#),
];

fn found(value: &str) -> String {
    let matches = |(letter, probability): &(char, &str)| {
        let text = format!(r#"{{ "resourceType": "RiskAssessment", "prediction": [{{ {probability} }}] }}"#);
        matches(&parse(&text), &format!("probability={value}")).then_some(*letter)
    };
    PROBABILITIES.iter().filter_map(matches).collect()
}

#[test]
fn every_prefix_finds_what_the_specification_says() {
    for (value, expected) in [
        ("100", "bcdefl"),
        ("eq100", "bcdefl"),
        ("100.0", "cde"),
        ("100.00", "cde"),
        ("1e2", "abcdefgl"),
        ("1.00e2", "bcdefl"),
        ("10000e-2", "cde"),
        ("-100", "h"),
        ("-1e2", "h"),
        ("+100.0", "cde"),
        ("0", ""),
        ("ne100", "aghijk"),
        ("ne100.0", "abfghijkl"),
        ("gt100", "fgijl"),
        ("gt100.5", "ij"),
        ("lt100", "abhikl"),
        ("lt-100", "k"),
        ("ge100", "cdefgijkl"),
        ("le100", "abcdehijkl"),
        ("sa99.5", "cdefgjl"),
        ("sa100", "fg"),
        ("eb100", "abh"),
        ("eb100.5", "abcdefhkl"),
        ("ap100", "abcdefgijkl"),
        ("ap91", "abcdeijkl"),
        ("ap-100", "hk"),
    ] {
        assert_eq!(found(value), expected, "{value}");
    }
}

#[test]
fn numbers_of_more_digits_than_can_be_told_apart_are_equal_to_themselves() {
    let ucum = "http://unitsofmeasure.org";
    for value in [
        "0.12345678901234567",
        "1234567890123456789",
        "12345678901234.56789",
        "-9007199254740993.1",
        "6.02214076000000000000000000e23",
        "4.35",
    ] {
        let risk = format!(
            r#"{{ "resourceType": "RiskAssessment", "prediction": [{{ "probabilityDecimal": {value} }}] }}"#
        );
        let equal = |prefix: &str| {
            (format!("probability={prefix}{value}"), matches!(prefix, "" | "eq" | "ge" | "le" | "ap"))
        };
        for (url, expected) in ["", "eq", "ne", "ge", "le", "gt", "lt", "sa", "eb", "ap"].map(equal) {
            assert_eq!(matches(&parse(&risk), &url), expected, "{url}");
        }
        let quantity = observation(&format!(
            r#""code": {{ "coding": [{{ "code": "x" }}] }},
               "valueQuantity": {{ "value": {value}, "unit": "g", "system": "{ucum}", "code": "g" }}"#
        ));
        for (unit, of_composite) in
            [(String::new(), ""), ("||g".into(), ""), (format!("|{ucum}|g"), ""), (String::new(), "x$")]
        {
            let code = if of_composite.is_empty() { "value-quantity" } else { "code-value-quantity" };
            let url = |prefix: &str| format!("{code}={of_composite}{prefix}{value}{unit}");
            assert!(matches(&quantity, &url("")), "{}", url(""));
            assert!(!matches(&quantity, &url("ne")), "{}", url("ne"));
        }
    }
    let other = parse(
        r#"{ "resourceType": "RiskAssessment", "prediction": [{ "probabilityDecimal": 0.1234567890123456 }] }"#,
    );
    assert!(!matches(&other, "probability=0.12345678901234567"));
}

#[test]
fn what_is_no_number_is_refused() {
    for value in ["", "ge", "x", "1.", ".5", "1e", "1e999", "0x10", "1,x", "inf", "nan", "--1", "1 2"] {
        if value.is_empty() {
            continue;
        }
        let texts = refused("RiskAssessment", &format!("probability={value}"));
        assert!(texts[0].contains("is not a number of at most 30 digits"), "{value}: {texts:?}");
    }
    let long = "1".repeat(31);
    assert!(refused("RiskAssessment", &format!("probability={long}"))[0].contains("is not a number"));
    let texts = refused("RiskAssessment", "probability=xx5");
    assert!(
        texts[0].contains("'xx' is not a prefix of search parameter 'probability' (allowed: eq, ne"),
        "{texts:?}"
    );
}

fn observation(value: &str) -> fhir::Json {
    parse(&format!(r#"{{ "resourceType": "Observation", "status": "final", {value} }}"#))
}

#[test]
fn quantities_match_by_number_and_unit() {
    let ucum = "http://unitsofmeasure.org";
    let weight = observation(
        r#""valueQuantity": { "value": 5.4, "unit": "milligram", "system": "http://unitsofmeasure.org", "code": "mg" }"#,
    );
    check(
        &weight,
        &[
            ("value-quantity=5.4", true),
            ("value-quantity=5.40", true),
            ("value-quantity=5.41", false),
            ("value-quantity=5", true),
            ("value-quantity=6", false),
            (&format!("value-quantity=5.4|{ucum}|mg"), true),
            (&format!("value-quantity=0.0054|{ucum}|g"), true),
            (&format!("value-quantity=5400|{ucum}|ug"), true),
            (&format!("value-quantity=5400.0|{ucum}|ug"), true),
            (&format!("value-quantity=5401|{ucum}|ug"), false),
            (&format!("value-quantity=gt5.3|{ucum}|mg"), true),
            (&format!("value-quantity=gt5399|{ucum}|ug"), true),
            (&format!("value-quantity=gt5400|{ucum}|ug"), false),
            (&format!("value-quantity=lt1|{ucum}|g"), true),
            (&format!("value-quantity=5.4|{ucum}|mL"), false),
            (&format!("value-quantity=5.4|{ucum}|nonsense"), false),
            ("value-quantity=5.4|http://other|mg", false),
            ("value-quantity=5.4||mg", true),
            ("value-quantity=5.4||milligram", true),
            ("value-quantity=5.4||g", false),
            ("value-quantity=0.0054||g", false),
            ("value-quantity=ne5.4||mg", false),
            ("value-quantity=1,5.4||mg", true),
            ("value-quantity:missing=false", true),
            ("combo-value-quantity=5.4", true),
            ("component-value-quantity=5.4", false),
        ],
    );
    let temperature = observation(
        r#""valueQuantity": { "value": 37, "system": "http://unitsofmeasure.org", "code": "Cel" }"#,
    );
    check(
        &temperature,
        &[
            (&format!("value-quantity=98.6|{ucum}|[degF]"), true),
            (&format!("value-quantity=ge310.15|{ucum}|K"), true),
            (&format!("value-quantity=gt310.15|{ucum}|K"), false),
        ],
    );
    let other = observation(r#""valueQuantity": { "value": 3, "system": "http://tablets", "code": "t" }"#);
    check(
        &other,
        &[("value-quantity=3|http://tablets|t", true), ("value-quantity=3|http://tablets|u", false)],
    );
}

#[test]
fn ranges_comparators_and_samples_are_amounts_too() {
    let less = observation(r#""valueQuantity": { "value": 5, "comparator": "<" }"#);
    check(
        &less,
        &[
            ("value-quantity=5", false),
            ("value-quantity=lt5", true),
            ("value-quantity=ge5", false),
            ("value-quantity=gt4", true),
            ("value-quantity=eb5", true),
            ("value-quantity=ne5", true),
        ],
    );
    let at_least = observation(r#""valueQuantity": { "value": 5, "comparator": ">=" }"#);
    check(
        &at_least,
        &[("value-quantity=le5", true), ("value-quantity=lt5", false), ("value-quantity=gt1000", true)],
    );
    let more = observation(r#""valueQuantity": { "value": 5, "comparator": ">" }"#);
    check(&more, &[("value-quantity=le5", false), ("value-quantity=sa5", true)]);
    let samples = observation(
        r#""valueSampledData": { "origin": { "value": 10, "unit": "mV" }, "period": 1, "factor": 2, "dimensions": 1, "upperLimit": 50,
             "data": "0 5 E U -1" }"#,
    );
    check(
        &samples,
        &[
            ("value-quantity=ge110", true),
            ("value-quantity=gt110", false),
            ("value-quantity=le8", true),
            ("value-quantity=lt8", false),
            ("value-quantity=gt9||mV", true),
            ("value-quantity=gt9||V", false),
        ],
    );
    let condition = parse(
        r#"{ "resourceType": "Condition", "onsetRange": { "low": { "value": 30, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a" },
            "high": { "value": 40, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a" } } }"#,
    );
    check(
        &condition,
        &[
            ("onset-age=ge35||a", true),
            ("onset-age=gt480|http://unitsofmeasure.org|mo", false),
            ("onset-age=gt470|http://unitsofmeasure.org|mo", true),
            ("onset-age=35", false),
            ("abatement-age:missing=true", true),
        ],
    );
    let invoice = parse(r#"{ "resourceType": "Invoice", "totalGross": { "value": 48, "currency": "EUR" } }"#);
    check(
        &invoice,
        &[
            ("totalgross=48", true),
            ("totalgross=48|urn:iso:std:iso:4217|EUR", true),
            ("totalgross=48|urn:iso:std:iso:4217|USD", false),
            ("totalgross=48||EUR", true),
            ("totalgross=48||USD", false),
        ],
    );
    let unit_only = observation(r#""valueQuantity": { "unit": "mg" }"#);
    check(&unit_only, &[("value-quantity:missing=false", true), ("value-quantity=0", false)]);
}

#[test]
fn what_is_no_quantity_is_refused() {
    for (value, text) in [
        ("5|a|b|c", "is not a quantity"),
        ("5|a|", "is not a quantity"),
        ("5|a", "is not a quantity"),
        ("5||", "is not a quantity"),
        ("x|a|b", "is not a number"),
        ("|a|b", "is not a number"),
    ] {
        let texts = refused("Observation", &format!("value-quantity={value}"));
        assert!(texts[0].contains(text), "{value}: {texts:?}");
    }
}

#[test]
fn places_are_near_within_a_distance() {
    // Vienna; Bratislava is 55 km away.
    let vienna =
        parse(r#"{ "resourceType": "Location", "position": { "latitude": 48.2082, "longitude": 16.3738 } }"#);
    check(
        &vienna,
        &[
            ("near=48.1486|17.1077|56|km", true),
            ("near=48.1486|17.1077|54|km", false),
            ("near=48.1486|17.1077|56", true),
            ("near=48.1486|17.1077|35|mi", true),
            ("near=48.1486|17.1077|33|[mi_i]", false),
            ("near=48.1486|17.1077|56000|m", true),
            ("near=48.1486|17.1077", false),
            ("near=48.2082|16.3738", true),
            ("near=48.2082|16.3738|0", true),
            ("near=90|0|4700", true),
            ("near=90|0|4600", false),
            ("near:missing=false", true),
        ],
    );
    let fiji =
        parse(r#"{ "resourceType": "Location", "position": { "latitude": -17.7, "longitude": 179.9 } }"#);
    check(&fiji, &[("near=-17.7|-179.9|25", true), ("near=-17.7|-179.9|15", false)]);
    for (value, text) in [
        ("91|0", "is not a place"),
        ("1", "is not a place"),
        ("1|2|-3", "is not a place"),
        ("1|2|3|parsec", "the unit 'parsec' of search parameter 'near' is not one of km"),
        ("1|2|3|km|x", "is not a place"),
    ] {
        let texts = refused("Location", &format!("near={value}"));
        assert!(texts[0].contains(text), "{value}: {texts:?}");
    }
}
