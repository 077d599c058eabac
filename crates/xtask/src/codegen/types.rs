//! Types, elements and invariants, from the snapshots of the StructureDefinitions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::package::{Package, array, extension, text, texts};
use crate::Result;

/// All types and what they refer to.
pub struct Model {
    /// The concrete resource types by name, then the others by name: the order of the generated table.
    pub types: Vec<Type>,
    /// How many concrete resource types there are.
    pub resource_count: usize,
    /// The distinct invariants, by key and expression.
    pub invariants: Vec<Invariant>,
    /// `string.value` has the only `maxLength` of R4.
    pub string_max_length: u64,
}

pub struct Type {
    pub name: String,
    pub kind: &'static str,
    pub base: Option<String>,
    pub is_abstract: bool,
    pub elements: Vec<Element>,
    /// What every value of the type is bound to: the units of an Age.
    pub binding: Option<Binding>,
    pub invariants: BTreeSet<Invariant>,
}

pub struct Element {
    /// Without `[x]`.
    pub name: String,
    pub required: bool,
    pub is_array: bool,
    pub forbidden: bool,
    pub is_choice: bool,
    pub is_summary: bool,
    pub is_modifier: bool,
    pub is_attribute: bool,
    pub types: Vec<ElementType>,
    pub binding: Option<Binding>,
    /// Beyond those of all its types.
    pub invariants: BTreeSet<Invariant>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ElementType {
    pub name: String,
    /// Resource type names, sorted; empty for any.
    pub targets: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding {
    pub value_set: String,
    pub strength: String,
    pub max_value_set: Option<String>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Invariant {
    pub key: String,
    pub expression: String,
    pub severity: String,
    pub is_best_practice: bool,
}

impl Model {
    /// The bindings of all elements and types.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        let of_types = self.types.iter().filter_map(|definition| definition.binding.as_ref());
        let elements = self.types.iter().flat_map(|definition| &definition.elements);
        of_types.chain(elements.filter_map(|element| element.binding.as_ref()))
    }

    /// The names of the concrete resource types.
    pub fn resource_names(&self) -> impl Iterator<Item = &str> + Clone {
        self.types[..self.resource_count].iter().map(|definition| definition.name.as_str())
    }

    /// The concrete resource types that specialise an abstract one; a concrete type itself.
    pub fn concrete<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.types[..self.resource_count]
            .iter()
            .filter(move |definition| {
                let is_base = definition.base.as_deref() == Some(name);
                definition.name == name || is_base || name == "Resource"
            })
            .map(|definition| definition.name.as_str())
    }
}

/// Reads all types that are no profiles and no logical models.
pub fn read(package: &Package) -> Result<Model> {
    let mut types = BTreeMap::new();
    let mut string_max_length = None;
    for definition in package.structure_definitions.values() {
        if definition["kind"] == "logical" || definition["derivation"] == "constraint" {
            continue;
        }
        for element in array(&definition["snapshot"], "element") {
            if !element["maxLength"].is_null() {
                if text(element, "path")? != "string.value" || string_max_length.is_some() {
                    return Err(
                        "a maxLength elsewhere than at string.value has no place in the tables".into()
                    );
                }
                string_max_length = element["maxLength"].as_u64();
            }
        }
        read_definition(package, definition, &mut types)?;
    }
    remove_repeated_invariants(&mut types)?;
    let (resources, others): (Vec<_>, Vec<_>) = types
        .into_values()
        .partition(|definition: &Type| definition.kind == "Resource" && !definition.is_abstract);
    let resource_count = resources.len();
    let types: Vec<_> = resources.into_iter().chain(others).collect();
    let invariants: BTreeSet<Invariant> = types
        .iter()
        .flat_map(|definition| {
            definition.elements.iter().flat_map(|e| &e.invariants).chain(&definition.invariants)
        })
        .cloned()
        .collect();
    Ok(Model {
        types,
        resource_count,
        invariants: invariants.into_iter().collect(),
        string_max_length: string_max_length.ok_or("string.value has no maxLength")?,
    })
}

/// Adds the type of a StructureDefinition and its backbones.
fn read_definition(package: &Package, definition: &Value, types: &mut BTreeMap<String, Type>) -> Result<()> {
    let elements: Vec<&Value> = array(&definition["snapshot"], "element").collect();
    let by_path: HashMap<&str, &Value> =
        elements.iter().map(|element| Ok((text(element, "path")?, *element))).collect::<Result<_>>()?;
    for element in &elements {
        let path = text(element, "path")?;
        let Some((owner, _)) = path.rsplit_once('.') else {
            types.insert(path.to_owned(), root_type(definition, element)?);
            continue;
        };
        if let Some(base) = backbone_base(element) {
            let backbone = Type {
                name: path.to_owned(),
                kind: "Backbone",
                base: Some(base.to_owned()),
                is_abstract: false,
                elements: Vec::new(),
                // That of a backbone would be its element's.
                binding: None,
                invariants: constraints(element)?,
            };
            types.insert(path.to_owned(), backbone);
        }
        let element = read_element(package, definition, element, &by_path)?;
        let owner = types
            .get_mut(owner)
            .ok_or_else(|| format!("{path} lies below an element that is no backbone"))?;
        owner.elements.push(element);
    }
    Ok(())
}

fn root_type(definition: &Value, element: &Value) -> Result<Type> {
    let kind = match text(definition, "kind")? {
        "resource" => "Resource",
        "complex-type" => "Complex",
        "primitive-type" => "Primitive",
        other => return Err(format!("unknown kind of structure: {other}").into()),
    };
    Ok(Type {
        name: text(definition, "type")?.to_owned(),
        kind,
        base: definition["baseDefinition"].as_str().map(|url| last_segment(url).to_owned()),
        is_abstract: definition["abstract"] == true,
        elements: Vec::new(),
        binding: read_binding(element)?,
        invariants: constraints(element)?,
    })
}

/// `BackboneElement` or `Element` for an element whose own elements are defined below it.
fn backbone_base(element: &Value) -> Option<&str> {
    let mut codes = array(element, "type").filter_map(|item| item["code"].as_str());
    codes.next().filter(|code| matches!(*code, "BackboneElement" | "Element"))
}

fn read_element(
    package: &Package,
    definition: &Value,
    element: &Value,
    by_path: &HashMap<&str, &Value>,
) -> Result<Element> {
    let path = text(element, "path")?;
    let name = path.rsplit('.').next().unwrap_or(path);
    let (min, max, base_max) = (&element["min"], text(element, "max")?, text(&element["base"], "max")?);
    // The packed form has a bit for each of these facts; anything else would be lost.
    if !matches!(min.as_u64(), Some(0 | 1))
        || !matches!((max, base_max), ("1", "1") | ("*", "*") | ("0", "*"))
    {
        return Err(format!("{path} has a cardinality without a place in the tables: {min}..{max}").into());
    }
    let mut invariants = constraints(element)?;
    let types = if let Some(reference) = element["contentReference"].as_str() {
        let target = reference.trim_start_matches('#');
        let defined =
            by_path.get(target).ok_or_else(|| format!("{path} refers to {target}, which is missing"))?;
        backbone_base(defined).ok_or_else(|| format!("{path} refers to {target}, which is no backbone"))?;
        vec![ElementType { name: target.to_owned(), targets: Vec::new() }]
    } else if backbone_base(element).is_some() {
        vec![ElementType { name: path.to_owned(), targets: Vec::new() }]
    } else {
        let types = array(element, "type").map(|item| {
            for profile in texts(item, "profile") {
                invariants.extend(profile_invariants(package, profile)?);
            }
            element_type(definition, path, item)
        });
        types.collect::<Result<_>>()?
    };
    Ok(Element {
        name: name.trim_end_matches("[x]").to_owned(),
        required: min == 1,
        is_array: base_max == "*",
        forbidden: max == "0",
        is_choice: name.ends_with("[x]"),
        is_summary: element["isSummary"] == true,
        is_modifier: element["isModifier"] == true,
        is_attribute: texts(element, "representation").any(|representation| representation == "xmlAttr"),
        types,
        binding: read_binding(element)?,
        invariants,
    })
}

fn element_type(definition: &Value, path: &str, item: &Value) -> Result<ElementType> {
    let root = text(definition, "type")?;
    let code = text(item, "code")?;
    let name = if !code.starts_with("http://hl7.org/fhirpath/System.") {
        code
    } else if path == format!("{root}.value") {
        // The value of a primitive: FHIRPath's own types are not ours.
        root
    } else if definition["kind"] == "resource" && path == format!("{root}.id") {
        // The extension below says string here, but the text of the specification and its regular expression say id.
        "id"
    } else {
        extension(item, "structuredefinition-fhir-type").and_then(Value::as_str).unwrap_or("string")
    };
    let mut targets: Vec<_> = texts(item, "targetProfile").map(|url| last_segment(url).to_owned()).collect();
    targets.sort_unstable();
    if targets.iter().any(|target| target == "Resource") {
        targets.clear();
    }
    Ok(ElementType { name: name.to_owned(), targets })
}

/// What a profile on a type (SimpleQuantity on Quantity) demands beyond the type itself.
fn profile_invariants(package: &Package, url: &str) -> Result<BTreeSet<Invariant>> {
    let find = |url: &str| package.structure_definitions.get(url).ok_or_else(|| format!("{url} is missing"));
    let profile = find(url)?;
    let base = find(text(profile, "baseDefinition")?)?;
    let root = |definition: &Value| constraints(&definition["snapshot"]["element"][0]);
    Ok(root(profile)?.difference(&root(base)?).cloned().collect())
}

fn constraints(element: &Value) -> Result<BTreeSet<Invariant>> {
    let invariants = array(element, "constraint").map(|constraint| {
        Ok(Invariant {
            key: text(constraint, "key")?.to_owned(),
            expression: text(constraint, "expression")?.to_owned(),
            severity: text(constraint, "severity")?.to_owned(),
            is_best_practice: extension(constraint, "elementdefinition-bestpractice").is_some(),
        })
    });
    invariants.collect()
}

fn read_binding(element: &Value) -> Result<Option<Binding>> {
    let binding = &element["binding"];
    let Some(value_set) = binding["valueSet"].as_str() else { return Ok(None) };
    let max = extension(binding, "elementdefinition-maxValueSet").and_then(Value::as_str);
    Ok(Some(Binding {
        value_set: unversioned(value_set).to_owned(),
        strength: text(binding, "strength")?.to_owned(),
        max_value_set: max.map(|url| unversioned(url).to_owned()),
    }))
}

/// Snapshots repeat a type's invariants at each element of the type (`ele-1` thousands of times). They hold because
/// of the type, so elements keep only the others; a backbone's are those of its element.
fn remove_repeated_invariants(types: &mut BTreeMap<String, Type>) -> Result<()> {
    let of_types: HashMap<String, BTreeSet<Invariant>> =
        types.iter().map(|(name, definition)| (name.clone(), definition.invariants.clone())).collect();
    for definition in types.values_mut() {
        for element in &mut definition.elements {
            let lists: Vec<_> = element
                .types
                .iter()
                .map(|item| of_types.get(&item.name).ok_or_else(|| format!("there is no type {}", item.name)))
                .collect::<Result<_, _>>()?;
            element.invariants.retain(|invariant| !lists.iter().all(|list| list.contains(invariant)));
        }
    }
    Ok(())
}

/// The name at the end of a canonical URL.
pub fn last_segment(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}

fn unversioned(url: &str) -> &str {
    url.split_once('|').map_or(url, |(url, _version)| url)
}
