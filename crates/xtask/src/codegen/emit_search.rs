//! Writes the tables of search parameters and compartments.

use std::collections::{BTreeMap, HashMap};

use super::Files;
use super::compartments::Compartment;
use super::rust::{constant_name, header, literals, resource_types, wrapped};
use super::search_parameters::SearchParameter;
use super::types::Model;

/// Lists of resource types longer than this are written once, as statics of their own.
const INLINE_LIST: usize = 6;

/// Adds the files of search parameters and compartments.
pub fn emit(model: &Model, parameters: &[SearchParameter], compartments: &[Compartment], files: &mut Files) {
    files.insert("search_parameters.rs".to_owned(), search_parameters(model, parameters));
    files.insert("compartments.rs".to_owned(), compartment_table(compartments));
}

fn search_parameters(model: &Model, parameters: &[SearchParameter]) -> String {
    let mut result = header();
    result.push_str(
        "use crate::definitions::{ResourceType as R, SearchParameter, SearchParameterType as S};\n",
    );
    result.push_str("use crate::definitions::SearchParameterComponent as C;\n\n");

    let mut lists: BTreeMap<&[String], String> = BTreeMap::new();
    for list in parameters.iter().flat_map(|parameter| [&parameter.base, &parameter.targets]) {
        if list.len() > INLINE_LIST && !lists.contains_key(list.as_slice()) {
            lists.insert(list, String::new());
        }
    }
    for (number, (list, name)) in lists.iter_mut().enumerate() {
        *name = format!("TYPES_{number}");
        let items = list.iter().map(|item| format!("R::{}", constant_name(item)));
        result.push_str(&format!("static {name}: [R; {}] = [\n{}];\n\n", list.len(), wrapped(items, 4)));
    }
    let mut comparator_lists: Vec<&[String]> =
        parameters.iter().map(|item| item.comparators.as_slice()).collect();
    comparator_lists.sort_unstable();
    comparator_lists.dedup();
    for (number, list) in comparator_lists.iter().enumerate() {
        let (length, items) = (list.len(), literals(list));
        result.push_str(&format!("static COMPARATORS_{number}: [&str; {length}] = [{items}];\n"));
    }

    let types = |list: &[String]| match lists.get(list) {
        Some(name) => format!("&{name}"),
        None => format!("&[{}]", resource_types(list)),
    };
    let ids: HashMap<&str, usize> =
        parameters.iter().enumerate().map(|(id, item)| (item.url.as_str(), id)).collect();
    result.push_str(&format!(
        "\npub(crate) static SEARCH_PARAMETERS: [SearchParameter; {}] = [\n",
        parameters.len()
    ));
    for (id, parameter) in parameters.iter().enumerate() {
        let SearchParameter { code, url, is_common, expression, multiple_or, .. } = parameter;
        let kind = parameter.kind[..1].to_ascii_uppercase() + &parameter.kind[1..];
        let (base, targets) = (types(&parameter.base), types(&parameter.targets));
        let comparators =
            comparator_lists.binary_search(&parameter.comparators.as_slice()).unwrap_or_default();
        let components = parameter.components.iter().map(|component| {
            let (definition, expression) = (&component.definition, &component.expression);
            let id = ids[definition.as_str()];
            format!("\n            C {{ definition: {definition:?}, expression: {expression:?}, parameter: {id} }},")
        });
        let mut components: String = components.collect();
        if !components.is_empty() {
            components.push_str("\n        ");
        }
        result.push_str(&format!(
            "    SearchParameter {{\n        id: {id}, code: {code:?}, kind: S::{kind},\n        \
             url: {url:?},\n        base: {base}, is_common: {is_common},\n        \
             expression: {expression:?},\n        targets: {targets}, components: &[{components}],\n        \
             multiple_or: {multiple_or}, comparators: &COMPARATORS_{comparators},\n    }},\n"
        ));
    }
    result.push_str("];\n\n");
    result.push_str(&parameters_of(model, parameters));
    result
}

fn parameters_of(model: &Model, parameters: &[SearchParameter]) -> String {
    let mut result =
        format!("pub(crate) static SEARCH_PARAMETERS_OF: [&[u16]; {}] = [\n", model.resource_count);
    for name in model.resource_names() {
        let ids = parameters.iter().enumerate().filter(|(_, item)| item.base.iter().any(|base| base == name));
        let rows = wrapped(ids.map(|(id, _)| id.to_string()), 8);
        result.push_str(&format!("    // {name}\n    &[\n{rows}    ],\n"));
    }
    result + "];\n"
}

fn compartment_table(compartments: &[Compartment]) -> String {
    let mut result = header();
    result.push_str("use crate::definitions::{Compartment, CompartmentMember as M, ResourceType as R};\n\n");
    result.push_str(&format!("pub(crate) static COMPARTMENTS: [Compartment; {}] = [\n", compartments.len()));
    for Compartment { code, members } in compartments {
        let constant = constant_name(code);
        result.push_str(&format!(
            "    Compartment {{ code: {code:?}, resource_type: R::{constant}, members: &[\n"
        ));
        for (name, parameters) in members {
            let (constant, parameters) = (constant_name(name), literals(parameters));
            result.push_str(&format!(
                "        M {{ resource_type: R::{constant}, parameters: &[{parameters}] }},\n"
            ));
        }
        result.push_str("    ] },\n");
    }
    result + "];\n"
}
