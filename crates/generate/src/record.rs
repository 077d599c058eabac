//! A record: resources that belong together, as a transaction or one by one.

use fhir::{Json, json};

/// How resources refer to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For a transaction: by `urn:uuid:` inside of the record, by conditional references to what patients share
    /// (`Practitioner?identifier=…`). Resources have no ids.
    Transaction,
    /// For files of resources: by type and id. Resources have ids.
    Resources,
}

/// A resource of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its type.
    pub resource_type: &'static str,
    /// A UUID: its id, or its fullUrl in a transaction.
    pub id: String,
    /// Itself.
    pub body: Json,
    /// The search that finds it when it is there already.
    pub(crate) if_none_exist: Option<String>,
}

/// Resources that belong together: of a practice, or of a patient.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The resources; one may refer to others that come after it.
    pub resources: Vec<Resource>,
    pub(crate) form: Form,
}

impl Record {
    /// How its resources refer to one another.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The record as a Bundle of type transaction (<http://hl7.org/fhir/R4/http.html#transaction>) that creates all
    /// of it; of [`Form::Resources`], as one that updates all of it.
    pub fn into_transaction(self) -> Json {
        let form = self.form;
        let entry = |resource: Resource| {
            let Resource { resource_type, id, body, if_none_exist } = resource;
            let mut request = match form {
                Form::Transaction => json!({ "method": "POST", "url": resource_type }),
                Form::Resources => json!({ "method": "PUT", "url": (format!("{resource_type}/{id}")) }),
            };
            if let (Some(criteria), Some(request)) = (if_none_exist, request.as_object_mut())
                && form == Form::Transaction
            {
                request.insert("ifNoneExist", criteria);
            }
            json!({ "fullUrl": (format!("urn:uuid:{id}")), "resource": body, "request": request })
        };
        let entries: Vec<Json> = self.resources.into_iter().map(entry).collect();
        json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries })
    }
}
