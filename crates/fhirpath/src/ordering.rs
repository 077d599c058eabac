//! What `<`, `<=`, `>` and `>=` mean (<http://hl7.org/fhirpath/N1/#comparison>).

use crate::error::EvaluateError;
use crate::item::Item;
use crate::item_type::SystemType;
use crate::limits;
use crate::number::Number;
use crate::quantity::Quantity;
use crate::run::Run;
use crate::temporal::Temporal;
use std::cmp::Ordering;

/// A comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(crate) fn of(operator: &str) -> Option<Self> {
        Some(match operator {
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            _ => return None,
        })
    }

    fn fits(self, order: Ordering) -> bool {
        match self {
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// Whether a comparison of two single items holds; unknown if one is missing or they can't be told apart.
pub(crate) fn holds(
    comparison: Comparison,
    left: &[Item<'_>],
    right: &[Item<'_>],
    run: &mut Run<'_>,
) -> Result<Option<bool>, EvaluateError> {
    match (left, right) {
        ([], _) | (_, []) => Ok(None),
        ([left], [right]) => Ok(compare(left, right, run)?.map(|order| comparison.fits(order))),
        _ => Err(EvaluateError::NotSingle("a comparison")),
    }
}

/// Which of two items comes later.
fn compare(left: &Item<'_>, right: &Item<'_>, run: &mut Run<'_>) -> Result<Option<Ordering>, EvaluateError> {
    if !left.has_value() || !right.has_value() {
        return Ok(None);
    }
    if let (Some(left), Some(right)) = (Number::of(left), Number::of(right)) {
        return Ok(Some(left.compare(right)));
    }
    let is_time = |kind| matches!(kind, Some(SystemType::Date | SystemType::DateTime | SystemType::Time));
    let (left_type, right_type) = (left.system_type(), right.system_type());
    if is_time(left_type) && is_time(right_type) {
        return match (Temporal::of(left), Temporal::of(right)) {
            (Some(left), Some(right)) if left.is_time() != right.is_time() => {
                Err(EvaluateError::WrongType("a comparison"))
            }
            (Some(left), Some(right)) => Ok(left.compare(&right)),
            // Text that is no date, which validation tells of.
            _ => Ok(None),
        };
    }
    let is_text = |kind| kind == Some(SystemType::String);
    if let (Some(one), Some(other)) = (left.as_str(), right.as_str())
        && is_text(left_type)
        && is_text(right_type)
    {
        run.count_reading(one)?;
        return Ok(Some(one.cmp(other)));
    }
    run.count_many(limits::UNIT_ITEMS)?;
    match (Quantity::of(left), Quantity::of(right)) {
        (Some(left), Some(right)) => Ok(left.compare(&right)),
        // A Quantity of FHIR without a value, or with a comparator, says too little.
        _ if left.object().is_some() && right.object().is_some() => Ok(None),
        _ => Err(EvaluateError::WrongType("a comparison")),
    }
}
