//! What FHIR adds to FHIRPath (<http://hl7.org/fhir/R4/fhirpath.html#functions>).

use super::{Call, Function, Implementation, Parameter, Result, TRUTH, Yields};
use crate::item::{Item, ItemValue};
use crate::item_type::ItemType;
use crate::limits;
use fhir::definitions::TypeId;
use fhir::{Json, Reference, ResourceType};

const URL: &[Parameter] = &[Parameter::Value];

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "extension",
        least: 1,
        parameters: URL,
        yields: Yields::Extensions,
        run: Implementation::Items(extension),
    },
    Function {
        name: "hasExtension",
        least: 1,
        parameters: URL,
        yields: TRUTH,
        run: Implementation::Truth(has_extension),
    },
    Function {
        name: "hasValue",
        least: 0,
        parameters: &[],
        yields: TRUTH,
        run: Implementation::Truth(has_value),
    },
    Function {
        name: "getValue",
        least: 0,
        parameters: &[],
        yields: Yields::Anything,
        run: Implementation::Value(get_value),
    },
    Function {
        name: "resolve",
        least: 0,
        parameters: &[],
        yields: Yields::Resolved,
        run: Implementation::Items(resolve),
    },
    Function {
        name: "htmlChecks",
        least: 0,
        parameters: &[],
        yields: TRUTH,
        run: Implementation::Truth(html_checks),
    },
];

fn extension<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    for found in extensions(call, "extension()")? {
        call.run.emit(Item::of_type(found, TypeId::EXTENSION), out)?;
    }
    Ok(())
}

/// Short for `extension(url).exists()`; a search parameter of the specification's examples uses it.
fn has_extension(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    Ok(Some(!extensions(call, "hasExtension()")?.is_empty()))
}

/// The extensions of the input's items that have the URL of the first argument.
fn extensions<'a>(call: &mut Call<'a, '_>, place: &'static str) -> Result<Vec<&'a Json>> {
    let Some(url) = call.text_argument(0, place)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for object in call.input.iter().filter_map(Item::extended) {
        let all = object.items("extension");
        call.run.count_many(all.len())?;
        found.extend(all.iter().filter(|extension| extension.str("url") == Some(&*url)));
    }
    Ok(found)
}

fn has_value(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    Ok(Some(matches!(call.input.as_slice(), [item] if item.has_value() && item.object().is_none())))
}

/// The value of a primitive, as one of FHIRPath's types.
fn get_value<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    let [item] = call.input.as_slice() else { return Ok(None) };
    let has_value = item.has_value() && item.object().is_none();
    Ok(item.system_type().filter(|_| has_value).map(|system| Item::system(item.value.clone(), system)))
}

/// The resources that references point to. A contained resource is at hand; others the host may know; else only the
/// type is known, from the text of the reference or from `Reference.type`.
fn resolve<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let contained = call.frame.scope.context.root.object().map_or(0, |root| root.items("contained").len());
    for item in &call.input {
        call.run.count_many(1 + contained / limits::MEMBERS_PER_ITEM)?;
        out.extend(resolved(item, call));
    }
    Ok(())
}

fn resolved<'a>(item: &Item<'a>, call: &Call<'a, '_>) -> Option<Item<'a>> {
    let json = item.json()?;
    let text = json.as_str().or_else(|| json.str("reference")).unwrap_or_default();
    let root = &call.frame.scope.context.root;
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
    if let Some(known) = call.frame.host().and_then(|host| host.resolve(text)).and_then(Item::resource) {
        return Some(known);
    }
    let resource_type = named.or_else(|| json.str("type").and_then(ResourceType::from_name))?;
    Some(Item {
        value: ItemValue::Elsewhere(text),
        item_type: ItemType::Fhir(resource_type.type_id()),
        element: None,
        sibling: None,
    })
}

/// Whether the XHTML of a narrative is what FHIR allows (<http://hl7.org/fhir/R4/narrative.html#rules>), as far as the
/// host knows.
fn html_checks(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    const PLACE: &str = "htmlChecks()";
    let Some(div) = call.text(PLACE)? else { return Ok(None) };
    Ok(call.frame.host().and_then(|host| host.allows_narrative(&div)))
}
