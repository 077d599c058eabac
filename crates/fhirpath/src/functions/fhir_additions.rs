//! What FHIR adds to FHIRPath (<http://hl7.org/fhir/R4/fhirpath.html#functions>).

use super::{Call, Function, Parameter, Yields};
use crate::error::EvaluateError;
use crate::evaluate::emit_truth;
use crate::item::{Item, ItemValue};
use crate::item_type::ItemType;
use fhir::definitions::TypeId;
use fhir::{Json, Reference, ResourceType};

const URL: &[Parameter] = &[Parameter::Value];

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "extension", least: 1, parameters: URL, yields: Yields::Extensions, run: extension },
    Function { name: "hasExtension", least: 1, parameters: URL, yields: Yields::Truth, run: has_extension },
    Function { name: "hasValue", least: 0, parameters: &[], yields: Yields::Truth, run: has_value },
    Function { name: "resolve", least: 0, parameters: &[], yields: Yields::Resolved, run: resolve },
];

fn extension<'a>(mut call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    for found in extensions(&mut call)? {
        call.run.emit(Item::of_type(found, TypeId::EXTENSION), out)?;
    }
    Ok(())
}

/// Short for `extension(url).exists()`; a search parameter of the specification's examples uses it.
fn has_extension<'a>(mut call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    let found = !extensions(&mut call)?.is_empty();
    emit_truth(Some(found), call.run, out)
}

/// The extensions of the input's items that have the URL of the first argument.
fn extensions<'a>(call: &mut Call<'a, '_>) -> Result<Vec<&'a Json>, EvaluateError> {
    let argument = call.argument(0)?;
    let [url] = argument.as_slice() else { return Err(EvaluateError::NotSingle("the URL of an extension")) };
    let url = url.as_str().ok_or(EvaluateError::NotSingle("the URL of an extension"))?;
    let all = call.input.iter().filter_map(Item::extended).flat_map(|object| object.items("extension"));
    Ok(all.filter(|extension| extension.str("url") == Some(url)).collect())
}

fn has_value<'a>(call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    let holds = match call.input.as_slice() {
        [item] => item.has_value() && item.object().is_none(),
        _ => false,
    };
    emit_truth(Some(holds), call.run, out)
}

/// The resources that references point to. Nothing is read: a contained resource is at hand, of any other only
/// the type is known, from the text of the reference or from `Reference.type`.
fn resolve<'a>(call: Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<(), EvaluateError> {
    for item in &call.input {
        if let Some(resource) = resolved(item, &call.frame.context.resource) {
            call.run.emit(resource, out)?;
        }
    }
    Ok(())
}

fn resolved<'a>(item: &Item<'a>, root: &Item<'a>) -> Option<Item<'a>> {
    let json = item.json()?;
    let text = json.as_str().or_else(|| json.str("reference")).unwrap_or_default();
    let named = match Reference::parse(text) {
        Some(Reference::Contained("")) => return Some(root.clone()),
        Some(Reference::Contained(id)) => {
            let contained = root.object()?.items("contained");
            return contained.iter().find(|resource| resource.str("id") == Some(id)).and_then(Item::resource);
        }
        Some(Reference::Local { resource_type, .. } | Reference::Conditional { resource_type, .. }) => {
            Some(resource_type)
        }
        Some(Reference::Absolute(url)) => Reference::tail_of_url(url).map(|(resource_type, _)| resource_type),
        Some(Reference::Urn(_)) | None => None,
    };
    let resource_type = named.or_else(|| json.str("type").and_then(ResourceType::from_name))?;
    Some(Item {
        value: ItemValue::Elsewhere(text),
        item_type: ItemType::Fhir(resource_type.type_id()),
        element: None,
        sibling: None,
    })
}
