//! Every official example that is accepted, with one thing made wrong, is refused with the expression of that place.
//!
//! The examples are those of `examples.rs`; `EASEL_TEST_R4_EXAMPLES` names their folder. One in eleven is taken, all of
//! them when `EASEL_TEST_ALL` is set.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use fhir::definitions::{BindingStrength, TypeDefinition, TypeId, TypeKind, UNBOUNDED};
use fhir::{Json, ResourceType};
use std::path::Path;
use validation::{Options, validate};

/// Larger examples take longer than they tell.
const MAX_BYTES: u64 = 200_000;

const SAMPLE: usize = 11;

#[derive(Clone, Debug)]
enum Step {
    Member(String),
    Item(usize),
}

/// A place in a resource: how to get there, and what FHIRPath calls it.
#[derive(Clone, Debug, Default)]
struct Place {
    steps: Vec<Step>,
    expression: String,
}

impl Place {
    fn member(&self, key: &str, name: &str) -> Place {
        let mut place = self.clone();
        place.steps.push(Step::Member(key.to_owned()));
        place.expression.push_str(&format!(".{name}"));
        place
    }

    fn item(&self, index: usize) -> Place {
        let mut place = self.clone();
        place.steps.push(Step::Item(index));
        place.expression.push_str(&format!("[{index}]"));
        place
    }

    fn find<'j>(&self, root: &'j mut Json) -> &'j mut Json {
        self.steps.iter().fold(root, |json, step| match step {
            Step::Member(key) => json.as_object_mut().unwrap().get_mut(key).unwrap(),
            Step::Item(index) => json.as_array_mut().unwrap().get_mut(*index).unwrap(),
        })
    }
}

/// Where each kind of mistake can be made in a resource.
#[derive(Default)]
struct Places {
    objects: Vec<Place>,
    /// Objects that have more members, and the name of a required one.
    required: Vec<(Place, String, String)>,
    primitives: Vec<(Place, TypeId)>,
    codes: Vec<Place>,
}

impl Places {
    fn of(resource: &Json) -> Places {
        let mut places = Places::default();
        let name = resource.str("resourceType").unwrap();
        let root = Place { steps: Vec::new(), expression: name.to_owned() };
        places.object(resource, ResourceType::from_name(name).unwrap().definition(), &root);
        places
    }

    fn object(&mut self, json: &Json, definition: &'static TypeDefinition, place: &Place) {
        self.objects.push(place.clone());
        let object = json.as_object().unwrap();
        for (key, value) in object.iter() {
            let Some(member) = definition.member(key) else { continue };
            let (element, name) = (member.element, member.element.name());
            let below = place.member(key, name);
            if element.min() > 0 && object.len() > 2 && !object.contains(&format!("_{key}")) {
                self.required.push((place.clone(), key.to_owned(), format!("{}.{name}", place.expression)));
            }
            let values: Vec<(&Json, Place)> = match element.max() {
                UNBOUNDED => {
                    value.items().iter().enumerate().map(|(index, item)| (item, below.item(index))).collect()
                }
                _ => vec![(value, below)],
            };
            for (value, place) in values {
                self.value(value, member.element_type.type_id, &place);
                let binding =
                    element.binding().filter(|binding| binding.strength == BindingStrength::Required);
                if member.element_type.type_id == TypeId::CODE
                    && binding.is_some_and(|binding| binding.value_set.definition().is_complete)
                    && value.as_str().is_some()
                {
                    self.codes.push(place.clone());
                }
            }
        }
    }

    fn value(&mut self, value: &Json, type_id: TypeId, place: &Place) {
        let definition = type_id.definition();
        match (definition.kind, value) {
            (TypeKind::Primitive, Json::Null) => {}
            (TypeKind::Primitive, _) => self.primitives.push((place.clone(), type_id)),
            (TypeKind::Resource, _) => {
                if let Some(inner) = value.str("resourceType").and_then(ResourceType::from_name) {
                    self.object(value, inner.definition(), place);
                }
            }
            (_, Json::Object(_)) => self.object(value, definition, place),
            _ => {}
        }
    }
}

/// The resource with one mistake of each kind that can be made in it, and the expression of its place.
fn mutations(resource: &Json, seed: usize) -> Vec<(&'static str, Json, String)> {
    let places = Places::of(resource);
    let mut mutated = Vec::new();
    // Any number does, as long as it is always the same.
    let pick = |count: usize| if count == 0 { 0 } else { seed.wrapping_mul(7919) % count };
    if let Some(place) = places.objects.get(pick(places.objects.len())) {
        let mut changed = resource.clone();
        place.find(&mut changed).as_object_mut().unwrap().insert("zzUnknown", "x");
        mutated.push(("an unknown element", changed, format!("{}.zzUnknown", place.expression)));
    }
    if let Some((place, key, expression)) = places.required.get(pick(places.required.len())) {
        let mut changed = resource.clone();
        place.find(&mut changed).as_object_mut().unwrap().remove(key);
        mutated.push(("a required element removed", changed, expression.clone()));
    }
    if let Some((place, type_id)) = places.primitives.get(pick(places.primitives.len())) {
        let mut changed = resource.clone();
        let is_text = place.find(&mut changed).as_str().is_some();
        *place.find(&mut changed) = if is_text { Json::from(1) } else { Json::from("\u{1}") };
        let _ = type_id;
        mutated.push(("a wrong primitive", changed, place.expression.clone()));
    }
    if let Some(place) = places.codes.get(pick(places.codes.len())) {
        let mut changed = resource.clone();
        *place.find(&mut changed) = Json::from("zz-wrong");
        mutated.push(("a wrong code", changed, place.expression.clone()));
    }
    mutated
}

#[test]
fn an_example_with_one_mistake_is_refused_at_that_place() {
    let Some(folder) = std::env::var_os("EASEL_TEST_R4_EXAMPLES") else {
        println!(
            "skipped: EASEL_TEST_R4_EXAMPLES names no folder with the npm package hl7.fhir.r4.examples@4.0.1"
        );
        return;
    };
    let all = std::env::var_os("EASEL_TEST_ALL").is_some();
    let entries = std::fs::read_dir(Path::new(&folder)).unwrap().map(|entry| entry.unwrap());
    let mut files: Vec<_> = entries
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "json"))
        .filter(|entry| entry.metadata().unwrap().len() < MAX_BYTES)
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let (mut problems, mut count) = (String::new(), 0);
    for (seed, path) in files.iter().enumerate().filter(|(index, _)| all || index % SAMPLE == 0) {
        let resource = fhir::json::parse(&std::fs::read(path).unwrap(), 100).unwrap();
        if resource.str("resourceType").is_none() || !validate(&resource, &Options::default()).is_empty() {
            continue;
        }
        for (kind, changed, expression) in mutations(&resource, seed) {
            count += 1;
            let issues = validate(&changed, &Options::default());
            if !issues.iter().any(|issue| issue.expression.as_deref() == Some(expression.as_str())) {
                problems.push_str(&format!("\n  {} {kind} at {expression}: {issues:?}", path.display()));
            }
        }
    }
    println!("{count} mistakes");
    assert!(problems.is_empty(), "{problems}");
    assert!(count > 1000);
}
