//! Facts of R4 that the tables must tell, and the order that look-ups rely on.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Name, types and cardinality of the element that a JSON property stands for: `deceased boolean 0..1`.
fn check_member(definition: &str, key: &str, expected: &str) {
    let member = type_by_name(definition).unwrap().member(key).unwrap();
    let max = match member.element.max() {
        UNBOUNDED => "*".to_owned(),
        max => max.to_string(),
    };
    let (name, element_type) = (member.element.name(), member.element_type.type_id);
    assert_eq!(format!("{name} {element_type:?} {}..{max}", member.element.min()), expected);
}

fn targets(definition: &str, key: &str) -> Vec<&'static str> {
    let member = type_by_name(definition).unwrap().member(key).unwrap();
    member.element_type.targets.iter().map(|target| target.name()).collect()
}

#[test]
fn all_146_concrete_resource_types_are_found_by_name() {
    assert_eq!(ResourceType::all().len(), 146);
    for resource_type in ResourceType::all() {
        assert_eq!(ResourceType::from_name(resource_type.name()), Some(resource_type));
        assert_eq!(ResourceType::from_index(resource_type.index()), Some(resource_type));
        assert_eq!(resource_type.type_id().resource_type(), Some(resource_type));
        assert_eq!(resource_type.definition().kind, TypeKind::Resource);
        assert!(!resource_type.definition().is_abstract);
    }
    for name in ["Resource", "DomainResource", "patient", "HumanName", "Patient.contact", ""] {
        assert_eq!(ResourceType::from_name(name), None, "{name}");
    }
    assert_eq!(ResourceType::from_index(146), None);
    assert_eq!(TypeId::RESOURCE.resource_type(), None);
}

#[test]
fn constants_bear_the_names_of_their_types() {
    assert_eq!(ResourceType::ACCOUNT.to_string(), "Account");
    assert_eq!(ResourceType::MOLECULAR_SEQUENCE.to_string(), "MolecularSequence");
    assert_eq!(ResourceType::VISION_PRESCRIPTION.to_string(), "VisionPrescription");
    assert_eq!(TypeId::BASE64_BINARY.name(), "base64Binary");
    assert_eq!(TypeId::RESOURCE.name(), "Resource");
    assert_eq!("Binary".parse(), Ok(ResourceType::BINARY));
    assert_eq!("binary".parse::<ResourceType>(), Err(UnknownResourceType));
}

#[test]
fn types_are_found_by_name_and_know_their_base() {
    for definition in types() {
        assert!(std::ptr::eq(type_by_name(definition.name).unwrap(), *definition), "{}", definition.name);
        assert!(std::ptr::eq(definition.id.definition(), *definition), "{}", definition.name);
        assert_eq!(definition.base_type().map(|base| base.name), definition.base, "{}", definition.name);
    }
    let count = |kind| types().iter().filter(|definition| definition.kind == kind).count();
    assert_eq!(count(TypeKind::Resource), 146 + 2);
    assert_eq!(count(TypeKind::Complex), 41);
    assert_eq!(count(TypeKind::Primitive), 20);
    assert_eq!(count(TypeKind::Backbone), 459 + 14);
    assert!(type_by_name("Age").unwrap().is_a(TypeId::QUANTITY));
    assert!(type_by_name("Age").unwrap().is_a(TypeId::ELEMENT));
    assert!(!type_by_name("Money").unwrap().is_a(TypeId::QUANTITY));
    assert!(type_by_name("Bundle").unwrap().is_a(TypeId::RESOURCE));
    assert!(!type_by_name("Bundle").unwrap().is_a(TypeId::DOMAIN_RESOURCE));
    assert!(type_by_name("SimpleQuantity").is_none());
}

#[test]
fn a_choice_goes_by_its_concrete_names() {
    check_member("Patient", "deceasedBoolean", "deceased boolean 0..1");
    check_member("Patient", "deceasedDateTime", "deceased dateTime 0..1");
    let patient = ResourceType::PATIENT.definition();
    for key in ["deceased", "deceased[x]", "deceasedString", "resourceType", "_birthDate", ""] {
        assert!(patient.member(key).is_none(), "{key}");
    }
    let (index, deceased) = patient.element("deceased").unwrap();
    assert!(deceased.is_choice() && deceased.is_modifier() && deceased.is_summary());
    assert_eq!(patient.member_names(index).collect::<Vec<_>>(), ["deceasedBoolean", "deceasedDateTime"]);
}

#[test]
fn the_value_of_an_observation_has_11_types() {
    let (_, value) = ResourceType::OBSERVATION.definition().element("value").unwrap();
    let names: Vec<_> = value.types().iter().map(|element_type| element_type.type_id.name()).collect();
    let expected =
        "Quantity CodeableConcept string boolean integer Range Ratio SampledData time dateTime Period";
    assert_eq!(names.join(" "), expected);
    assert_eq!(type_by_name("Extension").unwrap().element("value").unwrap().1.types().len(), 50);
}

#[test]
fn a_content_reference_has_the_backbone_it_refers_to() {
    check_member("Questionnaire", "item", "item Questionnaire.item 0..*");
    check_member("Questionnaire.item", "item", "item Questionnaire.item 0..*");
    check_member("Parameters.parameter", "part", "part Parameters.parameter 0..*");
    check_member("Observation.component", "referenceRange", "referenceRange Observation.referenceRange 0..*");
}

#[test]
fn fhirpath_types_are_replaced_by_fhir_types() {
    check_member("Patient", "id", "id id 0..1");
    check_member("Patient.contact", "id", "id string 0..1");
    check_member("HumanName", "id", "id string 0..1");
    check_member("Extension", "url", "url uri 1..1");
    let (_, value) = type_by_name("date").unwrap().element("value").unwrap();
    assert_eq!(value.types()[0].type_id, TypeId::DATE);
    assert!(type_by_name("date").unwrap().member("value").is_none());
}

#[test]
fn elements_that_contain_resources_have_the_type_resource() {
    check_member("Patient", "contained", "contained Resource 0..*");
    check_member("Bundle.entry", "resource", "resource Resource 0..1");
    check_member("Parameters.parameter", "resource", "resource Resource 0..1");
}

#[test]
fn references_and_canonicals_state_their_targets() {
    assert_eq!(
        targets("Patient", "generalPractitioner"),
        ["Organization", "Practitioner", "PractitionerRole"]
    );
    assert_eq!(targets("QuestionnaireResponse", "questionnaire"), ["Questionnaire"]);
    assert_eq!(targets("Provenance", "target"), [""; 0]);
    let any = type_by_name("Provenance").unwrap().member("target").unwrap().element_type;
    assert!(any.allows_target(ResourceType::PATIENT));
    let managing = type_by_name("Patient").unwrap().member("managingOrganization").unwrap().element_type;
    assert!(
        managing.allows_target(ResourceType::ORGANIZATION) && !managing.allows_target(ResourceType::PATIENT)
    );
}

#[test]
fn an_element_is_an_array_where_its_base_repeats() {
    let (_, given) = type_by_name("HumanName").unwrap().element("given").unwrap();
    assert!(given.is_array());
    assert_eq!(given.max(), UNBOUNDED);
    let (_, extension) = type_by_name("xhtml").unwrap().element("extension").unwrap();
    assert!(extension.is_array());
    assert_eq!(extension.max(), 0);
    for definition in types() {
        for element in definition.elements {
            assert_eq!(element.is_array(), element.max() != 1, "{}.{}", definition.name, element.name());
            assert!(!(element.is_array() && element.is_choice()));
        }
    }
}

#[test]
fn members_are_sorted_and_cover_every_element() {
    for definition in types() {
        let names: Vec<_> = definition.members().map(|(name, _)| name).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{}", definition.name);
        let mut seen = BTreeSet::new();
        for (name, member) in definition.members() {
            assert_eq!(definition.member(name).unwrap().index, member.index);
            assert!(name.starts_with(member.element.name()));
            seen.insert(member.index);
        }
        let is_primitive = definition.kind == TypeKind::Primitive;
        assert_eq!(seen.len() + usize::from(is_primitive), definition.elements.len(), "{}", definition.name);
    }
}

#[test]
fn administrative_gender_is_a_required_binding_with_4_codes() {
    let (_, gender) = ResourceType::PATIENT.definition().element("gender").unwrap();
    let binding = gender.binding().unwrap();
    assert_eq!(binding.strength, BindingStrength::Required);
    let value_set = binding.value_set.definition();
    assert_eq!(value_set.url, "http://hl7.org/fhir/ValueSet/administrative-gender");
    let codes: Vec<_> = value_set.codes().map(|(_, code)| code).collect();
    assert_eq!(codes, ["male", "female", "other", "unknown"]);
    assert!(value_set.contains_code("other") && !value_set.contains_code("Other"));
    assert!(value_set.contains("http://hl7.org/fhir/administrative-gender", "male"));
    assert!(!value_set.contains("http://hl7.org/fhir/other", "male"));
    assert!(value_set_by_url("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1").is_some());
}

#[test]
fn only_three_required_value_sets_cannot_be_listed() {
    let mut incomplete = BTreeSet::new();
    for element in types().iter().flat_map(|definition| definition.elements) {
        if let Some(binding) = element.binding()
            && binding.strength == BindingStrength::Required
            && !binding.value_set.definition().is_complete
        {
            incomplete.insert(binding.value_set.definition().url.rsplit('/').next().unwrap());
        }
    }
    assert_eq!(incomplete.into_iter().collect::<Vec<_>>(), ["LL379-9", "mimetypes", "ucum-units"]);
}

#[test]
fn value_sets_and_their_codes_are_sorted() {
    assert!(value_sets().is_sorted_by(|a, b| a.url < b.url));
    for value_set in value_sets() {
        assert_eq!(value_set.is_complete, !value_set.systems.is_empty(), "{}", value_set.url);
        for system in value_set.systems {
            assert!(system.codes.is_sorted_by(|a, b| a < b), "{}", value_set.url);
            let ordered: BTreeSet<_> = system.in_definition_order().collect();
            assert_eq!(ordered.into_iter().collect::<Vec<_>>(), system.codes, "{}", value_set.url);
        }
    }
}

#[test]
fn the_language_binding_has_a_wider_limit() {
    let (_, language) = type_by_name("Patient").unwrap().element("language").unwrap();
    let binding = language.binding().unwrap();
    assert_eq!(binding.strength, BindingStrength::Preferred);
    let limit = binding.max_value_set.unwrap().definition();
    assert_eq!(limit.url, "http://hl7.org/fhir/ValueSet/all-languages");
    assert!(!limit.is_complete);
}

#[test]
fn every_invariant_is_referred_to_and_every_reference_is_valid() {
    let mut used = BTreeSet::new();
    for definition in types() {
        let of_elements = definition.elements.iter().flat_map(|element| element.invariants());
        for id in definition.invariants.iter().chain(of_elements) {
            assert!(!id.definition().expression.is_empty());
            used.insert(id.index());
        }
    }
    assert_eq!(used.len(), invariants().len());
    assert_eq!(invariants().len(), 240);
    let keys: BTreeSet<_> = invariants().iter().map(|invariant| invariant.key).collect();
    assert_eq!(keys.len(), 238);
}

#[test]
fn invariants_belong_to_types_unless_an_element_adds_one() {
    let keys = |ids: &[InvariantId]| ids.iter().map(|id| id.definition().key).collect::<Vec<_>>();
    assert_eq!(
        keys(ResourceType::PATIENT.definition().invariants),
        ["dom-2", "dom-3", "dom-4", "dom-5", "dom-6"]
    );
    assert_eq!(keys(type_by_name("Patient.contact").unwrap().invariants), ["ele-1", "pat-1"]);
    assert_eq!(keys(type_by_name("Age").unwrap().invariants), ["age-1", "ele-1", "qty-3"]);
    assert_eq!(keys(type_by_name("Patient").unwrap().element("name").unwrap().1.invariants()), [""; 0]);
    assert_eq!(
        keys(type_by_name("Narrative").unwrap().element("div").unwrap().1.invariants()),
        ["txt-1", "txt-2"]
    );
    // A SimpleQuantity: the type is Quantity, the profile's constraint is the element's.
    let low = type_by_name("Range").unwrap().member("low").unwrap();
    assert_eq!(low.element_type.type_id, TypeId::QUANTITY);
    assert_eq!(keys(low.element.invariants()), ["sqty-1"]);
    let advice: Vec<_> = invariants().iter().filter(|invariant| invariant.is_best_practice).collect();
    assert_eq!(advice.iter().map(|invariant| invariant.key).collect::<Vec<_>>(), ["con-3", "dom-6"]);
    assert!(advice.iter().all(|invariant| invariant.severity == InvariantSeverity::Warning));
}

#[test]
fn the_registry_has_1375_search_parameters_of_which_1372_have_an_expression() {
    assert_eq!(search_parameters().len(), 1375);
    let without: Vec<_> =
        search_parameters().iter().filter(|parameter| parameter.expression.is_empty()).collect();
    assert_eq!(
        without.iter().map(|parameter| parameter.code).collect::<Vec<_>>(),
        ["_content", "_query", "_text"]
    );
    assert!(search_parameters().is_sorted_by(|a, b| (a.code, a.url) < (b.code, b.url)));
    let common: Vec<_> = search_parameters().iter().filter(|parameter| parameter.is_common).collect();
    let codes = common.iter().map(|parameter| parameter.code).collect::<Vec<_>>().join(" ");
    assert_eq!(codes, "_content _id _lastUpdated _profile _query _security _source _tag _text");
}

#[test]
fn search_parameters_are_found_by_type_and_code() {
    let mut expected: BTreeMap<ResourceType, Vec<u16>> = BTreeMap::new();
    for (place, parameter) in search_parameters().iter().enumerate() {
        assert_eq!(usize::from(parameter.id), place);
        assert!(parameter.base.is_sorted_by(|a, b| a < b) && !parameter.base.is_empty());
        assert!(parameter.targets.is_sorted_by(|a, b| a < b));
        assert!(parameter.targets.is_empty() || parameter.kind == SearchParameterType::Reference);
        assert_eq!(parameter.components.is_empty(), parameter.kind != SearchParameterType::Composite);
        for component in parameter.components {
            assert_eq!(component.parameter().url, component.definition);
        }
        for base in parameter.base {
            let found = search_parameter(*base, parameter.code).unwrap();
            assert_eq!(found.url, parameter.url, "{base} has two parameters of one code");
            expected.entry(*base).or_default().push(parameter.id);
        }
    }
    for resource_type in ResourceType::all() {
        let ids: Vec<_> = search_parameters_of(resource_type).map(|parameter| parameter.id).collect();
        assert_eq!(Some(&ids), expected.get(&resource_type));
    }
    let birth_date = search_parameter(ResourceType::PATIENT, "birthdate").unwrap();
    assert_eq!(birth_date.url, "http://hl7.org/fhir/SearchParameter/individual-birthdate");
    assert_eq!(birth_date.comparators.len(), 9);
    assert!(search_parameter(ResourceType::BINARY, "_text").is_none());
    assert!(search_parameter(ResourceType::BINARY, "_id").is_some());
    assert!(search_parameter_by_url(birth_date.url).is_some());
}

#[test]
fn there_are_5_compartments_whose_parameters_exist() {
    let codes: Vec<_> = compartments().iter().map(|compartment| compartment.code).collect();
    assert_eq!(codes, ["Device", "Encounter", "Patient", "Practitioner", "RelatedPerson"]);
    for compartment in compartments() {
        assert_eq!(compartment.resource_type.name(), compartment.code);
        assert!(compartment.parameters(compartment.resource_type).is_some());
        for member in compartment.members {
            assert!(!member.parameters.is_empty() || member.resource_type == compartment.resource_type);
            for code in member.parameters {
                let parameter = search_parameter(member.resource_type, code).unwrap();
                assert!(
                    parameter.targets.contains(&compartment.resource_type),
                    "{} {code}",
                    member.resource_type
                );
            }
        }
    }
    let patient = compartment("Patient").unwrap();
    assert_eq!(patient.members.len(), 66);
    let allergies = patient.parameters(ResourceType::ALLERGY_INTOLERANCE).unwrap();
    assert_eq!(allergies, ["patient", "recorder", "asserter"]);
    assert!(patient.parameters(ResourceType::LOCATION).is_none());
    assert!(compartment("Location").is_none());
}
