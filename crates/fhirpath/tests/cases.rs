//! What functions and operators yield, case by case: `tests/cases/*.txt`.
//!
//! Each line is an expression, ` => ` and what it yields: values as FHIRPath writes them, separated by commas; `{}` for
//! nothing; `error` where it is refused or cannot be evaluated. A line that is the name of a resource type says what the
//! expressions after it are evaluated on: the resource in the file of that name.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

mod support;

use fhirpath::{Context, Evaluator, Expression, Item, Moment};
use support::cases::{cases, resource, shown};

/// 2024-03-10T16:34:56Z
const NOW: i64 = 1_710_088_496_000;

fn yielded(expression: &str, resource: &fhir::Json) -> Result<String, String> {
    let root = Item::resource(resource).unwrap();
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    let context = Context::new(&root).with_now(Some(Moment { ms: NOW, zone: &zone }));
    let type_id = root.item_type.fhir().unwrap();
    let expression = Expression::compile_for(expression, type_id).map_err(|error| error.to_string())?;
    let mut evaluator = Evaluator::new(context);
    let items = evaluator.evaluate(&expression, &root).map_err(|error| error.to_string())?;
    Ok(shown(&items))
}

#[test]
fn expressions_yield_what_the_specification_says() {
    let (mut count, mut wrong) = (0, String::new());
    for case in cases() {
        count += 1;
        let found = yielded(case.expression, &resource(case.resource_type));
        let agrees = match &found {
            Ok(found) => found == case.expected,
            Err(_) => case.expected == "error",
        };
        if !agrees {
            wrong.push_str(&format!(
                "\n  {}: {} => {}, not {found:?}",
                case.file, case.expression, case.expected
            ));
        }
    }
    assert!(wrong.is_empty(), "of {count} cases:{wrong}");
    assert!(count > 500, "only {count} cases");
}
