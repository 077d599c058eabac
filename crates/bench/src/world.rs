//! What the cases need to be there: people, a place, and their ids, found and made as a client would.

use crate::Result;
use crate::client::Client;
use serde_json::{Value, json};

/// Practitioners of the benchmark's own, among whom bookings are spread. They are made anew for every server, so
/// that their calendars are empty whatever the store held before.
const PRACTITIONERS: usize = 16;

/// A server with what the cases need.
pub struct World {
    /// Asks the server.
    pub client: Client,
    /// A patient of the benchmark's own, of about 1 KB.
    pub patient: String,
    /// Patients of the demo clinic.
    pub patients: Vec<String>,
    /// Practitioners with empty calendars.
    pub practitioners: Vec<String>,
    /// A location of the demo clinic.
    pub location: String,
    /// A practitioner of the demo clinic, without an id: who has the same properties can be booked as well.
    practitioner: Value,
}

impl World {
    /// Finds and makes everything.
    ///
    /// # Errors
    ///
    /// What the server refused.
    pub fn lay_out(client: Client) -> Result<Self> {
        let patients = ids(&client.get("/Patient")?)?;
        let location = first(ids(&client.get("/Location")?)?)?;
        let model = first(ids(&client.get("/Practitioner")?)?)?;
        let mut practitioner = client.get(&format!("/fhir/Practitioner/{model}"))?;
        if let Some(members) = practitioner.as_object_mut() {
            members.retain(|name, _| !matches!(name.as_str(), "id" | "meta"));
        }
        let patient = client.create("/fhir/Patient", &patient().to_string())?;
        let mut world =
            World { client, patient, patients, practitioners: Vec::new(), location, practitioner };
        world.practitioners = (0..PRACTITIONERS).map(|_| world.new_practitioner()).collect::<Result<_>>()?;
        Ok(world)
    }

    /// The bearer token.
    pub fn token(&self) -> Option<&str> {
        self.client.token.as_deref()
    }

    /// A world without a server.
    #[cfg(test)]
    pub fn for_tests(client: Client, practitioners: Vec<String>, patients: Vec<String>) -> Self {
        let (patient, location) = (patients[0].clone(), "b3476a18-3f63-422d-87e7-b3dc0cd55060".to_owned());
        World { client, patient, patients, practitioners, location, practitioner: Value::Null }
    }

    /// Makes a practitioner with an empty calendar.
    ///
    /// # Errors
    ///
    /// What the server refused.
    pub fn new_practitioner(&self) -> Result<String> {
        self.client.create("/fhir/Practitioner", &self.practitioner.to_string())
    }
}

/// The resources of a searchset.
pub fn resources(bundle: &Value) -> impl Iterator<Item = &Value> {
    bundle["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"])
}

fn ids(bundle: &Value) -> Result<Vec<String>> {
    let ids: Vec<String> =
        resources(bundle).filter_map(|found| found["id"].as_str().map(str::to_owned)).collect();
    if ids.is_empty() { Err(format!("the demo clinic has none of these: {bundle}").into()) } else { Ok(ids) }
}

fn first(ids: Vec<String>) -> Result<String> {
    ids.into_iter().next().ok_or_else(|| "nothing was found".into())
}

/// A patient of about 1 KB.
fn patient() -> Value {
    json!({
        "resourceType": "Patient",
        "identifier": [
            { "use": "usual", "type": { "coding": [
                { "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR" }
            ] }, "system": "http://example.org/mrn", "value": "4711-0815" },
            { "use": "secondary", "system": "http://example.org/member", "value": "W2417-33812" }
        ],
        "active": true,
        "name": [
            { "use": "official", "family": "Lindenbaum", "given": ["Marguerite", "Anne"], "prefix": ["Ms."] },
            { "use": "nickname", "given": ["Maggie"] }
        ],
        "telecom": [
            { "system": "phone", "value": "+1 510 555 0188", "use": "mobile", "rank": 1 },
            { "system": "email", "value": "marguerite.lindenbaum@example.org", "use": "home" }
        ],
        "gender": "female",
        "birthDate": "1969-04-17",
        "deceasedBoolean": false,
        "address": [{
            "use": "home", "type": "both", "line": ["77 Piedmont Avenue", "Apt 4"],
            "city": "Oakland", "state": "CA", "postalCode": "94611", "country": "US"
        }],
        "maritalStatus": { "coding": [
            { "system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M" }
        ] },
        "communication": [{ "language": { "coding": [
            { "system": "urn:ietf:bcp:47", "code": "en-US", "display": "English (United States)" }
        ] }, "preferred": true }]
    })
}
