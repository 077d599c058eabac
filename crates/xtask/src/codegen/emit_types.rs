//! Writes the tables of types and elements.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;

use super::Files;
use super::rust::{constant_name, header, resource_types, wrapped};
use super::types::{Binding, Element, ElementType, Invariant, Model, Type};
use super::value_sets::ValueSet;
use crate::Result;

/// The files of the resource types, by the first letter of the name.
const RESOURCE_FILES: [(&str, char, char); 6] = [
    ("resources_a_b", 'A', 'B'),
    ("resources_c", 'C', 'C'),
    ("resources_d_h", 'D', 'H'),
    ("resources_i_m", 'I', 'M'),
    ("resources_n_r", 'N', 'R'),
    ("resources_s_z", 'S', 'Z'),
];
const DATA_TYPES_FILE: &str = "data_types";

/// The shared pools that packed elements point into: each value with its place.
struct Pools<'a> {
    names: BTreeMap<String, usize>,
    type_ids: HashMap<&'a str, usize>,
    type_lists: BTreeMap<&'a [ElementType], usize>,
    bindings: BTreeMap<&'a Binding, usize>,
    invariants: BTreeMap<&'a Invariant, usize>,
    invariant_lists: BTreeMap<&'a BTreeSet<Invariant>, usize>,
}

/// Adds the files of types, elements, their lists, bindings and names.
pub fn emit(model: &Model, value_sets: &[ValueSet], files: &mut Files) -> Result<()> {
    let pools = Pools::of(model)?;
    files.insert("names.rs".to_owned(), names(&pools));
    files.insert("type_lists.rs".to_owned(), type_lists(&pools));
    files.insert("bindings.rs".to_owned(), bindings(&pools, value_sets)?);
    files.insert("invariants.rs".to_owned(), invariants(model, &pools));
    files.insert("constants.rs".to_owned(), constants(model));

    let mut index = header() + "use super::{data_types";
    let mut contents: BTreeMap<&str, Vec<&Type>> = BTreeMap::new();
    for definition in &model.types {
        contents.entry(file_of(model, definition)?).or_default().push(definition);
    }
    for (file, mut definitions) in contents {
        definitions.sort_by(|a, b| a.name.cmp(&b.name));
        files.insert(format!("{file}.rs"), type_file(&pools, &definitions));
        if file != DATA_TYPES_FILE {
            write!(index, ", {file}")?;
        }
    }
    index.push_str("};\nuse crate::definitions::TypeDefinition;\n\n");
    writeln!(index, "pub(crate) const RESOURCE_TYPE_COUNT: usize = {};\n", model.resource_count)?;
    writeln!(index, "pub(crate) static TYPES: [&TypeDefinition; {}] = [", model.types.len())?;
    for definition in &model.types {
        writeln!(index, "    &{}::{},", file_of(model, definition)?, constant_name(&definition.name))?;
    }
    index.push_str("];\n");
    files.insert("types.rs".to_owned(), index);
    Ok(())
}

impl<'a> Pools<'a> {
    fn of(model: &'a Model) -> Result<Self> {
        let elements = || model.types.iter().flat_map(|definition| &definition.elements);
        let names: BTreeSet<_> = model
            .types
            .iter()
            .flat_map(|definition| members(definition).map(|(name, ..)| name))
            .chain(elements().map(|element| element.name.clone()))
            .collect();
        let type_lists: BTreeSet<_> = elements().map(|element| element.types.as_slice()).collect();
        let bindings: BTreeSet<_> = model.bindings().collect();
        let invariant_lists: BTreeSet<_> = elements().map(|element| &element.invariants).collect();
        // The sizes of the numbers in the tables.
        for (what, count, limit) in [
            ("names", names.len(), usize::from(u16::MAX)),
            ("lists of types", type_lists.len(), usize::from(u16::MAX)),
            ("invariants", model.invariants.len(), usize::from(u8::MAX)),
            ("lists of invariants", invariant_lists.len(), usize::from(u8::MAX)),
            ("resource types", model.resource_count, usize::from(u8::MAX)),
        ] {
            if count > limit {
                return Err(format!("{count} {what}: more than the tables can number").into());
            }
        }
        Ok(Self {
            names: numbered(names),
            type_ids: model
                .types
                .iter()
                .enumerate()
                .map(|(id, definition)| (definition.name.as_str(), id))
                .collect(),
            type_lists: numbered(type_lists),
            bindings: numbered(bindings),
            invariants: numbered(model.invariants.iter()),
            invariant_lists: numbered(invariant_lists),
        })
    }
}

impl Pools<'_> {
    /// The number of a binding, as the tables write it.
    fn binding(&self, binding: Option<&Binding>) -> String {
        binding.map_or("N".to_owned(), |binding| self.bindings[binding].to_string())
    }
}

fn numbered<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    items.into_iter().enumerate().map(|(number, item)| (item, number)).collect()
}

/// JSON property names with the places of element and type, sorted by name.
fn members(definition: &Type) -> impl Iterator<Item = (String, usize, usize)> {
    let mut members = Vec::new();
    for (place, element) in definition.elements.iter().enumerate() {
        // The value of a primitive is the JSON value itself.
        if definition.kind == "Primitive" && element.name == "value" {
            continue;
        }
        for (type_place, element_type) in element.types.iter().enumerate() {
            let name = match element.is_choice {
                true => format!("{}{}", element.name, capitalised(&element_type.name)),
                false => element.name.clone(),
            };
            members.push((name, place, type_place));
        }
    }
    members.sort();
    members.into_iter()
}

fn capitalised(name: &str) -> String {
    name[..1].to_ascii_uppercase() + &name[1..]
}

fn file_of(model: &Model, definition: &Type) -> Result<&'static str> {
    let root = definition.name.split('.').next().unwrap_or_default();
    if !model.resource_names().any(|name| name == root) {
        return Ok(DATA_TYPES_FILE);
    }
    let found =
        RESOURCE_FILES.iter().find(|(_, first, last)| root.starts_with(|c| *first <= c && c <= *last));
    found.map(|(file, ..)| *file).ok_or_else(|| format!("no file is meant for {root}").into())
}

fn type_file(pools: &Pools, definitions: &[&Type]) -> String {
    let mut result = header();
    result.push_str("use super::{e, m};\nuse crate::definitions::element::{UNBOUND as N, flag::*};\n");
    result.push_str("use crate::definitions::{InvariantId as I, TypeDefinition, TypeId, TypeKind};\n");
    for definition in definitions {
        let Type { name, kind, is_abstract, .. } = definition;
        let (id, base) = (pools.type_ids[name.as_str()], &definition.base);
        let binding = pools.binding(definition.binding.as_ref());
        result.push_str(&format!(
            "\npub(crate) static {}: TypeDefinition = TypeDefinition {{\n    \
             id: TypeId({id}), name: {name:?}, kind: TypeKind::{kind}, base: {base:?}, is_abstract: {is_abstract}, \
             binding: {binding},\n    elements: &[\n",
            constant_name(name)
        ));
        for element in &definition.elements {
            let name = pools.names[&element.name];
            let types = pools.type_lists[element.types.as_slice()];
            let binding = pools.binding(element.binding.as_ref());
            let invariants = pools.invariant_lists[&element.invariants];
            let flags = flags(element);
            let comment = &element.name;
            result.push_str(&format!(
                "        e({name}, {flags}, {types}, {binding}, {invariants}), // {comment}\n"
            ));
        }
        result.push_str("    ],\n    members: &[\n");
        let rows = members(definition).map(|(name, element, place)| {
            let name = pools.names[&name];
            format!("m({name}, {element}, {place})")
        });
        result.push_str(&wrapped(rows, 8));
        let invariants = definition.invariants.iter().map(|item| format!("I({})", pools.invariants[item]));
        result.push_str(&format!(
            "    ],\n    invariants: &[{}],\n}};\n",
            invariants.collect::<Vec<_>>().join(", ")
        ));
    }
    result
}

fn flags(element: &Element) -> String {
    let flags = [
        (element.required, "R"),
        (element.is_array, "A"),
        (element.forbidden, "F"),
        (element.is_choice, "C"),
        (element.is_summary, "S"),
        (element.is_modifier, "M"),
        (element.is_attribute, "X"),
    ];
    let set: Vec<_> = flags.iter().filter(|(is_set, _)| *is_set).map(|(_, letter)| *letter).collect();
    if set.is_empty() { "0".to_owned() } else { set.join("|") }
}

fn names(pools: &Pools) -> String {
    let rows = wrapped(pools.names.keys().map(|name| format!("{name:?}")), 4);
    format!("{}pub(crate) static NAMES: [&str; {}] = [\n{rows}];\n", header(), pools.names.len())
}

fn type_lists(pools: &Pools) -> String {
    let mut result = header();
    result.push_str("use crate::definitions::{ElementType as E, ResourceType as R, TypeId as T};\n\n");
    result.push_str(&format!("pub(crate) static TYPE_LISTS: [&[E]; {}] = [\n", pools.type_lists.len()));
    for list in pools.type_lists.keys() {
        if let [only] = *list
            && only.targets.is_empty()
        {
            let (name, id) = (&only.name, pools.type_ids[only.name.as_str()]);
            result.push_str(&format!("    &[E {{ type_id: T({id}), targets: &[] }}], // {name}\n"));
            continue;
        }
        result.push_str("    &[\n");
        for ElementType { name, targets } in *list {
            let (id, targets) = (pools.type_ids[name.as_str()], resource_types(targets));
            result.push_str(&format!("        E {{ type_id: T({id}), targets: &[{targets}] }}, // {name}\n"));
        }
        result.push_str("    ],\n");
    }
    result + "];\n"
}

fn bindings(pools: &Pools, value_sets: &[ValueSet]) -> Result<String> {
    let place = |url: &str| {
        value_sets
            .binary_search_by(|item| item.url.as_str().cmp(url))
            .map_err(|_| format!("no value set {url}"))
    };
    let mut result = header();
    result.push_str("use crate::definitions::{Binding, BindingStrength as S, ValueSetId as V};\n\n");
    result.push_str("const fn b(strength: S, value_set: u16, max_value_set: Option<V>) -> Binding {\n");
    result.push_str("    Binding { strength, value_set: V(value_set), max_value_set }\n}\n\n");
    result.push_str(&format!("pub(crate) static BINDINGS: [Binding; {}] = [\n", pools.bindings.len()));
    for binding in pools.bindings.keys() {
        let max = match &binding.max_value_set {
            Some(url) => format!("Some(V({}))", place(url)?),
            None => "None".to_owned(),
        };
        let (strength, value_set) = (capitalised(&binding.strength), place(&binding.value_set)?);
        result.push_str(&format!("    b(S::{strength}, {value_set}, {max}), // {}\n", binding.value_set));
    }
    Ok(result + "];\n")
}

fn invariants(model: &Model, pools: &Pools) -> String {
    let mut result = header();
    result.push_str("use crate::definitions::{Invariant, InvariantId as I, InvariantSeverity as S};\n\n");
    result.push_str(&format!("pub(crate) static INVARIANTS: [Invariant; {}] = [\n", model.invariants.len()));
    for Invariant { key, expression, severity, is_best_practice } in &model.invariants {
        let severity = capitalised(severity);
        result.push_str(&format!(
            "    Invariant {{ key: {key:?}, severity: S::{severity}, is_best_practice: {is_best_practice}, \
             expression: {expression:?} }},\n"
        ));
    }
    result.push_str(&format!(
        "];\n\npub(crate) static INVARIANT_LISTS: [&[I]; {}] = [\n",
        pools.invariant_lists.len()
    ));
    for list in pools.invariant_lists.keys() {
        let ids: Vec<_> = list.iter().map(|item| format!("I({})", pools.invariants[item])).collect();
        let keys: Vec<_> = list.iter().map(|item| item.key.as_str()).collect();
        let comment = if keys.is_empty() { "none".to_owned() } else { keys.join(", ") };
        result.push_str(&format!("    &[{}], // {comment}\n", ids.join(", ")));
    }
    result + "];\n"
}

/// The constants of ResourceType and TypeId.
fn constants(model: &Model) -> String {
    let mut result = header() + "use crate::definitions::{ResourceType, TypeId};\n\nimpl ResourceType {\n";
    for (id, name) in model.resource_names().enumerate() {
        let constant = constant_name(name);
        result.push_str(&format!(
            "    /// The resource type {name}.\n    pub const {constant}: Self = Self({id});\n"
        ));
    }
    result.push_str("}\n\nimpl TypeId {\n");
    for (id, definition) in model.types.iter().enumerate().skip(model.resource_count) {
        if definition.kind == "Backbone" {
            continue;
        }
        let (name, constant) = (&definition.name, constant_name(&definition.name));
        result.push_str(&format!("    /// The type {name}.\n    pub const {constant}: Self = Self({id});\n"));
    }
    result + "}\n"
}
