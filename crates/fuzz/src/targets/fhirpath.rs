//! Expressions: compiled, and evaluated over resources.

use super::resources;
use crate::target::{Target, Verdict};
use ::fhirpath::{Context, Expression, Item};
use fhir::definitions::{invariants, search_parameters};
use fhir::{Json, json};

/// Longer expressions are not compiled here: in the server a body or a value holds them.
const LONGEST: usize = 16 * 1024;

pub(super) struct Expressions {
    seeds: Vec<Vec<u8>>,
    resources: Vec<Json>,
}

impl Expressions {
    pub(super) fn new() -> Self {
        let of_parameters = search_parameters().iter().map(|parameter| parameter.expression);
        let of_invariants = invariants().iter().map(|invariant| invariant.expression);
        let others = [
            "1.5 'mg' = 1500 'ug'",
            "@2024-02-29T10:00 + 1 month",
            "'a'.replaceMatches('(a+)+', '$1')",
            "repeat(children()).ofType(Coding).where(code.exists()).aggregate($total + 1, 0)",
            "iif(true, {}, 1 div 0)",
        ];
        let texts = of_parameters.chain(of_invariants).chain(others).filter(|text| !text.is_empty());
        let mut resources = resources::of_a_record();
        let extensions: Vec<Json> =
            (0..200_i64).map(|n| json!({ "url": "http://e", "valueInteger": n })).collect();
        resources.push(json!({ "resourceType": "Basic", "extension": extensions }));
        Expressions { seeds: texts.map(|text| text.as_bytes().to_vec()).collect(), resources }
    }
}

impl Target for Expressions {
    fn seeds(&self) -> &[Vec<u8>] {
        &self.seeds
    }

    fn pieces(&self) -> &[&'static str] {
        &[
            ".where(",
            ".select(",
            ".repeat(children())",
            ".descendants()",
            ".all(",
            ".aggregate(",
            "$this",
            "$index",
            "$total",
            "%resource",
            "%context",
            ".resolve()",
            ".ofType(",
            " is ",
            " as ",
            " and ",
            " implies ",
            " | ",
            " & ",
            " in ",
            " div ",
            " mod ",
            "@2024-02-29",
            "@T10:00",
            "5 'mg'",
            "1 year",
            ".toString()",
            ".toQuantity()",
            ".matches('(a+)+$')",
            ".replace('', 'xx')",
            ".substring(1, 99)",
            ".power(99)",
            ".exp()",
            ".sqrt()",
            "{}",
            "//",
            "/*",
            "`x`",
            ".trace('x')",
            ".combine(",
            ".union(",
            ".extension('x')",
            ".hasValue()",
            ".memberOf('x')",
            ".conformsTo('x')",
        ]
    }

    fn take(&mut self, input: &[u8]) -> Result<Verdict, String> {
        let Some(text) = std::str::from_utf8(input).ok().filter(|text| text.len() <= LONGEST) else {
            return Ok(Verdict::Refused);
        };
        let expression = match Expression::compile(text) {
            Ok(expression) => expression,
            Err(error) if error.to_string().is_empty() => return Err("refused without a reason".into()),
            Err(_) => return Ok(Verdict::Refused),
        };
        for root in self.resources.iter().filter_map(Item::resource) {
            let context = Context::new(&root);
            let first = expression.evaluate(&context, &root).map(|items| items.len());
            let again = expression.evaluate(&context, &root).map(|items| items.len());
            if first != again {
                return Err(format!("evaluated twice, it yields {first:?} and {again:?}"));
            }
        }
        Ok(Verdict::Accepted)
    }
}
