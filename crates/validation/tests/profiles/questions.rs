//! What constraints ask beyond the value at hand: profiles, code systems, value sets.

use super::*;
use fhir::Severity;
use terminology::Terminology;

const OTHER: &str = "http://example.org/other";

fn constrained(url: &str, expression: &str) -> Json {
    let element = format!(
        r#"{{"path":"Observation","constraint":[{{"key":"q-1","severity":"error","human":"x","expression":"{expression}"}}]}}"#
    );
    definition(url, "Observation", &element)
}

/// What is told of the constraint: that it is broken, that it cannot be evaluated, nothing.
fn told(profiles: &Profiles, body: &str, mode: Mode) -> Option<Severity> {
    let code_system = parse(
        r#"{"resourceType":"CodeSystem","url":"http://example.org/s","status":"active","content":"complete","hierarchyMeaning":"is-a",
            "concept":[{"code":"animal","concept":[{"code":"dog"}]},{"code":"plant"}]}"#,
    );
    let terminology = Terminology::builtin().with(&code_system);
    let asked = [URL];
    let options = Options {
        profiles: Some(profiles),
        asked_profiles: &asked,
        terminology: Some(&terminology),
        mode,
        ..Options::default()
    };
    let issues = validate(&parse(body), &options);
    let mut found = issues.iter().filter(|issue| issue.text.starts_with("q-1"));
    let told = found.next();
    assert!(found.next().is_none(), "{issues:?}");
    told.map(|issue| issue.severity)
}

#[test]
fn questions_about_profiles_codes_and_value_sets_are_answered() {
    let coding = |code: &str| format!("%resource.code.coding.where(code = '{code}').first()");
    let (dog, animal, plant) = (coding("dog"), coding("animal"), coding("plant"));
    let body = observation(
        r#""subject":{"reference":"Patient/1"},"valueString":"x","category":[{"coding":[
           {"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}]"#,
    )
    .replace(
        r#""code":{"text":"x"}"#,
        r#""code":{"coding":[{"system":"http://example.org/s","code":"dog"},{"system":"http://example.org/s","code":"animal"},
           {"system":"http://example.org/s","code":"plant"}]}"#,
    );
    let subject = definition(OTHER, "Observation", r#"{"path":"Observation.subject","min":1}"#);
    let encounter =
        definition("http://example.org/e", "Observation", r#"{"path":"Observation.encounter","min":1}"#);
    let named = definition("http://example.org/c", "Coding", r#"{"path":"Coding.display","min":1}"#);
    let (broken, unknown) = (Some(Severity::Error), Some(Severity::Warning));
    for (expression, expected) in [
        (format!("conformsTo('{OTHER}')"), None),
        (format!("conformsTo('{OTHER}').not()"), broken),
        ("conformsTo('http://example.org/e')".to_owned(), broken),
        ("code.coding.first().conformsTo('http://example.org/c')".to_owned(), broken),
        ("code.conformsTo('http://example.org/c')".to_owned(), broken),
        ("conformsTo('http://hl7.org/fhir/StructureDefinition/Observation')".to_owned(), None),
        ("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')".to_owned(), broken),
        ("conformsTo('http://example.org/none')".to_owned(), unknown),
        ("conformsTo('http://example.org/none').not()".to_owned(), unknown),
        ("conformsTo('http://example.org/none').exists()".to_owned(), None),
        ("status = 'final' or conformsTo('http://example.org/none')".to_owned(), None),
        ("status = 'amended' and conformsTo('http://example.org/none')".to_owned(), broken),
        (format!("{animal}.subsumes({dog})"), None),
        (format!("{dog}.subsumes({animal})"), broken),
        (format!("{dog}.subsumedBy({animal})"), None),
        (format!("{plant}.subsumedBy({animal})"), broken),
        ("category.coding.first().subsumes(category.coding.first())".to_owned(), None),
        ("status.memberOf('http://hl7.org/fhir/ValueSet/observation-status')".to_owned(), None),
        ("status.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')".to_owned(), broken),
        ("status.memberOf('http://example.org/none')".to_owned(), unknown),
        // A profile that asks for itself holds if nothing else is against it.
        (format!("conformsTo('{URL}')"), None),
    ] {
        let profiles = load([&constrained(URL, &expression), &subject, &encounter, &named]);
        assert_eq!(told(&profiles, &body, Mode::Check), expected, "{expression}");
        let write = expected.filter(|severity| *severity == Severity::Error);
        assert_eq!(told(&profiles, &body, Mode::Write), write, "{expression}");
    }
}

#[test]
fn profiles_that_ask_for_one_another_come_to_an_end() {
    let url = |index: usize| format!("http://example.org/{index}");
    let chain = |index: usize| {
        let next = [index + 1, index + 2].map(|next| format!("conformsTo('{}')", url(next % 40)));
        constrained(&url(index), &next.join(" and "))
    };
    let mut definitions: Vec<Json> = (0..40).map(chain).collect();
    definitions.push(constrained(URL, &format!("conformsTo('{}')", url(0))));
    let profiles = load(&definitions);
    let asked = told(&profiles, &observation(r#""valueString":"x""#), Mode::Check);
    assert_eq!(asked, Some(Severity::Warning), "too deep to be told");
}
