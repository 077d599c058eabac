//! Whatever an expression says, it does not take the program down.

use super::patient;
use crate::{Context, EvaluateError, Expression, Item, limits};
use fhir::{Json, json};

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
    ];
    let patient = patient();
    let root = Item::resource(&patient).unwrap();
    let context = Context::new(&root);
    // A generator of numbers that is the same on every run (Knuth's MMIX constants).
    let mut state = 1u64;
    let mut roll = |sides: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % sides
    };
    let mut compiled = 0;
    for _ in 0..40_000 {
        let text: String = (0..1 + roll(9)).map(|_| PIECES[roll(PIECES.len())]).collect();
        if let Ok(expression) = Expression::compile(&text) {
            let _ = expression.evaluate(&context, &root);
            compiled += 1;
        }
    }
    assert!(compiled > 500, "{compiled}");
}
