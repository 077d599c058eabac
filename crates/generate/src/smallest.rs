//! The smallest valid resource of every type: what must be there and nothing else, so that whatever holds for all types
//! can be tried on all of them.

use fhir::definitions::{Binding, BindingStrength, ElementType, TypeDefinition, TypeId, TypeKind};
use fhir::{Json, Object, ResourceType, json};

/// How deep required elements nest at most.
const DEPTH: usize = 8;

/// The smallest valid resource of a type, without an id. What it refers to (`{type}/example`) does not exist.
pub fn smallest(resource_type: ResourceType) -> Json {
    let mut resource = Object::new();
    resource.insert("resourceType", resource_type.name());
    required(resource_type.definition(), DEPTH, &mut resource);
    demanded_by_invariants(resource_type, &mut resource);
    resource.into()
}

/// Elements without which, or other than which, an invariant of the type does not hold.
fn demanded_by_invariants(resource_type: ResourceType, resource: &mut Object) {
    let demanded = match resource_type {
        ResourceType::ALLERGY_INTOLERANCE => json!({ "clinicalStatus": { "coding": [
            { "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active" }
        ] } }),
        ResourceType::APPOINTMENT => {
            json!({ "participant": [{ "type": [{ "text": "x" }], "status": "accepted" }] })
        }
        ResourceType::APPOINTMENT_RESPONSE => json!({ "participantType": [{ "text": "x" }] }),
        ResourceType::BUNDLE => json!({ "type": "collection" }),
        ResourceType::CAPABILITY_STATEMENT => {
            json!({ "kind": "requirements", "description": "x", "rest": [{ "mode": "client" }] })
        }
        ResourceType::CONSENT => json!({ "policyRule": { "text": "x" } }),
        ResourceType::EVENT_DEFINITION => json!({ "trigger": [{ "type": "named-event", "name": "x" }] }),
        ResourceType::IMMUNIZATION_RECOMMENDATION => json!({ "recommendation": [
            { "vaccineCode": [{ "text": "x" }], "forecastStatus": { "text": "x" } }
        ] }),
        ResourceType::INSURANCE_PLAN | ResourceType::ORGANIZATION => json!({ "name": "x" }),
        ResourceType::LINKAGE => json!({ "item": [
            { "type": "source", "resource": { "reference": "Basic/example" } },
            { "type": "alternate", "resource": { "reference": "Basic/example" } }
        ] }),
        ResourceType::STRUCTURE_DEFINITION => {
            json!({ "type": "Basic", "differential": { "element": [{ "id": "Basic", "path": "Basic" }] } })
        }
        ResourceType::TERMINOLOGY_CAPABILITIES => json!({ "kind": "requirements", "description": "x" }),
        _ => return,
    };
    for (name, value) in demanded.as_object().into_iter().flat_map(Object::iter) {
        resource.insert(name, value.clone());
    }
}

/// Puts the required elements of a type into an object.
fn required(definition: &'static TypeDefinition, depth: usize, object: &mut Object) {
    for (index, element) in definition.elements.iter().enumerate().filter(|(_, element)| element.min() > 0) {
        let Some(element_type) = element.types().first() else { continue };
        let named = definition
            .members()
            .find(|(_, member)| member.index == index && member.element_type.type_id == element_type.type_id);
        let Some((name, _)) = named else { continue };
        let value = value(element_type, element.binding(), depth);
        object.insert(name, if element.is_array() { Json::Array(vec![value]) } else { value });
    }
}

fn value(element_type: &ElementType, binding: Option<Binding>, depth: usize) -> Json {
    let definition = element_type.type_id.definition();
    if definition.kind == TypeKind::Primitive {
        return primitive(element_type, binding);
    }
    match definition.name {
        "CodeableConcept" => match coding(binding) {
            Some(coding) => json!({ "coding": [coding] }),
            None => json!({ "text": "x" }),
        },
        "Coding" => coding(binding).unwrap_or_else(|| json!({ "code": "x" })),
        "Reference" => {
            let target = element_type.targets.first().copied().unwrap_or(ResourceType::BASIC);
            json!({ "reference": (format!("{target}/example")) })
        }
        _ => {
            let mut object = Object::new();
            if depth > 0 {
                required(definition, depth - 1, &mut object);
            }
            if object.is_empty() {
                something(definition, &mut object);
            }
            object.into()
        }
    }
}

/// No object is empty: the first primitive of its own.
fn something(definition: &'static TypeDefinition, object: &mut Object) {
    for (index, element) in definition.elements.iter().enumerate() {
        let Some(element_type) = element.types().first() else { continue };
        let is_own = !matches!(element.name(), "id" | "extension" | "modifierExtension");
        if is_own
            && element_type.type_id.definition().kind == TypeKind::Primitive
            && let Some(name) = definition.member_names(index).next()
        {
            let value = primitive(element_type, element.binding());
            object.insert(name, if element.is_array() { Json::Array(vec![value]) } else { value });
            return;
        }
    }
}

/// The first code of a value set that must be kept to.
fn code(binding: Option<Binding>) -> Option<(&'static str, &'static str)> {
    let binding = binding.filter(|binding| binding.strength == BindingStrength::Required)?;
    binding.value_set.definition().codes().next()
}

fn coding(binding: Option<Binding>) -> Option<Json> {
    code(binding).map(|(system, code)| json!({ "system": system, "code": code }))
}

fn primitive(element_type: &ElementType, binding: Option<Binding>) -> Json {
    let target = element_type.targets.first().map_or("Resource", |target| target.name());
    match element_type.type_id {
        TypeId::BOOLEAN => true.into(),
        TypeId::INTEGER | TypeId::POSITIVE_INT | TypeId::UNSIGNED_INT | TypeId::DECIMAL => 1.into(),
        TypeId::CODE => match binding.map(|binding| binding.value_set.definition().url) {
            // Media types are a grammar, which no list exhausts.
            Some("http://hl7.org/fhir/ValueSet/mimetypes") => "text/plain".into(),
            _ => code(binding).map_or("x", |(_, code)| code).into(),
        },
        TypeId::DATE => "2020-02-29".into(),
        TypeId::DATE_TIME | TypeId::INSTANT => "2020-02-29T12:00:00Z".into(),
        TypeId::TIME => "12:00:00".into(),
        TypeId::BASE64_BINARY => "eA==".into(),
        TypeId::OID => "urn:oid:1.2.3".into(),
        TypeId::UUID => "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0".into(),
        TypeId::CANONICAL => format!("http://example.org/{target}/example").into(),
        TypeId::URI | TypeId::URL => "http://example.org/example".into(),
        TypeId::XHTML => "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>".into(),
        _ => "x".into(),
    }
}
