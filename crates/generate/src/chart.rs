//! A record while it is written.

use crate::random::Random;
use crate::record::{Form, Record, Resource};
use fhir::{Json, json};

/// What a reference points to.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) resource_type: &'static str,
    pub(crate) id: String,
    /// For what patients share: `system|value` of the identifier that finds it.
    pub(crate) shared: Option<String>,
}

impl Link {
    /// As the text of a reference.
    fn text(&self, form: Form) -> String {
        match (form, &self.shared) {
            (Form::Resources, _) => format!("{}/{}", self.resource_type, self.id),
            (Form::Transaction, Some(identifier)) => {
                format!("{}?identifier={identifier}", self.resource_type)
            }
            (Form::Transaction, None) => format!("urn:uuid:{}", self.id),
        }
    }
}

/// A record that grows.
pub(crate) struct Chart {
    pub(crate) random: Random,
    form: Form,
    resources: Vec<Resource>,
}

impl Chart {
    pub(crate) fn new(random: Random, form: Form) -> Self {
        Chart { random, form, resources: Vec::new() }
    }

    /// A link to a resource of this record that is to be written.
    pub(crate) fn link(&mut self, resource_type: &'static str) -> Link {
        Link { resource_type, id: self.random.uuid(), shared: None }
    }

    /// A Reference.
    pub(crate) fn reference(&self, link: &Link) -> Json {
        json!({ "reference": (link.text(self.form)) })
    }

    /// A Reference that says what it points to.
    pub(crate) fn named(&self, link: &Link, display: &str) -> Json {
        json!({ "reference": (link.text(self.form)), "display": display })
    }

    /// Writes the resource that a link points to.
    pub(crate) fn put(&mut self, link: &Link, body: Json) {
        let if_none_exist = link.shared.as_ref().map(|identifier| format!("identifier={identifier}"));
        self.resources.push(Resource {
            resource_type: link.resource_type,
            id: link.id.clone(),
            body: self.finished(link, body),
            if_none_exist,
        });
    }

    /// A resource as files hold it has an id.
    fn finished(&self, link: &Link, mut body: Json) -> Json {
        if let (Form::Resources, Some(body)) = (self.form, body.as_object_mut()) {
            body.insert_at(1, "id", link.id.as_str());
        }
        body
    }

    pub(crate) fn into_record(self) -> Record {
        Record { resources: self.resources, form: self.form }
    }
}

/// Adds a member to an object when there is a value.
pub(crate) fn add(body: &mut Json, name: &str, value: Option<Json>) {
    if let (Some(body), Some(value)) = (body.as_object_mut(), value) {
        body.insert(name, value);
    }
}
