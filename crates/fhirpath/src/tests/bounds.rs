//! Whatever an expression says, it does not take the program down.

use super::patient;
use crate::{Context, EvaluateError, Evaluator, Expression, Item, Moment, limits};
use fhir::definitions::{invariants, search_parameters};
use fhir::{Json, json};
use jiff::tz::TimeZone;

static UTC: TimeZone = TimeZone::UTC;

#[test]
fn the_number_of_items_is_limited() {
    let items: Vec<Json> = (0..2_000).map(|number: i64| json!({ "id": (number.to_string()) })).collect();
    let patient = json!({ "resourceType": "Patient", "name": (items) });
    let expression = Expression::compile("Patient.name.select(%resource.name).count()").unwrap();
    let root = Item::resource(&patient).unwrap();
    assert_eq!(expression.evaluate(&Context::new(&root), &root).err(), Some(EvaluateError::TooManyItems));
    assert_eq!(limits::ITEMS, 1_000_000);
}

#[test]
fn no_text_makes_compiling_or_evaluating_panic() {
    const PIECES: &[&str] = &[
        "Patient",
        ".",
        "name",
        "(",
        ")",
        "[",
        "]",
        "|",
        "where",
        "'x'",
        "'\\u00",
        "$this",
        "$index",
        "%resource",
        " ",
        "@2024-",
        "T10:",
        "1",
        "1.5",
        "=",
        "!=",
        "and",
        "or",
        "is",
        "as",
        "ofType",
        "resolve()",
        "exists()",
        "{}",
        "`",
        "é",
        "first()",
        "take(1)",
        "//",
        "/*",
        "extension('u')",
        ",",
        "-",
        "all(",
        "value",
        "deceased",
        "not()",
        "$total",
        "aggregate(",
        "repeat(",
        "select(",
        "iif(",
        "children()",
        "descendants()",
        "~",
        "+",
        "*",
        "/",
        " div ",
        " mod ",
        "&",
        " in ",
        " contains ",
        "<",
        "4 days",
        "5.5 'mg'",
        "@T10:30",
        "power(",
        "sqrt()",
        "round(",
        "matches('a*",
        "replaceMatches(",
        "substring(",
        "toQuantity()",
        "toDateTime()",
        "convertsToTime()",
        "split(",
        "birthDate",
        "distinct()",
        "now()",
        "implies",
        "combine(",
        "2147483647",
        "''",
    ];
    let patient = patient();
    let root = Item::resource(&patient).unwrap();
    let context = Context::new(&root).with_now(Some(Moment { ms: 0, zone: &UTC }));
    let mut dice = Dice(1);
    let mut compiled = 0;
    for _ in 0..15_000 {
        let text: String = (0..1 + dice.roll(9)).map(|_| PIECES[dice.roll(PIECES.len())]).collect();
        if let Ok(expression) = Expression::compile(&text) {
            let _ = expression.evaluate(&context, &root);
            compiled += 1;
        }
    }
    assert!(compiled > 500, "{compiled}");
}

/// Numbers that are the same on every run (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// Real expressions: those of the specification, and the cases.
fn real_expressions() -> Vec<&'static str> {
    let cases = [
        include_str!("../../tests/cases/conversion.txt"),
        include_str!("../../tests/cases/dates.txt"),
        include_str!("../../tests/cases/filtering.txt"),
        include_str!("../../tests/cases/math.txt"),
        include_str!("../../tests/cases/operators.txt"),
        include_str!("../../tests/cases/strings.txt"),
    ];
    let cases = cases.into_iter().flat_map(str::lines).filter_map(|line| line.split_once(" => "));
    let parameters = search_parameters().iter().map(|parameter| parameter.expression);
    let invariants = invariants().iter().map(|invariant| invariant.expression);
    cases.map(|(expression, _)| expression).chain(parameters).chain(invariants).collect()
}

/// The pieces of an expression: words, and single characters between them.
fn pieces(text: &str) -> Vec<&str> {
    let is_word = |character: char| character.is_alphanumeric();
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match is_word(first) {
            true => rest.find(|character| !is_word(character)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

#[test]
fn no_changed_expression_makes_compiling_or_evaluating_panic() {
    let real = real_expressions();
    let patient = patient();
    let root = Item::resource(&patient).unwrap();
    let context = Context::new(&root).with_now(Some(Moment { ms: 0, zone: &UTC }));
    let mut dice = Dice(2);
    let (mut compiled, mut evaluated) = (0, 0);
    for _ in 0..4_000 {
        let mut changed = pieces(real[dice.roll(real.len())]);
        let other = pieces(real[dice.roll(real.len())]);
        for _ in 0..1 + dice.roll(3) {
            let (place, piece) = (dice.roll(changed.len() + 1), other.get(dice.roll(other.len() + 1)));
            match (dice.roll(4), piece) {
                (0, _) if place < changed.len() => drop(changed.remove(place)),
                (1, Some(piece)) if place < changed.len() => changed[place] = piece,
                (2, _) => changed.truncate(place),
                (_, Some(piece)) => changed.insert(place, piece),
                (_, None) => changed.extend(&other),
            }
        }
        if let Ok(expression) = Expression::compile(&changed.concat()) {
            compiled += 1;
            evaluated += usize::from(expression.evaluate(&context, &root).is_ok());
        }
    }
    assert!(compiled > 400 && evaluated > 200, "{compiled} {evaluated}");
}

#[test]
fn what_would_never_end_ends_with_an_error() {
    let long = "a".repeat(1_000);
    let many = (0..400).map(|number| number.to_string()).collect::<Vec<_>>().join("|");
    for (text, error) in [
        ("(1).repeat($this + 1)", EvaluateError::TooManyItems),
        ("'a'.repeat($this & $this)", EvaluateError::TooMuchText),
        (&*format!("({many}).aggregate($total & $total, 'abc')"), EvaluateError::TooMuchText),
        (&*format!("({many}).aggregate($total.combine($total), 1)"), EvaluateError::TooManyItems),
        (&*format!("'{long}'.replace('', '{long}').replace('', '{long}')"), EvaluateError::TooMuchText),
        (
            &*format!("'{long}'.replaceMatches('', '{long}').replaceMatches('', '{long}')"),
            EvaluateError::TooManyItems,
        ),
        (&*format!("({many}).select(({many}).select({many}))"), EvaluateError::TooManyItems),
        (
            &*format!("({many}).select('a'.matches('[a-z]{{50}}' & $this.toString()))"),
            EvaluateError::TooManyItems,
        ),
        (
            "descendants().select(%resource.descendants()).select(%resource.descendants()).select(%resource.descendants())",
            EvaluateError::TooManyItems,
        ),
        (&*format!("'{long}'.replace('', '{long}').toChars()"), EvaluateError::TooManyItems),
    ] {
        let patient = patient();
        let root = Item::resource(&patient).unwrap();
        let expression = Expression::compile(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        assert_eq!(expression.evaluate(&Context::new(&root), &root).err(), Some(error), "{text}");
    }
}

#[test]
fn a_large_resource_is_no_quadratic_work() {
    let contained = |number: i64| json!({ "resourceType": "Basic", "id": (number.to_string()) });
    let reference = |number: i64| json!({ "reference": (format!("#{number}")) });
    let contained: Vec<Json> = (0..3_000).map(contained).collect();
    let references: Vec<Json> = (0..3_000).map(reference).collect();
    let patient =
        json!({ "resourceType": "Patient", "contained": (contained), "generalPractitioner": (references) });
    let root = Item::resource(&patient).unwrap();
    let expression = Expression::compile(
        "contained.where(('#' + id in %resource.descendants().reference).not()).empty() \
         and %resource.descendants().reference.isDistinct()",
    );
    let expression = expression.unwrap();
    let mut evaluator = Evaluator::new(Context::new(&root));
    // Looking each of 3,000 ids up in 3,000 references is more than one evaluation may do.
    assert_eq!(evaluator.truth(&expression, &root), Err(EvaluateError::TooManyItems));
    let distinct = Expression::compile("descendants().reference.isDistinct()").unwrap();
    assert_eq!(evaluator.truth(&distinct, &root), Ok(Some(true)));
}

#[test]
fn nesting_as_deep_as_allowed_fits_the_stack() {
    let patient = patient();
    let root = Item::resource(&patient).unwrap();
    for (open, close) in [
        ("(", ")"),
        ("where(", ")"),
        ("repeat(", ")"),
        ("iif(true, ", ", 1)"),
        ("-", ""),
        ("select($this.", ")"),
    ] {
        let mut deepest = 0;
        for depth in 1..limits::NESTING + 2 {
            let text = format!("{}name{}", open.repeat(depth), close.repeat(depth));
            if let Ok(expression) = Expression::compile(&text) {
                let _ = expression.evaluate(&Context::new(&root), &root);
                deepest = depth;
            }
        }
        assert!((40..=limits::NESTING).contains(&deepest), "{open}: {deepest}");
    }
}
