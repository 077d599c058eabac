//! Where a resource points to others, and pointing it elsewhere
//! (<http://hl7.org/fhir/R4/http.html#trules>): `Reference.reference`, elements of type uri and url, and the links of
//! narratives. The definitions say which those are: text that merely looks alike stays.
//!
//! Canonicals name definitions wherever they are, and stay. So does a uri that names a system or a definition, which is
//! its name and not where it is. An oid or uuid stays, too, although the specification lists them: neither can hold a
//! reference to what an entry became.

use fhir::definitions::{TypeDefinition, TypeId, TypeKind};
use fhir::location::Location;
use fhir::{Json, Object, ResourceType};

/// What sort of place a pointer stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pointer {
    /// `Reference.reference`
    Reference,
    /// A URL, or a link of a narrative.
    Link,
    /// A URI of whatever meaning: it points to something only where it is the URN of an entry.
    Uri,
}

/// Says what stands instead of a pointer, if something else shall. It is told the place in FHIRPath too.
pub(super) type Replace<'f> = dyn FnMut(Pointer, &str, &Location<'_>) -> Option<String> + 'f;

/// Shows every pointer of a resource to `replace`. A Bundle's entries point to one another and are left alone.
pub(super) fn rewrite(resource: &mut Json, root: &str, replace: &mut Replace<'_>) {
    resource_at(resource, &Location::root(root), replace);
}

fn resource_at(value: &mut Json, place: &Location<'_>, replace: &mut Replace<'_>) {
    let Some(object) = value.as_object_mut() else { return };
    let Some(resource_type) = object.str("resourceType").and_then(ResourceType::from_name) else { return };
    members(object, resource_type.definition(), place, replace);
}

fn members(
    object: &mut Object,
    definition: &'static TypeDefinition,
    place: &Location<'_>,
    replace: &mut Replace<'_>,
) {
    for (key, value) in object.iter_mut() {
        // `_birthDate` holds the extensions of `birthDate`, whose type says what they are.
        let Some(member) = definition.member(key.strip_prefix('_').unwrap_or(key)) else { continue };
        let name = member.element.name();
        if definition.id == TypeId::REFERENCE && name == "reference" {
            pointer(value, Pointer::Reference, &place.child(name), replace);
            continue;
        }
        if definition.id == ResourceType::BUNDLE.type_id() && name == "entry" {
            continue;
        }
        let type_id = member.element_type.type_id;
        if type_id == TypeId::URI && is_name(definition, name) {
            continue;
        }
        let place = place.child(name);
        match value {
            Json::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    value_at(item, type_id, &place.item(index), replace);
                }
            }
            value => value_at(value, type_id, &place, replace),
        }
    }
}

/// Whether a uri is the name of a system or of a definition.
fn is_name(definition: &TypeDefinition, element: &str) -> bool {
    match (definition.name, element) {
        (_, "system") | ("Extension", "url") | ("ElementDefinition.type", "code") => true,
        ("ConceptMap.group", "source" | "target") => true,
        ("StructureDefinition", "type") | ("CodeSystem.property", "uri") => true,
        (_, "url") => definition.kind == TypeKind::Resource,
        _ => false,
    }
}

fn value_at(value: &mut Json, type_id: TypeId, place: &Location<'_>, replace: &mut Replace<'_>) {
    match (type_id, &mut *value) {
        (TypeId::URI, Json::String(_)) => pointer(value, Pointer::Uri, place, replace),
        (TypeId::URL, Json::String(_)) => pointer(value, Pointer::Link, place, replace),
        (TypeId::XHTML, Json::String(text)) => links(text, place, replace),
        (_, Json::Object(object)) => match type_id.definition() {
            definition if definition.kind == TypeKind::Resource => resource_at(value, place, replace),
            definition => members(object, definition, place, replace),
        },
        _ => {}
    }
}

fn pointer(value: &mut Json, sort: Pointer, place: &Location<'_>, replace: &mut Replace<'_>) {
    if let Json::String(text) = value
        && let Some(new) = replace(sort, text, place)
    {
        *text = new;
    }
}

/// The values of `href` and `src` in XHTML. Its quotes delimit them; validation has seen that tags are closed.
fn links(text: &mut String, place: &Location<'_>, replace: &mut Replace<'_>) {
    let mut changed: Option<String> = None;
    let (mut copied, mut from) = (0, 0);
    while let Some((start, end)) = next_link(text, from) {
        from = end;
        if let Some(new) = replace(Pointer::Link, &text[start..end], place) {
            let out = changed.get_or_insert_with(String::new);
            out.push_str(&text[copied..start]);
            out.push_str(&new);
            copied = end;
        }
    }
    if let Some(mut out) = changed {
        out.push_str(&text[copied..]);
        *text = out;
    }
}

/// Where the value of the next `href` or `src` from `from` on begins and ends.
fn next_link(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        let equals = at + text.get(at..)?.find('=')?;
        at = equals + 1;
        let name = text[..equals].trim_end();
        if !(name.ends_with("href") || name.ends_with("src")) {
            continue;
        }
        let rest = &text[at..];
        let start = at + (rest.len() - rest.trim_start().len());
        let Some(quote) = text[start..].chars().next().filter(|quote| matches!(quote, '"' | '\'')) else {
            continue;
        };
        let start = start + 1;
        return Some((start, start + text[start..].find(quote)?));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::json;

    /// Each pointer with its place.
    fn pointers(mut resource: Json) -> Vec<String> {
        let mut found = Vec::new();
        rewrite(&mut resource, "R", &mut |sort, text, place| {
            found.push(format!("{place} {text}{}", if sort == Pointer::Reference { " R" } else { "" }));
            None
        });
        found
    }

    #[test]
    fn pointers_are_found_by_their_types() {
        let resource = json!({
            "resourceType": "Observation",
            "contained": [{ "resourceType": "Basic", "subject": { "reference": "urn:uuid:1" } }],
            "extension": [{ "url": "http://x", "valueReference": { "reference": "urn:uuid:2" } }],
            "_status": { "extension": [{ "url": "http://y", "valueUrl": "urn:uuid:3" }] },
            "code": { "coding": [{ "system": "http://loinc.org", "code": "urn:uuid:4" }], "text": "urn:uuid:5" },
            "subject": { "reference": "urn:uuid:6", "display": "urn:uuid:7" },
            "component": [{ "valueString": "urn:uuid:8" }]
        });
        let found = pointers(resource);
        assert_eq!(
            found,
            [
                "R.contained[0].subject.reference urn:uuid:1 R",
                "R.extension[0].value.reference urn:uuid:2 R",
                "R.status.extension[0].value urn:uuid:3",
                "R.subject.reference urn:uuid:6 R",
            ]
        );
    }

    #[test]
    fn the_entries_of_a_bundle_keep_their_own_references() {
        let inner = json!({ "fullUrl": "urn:uuid:1", "resource": { "resourceType": "Basic", "subject": { "reference": "urn:uuid:1" } } });
        let bundle = json!({
            "resourceType": "Bundle", "identifier": { "system": "urn:a" }, "entry": [inner]
        });
        assert_eq!(pointers(bundle), Vec::<String>::new());
    }

    #[test]
    fn links_of_narratives_are_replaced_where_they_stand() {
        let div =
            "<div title='href=x'><a href=\"urn:a\">urn:a</a><img src = 'urn:b'/><a href='urn:c'>=</a></div>";
        let mut resource = json!({ "resourceType": "Basic", "text": { "div": div } });
        rewrite(&mut resource, "Basic", &mut |_, text, _| match text {
            "urn:a" => Some("Patient/1".into()),
            "urn:b" => Some("Binary/2".into()),
            _ => None,
        });
        assert_eq!(
            resource.at(&["text", "div"]).and_then(Json::as_str),
            Some(
                "<div title='href=x'><a href=\"Patient/1\">urn:a</a><img src = 'Binary/2'/><a href='urn:c'>=</a></div>"
            )
        );
    }
}
