//! Resources: the body itself, and those inside it (<http://hl7.org/fhir/R4/resource.html>).

use crate::Options;
use crate::contained::Container;
use crate::place::Place;
use crate::walk::{Walk, kind};
use fhir::definitions::{MemberRef, TypeId, type_by_name};
use fhir::outcome::{did_you_mean, quoted};
use fhir::{IssueCode, Json, Object, ResourceType};
use fhirpath::{Context, Item};

impl<'r> Walk<'r> {
    /// Checks the whole body.
    pub(crate) fn body(&mut self, value: &'r Json, options: &Options<'r>, place: &Place<'_>) {
        let expected = options.expected;
        let Json::Object(object) = value else {
            let text = format!("the body must be a resource (a JSON object), not {}", kind(value));
            return self.findings.add(IssueCode::Structure, place, text);
        };
        let named = self.resource_type(object, place);
        if let (Some(expected), Some(named)) = (expected, named)
            && expected != named
        {
            let text = format!("resourceType '{named}' is not {expected}, the type in the URL");
            self.findings.add(IssueCode::Structure, &place.child("resourceType"), text);
        }
        // Without a type of its own the body is still worth a look as what the URL says.
        if let Some(resource_type) = named.or(expected) {
            self.container = Container::new(resource_type, object);
            self.content(value, object, resource_type, place);
            self.asked(options.asked_profiles, value, resource_type, place);
        }
    }

    /// Checks a resource that is the value of an element.
    pub(crate) fn inner_resource(&mut self, member: &MemberRef, value: &'r Json, place: &Place<'_>) {
        let Some(object) = self.object(value, place) else { return };
        let inner = place.resource();
        if member.element.name() == "contained" {
            let index = place.index();
            self.container.enter(index);
            self.contained_rules(object, &inner);
            if let Some(resource_type) = self.resource_type(object, &inner) {
                let item = Item::of_type(value, resource_type.type_id());
                let context = Context::new(&item).with_host(self.document).with_now(self.now);
                let context = match &self.root {
                    Some(root) => context.with_root(root),
                    None => context,
                };
                let outer = self.enter(Some(context));
                let around = self.resource.replace((value, resource_type));
                self.members(object, resource_type.definition(), &inner);
                self.invariants(value, resource_type.definition(), &[], &inner);
                self.claimed(value, object, resource_type, &inner);
                self.resource = around;
                self.enter(outer);
            }
            self.container.leave();
        } else if let Some(resource_type) = self.resource_type(object, &inner) {
            let container = std::mem::replace(&mut self.container, Container::new(resource_type, object));
            let (context, root) = (self.context.clone(), self.root.take());
            self.content(value, object, resource_type, &inner);
            (self.container, self.root) = (container, root);
            self.enter(context);
        }
    }

    /// Checks a resource that stands for itself, with what it contains.
    fn content(
        &mut self,
        value: &'r Json,
        object: &'r Object,
        resource_type: ResourceType,
        place: &Place<'_>,
    ) {
        let item = Item::of_type(value, resource_type.type_id());
        self.enter(Some(Context::new(&item).with_host(self.document).with_now(self.now)));
        self.root = Some(item);
        let (outside, around) = (self.resolves_conditional, self.resource.replace((value, resource_type)));
        if resource_type == ResourceType::BUNDLE {
            // A Bundle says itself whether its entries are carried out; each of those that are has a request (bdl-3).
            self.resolves_conditional = matches!(object.str("type"), Some("batch" | "transaction"));
        }
        self.members(object, resource_type.definition(), place);
        self.resolves_conditional = outside;
        self.unreferenced(object, place);
        if resource_type == ResourceType::BUNDLE {
            self.bundle(object, place);
        }
        self.invariants(value, resource_type.definition(), &[], place);
        self.claimed(value, object, resource_type, place);
        self.resource = around;
    }

    fn resource_type(&mut self, object: &'r Object, place: &Place<'_>) -> Option<ResourceType> {
        let place = place.child("resourceType");
        let (code, text) = match object.get("resourceType") {
            None => (IssueCode::Required, "resourceType is required".to_owned()),
            Some(Json::String(name)) => match ResourceType::from_name(name) {
                Some(resource_type) => return Some(resource_type),
                None => (IssueCode::Structure, unknown_type(name)),
            },
            Some(other) => {
                (IssueCode::Structure, format!("resourceType must be a string, not {}", kind(other)))
            }
        };
        self.findings.add(code, &place, text);
        None
    }
}

fn unknown_type(name: &str) -> String {
    let shown = quoted(name);
    match type_by_name(name) {
        Some(definition) if definition.is_a(TypeId::RESOURCE) => {
            format!("resourceType {shown} is abstract; name the type of this resource")
        }
        Some(_) => format!("resourceType {shown} is a data type, not a resource type"),
        None => match did_you_mean(name, ResourceType::all().map(ResourceType::name)) {
            Some(near) => {
                format!("resourceType {shown} is not a resource type of FHIR R4; did you mean '{near}'?")
            }
            None => format!("resourceType {shown} is not a resource type of FHIR R4"),
        },
    }
}
