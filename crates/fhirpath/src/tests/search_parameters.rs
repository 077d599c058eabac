//! The expressions of R4's search parameters.

use crate::Expression;
use fhir::definitions::{ResourceType, SearchParameterType, search_parameters};

#[test]
fn every_search_parameter_of_r4_compiles_and_its_types_are_known() {
    let mut compiled = 0;
    for parameter in search_parameters().iter().filter(|parameter| !parameter.expression.is_empty()) {
        let context = ResourceType::type_id(parameter.base[0]);
        let expression = match parameter.base {
            [_] => Expression::compile_for(parameter.expression, context),
            _ => Expression::compile(parameter.expression),
        };
        let expression = expression.unwrap_or_else(|error| panic!("{}: {error}", parameter.url));
        let special = parameter.expression == "Bundle.entry[0].resource";
        assert!(special || expression.types().is_some_and(|types| !types.is_empty()), "{}", parameter.url);
        assert!(parameter.kind != SearchParameterType::Date || expression.types().is_some());
        for component in parameter.components {
            for item_type in expression.types().unwrap() {
                let context = item_type.fhir().unwrap();
                let result = Expression::compile_for(component.expression, context);
                result.unwrap_or_else(|error| panic!("{} {}: {error}", parameter.url, component.expression));
            }
        }
        compiled += 1;
    }
    assert!(compiled > 1_300, "{compiled}");
}
