//! Many evaluations on one resource.

use crate::context::Context;
use crate::error::EvaluateError;
use crate::expression::Expression;
use crate::item::Item;
use crate::run::Run;

/// Evaluates many expressions on the elements of one resource, with the same buffers. Each evaluation has the whole
/// budget of [`limits`](crate::limits).
///
/// ```
/// use fhir::json;
/// use fhirpath::{Context, Evaluator, Expression, Item};
///
/// let patient = json!({ "resourceType": "Patient", "contact": [{ "gender": "male" }] });
/// let resource = Item::resource(&patient).unwrap();
/// let contact = Expression::compile("Patient.contact").unwrap();
/// let constraint = Expression::compile("name.exists() or telecom.exists()").unwrap();
/// let mut evaluator = Evaluator::new(Context::new(&resource));
/// for contact in evaluator.evaluate(&contact, &resource).unwrap() {
///     assert_eq!(evaluator.truth(&constraint, &contact), Ok(Some(false)));
/// }
/// ```
pub struct Evaluator<'a> {
    context: Context<'a>,
    run: Run<'a>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator in a context.
    pub fn new(context: Context<'a>) -> Self {
        Evaluator { context, run: Run::default() }
    }

    /// The truth value that a constraint has on `focus`, which is also `%context`: `None` if it yields nothing, and
    /// `true` for a single item that is no truth value
    /// (<http://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections>).
    ///
    /// # Errors
    ///
    /// The constraint yields several items, or as [`Expression::evaluate`].
    pub fn truth(
        &mut self,
        constraint: &'a Expression,
        focus: &Item<'a>,
    ) -> Result<Option<bool>, EvaluateError> {
        self.run.restart();
        constraint.run_truth(&self.context, focus, &mut self.run)
    }

    /// The items that an expression yields on `focus`, which is also `%context`.
    ///
    /// # Errors
    ///
    /// As [`Expression::evaluate`].
    pub fn evaluate(
        &mut self,
        expression: &'a Expression,
        focus: &Item<'a>,
    ) -> Result<Vec<Item<'a>>, EvaluateError> {
        self.run.restart();
        let mut items = Vec::new();
        expression.run(&self.context, focus, &mut self.run, &mut items)?;
        Ok(items)
    }

    /// How much all evaluations so far have cost, in items produced or as much work: for callers who bound the whole.
    pub fn work(&self) -> u64 {
        self.run.work()
    }

    /// Goes on with another context: another `%resource`, when an evaluation of constraints enters one that is
    /// contained.
    pub fn set_context(&mut self, context: Context<'a>) {
        self.context = context;
    }
}
