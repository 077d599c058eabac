//! Invariants that the walk decides without FHIRPath say what their expressions say: on the official examples, and on
//! the same examples with what those invariants are about put wrong.
//!
//! The examples are those of `examples.rs`; `EASEL_TEST_R4_EXAMPLES` names their folder. One in seven is taken, and every
//! Bundle; all of them when `EASEL_TEST_ALL` is set.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use fhir::definitions::{TypeDefinition, TypeId, TypeKind, invariants};
use fhir::{Json, Object, ResourceType, json};
use fhirpath::{Context, Expression, Item};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use validation::{Options, validate};

/// Those that the walk decides and FHIRPath can: `txt-1` and `txt-2` are a function that only a host has.
const KEYS: &[&str] = &[
    "bdl-1", "bdl-10", "bdl-11", "bdl-12", "bdl-2", "bdl-3", "bdl-4", "bdl-5", "bdl-7", "bdl-8", "bdl-9",
    "dom-2", "dom-3", "dom-4", "dom-5", "ele-1", "ext-1", "ref-1",
];

const SAMPLE: usize = 7;

/// Larger examples take longer than they tell.
const MAX_BYTES: u64 = 100_000;

/// The expressions by number of their invariant.
struct Expressions(Vec<Option<Expression>>);

impl Expressions {
    fn new() -> Self {
        let compile = |text| Expression::compile(text).unwrap();
        let all = invariants().iter();
        Expressions(all.map(|one| KEYS.contains(&one.key).then(|| compile(one.expression))).collect())
    }

    /// The keys of the invariants that are broken anywhere in a resource, by evaluating them there.
    fn broken(&self, resource: &Json) -> BTreeSet<&'static str> {
        let mut broken = BTreeSet::new();
        self.resource(resource, None, &mut broken);
        broken
    }

    fn resource(&self, json: &Json, container: Option<&Json>, broken: &mut BTreeSet<&'static str>) {
        let Some(item) = Item::resource(json) else { return };
        let root = container.and_then(Item::resource).unwrap_or_else(|| item.clone());
        let context = Context::new(&item).with_root(&root);
        let definition = item.item_type.fhir().unwrap().definition();
        self.object(json, definition, &context, container.unwrap_or(json), broken);
    }

    fn object(
        &self,
        json: &Json,
        definition: &'static TypeDefinition,
        context: &Context<'_>,
        container: &Json,
        broken: &mut BTreeSet<&'static str>,
    ) {
        self.evaluate(&Item::of_type(json, definition.id), definition, context, broken);
        for (key, value) in json.as_object().unwrap().iter() {
            let plain = key.strip_prefix('_').unwrap_or(key);
            let Some(member) = definition.member(plain) else { continue };
            let type_id = member.element_type.type_id;
            let values = if let Json::Array(items) = value { items.iter().collect() } else { vec![value] };
            for value in values {
                match (type_id.definition().kind, value) {
                    (TypeKind::Primitive, Json::Object(sibling)) => {
                        let is_alone = json.get(plain).is_none();
                        self.sibling(value, sibling, is_alone, type_id, context, container, broken);
                    }
                    (TypeKind::Resource, _) if plain == "contained" => {
                        self.resource(value, Some(container), broken);
                    }
                    (TypeKind::Resource, _) => self.resource(value, None, broken),
                    (TypeKind::Complex | TypeKind::Backbone, Json::Object(_)) => {
                        self.object(value, type_id.definition(), context, container, broken);
                    }
                    _ => {}
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what the walk of a resource carries along")]
    fn sibling(
        &self,
        json: &Json,
        sibling: &Object,
        is_alone: bool,
        type_id: TypeId,
        context: &Context<'_>,
        container: &Json,
        broken: &mut BTreeSet<&'static str>,
    ) {
        if is_alone {
            let item = Item::primitive(&Json::Null, Some(sibling), type_id);
            self.evaluate(&item, type_id.definition(), context, broken);
        }
        for extension in json.get("extension").map(Json::items).unwrap_or_default() {
            self.object(extension, TypeId::EXTENSION.definition(), context, container, broken);
        }
    }

    fn evaluate(
        &self,
        item: &Item<'_>,
        definition: &TypeDefinition,
        context: &Context<'_>,
        broken: &mut BTreeSet<&'static str>,
    ) {
        for invariant in definition.invariants {
            let Some(expression) = &self.0[invariant.index()] else { continue };
            let found = expression.evaluate(context, item).unwrap();
            if matches!(found.as_slice(), [only] if only.as_bool() == Some(false)) {
                broken.insert(invariant.definition().key);
            }
        }
    }
}

/// The keys that validation tells.
fn told(resource: &Json) -> BTreeSet<&'static str> {
    let issues = validate(resource, &Options::default());
    let key = |text: &str| {
        KEYS.iter().copied().find(|key| text.split_once(": ").is_some_and(|(told, _)| told == *key))
    };
    issues.iter().filter_map(|issue| key(&issue.text)).collect()
}

/// The resource and what is made of it.
fn variants(resource: &Json) -> Vec<Json> {
    let with = |name: &str, value: Json| {
        let mut changed = resource.clone();
        changed.as_object_mut().unwrap().insert(name, value);
        changed
    };
    let mut variants = vec![resource.clone()];
    if resource.str("resourceType") == Some("Bundle") {
        let types = [
            "document",
            "message",
            "transaction",
            "transaction-response",
            "batch",
            "batch-response",
            "history",
            "searchset",
            "collection",
        ];
        variants.extend(types.map(|name| with("type", Json::from(name))));
        variants.push(with("total", Json::from(1)));
        let entries = resource.get("entry").map(Json::items).unwrap_or_default();
        if let Some(first) = entries.first() {
            variants.push(with("entry", Json::Array([std::slice::from_ref(first), entries].concat())));
            let mut versioned = first.clone();
            let url = Json::from("http://example.org/Patient/1/_history/1");
            versioned.as_object_mut().unwrap().insert("fullUrl", url);
            variants.push(with("entry", Json::Array(vec![versioned])));
            variants.push(with("entry", json!([{ "fullUrl": "http://example.org/Patient/1" }])));
        }
        return variants;
    }
    let name = resource.str("resourceType").and_then(ResourceType::from_name).unwrap();
    if name.definition().member("contained").is_none() {
        return variants;
    }
    let alone = json!({ "resourceType": "Basic", "id": "alone", "code": { "text": "x" } });
    let full = json!({ "resourceType": "Basic", "id": "alone", "code": { "text": "x" },
        "meta": { "versionId": "1", "security": [{ "code": "x" }] },
        "subject": { "reference": "#" } });
    let nested = json!({ "resourceType": "Basic", "id": "alone", "code": { "text": "x" },
        "contained": [{ "resourceType": "Basic", "id": "b", "code": { "text": "x" } }] });
    let extension = |extension: Json| with("extension", Json::Array(vec![extension]));
    variants.extend([alone, full, nested].map(|contained| with("contained", Json::Array(vec![contained]))));
    variants.extend([
        extension(json!({ "url": "http://a" })),
        extension(
            json!({ "url": "http://a", "valueCode": "b", "extension": [{ "url": "c", "valueCode": "d" }] }),
        ),
        extension(json!({ "url": "http://a", "valueReference": { "reference": "#nowhere" } })),
        extension(json!({ "url": "http://a", "valueCoding": { "id": "x" } })),
        extension(json!({ "url": "http://a", "_valueCode": { "id": "x" } })),
        with("_language", json!({ "id": "x" })),
    ]);
    variants
}

#[test]
fn what_the_walk_decides_agrees_with_the_expressions() {
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
    let expressions = Expressions::new();
    let (mut problems, mut seen) = (String::new(), BTreeMap::new());
    for (index, path) in files.iter().enumerate() {
        let is_bundle =
            path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("Bundle"));
        if !all && !is_bundle && index % SAMPLE != 0 {
            continue;
        }
        let resource = fhir::json::parse(&std::fs::read(path).unwrap(), 100).unwrap();
        if resource.str("resourceType").is_none() {
            continue;
        }
        for (variant, resource) in variants(&resource).iter().enumerate() {
            let (mut told, broken) = (told(resource), expressions.broken(resource));
            if resource
                .get("entry")
                .map(Json::items)
                .unwrap_or_default()
                .first()
                .is_none_or(|entry| entry.get("resource").is_none())
            {
                // Without a first resource these expressions say nothing, where the rules say that there must be one.
                told.retain(|key| !matches!(*key, "bdl-11" | "bdl-12"));
            }
            for key in &broken {
                *seen.entry(*key).or_insert(0) += 1;
            }
            if told != broken {
                let line =
                    format!("\n  {} variant {variant}: told {told:?}, broken {broken:?}", path.display());
                problems.push_str(&line);
            }
        }
    }
    println!("{seen:?}");
    assert!(problems.is_empty(), "{problems}");
    let never: Vec<&&str> = KEYS.iter().filter(|key| !seen.contains_key(**key)).collect();
    assert!(never.is_empty(), "never broken, so never compared: {never:?}");
}
